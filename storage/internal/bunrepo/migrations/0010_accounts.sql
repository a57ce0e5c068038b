CREATE TABLE {ns}accounts (
  id {id},
  public_id TEXT NOT NULL,
  username TEXT,
  username_key TEXT,
  mobile TEXT,
  mail TEXT,
  password_hash TEXT NOT NULL,
  role_id TEXT NOT NULL,
  status INTEGER NOT NULL,
  inviter_id BIGINT NOT NULL,
  source INTEGER NOT NULL,
  nick TEXT NOT NULL,
  avatar_url TEXT NOT NULL,
  gender INTEGER NOT NULL,
  birthday TEXT NOT NULL,
  province TEXT NOT NULL,
  city TEXT NOT NULL,
  ext TEXT NOT NULL,
  registered_at BIGINT NOT NULL,
  register_addr TEXT NOT NULL,
  login_at BIGINT,
  login_addr TEXT NOT NULL,
  updated_at BIGINT NOT NULL,
  erased_at BIGINT
);
-- Look-ups by each unique key.
CREATE UNIQUE INDEX {ix}accounts_public ON {ns}accounts (public_id);
CREATE UNIQUE INDEX {ix}accounts_username ON {ns}accounts (username_key) WHERE username_key IS NOT NULL;
CREATE UNIQUE INDEX {ix}accounts_mobile ON {ns}accounts (mobile) WHERE mobile IS NOT NULL;
CREATE UNIQUE INDEX {ix}accounts_mail ON {ns}accounts (mail) WHERE mail IS NOT NULL;

CREATE TABLE {ns}bindings (
  provider TEXT NOT NULL,
  appid TEXT NOT NULL,
  openid TEXT NOT NULL,
  unionid TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  at BIGINT NOT NULL,
  PRIMARY KEY (provider, appid, openid)
);
-- Bindings of an account.
CREATE INDEX {ix}bindings_account ON {ns}bindings (account_id);

CREATE TABLE {ns}sessions (
  id {id},
  hash TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  face TEXT NOT NULL,
  scope TEXT NOT NULL,
  appid TEXT NOT NULL,
  openid TEXT NOT NULL,
  device_id TEXT NOT NULL,
  device_name TEXT NOT NULL,
  addr TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
-- Authenticate, at every request.
CREATE UNIQUE INDEX {ix}sessions_hash ON {ns}sessions (hash);
-- CloseAll.
CREATE INDEX {ix}sessions_account ON {ns}sessions (account_id);
-- Forget.
CREATE INDEX {ix}sessions_expires ON {ns}sessions (expires_at);

CREATE TABLE {ns}login_log (
  id {id},
  account_id BIGINT NOT NULL,
  face TEXT NOT NULL,
  addr TEXT NOT NULL,
  device TEXT NOT NULL,
  at BIGINT NOT NULL
);
-- Logins of an account, newest first.
CREATE INDEX {ix}login_log_account ON {ns}login_log (account_id, id);
-- ForgetLogins.
CREATE INDEX {ix}login_log_at ON {ns}login_log (at);

-- Changes by staff.
CREATE TABLE {ns}account_log (
  id {id},
  account_id BIGINT NOT NULL,
  actor_id BIGINT NOT NULL,
  face TEXT NOT NULL,
  addr TEXT NOT NULL,
  field TEXT NOT NULL,
  before TEXT NOT NULL,
  after TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL
);
-- The log of an account; what an actor did, when she is erased.
CREATE INDEX {ix}account_log_account ON {ns}account_log (account_id);
CREATE INDEX {ix}account_log_actor ON {ns}account_log (actor_id);

-- Counters that guard secrets. Keys hold hashes, no personal data.
CREATE TABLE {ns}limits (
  key TEXT PRIMARY KEY,
  used BIGINT NOT NULL,
  ends_at BIGINT NOT NULL
);
-- Forget.
CREATE INDEX {ix}limits_ends ON {ns}limits (ends_at);

CREATE TABLE {ns}roles (
  id TEXT PRIMARY KEY,
  name TEXT NOT NULL,
  parent_id TEXT NOT NULL
);
CREATE TABLE {ns}role_rights (
  role_id TEXT NOT NULL,
  path TEXT NOT NULL,
  PRIMARY KEY (role_id, path)
);
INSERT INTO {ns}roles (id, name, parent_id) VALUES
  ('1', '王者管理员', ''), ('102', '总监', '1'), ('103', '主管', '102'), ('200', '员工', '103');
INSERT INTO {ns}role_rights (role_id, path) VALUES ('1', '*');

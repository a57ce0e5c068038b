-- What WeChat said at the login of a session: the id of the person in all mini
-- programs of one owner.
ALTER TABLE {ns}sessions ADD COLUMN unionid TEXT NOT NULL DEFAULT '';

-- What a mini-program code stands for. The scene itself is stored hashed.
CREATE TABLE {ns}scenes (
  hash TEXT PRIMARY KEY,
  operator_id BIGINT NOT NULL,
  page TEXT NOT NULL,
  order_number TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  used_at BIGINT
);
-- Forget.
CREATE INDEX {ix}scenes_expires ON {ns}scenes (expires_at);

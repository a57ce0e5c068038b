CREATE TABLE {ns}levels (
  id {id},
  name TEXT NOT NULL,
  rank INTEGER NOT NULL,
  sort INTEGER NOT NULL,
  rebate BIGINT NOT NULL CHECK (rebate > 0 AND rebate <= 10000),
  active BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

-- One row an account: grants to one account go one after the other on it.
CREATE TABLE {ns}members (
  account_id BIGINT PRIMARY KEY,
  version BIGINT NOT NULL
);

CREATE TABLE {ns}level_grants (
  id {id},
  account_id BIGINT NOT NULL,
  level_id BIGINT NOT NULL,
  source TEXT NOT NULL,
  days INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);
-- Once per source.
CREATE UNIQUE INDEX {ix}level_grants_source ON {ns}level_grants (source);
-- Standing.
CREATE INDEX {ix}level_grants_account ON {ns}level_grants (account_id, level_id);

-- What follows from the grants: who holds a level until when (NULL for ever).
CREATE TABLE {ns}level_holds (
  account_id BIGINT NOT NULL,
  level_id BIGINT NOT NULL,
  since BIGINT NOT NULL,
  ends_at BIGINT,
  PRIMARY KEY (account_id, level_id)
);

CREATE TABLE {ns}operators (
  id {id},
  name TEXT NOT NULL,
  phone TEXT NOT NULL,
  appid TEXT NOT NULL,
  merchants TEXT NOT NULL,
  closed BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- The centre of a mini program; a mini program has one.
CREATE UNIQUE INDEX {ix}operators_appid ON {ns}operators (appid) WHERE appid <> '';
-- Number 1, the default centre.
INSERT INTO {ns}operators (name, phone, appid, merchants, closed, created_at, updated_at) VALUES ('', '', '', '{}', FALSE, 0, 0);

CREATE TABLE {ns}files (
  id {id},
  key TEXT NOT NULL,
  owner_id BIGINT NOT NULL,
  source TEXT,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  size BIGINT NOT NULL,
  width BIGINT NOT NULL,
  height BIGINT NOT NULL,
  expires_at BIGINT,
  created_at BIGINT NOT NULL
);
-- ByKey: every file served; Known.
CREATE UNIQUE INDEX {ix}files_key ON {ns}files (key);
-- BySource, and the rule that a source has one file.
CREATE UNIQUE INDEX {ix}files_source ON {ns}files (source) WHERE source IS NOT NULL;
-- Owned, Disown.
CREATE INDEX {ix}files_owner ON {ns}files (owner_id, id);
-- Expired: the sweep.
CREATE INDEX {ix}files_expires ON {ns}files (expires_at) WHERE expires_at IS NOT NULL;

-- Sums over files: one row an owner, and the row of all with owner_id -1.
CREATE TABLE {ns}file_usage (
  owner_id BIGINT PRIMARY KEY,
  bytes BIGINT NOT NULL,
  count BIGINT NOT NULL
);
INSERT INTO {ns}file_usage (owner_id, bytes, count) VALUES (-1, 0, 0);

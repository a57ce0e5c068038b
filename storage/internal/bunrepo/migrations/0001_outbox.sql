-- Events wait here in the transaction that caused them; position is given when
-- a reader first sees them, so that positions appear in order.
CREATE TABLE {ns}outbox (
  id {id},
  kind TEXT NOT NULL,
  version INTEGER NOT NULL,
  aggregate_id BIGINT NOT NULL,
  facts TEXT NOT NULL,
  at BIGINT NOT NULL,
  position BIGINT
);
-- Events(after): in order of position.
CREATE UNIQUE INDEX {ix}outbox_position ON {ns}outbox (position) WHERE position IS NOT NULL;
-- The numbering step: rows without a position, oldest first.
CREATE INDEX {ix}outbox_new ON {ns}outbox (id) WHERE position IS NULL;
-- PurgeEvents(before).
CREATE INDEX {ix}outbox_at ON {ns}outbox (at);

-- One row: the last position given. Its compare-and-set orders the numbering.
CREATE TABLE {ns}outbox_head (
  id BIGINT PRIMARY KEY,
  position BIGINT NOT NULL
);
INSERT INTO {ns}outbox_head (id, position) VALUES (1, 0);

-- How far a named consumer has come, and until when one process owns it.
CREATE TABLE {ns}outbox_cursors (
  consumer TEXT PRIMARY KEY,
  position BIGINT NOT NULL,
  holder TEXT NOT NULL,
  leased_until BIGINT NOT NULL
);

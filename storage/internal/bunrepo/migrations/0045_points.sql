-- One row an account and currency (points, growth): the sum of its entries.
CREATE TABLE {ns}point_accounts (
  account BIGINT NOT NULL,
  currency TEXT NOT NULL,
  amount BIGINT NOT NULL,
  earned BIGINT NOT NULL,
  PRIMARY KEY (account, currency)
);

-- The ledger: rows are added, never changed but for their remark.
CREATE TABLE {ns}point_entries (
  id {id},
  account BIGINT NOT NULL,
  currency TEXT NOT NULL,
  kind INTEGER NOT NULL,
  change BIGINT NOT NULL,
  amount_left BIGINT NOT NULL,
  source_type TEXT NOT NULL,
  source_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  remark TEXT NOT NULL,
  at BIGINT NOT NULL
);
-- FindSource; a cause moves points once.
CREATE UNIQUE INDEX {ix}point_entries_source ON {ns}point_entries (account, currency, source_type, source_id);
-- Logs of an account, newest first; Sum.
CREATE INDEX {ix}point_entries_log ON {ns}point_entries (account, currency, id);

-- What points are worth as money off an order (fen).
CREATE TABLE {ns}point_rules (
  id {id},
  score BIGINT NOT NULL CHECK (score > 0),
  money BIGINT NOT NULL CHECK (money > 0),
  repeats BOOLEAN NOT NULL
);

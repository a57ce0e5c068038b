-- One row an account: sums of its entries, and statistics. Amounts are fen.
CREATE TABLE {ns}wallets (
  account BIGINT PRIMARY KEY,
  balance BIGINT NOT NULL,
  frozen BIGINT NOT NULL CHECK (frozen >= 0),
  consumed BIGINT NOT NULL,
  paid BIGINT NOT NULL,
  payments BIGINT NOT NULL,
  withdrawn BIGINT NOT NULL
);

-- The ledger: rows are added, never changed but for their remark.
CREATE TABLE {ns}wallet_entries (
  id {id},
  account BIGINT NOT NULL,
  kind INTEGER NOT NULL,
  balance BIGINT NOT NULL,
  frozen BIGINT NOT NULL,
  balance_left BIGINT NOT NULL,
  frozen_left BIGINT NOT NULL CHECK (frozen_left >= 0),
  source_type TEXT NOT NULL,
  source_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  shop_id BIGINT NOT NULL,
  remark TEXT NOT NULL,
  at BIGINT NOT NULL
);
-- FindSource; a cause moves money once.
CREATE UNIQUE INDEX {ix}wallet_entries_source ON {ns}wallet_entries (account, source_type, source_id);
-- Logs of an account, newest first; Sum.
CREATE INDEX {ix}wallet_entries_log ON {ns}wallet_entries (account, id) WHERE kind >= 0;

-- Pay passwords: an argon2id hash and how often it was tried.
CREATE TABLE {ns}wallet_passwords (
  account BIGINT PRIMARY KEY,
  hash TEXT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  tries_until BIGINT NOT NULL DEFAULT 0,
  updated_at BIGINT NOT NULL
);

-- What is given on top of a recharge.
CREATE TABLE {ns}recharge_rules (
  id {id},
  confine BIGINT NOT NULL CHECK (confine > 0),
  send BIGINT NOT NULL CHECK (send > 0),
  repeats BOOLEAN NOT NULL
);

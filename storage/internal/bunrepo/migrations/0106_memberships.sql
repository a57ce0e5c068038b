-- Price lists of membership levels. Amounts are fen; term counts a unit as in
-- level_grants. Rows never change but for the count of sales.
CREATE TABLE {ns}level_prices (
  id {id},
  level_id BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount >= 0),
  term INTEGER NOT NULL CHECK (term > 0),
  unit INTEGER NOT NULL,
  sold BIGINT NOT NULL,
  created_at BIGINT NOT NULL
);
-- The list of a level, lowest amount first.
CREATE INDEX {ix}level_prices_level ON {ns}level_prices (level_id, amount, id);

-- What accounts buy and bought of levels: of amount staff decided to give back
-- refunded. Lists are by listed_at: when it was paid, until then when it was
-- drafted or asked for again.
CREATE TABLE {ns}level_purchases (
  id {id},
  number TEXT NOT NULL,
  account_id BIGINT NOT NULL,
  price_id BIGINT NOT NULL,
  level_id BIGINT NOT NULL,
  level_name TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount >= 0),
  term INTEGER NOT NULL,
  unit INTEGER NOT NULL,
  renew BOOLEAN NOT NULL,
  remark TEXT NOT NULL,
  state TEXT NOT NULL,
  refunded BIGINT NOT NULL CHECK (refunded >= 0 AND refunded <= amount),
  by_account BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  listed_at BIGINT NOT NULL,
  paid_at BIGINT,
  ended_at BIGINT
);
-- Numbers are unique.
CREATE UNIQUE INDEX {ix}level_purchases_number ON {ns}level_purchases (number);
-- An account has one draft of a price.
CREATE UNIQUE INDEX {ix}level_purchases_draft ON {ns}level_purchases (account_id, price_id) WHERE state = 'unpaid';
-- Those of an account, newest first.
CREATE INDEX {ix}level_purchases_account ON {ns}level_purchases (account_id, listed_at, id);
-- Drafts that nobody paid, oldest first.
CREATE INDEX {ix}level_purchases_state ON {ns}level_purchases (state, listed_at);
-- All, newest first.
CREATE INDEX {ix}level_purchases_listed ON {ns}level_purchases (listed_at, id);
-- Those of a level, newest first.
CREATE INDEX {ix}level_purchases_level ON {ns}level_purchases (level_id, listed_at, id);

-- Who agreed to renew what, and when it is to be looked at.
CREATE TABLE {ns}level_renewals (
  id {id},
  account_id BIGINT NOT NULL,
  level_id BIGINT NOT NULL,
  price_id BIGINT NOT NULL,
  due_at BIGINT NOT NULL,
  leased_until BIGINT NOT NULL
);
-- One an account.
CREATE UNIQUE INDEX {ix}level_renewals_account ON {ns}level_renewals (account_id);
-- Those that are due.
CREATE INDEX {ix}level_renewals_due ON {ns}level_renewals (due_at);

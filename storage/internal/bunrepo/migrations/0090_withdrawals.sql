-- Requests to pay balances out. Amounts are fen; of amount the shop keeps fee.
CREATE TABLE {ns}withdrawals (
  id {id},
  number TEXT NOT NULL,
  account BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  fee BIGINT NOT NULL CHECK (fee >= 0 AND fee < amount),
  name TEXT NOT NULL,
  state TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_account BIGINT NOT NULL,
  face TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  decided_at BIGINT
);
-- ByNumber.
CREATE UNIQUE INDEX {ix}withdrawals_number ON {ns}withdrawals (number);
-- Those of an account, newest first.
CREATE INDEX {ix}withdrawals_account ON {ns}withdrawals (account, id);
-- Those that staff are to decide, newest first.
CREATE INDEX {ix}withdrawals_state ON {ns}withdrawals (state, id);

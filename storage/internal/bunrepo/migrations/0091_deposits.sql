-- Money that buyers leave with the shop as a security. Amounts are fen; of
-- amount staff decided to give back returned.
CREATE TABLE {ns}deposits (
  id {id},
  number TEXT NOT NULL,
  account BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  ref_code TEXT NOT NULL,
  remark TEXT NOT NULL,
  ext TEXT NOT NULL,
  state TEXT NOT NULL,
  returned BIGINT NOT NULL CHECK (returned >= 0 AND returned <= amount),
  reason TEXT NOT NULL,
  by_account BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  paid_at BIGINT,
  decided_at BIGINT,
  done_at BIGINT
);
-- Numbers are unique.
CREATE UNIQUE INDEX {ix}deposits_number ON {ns}deposits (number);
-- Those of an account, newest first.
CREATE INDEX {ix}deposits_account ON {ns}deposits (account, id);
-- Those that staff are to decide, newest first.
CREATE INDEX {ix}deposits_state ON {ns}deposits (state, id);

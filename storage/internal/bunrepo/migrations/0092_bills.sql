-- Bills that guests paid on the spot. Amounts are fen; discount was not paid.
CREATE TABLE {ns}bills (
  id {id},
  account BIGINT NOT NULL,
  payment_id BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  discount BIGINT NOT NULL CHECK (discount >= 0 AND discount <= amount),
  paid_at BIGINT NOT NULL
);
-- A payment pays one bill.
CREATE UNIQUE INDEX {ix}bills_payment ON {ns}bills (payment_id);
-- Those of an account, newest first.
CREATE INDEX {ix}bills_account ON {ns}bills (account, id);

-- What is taken off bills.
CREATE TABLE {ns}bill_rules (
  id {id},
  consume BIGINT NOT NULL CHECK (consume > 0),
  discount BIGINT NOT NULL CHECK (discount > 0 AND discount <= consume),
  repeats BOOLEAN NOT NULL
);

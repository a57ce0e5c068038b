-- Requests for tax invoices. Amounts are fen; order_id 0 is for spendings at large.
CREATE TABLE {ns}invoices (
  id {id},
  account BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0),
  title TEXT NOT NULL,
  tax_number TEXT NOT NULL,
  consumption TEXT NOT NULL,
  remark TEXT NOT NULL,
  mail TEXT NOT NULL,
  ext TEXT NOT NULL,
  state TEXT NOT NULL,
  file TEXT NOT NULL,
  reason TEXT NOT NULL,
  by_account BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  decided_at BIGINT
);
-- An order has one invoice that was not refused.
CREATE UNIQUE INDEX {ix}invoices_order ON {ns}invoices (order_id) WHERE order_id <> 0 AND state <> 'refused';
-- Those of an account, newest first.
CREATE INDEX {ix}invoices_account ON {ns}invoices (account, id);
-- Those that staff are to decide, newest first.
CREATE INDEX {ix}invoices_state ON {ns}invoices (state, id);

-- How much of an account's spendings its invoices take, those refused left out.
CREATE TABLE {ns}invoice_sums (
  account BIGINT PRIMARY KEY,
  invoiced BIGINT NOT NULL CHECK (invoiced >= 0)
);

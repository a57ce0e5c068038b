-- Days of merchant accounts whose bill is compared with the books.
CREATE TABLE {ns}payment_bills (
  id {id},
  provider TEXT NOT NULL,
  merchant TEXT NOT NULL,
  day TEXT NOT NULL,
  done BOOLEAN NOT NULL DEFAULT FALSE,
  next_try_at BIGINT NOT NULL,
  tries INTEGER NOT NULL DEFAULT 0,
  lines BIGINT NOT NULL DEFAULT 0,
  differences BIGINT NOT NULL DEFAULT 0,
  compared_at BIGINT
);
-- ClaimBill; a day of an account is compared by one process.
CREATE UNIQUE INDEX {ix}payment_bills_day ON {ns}payment_bills (day, provider, merchant);

-- What differs between a bill and the books. Amounts are fen.
CREATE TABLE {ns}payment_differences (
  id {id},
  provider TEXT NOT NULL,
  merchant TEXT NOT NULL,
  day TEXT NOT NULL,
  kind TEXT NOT NULL,
  number TEXT NOT NULL,
  refund_number TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  ours BIGINT NOT NULL,
  theirs BIGINT NOT NULL,
  found_at BIGINT NOT NULL,
  seen_at BIGINT NOT NULL,
  resolved_at BIGINT
);
-- PutDifference: each is reported once. ResolveDifferences of a bill.
CREATE UNIQUE INDEX {ix}payment_differences_once ON {ns}payment_differences (day, provider, merchant, kind, number, refund_number, transaction_id);
-- Differences that nobody has resolved yet, newest first.
CREATE INDEX {ix}payment_differences_open ON {ns}payment_differences (id) WHERE resolved_at IS NULL;

-- PaidOn, MerchantsOf: what came in through a provider in a span of time.
CREATE INDEX {ix}payments_paid ON {ns}payments (provider, paid_at) WHERE state = 'succeeded';
-- RefundedOn: what went back through a provider in a span of time.
CREATE INDEX {ix}refunds_done ON {ns}refunds (provider, done_at) WHERE state = 'succeeded';

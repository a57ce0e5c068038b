-- Attempts to pay. Amounts are fen, times Unix milliseconds.
CREATE TABLE {ns}payments (
  id {id},
  number TEXT NOT NULL,
  payer BIGINT NOT NULL,
  face TEXT NOT NULL,
  operator_id BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  params TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount >= 0),
  share BIGINT NOT NULL CHECK (share >= 0),
  share_state TEXT NOT NULL,
  title TEXT NOT NULL,
  remark TEXT NOT NULL,
  provider TEXT NOT NULL,
  scene TEXT NOT NULL,
  appid TEXT NOT NULL,
  openid TEXT NOT NULL,
  merchant TEXT NOT NULL,
  prepay TEXT NOT NULL,
  transaction_id TEXT NOT NULL,
  state TEXT NOT NULL,
  due_at BIGINT,
  paid_at BIGINT,
  refunded BIGINT NOT NULL DEFAULT 0 CHECK (refunded >= 0 AND refunded <= amount + share),
  failure TEXT NOT NULL,
  next_check_at BIGINT,
  leased_until BIGINT NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- ByNumber; one payment a number.
CREATE UNIQUE INDEX {ix}payments_number ON {ns}payments (number);
-- One payment a transaction of the provider.
CREATE UNIQUE INDEX {ix}payments_transaction ON {ns}payments (provider, transaction_id) WHERE transaction_id <> '';
-- List of a payer, newest first; HasOpen, Redact.
CREATE INDEX {ix}payments_payer ON {ns}payments (payer, id);
-- Claim: open payments by next check. It holds open ones only.
CREATE INDEX {ix}payments_check ON {ns}payments (next_check_at) WHERE state IN ('created', 'pending');

-- What a payment pays, one row a reference.
CREATE TABLE {ns}payment_parts (
  id {id},
  payment_id BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  ref BIGINT NOT NULL,
  subject TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount >= 0),
  share BIGINT NOT NULL CHECK (share >= 0 AND share <= amount),
  refunded BIGINT NOT NULL DEFAULT 0 CHECK (refunded >= 0 AND refunded <= amount),
  state TEXT NOT NULL,
  refusal TEXT NOT NULL,
  message TEXT NOT NULL
);
-- Parts of payments read by id or in lists.
CREATE INDEX {ix}payment_parts_payment ON {ns}payment_parts (payment_id, id);
-- OpenFor, CountFor, PaidPart.
CREATE INDEX {ix}payment_parts_ref ON {ns}payment_parts (purpose, ref);
-- A reference is carried out by one payment, whatever the services believe.
CREATE UNIQUE INDEX {ix}payment_parts_done ON {ns}payment_parts (purpose, ref) WHERE state = 'done' AND ref <> 0;
-- List by the number of what was paid for.
CREATE INDEX {ix}payment_parts_subject ON {ns}payment_parts (subject);

-- Money on its way back.
CREATE TABLE {ns}refunds (
  id {id},
  number TEXT NOT NULL,
  payment_id BIGINT NOT NULL,
  part_id BIGINT NOT NULL,
  payer BIGINT NOT NULL,
  purpose TEXT NOT NULL,
  ref BIGINT NOT NULL,
  source TEXT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount > 0 AND amount = gateway + wallet),
  gateway BIGINT NOT NULL CHECK (gateway >= 0),
  wallet BIGINT NOT NULL CHECK (wallet >= 0),
  reason TEXT NOT NULL,
  state TEXT NOT NULL,
  provider TEXT NOT NULL,
  receipt TEXT NOT NULL,
  failure TEXT NOT NULL,
  remedy BOOLEAN NOT NULL,
  by_account BIGINT NOT NULL,
  by_face TEXT NOT NULL,
  next_try_at BIGINT NOT NULL,
  leased_until BIGINT NOT NULL DEFAULT 0,
  tries INTEGER NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL,
  done_at BIGINT
);
-- RefundByNumber; one refund a number.
CREATE UNIQUE INDEX {ix}refunds_number ON {ns}refunds (number);
-- RefundBySource; one refund a cause.
CREATE UNIQUE INDEX {ix}refunds_source ON {ns}refunds (source);
-- Refunds of a reference.
CREATE INDEX {ix}refunds_ref ON {ns}refunds (purpose, ref, id);
-- HasOpen.
CREATE INDEX {ix}refunds_payer ON {ns}refunds (payer) WHERE state <> 'succeeded';
-- ClaimRefunds: unfinished ones by next try.
CREATE INDEX {ix}refunds_due ON {ns}refunds (next_try_at) WHERE state <> 'succeeded';

-- Verified notifications, without their bodies.
CREATE TABLE {ns}payment_notices (
  id {id},
  provider TEXT NOT NULL,
  number TEXT NOT NULL,
  hash TEXT NOT NULL,
  result TEXT NOT NULL,
  at BIGINT NOT NULL
);
-- PurgeNotices(before).
CREATE INDEX {ix}payment_notices_at ON {ns}payment_notices (at);

-- After-sale claims. line_id 0 is the whole order.
CREATE TABLE {ns}order_claims (
  id {id},
  order_id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  buyer_id BIGINT NOT NULL,
  shop_id BIGINT NOT NULL,
  kind INTEGER NOT NULL,
  state TEXT NOT NULL,
  received BOOLEAN NOT NULL,
  qty BIGINT NOT NULL,
  amount BIGINT NOT NULL CHECK (amount >= 0),
  reason TEXT NOT NULL,
  remark TEXT NOT NULL,
  pictures TEXT NOT NULL,
  answer TEXT NOT NULL,
  back_to TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  ended_at BIGINT
);
-- Of: the claims of orders.
CREATE INDEX {ix}order_claims_order ON {ns}order_claims (order_id, id);
-- Insert: a line, or the order as a whole, has one open claim at most.
CREATE UNIQUE INDEX {ix}order_claims_open ON {ns}order_claims (order_id, line_id) WHERE state IN ('applied', 'accepted', 'back', 'refunding');
-- Erase.
CREATE INDEX {ix}order_claims_buyer ON {ns}order_claims (buyer_id);

-- Redemption codes: unique among the unused ones of a shop.
CREATE TABLE {ns}order_codes (
  id {id},
  order_id BIGINT NOT NULL,
  line_id BIGINT NOT NULL,
  shop_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  state TEXT NOT NULL,
  used_by BIGINT NOT NULL,
  used_at BIGINT,
  created_at BIGINT NOT NULL
);
-- Insert.
CREATE UNIQUE INDEX {ix}order_codes_unused ON {ns}order_codes (shop_id, code) WHERE state = 'unused';
-- Find.
CREATE INDEX {ix}order_codes_code ON {ns}order_codes (code);
-- Of, Void.
CREATE INDEX {ix}order_codes_order ON {ns}order_codes (order_id, line_id);

-- Tries of redemption codes, by account and hour.
CREATE TABLE {ns}order_code_tries (
  try_key TEXT NOT NULL,
  window_at BIGINT NOT NULL,
  n BIGINT NOT NULL,
  PRIMARY KEY (try_key, window_at)
);
-- Sweep.
CREATE INDEX {ix}order_code_tries_window ON {ns}order_code_tries (window_at);

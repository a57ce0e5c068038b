-- Orders with their frozen money. pay_state, ful_state and end_state make the
-- state; version is what every change compares.
CREATE TABLE {ns}orders (
  id {id},
  number TEXT NOT NULL,
  parent_id BIGINT NOT NULL,
  parts BOOLEAN NOT NULL,
  buyer_id BIGINT NOT NULL,
  level_id BIGINT NOT NULL,
  face TEXT NOT NULL,
  shop_id BIGINT NOT NULL,
  idem_key TEXT NOT NULL,
  pay_state TEXT NOT NULL,
  ful_state TEXT NOT NULL,
  end_state TEXT NOT NULL,
  version BIGINT NOT NULL,
  open_claims BIGINT NOT NULL CHECK (open_claims >= 0),
  held_open BOOLEAN NOT NULL,
  delivery TEXT NOT NULL,
  can_redeem BOOLEAN NOT NULL,
  pickup_shop_id BIGINT NOT NULL,
  pickup_name TEXT NOT NULL,
  address TEXT NOT NULL,
  list BIGINT NOT NULL,
  freight_list BIGINT NOT NULL,
  freight BIGINT NOT NULL CHECK (freight >= 0),
  fees TEXT NOT NULL,
  reduced BIGINT NOT NULL,
  freight_cuts TEXT NOT NULL,
  payable BIGINT NOT NULL CHECK (payable >= 0),
  paid BIGINT NOT NULL,
  refunded BIGINT NOT NULL CHECK (refunded >= 0 AND refunded <= paid),
  points BIGINT NOT NULL CHECK (points >= 0),
  deducted BIGINT NOT NULL CHECK (deducted >= 0),
  remark TEXT NOT NULL,
  ext TEXT NOT NULL,
  addr TEXT NOT NULL,
  inviter_id BIGINT NOT NULL,
  payment_id BIGINT NOT NULL,
  paid_as BIGINT NOT NULL,
  due_at BIGINT,
  tried_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  paid_at BIGINT,
  shipped_at BIGINT,
  received_at BIGINT,
  ended_at BIGINT,
  hidden_by BIGINT NOT NULL
);
-- Insert: a number is given once. FindByNumber.
CREATE UNIQUE INDEX {ix}orders_number ON {ns}orders (number);
-- Insert, FindByKey: one order per idempotency key of a buyer.
CREATE UNIQUE INDEX {ix}orders_key ON {ns}orders (buyer_id, idem_key) WHERE idem_key <> '';
-- List, Counts, Each of a buyer.
CREATE INDEX {ix}orders_buyer ON {ns}orders (buyer_id, id);
-- List, Each of a shop.
CREATE INDEX {ix}orders_shop ON {ns}orders (shop_id, id);
-- Children.
CREATE INDEX {ix}orders_parent ON {ns}orders (parent_id) WHERE parent_id <> 0;
-- Overdue, OverdueOf: the unpaid ones by due time.
CREATE INDEX {ix}orders_due ON {ns}orders (due_at) WHERE pay_state = 'unpaid' AND end_state = 'none' AND NOT held_open;
-- Due: shipped ones for the automatic receipt.
CREATE INDEX {ix}orders_shipped ON {ns}orders (shipped_at) WHERE pay_state = 'paid' AND ful_state = 'shipped' AND end_state = 'none';
-- Due: received ones for the automatic review.
CREATE INDEX {ix}orders_received ON {ns}orders (received_at) WHERE pay_state = 'paid' AND ful_state = 'received' AND end_state = 'none';

CREATE TABLE {ns}order_lines (
  id {id},
  order_id BIGINT NOT NULL,
  pos INTEGER NOT NULL,
  goods_id BIGINT NOT NULL,
  sku_id BIGINT NOT NULL,
  category_id BIGINT NOT NULL,
  shop_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  sub TEXT NOT NULL,
  picture TEXT NOT NULL,
  options TEXT NOT NULL,
  property TEXT NOT NULL,
  bar_code TEXT NOT NULL,
  unit TEXT NOT NULL,
  addons TEXT NOT NULL,
  claims TEXT NOT NULL,
  qty BIGINT NOT NULL CHECK (qty > 0),
  list_unit BIGINT NOT NULL,
  price_unit BIGINT NOT NULL,
  list BIGINT NOT NULL,
  payable BIGINT NOT NULL CHECK (payable >= 0),
  freight BIGINT NOT NULL CHECK (freight >= 0),
  points BIGINT NOT NULL,
  deducted BIGINT NOT NULL,
  reductions TEXT NOT NULL,
  weight BIGINT NOT NULL,
  template_id BIGINT NOT NULL,
  inviter_id BIGINT NOT NULL,
  shipped BIGINT NOT NULL CHECK (shipped >= 0),
  redeemed BIGINT NOT NULL CHECK (redeemed >= 0),
  refunded BIGINT NOT NULL CHECK (refunded >= 0),
  refunded_money BIGINT NOT NULL,
  claim_id BIGINT NOT NULL,
  last_claim_id BIGINT NOT NULL,
  review_grade INTEGER NOT NULL,
  review_stars INTEGER NOT NULL,
  review_remark TEXT NOT NULL,
  review_pics TEXT NOT NULL,
  reviewed_at BIGINT,
  CHECK (refunded + redeemed <= qty)
);
-- Get, ByIDs, Lines; and the lines of one order by SKU or grade.
CREATE UNIQUE INDEX {ix}order_lines_order ON {ns}order_lines (order_id, pos);

CREATE TABLE {ns}order_shipments (
  id {id},
  order_id BIGINT NOT NULL,
  code TEXT NOT NULL,
  name TEXT NOT NULL,
  tracking TEXT NOT NULL,
  pieces TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
-- Shipments.
CREATE INDEX {ix}order_shipments_order ON {ns}order_shipments (order_id);

CREATE TABLE {ns}order_logs (
  id {id},
  order_id BIGINT NOT NULL,
  move TEXT NOT NULL,
  actor_id BIGINT NOT NULL,
  face TEXT NOT NULL,
  addr TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  reason TEXT NOT NULL,
  created_at BIGINT NOT NULL
);
-- Logs.
CREATE INDEX {ix}order_logs_order ON {ns}order_logs (order_id);
-- Erase: what an account did.
CREATE INDEX {ix}order_logs_actor ON {ns}order_logs (actor_id) WHERE actor_id <> 0;

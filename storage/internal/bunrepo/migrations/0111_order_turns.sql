-- One row per buyer whose unpaid orders are limited: whoever changed it last may
-- count and place until its transaction ends.
CREATE TABLE {ns}order_turns (
  buyer_id BIGINT NOT NULL PRIMARY KEY,
  turns BIGINT NOT NULL
);
-- CountUnpaid: what a buyer has ordered and not paid.
CREATE INDEX {ix}orders_unpaid ON {ns}orders (buyer_id) WHERE pay_state = 'unpaid' AND end_state = 'none';

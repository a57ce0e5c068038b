-- What each buyer has paid for, one row a goods. It is kept beside the order
-- lines, by one statement when a payment is carried out, because only so a
-- page costs the same for a buyer of 100,000 lines: out of the lines every
-- list would have to group all of them to find the newest of each goods. A
-- buyer who takes a goods out of the history loses the row until buying again;
-- the orders keep what was bought.
CREATE TABLE {ns}purchases (
  buyer_id BIGINT NOT NULL,
  goods_id BIGINT NOT NULL,
  bought_at BIGINT NOT NULL,
  PRIMARY KEY (buyer_id, goods_id)
);
-- Purchases, CountPurchases: a buyer's list, newest first.
CREATE INDEX {ix}purchases_newest ON {ns}purchases (buyer_id, bought_at DESC, goods_id DESC);

-- Every order writes a page of each index by buyer. These two are only for what
-- is rare, and leave out what placing at the busiest face would write.

-- CountUnpaid at the faces other than wxapi; there it reads orders_buyer.
DROP INDEX {ns}orders_unpaid;
CREATE INDEX {ix}orders_unpaid ON {ns}orders (buyer_id) WHERE pay_state = 'unpaid' AND end_state = 'none' AND face <> 'wxapi';
-- Erase: who placed an order is its buyer, and found by it.
DROP INDEX {ns}order_logs_actor;
CREATE INDEX {ix}order_logs_actor ON {ns}order_logs (actor_id) WHERE actor_id <> 0 AND move <> 'placed';

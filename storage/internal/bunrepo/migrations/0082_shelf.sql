-- Everything on sale of one shop that is not the platform, hidden or not, and
-- the cheapest of it.
CREATE INDEX {ix}goods_shelf ON {ns}goods (shop_id, sort, id DESC) WHERE on_sale = TRUE AND deleted_at IS NULL AND shop_id <> 0;

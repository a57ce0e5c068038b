-- @postgres
-- What a keyword finds, with all that lists of goods are sorted by and most are
-- filtered by: a match costs one narrow row. The table is built anew: to fill
-- new columns in place would write every row and its index entries twice. Pages
-- keep some room, so that an entry whose columns change leaves the index alone.
CREATE TABLE {ns}goods_found (
  goods_id BIGINT PRIMARY KEY,
  category_id BIGINT NOT NULL DEFAULT 0,
  shop_id BIGINT NOT NULL DEFAULT 0,
  sort BIGINT NOT NULL DEFAULT 0,
  min_price BIGINT NOT NULL DEFAULT 0,
  orders BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL DEFAULT 0,
  listed BOOLEAN NOT NULL DEFAULT FALSE,
  on_sale BOOLEAN NOT NULL DEFAULT FALSE,
  hidden BOOLEAN NOT NULL DEFAULT FALSE,
  recommended BOOLEAN NOT NULL DEFAULT FALSE,
  name TEXT NOT NULL DEFAULT '',
  grams INTEGER[] NOT NULL
) WITH (fillfactor = 90);
INSERT INTO {ns}goods_found (goods_id, category_id, shop_id, sort, min_price, orders, created_at, listed, on_sale, hidden, recommended, name, grams)
SELECT g.id, g.category_id, g.shop_id, g.sort, g.min_price, g.orders, g.created_at, g.listed, g.on_sale, g.hidden, g.recommended, g.name, s.grams
FROM {ns}goods_search AS s JOIN {ns}goods AS g ON g.id = s.goods_id
WHERE g.deleted_at IS NULL ORDER BY g.id;
-- Goods whose names hold all trigrams of a keyword.
CREATE INDEX {ix}goods_found_grams ON {ns}goods_found USING gin (grams) WITH (fastupdate = off);
DROP TABLE {ns}goods_search;
ALTER TABLE {ns}goods_found RENAME TO goods_search;
ALTER INDEX {ns}goods_found_pkey RENAME TO goods_search_pkey;
ALTER INDEX {ns}goods_found_grams RENAME TO goods_search_grams;
ANALYZE {ns}goods_search;
-- @end

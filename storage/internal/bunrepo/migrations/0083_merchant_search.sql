-- Lists of merchants by keyword read names, categories and places from the
-- index that gives their order: all, of a city, around a place.
DROP INDEX {ns}shops_sort;
DROP INDEX {ns}shops_city_sort;
DROP INDEX {ns}shops_near;
CREATE INDEX {ix}shops_sort ON {ns}shops (sort, id, category_id, name) WHERE listed = TRUE;
CREATE INDEX {ix}shops_city_sort ON {ns}shops (city_id, sort, id, category_id, name) WHERE listed = TRUE;
CREATE INDEX {ix}shops_near ON {ns}shops (cell, x, y, z, category_id, city_id, id, name) WHERE listed = TRUE AND cell IS NOT NULL;

-- Keywords of two characters, which trigrams cannot find: the pairs of
-- neighbouring letters as words. On PostgreSQL they stand among the grams.
-- @fts5
CREATE VIRTUAL TABLE {ns}shops_pairs USING fts5(pairs, content='', contentless_delete=1, detail=none, tokenize='ascii');
-- @end
-- @plain
CREATE TABLE {ns}shops_pairs (pairs TEXT NOT NULL);
-- @end
-- The search indexes hold open shops alone; the sweep brings old ones into them.
UPDATE {ns}shops SET indexed = FALSE;

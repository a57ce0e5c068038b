-- What makes a shop a merchant of the O2O face, and where it lies: its cell of
-- the grid and its point on the unit sphere, NULL without a position.
ALTER TABLE {ns}shops ADD COLUMN category_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE {ns}shops ADD COLUMN brand TEXT NOT NULL DEFAULT '';
ALTER TABLE {ns}shops ADD COLUMN market INTEGER NOT NULL DEFAULT 1;
ALTER TABLE {ns}shops ADD COLUMN desc_pic TEXT NOT NULL DEFAULT '';
ALTER TABLE {ns}shops ADD COLUMN audit INTEGER NOT NULL DEFAULT 0;
ALTER TABLE {ns}shops ADD COLUMN reason TEXT NOT NULL DEFAULT '';
ALTER TABLE {ns}shops ADD COLUMN applicant_id BIGINT NOT NULL DEFAULT 0;
-- open and approved: what buyers' lists show
ALTER TABLE {ns}shops ADD COLUMN listed BOOLEAN NOT NULL DEFAULT TRUE;
ALTER TABLE {ns}shops ADD COLUMN cell BIGINT;
ALTER TABLE {ns}shops ADD COLUMN x DOUBLE PRECISION;
ALTER TABLE {ns}shops ADD COLUMN y DOUBLE PRECISION;
ALTER TABLE {ns}shops ADD COLUMN z DOUBLE PRECISION;
-- false: saved before these columns were there; a sweep fills them in
ALTER TABLE {ns}shops ADD COLUMN indexed BOOLEAN NOT NULL DEFAULT FALSE;
UPDATE {ns}shops SET listed = NOT closed;

-- Lists in the order of staff: all, of a city, of a category, of both.
DROP INDEX {ns}shops_sort;
CREATE INDEX {ix}shops_sort ON {ns}shops (sort, id) WHERE listed = TRUE;
CREATE INDEX {ix}shops_city_sort ON {ns}shops (city_id, sort, id) WHERE listed = TRUE;
CREATE INDEX {ix}shops_cat_sort ON {ns}shops (category_id, sort, id) WHERE listed = TRUE;
CREATE INDEX {ix}shops_city_cat_sort ON {ns}shops (city_id, category_id, sort, id) WHERE listed = TRUE;
-- Lists by distance: the cells around a place, with what distances, categories
-- and cities are told by, so that rows are read for the page alone.
CREATE INDEX {ix}shops_near ON {ns}shops (cell, x, y, z, category_id, city_id, id) WHERE listed = TRUE AND cell IS NOT NULL;
-- Applications that wait, and those of an account.
CREATE INDEX {ix}shops_audit ON {ns}shops (audit, id) WHERE audit <> 0;
CREATE INDEX {ix}shops_applicant ON {ns}shops (applicant_id, id) WHERE applicant_id <> 0;
-- Rows that the sweep still has to fill in; merchants of a category.
CREATE INDEX {ix}shops_unindexed ON {ns}shops (id) WHERE indexed = FALSE;
CREATE INDEX {ix}shops_category ON {ns}shops (category_id) WHERE category_id <> 0;

-- Keyword search over names; see goods_search.
-- @fts5
CREATE VIRTUAL TABLE {ns}shops_search USING fts5(name, content='', contentless_delete=1, tokenize='trigram');
-- @end
-- @plain
CREATE TABLE {ns}shops_search (name TEXT NOT NULL);
-- @end
-- @postgres
CREATE TABLE {ns}shops_search (
  shop_id BIGINT PRIMARY KEY,
  grams INTEGER[] NOT NULL
);
-- Shops whose names hold all trigrams of a keyword.
CREATE INDEX {ix}shops_search_grams ON {ns}shops_search USING gin (grams) WITH (fastupdate = off);
-- @end

CREATE TABLE {ns}shop_categories (
  id {id},
  parent_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  icon TEXT NOT NULL,
  sort BIGINT NOT NULL,
  used BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

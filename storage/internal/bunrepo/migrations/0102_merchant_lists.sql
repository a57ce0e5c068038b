-- Lists of merchants of a province and of a district in the order of staff.
CREATE INDEX {ix}shops_province_sort ON {ns}shops (province_id, sort, id, category_id, name) WHERE listed = TRUE;
CREATE INDEX {ix}shops_district_sort ON {ns}shops (district_id, sort, id, city_id, category_id, name) WHERE listed = TRUE;

-- @postgres
-- What a keyword finds, with all that lists are told by: a match costs one
-- narrow row. Only open shops are in it.
CREATE TABLE {ns}shops_found (
  id BIGINT PRIMARY KEY,
  sort BIGINT NOT NULL,
  category_id BIGINT NOT NULL,
  province_id TEXT NOT NULL,
  city_id TEXT NOT NULL,
  district_id TEXT NOT NULL,
  cell BIGINT,
  x DOUBLE PRECISION,
  y DOUBLE PRECISION,
  z DOUBLE PRECISION,
  name TEXT NOT NULL,
  grams INTEGER[] NOT NULL
);
INSERT INTO {ns}shops_found (id, sort, category_id, province_id, city_id, district_id, cell, x, y, z, name, grams)
SELECT s.id, s.sort, s.category_id, s.province_id, s.city_id, s.district_id, s.cell, s.x, s.y, s.z, s.name, k.grams
FROM {ns}shops_search AS k JOIN {ns}shops AS s ON s.id = k.shop_id ORDER BY s.id;
DROP TABLE {ns}shops_search;
-- Shops whose names hold all trigrams of a keyword, or its pair.
CREATE INDEX {ix}shops_found_grams ON {ns}shops_found USING gin (grams) WITH (fastupdate = off);
-- @end

-- Cells are numbered in Z-order (the bits of row and column by turns), so that
-- a circle of any size is a few runs of numbers; before, row by row. The large
-- indexes are built anew: that is quicker than to keep them during the update.
DROP INDEX {ns}shops_near;
DROP INDEX {ns}shops_sort;
DROP INDEX {ns}shops_city_sort;
DROP INDEX {ns}shops_cat_sort;
DROP INDEX {ns}shops_city_cat_sort;
UPDATE {ns}shops SET cell = (
  SELECT ((r | (r << 1)) & 1431655765) << 1 | ((c | (c << 1)) & 1431655765) FROM (
    SELECT (r | (r << 2)) & 858993459 AS r, (c | (c << 2)) & 858993459 AS c FROM (
      SELECT (r | (r << 4)) & 252645135 AS r, (c | (c << 4)) & 252645135 AS c FROM (
        SELECT (r | (r << 8)) & 16711935 AS r, (c | (c << 8)) & 16711935 AS c FROM (
          SELECT cell / 18000 AS r, cell % 18000 AS c) AS whole) AS bytes) AS nibbles) AS pairs)
WHERE cell IS NOT NULL;

-- Lists by distance: around a place, of a city, of a category; names are for
-- keywords.
CREATE INDEX {ix}shops_near ON {ns}shops (cell, x, y, z, category_id, city_id, id, name) WHERE listed = TRUE AND cell IS NOT NULL;
CREATE INDEX {ix}shops_city_near ON {ns}shops (city_id, cell, x, y, z, category_id, id, name) WHERE listed = TRUE AND cell IS NOT NULL;
CREATE INDEX {ix}shops_cat_near ON {ns}shops (category_id, cell, x, y, z, id, name) WHERE listed = TRUE AND cell IS NOT NULL;
-- Lists in the order of staff: all, of a city, of a category, of both.
CREATE INDEX {ix}shops_sort ON {ns}shops (sort, id, category_id, name) WHERE listed = TRUE;
CREATE INDEX {ix}shops_city_sort ON {ns}shops (city_id, sort, id, category_id, name) WHERE listed = TRUE;
CREATE INDEX {ix}shops_cat_sort ON {ns}shops (category_id, sort, id, name) WHERE listed = TRUE;
CREATE INDEX {ix}shops_city_cat_sort ON {ns}shops (city_id, category_id, sort, id) WHERE listed = TRUE;

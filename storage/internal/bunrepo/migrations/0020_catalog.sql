CREATE TABLE {ns}categories (
  id {id},
  code TEXT NOT NULL,
  shop_id BIGINT NOT NULL,
  parent_id BIGINT NOT NULL,
  level INTEGER NOT NULL,
  name TEXT NOT NULL,
  cat_key TEXT NOT NULL,
  type TEXT NOT NULL,
  icon TEXT NOT NULL,
  pic TEXT NOT NULL,
  sort BIGINT NOT NULL,
  used BOOLEAN NOT NULL,
  extra TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- By public code.
CREATE UNIQUE INDEX {ix}categories_code ON {ns}categories (code);
-- Children, descendants.
CREATE INDEX {ix}categories_parent ON {ns}categories (parent_id);

-- What lists print and sort by is all in this row; long texts lie in goods_texts.
CREATE TABLE {ns}goods (
  id {id},
  code TEXT NOT NULL,
  operator_id BIGINT NOT NULL,
  shop_id BIGINT NOT NULL,
  category_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  subtitle TEXT NOT NULL,
  selling TEXT NOT NULL,
  tags TEXT NOT NULL,
  bar_code TEXT NOT NULL,
  unit TEXT NOT NULL,
  pic TEXT NOT NULL,
  on_sale BOOLEAN NOT NULL,
  hidden BOOLEAN NOT NULL,
  recommended BOOLEAN NOT NULL,
  -- on sale, not hidden, not deleted: what buyers' lists show
  listed BOOLEAN NOT NULL,
  sort BIGINT NOT NULL,
  sale_from BIGINT,
  sale_to BIGINT,
  min_buy BIGINT NOT NULL,
  after_sale TEXT NOT NULL,
  freight_id BIGINT NOT NULL,
  steps TEXT NOT NULL,
  got_score BIGINT NOT NULL,
  valid_from TEXT NOT NULL,
  valid_to TEXT NOT NULL,
  hours TEXT NOT NULL,
  buy_info TEXT NOT NULL,
  video_id TEXT NOT NULL,
  property_ids TEXT NOT NULL,
  min_price BIGINT NOT NULL,
  min_original BIGINT NOT NULL,
  min_score BIGINT NOT NULL,
  weight BIGINT NOT NULL,
  has_addons BOOLEAN NOT NULL,
  limited BOOLEAN NOT NULL,
  views BIGINT NOT NULL,
  orders BIGINT NOT NULL,
  sells BIGINT NOT NULL,
  favourites BIGINT NOT NULL,
  reviews BIGINT NOT NULL,
  good_reviews BIGINT NOT NULL,
  bargain BOOLEAN NOT NULL,
  bargain_price BIGINT NOT NULL,
  group_buy BOOLEAN NOT NULL,
  group_buy_price BIGINT NOT NULL,
  flash_sale BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  deleted_at BIGINT
);
-- By public code; the next free code.
CREATE UNIQUE INDEX {ix}goods_code ON {ns}goods (code);
-- List by bar code.
CREATE INDEX {ix}goods_bar_code ON {ns}goods (bar_code) WHERE bar_code <> '';
-- Is a category or a freight template in use; off-sale and hidden goods of a category.
CREATE INDEX {ix}goods_in_category ON {ns}goods (category_id) WHERE deleted_at IS NULL;
CREATE INDEX {ix}goods_freight ON {ns}goods (freight_id) WHERE freight_id <> 0;

-- Lists without scope: each sort. The conditions are equations so that SQLite
-- takes these indexes for covering and skips rows without reading them.
CREATE INDEX {ix}goods_sort ON {ns}goods (sort, id DESC) WHERE listed = TRUE;
CREATE INDEX {ix}goods_price ON {ns}goods (min_price, id) WHERE listed = TRUE;
CREATE INDEX {ix}goods_orders ON {ns}goods (orders, id) WHERE listed = TRUE;
CREATE INDEX {ix}goods_added ON {ns}goods (created_at, id) WHERE listed = TRUE;
CREATE INDEX {ix}goods_name ON {ns}goods (name, id) WHERE listed = TRUE;
-- Lists of a category: each sort.
CREATE INDEX {ix}goods_cat_sort ON {ns}goods (category_id, sort, id DESC) WHERE listed = TRUE;
CREATE INDEX {ix}goods_cat_price ON {ns}goods (category_id, min_price, id) WHERE listed = TRUE;
CREATE INDEX {ix}goods_cat_orders ON {ns}goods (category_id, orders, id) WHERE listed = TRUE;
CREATE INDEX {ix}goods_cat_added ON {ns}goods (category_id, created_at, id) WHERE listed = TRUE;
CREATE INDEX {ix}goods_cat_name ON {ns}goods (category_id, name, id) WHERE listed = TRUE;
-- Lists of a shop: each sort.
CREATE INDEX {ix}goods_shop_sort ON {ns}goods (shop_id, sort, id DESC) WHERE listed = TRUE;
CREATE INDEX {ix}goods_shop_price ON {ns}goods (shop_id, min_price, id) WHERE listed = TRUE;
CREATE INDEX {ix}goods_shop_orders ON {ns}goods (shop_id, orders, id) WHERE listed = TRUE;
CREATE INDEX {ix}goods_shop_added ON {ns}goods (shop_id, created_at, id) WHERE listed = TRUE;
CREATE INDEX {ix}goods_shop_name ON {ns}goods (shop_id, name, id) WHERE listed = TRUE;
-- Lists of what is recommended: each sort.
CREATE INDEX {ix}goods_rec_sort ON {ns}goods (sort, id DESC) WHERE listed = TRUE AND recommended = TRUE;
CREATE INDEX {ix}goods_rec_price ON {ns}goods (min_price, id) WHERE listed = TRUE AND recommended = TRUE;
CREATE INDEX {ix}goods_rec_orders ON {ns}goods (orders, id) WHERE listed = TRUE AND recommended = TRUE;
CREATE INDEX {ix}goods_rec_added ON {ns}goods (created_at, id) WHERE listed = TRUE AND recommended = TRUE;
CREATE INDEX {ix}goods_rec_name ON {ns}goods (name, id) WHERE listed = TRUE AND recommended = TRUE;

-- Keyword search over names, three characters and more. A SQLite that was
-- built without FTS5 gets a plain table of the same columns, and reads names.
-- @fts5
CREATE VIRTUAL TABLE {ns}goods_search USING fts5(name, content='', contentless_delete=1, tokenize='trigram');
-- @end
-- @plain
CREATE TABLE {ns}goods_search (name TEXT NOT NULL);
-- @end
-- @postgres
-- Hashed trigrams of our own: pg_trgm needs a right to be made, and knows no
-- Chinese in databases of locale C.
CREATE TABLE {ns}goods_search (
  goods_id BIGINT PRIMARY KEY,
  grams INTEGER[] NOT NULL
);
-- Goods whose names hold all trigrams of a keyword. Without a pending list: every
-- search would have to read it through.
CREATE INDEX {ix}goods_search_grams ON {ns}goods_search USING gin (grams) WITH (fastupdate = off);
-- @end

-- The greatest public code given, one row a kind: whoever changes it gives codes.
CREATE TABLE {ns}code_heads (
  kind TEXT PRIMARY KEY,
  last TEXT NOT NULL,
  turns BIGINT NOT NULL
);
INSERT INTO {ns}code_heads (kind, last, turns) VALUES ('goods', '', 0), ('categories', '', 0);

CREATE TABLE {ns}goods_texts (
  goods_id BIGINT PRIMARY KEY,
  content TEXT NOT NULL,
  extra TEXT NOT NULL
);

CREATE TABLE {ns}goods_pics (
  id {id},
  goods_id BIGINT NOT NULL,
  url TEXT NOT NULL,
  sort BIGINT NOT NULL
);
-- Pictures of goods.
CREATE INDEX {ix}goods_pics_goods ON {ns}goods_pics (goods_id, sort);

-- Properties (parent 0) and their values.
CREATE TABLE {ns}goods_options (
  id {id},
  goods_id BIGINT NOT NULL,
  parent_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  remark TEXT NOT NULL,
  pic TEXT NOT NULL,
  sort BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  deleted_at BIGINT
);
-- Options of goods.
CREATE INDEX {ix}goods_options_goods ON {ns}goods_options (goods_id);

CREATE TABLE {ns}skus (
  id {id},
  goods_id BIGINT NOT NULL,
  option_key TEXT NOT NULL,
  options TEXT NOT NULL,
  price BIGINT NOT NULL CHECK (price >= 0),
  original BIGINT NOT NULL,
  score BIGINT NOT NULL,
  weight BIGINT NOT NULL,
  code TEXT NOT NULL,
  bar_code TEXT NOT NULL,
  pic TEXT NOT NULL,
  level_prices TEXT NOT NULL,
  deleted_at BIGINT
);
-- SKUs of goods; one per combination of options.
CREATE UNIQUE INDEX {ix}skus_goods ON {ns}skus (goods_id, option_key) WHERE deleted_at IS NULL;

CREATE TABLE {ns}addon_groups (
  id {id},
  goods_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  required BOOLEAN NOT NULL,
  multiple BOOLEAN NOT NULL,
  sort BIGINT NOT NULL
);
-- Extras of goods.
CREATE INDEX {ix}addon_groups_goods ON {ns}addon_groups (goods_id, sort);

CREATE TABLE {ns}addons (
  id {id},
  group_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  price BIGINT NOT NULL CHECK (price >= 0),
  sort BIGINT NOT NULL
);
-- Items of a group.
CREATE INDEX {ix}addons_group ON {ns}addons (group_id, sort);

CREATE TABLE {ns}freights (
  id {id},
  shop_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  free BOOLEAN NOT NULL,
  basis INTEGER NOT NULL,
  rules TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);

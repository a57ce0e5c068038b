-- How many pieces buyers of a level may buy in a period.
CREATE TABLE {ns}goods_limits (
  id {id},
  goods_id BIGINT NOT NULL,
  sku_id BIGINT NOT NULL,
  level_id BIGINT NOT NULL,
  pieces BIGINT NOT NULL,
  duration INTEGER NOT NULL,
  span INTEGER NOT NULL
);
-- Limits of goods.
CREATE INDEX {ix}goods_limits_goods ON {ns}goods_limits (goods_id);

-- One row per buyer and limited goods: whoever changes it may count and take.
CREATE TABLE {ns}limit_guards (
  buyer_id BIGINT NOT NULL,
  goods_id BIGINT NOT NULL,
  turns BIGINT NOT NULL,
  PRIMARY KEY (buyer_id, goods_id)
);

-- What was bought of limited goods.
CREATE TABLE {ns}limit_takes (
  source TEXT NOT NULL,
  goods_id BIGINT NOT NULL,
  sku_id BIGINT NOT NULL,
  buyer_id BIGINT NOT NULL,
  day TEXT NOT NULL,
  pieces BIGINT NOT NULL,
  given BOOLEAN NOT NULL,
  PRIMARY KEY (source, goods_id, sku_id)
);
-- What a buyer bought since a day.
CREATE INDEX {ix}limit_takes_buyer ON {ns}limit_takes (buyer_id, goods_id, day);

CREATE TABLE {ns}favourites (
  id {id},
  account_id BIGINT NOT NULL,
  goods_id BIGINT NOT NULL,
  type INTEGER NOT NULL,
  json TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- A buyer likes a thing once; a buyer's list; is it liked.
CREATE UNIQUE INDEX {ix}favourites_account ON {ns}favourites (account_id, goods_id, type);

CREATE TABLE {ns}reviews (
  id {id},
  order_line_id BIGINT NOT NULL,
  order_id BIGINT NOT NULL,
  goods_id BIGINT NOT NULL,
  sku_id BIGINT NOT NULL,
  buyer_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  pic TEXT NOT NULL,
  property TEXT NOT NULL,
  qty BIGINT NOT NULL,
  amount BIGINT NOT NULL,
  score BIGINT NOT NULL,
  verdict INTEGER NOT NULL,
  stars INTEGER NOT NULL,
  remark TEXT NOT NULL,
  pics TEXT NOT NULL,
  reply TEXT NOT NULL,
  replied_at BIGINT,
  hidden BOOLEAN NOT NULL,
  created_at BIGINT NOT NULL
);
-- An order line is reviewed once.
CREATE UNIQUE INDEX {ix}reviews_line ON {ns}reviews (order_line_id);
-- Reviews of goods, newest first.
CREATE INDEX {ix}reviews_goods ON {ns}reviews (goods_id, id DESC) WHERE NOT hidden;
-- What a buyer wrote: export and erasure.
CREATE INDEX {ix}reviews_buyer ON {ns}reviews (buyer_id);

-- Recent deals, for the ticker.
CREATE TABLE {ns}deals (
  id {id},
  kind INTEGER NOT NULL,
  goods_id BIGINT NOT NULL,
  buyer_id BIGINT NOT NULL,
  at BIGINT NOT NULL
);
-- The newest of a kind; what is older than they goes away.
CREATE INDEX {ix}deals_kind ON {ns}deals (kind, id DESC);
-- Deals of a buyer: erasure.
CREATE INDEX {ix}deals_buyer ON {ns}deals (buyer_id);

CREATE TABLE {ns}shops (
  id {id},
  operator_id BIGINT NOT NULL,
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  number TEXT NOT NULL,
  link_man TEXT NOT NULL,
  link_phone TEXT NOT NULL,
  address TEXT NOT NULL,
  province_id TEXT NOT NULL,
  city_id TEXT NOT NULL,
  district_id TEXT NOT NULL,
  lng DOUBLE PRECISION NOT NULL,
  lat DOUBLE PRECISION NOT NULL,
  pic TEXT NOT NULL,
  introduce TEXT NOT NULL,
  characteristic TEXT NOT NULL,
  activity TEXT NOT NULL,
  opening_hours TEXT NOT NULL,
  pick_up BOOLEAN NOT NULL,
  delivery BOOLEAN NOT NULL,
  service_km DOUBLE PRECISION NOT NULL,
  service_min BIGINT NOT NULL,
  sort BIGINT NOT NULL,
  recommended BOOLEAN NOT NULL,
  closed BOOLEAN NOT NULL,
  extra TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- The list of open shops.
CREATE INDEX {ix}shops_sort ON {ns}shops (sort, id) WHERE NOT closed;

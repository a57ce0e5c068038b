-- What buyers mean to buy. No prices: the catalogue is asked at every reading.
CREATE TABLE {ns}cart_lines (
  id {id},
  owner BIGINT NOT NULL,
  kind TEXT NOT NULL,
  line_key TEXT NOT NULL,
  goods_id BIGINT NOT NULL,
  sku_id BIGINT NOT NULL,
  addons TEXT NOT NULL,
  day TEXT NOT NULL,
  slot TEXT NOT NULL,
  qty BIGINT NOT NULL CHECK (qty > 0),
  selected BOOLEAN NOT NULL,
  added_at BIGINT NOT NULL
);
-- One line per identity; every reading and writing is by owner and kind.
CREATE UNIQUE INDEX {ix}cart_lines_owner ON {ns}cart_lines (owner, kind, line_key);

CREATE TABLE {ns}addresses (
  id {id},
  account_id BIGINT NOT NULL,
  link_man TEXT NOT NULL,
  mobile TEXT NOT NULL,
  province_id TEXT NOT NULL,
  city_id TEXT NOT NULL,
  district_id TEXT NOT NULL,
  street_id TEXT NOT NULL,
  province_name TEXT NOT NULL,
  city_name TEXT NOT NULL,
  district_name TEXT NOT NULL,
  street_name TEXT NOT NULL,
  address TEXT NOT NULL,
  code TEXT NOT NULL,
  latitude DOUBLE PRECISION,
  longitude DOUBLE PRECISION,
  status INTEGER NOT NULL,
  ext TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- List: at most 50 rows an account.
CREATE INDEX {ix}addresses_account ON {ns}addresses (account_id, id);

-- One row an account: how many addresses, and which one is the default (0 none).
CREATE TABLE {ns}address_books (
  account_id BIGINT PRIMARY KEY,
  size INTEGER NOT NULL,
  default_id BIGINT NOT NULL
);

-- Notices, to everybody (account_id 0) or to one account.
CREATE TABLE {ns}notices (
  id {id},
  shop_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  type TEXT NOT NULL,
  title TEXT NOT NULL,
  content TEXT NOT NULL,
  remind BOOLEAN NOT NULL,
  shown BOOLEAN NOT NULL,
  shown_from BIGINT,
  shown_until BIGINT,
  sort BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- Notices: the public list in its order.
CREATE INDEX {ix}notices_list ON {ns}notices (sort, id DESC);
-- EraseNotices: what is meant for one account.
CREATE INDEX {ix}notices_account ON {ns}notices (account_id) WHERE account_id <> 0;

CREATE TABLE {ns}banners (
  id {id},
  shop_id BIGINT NOT NULL,
  type TEXT NOT NULL,
  title TEXT NOT NULL,
  picture TEXT NOT NULL,
  link TEXT NOT NULL,
  link_type INTEGER NOT NULL,
  appid TEXT NOT NULL,
  remark TEXT NOT NULL,
  business_id BIGINT NOT NULL,
  shown BOOLEAN NOT NULL,
  shown_from BIGINT,
  shown_until BIGINT,
  sort BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- Banners: the public list of a type in its order.
CREATE INDEX {ix}banners_list ON {ns}banners (type, sort, id DESC);

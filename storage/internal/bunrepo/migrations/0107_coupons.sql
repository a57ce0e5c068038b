-- What coupons are issued from. Amounts are fen, worth is fen or, of percent
-- coupons, 1/10,000. How many there are is a stock counter of kind coupon.
CREATE TABLE {ns}coupon_templates (
  id {id},
  name TEXT NOT NULL,
  type TEXT NOT NULL,
  is_open BOOLEAN NOT NULL,
  listed BOOLEAN NOT NULL,
  per_account BIGINT NOT NULL,
  claim_from BIGINT,
  claim_to BIGINT,
  password TEXT NOT NULL,
  points BIGINT NOT NULL CHECK (points >= 0),
  price BIGINT NOT NULL CHECK (price >= 0),
  shop_id BIGINT NOT NULL,
  percent BOOLEAN NOT NULL,
  worth_min BIGINT NOT NULL CHECK (worth_min > 0),
  worth_max BIGINT NOT NULL CHECK (worth_max >= worth_min),
  most BIGINT NOT NULL CHECK (most >= 0),
  threshold BIGINT NOT NULL CHECK (threshold >= 0),
  freight_only BOOLEAN NOT NULL,
  scoped BOOLEAN NOT NULL,
  start_rule INTEGER NOT NULL,
  start_at BIGINT,
  days INTEGER NOT NULL,
  end_at BIGINT,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- ListTemplates of those that are open and shown, newest first.
CREATE INDEX {ix}coupon_templates_shown ON {ns}coupon_templates (id) WHERE is_open = TRUE AND listed = TRUE;

-- The goods and categories that coupons are good for, of templates that are scoped.
CREATE TABLE {ns}coupon_scopes (
  template_id BIGINT NOT NULL,
  kind TEXT NOT NULL,
  ref BIGINT NOT NULL,
  PRIMARY KEY (template_id, kind, ref)
);

-- Issued coupons, one row each.
CREATE TABLE {ns}coupon_grants (
  id {id},
  template_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  worth BIGINT NOT NULL CHECK (worth > 0),
  start_at BIGINT NOT NULL,
  end_at BIGINT NOT NULL,
  state TEXT NOT NULL,
  order_id BIGINT NOT NULL,
  source TEXT NOT NULL,
  from_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL
);
-- ListGrants of an account, newest first.
CREATE INDEX {ix}coupon_grants_account ON {ns}coupon_grants (account_id, id);
-- Usable ones of an account, the next to end first; those that an erasure ends.
CREATE INDEX {ix}coupon_grants_usable ON {ns}coupon_grants (account_id, end_at) WHERE state = 'usable';
-- GrantsOf: what an order used.
CREATE INDEX {ix}coupon_grants_order ON {ns}coupon_grants (order_id) WHERE state = 'used';
-- UsedOf: how many coupons of a template were used.
CREATE INDEX {ix}coupon_grants_used ON {ns}coupon_grants (template_id) WHERE state = 'used';
-- Due: usable ones whose end has passed.
CREATE INDEX {ix}coupon_grants_due ON {ns}coupon_grants (end_at) WHERE state = 'usable';

-- How many coupons of a template an account has claimed.
CREATE TABLE {ns}coupon_claims (
  template_id BIGINT NOT NULL,
  account_id BIGINT NOT NULL,
  taken BIGINT NOT NULL,
  PRIMARY KEY (template_id, account_id)
);

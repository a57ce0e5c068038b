-- Cards that are exchanged for a coupon each; of the secret only the hash is kept.
CREATE TABLE {ns}coupon_cards (
  id {id},
  number TEXT NOT NULL,
  hash TEXT NOT NULL,
  template_id BIGINT NOT NULL,
  end_at BIGINT,
  account_id BIGINT NOT NULL,
  grant_id BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  spent_at BIGINT
);
-- Card: numbers are unique.
CREATE UNIQUE INDEX {ix}coupon_cards_number ON {ns}coupon_cards (number);

-- Rules by which coupons are merged into others; inputs and outputs are JSON lists.
CREATE TABLE {ns}coupon_merges (
  id {id},
  name TEXT NOT NULL,
  inputs TEXT NOT NULL,
  outputs TEXT NOT NULL,
  is_open BOOLEAN NOT NULL
);

-- ListGrants of a template, newest first.
CREATE INDEX {ix}coupon_grants_template ON {ns}coupon_grants (template_id, id);

-- PurgeBills: differences last seen long ago, and days last asked for then.
CREATE INDEX {ix}payment_differences_seen ON {ns}payment_differences (seen_at);
CREATE INDEX {ix}payment_bills_age ON {ns}payment_bills (next_try_at);

-- The gateway's own id of a notification, empty where it has none.
ALTER TABLE {ns}payment_notices ADD COLUMN notice TEXT NOT NULL DEFAULT '';
-- LogNotice: a notification is accepted once, however often it comes.
CREATE UNIQUE INDEX {ix}payment_notices_once ON {ns}payment_notices (provider, notice) WHERE notice <> '' AND result = 'accepted';

-- Freight of a line that was sent back apart from its pieces, fen of freight.
ALTER TABLE {ns}order_lines ADD COLUMN freight_back BIGINT NOT NULL DEFAULT 0;

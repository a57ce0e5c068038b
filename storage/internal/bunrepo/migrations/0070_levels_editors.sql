-- Who made and who last changed what the management back end shows; 0: the host.
ALTER TABLE {ns}categories ADD COLUMN creator_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE {ns}categories ADD COLUMN editor_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE {ns}goods ADD COLUMN editor_id BIGINT NOT NULL DEFAULT 0;

-- The membership that a piece of goods gives, and for how many days; lines keep
-- what was promised when they were ordered.
ALTER TABLE {ns}goods ADD COLUMN level_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE {ns}goods ADD COLUMN level_days INTEGER NOT NULL DEFAULT 0;
ALTER TABLE {ns}order_lines ADD COLUMN level_id BIGINT NOT NULL DEFAULT 0;
ALTER TABLE {ns}order_lines ADD COLUMN level_days INTEGER NOT NULL DEFAULT 0;

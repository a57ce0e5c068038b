-- Memberships by the calendar: of a grant, days is the count of a unit (0 days,
-- 1 weeks, 2 months, 3 years). What shops say of a level is a JSON object of texts.
ALTER TABLE {ns}level_grants ADD COLUMN unit INTEGER NOT NULL DEFAULT 0;
ALTER TABLE {ns}levels ADD COLUMN ext TEXT NOT NULL DEFAULT '{}';
-- Holders of a level.
CREATE INDEX {ix}level_holds_level ON {ns}level_holds (level_id);

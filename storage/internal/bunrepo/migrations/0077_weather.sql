-- Reports of the weather. A slot is a time from one sync to the next; reports
-- out of turn have none.
CREATE TABLE {ns}weather (
  id {id},
  slot TEXT,
  report TEXT NOT NULL,
  at BIGINT NOT NULL
);
-- Has, and the rule that a slot has one report.
CREATE UNIQUE INDEX {ix}weather_slot ON {ns}weather (slot) WHERE slot IS NOT NULL;
-- Latest, Forget.
CREATE INDEX {ix}weather_at ON {ns}weather (at, id);

-- Pieces of everything that can run out. available is 0 where unlimited is set.
CREATE TABLE {ns}stock_counters (
  kind TEXT NOT NULL,
  ref BIGINT NOT NULL,
  day TEXT NOT NULL,
  slot TEXT NOT NULL,
  available BIGINT NOT NULL CHECK (available >= 0),
  unlimited BOOLEAN NOT NULL,
  held BIGINT NOT NULL CHECK (held >= 0),
  sold BIGINT NOT NULL CHECK (sold >= 0),
  PRIMARY KEY (ref, kind, day, slot)
-- @sqlite
) WITHOUT ROWID;
-- @end
-- @postgres
);
-- @end

-- What a source took; one row per source and counter.
CREATE TABLE {ns}stock_holds (
  source TEXT NOT NULL,
  kind TEXT NOT NULL,
  ref BIGINT NOT NULL,
  day TEXT NOT NULL,
  slot TEXT NOT NULL,
  qty BIGINT NOT NULL,
  returned BIGINT NOT NULL,
  state INTEGER NOT NULL,
  created_at BIGINT NOT NULL,
  updated_at BIGINT NOT NULL,
  PRIMARY KEY (source, kind, ref, day, slot)
-- @sqlite
) WITHOUT ROWID;
-- @end
-- @postgres
);
-- @end

-- Adjustments by staff.
CREATE TABLE {ns}stock_log (
  id {id},
  kind TEXT NOT NULL,
  ref BIGINT NOT NULL,
  day TEXT NOT NULL,
  slot TEXT NOT NULL,
  before BIGINT NOT NULL,
  after BIGINT NOT NULL,
  actor_id BIGINT NOT NULL,
  face TEXT NOT NULL,
  addr TEXT NOT NULL,
  reason TEXT NOT NULL,
  at BIGINT NOT NULL
);
-- Entries of a counter, newest first.
CREATE INDEX {ix}stock_log_counter ON {ns}stock_log (ref, kind, day, slot, id DESC);

-- PurgeEvents looks at the oldest ids instead of the oldest moments: an index
-- less for every event.
DROP INDEX {ns}outbox_at;
-- @sqlite
-- Its one writer gives ids in the order of the commits, so what has no position
-- yet has the highest ids.
DROP INDEX {ns}outbox_new;
-- Each new row looks for its table among these, from the first one on: the
-- tables that grow fastest stand in front.
INSERT INTO sqlite_sequence (rowid, name, seq)
SELECT f.place + (SELECT COALESCE(MIN(s.rowid), 0) FROM sqlite_sequence AS s),
  f.name, COALESCE((SELECT MAX(s.seq) FROM sqlite_sequence AS s WHERE s.name = f.name), 0) FROM (
  SELECT -9 AS place, '{ns}outbox' AS name UNION ALL SELECT -8, '{ns}order_logs' UNION ALL SELECT -7, '{ns}order_lines'
  UNION ALL SELECT -6, '{ns}orders' UNION ALL SELECT -5, '{ns}cart_lines' UNION ALL SELECT -4, '{ns}payment_parts'
  UNION ALL SELECT -3, '{ns}payments' UNION ALL SELECT -2, '{ns}wallet_entries' UNION ALL SELECT -1, '{ns}payment_notices') AS f;
DELETE FROM sqlite_sequence WHERE EXISTS (
  SELECT 1 FROM sqlite_sequence AS s WHERE s.name = sqlite_sequence.name AND s.rowid < sqlite_sequence.rowid);
-- @end

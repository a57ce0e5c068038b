package bunrepo

import (
	"context"
	"time"
)

// claim takes rows of a table whose column due is past, oldest first, at most
// limit, and writes until into their leased_until, so that other processes pass
// them by; it answers their ids. This is the one place with row locks:
// PostgreSQL skips rows that another process is just claiming, SQLite has one
// writer. Where is an SQL condition of ours, the one of the index that serves it.
func (s *Store) claim(ctx context.Context, table, where, due string, now, until time.Time, limit int) ([]int64, error) {
	skip := ""
	if s.postgres() {
		skip = " FOR UPDATE SKIP LOCKED"
	}
	at := now.UnixMilli()
	var ids []int64
	err := s.rawWrite(ctx, `WITH due AS (
  SELECT id FROM ?(ns)`+table+` WHERE `+where+` AND `+due+` <= ? AND leased_until <= ? ORDER BY `+due+` LIMIT ?`+skip+`)
UPDATE ?(ns)`+table+` SET leased_until = ? WHERE id IN (SELECT id FROM due) RETURNING id`, at, at, limit, until.UnixMilli()).Scan(ctx, &ids)
	return ids, err
}

package bunrepo

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage/internal/txn"
)

type eventRow struct {
	bun.BaseModel `bun:"table:?(ns)outbox,alias:e"`

	ID        mall.ID `bun:"id,pk,autoincrement"`
	Kind      string  `bun:"kind"`
	Version   int     `bun:"version"`
	Aggregate mall.ID `bun:"aggregate_id"`
	Facts     string  `bun:"facts"`
	At        int64   `bun:"at"`
	Position  *int64  `bun:"position"`
}

func (r eventRow) fromRow() mall.Event {
	return mall.Event{ID: mall.ID(*r.Position), Kind: r.Kind, Version: r.Version, Aggregate: r.Aggregate,
		Facts: json.RawMessage(r.Facts), At: time.UnixMilli(r.At).UTC()}
}

// Append stores events in the running transaction; see mall.Outbox. Their ids
// are given later, by Events: a missing Version is 1, missing Facts are {}.
func (s *Store) Append(ctx context.Context, events ...mall.Event) error {
	if len(events) == 0 {
		return nil
	}
	rows := make([]eventRow, len(events))
	for i, e := range events {
		if len(e.Facts) == 0 {
			e.Facts = json.RawMessage("{}")
		}
		rows[i] = eventRow{Kind: e.Kind, Version: max(e.Version, 1), Aggregate: e.Aggregate,
			Facts: string(e.Facts), At: e.At.UnixMilli()}
	}
	_, err := insert(txn.Later(ctx), s, rows, "")
	return err
}

// numberAtOnce is how many events get their position in one transaction.
const numberAtOnce = 1000

// Events lists committed events after a position, in order, at most limit
// (1…1000). An event's ID is its position: once one was seen, no event with a
// lower one appears later, whatever the order in which transactions committed.
func (s *Store) Events(ctx context.Context, after mall.ID, limit int) ([]mall.Event, error) {
	limit = min(max(limit, 1), numberAtOnce)
	if err := s.number(ctx); err != nil {
		return nil, err
	}
	var rows []eventRow
	err := s.sel(ctx).Model(&rows).Where("e.position > ?", after).OrderExpr("e.position").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, err
	}
	events := make([]mall.Event, len(rows))
	for i, r := range rows {
		events[i] = r.fromRow()
	}
	return events, nil
}

// number gives positions to the events that have none. Transactions that
// number run one after the other, because each writes the head row first; they
// see only what is committed. So positions become visible in their order.
func (s *Store) number(ctx context.Context) error {
	var fresh int
	err := s.rawRead(ctx, "SELECT COUNT(*) FROM (SELECT 1 FROM ?(ns)outbox WHERE "+s.unnumbered()+" LIMIT 1) AS f").Scan(ctx, &fresh)
	if err != nil || fresh == 0 {
		return err
	}
	err = s.engine.Do(ctx, func(ctx context.Context) error {
		var head int64
		err := s.rawWrite(ctx, "UPDATE ?(ns)outbox_head SET position = position WHERE id = 1 RETURNING position").Scan(ctx, &head)
		if err != nil {
			return err
		}
		n, err := count(s.rawWrite(ctx, `UPDATE ?(ns)outbox SET position = f.position FROM (
			SELECT id, ? + ROW_NUMBER() OVER (ORDER BY id) AS position
			FROM (SELECT id FROM ?(ns)outbox WHERE `+s.unnumbered()+` ORDER BY id LIMIT ?) AS l) AS f
			WHERE ?(ns)outbox.id = f.id`, head, numberAtOnce).Exec(ctx))
		if err != nil {
			return err
		}
		_, err = s.rawWrite(ctx, "UPDATE ?(ns)outbox_head SET position = ? WHERE id = 1", head+n).Exec(ctx)
		return err
	})
	if errors.Is(err, mall.ErrReadOnly) { // inside a View: what has no position yet is not there yet
		return nil
	}
	return err
}

// unnumbered is the condition on events that have no position yet. SQLite needs
// no index for them: all that have one were there before.
func (s *Store) unnumbered() string {
	if s.postgres() {
		return "position IS NULL"
	}
	return "position IS NULL AND id > COALESCE((SELECT id FROM ?(ns)outbox WHERE position IS NOT NULL ORDER BY position DESC LIMIT 1), 0)"
}

// PurgeEvents deletes, of the 1000 events that were stored first, those that are
// older than before and that every consumer with a cursor has seen; it says how
// many. Call it until it gives 0.
func (s *Store) PurgeEvents(ctx context.Context, before time.Time) (n int64, err error) {
	err = s.engine.Do(ctx, func(ctx context.Context) (err error) {
		n, err = count(s.rawWrite(ctx, `DELETE FROM ?(ns)outbox WHERE id IN (
			SELECT id FROM (SELECT id, at, position FROM ?(ns)outbox ORDER BY id LIMIT ?) AS first WHERE at < ? AND (
				NOT EXISTS (SELECT 1 FROM ?(ns)outbox_cursors)
				OR position <= (SELECT MIN(position) FROM ?(ns)outbox_cursors)))`, numberAtOnce, before.UnixMilli()).Exec(ctx))
		return err
	})
	return n, err
}

package bunrepo

import (
	"context"
	"encoding/json"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
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

// Append stores events in the running transaction; see mall.Outbox.
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
	_, err := s.ins(ctx).Model(&rows).ExcludeColumn("id", "position").Returning("NULL").Exec(ctx)
	return err
}

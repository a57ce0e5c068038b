package bunrepo

import (
	"context"
	"encoding/json"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/weather"
)

// Weather is the repository of weather reports.
func (s *Store) Weather() weather.Repository { return reports{s} }

type reports struct{ *Store }

type reportRow struct {
	bun.BaseModel `bun:"table:?(ns)weather,alias:w"`

	ID     int64   `bun:"id,pk,autoincrement"`
	Slot   *string `bun:"slot"`
	Report string  `bun:"report"`
	At     *int64  `bun:"at"`
}

func (r reports) Add(ctx context.Context, e *weather.Entry) (bool, error) {
	b, err := json.Marshal(e.Report)
	if err != nil {
		return false, err
	}
	row := &reportRow{Report: string(b), At: millis(e.At)}
	if e.Slot != "" {
		row.Slot = &e.Slot
	}
	ok, err := hit(r.ins(ctx).Model(row).On("CONFLICT DO NOTHING").Returning("id").Exec(ctx))
	if err == nil && ok {
		e.ID = mall.ID(row.ID)
	}
	return ok, err
}

func (r reports) Latest(ctx context.Context, limit int) ([]weather.Entry, error) {
	var rows []reportRow
	if err := r.sel(ctx).Model(&rows).OrderExpr("w.at DESC, w.id DESC").Limit(int64(limit)).Scan(ctx); err != nil {
		return nil, err
	}
	list := make([]weather.Entry, len(rows))
	for i, row := range rows {
		list[i] = weather.Entry{ID: mall.ID(row.ID), At: moment(row.At)}
		if row.Slot != nil {
			list[i].Slot = *row.Slot
		}
		if err := json.Unmarshal([]byte(row.Report), &list[i].Report); err != nil {
			return nil, err
		}
	}
	return list, nil
}

func (r reports) Has(ctx context.Context, slot string) (bool, error) {
	return r.sel(ctx).Model((*reportRow)(nil)).Where("slot = ?", slot).Exists(ctx)
}

func (r reports) Forget(ctx context.Context, before time.Time, limit int) (int64, error) {
	old := r.sel(ctx).Model((*reportRow)(nil)).Column("id").Where("at < ?", before.UnixMilli()).Order("at").Limit(int64(limit))
	return count(r.del(ctx).Model((*reportRow)(nil)).Where("id IN (?)", old).Exec(ctx))
}

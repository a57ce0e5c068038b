package bunrepo

import (
	"maps"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/stock"
)

// stockKey is the name of a counter in rows that refer to one.
type stockKey struct {
	Kind string `bun:"kind"`
	Ref  int64  `bun:"ref"`
	Day  string `bun:"day"`
	Slot string `bun:"slot"`
}

func keyToRow(k stock.Key) stockKey { return stockKey{k.Kind, int64(k.Ref), k.Day, k.Slot} }

func (k stockKey) key() stock.Key {
	return stock.Key{Kind: k.Kind, Ref: mall.ID(k.Ref), Day: k.Day, Slot: k.Slot}
}

type stockCounterRow struct {
	bun.BaseModel `bun:"table:?(ns)stock_counters,alias:c"`
	stockKey

	Available int64 `bun:"available"`
	Unlimited bool  `bun:"unlimited"`
	Held      int64 `bun:"held"`
	Sold      int64 `bun:"sold"`
}

func (r stockCounterRow) level() int64 {
	if r.Unlimited {
		return stock.Unlimited
	}
	return r.Available
}

type stockHoldRow struct {
	bun.BaseModel `bun:"table:?(ns)stock_holds,alias:h"`
	Source        string `bun:"source"`
	stockKey

	Qty       int64 `bun:"qty"`
	Returned  int64 `bun:"returned"`
	State     int   `bun:"state"`
	CreatedAt int64 `bun:"created_at"`
	UpdatedAt int64 `bun:"updated_at"`
}

type stockLogRow struct {
	bun.BaseModel `bun:"table:?(ns)stock_log,alias:l"`
	ID            int64 `bun:"id,pk,autoincrement"`
	stockKey

	Before int64  `bun:"before"`
	After  int64  `bun:"after"`
	Actor  int64  `bun:"actor_id"`
	Face   string `bun:"face"`
	Addr   string `bun:"addr"`
	Reason string `bun:"reason"`
	At     int64  `bun:"at"`
}

func stockLogToRow(e stock.Entry) stockLogRow {
	return stockLogRow{
		stockKey: keyToRow(e.Key), Before: e.Before, After: e.After, Actor: int64(e.Actor),
		Face: string(e.Face), Addr: e.Addr, Reason: e.Reason, At: e.At.UnixMilli(),
	}
}

func (r stockLogRow) entry() stock.Entry {
	return stock.Entry{
		ID: mall.ID(r.ID), Key: r.key(), Before: r.Before, After: r.After, Actor: mall.ID(r.Actor),
		Face: mall.Face(r.Face), Addr: r.Addr, Reason: r.Reason, At: time.UnixMilli(r.At).UTC(),
	}
}

// keysOf is the keys of a set in order, so that statements are the same each time.
func keysOf[K int64 | string | mall.ID](set map[K]bool) []K { return slices.Sorted(maps.Keys(set)) }

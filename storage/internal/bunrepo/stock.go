package bunrepo

import (
	"context"
	"database/sql"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/stock"
)

// Stock is the repository of counters and holds.
func (s *Store) Stock() stock.Repository { return stocks{s} }

type stocks struct{ *Store }

// byKey is the condition on one counter, in the order of the primary keys.
const byKey = "ref = ? AND kind = ? AND day = ? AND slot = ?"

func keyArgs(k stock.Key) []any { return []any{k.Ref, k.Kind, k.Day, k.Slot} }

func (r stocks) Hold(ctx context.Context, source string, needs []stock.Need, at time.Time) (fresh bool, n int, err error) {
	rows := make([]stockHoldRow, len(needs))
	shifts := make([]stock.Shift, len(needs))
	for i, n := range needs {
		rows[i] = stockHoldRow{Source: source, stockKey: keyToRow(n.Key), Qty: n.Qty, CreatedAt: *millis(at), UpdatedAt: *millis(at)}
		shifts[i] = stock.Shift{Key: n.Key, Available: -n.Qty, Held: n.Qty}
	}
	if !r.postgres() {
		made, err := count(insert(ctx, r.Store, rows, "ON CONFLICT DO NOTHING"))
		if err != nil || made < int64(len(rows)) {
			return false, 0, err
		}
		n, err := r.Shift(ctx, shifts...)
		return true, n, err
	}
	text, args, err := inserting(r.Store, rows, "ON CONFLICT DO NOTHING RETURNING ref")
	if err != nil {
		return false, 0, err
	}
	made := 0
	n, err = r.shiftAll(ctx, shifts, reading{text, args, func(rows *sql.Rows) error {
		for rows.Next() {
			made++
		}
		return rows.Err()
	}})
	return made == len(rows), n, err
}

func (r stocks) MoveHolds(ctx context.Context, source string, to stock.State, at time.Time) ([]stock.Need, error) {
	var rows []stockHoldRow
	err := r.upd(ctx).Model((*stockHoldRow)(nil)).
		Set("state = ?", int(to)).Set("updated_at = ?", *millis(at)).
		Where("source = ? AND state = ?", source, int(stock.Held)).
		Returning("kind, ref, day, slot, qty").Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	needs := make([]stock.Need, len(rows))
	for i, row := range rows {
		needs[i] = stock.Need{Key: row.key(), Qty: row.Qty}
	}
	return needs, nil
}

func (r stocks) ReturnHold(ctx context.Context, source string, n stock.Need, at time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*stockHoldRow)(nil)).
		Set("returned = returned + ?", n.Qty).Set("updated_at = ?", *millis(at)).
		Where("source = ?", source).Where(byKey, keyArgs(n.Key)...).
		Where("state = ? AND returned + ? <= qty", int(stock.Sold), n.Qty).Exec(ctx))
}

// shifting adds to the numbers of one counter.
const shifting = `UPDATE ?(ns)stock_counters SET available = CASE WHEN unlimited THEN available ELSE available + ? END,
	held = held + ?, sold = sold + ? WHERE ` + byKey + ` AND (unlimited OR available + ? >= 0) AND held + ? >= 0 AND sold + ? >= 0`

func shiftArgs(c stock.Shift) []any {
	return []any{c.Available, c.Held, c.Sold, int64(c.Key.Ref), c.Key.Kind, c.Key.Day, c.Key.Slot, c.Available, c.Held, c.Sold}
}

func (r stocks) Shift(ctx context.Context, shifts ...stock.Shift) (int, error) {
	if r.postgres() {
		return r.shiftAll(ctx, shifts)
	}
	for i, c := range shifts {
		if ok, err := hit(r.exec(ctx, shifting, shiftArgs(c)...)); err != nil || !ok {
			return i, err
		}
	}
	return len(shifts), nil
}

// shiftAll changes counters by one message, behind what comes first.
func (r stocks) shiftAll(ctx context.Context, shifts []stock.Shift, first ...reading) (int, error) {
	changed := make([]bool, len(shifts))
	all := first
	for i, c := range shifts {
		all = append(all, reading{shifting + " RETURNING ref", shiftArgs(c), func(rows *sql.Rows) error {
			changed[i] = rows.Next()
			return rows.Err()
		}})
	}
	if err := r.togetherOn(ctx, r.engine.Writer(ctx), all); err != nil {
		return 0, err
	}
	if i := slices.Index(changed, false); i >= 0 {
		return i, nil
	}
	return len(shifts), nil
}

func (r stocks) Levels(ctx context.Context, keys []stock.Key) (map[stock.Key]stock.Level, error) {
	// The product of the parts holds every key, and may hold more: those are left out below.
	wanted := make(map[stock.Key]bool, len(keys))
	refs, kinds, days, slots := map[mall.ID]bool{}, map[string]bool{}, map[string]bool{}, map[string]bool{}
	for _, k := range keys {
		wanted[k] = true
		refs[k.Ref], kinds[k.Kind], days[k.Day], slots[k.Slot] = true, true, true, true
	}
	var rows []stockCounterRow
	err := r.sel(ctx).Model(&rows).
		Where("ref IN (?) AND kind IN (?)", bun.List(keysOf(refs)), bun.List(keysOf(kinds))).
		Where("day IN (?) AND slot IN (?)", bun.List(keysOf(days)), bun.List(keysOf(slots))).Scan(ctx)
	if err != nil {
		return nil, err
	}
	levels := make(map[stock.Key]stock.Level, len(rows))
	for _, row := range rows {
		if k := row.key(); wanted[k] {
			levels[k] = stock.Level{Available: row.level(), Held: row.Held, Sold: row.Sold}
		}
	}
	return levels, nil
}

func (r stocks) Create(ctx context.Context, counters []stock.Need) (map[stock.Key]bool, error) {
	rows := make([]stockCounterRow, len(counters))
	for i, c := range counters {
		rows[i] = stockCounterRow{stockKey: keyToRow(c.Key), Unlimited: c.Qty == stock.Unlimited, Available: max(c.Qty, 0)}
	}
	var made []stockKey
	err := r.ins(ctx).Model(&rows).On("CONFLICT DO NOTHING").Returning("kind, ref, day, slot").Scan(ctx, &made)
	if err != nil {
		return nil, err
	}
	created := make(map[stock.Key]bool, len(made))
	for _, k := range made {
		created[k.key()] = true
	}
	return created, nil
}

func (r stocks) Set(ctx context.Context, key stock.Key, from, to int64) (bool, error) {
	return hit(r.upd(ctx).Model((*stockCounterRow)(nil)).
		Set("available = ?", max(to, 0)).Set("unlimited = ?", to == stock.Unlimited).
		Where(byKey, keyArgs(key)...).
		Where("available = ? AND unlimited = ?", max(from, 0), from == stock.Unlimited).Exec(ctx))
}

func (r stocks) Log(ctx context.Context, entries []stock.Entry) error {
	rows := make([]stockLogRow, len(entries))
	for i, e := range entries {
		rows[i] = stockLogToRow(e)
	}
	_, err := r.ins(ctx).Model(&rows).ExcludeColumn("id").Returning("NULL").Exec(ctx)
	return err
}

func (r stocks) Entries(ctx context.Context, key stock.Key, p mall.Page) ([]stock.Entry, error) {
	var rows []stockLogRow
	err := r.sel(ctx).Model(&rows).Where(byKey, keyArgs(key)...).
		Order("id DESC").Limit(p.Limit).Offset(p.Offset).Scan(ctx)
	entries := make([]stock.Entry, len(rows))
	for i, row := range rows {
		entries[i] = row.entry()
	}
	return entries, err
}

func (r stocks) Erase(ctx context.Context, account mall.ID) error {
	_, err := r.upd(ctx).Model((*stockLogRow)(nil)).Set("addr = ''").Where("actor_id = ? AND actor_id <> 0", account).Exec(ctx)
	return err
}

package bunrepo

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cart"
)

// Carts is the repository of cart lines.
func (s *Store) Carts() cart.Repository { return carts{s} }

type carts struct{ *Store }

type cartLineRow struct {
	bun.BaseModel `bun:"table:?(ns)cart_lines,alias:l"`

	ID       int64     `bun:"id,pk,autoincrement"`
	Owner    int64     `bun:"owner"`
	Kind     string    `bun:"kind"`
	Key      string    `bun:"line_key"`
	GoodsID  int64     `bun:"goods_id"`
	SKUID    int64     `bun:"sku_id"`
	Addons   []mall.ID `bun:"addons,type:text"`
	Day      string    `bun:"day"`
	Slot     string    `bun:"slot"`
	Qty      int64     `bun:"qty"`
	Selected bool      `bun:"selected"`
	AddedAt  *int64    `bun:"added_at"`
}

func cartLineToRow(owner mall.ID, kind string, l cart.Line) *cartLineRow {
	addons := l.Addons
	if addons == nil {
		addons = []mall.ID{}
	}
	return &cartLineRow{
		Owner: int64(owner), Kind: kind, Key: l.Key, GoodsID: int64(l.Goods), SKUID: int64(l.SKU), Addons: addons,
		Day: l.Day, Slot: l.Slot, Qty: l.Qty, Selected: l.Selected, AddedAt: millis(l.AddedAt),
	}
}

func cartLineFromRow(r cartLineRow) cart.Line {
	return cart.Line{
		Key: r.Key, Goods: mall.ID(r.GoodsID), SKU: mall.ID(r.SKUID), Addons: r.Addons, Day: r.Day, Slot: r.Slot,
		Qty: r.Qty, Selected: r.Selected, AddedAt: moment(r.AddedAt),
	}
}

func cartLinesFromRows(rows []cartLineRow) []cart.Line {
	ls := make([]cart.Line, len(rows))
	for i, r := range rows {
		ls[i] = cartLineFromRow(r)
	}
	return ls
}

func (c carts) Add(ctx context.Context, owner mall.ID, kind string, l cart.Line, most int64) (qty, lines int64, err error) {
	text, args, err := inserting(c.Store, []cartLineRow{*cartLineToRow(owner, kind, l)}, `ON CONFLICT (owner, kind, line_key) DO UPDATE
		SET qty = l.qty + EXCLUDED.qty, selected = EXCLUDED.selected WHERE l.qty + EXCLUDED.qty <= ?`)
	if err != nil {
		return 0, 0, err
	}
	args = append(args, most)
	var now int64
	count := reading{"SELECT COUNT(*), COALESCE(MAX(CASE WHEN line_key = ? THEN qty END), 0) FROM ?(ns)cart_lines WHERE owner = ? AND kind = ?",
		[]any{l.Key, int64(owner), kind}, func(rows *sql.Rows) error {
			rows.Next()
			return cmp.Or(rows.Err(), rows.Scan(&lines, &now))
		}}
	changed := false
	if c.postgres() {
		added := reading{text + " RETURNING id", args, func(rows *sql.Rows) error {
			changed = rows.Next()
			return rows.Err()
		}}
		err = c.togetherOn(ctx, c.engine.Writer(ctx), []reading{added, count})
	} else if changed, err = hit(c.exec(ctx, text, args...)); err == nil {
		err = c.together(ctx, count)
	}
	if !changed {
		now = 0
	}
	return now, lines, err
}

func (c carts) SetQty(ctx context.Context, owner mall.ID, kind, key string, qty int64) (bool, error) {
	return hit(c.upd(ctx).Model((*cartLineRow)(nil)).Set("qty = ?", qty).
		Where("owner = ? AND kind = ? AND line_key = ?", owner, kind, key).Exec(ctx))
}

func (c carts) Select(ctx context.Context, owner mall.ID, kind string, keys []string, on bool) (int64, error) {
	return count(c.upd(ctx).Model((*cartLineRow)(nil)).Set("selected = ?", on).
		Where("owner = ? AND kind = ? AND line_key IN (?)", owner, kind, bun.List(keys)).Exec(ctx))
}

func (c carts) Remove(ctx context.Context, owner mall.ID, kind string, keys []string) (int64, error) {
	return count(c.del(ctx).Model((*cartLineRow)(nil)).
		Where("owner = ? AND kind = ? AND line_key IN (?)", owner, kind, bun.List(keys)).Exec(ctx))
}

func (c carts) Clear(ctx context.Context, owner mall.ID, kind string) (int64, error) {
	return count(c.del(ctx).Model((*cartLineRow)(nil)).Where("owner = ? AND kind = ?", owner, kind).Exec(ctx))
}

func (c carts) List(ctx context.Context, owner mall.ID, kind string) ([]cart.Line, error) {
	rows, err := c.query(ctx, "SELECT "+selecting[cartLineRow](c.Store, "l")+" FROM ?(ns)cart_lines AS l WHERE l.owner = ? AND l.kind = ? ORDER BY l.id",
		int64(owner), kind)
	return scanAll(c.Store, rows, err, 0, func(row *cartLineRow) cart.Line { return cartLineFromRow(*row) })
}

func (c carts) Find(ctx context.Context, owner mall.ID, kind, key string) (cart.Line, error) {
	var row cartLineRow
	err := c.sel(ctx).Model(&row).Where("owner = ? AND kind = ? AND line_key = ?", owner, kind, key).Scan(ctx)
	return cartLineFromRow(row), one(err)
}

func (c carts) Take(ctx context.Context, owner mall.ID, kind string, keys []string) ([]cart.Line, error) {
	var rows []cartLineRow
	q := c.del(ctx).Model(&rows).Where("owner = ? AND kind = ?", owner, kind)
	if keys == nil {
		q = q.Where("selected")
	} else {
		q = q.Where("line_key IN (?)", bun.List(keys))
	}
	if err := q.Returning("*").Scan(ctx); err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b cartLineRow) int { return cmp.Compare(a.ID, b.ID) })
	return cartLinesFromRows(rows), nil
}

func (c carts) Kinds(ctx context.Context, owner mall.ID) ([]string, error) {
	var kinds []string
	err := c.sel(ctx).Model((*cartLineRow)(nil)).ColumnExpr("DISTINCT kind").Where("owner = ?", owner).Order("kind").Scan(ctx, &kinds)
	return kinds, err
}

func (c carts) Erase(ctx context.Context, owner mall.ID) error {
	_, err := c.del(ctx).Model((*cartLineRow)(nil)).Where("owner = ?", owner).Exec(ctx)
	return err
}

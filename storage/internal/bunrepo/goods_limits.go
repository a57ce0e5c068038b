package bunrepo

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

type purchaseLimits struct{ *Store }

type goodsLimitRow struct {
	bun.BaseModel `bun:"table:?(ns)goods_limits,alias:l"`

	ID       int64 `bun:"id,pk,autoincrement"`
	Goods    int64 `bun:"goods_id"`
	SKU      int64 `bun:"sku_id"`
	Level    int64 `bun:"level_id"`
	Pieces   int64 `bun:"pieces"`
	Duration int   `bun:"duration"`
	Span     int   `bun:"span"`
}

type limitGuardRow struct {
	bun.BaseModel `bun:"table:?(ns)limit_guards,alias:g"`

	Buyer int64 `bun:"buyer_id"`
	Goods int64 `bun:"goods_id"`
	Turns int64 `bun:"turns"`
}

type limitTakeRow struct {
	bun.BaseModel `bun:"table:?(ns)limit_takes,alias:t"`

	Source string `bun:"source"`
	Goods  int64  `bun:"goods_id"`
	SKU    int64  `bun:"sku_id"`
	Buyer  int64  `bun:"buyer_id"`
	Day    string `bun:"day"`
	Pieces int64  `bun:"pieces"`
	Given  bool   `bun:"given"`
}

func (r purchaseLimits) Put(ctx context.Context, goods mall.ID, limits []catalog.Limit) error {
	if _, err := r.del(ctx).Model((*goodsLimitRow)(nil)).Where("goods_id = ?", goods).Exec(ctx); err != nil {
		return err
	}
	for i := range limits {
		l := &limits[i]
		row := goodsLimitRow{
			Goods: int64(goods), SKU: int64(l.SKU), Level: int64(l.Level), Pieces: l.Pieces, Duration: l.Duration, Span: int(l.Span),
		}
		if err := r.ins(ctx).Model(&row).ExcludeColumn("id").Returning("id").Scan(ctx, &row.ID); err != nil {
			return err
		}
		l.ID = mall.ID(row.ID)
	}
	return nil
}

func (r purchaseLimits) ByGoods(ctx context.Context, goods []mall.ID) (map[mall.ID][]catalog.Limit, error) {
	var rows []goodsLimitRow
	err := r.sel(ctx).Model(&rows).Where("goods_id IN (?)", bun.List(goods)).Order("id").Scan(ctx)
	found := map[mall.ID][]catalog.Limit{}
	for _, row := range rows {
		id := mall.ID(row.Goods)
		found[id] = append(found[id], catalog.Limit{
			ID: mall.ID(row.ID), Goods: id, SKU: mall.ID(row.SKU), Level: mall.ID(row.Level), Pieces: row.Pieces,
			Duration: row.Duration, Span: mall.Span(row.Span),
		})
	}
	return found, err
}

func (r purchaseLimits) Guard(ctx context.Context, buyer mall.ID, goods []mall.ID) error {
	rows := make([]limitGuardRow, len(goods))
	for i, id := range goods {
		rows[i] = limitGuardRow{Buyer: int64(buyer), Goods: int64(id), Turns: 1}
	}
	_, err := r.ins(ctx).Model(&rows).On("CONFLICT (buyer_id, goods_id) DO UPDATE").
		Set("turns = g.turns + 1").Returning("NULL").Exec(ctx)
	return err
}

func (r purchaseLimits) Taken(ctx context.Context, buyer mall.ID, goods []mall.ID, since string) ([]catalog.Taken, error) {
	var rows []limitTakeRow
	err := r.sel(ctx).Model(&rows).Column("goods_id", "sku_id", "day").ColumnExpr("SUM(pieces) AS pieces").
		Where("buyer_id = ? AND goods_id IN (?) AND day >= ? AND NOT given", buyer, bun.List(goods), since).
		Group("goods_id", "sku_id", "day").Scan(ctx)
	taken := make([]catalog.Taken, len(rows))
	for i, row := range rows {
		taken[i] = catalog.Taken{Goods: mall.ID(row.Goods), SKU: mall.ID(row.SKU), Day: row.Day, Pieces: row.Pieces}
	}
	return taken, err
}

func (r purchaseLimits) Take(ctx context.Context, source string, buyer mall.ID, takes []catalog.Taken) (bool, error) {
	rows := make([]limitTakeRow, len(takes))
	for i, t := range takes {
		rows[i] = limitTakeRow{Source: source, Goods: int64(t.Goods), SKU: int64(t.SKU), Buyer: int64(buyer), Day: t.Day, Pieces: t.Pieces}
	}
	n, err := count(r.ins(ctx).Model(&rows).On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx))
	return n == int64(len(rows)), err
}

func (r purchaseLimits) Give(ctx context.Context, source string) error {
	_, err := r.upd(ctx).Model((*limitTakeRow)(nil)).Set("given = ?", true).Where("source = ? AND NOT given", source).Exec(ctx)
	return err
}

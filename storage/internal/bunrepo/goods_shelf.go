package bunrepo

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

// onShelf is what the index goods_shelf holds, as its conditions have it.
const onShelf = "g.on_sale = TRUE AND g.deleted_at IS NULL AND g.shop_id <> 0"

// onSale is that goods are within their time of sale; its arguments are twice the moment.
const onSale = "(g.sale_from IS NULL OR g.sale_from <= ?) AND (g.sale_to IS NULL OR g.sale_to > ?)"

func (r products) Shelf(ctx context.Context, shop mall.ID, at time.Time, limit int64) ([]catalog.Goods, error) {
	var rows []goodsRow
	err := r.sel(ctx).Model(&rows).
		Where(onShelf+" AND g.shop_id = ?", shop).Where(onSale, at.UnixMilli(), at.UnixMilli()).
		OrderExpr("g.sort, g.id DESC").Limit(limit).Scan(ctx)
	goods := make([]catalog.Goods, len(rows))
	for i := range rows {
		goods[i] = goodsFromRow(&rows[i])
	}
	return goods, err
}

func (r products) Lowest(ctx context.Context, shops []mall.ID, at time.Time, day string) (map[mall.ID]mall.Money, error) {
	var rows []struct{ Shop, Price int64 }
	err := r.sel(ctx).Model((*goodsRow)(nil)).ColumnExpr("g.shop_id AS shop, MIN(g.min_price) AS price").
		Where(onShelf+" AND g.shop_id IN (?)", bun.List(shops)).Where(onSale, at.UnixMilli(), at.UnixMilli()).
		Where("(g.valid_from = '' OR g.valid_from <= ?) AND (g.valid_to = '' OR g.valid_to >= ?)", day, day).
		GroupExpr("g.shop_id").Scan(ctx, &rows)
	lowest := make(map[mall.ID]mall.Money, len(rows))
	for _, row := range rows {
		lowest[mall.ID(row.Shop)] = mall.Money(row.Price)
	}
	return lowest, err
}

func (r products) PicsOf(ctx context.Context, goods []mall.ID) (map[mall.ID][]catalog.Pic, error) {
	var rows []goodsPicRow
	err := r.sel(ctx).Model(&rows).Where("goods_id IN (?)", bun.List(goods)).Order("goods_id", "sort", "id").Scan(ctx)
	found := make(map[mall.ID][]catalog.Pic, len(goods))
	for _, row := range rows {
		id := mall.ID(row.Goods)
		found[id] = append(found[id], catalog.Pic{ID: mall.ID(row.ID), URL: row.URL})
	}
	return found, err
}

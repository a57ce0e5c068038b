package bunrepo

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/storage/internal/txn"
)

// Purchases is the repository of what buyers have bought.
func (s *Store) Purchases() order.PurchaseRepository { return purchases{s} }

type purchases struct{ *Store }

type purchaseRow struct {
	bun.BaseModel `bun:"table:?(ns)purchases,alias:p"`

	BuyerID  int64  `bun:"buyer_id,pk"`
	GoodsID  int64  `bun:"goods_id,pk"`
	BoughtAt *int64 `bun:"bought_at"`

	Name  string `bun:"name,scanonly"`
	Pic   string `bun:"pic,scanonly"`
	Price int64  `bun:"min_price,scanonly"`
	Sells int64  `bun:"sells,scanonly"`
}

func purchaseFromRow(r *purchaseRow) order.Purchase {
	return order.Purchase{
		Goods: mall.ID(r.GoodsID), Name: r.Name, Picture: r.Pic, MinPrice: mall.Money(r.Price), Sells: r.Sells, At: moment(r.BoughtAt),
	}
}

func (r purchases) Add(ctx context.Context, buyer mall.ID, goods []mall.ID, at time.Time) error {
	if len(goods) == 0 {
		return nil
	}
	rows := make([]purchaseRow, len(goods))
	for i, g := range goods {
		rows[i] = purchaseRow{BuyerID: int64(buyer), GoodsID: int64(g), BoughtAt: millis(at)}
	}
	_, err := r.ins(ctx).Model(&rows).On("CONFLICT (buyer_id, goods_id) DO UPDATE").
		Set("bought_at = EXCLUDED.bought_at").Where("p.bought_at < EXCLUDED.bought_at").Returning("NULL").Exec(txn.Later(ctx))
	return err
}

func (r purchases) List(ctx context.Context, f order.PurchaseFilter, p mall.Page) ([]order.Purchase, error) {
	var rows []purchaseRow
	err := r.filter(r.sel(ctx).Model(&rows).ColumnExpr("p.buyer_id, p.goods_id, p.bought_at, g.name, g.pic, g.min_price, g.sells"), f).
		OrderExpr("p.bought_at DESC, p.goods_id DESC").Limit(p.Limit).Offset(p.Offset).Scan(ctx)
	list := make([]order.Purchase, len(rows))
	for i := range rows {
		list[i] = purchaseFromRow(&rows[i])
	}
	return list, err
}

func (r purchases) Total(ctx context.Context, f order.PurchaseFilter, atMost int64) (n int64, err error) {
	some := r.filter(r.sel(ctx).Model((*purchaseRow)(nil)).ColumnExpr("1"), f).Limit(atMost)
	err = r.sel(ctx).TableExpr("(?) AS t", some).ColumnExpr("count(*)").Scan(ctx, &n)
	return n, err
}

func (r purchases) filter(q *bun.SelectQuery, f order.PurchaseFilter) *bun.SelectQuery {
	q = q.Join("JOIN ?(ns)goods AS g ON g.id = p.goods_id").Where("p.buyer_id = ?", f.Buyer)
	if f.Name != "" {
		q = like(q, r.postgres(), "g.name", f.Name)
	}
	if f.Category != 0 {
		q = q.Where(`g.category_id IN (WITH RECURSIVE below (id) AS (
			SELECT id FROM ?(ns)categories WHERE id = ?
			UNION SELECT c.id FROM ?(ns)categories AS c JOIN below ON c.parent_id = below.id
		) SELECT id FROM below)`, f.Category)
	}
	if !f.From.IsZero() {
		q = q.Where("p.bought_at >= ?", f.From.UnixMilli())
	}
	if !f.Before.IsZero() {
		q = q.Where("p.bought_at < ?", f.Before.UnixMilli())
	}
	return q
}

func (r purchases) Remove(ctx context.Context, buyer, goods mall.ID) (bool, error) {
	return hit(r.del(ctx).Model((*purchaseRow)(nil)).Where("buyer_id = ? AND goods_id = ?", buyer, goods).Exec(ctx))
}

func (r purchases) Erase(ctx context.Context, buyer mall.ID) error {
	_, err := r.del(ctx).Model((*purchaseRow)(nil)).Where("buyer_id = ?", buyer).Exec(ctx)
	return err
}

package bunrepo

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

type reviews struct{ *Store }

type reviewRow struct {
	bun.BaseModel `bun:"table:?(ns)reviews,alias:r"`

	ID        int64    `bun:"id,pk,autoincrement"`
	OrderLine int64    `bun:"order_line_id"`
	Order     int64    `bun:"order_id"`
	Goods     int64    `bun:"goods_id"`
	SKU       int64    `bun:"sku_id"`
	Buyer     int64    `bun:"buyer_id"`
	Name      string   `bun:"name"`
	Pic       string   `bun:"pic"`
	Property  string   `bun:"property"`
	Qty       int64    `bun:"qty"`
	Amount    int64    `bun:"amount"`
	Score     int64    `bun:"score"`
	Rank      int      `bun:"verdict"`
	Stars     int      `bun:"stars"`
	Remark    string   `bun:"remark"`
	Pics      []string `bun:"pics,type:text"`
	Reply     string   `bun:"reply"`
	RepliedAt *int64   `bun:"replied_at"`
	Hidden    bool     `bun:"hidden"`
	CreatedAt int64    `bun:"created_at"`
}

func reviewToRow(v catalog.Review) reviewRow {
	return reviewRow{
		OrderLine: int64(v.OrderLine), Order: int64(v.Order), Goods: int64(v.Goods), SKU: int64(v.SKU), Buyer: int64(v.Buyer),
		Name: v.Name, Pic: v.Pic, Property: v.Property, Qty: v.Qty, Amount: int64(v.Amount), Score: v.Score, Rank: int(v.Rank),
		Stars: v.Stars, Remark: v.Remark, Pics: filled(v.Pics), Reply: v.Reply, RepliedAt: millis(v.RepliedAt), Hidden: v.Hidden,
		CreatedAt: v.CreatedAt.UnixMilli(),
	}
}

func reviewFromRow(r *reviewRow) catalog.Review {
	return catalog.Review{
		ID: mall.ID(r.ID), OrderLine: mall.ID(r.OrderLine), Order: mall.ID(r.Order), Goods: mall.ID(r.Goods), SKU: mall.ID(r.SKU),
		Buyer: mall.ID(r.Buyer), Name: r.Name, Pic: r.Pic, Property: r.Property, Qty: r.Qty, Amount: mall.Money(r.Amount),
		Score: r.Score, Rank: catalog.Rank(r.Rank), Stars: r.Stars, Remark: r.Remark, Pics: r.Pics, Reply: r.Reply,
		RepliedAt: moment(r.RepliedAt), Hidden: r.Hidden, CreatedAt: moment(&r.CreatedAt),
	}
}

func reviewsFromRows(rows []reviewRow) []catalog.Review {
	list := make([]catalog.Review, len(rows))
	for i := range rows {
		list[i] = reviewFromRow(&rows[i])
	}
	return list
}

func (r reviews) Add(ctx context.Context, list []catalog.Review) error {
	rows := make([]reviewRow, len(list))
	for i, v := range list {
		rows[i] = reviewToRow(v)
	}
	n, err := count(r.ins(ctx).Model(&rows).ExcludeColumn("id").On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx))
	if err == nil && n < int64(len(rows)) {
		return mall.ErrConflict.With("order line")
	}
	return err
}

func (r reviews) Reply(ctx context.Context, id mall.ID, text string, at time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*reviewRow)(nil)).Set("reply = ?", text).Set("replied_at = ?", at.UnixMilli()).
		Where("id = ?", id).Exec(ctx))
}

func (r reviews) Hide(ctx context.Context, id mall.ID, hidden bool) (catalog.Review, error) {
	var rows []reviewRow
	err := r.upd(ctx).Model(&rows).Set("hidden = ?", hidden).Where("id = ? AND hidden = ?", id, !hidden).
		Returning("*").Scan(ctx)
	if err != nil {
		return catalog.Review{}, one(err)
	}
	if len(rows) == 0 {
		return catalog.Review{}, mall.ErrNotFound
	}
	return reviewsFromRows(rows)[0], nil
}

func (r reviews) List(ctx context.Context, f catalog.ReviewFilter, p mall.Page, atMost int64) ([]catalog.Review, int64, error) {
	narrow := func(q *bun.SelectQuery) *bun.SelectQuery {
		q = q.Where("goods_id = ? AND NOT hidden", f.Goods)
		if f.Rank != nil {
			q = q.Where("verdict = ?", int(*f.Rank))
		}
		return q
	}
	var rows []reviewRow
	if err := narrow(r.sel(ctx).Model(&rows)).Order("id DESC").Limit(p.Limit).Offset(p.Offset).Scan(ctx); err != nil {
		return nil, 0, err
	}
	var total int64
	inner := narrow(r.sel(ctx).Model((*reviewRow)(nil)).ColumnExpr("1")).Limit(atMost + 1)
	err := r.sel(ctx).TableExpr("(?) AS counted", inner).ColumnExpr("COUNT(*)").Scan(ctx, &total)
	return reviewsFromRows(rows), total, err
}

func (r reviews) Each(ctx context.Context, buyer, after mall.ID, limit int64) ([]catalog.Review, error) {
	return each(ctx, r.sel(ctx).Where("buyer_id = ?", buyer), after, limit, reviewFromRow)
}

func (r reviews) Erase(ctx context.Context, buyer mall.ID) error {
	if _, err := r.upd(ctx).Model((*reviewRow)(nil)).Set("remark = ''").Set("pics = '[]'").Set("reply = ''").
		Where("buyer_id = ?", buyer).Exec(ctx); err != nil {
		return err
	}
	_, err := r.del(ctx).Model((*dealRow)(nil)).Where("buyer_id = ?", buyer).Exec(ctx)
	return err
}

type dealRow struct {
	bun.BaseModel `bun:"table:?(ns)deals,alias:d"`

	ID    int64 `bun:"id,pk,autoincrement"`
	Kind  int   `bun:"kind"`
	Goods int64 `bun:"goods_id"`
	Buyer int64 `bun:"buyer_id"`
	At    int64 `bun:"at"`

	Name string `bun:"goods_name,scanonly"`
	Pic  string `bun:"goods_pic,scanonly"`
}

func (r reviews) AddDeals(ctx context.Context, deals []catalog.Deal, keep int64) error {
	if len(deals) == 0 {
		return nil
	}
	rows := make([]dealRow, len(deals))
	for i, d := range deals {
		rows[i] = dealRow{Kind: int(d.Kind), Goods: int64(d.Goods), Buyer: int64(d.Buyer), At: d.At.UnixMilli()}
	}
	if _, err := r.ins(ctx).Model(&rows).ExcludeColumn("id").Returning("NULL").Exec(ctx); err != nil {
		return err
	}
	for _, kind := range []catalog.DealKind{catalog.Ordered, catalog.Paid} {
		if _, err := r.rawWrite(ctx, `DELETE FROM ?(ns)deals WHERE kind = ? AND id <= (
			SELECT id FROM ?(ns)deals WHERE kind = ? ORDER BY id DESC LIMIT 1 OFFSET ?)`, int(kind), int(kind), keep).Exec(ctx); err != nil {
			return err
		}
	}
	return nil
}

func (r reviews) Deals(ctx context.Context, kind catalog.DealKind, limit int64) ([]catalog.Deal, error) {
	var rows []dealRow
	err := r.sel(ctx).Model(&rows).
		ColumnExpr("d.id, d.kind, d.goods_id, d.buyer_id, d.at, g.name AS goods_name, g.pic AS goods_pic").
		Join("JOIN ?(ns)goods AS g ON g.id = d.goods_id AND g.listed = TRUE").
		Where("d.kind = ?", int(kind)).OrderExpr("d.id DESC").Limit(limit).Scan(ctx)
	deals := make([]catalog.Deal, len(rows))
	for i, row := range rows {
		deals[i] = catalog.Deal{
			ID: mall.ID(row.ID), Kind: catalog.DealKind(row.Kind), Goods: mall.ID(row.Goods), Buyer: mall.ID(row.Buyer),
			At: moment(&row.At), Name: row.Name, Pic: row.Pic,
		}
	}
	return deals, err
}

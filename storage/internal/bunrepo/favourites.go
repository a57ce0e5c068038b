package bunrepo

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

type favourites struct{ *Store }

type favouriteRow struct {
	bun.BaseModel `bun:"table:?(ns)favourites,alias:f"`

	ID        int64  `bun:"id,pk,autoincrement"`
	Account   int64  `bun:"account_id"`
	Goods     int64  `bun:"goods_id"`
	Type      int    `bun:"type"`
	JSON      string `bun:"json"`
	CreatedAt int64  `bun:"created_at"`
	UpdatedAt int64  `bun:"updated_at"`

	Name string `bun:"goods_name,scanonly"`
	Pic  string `bun:"goods_pic,scanonly"`
}

func favouriteFromRow(r *favouriteRow) catalog.Favourite {
	return catalog.Favourite{
		ID: mall.ID(r.ID), Account: mall.ID(r.Account), Goods: mall.ID(r.Goods), Type: r.Type, JSON: r.JSON, Name: r.Name, Pic: r.Pic,
		CreatedAt: moment(&r.CreatedAt), UpdatedAt: moment(&r.UpdatedAt),
	}
}

func (r favourites) Add(ctx context.Context, f catalog.Favourite) (bool, error) {
	row := favouriteRow{
		Account: int64(f.Account), Goods: int64(f.Goods), Type: f.Type, JSON: f.JSON,
		CreatedAt: f.CreatedAt.UnixMilli(), UpdatedAt: f.UpdatedAt.UnixMilli(),
	}
	added, err := hit(r.ins(ctx).Model(&row).ExcludeColumn("id").On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx))
	if err != nil || added {
		return added, err
	}
	_, err = r.upd(ctx).Model((*favouriteRow)(nil)).Set("json = ?", f.JSON).Set("updated_at = ?", row.UpdatedAt).
		Where("account_id = ? AND goods_id = ? AND type = ?", f.Account, f.Goods, f.Type).Exec(ctx)
	return false, err
}

func (r favourites) Remove(ctx context.Context, account, id, goods mall.ID, typ int) (catalog.Favourite, error) {
	var rows []favouriteRow
	q := r.del(ctx).Model(&rows).Where("account_id = ?", account)
	if id != 0 {
		q = q.Where("id = ?", id)
	} else {
		q = q.Where("goods_id = ? AND type = ?", goods, typ)
	}
	err := q.Returning("id, account_id, goods_id, type, json, created_at, updated_at").Scan(ctx)
	if err != nil || len(rows) == 0 {
		if err == nil {
			err = mall.ErrNotFound
		}
		return catalog.Favourite{}, one(err)
	}
	return favouriteFromRow(&rows[0]), nil
}

func (r favourites) Has(ctx context.Context, account, goods mall.ID, typ int) (bool, error) {
	return r.sel(ctx).Model((*favouriteRow)(nil)).
		Where("account_id = ? AND goods_id = ? AND type = ?", account, goods, typ).Exists(ctx)
}

// of are the favourites of an account with what their goods look like today.
func (r favourites) of(ctx context.Context, account mall.ID) *bun.SelectQuery {
	return r.sel(ctx).
		ColumnExpr("f.id, f.account_id, f.goods_id, f.type, f.json, f.created_at, f.updated_at").
		ColumnExpr("COALESCE(g.name, '') AS goods_name, COALESCE(g.pic, '') AS goods_pic").
		Join("LEFT JOIN ?(ns)goods AS g ON g.id = f.goods_id AND f.type = ?", catalog.FavouriteGoods).
		Where("f.account_id = ?", account)
}

func (r favourites) List(ctx context.Context, account mall.ID, nameLike string, p mall.Page) ([]catalog.Favourite, error) {
	var rows []favouriteRow
	q := r.of(ctx, account).Model(&rows).OrderExpr("f.id DESC").Limit(p.Limit).Offset(p.Offset)
	if nameLike != "" {
		q = like(q, r.postgres(), "g.name", nameLike)
	}
	err := q.Scan(ctx)
	list := make([]catalog.Favourite, len(rows))
	for i := range rows {
		list[i] = favouriteFromRow(&rows[i])
	}
	return list, err
}

func (r favourites) Each(ctx context.Context, account, after mall.ID, limit int64) ([]catalog.Favourite, error) {
	return each(ctx, r.of(ctx, account), after, limit, favouriteFromRow)
}

func (r favourites) Erase(ctx context.Context, account mall.ID) ([]catalog.Favourite, error) {
	var rows []favouriteRow
	err := r.del(ctx).Model(&rows).Where("account_id = ?", account).
		Returning("id, account_id, goods_id, type, json, created_at, updated_at").Scan(ctx)
	list := make([]catalog.Favourite, len(rows))
	for i := range rows {
		list[i] = favouriteFromRow(&rows[i])
	}
	return list, err
}

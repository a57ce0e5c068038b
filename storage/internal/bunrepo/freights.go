package bunrepo

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

type freights struct{ *Store }

type freightRow struct {
	bun.BaseModel `bun:"table:?(ns)freights,alias:f"`

	ID        int64                 `bun:"id,pk,autoincrement"`
	Shop      int64                 `bun:"shop_id"`
	Name      string                `bun:"name"`
	Free      bool                  `bun:"free"`
	Basis     int                   `bun:"basis"`
	Rules     []catalog.FreightRule `bun:"rules,type:text"`
	CreatedAt int64                 `bun:"created_at"`
	UpdatedAt int64                 `bun:"updated_at"`
}

func freightFromRow(r *freightRow) catalog.Freight {
	return catalog.Freight{
		ID: mall.ID(r.ID), Shop: mall.ID(r.Shop), Name: r.Name, Free: r.Free, Basis: catalog.Basis(r.Basis), Rules: r.Rules,
	}
}

func (r freights) Put(ctx context.Context, f *catalog.Freight, at time.Time) error {
	row := freightRow{
		ID: int64(f.ID), Shop: int64(f.Shop), Name: f.Name, Free: f.Free, Basis: int(f.Basis), Rules: filled(f.Rules),
		CreatedAt: at.UnixMilli(), UpdatedAt: at.UnixMilli(),
	}
	if f.ID != 0 {
		ok, err := hit(r.upd(ctx).Model(&row).ExcludeColumn("id", "created_at").Where("id = ?", f.ID).Exec(ctx))
		if err == nil && !ok {
			return mall.ErrNotFound
		}
		return err
	}
	err := r.ins(ctx).Model(&row).ExcludeColumn("id").Returning("id").Scan(ctx, &row.ID)
	f.ID = mall.ID(row.ID)
	return err
}

func (r freights) Delete(ctx context.Context, id mall.ID) (bool, error) {
	return hit(r.rawWrite(ctx, `DELETE FROM ?(ns)freights WHERE id = ?
		AND NOT EXISTS (SELECT 1 FROM ?(ns)goods AS g WHERE g.freight_id = ? AND g.freight_id <> 0 AND g.deleted_at IS NULL)`,
		id, id).Exec(ctx))
}

func (r freights) ByIDs(ctx context.Context, ids []mall.ID) (map[mall.ID]*catalog.Freight, error) {
	var rows []freightRow
	err := r.sel(ctx).Model(&rows).Where("id IN (?)", bun.List(ids)).Scan(ctx)
	found := make(map[mall.ID]*catalog.Freight, len(rows))
	for i := range rows {
		f := freightFromRow(&rows[i])
		found[f.ID] = &f
	}
	return found, err
}

func (r freights) All(ctx context.Context, shop mall.ID) ([]catalog.Freight, error) {
	var rows []freightRow
	err := r.sel(ctx).Model(&rows).Where("shop_id = ?", shop).Order("id").Scan(ctx)
	all := make([]catalog.Freight, len(rows))
	for i := range rows {
		all[i] = freightFromRow(&rows[i])
	}
	return all, err
}

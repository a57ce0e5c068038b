package bunrepo

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/shop"
)

type shopCategoryRow struct {
	bun.BaseModel `bun:"table:?(ns)shop_categories,alias:c"`

	ID        int64  `bun:"id,pk,autoincrement"`
	Parent    int64  `bun:"parent_id"`
	Name      string `bun:"name"`
	Icon      string `bun:"icon"`
	Sort      int64  `bun:"sort"`
	Used      bool   `bun:"used"`
	CreatedAt int64  `bun:"created_at"`
	UpdatedAt int64  `bun:"updated_at"`
}

func shopCategoryToRow(c *shop.Category) *shopCategoryRow {
	return &shopCategoryRow{
		ID: int64(c.ID), Parent: int64(c.Parent), Name: c.Name, Icon: c.Icon, Sort: c.Sort, Used: c.Used,
		CreatedAt: c.CreatedAt.UnixMilli(), UpdatedAt: c.UpdatedAt.UnixMilli(),
	}
}

func shopCategoryFromRow(r *shopCategoryRow) shop.Category {
	return shop.Category{
		ID: mall.ID(r.ID), Parent: mall.ID(r.Parent), Name: r.Name, Icon: r.Icon, Sort: r.Sort, Used: r.Used,
		CreatedAt: moment(&r.CreatedAt), UpdatedAt: moment(&r.UpdatedAt),
	}
}

func (r shops) PutCategory(ctx context.Context, c *shop.Category) error {
	row := shopCategoryToRow(c)
	if c.ID == 0 {
		err := r.ins(ctx).Model(row).ExcludeColumn("id").Returning("id").Scan(ctx, &row.ID)
		c.ID = mall.ID(row.ID)
		return err
	}
	ok, err := hit(r.upd(ctx).Model(row).ExcludeColumn("id", "created_at").Where("id = ?", c.ID).Exec(ctx))
	if err == nil && !ok {
		return mall.ErrNotFound
	}
	return err
}

func (r shops) DeleteCategory(ctx context.Context, id mall.ID) (bool, error) {
	return hit(r.rawWrite(ctx, `DELETE FROM ?(ns)shop_categories WHERE id = ?
		AND NOT EXISTS (SELECT 1 FROM ?(ns)shop_categories AS c WHERE c.parent_id = ?)
		AND NOT EXISTS (SELECT 1 FROM ?(ns)shops AS s WHERE s.category_id = ? AND s.category_id <> 0)`, id, id, id).Exec(ctx))
}

func (r shops) Categories(ctx context.Context) ([]shop.Category, error) {
	var rows []shopCategoryRow
	err := r.sel(ctx).Model(&rows).Order("sort", "id").Scan(ctx)
	all := make([]shop.Category, len(rows))
	for i := range rows {
		all[i] = shopCategoryFromRow(&rows[i])
	}
	return all, err
}

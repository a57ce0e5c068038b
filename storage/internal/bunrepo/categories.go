package bunrepo

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

type categories struct{ *Store }

type categoryRow struct {
	bun.BaseModel `bun:"table:?(ns)categories,alias:c"`

	ID        int64             `bun:"id,pk,autoincrement"`
	Code      string            `bun:"code"`
	Shop      int64             `bun:"shop_id"`
	Parent    int64             `bun:"parent_id"`
	Level     int               `bun:"level"`
	Name      string            `bun:"name"`
	Key       string            `bun:"cat_key"`
	Type      string            `bun:"type"`
	Icon      string            `bun:"icon"`
	Pic       string            `bun:"pic"`
	Sort      int64             `bun:"sort"`
	Used      bool              `bun:"used"`
	Extra     map[string]string `bun:"extra,type:text"`
	CreatedAt int64             `bun:"created_at"`
	UpdatedAt int64             `bun:"updated_at"`
	Creator   int64             `bun:"creator_id"`
	Editor    int64             `bun:"editor_id"`
}

func categoryToRow(c *catalog.Category) *categoryRow {
	return &categoryRow{
		ID: int64(c.ID), Code: c.Code, Shop: int64(c.Shop), Parent: int64(c.Parent), Level: c.Level, Name: c.Name, Key: c.Key,
		Type: c.Type, Icon: c.Icon, Pic: c.Pic, Sort: c.Sort, Used: c.Used, Extra: filledMap(c.Extra),
		CreatedAt: c.CreatedAt.UnixMilli(), UpdatedAt: c.UpdatedAt.UnixMilli(), Creator: int64(c.Creator), Editor: int64(c.Editor),
	}
}

func categoryFromRow(r *categoryRow) catalog.Category {
	return catalog.Category{
		ID: mall.ID(r.ID), Code: r.Code, Shop: mall.ID(r.Shop), Parent: mall.ID(r.Parent), Level: r.Level, Name: r.Name, Key: r.Key,
		Type: r.Type, Icon: r.Icon, Pic: r.Pic, Sort: r.Sort, Used: r.Used, Extra: r.Extra,
		CreatedAt: moment(&r.CreatedAt), UpdatedAt: moment(&r.UpdatedAt), Creator: mall.ID(r.Creator), Editor: mall.ID(r.Editor),
	}
}

func (r categories) Insert(ctx context.Context, c *catalog.Category) error {
	var id int64
	err := one(r.ins(ctx).Model(categoryToRow(c)).ExcludeColumn("id").On("CONFLICT DO NOTHING").Returning("id").Scan(ctx, &id))
	if mall.KindOf(err) == mall.NotFound {
		return mall.ErrConflict.With("code")
	}
	c.ID = mall.ID(id)
	return err
}

func (r categories) Update(ctx context.Context, c *catalog.Category) error {
	ok, err := hit(r.upd(ctx).Model(categoryToRow(c)).ExcludeColumn("id", "code", "created_at", "creator_id").Where("id = ?", c.ID).Exec(ctx))
	if err == nil && !ok {
		return mall.ErrNotFound
	}
	return err
}

func (r categories) SetLevels(ctx context.Context, below mall.ID, by int) error {
	ids, err := r.Below(ctx, below)
	if err != nil {
		return err
	}
	_, err = r.upd(ctx).Model((*categoryRow)(nil)).Set("level = level + ?", by).
		Where("id IN (?) AND id <> ?", bun.List(ids), below).Exec(ctx)
	return err
}

func (r categories) Delete(ctx context.Context, id mall.ID) (bool, error) {
	return hit(r.rawWrite(ctx, `DELETE FROM ?(ns)categories WHERE id = ?
		AND NOT EXISTS (SELECT 1 FROM ?(ns)categories AS c WHERE c.parent_id = ?)
		AND NOT EXISTS (SELECT 1 FROM ?(ns)goods AS g WHERE g.category_id = ? AND g.deleted_at IS NULL)`, id, id, id).Exec(ctx))
}

func (r categories) Empty(ctx context.Context, id mall.ID, at time.Time) error {
	r.goodsChanged(ctx)
	_, err := r.upd(ctx).Model((*goodsRow)(nil)).Set("category_id = 0").Set("updated_at = ?", at.UnixMilli()).
		Where("category_id = ? AND deleted_at IS NULL", id).Exec(ctx)
	if err != nil {
		return err
	}
	return products(r).repeat(ctx, "s.category_id = ? AND g.category_id <> s.category_id", id)
}

func (r categories) Find(ctx context.Context, id mall.ID) (*catalog.Category, error) {
	return r.find(ctx, "id = ?", id)
}

func (r categories) FindCode(ctx context.Context, code string) (*catalog.Category, error) {
	return r.find(ctx, "code = ?", code)
}

func (r categories) Named(ctx context.Context, shop, parent mall.ID, name string) (mall.ID, error) {
	var id mall.ID
	err := r.sel(ctx).Model((*categoryRow)(nil)).Column("id").
		Where("parent_id = ? AND shop_id = ? AND name = ?", parent, shop, name).Order("id").Limit(1).Scan(ctx, &id)
	if err := one(err); mall.KindOf(err) != mall.NotFound {
		return id, err
	}
	return 0, nil
}

func (r categories) find(ctx context.Context, where string, arg any) (*catalog.Category, error) {
	var row categoryRow
	if err := r.sel(ctx).Model(&row).Where(where, arg).Scan(ctx); err != nil {
		return nil, one(err)
	}
	c := categoryFromRow(&row)
	return &c, nil
}

func (r categories) All(ctx context.Context, shop *mall.ID, usedOnly bool) ([]catalog.Category, error) {
	var rows []categoryRow
	q := r.sel(ctx).Model(&rows).Order("sort", "id")
	if shop != nil {
		q = q.Where("shop_id = ?", *shop)
	}
	if usedOnly {
		q = q.Where("used")
	}
	err := q.Scan(ctx)
	all := make([]catalog.Category, len(rows))
	for i := range rows {
		all[i] = categoryFromRow(&rows[i])
	}
	return all, err
}

func (r categories) Below(ctx context.Context, id mall.ID) ([]mall.ID, error) {
	var ids []mall.ID
	err := r.rawRead(ctx, `WITH RECURSIVE below (id) AS (
		SELECT id FROM ?(ns)categories WHERE id = ?
		UNION SELECT c.id FROM ?(ns)categories AS c JOIN below ON c.parent_id = below.id
	) SELECT id FROM below ORDER BY id`, id).Scan(ctx, &ids)
	return ids, err
}

func (r categories) LastCode(ctx context.Context) (string, error) {
	return r.lastCode(ctx, "categories")
}

func (r categories) SetLastCode(ctx context.Context, code string) error {
	return r.setLastCode(ctx, "categories", code)
}

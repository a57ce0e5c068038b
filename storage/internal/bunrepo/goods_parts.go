package bunrepo

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

type goodsPicRow struct {
	bun.BaseModel `bun:"table:?(ns)goods_pics,alias:p"`

	ID    int64  `bun:"id,pk,autoincrement"`
	Goods int64  `bun:"goods_id"`
	URL   string `bun:"url"`
	Sort  int64  `bun:"sort"`
}

type goodsOptionRow struct {
	bun.BaseModel `bun:"table:?(ns)goods_options,alias:o"`

	ID        int64  `bun:"id,pk,autoincrement"`
	Goods     int64  `bun:"goods_id"`
	Parent    int64  `bun:"parent_id"`
	Name      string `bun:"name"`
	Remark    string `bun:"remark"`
	Pic       string `bun:"pic"`
	Sort      int64  `bun:"sort"`
	CreatedAt int64  `bun:"created_at"`
	DeletedAt *int64 `bun:"deleted_at"`
}

func (r products) picRows(ctx context.Context, goods mall.ID) ([]goodsPicRow, error) {
	var rows []goodsPicRow
	err := r.sel(ctx).Model(&rows).Where("goods_id = ?", goods).Order("sort", "id").Scan(ctx)
	return rows, err
}

func (r products) PutPics(ctx context.Context, goods mall.ID, urls []string) error {
	old, err := r.picRows(ctx, goods)
	if err != nil {
		return err
	}
	same := slices.EqualFunc(old, urls, func(o goodsPicRow, url string) bool { return o.URL == url })
	if same {
		return nil
	}
	rows := make([]goodsPicRow, len(urls))
	for i, url := range urls {
		rows[i] = goodsPicRow{Goods: int64(goods), URL: url, Sort: int64(i)}
		if j := slices.IndexFunc(old, func(o goodsPicRow) bool { return o.URL == url }); j >= 0 {
			rows[i].ID = old[j].ID
			old = slices.Delete(old, j, j+1)
		}
	}
	if _, err := r.del(ctx).Model((*goodsPicRow)(nil)).Where("goods_id = ?", goods).Exec(ctx); err != nil {
		return err
	}
	return insertKeeping(ctx, r.Store, rows, func(p goodsPicRow) bool { return p.ID != 0 })
}

// insertKeeping inserts rows: those that have their id with it, the others
// without, so that the database gives them one.
func insertKeeping[T any](ctx context.Context, s *Store, rows []T, has func(T) bool) error {
	kept, fresh := []T{}, []T{}
	for _, row := range rows {
		if has(row) {
			kept = append(kept, row)
		} else {
			fresh = append(fresh, row)
		}
	}
	if len(kept) > 0 {
		if _, err := s.ins(ctx).Model(&kept).Returning("NULL").Exec(ctx); err != nil {
			return err
		}
	}
	if len(fresh) > 0 {
		_, err := s.ins(ctx).Model(&fresh).ExcludeColumn("id").Returning("NULL").Exec(ctx)
		return err
	}
	return nil
}

func (r products) Properties(ctx context.Context, goods mall.ID) ([]catalog.Property, error) {
	var rows []goodsOptionRow
	err := r.sel(ctx).Model(&rows).Where("goods_id = ? AND deleted_at IS NULL", goods).Order("parent_id", "sort", "id").Scan(ctx)
	if err != nil {
		return nil, err
	}
	var ps []catalog.Property
	for _, row := range rows {
		created := moment(&row.CreatedAt)
		if row.Parent == 0 {
			ps = append(ps, catalog.Property{ID: mall.ID(row.ID), Name: row.Name, Sort: row.Sort, CreatedAt: created})
			continue
		}
		i := slices.IndexFunc(ps, func(p catalog.Property) bool { return int64(p.ID) == row.Parent })
		if i < 0 {
			continue
		}
		ps[i].Values = append(ps[i].Values, catalog.Value{
			ID: mall.ID(row.ID), Name: row.Name, Remark: row.Remark, Pic: row.Pic, Sort: row.Sort, CreatedAt: created,
		})
	}
	return ps, nil
}

func (r products) PutProperties(ctx context.Context, goods mall.ID, ps []catalog.Property, at time.Time) error {
	stay := []mall.ID{0}
	for i := range ps {
		p := &ps[i]
		row := goodsOptionRow{ID: int64(p.ID), Goods: int64(goods), Name: p.Name, Sort: int64(i), CreatedAt: at.UnixMilli()}
		if err := r.putOption(ctx, &row); err != nil {
			return err
		}
		p.ID = mall.ID(row.ID)
		stay = append(stay, p.ID)
		for j := range p.Values {
			v := &p.Values[j]
			row := goodsOptionRow{
				ID: int64(v.ID), Goods: int64(goods), Parent: int64(p.ID), Name: v.Name, Remark: v.Remark, Pic: v.Pic,
				Sort: int64(j), CreatedAt: at.UnixMilli(),
			}
			if err := r.putOption(ctx, &row); err != nil {
				return err
			}
			v.ID = mall.ID(row.ID)
			stay = append(stay, v.ID)
		}
	}
	_, err := r.upd(ctx).Model((*goodsOptionRow)(nil)).Set("deleted_at = ?", at.UnixMilli()).
		Where("goods_id = ? AND deleted_at IS NULL AND id NOT IN (?)", goods, bun.List(stay)).Exec(ctx)
	return err
}

// putOption inserts or changes one property or value and sets its id.
func (r products) putOption(ctx context.Context, row *goodsOptionRow) error {
	if row.ID == 0 {
		return r.ins(ctx).Model(row).ExcludeColumn("id").Returning("id").Scan(ctx, &row.ID)
	}
	_, err := r.upd(ctx).Model(row).Column("name", "remark", "pic", "sort").Where("id = ? AND goods_id = ?", row.ID, row.Goods).Exec(ctx)
	return err
}

func (r products) SKUs(ctx context.Context, goods []mall.ID) ([]catalog.SKU, error) {
	if len(goods) == 0 {
		return nil, nil
	}
	found := make([]catalog.SKU, 0, 2*len(goods))
	return found, r.together(ctx, r.skus(goods, &found))
}

func (r products) skus(goods []mall.ID, into *[]catalog.SKU) reading {
	columns := selecting[skuRow](r.Store, "k", "stock", "CASE WHEN c.unlimited THEN -1 ELSE COALESCE(c.available, 0) END")
	return read(r.Store, func(row *skuRow) error {
		*into = append(*into, skuFromRow(row))
		return nil
	}, "SELECT "+columns+` FROM ?(ns)skus AS k
		LEFT JOIN ?(ns)stock_counters AS c ON c.ref = k.id AND c.kind = 'sku' AND c.day = '' AND c.slot = ''
		WHERE k.goods_id IN (`+marks(len(goods))+") AND k.deleted_at IS NULL ORDER BY k.id", anys(goods)...)
}

func (r products) InsertSKUs(ctx context.Context, skus []*catalog.SKU) error {
	rows := make([]skuRow, len(skus))
	for i, k := range skus {
		rows[i] = skuToRow(k)
	}
	var made []skuRow
	err := r.ins(ctx).Model(&rows).ExcludeColumn("id").On("CONFLICT DO NOTHING").Returning("id, goods_id, option_key").Scan(ctx, &made)
	if err != nil {
		return err
	}
	if len(made) < len(skus) {
		return mall.ErrConflict.With("sku")
	}
	type place struct {
		goods int64
		key   string
	}
	ids := make(map[place]int64, len(made))
	for _, m := range made {
		ids[place{m.Goods, m.Key}] = m.ID
	}
	for _, k := range skus {
		k.ID = mall.ID(ids[place{int64(k.Goods), k.Key}])
	}
	return nil
}

func (r products) UpdateSKU(ctx context.Context, k *catalog.SKU) error {
	row := skuToRow(k)
	_, err := r.upd(ctx).Model(&row).ExcludeColumn("id", "goods_id", "option_key", "deleted_at").
		Where("id = ? AND goods_id = ?", k.ID, k.Goods).Exec(ctx)
	return err
}

func (r products) DeleteSKUs(ctx context.Context, ids []mall.ID, at time.Time) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := r.upd(ctx).Model((*skuRow)(nil)).Set("deleted_at = ?", at.UnixMilli()).Where("id IN (?)", bun.List(ids)).Exec(ctx)
	return err
}

type addonGroupRow struct {
	bun.BaseModel `bun:"table:?(ns)addon_groups,alias:ag"`

	ID       int64  `bun:"id,pk,autoincrement"`
	Goods    int64  `bun:"goods_id"`
	Name     string `bun:"name"`
	Required bool   `bun:"required"`
	Multiple bool   `bun:"multiple"`
	Sort     int64  `bun:"sort"`
}

type addonRow struct {
	bun.BaseModel `bun:"table:?(ns)addons,alias:ad"`

	ID    int64  `bun:"id,pk,autoincrement"`
	Group int64  `bun:"group_id"`
	Name  string `bun:"name"`
	Price int64  `bun:"price"`
	Sort  int64  `bun:"sort"`
}

// addonJoin is an item beside its group; a group always has items.
type addonJoin struct {
	addonGroupRow
	ItemID    int64  `bun:"item_id"`
	ItemName  string `bun:"item_name"`
	ItemPrice int64  `bun:"item_price"`
	ItemSort  int64  `bun:"item_sort"`
}

func (r products) Addons(ctx context.Context, goods []mall.ID) (map[mall.ID][]catalog.AddonGroup, error) {
	var rows []addonJoin
	err := r.sel(ctx).TableExpr("?(ns)addon_groups AS ag").Join("JOIN ?(ns)addons AS ad ON ad.group_id = ag.id").
		ColumnExpr("ag.*, ad.id AS item_id, ad.name AS item_name, ad.price AS item_price, ad.sort AS item_sort").
		Where("ag.goods_id IN (?)", bun.List(goods)).Scan(ctx, &rows)
	if err != nil {
		return nil, err
	}
	slices.SortFunc(rows, func(a, b addonJoin) int {
		return cmp.Or(cmp.Compare(a.Goods, b.Goods), cmp.Compare(a.Sort, b.Sort), cmp.Compare(a.ID, b.ID),
			cmp.Compare(a.ItemSort, b.ItemSort), cmp.Compare(a.ItemID, b.ItemID))
	})
	found := map[mall.ID][]catalog.AddonGroup{}
	for _, row := range rows {
		id := mall.ID(row.Goods)
		groups := found[id]
		if n := len(groups); n == 0 || int64(groups[n-1].ID) != row.ID {
			groups = append(groups, catalog.AddonGroup{ID: mall.ID(row.ID), Name: row.Name, Required: row.Required, Multiple: row.Multiple})
		}
		g := &groups[len(groups)-1]
		g.Items = append(g.Items, catalog.Addon{
			ID: mall.ID(row.ItemID), Group: g.ID, GroupName: g.Name, Name: row.ItemName, Price: mall.Money(row.ItemPrice),
		})
		found[id] = groups
	}
	return found, nil
}

func (r products) PutAddons(ctx context.Context, goods mall.ID, groups []catalog.AddonGroup) error {
	// What is there may keep its id; ids of other goods may not be taken over.
	old, err := r.Addons(ctx, []mall.ID{goods})
	if err != nil {
		return err
	}
	own := map[mall.ID]bool{}
	ids := []mall.ID{0}
	for _, g := range old[goods] {
		own[g.ID] = true
		ids = append(ids, g.ID)
	}
	if len(ids) > 1 {
		if _, err := r.del(ctx).Model((*addonRow)(nil)).Where("group_id IN (?)", bun.List(ids)).Exec(ctx); err != nil {
			return err
		}
		if _, err := r.del(ctx).Model((*addonGroupRow)(nil)).Where("goods_id = ?", goods).Exec(ctx); err != nil {
			return err
		}
	}
	var items []addonRow
	for i, g := range groups {
		row := addonGroupRow{Goods: int64(goods), Name: g.Name, Required: g.Required, Multiple: g.Multiple, Sort: int64(i)}
		q := r.ins(ctx).Model(&row)
		if own[g.ID] {
			row.ID = int64(g.ID)
		} else {
			q = q.ExcludeColumn("id")
		}
		if err := q.Returning("id").Scan(ctx, &row.ID); err != nil {
			return err
		}
		for j, a := range g.Items {
			item := addonRow{Group: row.ID, Name: a.Name, Price: int64(a.Price), Sort: int64(j)}
			if own[g.ID] && oldItem(old[goods], g.ID, a.ID) {
				item.ID = int64(a.ID)
			}
			items = append(items, item)
		}
	}
	return insertKeeping(ctx, r.Store, items, func(a addonRow) bool { return a.ID != 0 })
}

func oldItem(groups []catalog.AddonGroup, group, item mall.ID) bool {
	i := slices.IndexFunc(groups, func(g catalog.AddonGroup) bool { return g.ID == group })
	return i >= 0 && slices.ContainsFunc(groups[i].Items, func(a catalog.Addon) bool { return a.ID == item })
}

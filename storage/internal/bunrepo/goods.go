package bunrepo

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

// Catalog is the repositories of the catalogue.
func (s *Store) Catalog() catalog.Repository {
	return catalog.Repository{
		Categories: categories{s}, Products: products{s}, Freights: freights{s},
		Limits: purchaseLimits{s}, Favourites: favourites{s}, Reviews: reviews{s},
	}
}

type products struct{ *Store }

// goodsStock is the stock of all SKUs of goods g: -1 when one is unlimited.
const goodsStock = `(SELECT CASE WHEN MAX(CASE WHEN c.unlimited THEN 1 ELSE 0 END) = 1 THEN -1 ELSE COALESCE(SUM(c.available), 0) END
	FROM ?(ns)skus AS k JOIN ?(ns)stock_counters AS c ON c.ref = k.id AND c.kind = 'sku' AND c.day = '' AND c.slot = ''
	WHERE k.goods_id = g.id AND k.deleted_at IS NULL)`

// goodsColumns is the list of a SELECT of goods g with their stock.
func (r products) goodsColumns() string {
	return selecting[goodsStockRow](r.Store, "g", "stock", goodsStock)
}

func (r products) Insert(ctx context.Context, goods []*catalog.Goods, texts []catalog.Text) error {
	r.goodsChanged(ctx)
	rows := make([]*goodsRow, len(goods))
	for i, g := range goods {
		rows[i] = goodsToRow(g)
	}
	var made []struct {
		ID   int64
		Code string
	}
	err := r.ins(ctx).Model(&rows).ExcludeColumn("id").On("CONFLICT DO NOTHING").Returning("id, code").Scan(ctx, &made)
	if err != nil {
		return err
	}
	if len(made) < len(goods) {
		return mall.ErrConflict.With("code")
	}
	ids := make(map[string]int64, len(made))
	for _, m := range made {
		ids[m.Code] = m.ID
	}
	long := make([]goodsTextRow, 0, len(goods))
	for i, g := range goods {
		g.ID = mall.ID(ids[g.Code])
		if texts[i].Content != "" || len(texts[i].Extra) > 0 {
			long = append(long, goodsTextRow{Goods: int64(g.ID), Content: texts[i].Content, Extra: filledMap(texts[i].Extra)})
		}
	}
	if len(long) > 0 {
		if _, err := r.ins(ctx).Model(&long).Returning("NULL").Exec(ctx); err != nil {
			return err
		}
	}
	return r.index(ctx, goods)
}

func (r products) Update(ctx context.Context, g *catalog.Goods, t catalog.Text) error {
	r.goodsChanged(ctx)
	ok, err := hit(r.upd(ctx).Model(goodsToRow(g)).
		ExcludeColumn("id", "code", "created_at", "deleted_at", "limited", "views", "orders", "sells", "favourites", "reviews",
			"good_reviews", "bargain", "bargain_price", "group_buy", "group_buy_price", "flash_sale").
		Where("id = ? AND deleted_at IS NULL", g.ID).Exec(ctx))
	if err != nil {
		return err
	}
	if !ok {
		return mall.ErrNotFound
	}
	row := goodsTextRow{Goods: int64(g.ID), Content: t.Content, Extra: filledMap(t.Extra)}
	_, err = r.ins(ctx).Model(&row).On("CONFLICT (goods_id) DO UPDATE").
		Set("content = EXCLUDED.content").Set("extra = EXCLUDED.extra").Returning("NULL").Exec(ctx)
	if err != nil {
		return err
	}
	return r.reindex(ctx, g)
}

func (r products) SetSale(ctx context.Context, id mall.ID, on bool, at time.Time) (bool, error) {
	r.goodsChanged(ctx)
	ok, err := hit(r.upd(ctx).Model((*goodsRow)(nil)).
		Set("on_sale = ?", on).Set("listed = (? AND NOT hidden)", on).Set("updated_at = ?", at.UnixMilli()).
		Where("id = ? AND deleted_at IS NULL", id).Exec(ctx))
	if err != nil || !ok {
		return false, err
	}
	return true, r.repeat(ctx, "g.id = ?", id)
}

func (r products) SetLimited(ctx context.Context, id mall.ID, limited bool) error {
	_, err := r.upd(ctx).Model((*goodsRow)(nil)).Set("limited = ?", limited).Where("id = ?", id).Exec(ctx)
	return err
}

func (r products) Delete(ctx context.Context, id mall.ID, at time.Time) (bool, error) {
	r.goodsChanged(ctx)
	ok, err := hit(r.upd(ctx).Model((*goodsRow)(nil)).
		Set("deleted_at = ?", at.UnixMilli()).Set("listed = ?", false).
		Where("id = ? AND deleted_at IS NULL", id).Exec(ctx))
	if err != nil || !ok {
		return false, err
	}
	return true, r.unindex(ctx, id)
}

func (r products) Count(ctx context.Context, add []catalog.Counts) error {
	var ordered []mall.ID
	for _, c := range add {
		q := r.upd(ctx).Model((*goodsRow)(nil)).Where("id = ?", c.Goods)
		for _, part := range []struct {
			set string
			n   int64
		}{
			// Only what changes is written: a view moves no index entry.
			{"views = views + ?", c.Views}, {"orders = orders + ?", c.Orders}, {"sells = sells + ?", c.Sells},
			{"favourites = favourites + ?", c.Favourites}, {"reviews = reviews + ?", c.Reviews}, {"good_reviews = good_reviews + ?", c.GoodReviews},
		} {
			if part.n != 0 {
				q = q.Set(part.set, part.n)
			}
		}
		if c == (catalog.Counts{Goods: c.Goods}) {
			continue
		}
		if _, err := q.Exec(ctx); err != nil {
			return err
		}
		if c.Orders != 0 {
			ordered = append(ordered, c.Goods)
		}
	}
	if len(ordered) == 0 {
		return nil
	}
	return r.repeat(ctx, "g.id IN (?)", bun.List(ordered))
}

func (r products) LastCode(ctx context.Context) (string, error) { return r.lastCode(ctx, "goods") }

func (r products) SetLastCode(ctx context.Context, code string) error {
	return r.setLastCode(ctx, "goods", code)
}

// lastCode takes the row of a kind's public codes and reads it.
func (s *Store) lastCode(ctx context.Context, kind string) (string, error) {
	var code string
	err := s.rawWrite(ctx, "UPDATE ?(ns)code_heads SET turns = turns + 1 WHERE kind = ? RETURNING last", kind).Scan(ctx, &code)
	return code, one(err)
}

func (s *Store) setLastCode(ctx context.Context, kind, code string) error {
	_, err := s.rawWrite(ctx, "UPDATE ?(ns)code_heads SET last = ? WHERE kind = ?", code, kind).Exec(ctx)
	return err
}

func (r products) Find(ctx context.Context, id mall.ID) (*catalog.Goods, error) {
	var g catalog.Goods
	if err := r.together(ctx, r.find(id, &g)); err != nil {
		return nil, err
	}
	if g.ID == 0 {
		return nil, mall.ErrNotFound
	}
	return &g, nil
}

// find reads one goods with its stock; without a row g stays as it is.
func (r products) find(id mall.ID, g *catalog.Goods) reading {
	return read(r.Store, func(row *goodsStockRow) error {
		*g = goodsFromStockRow(row)
		return nil
	}, "SELECT "+r.goodsColumns()+" FROM ?(ns)goods AS g WHERE g.id = ? AND g.deleted_at IS NULL", int64(id))
}

func (r products) Whole(ctx context.Context, id mall.ID) (*catalog.Detail, error) {
	var d catalog.Detail
	texts := read(r.Store, func(row *goodsTextRow) error {
		d.Content, d.Extra = row.Content, row.Extra
		return nil
	}, "SELECT "+selecting[goodsTextRow](r.Store, "t")+" FROM ?(ns)goods_texts AS t WHERE t.goods_id = ?", int64(id))
	pics := read(r.Store, func(row *goodsPicRow) error {
		d.Pics = append(d.Pics, catalog.Pic{ID: mall.ID(row.ID), URL: row.URL})
		return nil
	}, "SELECT "+selecting[goodsPicRow](r.Store, "p")+" FROM ?(ns)goods_pics AS p WHERE p.goods_id = ? ORDER BY p.sort, p.id", int64(id))
	category := read(r.Store, func(row *categoryRow) error {
		c := categoryFromRow(row)
		d.Category = &c
		return nil
	}, "SELECT "+selecting[categoryRow](r.Store, "c")+" FROM ?(ns)categories AS c WHERE c.id = (SELECT category_id FROM ?(ns)goods WHERE id = ?)", int64(id))
	if err := r.together(ctx, r.find(id, &d.Goods), texts, pics, r.skus([]mall.ID{id}, &d.SKUs), category); err != nil {
		return nil, err
	}
	if d.Goods.ID == 0 {
		return nil, mall.ErrNotFound
	}
	return &d, nil
}

func (r products) FindCode(ctx context.Context, code string) (mall.ID, error) {
	var id mall.ID
	err := r.sel(ctx).Model((*goodsRow)(nil)).Column("id").Where("code = ? AND deleted_at IS NULL", code).Scan(ctx, &id)
	return id, one(err)
}

func (r products) ByIDs(ctx context.Context, ids []mall.ID) (map[mall.ID]*catalog.Goods, error) {
	found := make(map[mall.ID]*catalog.Goods, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	return found, r.together(ctx, r.byIDs(ids, found))
}

func (r products) WithSKUs(ctx context.Context, ids []mall.ID) (map[mall.ID]*catalog.Goods, []catalog.SKU, error) {
	found := make(map[mall.ID]*catalog.Goods, len(ids))
	if len(ids) == 0 {
		return found, nil, nil
	}
	skus := make([]catalog.SKU, 0, 2*len(ids))
	err := r.together(ctx, r.byIDs(ids, found), r.skus(ids, &skus))
	return found, skus, err
}

func (r products) byIDs(ids []mall.ID, into map[mall.ID]*catalog.Goods) reading {
	return read(r.Store, func(row *goodsRow) error {
		g := goodsFromRow(row)
		into[g.ID] = &g
		return nil
	}, "SELECT "+selecting[goodsRow](r.Store, "g")+" FROM ?(ns)goods AS g WHERE id IN ("+marks(len(ids))+") AND deleted_at IS NULL", anys(ids)...)
}

func (r products) Each(ctx context.Context, after mall.ID, limit int64) ([]catalog.Goods, error) {
	var rows []goodsRow
	err := r.sel(ctx).Model(&rows).Where("id > ? AND deleted_at IS NULL", after).Order("id").Limit(limit).Scan(ctx)
	goods := make([]catalog.Goods, len(rows))
	for i := range rows {
		goods[i] = goodsFromRow(&rows[i])
	}
	return goods, err
}

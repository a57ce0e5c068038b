package storagetest

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/stock"
)

// fullGoods has every column filled.
func fullGoods(code, name string) *catalog.Goods {
	return &catalog.Goods{
		Code: code, Operator: 1, Shop: 2, Category: 3, Kind: catalog.Voucher, Name: name, Subtitle: "副", Selling: "卖点", Tags: "a,b",
		BarCode: "690", Unit: "件", Pic: "/p.png", OnSale: true, Recommended: true, Sort: 7, SaleFrom: moment0, SaleTo: moment0.Add(time.Hour),
		MinBuy: 2, AfterSale: []int{0, 2}, Freight: 4, Steps: []catalog.Step{{From: 3, Price: 100}}, GotScore: 5, ValidFrom: "2026-11-21",
		ValidTo: "2026-12-21", Hours: "09:00-21:00", BuyInfo: "须知", VideoID: "v", PropertyIDs: []mall.ID{1, 2}, MinPrice: 990,
		MinOriginal: 1990, MinScore: 3, Weight: 500, HasAddons: true, Limited: true, Views: 1, Orders: 2, Sells: 3, Favourites: 4, Reviews: 5,
		GoodReviews: 6, Bargain: true, BargainPrice: 10, GroupBuy: true, GroupBuyPrice: 20, FlashSale: true, CreatedAt: moment0, UpdatedAt: moment0,
		Editor: 8, Level: 9, LevelDays: 30, MaxCoupons: 3,
	}
}

func testGoods(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Catalog().Products, t.Context()
	insert := func(ctx context.Context, goods ...*catalog.Goods) error {
		return repo.Insert(ctx, goods, make([]catalog.Text, len(goods)))
	}
	for _, want := range []string{"", "7"} {
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			last, err := repo.LastCode(ctx)
			require.NoError(t, err)
			require.Equal(t, want, last)
			return repo.SetLastCode(ctx, "7")
		}))
	}
	rolledBack(t, store, func(ctx context.Context) {
		g := fullGoods("1", "杯子")
		require.NoError(t, insert(ctx, g))
		got, err := repo.Find(ctx, g.ID)
		require.NoError(t, err)
		require.Equal(t, g, got)
	})
	g, h := fullGoods("20261121000000001", "杯子"), fullGoods("20261121000000002", "茶壶")
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		return repo.Insert(ctx, []*catalog.Goods{g, h}, []catalog.Text{{Content: "<b>", Extra: map[string]string{"a": "b"}}, {}})
	}))
	require.ErrorIs(t, store.Do(ctx, func(ctx context.Context) error { return insert(ctx, fullGoods(g.Code, "x")) }), mall.ErrConflict)
	whole, err := repo.Whole(ctx, g.ID)
	require.NoError(t, err)
	require.Equal(t, &catalog.Detail{Goods: *g, Content: "<b>", Extra: map[string]string{"a": "b"}}, whole)
	whole, err = repo.Whole(ctx, h.ID)
	require.NoError(t, err)
	require.Equal(t, &catalog.Detail{Goods: *h}, whole)
	_, err = repo.Whole(ctx, h.ID+1)
	require.ErrorIs(t, err, mall.ErrNotFound)
	texts, err := repo.Texts(ctx, []mall.ID{g.ID, h.ID}, 2)
	require.NoError(t, err)
	require.Equal(t, map[mall.ID]catalog.Text{g.ID: {Goods: g.ID, Content: "<b", Extra: map[string]string{"a": "b"}}}, texts)
	texts, err = repo.Texts(ctx, []mall.ID{g.ID}, 0)
	require.NoError(t, err)
	require.Equal(t, "<b>", texts[g.ID].Content)
	id, err := repo.FindCode(ctx, h.Code)
	require.NoError(t, err)
	require.Equal(t, h.ID, id)

	do := func(fn func(ctx context.Context)) {
		t.Helper()
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { fn(ctx); return nil }))
	}
	do(func(ctx context.Context) {
		change := *g
		change.Name, change.Views, change.Limited = "大杯子", 99, false
		require.NoError(t, repo.Update(ctx, &change, catalog.Text{Goods: g.ID, Content: "新"}))
		require.ErrorIs(t, repo.Update(ctx, &catalog.Goods{ID: 999}, catalog.Text{}), mall.ErrNotFound)
		require.NoError(t, repo.Count(ctx, []catalog.Counts{{Goods: g.ID, Views: 10, Orders: 1, Sells: 2, Favourites: -1, Reviews: 1, GoodReviews: 1}, {Goods: h.ID}}))
		require.NoError(t, repo.SetLimited(ctx, g.ID, false))
		ok, err := repo.SetSale(ctx, h.ID, false, moment0)
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = repo.Own(ctx, h.ID)
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = repo.Own(ctx, 999)
		require.NoError(t, err)
		require.False(t, ok)
	})
	found, err := repo.ByIDs(ctx, []mall.ID{g.ID, h.ID, 999})
	require.NoError(t, err)
	require.Len(t, found, 2)
	require.False(t, found[h.ID].OnSale)
	got := found[g.ID]
	require.Equal(t, []any{"大杯子", false, int64(11), int64(3), int64(5), int64(3), int64(6), int64(7)},
		[]any{got.Name, got.Limited, got.Views, got.Orders, got.Sells, got.Favourites, got.Reviews, got.GoodReviews})

	do(func(ctx context.Context) {
		ok, err := repo.Delete(ctx, h.ID, moment0)
		require.NoError(t, err)
		require.True(t, ok)
		codes, err := repo.Codes(ctx, []mall.ID{g.ID, h.ID, 999})
		require.NoError(t, err)
		require.Equal(t, map[mall.ID]string{g.ID: g.Code, h.ID: h.Code}, codes, "deleted ones too")
		ok, err = repo.Delete(ctx, h.ID, moment0)
		require.NoError(t, err)
		require.False(t, ok)
	})
	_, err = repo.Find(ctx, h.ID)
	require.ErrorIs(t, err, mall.ErrNotFound)
	each, err := repo.Each(ctx, 0, 10)
	require.NoError(t, err)
	require.Len(t, each, 1)
	require.ErrorIs(t, insert(ctx, fullGoods("9", "x")), mall.ErrNoTx)
}

func testGoodsParts(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Catalog().Products, t.Context()
	do := func(fn func(ctx context.Context)) {
		t.Helper()
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { fn(ctx); return nil }))
	}
	sku := func(key string) *catalog.SKU {
		return &catalog.SKU{
			Goods: 1, Key: key, Options: []catalog.OptionValue{{Property: 1, Value: 11, PropertyName: "颜色", Name: "红"}}, Price: 100, Original: 200,
			Score: 3, Weight: 4, Code: "c", BarCode: "b", Pic: "/s.png", LevelPrices: map[mall.ID]mall.Money{3: 90},
		}
	}
	a, b := sku("1:11"), sku("1:12")
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.InsertSKUs(ctx, []*catalog.SKU{sku("1:11")})) })
	do(func(ctx context.Context) {
		require.NoError(t, repo.InsertSKUs(ctx, []*catalog.SKU{a, b}))
		_, err := store.Stock().Create(ctx, []stock.Need{{Key: stock.SKU(a.ID), Qty: 6}})
		require.NoError(t, err)
		b.Price = 150
		require.NoError(t, repo.UpdateSKU(ctx, b))
	})
	require.ErrorIs(t, store.Do(ctx, func(ctx context.Context) error { return repo.InsertSKUs(ctx, []*catalog.SKU{sku("1:11")}) }), mall.ErrConflict)
	a.Stock = 6
	skus, err := repo.SKUs(ctx, []mall.ID{1, 2})
	require.NoError(t, err)
	require.Equal(t, []catalog.SKU{*a, *b}, skus)
	do(func(ctx context.Context) {
		require.NoError(t, repo.DeleteSKUs(ctx, []mall.ID{b.ID}, moment0))
		require.NoError(t, repo.DeleteSKUs(ctx, nil, moment0))
		require.NoError(t, repo.InsertSKUs(ctx, []*catalog.SKU{sku("1:12")}))
	})

	do(func(ctx context.Context) { require.NoError(t, repo.PutPics(ctx, 1, []string{"/1", "/2"})) })
	before, err := repo.PicsOf(ctx, []mall.ID{1})
	require.NoError(t, err)
	do(func(ctx context.Context) { require.NoError(t, repo.PutPics(ctx, 1, []string{"/3", "/1"})) })
	after, err := repo.PicsOf(ctx, []mall.ID{1})
	require.NoError(t, err)
	require.Equal(t, before[1][0], after[1][1], "a picture that stays keeps its id")

	ps := []catalog.Property{{Name: "颜色", Values: []catalog.Value{{Name: "红", Remark: "r", Pic: "/r"}, {Name: "蓝"}}}}
	do(func(ctx context.Context) { require.NoError(t, repo.PutProperties(ctx, 1, ps, moment0)) })
	ps[0].Values = ps[0].Values[:1]
	do(func(ctx context.Context) { require.NoError(t, repo.PutProperties(ctx, 1, ps, moment0)) })
	ps[0].CreatedAt, ps[0].Values[0].CreatedAt = moment0, moment0
	got, err := repo.Properties(ctx, 1)
	require.NoError(t, err)
	require.Equal(t, ps, got)

	groups := []catalog.AddonGroup{{Name: "口味", Required: true, Items: []catalog.Addon{{Name: "辣", Price: 1}, {Name: "淡"}}}, {Name: "加料", Multiple: true, Items: []catalog.Addon{{Name: "肉"}}}}
	do(func(ctx context.Context) { require.NoError(t, repo.PutAddons(ctx, 1, groups)) })
	was, err := repo.Addons(ctx, []mall.ID{1, 2})
	require.NoError(t, err)
	kept := was[1][1:]
	do(func(ctx context.Context) { require.NoError(t, repo.PutAddons(ctx, 1, kept)) })
	is, err := repo.Addons(ctx, []mall.ID{1})
	require.NoError(t, err)
	require.Equal(t, kept, is[1])
}

// testGoodsLists: each order and filter gives every goods exactly once over
// its pages, in the order it promises.
func testGoodsLists(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Catalog().Products, t.Context()
	const n = 60
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		var goods []*catalog.Goods
		for i := range int64(n) {
			g := fullGoods(fmt.Sprintf("%017d", i), []string{"无线键盘", "无线耳机 Pro", "50%_棉毛巾", "不锈钢\"杯子"}[i%4])
			g.Category, g.Shop, g.Recommended, g.Sort = mall.ID(i%3+1), mall.ID(i%2), i%5 == 0, i%7
			g.MinPrice, g.Orders, g.CreatedAt = mall.Money(i*37%11), i*13%17, moment0.Add(time.Duration(i*29%31)*time.Second)
			g.Hidden, g.OnSale = i == 58, i != 59
			goods = append(goods, g)
		}
		return repo.Insert(ctx, goods, make([]catalog.Text, n))
	}))
	yes, price := true, mall.Money(5)
	for name, c := range map[string]struct {
		f    catalog.Filter
		tree []mall.ID
		want int
	}{
		"all":          {want: 58},
		"category":     {tree: []mall.ID{1}, want: 20},
		"tree":         {tree: []mall.ID{1, 2}, want: 39},
		"shop":         {f: catalog.Filter{Shops: []mall.ID{1}}, want: 29},
		"shops":        {f: catalog.Filter{Shops: []mall.ID{0, 1}}, want: 58},
		"both":         {f: catalog.Filter{Shops: []mall.ID{0, 1}}, tree: []mall.ID{1, 3}, want: 39},
		"recommended":  {f: catalog.Filter{Recommended: &yes}, want: 12},
		"price":        {f: catalog.Filter{PriceMin: &price, PriceMax: &price}, want: 5},
		"ids":          {f: catalog.Filter{IDs: []mall.ID{1, 2, 59}}, want: 2},
		"bar code":     {f: catalog.Filter{BarCode: "690"}, want: 58},
		"tag":          {f: catalog.Filter{Tag: "b"}, want: 58},
		"off sale":     {f: catalog.Filter{OffSale: true}, want: 1},
		"hidden":       {f: catalog.Filter{Hidden: true}, want: 1},
		"any":          {f: catalog.Filter{Any: true}, want: 60},
		"word":         {f: catalog.Filter{Keyword: "无线键"}, want: 15},
		"short word":   {f: catalog.Filter{Keyword: "无线"}, want: 30},
		"latin":        {f: catalog.Filter{Keyword: "pro"}, want: 15},
		"percent":      {f: catalog.Filter{Keyword: "0%_棉"}, want: 14},
		"quote":        {f: catalog.Filter{Keyword: "钢\"杯"}, want: 14},
		"word in tree": {f: catalog.Filter{Keyword: "不锈钢"}, tree: []mall.ID{1, 2, 3}, want: 14},
		"nothing":      {f: catalog.Filter{Keyword: "' OR 1=1 --"}, want: 0},
	} {
		for _, sort := range []catalog.Sort{catalog.BySort, catalog.ByPriceUp, catalog.ByPriceDown, catalog.ByOrdersUp, catalog.ByOrdersDown, catalog.ByAddedUp, catalog.ByAddedDown, catalog.ByNameUp} {
			q := catalog.Query{Filter: c.f, Categories: c.tree}
			q.Sort = sort
			total, err := repo.Total(ctx, q, 1000)
			require.NoError(t, err, name)
			require.EqualValues(t, c.want, total, name)
			var all []catalog.Goods
			for page := (mall.Page{Limit: 7}); ; page.Offset += 7 {
				some, err := repo.List(ctx, q, page)
				require.NoError(t, err, "%s %s", name, sort)
				all = append(all, some...)
				if len(some) < 7 {
					break
				}
			}
			require.Len(t, all, c.want, "%s %s", name, sort)
			require.True(t, slices.IsSortedFunc(all, func(a, b catalog.Goods) int { return goodsOrder(sort, a, b) }), "%s %s", name, sort)
		}
	}
}

// goodsOrder is what the orders of lists promise; names are compared by the
// database's rules and only their groups are checked.
func goodsOrder(sort catalog.Sort, a, b catalog.Goods) int {
	up := int(a.ID - b.ID)
	by := func(key int64, id int) int {
		if key != 0 {
			return int(key)
		}
		return id
	}
	switch sort {
	case catalog.ByPriceUp:
		return by(int64(a.MinPrice-b.MinPrice), up)
	case catalog.ByPriceDown:
		return by(int64(b.MinPrice-a.MinPrice), -up)
	case catalog.ByOrdersUp:
		return by(a.Orders-b.Orders, up)
	case catalog.ByOrdersDown:
		return by(b.Orders-a.Orders, -up)
	case catalog.ByAddedUp:
		return by(int64(a.CreatedAt.Compare(b.CreatedAt)), up)
	case catalog.ByAddedDown:
		return by(int64(b.CreatedAt.Compare(a.CreatedAt)), -up)
	case catalog.ByNameUp:
		if a.Name != b.Name {
			return 0
		}
		return up
	}
	return by(a.Sort-b.Sort, -up)
}

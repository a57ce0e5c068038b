package storagetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/catalog/shop"
)

func testShops(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Shops(), t.Context()
	s := &shop.Shop{
		Operator: 1, Category: 7, Name: "西湖店", Brand: "湖", Type: "自提", Number: "001", LinkMan: "王", LinkPhone: "0571", Address: "湖滨路",
		Market: 4, ProvinceID: "330000000000", CityID: "330100000000", DistrictID: "330106000000", Lng: 120.15, Lat: 30.25, Pic: "/p",
		DescPic: "/d", Introduce: "i", Characteristic: "c", Activity: "a", OpeningHours: "9-21", PickUp: true, Delivery: true, ServiceKM: 3.5,
		ServiceMin: 2000, Sort: 2, Recommended: true, Applicant: 5, Extra: map[string]string{"a": "b"}, CreatedAt: moment0, UpdatedAt: moment0,
	}
	closed := &shop.Shop{Name: "旧店", Closed: true, Extra: map[string]string{}, CreatedAt: moment0, UpdatedAt: moment0}
	rolledBack(t, store, func(ctx context.Context) {
		c := *s
		require.NoError(t, repo.Put(ctx, &c))
	})
	must(t, store, func(ctx context.Context) error {
		require.NoError(t, repo.Insert(ctx, []*shop.Shop{s, closed}))
		require.Less(t, s.ID, closed.ID)
		require.ErrorIs(t, repo.Put(ctx, &shop.Shop{ID: 99}), mall.ErrNotFound)
		s.Name = "湖滨店铺"
		return repo.Put(ctx, s)
	})
	found, err := repo.ByIDs(ctx, []mall.ID{s.ID, closed.ID, 99})
	require.NoError(t, err)
	require.Equal(t, map[mall.ID]shop.Shop{s.ID: *s, closed.ID: *closed}, found)

	yes, no, waiting := true, false, shop.Pending
	here := &shop.Near{Lat: 30.25, Lng: 120.15, Radius: 100}
	there := &shop.Near{Lat: 30.26, Lng: 120.15, Radius: 1000}
	for name, c := range map[string]struct {
		q    shop.Query
		want int64
	}{
		"open": {shop.Query{}, 1}, "all": {shop.Query{Filter: shop.Filter{Any: true}}, 2},
		"name":      {shop.Query{Filter: shop.Filter{NameLike: "湖"}}, 1},
		"old name":  {shop.Query{Filter: shop.Filter{Keyword: "西湖店"}}, 0},
		"pattern":   {shop.Query{Filter: shop.Filter{NameLike: "%"}}, 0},
		"city":      {shop.Query{Filter: shop.Filter{CityID: "330100000000"}}, 1},
		"no city":   {shop.Query{Filter: shop.Filter{CityID: "x"}}, 0},
		"pick-up":   {shop.Query{Filter: shop.Filter{PickUp: &yes, Any: true}}, 1},
		"merchants": {shop.Query{Filter: shop.Filter{Merchant: &yes}}, 1}, "others": {shop.Query{Filter: shop.Filter{Merchant: &no}}, 0},
		"mine":      {shop.Query{Filter: shop.Filter{Applicant: 5, Any: true}}, 1},
		"waiting":   {shop.Query{Filter: shop.Filter{Audit: &waiting, Any: true}}, 0},
		"category":  {shop.Query{Categories: []mall.ID{6, 7}}, 1},
		"here":      {shop.Query{Filter: shop.Filter{Near: here}, Spans: geo.Around(30.25, 120.15, 100)}, 1},
		"there":     {shop.Query{Filter: shop.Filter{Near: there}, Spans: geo.Around(30.26, 120.15, 1000)}, 0},
		"pair":      {shop.Query{Filter: shop.Filter{Keyword: "滨店"}}, 1},
		"no pair":   {shop.Query{Filter: shop.Filter{Keyword: "湖店"}}, 0},
		"found":     {shop.Query{Filter: shop.Filter{Keyword: "湖滨店"}}, 1},
		"closed":    {shop.Query{Filter: shop.Filter{Keyword: "旧店"}}, 0},
		"few there": {shop.Query{Filter: shop.Filter{Near: there}, Categories: []mall.ID{7}, First: shop.ByPlace}, 0},
		"few here":  {shop.Query{Filter: shop.Filter{Near: here, CityID: "330100000000"}, Categories: []mall.ID{6, 7}, First: shop.ByPlace}, 1},
		"named":     {shop.Query{Filter: shop.Filter{Keyword: "美食"}, Named: []mall.ID{7}}, 1},
	} {
		list, err := repo.List(ctx, c.q, mall.Page{Limit: 10})
		require.NoError(t, err, name)
		require.Len(t, list, int(c.want), name)
		total, err := repo.Total(ctx, c.q, 10)
		require.NoError(t, err, name)
		require.Equal(t, c.want, total, name)
	}
	total, err := repo.Total(ctx, shop.Query{Filter: shop.Filter{Any: true}}, 1)
	require.NoError(t, err)
	require.EqualValues(t, 2, total, "counting ends one beyond the limit")
	must(t, store, func(ctx context.Context) error {
		ok, err := repo.Decide(ctx, s.ID, shop.Pending, shop.Refused, "x", moment0)
		require.NoError(t, err)
		require.False(t, ok)
		ok, err = repo.Decide(ctx, s.ID, shop.Approved, shop.Refused, "缺照片", moment0)
		require.True(t, ok)
		return err
	})
	list, err := repo.List(ctx, shop.Query{}, mall.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, list, "refused shops are not listed")
	found, err = repo.ByIDs(ctx, []mall.ID{s.ID})
	require.NoError(t, err)
	require.Equal(t, "缺照片", found[s.ID].Reason)
	for _, name := range []string{"湖滨店", "滨店"} {
		asked := shop.Query{Filter: shop.Filter{Keyword: name}, First: shop.ByKeyword}
		gone, err := repo.Find(ctx, asked, mall.Page{Limit: 10}, 10)
		require.NoError(t, err)
		require.Empty(t, gone.IDs, "nor found")
		must(t, store, func(ctx context.Context) error {
			_, err := repo.Decide(ctx, s.ID, shop.Refused, shop.Approved, "", moment0)
			return err
		})
		again, err := repo.Find(ctx, asked, mall.Page{Limit: 10}, 10)
		require.NoError(t, err)
		if !again.More { // a SQLite with search indexes
			require.Equal(t, shop.Found{IDs: []mall.ID{s.ID}, Total: 1}, again, "approved again")
		}
		must(t, store, func(ctx context.Context) error {
			_, err := repo.Decide(ctx, s.ID, shop.Approved, shop.Refused, "", moment0)
			return err
		})
	}
	unindexed, err := repo.Unindexed(ctx, 10)
	require.NoError(t, err)
	require.Empty(t, unindexed)
}

func testShopCategories(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Shops(), t.Context()
	food := &shop.Category{Name: "美食", Icon: "/i", Sort: 2, Used: true, CreatedAt: moment0, UpdatedAt: moment0}
	hotpot := &shop.Category{Name: "火锅", Sort: 1, CreatedAt: moment0, UpdatedAt: moment0}
	rolledBack(t, store, func(ctx context.Context) {
		c := *food
		require.NoError(t, repo.PutCategory(ctx, &c))
	})
	must(t, store, func(ctx context.Context) error {
		require.NoError(t, repo.PutCategory(ctx, food))
		hotpot.Parent = food.ID
		require.NoError(t, repo.PutCategory(ctx, hotpot))
		require.ErrorIs(t, repo.PutCategory(ctx, &shop.Category{ID: 99}), mall.ErrNotFound)
		hotpot.Used = true
		require.NoError(t, repo.PutCategory(ctx, hotpot))
		return repo.Put(ctx, &shop.Shop{Name: "店", Category: hotpot.ID, CreatedAt: moment0, UpdatedAt: moment0})
	})
	all, err := repo.Categories(ctx)
	require.NoError(t, err)
	require.Equal(t, []shop.Category{*hotpot, *food}, all)
	must(t, store, func(ctx context.Context) error {
		for _, id := range []mall.ID{food.ID, hotpot.ID, 99} {
			ok, err := repo.DeleteCategory(ctx, id)
			require.NoError(t, err)
			require.False(t, ok, "children, merchants, not there")
		}
		empty := &shop.Category{Name: "空", CreatedAt: moment0, UpdatedAt: moment0}
		require.NoError(t, repo.PutCategory(ctx, empty))
		ok, err := repo.DeleteCategory(ctx, empty.ID)
		require.True(t, ok)
		return err
	})
}

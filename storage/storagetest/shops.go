package storagetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/shop"
)

func testShops(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Shops(), t.Context()
	s := &shop.Shop{
		Operator: 1, Name: "西湖店", Type: "自提", Number: "001", LinkMan: "王", LinkPhone: "0571", Address: "湖滨路", ProvinceID: "330000000000",
		CityID: "330100000000", DistrictID: "330106000000", Lng: 120.15, Lat: 30.25, Pic: "/p", Introduce: "i", Characteristic: "c", Activity: "a",
		OpeningHours: "9-21", PickUp: true, Delivery: true, ServiceKM: 3.5, ServiceMin: 2000, Sort: 2, Recommended: true,
		Extra: map[string]string{"a": "b"}, CreatedAt: moment0, UpdatedAt: moment0,
	}
	closed := &shop.Shop{Name: "旧店", Closed: true, Extra: map[string]string{}, CreatedAt: moment0, UpdatedAt: moment0}
	rolledBack(t, store, func(ctx context.Context) {
		c := *s
		require.NoError(t, repo.Put(ctx, &c))
	})
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		require.NoError(t, repo.Put(ctx, s))
		require.NoError(t, repo.Put(ctx, closed))
		require.ErrorIs(t, repo.Put(ctx, &shop.Shop{ID: 99}), mall.ErrNotFound)
		s.Name = "湖滨店"
		return repo.Put(ctx, s)
	}))
	found, err := repo.ByIDs(ctx, []mall.ID{s.ID, closed.ID, 99})
	require.NoError(t, err)
	require.Equal(t, map[mall.ID]shop.Shop{s.ID: *s, closed.ID: *closed}, found)
	yes := true
	for _, c := range []struct {
		f    shop.Filter
		want int
	}{{shop.Filter{}, 1}, {shop.Filter{Any: true}, 2}, {shop.Filter{NameLike: "湖"}, 1}, {shop.Filter{NameLike: "%"}, 0}, {shop.Filter{CityID: "x"}, 0}, {shop.Filter{PickUp: &yes, Any: true}, 1}} {
		list, err := repo.List(ctx, c.f, mall.Page{Limit: 10})
		require.NoError(t, err)
		require.Len(t, list.Items, c.want)
		require.EqualValues(t, c.want, list.Total)
	}
}

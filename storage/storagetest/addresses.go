package storagetest

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/address"
)

func home(account mall.ID) *address.Address {
	lat, lng := 30.25, -120.5
	return &address.Address{
		Account: account, LinkMan: "安娜😀", Mobile: "13800000001",
		ProvinceID: "330000000000", CityID: "330100000000", DistrictID: "330106000000", StreetID: "330106001000",
		ProvinceName: "浙江省", CityName: "杭州市", DistrictName: "西湖区", StreetName: "x",
		Address: "文三路 1 号", Code: "310000", Latitude: &lat, Longitude: &lng, Status: 3,
		Ext: map[string]string{"k": "v"}, CreatedAt: moment0, UpdatedAt: moment0,
	}
}

func testAddresses(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Addresses(), t.Context()
	add := func(a *address.Address) {
		t.Helper()
		must(t, store, func(ctx context.Context) error {
			ok, err := repo.Grow(ctx, a.Account, 3)
			require.NoError(t, err)
			require.True(t, ok)
			return repo.Insert(ctx, a)
		})
	}
	rolledBack(t, store, func(ctx context.Context) {
		ok, err := repo.Grow(ctx, 5, 1)
		require.NoError(t, err)
		require.True(t, ok)
	})
	a, b, other := home(5), home(5), home(6)
	b.Latitude, b.Longitude, b.Ext = nil, nil, map[string]string{}
	add(a)
	add(b)
	add(other)
	got, err := repo.Get(ctx, 5, a.ID)
	require.NoError(t, err)
	require.Equal(t, a, got)
	got, err = repo.Get(ctx, 5, b.ID)
	require.NoError(t, err)
	require.Equal(t, b, got)
	_, err = repo.Get(ctx, 5, other.ID)
	require.ErrorIs(t, err, mall.ErrNotFound, "somebody else's is not there")
	_, err = repo.Default(ctx, 5)
	require.ErrorIs(t, err, mall.ErrNotFound)

	must(t, store, func(ctx context.Context) error { return repo.SetDefault(ctx, 5, a.ID) })
	must(t, store, func(ctx context.Context) error { return repo.DropDefault(ctx, 5, b.ID) })
	got, err = repo.Default(ctx, 5)
	require.NoError(t, err)
	require.Equal(t, a.ID, got.ID)
	l, err := repo.List(ctx, 5, address.Filter{}, mall.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []mall.ID{a.ID, b.ID}, []mall.ID{l.Items[0].ID, l.Items[1].ID}, "the default first")
	require.Equal(t, int64(2), l.Total)
	a.Default = true
	walked(t, 5, repo.Each, func(a address.Address) mall.ID { return a.ID }, *a, *b)
	a.Default = false
	l, err = repo.List(ctx, 5, address.Filter{LinkMan: "安", Mobile: "%"}, mall.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, l.Items, "patterns are text")
	must(t, store, func(ctx context.Context) error { return repo.SetDefault(ctx, 5, b.ID) })

	must(t, store, func(ctx context.Context) error {
		a.LinkMan = "Bert"
		ok, err := repo.Update(ctx, a)
		require.True(t, ok)
		require.NoError(t, err)
		foreign := *other
		foreign.Account = 5
		ok, err = repo.Update(ctx, &foreign)
		require.False(t, ok)
		return err
	})
	must(t, store, func(ctx context.Context) error {
		ok, err := repo.Delete(ctx, 5, other.ID)
		require.False(t, ok)
		require.NoError(t, err)
		ok, err = repo.Delete(ctx, 5, b.ID)
		require.True(t, ok)
		return err
	})
	_, err = repo.Default(ctx, 5)
	require.ErrorIs(t, err, mall.ErrNotFound, "a deleted default is none")
	must(t, store, func(ctx context.Context) error { return repo.Clear(ctx, 5) })
	l, err = repo.List(ctx, 5, address.Filter{}, mall.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, l.Items)
}

func testAddressRaces(t *testing.T, open Open) {
	store := open(t)
	repo := store.Addresses()
	var grown atomic.Int64
	together(20, func(int) {
		_ = store.Do(t.Context(), func(ctx context.Context) error {
			ok, err := repo.Grow(ctx, 5, 3)
			if err != nil || !ok {
				return err
			}
			a := home(5)
			if err := repo.Insert(ctx, a); err != nil {
				return err
			}
			grown.Add(1)
			return repo.SetDefault(ctx, 5, a.ID)
		})
	})
	require.Equal(t, int64(3), grown.Load())
	l, err := repo.List(t.Context(), 5, address.Filter{}, mall.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, l.Items, 3)
	defaults := 0
	for _, a := range l.Items {
		if a.Default {
			defaults++
		}
	}
	require.Equal(t, 1, defaults)
}

package storagetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

func testReviews(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Catalog().Reviews, t.Context()
	review := func(line mall.ID, rank catalog.Rank) catalog.Review {
		return catalog.Review{
			OrderLine: line, Order: 2, Goods: 3, SKU: 4, Buyer: 5, Name: "杯子", Pic: "/p", Property: "颜色:红", Qty: 2, Amount: 300, Score: 6,
			Rank: rank, Stars: 4, Remark: "好", Pics: []string{"/1", "/2"}, CreatedAt: moment0,
		}
	}
	list := func(f catalog.ReviewFilter) []catalog.Review {
		rs, total, err := repo.List(ctx, f, mall.Page{Limit: 10}, 100)
		require.NoError(t, err)
		require.EqualValues(t, len(rs), total)
		return rs
	}
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.Add(ctx, []catalog.Review{review(1, catalog.Bad)})) })
	require.Empty(t, list(catalog.ReviewFilter{Goods: 3}))
	do := func(fn func(ctx context.Context)) {
		t.Helper()
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { fn(ctx); return nil }))
	}
	do(func(ctx context.Context) {
		require.NoError(t, repo.Add(ctx, []catalog.Review{review(1, catalog.Good), review(2, catalog.Bad)}))
	})
	require.ErrorIs(t, store.Do(ctx, func(ctx context.Context) error { return repo.Add(ctx, []catalog.Review{review(9, 0), review(2, 0)}) }), mall.ErrConflict)
	all := list(catalog.ReviewFilter{Goods: 3})
	require.Len(t, all, 2)
	want := review(1, catalog.Good)
	want.ID = all[1].ID
	require.Equal(t, want, all[1])
	bad := catalog.Bad
	require.Len(t, list(catalog.ReviewFilter{Goods: 3, Rank: &bad}), 1)
	do(func(ctx context.Context) {
		ok, err := repo.Reply(ctx, want.ID, "谢谢", moment0)
		require.NoError(t, err)
		require.True(t, ok)
		was, err := repo.Hide(ctx, all[0].ID, true)
		require.NoError(t, err)
		require.Equal(t, catalog.Bad, was.Rank)
		_, err = repo.Hide(ctx, all[0].ID, true)
		require.ErrorIs(t, err, mall.ErrNotFound)
		require.NoError(t, repo.AddDeals(ctx, []catalog.Deal{
			{Kind: catalog.Paid, Goods: 3, Buyer: 5, At: moment0}, {Kind: catalog.Paid, Goods: 3, Buyer: 6, At: moment0}, {Kind: catalog.Paid, Goods: 3, Buyer: 5, At: moment0},
		}, 2))
	})
	all = list(catalog.ReviewFilter{Goods: 3})
	require.Len(t, all, 1)
	require.Equal(t, "谢谢", all[0].Reply)
	deals, err := repo.Deals(ctx, catalog.Paid, 10)
	require.NoError(t, err)
	require.Empty(t, deals, "their goods are not listed")

	do(func(ctx context.Context) { require.NoError(t, repo.Erase(ctx, 5)) })
	of, err := repo.Each(ctx, 5, 0, 10)
	require.NoError(t, err)
	walked(t, 5, repo.Each, func(r catalog.Review) mall.ID { return r.ID }, of...)
	require.Len(t, of, 2)
	for _, r := range of {
		require.Empty(t, r.Remark+r.Reply)
		require.Empty(t, r.Pics)
	}
}

func testFavourites(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Catalog().Favourites, t.Context()
	add := func(ctx context.Context, f catalog.Favourite) bool {
		f.CreatedAt, f.UpdatedAt = moment0, moment0
		added, err := repo.Add(ctx, f)
		require.NoError(t, err)
		return added
	}
	rolledBack(t, store, func(ctx context.Context) { require.True(t, add(ctx, catalog.Favourite{Account: 1, Goods: 2})) })
	has := func(typ int) bool {
		ok, err := repo.Has(ctx, 1, 2, typ)
		require.NoError(t, err)
		return ok
	}
	require.False(t, has(0))
	do := func(fn func(ctx context.Context)) {
		t.Helper()
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { fn(ctx); return nil }))
	}
	do(func(ctx context.Context) {
		require.True(t, add(ctx, catalog.Favourite{Account: 1, Goods: 2, Type: 1, JSON: "{}"}))
		require.False(t, add(ctx, catalog.Favourite{Account: 1, Goods: 2, Type: 1, JSON: `{"a":1}`}))
		require.True(t, add(ctx, catalog.Favourite{Account: 1, Goods: 2}))
		require.True(t, add(ctx, catalog.Favourite{Account: 2, Goods: 2}))
	})
	list, err := repo.List(ctx, 1, "", mall.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, list, 2)
	require.Equal(t, `{"a":1}`, list[1].JSON)
	walked(t, 1, repo.Each, func(f catalog.Favourite) mall.ID { return f.ID }, list[1], list[0])
	none, err := repo.List(ctx, 1, "杯", mall.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, none)
	do(func(ctx context.Context) {
		_, err := repo.Remove(ctx, 2, list[0].ID, 0, 0)
		require.ErrorIs(t, err, mall.ErrNotFound, "somebody else's")
		f, err := repo.Remove(ctx, 1, 0, 2, 0)
		require.NoError(t, err)
		require.Equal(t, mall.ID(2), f.Goods)
		gone, err := repo.Erase(ctx, 1)
		require.NoError(t, err)
		require.Len(t, gone, 1)
	})
	require.False(t, has(0))
	require.False(t, has(1))
}

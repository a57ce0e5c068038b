package storagetest

import (
	"context"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

func testPurchaseLimits(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Catalog().Limits, t.Context()
	steps := func(ctx context.Context) {
		limits := []catalog.Limit{{Goods: 1, SKU: 2, Level: 3, Pieces: 4, Duration: 5, Span: mall.Yearly}, {Goods: 1, Pieces: 1, Duration: 1}}
		require.NoError(t, repo.Put(ctx, 1, []catalog.Limit{{Pieces: 9, Duration: 1}}))
		require.NoError(t, repo.Put(ctx, 1, limits))
		found, err := repo.ByGoods(ctx, []mall.ID{1, 2})
		require.NoError(t, err)
		require.Equal(t, map[mall.ID][]catalog.Limit{1: limits}, found)
		require.NoError(t, repo.Guard(ctx, 7, []mall.ID{1, 2}))
		require.NoError(t, repo.Guard(ctx, 7, []mall.ID{1, 2}))
		takes := []catalog.Taken{{Goods: 1, SKU: 2, Day: "2026-11-20", Pieces: 2}, {Goods: 1, SKU: 3, Day: "2026-11-21", Pieces: 1}}
		ok, err := repo.Take(ctx, "o1", 7, takes)
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = repo.Take(ctx, "o2", 7, takes[:1])
		require.NoError(t, err)
		require.True(t, ok)
	}
	taken := func(since string) []catalog.Taken {
		list, err := repo.Taken(ctx, 7, []mall.ID{1}, since)
		require.NoError(t, err)
		return list
	}
	rolledBack(t, store, steps)
	require.Empty(t, taken("2026-01-01"))
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { steps(ctx); return nil }))
	require.ElementsMatch(t, []catalog.Taken{{Goods: 1, SKU: 2, Day: "2026-11-20", Pieces: 4}, {Goods: 1, SKU: 3, Day: "2026-11-21", Pieces: 1}}, taken("2026-01-01"))
	require.Equal(t, []catalog.Taken{{Goods: 1, SKU: 3, Day: "2026-11-21", Pieces: 1}}, taken("2026-11-21"))
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.Give(ctx, "o1") }))
	require.Equal(t, []catalog.Taken{{Goods: 1, SKU: 2, Day: "2026-11-20", Pieces: 2}}, taken("2026-01-01"))
}

// testPurchaseLimitRaces: who holds the guard counts and takes alone, so of twenty
// buyers' orders the fourth and all later ones see three taken.
func testPurchaseLimitRaces(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Catalog().Limits, t.Context()
	var won atomic.Int64
	together(20, func(i int) {
		err := store.Do(ctx, func(ctx context.Context) error {
			if err := repo.Guard(ctx, 7, []mall.ID{1}); err != nil {
				return err
			}
			taken, err := repo.Taken(ctx, 7, []mall.ID{1}, "2026-11-21")
			if err != nil || len(taken) > 0 && taken[0].Pieces >= 3 {
				return catalog.ErrLimit
			}
			_, err = repo.Take(ctx, string(rune('a'+i)), 7, []catalog.Taken{{Goods: 1, SKU: 1, Day: "2026-11-21", Pieces: 1}})
			return err
		})
		if err == nil {
			won.Add(1)
		}
	})
	require.EqualValues(t, 3, won.Load())
}

func testFreights(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Catalog().Freights, t.Context()
	f := &catalog.Freight{Shop: 1, Name: "快递", Basis: catalog.ByAmount, Rules: []catalog.FreightRule{{Regions: []string{"330000000000"}, FirstNumber: 1, First: 2, AddNumber: 3, Add: 4}, {Refused: true}}}
	rolledBack(t, store, func(ctx context.Context) {
		c := *f
		require.NoError(t, repo.Put(ctx, &c, moment0))
	})
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.Put(ctx, f, moment0) }))
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		f.Name, f.Free = "包邮", true
		require.ErrorIs(t, repo.Put(ctx, &catalog.Freight{ID: 99}, moment0), mall.ErrNotFound)
		return repo.Put(ctx, f, moment0)
	}))
	found, err := repo.ByIDs(ctx, []mall.ID{f.ID, 99})
	require.NoError(t, err)
	require.Equal(t, map[mall.ID]*catalog.Freight{f.ID: f}, found)
	all, err := repo.All(ctx, 1)
	require.NoError(t, err)
	require.Equal(t, []catalog.Freight{*f}, all)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		ok, err := repo.Delete(ctx, f.ID)
		require.True(t, ok)
		return err
	}))
}

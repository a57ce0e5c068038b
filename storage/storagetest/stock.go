package storagetest

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/stock"
)

func testStock(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Stock(), t.Context()
	a, slot := stock.SKU(1), stock.Key{Kind: "sku", Ref: 1, Day: "2026-11-21", Slot: "09:00"}
	all := func(ctx context.Context) map[stock.Key]stock.Level {
		levels, err := repo.Levels(ctx, []stock.Key{a, slot})
		require.NoError(t, err)
		return levels
	}
	steps := func(ctx context.Context) {
		made, err := repo.Create(ctx, []stock.Need{{Key: a, Qty: 5}, {Key: slot, Qty: stock.Unlimited}})
		require.NoError(t, err)
		require.Len(t, made, 2)
		made, err = repo.Create(ctx, []stock.Need{{Key: a, Qty: 9}, {Key: stock.SKU(2), Qty: 1}})
		require.NoError(t, err)
		require.Equal(t, map[stock.Key]bool{stock.SKU(2): true}, made)

		for _, c := range []struct {
			key                   stock.Key
			available, held, sold int64
			ok                    bool
		}{
			{a, -6, 6, 0, false}, {a, -5, 5, 0, true}, {a, 0, -6, 6, false}, {a, 0, -2, 2, true}, {a, 3, 0, -3, false},
			{slot, -1_000, 1_000, 0, true}, {slot, 0, -1_001, 0, false}, {stock.SKU(9), 0, 0, 0, false},
		} {
			n, err := repo.Shift(ctx, stock.Shift{Key: c.key, Available: c.available, Held: c.held, Sold: c.sold})
			require.NoError(t, err)
			require.Equal(t, c.ok, n == 1, "%+v", c)
		}
		took, gave := stock.Shift{Key: a, Held: 1, Sold: -1}, stock.Shift{Key: slot, Held: -1_000}
		n, err := repo.Shift(ctx, took, gave)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		n, err = repo.Shift(ctx, stock.Shift{Key: a, Held: -1, Sold: 1}, stock.Shift{Key: slot, Held: 1_000}, took)
		require.NoError(t, err)
		require.Equal(t, 3, n, "a counter may come twice")
		n, err = repo.Shift(ctx, stock.Shift{Key: a, Held: -1, Sold: 1})
		require.NoError(t, err)
		require.Equal(t, 1, n)
		n, err = repo.Shift(ctx)
		require.NoError(t, err)
		require.Zero(t, n)
		require.Equal(t, map[stock.Key]stock.Level{a: {Held: 3, Sold: 2}, slot: {Available: stock.Unlimited, Held: 1_000}}, all(ctx))

		ok, err := repo.Set(ctx, a, 1, 7)
		require.NoError(t, err)
		require.False(t, ok)
		ok, err = repo.Set(ctx, slot, stock.Unlimited, 7)
		require.NoError(t, err)
		require.True(t, ok)

		ok, err = repo.Set(ctx, a, 0, 9)
		require.NoError(t, err)
		require.True(t, ok)
		for source, needs := range map[string][]stock.Need{"o1": {{Key: a, Qty: 3}, {Key: slot, Qty: 1}}, "o2": {{Key: a, Qty: 3}}} {
			fresh, n, err := repo.Hold(ctx, source, needs, moment0)
			require.NoError(t, err)
			require.True(t, fresh)
			require.Len(t, needs, n)
		}
		require.Equal(t, map[stock.Key]stock.Level{a: {Available: 3, Held: 9, Sold: 2}, slot: {Available: 6, Held: 1_001}}, all(ctx))
		ok, err = repo.ReturnHold(ctx, "o1", stock.Need{Key: a, Qty: 1}, moment0)
		require.NoError(t, err)
		require.False(t, ok, "not sold yet")
		moved, err := repo.MoveHolds(ctx, "o1", stock.Sold, moment0)
		require.NoError(t, err)
		require.ElementsMatch(t, []stock.Need{{Key: a, Qty: 3}, {Key: slot, Qty: 1}}, moved)
		moved, err = repo.MoveHolds(ctx, "o1", stock.Released, moment0)
		require.NoError(t, err)
		require.Empty(t, moved)
		for _, want := range []bool{true, false} {
			ok, err = repo.ReturnHold(ctx, "o1", stock.Need{Key: a, Qty: 2}, moment0)
			require.NoError(t, err)
			require.Equal(t, want, ok)
		}
		entry := stock.Entry{Key: a, Before: 1, After: stock.Unlimited, Actor: 3, Face: mall.FaceHost, Addr: "::1", Reason: "盘点", At: moment0}
		require.NoError(t, repo.Log(ctx, []stock.Entry{entry, entry}))
		log, err := repo.Entries(ctx, a, mall.Page{Limit: 1})
		require.NoError(t, err)
		require.Len(t, log, 1)
		entry.ID = log[0].ID
		require.Equal(t, entry, log[0])
		require.NoError(t, repo.Erase(ctx, 3))
		log, err = repo.Entries(ctx, a, mall.Page{Limit: 1})
		require.NoError(t, err)
		require.Empty(t, log[0].Addr)
	}
	rolledBack(t, store, steps)
	require.Empty(t, all(ctx))
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { steps(ctx); return nil }))
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		fresh, _, err := repo.Hold(ctx, "o2", []stock.Need{{Key: a, Qty: 1}}, moment0)
		require.NoError(t, err)
		require.False(t, fresh, "a source holds a counter once")
		return nil
	}))
	require.ErrorIs(t, store.Do(ctx, func(ctx context.Context) error {
		fresh, n, err := repo.Hold(ctx, "o3", []stock.Need{{Key: slot, Qty: 1}, {Key: a, Qty: 4}}, moment0)
		require.NoError(t, err)
		require.True(t, fresh)
		require.Equal(t, 1, n, "the second falls short")
		return stock.ErrShort
	}), stock.ErrShort)
	_, err := repo.Shift(ctx, stock.Shift{Key: a})
	require.ErrorIs(t, err, mall.ErrNoTx)
	_, err = repo.Shift(ctx, stock.Shift{Key: a}, stock.Shift{Key: slot})
	require.ErrorIs(t, err, mall.ErrNoTx)
	// The first that falls short is named, wherever it stands; all is undone.
	before := all(ctx)
	for at := range 3 {
		shifts := slices.Repeat([]stock.Shift{{Key: slot, Held: 1}}, 3)
		shifts[at] = stock.Shift{Key: a, Sold: -1_000}
		err := store.Do(ctx, func(ctx context.Context) error {
			n, err := repo.Shift(ctx, shifts...)
			require.NoError(t, err)
			require.Equal(t, at, n)
			return stock.ErrShort
		})
		require.ErrorIs(t, err, stock.ErrShort)
	}
	require.Equal(t, before, all(ctx))
}

// testStockRaces: thirty takers of ten pieces, each under a transaction of its own.
func testStockRaces(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Stock(), t.Context()
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		_, err := repo.Create(ctx, []stock.Need{{Key: stock.SKU(1), Qty: 10}})
		return err
	}))
	var won atomic.Int64
	together(30, func(i int) {
		err := store.Do(ctx, func(ctx context.Context) error {
			_, n, err := repo.Hold(ctx, fmt.Sprint("o", i), []stock.Need{{Key: stock.SKU(1), Qty: 1}}, moment0)
			if err == nil && n == 0 {
				err = stock.ErrShort
			}
			return err
		})
		if err == nil {
			won.Add(1)
		}
	})
	require.EqualValues(t, 10, won.Load())
	levels, err := repo.Levels(ctx, []stock.Key{stock.SKU(1)})
	require.NoError(t, err)
	require.Equal(t, stock.Level{Held: 10}, levels[stock.SKU(1)])
}

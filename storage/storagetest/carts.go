package storagetest

import (
	"context"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cart"
)

func cartLine(key string, goods mall.ID, qty int64) cart.Line {
	return cart.Line{Key: key, Goods: goods, SKU: goods * 10, Addons: []mall.ID{3, 7}, Day: "2026-11-21", Slot: "09:00", Qty: qty, Selected: true,
		AddedAt: time.UnixMilli(1_790_000_000_123).UTC()}
}

func testCarts(t *testing.T, open Open) {
	store := open(t)
	repo := store.Carts()
	ctx := t.Context()
	do := func(fn func(ctx context.Context) error) {
		t.Helper()
		require.NoError(t, store.Do(ctx, fn))
	}

	add := func(ctx context.Context, l cart.Line, most, qty, lines int64) {
		t.Helper()
		gotQty, gotLines, err := repo.Add(ctx, 5, "", l, most)
		require.NoError(t, err)
		require.Equal(t, []int64{qty, lines}, []int64{gotQty, gotLines})
	}
	one, two := cartLine("k1", 1, 2), cartLine("k2", 2, 1)
	two.Addons = nil
	rolledBack(t, store, func(ctx context.Context) {
		add(ctx, one, 99, 2, 1)
		ls, err := repo.List(ctx, 5, "")
		require.NoError(t, err)
		require.Equal(t, []cart.Line{one}, ls, "a transaction reads its own writes")
	})
	ls, err := repo.List(ctx, 5, "")
	require.NoError(t, err)
	require.Empty(t, ls)

	do(func(ctx context.Context) error {
		add(ctx, one, 99, 2, 1)
		add(ctx, two, 99, 1, 2)
		add(ctx, one, 4, 4, 2)
		add(ctx, one, 4, 0, 2) // 4 + 2 are not within 4
		_, _, err = repo.Add(ctx, 5, "other", one, 99)
		require.NoError(t, err)
		_, _, err = repo.Add(ctx, 6, "", one, 99)
		return err
	})
	got, err := repo.Find(ctx, 5, "", "k1")
	require.NoError(t, err)
	require.Equal(t, int64(4), got.Qty)
	_, err = repo.Find(ctx, 5, "", "k9")
	require.ErrorIs(t, err, mall.ErrNotFound)
	kinds, err := repo.Kinds(ctx, 5)
	require.NoError(t, err)
	require.Equal(t, []string{"", "other"}, kinds)

	do(func(ctx context.Context) error {
		ok, err := repo.SetQty(ctx, 5, "", "k1", 7)
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = repo.SetQty(ctx, 5, "", "k9", 7)
		require.NoError(t, err)
		require.False(t, ok)
		n, err := repo.Select(ctx, 5, "", []string{"k1", "k9"}, false)
		require.NoError(t, err)
		require.Equal(t, int64(1), n)
		return nil
	})
	rolledBack(t, store, func(ctx context.Context) {
		taken, err := repo.Take(ctx, 5, "", nil)
		require.NoError(t, err)
		require.Len(t, taken, 1, "nil takes the selected ones")
		require.Equal(t, "k2", taken[0].Key)
		require.Equal(t, []mall.ID{}, taken[0].Addons, "no add-ons are an empty list")
	})
	do(func(ctx context.Context) error {
		taken, err := repo.Take(ctx, 5, "", []string{"k2", "k1"})
		require.NoError(t, err)
		require.Equal(t, []string{"k1", "k2"}, []string{taken[0].Key, taken[1].Key}, "in the order of adding")
		require.Equal(t, int64(7), taken[0].Qty)
		n, err := repo.Remove(ctx, 5, "other", []string{"k1"})
		require.NoError(t, err)
		require.Equal(t, int64(1), n)
		n, err = repo.Clear(ctx, 5, "other")
		require.NoError(t, err)
		require.Zero(t, n)
		return nil
	})
	do(func(ctx context.Context) error { return repo.Erase(ctx, 6) })
	ls, err = repo.List(ctx, 6, "")
	require.NoError(t, err)
	require.Empty(t, ls)
	_, _, err = repo.Add(ctx, 5, "", one, 9)
	require.ErrorIs(t, err, mall.ErrNoTx)
}

// testCartRaces: parallel adds sum up, and of many that take one line one gets it.
func testCartRaces(t *testing.T, open Open) {
	store := open(t)
	repo := store.Carts()
	ctx := t.Context()
	const n = 20
	together(n, func(int) {
		_ = store.Do(ctx, func(ctx context.Context) error {
			_, _, err := repo.Add(ctx, 1, "", cartLine("k", 1, 1), 15)
			return err
		})
	})
	l, err := repo.Find(ctx, 1, "", "k")
	require.NoError(t, err)
	require.Equal(t, int64(15), l.Qty, "parallel adds sum up to the limit")

	var winners atomic.Int64
	var mu sync.Mutex
	var errs []error
	together(n, func(int) {
		var got []cart.Line
		err := store.Do(ctx, func(ctx context.Context) (err error) {
			got, err = repo.Take(ctx, 1, "", nil)
			return err
		})
		winners.Add(int64(len(got)))
		mu.Lock()
		errs = append(errs, err)
		mu.Unlock()
	})
	require.Equal(t, int64(1), winners.Load())
	require.Equal(t, -1, slices.IndexFunc(errs, func(err error) bool { return err != nil }), "%v", errs)
}

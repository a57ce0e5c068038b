package storagetest

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

func redeemCode(text string, of, line mall.ID) order.Code {
	return order.Code{Order: of, Line: line, Shop: 2, Text: text, State: order.CodeUnused, Added: orderTime}
}

func testRedemptionCodes(t *testing.T, open Open) {
	store := open(t)
	repo := store.RedemptionCodes()
	ctx := t.Context()
	do := func(fn func(ctx context.Context)) {
		t.Helper()
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { fn(ctx); return nil }))
	}
	require.ErrorIs(t, repo.Insert(ctx, []order.Code{redeemCode("1", 1, 1)}), mall.ErrNoTx)
	rolledBack(t, store, func(ctx context.Context) {
		require.NoError(t, repo.Insert(ctx, []order.Code{redeemCode("111111", 1, 1)}))
	})
	found, err := repo.Find(ctx, "111111", 5)
	require.NoError(t, err)
	require.Empty(t, found)

	mine := []order.Code{redeemCode("111111", 1, 1), redeemCode("222222", 1, 1), redeemCode("222222", 1, 1), redeemCode("333333", 1, 2)}
	do(func(ctx context.Context) { require.NoError(t, repo.Insert(ctx, mine)) })
	require.NotZero(t, mine[0].ID*mine[1].ID*mine[3].ID)
	require.Zero(t, mine[2].ID, "a text once")
	again := []order.Code{redeemCode("111111", 9, 9)}
	elsewhere := []order.Code{redeemCode("111111", 8, 8)}
	elsewhere[0].Shop = 3
	do(func(ctx context.Context) {
		require.NoError(t, repo.Insert(ctx, again))
		require.NoError(t, repo.Insert(ctx, elsewhere))
	})
	require.Zero(t, again[0].ID)
	require.NotZero(t, elsewhere[0].ID, "unique within a shop")
	do(func(ctx context.Context) {
		ok, err := repo.Use(ctx, mine[0].ID, 7, orderTime)
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = repo.Use(ctx, mine[0].ID, 7, orderTime)
		require.NoError(t, err)
		require.False(t, ok)
		require.NoError(t, repo.Insert(ctx, again))
	})
	require.NotZero(t, again[0].ID, "free again once used")
	found, err = repo.Find(ctx, "111111", 5)
	require.NoError(t, err)
	require.Equal(t, []order.Code{again[0], elsewhere[0]}, found[:2], "unused ones first, newest first")
	require.Len(t, found, 3)
	found, err = repo.Find(ctx, "111111", 1)
	require.NoError(t, err)
	require.Len(t, found, 1)
	of, err := repo.Of(ctx, []mall.ID{1})
	require.NoError(t, err)
	require.Len(t, of, 3)
	used := mine[0]
	used.State, used.UsedBy, used.UsedAt = order.CodeUsed, 7, orderTime
	require.Equal(t, used, of[0])
	do(func(ctx context.Context) { require.NoError(t, repo.Void(ctx, 1, 1, 5)) })
	of, err = repo.Of(ctx, []mall.ID{1})
	require.NoError(t, err)
	require.Equal(t, []order.CodeState{order.CodeUsed, order.CodeVoid, order.CodeUnused}, []order.CodeState{of[0].State, of[1].State, of[2].State})
	do(func(ctx context.Context) { require.NoError(t, repo.Void(ctx, 1, 0, 5)) })
	of, err = repo.Of(ctx, []mall.ID{1})
	require.NoError(t, err)
	require.Equal(t, order.CodeVoid, of[2].State)

	try := func(window time.Time) (ok bool) {
		do(func(ctx context.Context) {
			var err error
			ok, err = repo.Try(ctx, "a", window, 2)
			require.NoError(t, err)
		})
		return ok
	}
	require.Equal(t, []bool{true, true, false}, []bool{try(orderTime), try(orderTime), try(orderTime)})
	require.True(t, try(orderTime.Add(time.Hour)))
	do(func(ctx context.Context) { require.NoError(t, repo.Untry(ctx, "a", orderTime)) })
	require.True(t, try(orderTime))
	do(func(ctx context.Context) { require.NoError(t, repo.Sweep(ctx, orderTime.Add(time.Minute))) })
	require.True(t, try(orderTime), "forgotten")
}

// testRedemptionRaces: one code is used once, and no more tries pass than allowed.
func testRedemptionRaces(t *testing.T, open Open) {
	store := open(t)
	repo := store.RedemptionCodes()
	cs := []order.Code{redeemCode("111111", 1, 1)}
	require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error { return repo.Insert(ctx, cs) }))
	var used, tried atomic.Int64
	start := make(chan struct{})
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			<-start
			var ok, first bool
			err := store.Do(t.Context(), func(ctx context.Context) (err error) {
				if ok, err = repo.Use(ctx, cs[0].ID, 7, orderTime); err != nil {
					return err
				}
				first, err = repo.Try(ctx, "a", orderTime, 5)
				return err
			})
			if err == nil && ok {
				used.Add(1)
			}
			if err == nil && first {
				tried.Add(1)
			}
		})
	}
	close(start)
	wg.Wait()
	require.Equal(t, int64(1), used.Load())
	require.Equal(t, int64(5), tried.Load())
}

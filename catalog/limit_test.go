package catalog_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// take prices wants and counts them against the buyer's limits.
func (b *bundle) take(t testing.TB, buyer catalog.Buyer, source string, at time.Time, wants ...catalog.Want) error {
	t.Helper()
	return b.do(t, func(ctx context.Context) error {
		items, err := b.goods.Price(ctx, buyer, at, wants)
		if err != nil {
			return err
		}
		return b.goods.TakeLimits(ctx, buyer.Account, source, at, items)
	})
}

func (b *bundle) give(t testing.TB, source string) {
	t.Helper()
	require.NoError(t, b.do(t, func(ctx context.Context) error { return b.goods.GiveLimits(ctx, source) }))
}

func TestLimits(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		b := setup(t, store)
		id := b.save(t, shirt())
		d, err := b.goods.Detail(t.Context(), id)
		require.NoError(t, err)
		a, c := d.SKUs[0].ID, d.SKUs[2].ID
		require.NoError(t, b.goods.PutLimits(t.Context(), id, []catalog.Limit{
			{Level: 0, Pieces: 5, Duration: 3, Span: mall.Daily},
			{SKU: a, Level: 0, Pieces: 2, Duration: 1, Span: mall.Weekly},
		}))
		g, err := b.goods.Get(t.Context(), id)
		require.NoError(t, err)
		require.True(t, g.Limited)

		buyer, other := catalog.Buyer{Account: 7}, catalog.Buyer{Account: 8}
		want := func(sku mall.ID, n int64) catalog.Want { return catalog.Want{Goods: id, SKU: sku, Qty: n} }
		require.NoError(t, b.take(t, buyer, "o1", noon, want(a, 2), want(c, 1)))
		require.ErrorIs(t, b.take(t, buyer, "o2", noon, want(a, 1)), catalog.ErrLimit, "2 a week of this SKU")
		require.ErrorIs(t, b.take(t, buyer, "o3", noon, want(c, 2), want(c, 1)), catalog.ErrLimit, "5 in 3 days of all")
		require.NoError(t, b.take(t, buyer, "o3", noon, want(c, 1), want(c, 1)))
		require.NoError(t, b.take(t, other, "o4", noon, want(a, 2)), "another buyer")

		b.give(t, "o1")
		b.give(t, "o1")
		require.NoError(t, b.take(t, buyer, "o5", noon, want(a, 2)), "given back")
		require.ErrorIs(t, b.take(t, buyer, "o6", noon.AddDate(0, 0, 2), want(c, 2)), catalog.ErrLimit, "the third day still counts the first")
		require.NoError(t, b.take(t, buyer, "o6", noon.AddDate(0, 0, 3), want(c, 5)), "the window has moved on")
		sunday, monday := noon.AddDate(0, 0, 4), noon.AddDate(0, 0, 5)
		require.ErrorIs(t, b.take(t, buyer, "o7", sunday, want(a, 1)), catalog.ErrLimit)
		require.NoError(t, b.take(t, other, "o7", monday, want(a, 1)), "a new week")

		vip := catalog.Buyer{Account: 9, Level: 3}
		require.ErrorIs(t, b.take(t, vip, "o8", noon, want(a, 1)), catalog.ErrLimit, "no limit names this level: it may not buy")
		require.NoError(t, b.goods.PutLimits(t.Context(), id, nil))
		require.NoError(t, b.take(t, vip, "o8", noon, want(a, 99)))
	})
}

// Twenty orders of one buyer at once for five pieces allowed.
func TestLimitRace(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		b := setup(t, store)
		id := b.save(t, plain("茅台", 149_900, 100))
		require.NoError(t, b.goods.PutLimits(t.Context(), id, []catalog.Limit{{Pieces: 5, Duration: 1, Span: mall.Monthly}}))
		var won, refused atomic.Int64
		gate := make(chan struct{})
		var wg sync.WaitGroup
		for i := range 20 {
			wg.Go(func() {
				<-gate
				switch err := b.take(t, catalog.Buyer{Account: 7}, fmt.Sprint("o", i), noon, catalog.Want{Goods: id, Qty: 1}); {
				case err == nil:
					won.Add(1)
				case errors.Is(err, catalog.ErrLimit):
					refused.Add(1)
				default:
					t.Error(err)
				}
			})
		}
		close(gate)
		wg.Wait()
		require.EqualValues(t, 5, won.Load())
		require.EqualValues(t, 15, refused.Load())
	})
}

package bunrepo_test

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestTotalsOfGoodsFollowChanges: a total is remembered, but never beyond a
// change that was made through the same store, however many read meanwhile.
func TestTotalsOfGoodsFollowChanges(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		ctx, at, repo := t.Context(), time.UnixMilli(1_763_780_000_000).UTC(), store.Catalog()
		const many = 12
		goods := make([]*catalog.Goods, many)
		for i := range goods {
			goods[i] = &catalog.Goods{Code: string(rune('a' + i)), Name: "茶", Category: 3, OnSale: true, Kind: catalog.Parcel, CreatedAt: at, UpdatedAt: at}
		}
		do := func(fn func(ctx context.Context) error) { t.Helper(); require.NoError(t, store.Do(ctx, fn)) }
		total := func(ctx context.Context, q catalog.Query) int64 {
			n, err := repo.Products.Total(ctx, q, 100)
			require.NoError(t, err)
			return n
		}
		listed, third := catalog.Query{}, catalog.Query{Categories: []mall.ID{3}}
		require.Zero(t, total(ctx, listed))
		do(func(ctx context.Context) error { return repo.Products.Insert(ctx, goods, make([]catalog.Text, many)) })
		require.EqualValues(t, many, total(ctx, listed))
		require.EqualValues(t, many, total(ctx, third))

		stop := make(chan struct{})
		var readers sync.WaitGroup
		for range 4 {
			readers.Go(func() {
				for {
					select {
					case <-stop:
						return
					default:
						_, _ = repo.Products.Total(ctx, listed, 100)
					}
				}
			})
		}
		for i, g := range goods[:8] {
			do(func(ctx context.Context) error {
				_, err := repo.Products.SetSale(ctx, g.ID, false, at)
				require.EqualValues(t, many-i-1, total(ctx, listed), "the transaction sees its own change")
				return err
			})
			require.EqualValues(t, many-i-1, total(ctx, listed), "and afterwards everybody does")
		}
		close(stop)
		readers.Wait()

		undone := errors.New("undone")
		require.ErrorIs(t, store.Do(ctx, func(ctx context.Context) error {
			_, err := repo.Products.Delete(ctx, goods[9].ID, at)
			require.NoError(t, err)
			require.EqualValues(t, many-9, total(ctx, listed))
			return undone
		}), undone)
		require.EqualValues(t, many-8, total(ctx, listed), "what was undone was never remembered")

		do(func(ctx context.Context) error { _, err := repo.Products.Delete(ctx, goods[9].ID, at); return err })
		require.EqualValues(t, many-9, total(ctx, listed))
		goods[10].Category = 4
		do(func(ctx context.Context) error { return repo.Products.Update(ctx, goods[10], catalog.Text{}) })
		require.EqualValues(t, many-10, total(ctx, third))
		do(func(ctx context.Context) error { return repo.Categories.Empty(ctx, 3, at) })
		require.Zero(t, total(ctx, third))
	})
}

// TestTotalsOfGoodsAreRemembered: within a moment the second page costs no
// second count.
func TestTotalsOfGoodsAreRemembered(t *testing.T) {
	t.Parallel()
	store := storagetest.SQLite(t)
	ctx, products := t.Context(), store.Catalog().Products
	asked := storagetest.Statements(ctx, t, func(ctx context.Context) error {
		for range 20 {
			if _, err := products.Total(ctx, catalog.Query{}, 100); err != nil {
				return err
			}
		}
		return nil
	})
	require.Less(t, len(asked), 20)
}

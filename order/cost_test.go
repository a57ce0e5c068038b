package order_test

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestPlaceCosts bounds the statements of the checkout; BEGIN and COMMIT come
// on top.
func TestPlaceCosts(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		sent := storagetest.Statements(t.Context(), t, func(ctx context.Context) error {
			_, err := w.orders.Place(ctx, buyer(1), want(w.tea, 2, w.few, 1))
			return err
		})
		require.LessOrEqual(t, len(sent), 14, "%q", sent)
		sent = storagetest.Statements(t.Context(), t, func(ctx context.Context) error {
			_, err := w.orders.Place(ctx, buyer(1), want(w.tea, 2, w.last, 1))
			return err
		})
		require.LessOrEqual(t, len(sent), 12, "%q", sent)
	})
}

// TestListCosts: a page costs the same whatever its size.
func TestListCosts(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		for range 12 {
			w.place(t, buyer(1), w.tea, 1)
		}
		cost := func(limit int64) int {
			return len(storagetest.Statements(t.Context(), t, func(ctx context.Context) error {
				_, err := w.orders.List(ctx, buyer(1), order.Filter{}, mall.Page{Limit: limit})
				return err
			}))
		}
		require.Equal(t, cost(2), cost(12))
		require.LessOrEqual(t, cost(12), 5)
	})
}

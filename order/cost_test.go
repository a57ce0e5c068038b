package order_test

import (
	"context"
	"slices"
	"strings"
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

// TestWritesInOneOrder holds the global order of writes, which prevents
// deadlocks: order row, counters, grants, ledgers.
func TestWritesInOneOrder(t *testing.T) {
	rank := []string{"orders", "stock_holds", "stock_counters", "point_accounts", "wallets"}
	each(t, nil, func(t *testing.T, w *world) {
		w.rich(t, buyer(1), 100_000, 1000)
		var o *order.Order
		in := want(w.tea, 1, w.cup, 2)
		in.Deduction = 10
		for name, fn := range map[string]func(ctx context.Context) error{
			"place": func(ctx context.Context) (err error) { o, err = w.orders.Place(ctx, buyer(1), in); return err },
			"pay":   func(ctx context.Context) error { return w.pay(ctx, buyer(1), w.place(t, buyer(1), w.tea, 1).ID) },
			"cancel": func(ctx context.Context) error {
				return w.orders.Cancel(ctx, buyer(1), order.Ref{ID: w.place(t, buyer(1), w.cup, 1).ID}, "")
			},
		} {
			written := storagetest.Written(storagetest.Statements(t.Context(), t, fn))
			at := -1
			for _, table := range written {
				if i := slices.Index(rank, strings.TrimPrefix(table, "mall_")); i >= 0 {
					require.GreaterOrEqual(t, i, at, "%s writes %v", name, written)
					at = i
				}
			}
		}
		require.NotNil(t, o)
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

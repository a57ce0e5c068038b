package order_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

// TestMaxUnpaid: a buyer leaves so much unpaid at o2o and no more; what is
// paid, ended or overdue makes room again.
func TestMaxUnpaid(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx, who := t.Context(), atO2O(1)
		w.rich(t, who, 100_000, 0)
		place := func(who mall.Actor, pairs ...any) error {
			_, err := w.orders.Place(ctx, who, want(pairs...))
			return err
		}
		var first *order.Order
		for range 20 {
			first = w.place(t, who, w.tea, 1)
		}
		require.ErrorIs(t, place(who, w.tea, 1), order.ErrUnpaidOrders)
		require.Equal(t, "80 20 0", w.level(t, w.tea), "what is refused holds nothing")
		require.NoError(t, place(who, w.free, 50), "what costs nothing is paid at once")
		require.NoError(t, place(atO2O(2), w.tea, 1), "of one buyer, not of all")
		require.NoError(t, place(buyer(1), w.tea, 1), "of one face")

		require.NoError(t, w.pay(ctx, who, first.ID))
		last := w.place(t, who, w.tea, 1)
		require.ErrorIs(t, place(who, w.tea, 1), order.ErrUnpaidOrders)
		require.NoError(t, w.orders.Cancel(ctx, who, order.Ref{ID: last.ID}, ""))
		w.place(t, who, w.tea, 1)
		require.ErrorIs(t, place(who, w.tea, 1), order.ErrUnpaidOrders)
		split := want(w.tea, 1, w.far, 1)
		split.Split = true
		w.clock.turn(24 * time.Hour)
		for range 9 {
			_, err := w.orders.Place(ctx, who, split)
			require.NoError(t, err, "overdue orders do not count, swept or not")
		}
		w.place(t, who, w.tea, 1)
		_, err := w.orders.Place(ctx, who, split)
		require.ErrorIs(t, err, order.ErrUnpaidOrders, "a checkout over two shops is two")
		w.place(t, who, w.tea, 1)

		require.ErrorIs(t, place(atO2O(3), w.tea, 101), order.ErrUnpaidPieces)
		require.NoError(t, place(atO2O(3), w.far, 60))
		require.ErrorIs(t, place(atO2O(3), w.tea, 41), order.ErrUnpaidPieces)
		require.NoError(t, place(atO2O(3), w.tea, 40))
	})
}

// TestMaxUnpaidAtOnce: checkouts in parallel cannot exceed the limit together,
// and the same call made twice still is one order.
func TestMaxUnpaidAtOnce(t *testing.T) {
	three := func(c *order.Config) {
		c.MaxUnpaid = func(context.Context, mall.Face) (order.UnpaidCount, error) { return order.UnpaidCount{Orders: 3}, nil }
	}
	each(t, three, func(t *testing.T, w *world) {
		ctx := t.Context()
		errs := race(12, func(int) error {
			_, err := w.orders.Place(ctx, buyer(1), want(w.tea, 1))
			return err
		})
		require.Equal(t, 3, won(t, errs))
		for _, err := range errs {
			if err != nil {
				require.ErrorIs(t, err, order.ErrUnpaidOrders)
			}
		}
		require.Equal(t, "97 3 0", w.level(t, w.tea))

		w.place(t, buyer(2), w.tea, 1)
		w.place(t, buyer(2), w.tea, 1)
		ids := make([]mall.ID, 8)
		require.Equal(t, 8, won(t, race(8, func(i int) error {
			in := want(w.tea, 1)
			in.IdempotencyKey = "once"
			o, err := w.orders.Place(ctx, buyer(2), in)
			if err == nil {
				ids[i] = o.ID
			}
			return err
		})))
		for _, id := range ids {
			require.Equal(t, ids[0], id)
		}
	})
}

// TestMostCodes: what has a code for each piece has no more pieces than codes.
func TestMostCodes(t *testing.T) {
	each(t, func(c *order.Config) {
		c.MaxUnpaid = func(context.Context, mall.Face) (order.UnpaidCount, error) { return order.UnpaidCount{}, nil }
	}, func(t *testing.T, w *world) {
		in := want(w.few, 10_001)
		in.CanRedeem = true
		_, err := w.orders.Place(t.Context(), atO2O(1), in)
		require.ErrorIs(t, err, order.ErrQty)
	})
}

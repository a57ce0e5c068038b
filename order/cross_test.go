package order_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

// TestListMeetsCancels: a list of orders is paid one after the other while the
// later one is cancelled, whose stock the earlier one needs too. They may wait
// for each other crosswise; then the database lets one lose and it is run
// again, so both come to an end and the books stand.
func TestListMeetsCancels(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		const rounds = 20
		w.rich(t, buyer(1), 1_000_000, 0)
		for range rounds {
			a, b := w.place(t, buyer(1), w.tea, 1), w.place(t, buyer(1), w.tea, 1)
			errs := race(2, func(i int) error {
				if i == 0 {
					return w.pay(t.Context(), buyer(1), b.ID, a.ID)
				}
				return w.orders.Cancel(t.Context(), buyer(1), order.Ref{ID: b.ID}, "")
			})
			require.Equal(t, 1, won(t, errs), "%v", errs)
			first, second := w.phase(t, a.ID), w.phase(t, b.ID)
			if errs[0] == nil {
				require.Equal(t, [2]order.Phase{order.PhasePaid, order.PhasePaid}, [2]order.Phase{first, second})
				require.NoError(t, w.orders.Invalidate(t.Context(), staff, order.Ref{ID: b.ID}, ""))
				require.NoError(t, w.orders.Invalidate(t.Context(), staff, order.Ref{ID: a.ID}, ""))
				continue
			}
			require.Equal(t, [2]order.Phase{order.PhaseUnpaid, order.PhaseCancelled}, [2]order.Phase{first, second})
			require.NoError(t, w.orders.Cancel(t.Context(), buyer(1), order.Ref{ID: a.ID}, ""))
		}
		require.Equal(t, "100 0 0", w.level(t, w.tea))
		require.Equal(t, mall.Money(1_000_000), w.balance(t, buyer(1)))
	})
}

// TestDelete: a live order that is not paid is cancelled first, like Cancel
// does it, and gone from its buyer's lists then; a paid one stays until it is
// over.
func TestDelete(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx, who := t.Context(), buyer(1)
		w.rich(t, who, 1500, 0)
		o := w.place(t, who, w.tea, 2)
		p := w.open(t, who, o.ID)
		require.NoError(t, w.orders.Delete(ctx, who, order.Ref{ID: o.ID}))
		require.Equal(t, order.PhaseCancelled, w.phase(t, o.ID))
		require.Equal(t, "100 0 0", w.level(t, w.tea), "stock is back")
		require.True(t, w.gate.closed[p.Number], "the gateway cannot take money for it any more")
		_, err := w.orders.GetOf(ctx, who.Account, order.Ref{ID: o.ID})
		require.ErrorIs(t, err, order.ErrNoOrder)
		require.ErrorIs(t, w.orders.Delete(ctx, who, order.Ref{ID: o.ID}), order.ErrNoOrder)
		_, err = w.orders.Get(ctx, staff, order.Ref{ID: o.ID})
		require.NoError(t, err, "hidden from the buyer, not destroyed")

		o = w.place(t, who, w.tea, 2)
		w.paid(w.open(t, who, o.ID))
		require.ErrorIs(t, w.orders.Delete(ctx, who, order.Ref{ID: o.ID}), order.ErrPaidMeanwhile)
		require.Equal(t, order.PhasePaid, w.phase(t, o.ID))
		require.ErrorIs(t, w.orders.Delete(ctx, who, order.Ref{ID: o.ID}), order.ErrState, "paid")
		require.NoError(t, send(w, ctx, o.ID))
		require.ErrorIs(t, w.orders.Delete(ctx, who, order.Ref{ID: o.ID}), order.ErrState, "on its way")
		require.NoError(t, w.orders.Receive(ctx, who, order.Ref{ID: o.ID}))
		require.NoError(t, w.orders.Delete(ctx, who, order.Ref{ID: o.ID}))
		list, err := w.orders.List(ctx, who, order.Filter{}, mall.Page{})
		require.NoError(t, err)
		require.Zero(t, list.Total)
	})
}

package order_test

import (
	"errors"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

func TestReturn(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx, who := t.Context(), counter(1)
		w.rich(t, who, 100_000, 100)
		back := func(who mall.Actor, o *order.Order) error { return w.orders.Return(ctx, who, order.Ref{ID: o.ID}, "") }
		o := w.place(t, who, w.tea, 2, w.cup, 1)
		require.ErrorIs(t, back(who, o), order.ErrNotPaid)
		require.ErrorIs(t, back(counter(2), o), order.ErrNoOrder)
		require.NoError(t, w.pay(ctx, who, o.ID))
		before := w.balance(t, who)
		require.NoError(t, back(who, o))
		require.ErrorIs(t, back(who, o), order.ErrReturned)
		now := w.get(t, o.ID)
		require.Equal(t, []any{order.Refunded, o.Payable, true}, []any{now.Pay, now.Refunded, now.Returned()})
		require.Equal(t, before+o.Payable, w.balance(t, who))
		require.Equal(t, int64(100), w.score(t, who), "points too")
		require.Equal(t, "100 0 0", w.level(t, w.tea))
		require.Error(t, w.orders.Ship(ctx, staff, order.Ref{ID: o.ID}, order.ShipInput{Action: order.ShipSend}))

		sent := w.paidOrder(t, who, w.tea, 3)
		l := sent.Lines[0]
		require.NoError(t, w.orders.Ship(ctx, staff, order.Ref{ID: sent.ID}, order.ShipInput{Action: order.ShipSend, Pieces: []order.Piece{{Line: l.ID, Qty: 2}}}))
		require.NoError(t, back(staff, sent))
		require.Equal(t, "98 0 2", w.level(t, w.tea), "two are on their way, one was still here")

		claimed := w.paidOrder(t, who, w.tea, 1)
		_, err := w.orders.Claim(ctx, who, order.Ref{ID: claimed.ID}, order.ClaimInput{Type: order.RefundOnly})
		require.NoError(t, err)
		require.ErrorIs(t, back(who, claimed), order.ErrClaimOpen)

		w.rich(t, buyer(3), 10_000, 0)
		other := w.paidOrder(t, buyer(3), w.tea, 1)
		require.ErrorIs(t, back(buyer(3), other), order.ErrNoClaim, "orders of other faces are claimed")
		require.NoError(t, back(staff, other))
	})
}

// TestReturnAtAGateway: the state says refunded when the money is back, not
// before, and nothing else can be done with the order meanwhile.
func TestReturnAtAGateway(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx, who := t.Context(), counter(1)
		o := w.place(t, who, w.last, 1)
		p, err := w.scan(ctx, who, o.ID)
		require.NoError(t, err)
		w.settle(t, p)
		errs := race(8, func(int) error { return w.orders.Return(ctx, who, order.Ref{ID: o.ID}, "") })
		require.Equal(t, 1, won(t, errs))
		for _, err := range errs {
			require.True(t, err == nil || errors.Is(err, order.ErrReturned), "%v", err)
		}
		require.Equal(t, "1 0 0", w.level(t, w.last))
		now := w.get(t, o.ID)
		require.Equal(t, []any{order.Paid, true}, []any{now.Pay, now.Returned()})
		require.ErrorIs(t, w.orders.Ship(ctx, staff, order.Ref{ID: o.ID}, order.ShipInput{Action: order.ShipReceive}), order.ErrReturned)
		_, err = w.payments.SweepRefunds(ctx, 10)
		require.NoError(t, err)
		now = w.get(t, o.ID)
		require.Equal(t, []any{order.Refunded, o.Payable}, []any{now.Pay, now.Refunded})
	})
}

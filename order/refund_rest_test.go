package order_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

// atO2O is a buyer of the face that gives a code for each piece.
func atO2O(n int) mall.Actor {
	who := buyer(n)
	who.Face = mall.FaceO2O
	return who
}

// TestRefundRest: all that is left of a paid order goes back at once, with
// stock, points and codes, and nothing of what was sent or handed over.
func TestRefundRest(t *testing.T) {
	each(t, clerks, func(t *testing.T, w *world) {
		ctx, who := t.Context(), atO2O(1)
		w.rich(t, who, 100_000, 100)
		place := func(pairs ...any) *order.Order {
			in := want(pairs...)
			in.CanRedeem, in.Delivery = true, order.PickUp
			o, err := w.orders.Place(ctx, who, in)
			require.NoError(t, err)
			return o
		}
		rest := func(who mall.Actor, o *order.Order, partly bool) (*order.Claim, error) {
			c, _, err := w.orders.RefundRest(ctx, who, order.Ref{ID: o.ID}, order.RefundInput{Partly: partly})
			return c, err
		}
		o := place(w.cup, 3)
		_, err := rest(who, o, false)
		require.ErrorIs(t, err, order.ErrState, "not paid")
		require.NoError(t, w.pay(ctx, who, o.ID))
		_, err = rest(atO2O(2), o, false)
		require.ErrorIs(t, err, order.ErrNoOrder)
		require.Equal(t, int64(85), w.score(t, who))
		c, err := rest(who, o, false)
		require.NoError(t, err)
		require.Equal(t, o.Payable, c.Amount)
		require.Equal(t, []any{order.PhaseRefunded, "100 0 0", int64(100), mall.Money(100_000)}, []any{w.phase(t, o.ID), w.level(t, w.cup), w.score(t, who), w.balance(t, who)})
		_, err = rest(who, o, false)
		require.ErrorIs(t, err, order.ErrState)

		used := place(w.tea, 3)
		require.NoError(t, w.pay(ctx, who, used.ID))
		codes, err := w.orders.CodesOf(ctx, []mall.ID{used.ID})
		require.NoError(t, err)
		require.Len(t, codes[used.ID], 3)
		_, err = w.orders.Redeem(ctx, buyer(50), codes[used.ID][1].Text)
		require.NoError(t, err)
		_, err = rest(who, used, false)
		require.ErrorIs(t, err, order.ErrNoClaim, "a used code bars it")
		c, err = rest(who, used, true)
		require.NoError(t, err)
		require.Equal(t, mall.Money(2000), c.Amount)
		require.Equal(t, []any{order.PhaseReceived, "99 0 1"}, []any{w.phase(t, used.ID), w.level(t, w.tea)})
		_, err = w.orders.Redeem(ctx, buyer(50), codes[used.ID][0].Text)
		require.Error(t, err, "codes of what was given back are void")

		parcel := w.paidOrder(t, who, w.tea, 2)
		require.NoError(t, send(w, ctx, parcel.ID, order.Piece{Line: parcel.Lines[0].ID, Qty: 1}))
		_, err = rest(who, parcel, true)
		require.ErrorIs(t, err, order.ErrState, "a part is on its way")
	})
}

// TestRefundRestAtOnce: many at once give one order back once.
func TestRefundRestAtOnce(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		w.rich(t, buyer(1), 10_000, 0)
		o := w.paidOrder(t, buyer(1), w.tea, 2)
		errs := race(10, func(int) error {
			_, _, err := w.orders.RefundRest(t.Context(), buyer(1), order.Ref{ID: o.ID}, order.RefundInput{})
			return err
		})
		require.Equal(t, 1, won(t, errs))
		require.Equal(t, mall.Money(10_000), w.balance(t, buyer(1)))
		require.Equal(t, "100 0 0", w.level(t, w.tea))
	})
}

// TestPayable: what can be paid where, and by whom.
func TestPayable(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		at, err := w.shops.Get(ctx, 2)
		require.NoError(t, err)
		at.Operator = 7
		_, err = w.shops.Save(ctx, *at)
		require.NoError(t, err)
		w.rich(t, buyer(1), 10_000, 0)
		own, far := w.place(t, buyer(1), w.tea, 1), w.place(t, buyer(1), w.far, 1)
		payable := func(who int, o *order.Order, centre mall.ID) error {
			return w.orders.Payable(ctx, buyer(who).Account, order.Ref{Number: o.Number}, centre)
		}
		require.NoError(t, payable(1, own, 1))
		require.NoError(t, payable(1, far, 7))
		require.ErrorIs(t, payable(1, far, 1), order.ErrCentre)
		require.ErrorIs(t, payable(1, own, 7), order.ErrCentre)
		require.ErrorIs(t, payable(2, own, 1), order.ErrNoOrder)
		require.ErrorIs(t, w.orders.Payable(ctx, 0, order.Ref{Number: own.Number}, 1), order.ErrNoOrder)
		require.NoError(t, w.pay(ctx, buyer(1), own.ID))
		require.ErrorIs(t, payable(1, own, 1), order.ErrState)
		w.clock.turn(48 * time.Hour)
		require.ErrorIs(t, payable(1, far, 7), order.ErrOverdue)
	})
}

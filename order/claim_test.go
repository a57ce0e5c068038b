package order_test

import (
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

func TestClaimsOnceAtATime(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 10_000, 100)
		o := w.paidOrder(t, buyer(1), w.tea, 2, w.cup, 1)
		ref, line := order.Ref{ID: o.ID}, o.Lines[0].ID
		claim := func(in order.ClaimInput) error { _, err := w.orders.Claim(ctx, buyer(1), ref, in); return err }
		over := mall.Money(2001)
		require.ErrorIs(t, claim(order.ClaimInput{Line: line, Amount: &over}), order.ErrClaimAmount)
		require.ErrorIs(t, claim(order.ClaimInput{Line: line, Qty: 3}), order.ErrQty)
		require.ErrorIs(t, claim(order.ClaimInput{Line: line, Type: 7}), mall.ErrInvalid)
		_, err := w.orders.Claim(ctx, buyer(2), ref, order.ClaimInput{})
		require.ErrorIs(t, err, order.ErrNoOrder)
		errs := race(8, func(int) error { return claim(order.ClaimInput{Line: line, Qty: 1, Reason: "broken"}) })
		require.Equal(t, 1, won(t, errs), "claimed twice")
		require.ErrorIs(t, claim(order.ClaimInput{Line: line}), order.ErrClaimOpen)
		require.ErrorIs(t, claim(order.ClaimInput{}), order.ErrClaimOpen, "nor as a whole")
		require.ErrorIs(t, send(w, ctx, o.ID, order.Piece{Line: line, Qty: 1}), order.ErrClaimOpen)

		cs, err := w.orders.ClaimsOf(ctx, buyer(1), ref)
		require.NoError(t, err)
		require.Len(t, cs, 1)
		require.ErrorIs(t, w.orders.Withdraw(ctx, buyer(2), cs[0].ID), order.ErrNoOrder)
		require.ErrorIs(t, w.orders.RefundClaim(ctx, buyer(1), cs[0].ID), mall.ErrDenied)
		require.NoError(t, w.orders.Withdraw(ctx, buyer(1), cs[0].ID))
		require.ErrorIs(t, w.orders.Withdraw(ctx, buyer(1), cs[0].ID), order.ErrClaimState)
		require.Zero(t, w.get(t, o.ID).OpenClaims)

		require.NoError(t, claim(order.ClaimInput{Line: line, Type: order.ReturnRefund}))
		cs, err = w.orders.ClaimsOf(ctx, staff, ref)
		require.NoError(t, err)
		require.ErrorIs(t, w.orders.RefundClaim(ctx, staff, cs[0].ID), order.ErrClaimState, "goods first")
		require.NoError(t, w.orders.Accept(ctx, staff, cs[0].ID, nil, order.BackTo{LinkMan: "仓库"}, "好"))
		require.NoError(t, w.orders.SendBack(ctx, buyer(1), cs[0].ID, "顺丰", "SF2"))
		require.NoError(t, w.orders.GoodsBack(ctx, staff, cs[0].ID))
		require.ErrorIs(t, w.orders.Withdraw(ctx, buyer(1), cs[0].ID), order.ErrClaimState)
		require.NoError(t, w.orders.RefundClaim(ctx, staff, cs[0].ID))
		require.Equal(t, mall.Money(10_000-333), w.balance(t, buyer(1)))
		require.Equal(t, "100 0 0", w.level(t, w.tea), "goods that came back are on the shelf")
	})
}

func TestWholeRefundRestoresTheBooks(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 10_000, 500)
		in := want(w.cup, 3, w.few, 3)
		in.Deduction = 20
		o, err := w.orders.Place(ctx, buyer(1), in)
		require.NoError(t, err)
		require.NoError(t, w.pay(ctx, buyer(1), o.ID))
		c, err := w.orders.Claim(ctx, buyer(1), order.Ref{ID: o.ID}, order.ClaimInput{Reason: "no"})
		require.NoError(t, err)
		require.Equal(t, o.Payable, c.Amount)
		var done atomic.Int64
		errs := race(6, func(int) error {
			err := w.orders.RefundClaim(ctx, staff, c.ID)
			if err == nil {
				done.Add(1)
			}
			return err
		})
		won(t, errs)
		require.Equal(t, int64(1), done.Load(), "refunded twice")
		got := w.get(t, o.ID)
		require.Equal(t, order.PhaseRefunded, got.Phase(w.clock.now()))
		require.Equal(t, got.Paid, got.Refunded)
		require.Zero(t, got.OpenClaims)
		require.Equal(t, mall.Money(10_000), w.balance(t, buyer(1)))
		require.Equal(t, int64(500), w.score(t, buyer(1)))
		require.Equal(t, "100 0 0", w.level(t, w.cup))
		w.place(t, buyer(1), w.few, 3) // the purchase limit is free again
		_, err = w.orders.Claim(ctx, buyer(1), order.Ref{ID: o.ID}, order.ClaimInput{})
		require.ErrorIs(t, err, order.ErrState)
	})
}

func TestGatewayRefundIsFinalLater(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		o := w.place(t, buyer(1), w.tea, 2)
		w.settle(t, w.open(t, buyer(1), o.ID))
		half := mall.Money(900)
		c, err := w.orders.Claim(ctx, buyer(1), order.Ref{ID: o.ID}, order.ClaimInput{Line: o.Lines[0].ID, Qty: 1, Amount: &half})
		require.NoError(t, err)
		require.NoError(t, w.orders.RefundClaim(ctx, staff, c.ID))
		require.Equal(t, int64(1), w.get(t, o.ID).OpenClaims, "the money is on its way")
		require.Equal(t, "99 0 1", w.level(t, w.tea), "what was not sent is free at once")
		_, err = w.payments.SweepRefunds(ctx, 10)
		require.NoError(t, err)
		got := w.get(t, o.ID)
		require.Equal(t, half, got.Refunded)
		require.Zero(t, got.OpenClaims)
		require.Equal(t, order.PhasePaid, got.Phase(w.clock.now()))
		require.NoError(t, send(w, ctx, o.ID))
		require.Equal(t, order.PhaseShipped, w.phase(t, o.ID), "one piece is all that is left")

		require.NoError(t, w.orders.Invalidate(ctx, staff, order.Ref{ID: o.ID}, "lost"))
		require.Equal(t, order.PhaseInvalid, w.phase(t, o.ID))
		_, err = w.payments.SweepRefunds(ctx, 10)
		require.NoError(t, err)
		got = w.get(t, o.ID)
		require.Equal(t, mall.Money(2000), got.Refunded, "the merchant gives back all that is left")
		require.Equal(t, order.Refunded, got.Pay)
		require.Equal(t, "99 0 1", w.level(t, w.tea), "what was sent does not come back by itself")
	})
}

func TestExchangeMovesNoMoney(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 10_000, 0)
		o := w.paidOrder(t, buyer(1), w.tea, 1)
		require.NoError(t, send(w, ctx, o.ID))
		c, err := w.orders.Claim(ctx, buyer(1), order.Ref{ID: o.ID}, order.ClaimInput{Line: o.Lines[0].ID, Type: order.Exchange, Received: true})
		require.NoError(t, err)
		require.Zero(t, c.Amount)
		require.ErrorIs(t, w.orders.Receive(ctx, buyer(1), order.Ref{ID: o.ID}), order.ErrClaimOpen)
		require.NoError(t, w.orders.Accept(ctx, staff, c.ID, nil, order.BackTo{}, ""))
		require.NoError(t, w.orders.GoodsBack(ctx, staff, c.ID))
		require.NoError(t, w.orders.Exchanged(ctx, staff, c.ID))
		require.Equal(t, mall.Money(9000), w.balance(t, buyer(1)))
		require.Equal(t, "99 0 1", w.level(t, w.tea))
		require.NoError(t, w.orders.Receive(ctx, buyer(1), order.Ref{ID: o.ID}))
	})
}

func TestRefundAgainstRedeem(t *testing.T) {
	each(t, clerks, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 100_000, 0)
		for range 5 {
			before := w.balance(t, buyer(1))
			in := want(w.tea, 1)
			in.CanRedeem, in.Delivery = true, order.PickUp
			o, err := w.orders.Place(ctx, buyer(1), in)
			require.NoError(t, err)
			require.NoError(t, w.pay(ctx, buyer(1), o.ID))
			codes, err := w.orders.CodesOf(ctx, []mall.ID{o.ID})
			require.NoError(t, err)
			errs := race(2, func(i int) error {
				if i == 0 {
					_, err := w.orders.Redeem(ctx, buyer(50), codes[o.ID][0].Text)
					return err
				}
				c, err := w.orders.Claim(ctx, buyer(1), order.Ref{ID: o.ID}, order.ClaimInput{})
				if err != nil {
					return err
				}
				return w.orders.RefundClaim(ctx, staff, c.ID)
			})
			require.Equal(t, 1, won(t, errs), "%v", errs)
			if errs[0] == nil {
				require.Equal(t, before-1000, w.balance(t, buyer(1)))
			} else {
				require.Equal(t, before, w.balance(t, buyer(1)))
			}
		}
	})
}

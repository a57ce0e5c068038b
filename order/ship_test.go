package order_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/order"
)

func send(w *world, ctx context.Context, id mall.ID, pieces ...order.Piece) error {
	return w.orders.Ship(ctx, staff, order.Ref{ID: id}, order.ShipInput{Action: order.ShipSend, Name: "顺丰", Tracking: "SF1", Pieces: pieces})
}

func TestShippingGoesForward(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 100_000, 100)
		unpaid := w.place(t, buyer(1), w.tea, 1)
		require.ErrorIs(t, send(w, ctx, unpaid.ID), order.ErrNotPaid)
		o := w.paidOrder(t, buyer(1), w.tea, 2, w.cup, 1)
		ref := order.Ref{Number: o.Number}
		act := func(a order.ShipAction) error { return w.orders.Ship(ctx, staff, ref, order.ShipInput{Action: a}) }
		require.ErrorIs(t, w.orders.Ship(ctx, buyer(1), ref, order.ShipInput{Action: order.ShipSend}), mall.ErrDenied)
		require.ErrorIs(t, w.orders.Receive(ctx, buyer(1), ref), order.ErrState)
		require.NoError(t, act(order.ShipPrepare))
		require.ErrorIs(t, act(order.ShipPrepare), order.ErrState)
		require.ErrorIs(t, act(0), order.ErrState)
		require.ErrorIs(t, send(w, ctx, o.ID, order.Piece{Line: o.Lines[0].ID, Qty: 3}), order.ErrQty)
		require.ErrorIs(t, send(w, ctx, o.ID, order.Piece{Line: 999, Qty: 1}), order.ErrNoLine)
		require.NoError(t, send(w, ctx, o.ID, order.Piece{Line: o.Lines[0].ID, Qty: 1}))
		require.Equal(t, order.PhasePart, w.phase(t, o.ID))
		require.ErrorIs(t, w.orders.Receive(ctx, buyer(1), ref), order.ErrState)
		require.NoError(t, send(w, ctx, o.ID), "the rest")
		require.Equal(t, order.PhaseShipped, w.phase(t, o.ID))
		require.ErrorIs(t, send(w, ctx, o.ID), order.ErrState)
		errs := race(8, func(int) error { return w.orders.Receive(ctx, buyer(1), ref) })
		require.Equal(t, 1, won(t, errs), "received twice")
		d, err := w.orders.Detail(ctx, buyer(1), ref)
		require.NoError(t, err)
		require.Equal(t, "placed paid prepared shipped shipped received", moves(d.Logs))
		require.Len(t, d.Shipments, 2)
	})
}

func TestReviewsOncePerLine(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 100_000, 100)
		o := w.paidOrder(t, buyer(1), w.tea, 1, w.cup, 1)
		ref := order.Ref{ID: o.ID}
		review := func(lines ...int) error {
			var in []order.ReviewInput
			for _, i := range lines {
				in = append(in, order.ReviewInput{Line: o.Lines[i].ID, Grade: order.Good, Remark: "好😀"})
			}
			return w.orders.Review(ctx, buyer(1), ref, in)
		}
		require.ErrorIs(t, review(0), order.ErrState, "only after receipt")
		require.NoError(t, send(w, ctx, o.ID))
		require.NoError(t, w.orders.Receive(ctx, buyer(1), ref))
		require.ErrorIs(t, review(0, 0), order.ErrReviewed)
		require.NoError(t, review(0))
		require.Equal(t, order.PhaseReceived, w.phase(t, o.ID))
		require.ErrorIs(t, review(0, 1), order.ErrReviewed)
		errs := race(6, func(int) error { return review(1) })
		require.Equal(t, 1, won(t, errs))
		require.Equal(t, order.PhaseReviewed, w.phase(t, o.ID))
		rs, err := w.catalog.ListReviews(ctx, catalog.ReviewFilter{Goods: w.tea}, mall.Page{Limit: 10})
		require.NoError(t, err)
		require.Len(t, rs.Items, 1)
		require.ErrorIs(t, w.orders.Review(ctx, buyer(1), ref, []order.ReviewInput{{Line: o.Lines[0].ID, Grade: 3}}), mall.ErrInvalid)
	})
}

func TestReceivedAndReviewedByTime(t *testing.T) {
	days := func(n int) func(context.Context) (time.Duration, error) {
		return func(context.Context) (time.Duration, error) { return time.Duration(n) * 24 * time.Hour, nil }
	}
	each(t, func(c *order.Config) { c.ReceiveAfter, c.ReviewAfter = days(7), days(15) }, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 100_000, 0)
		o, claimed := w.paidOrder(t, buyer(1), w.tea, 1), w.paidOrder(t, buyer(1), w.tea, 1)
		require.NoError(t, errors.Join(send(w, ctx, o.ID), send(w, ctx, claimed.ID)))
		_, err := w.orders.Claim(ctx, buyer(1), order.Ref{ID: claimed.ID}, order.ClaimInput{Reason: "broken"})
		require.NoError(t, err)
		w.clock.turn(7*24*time.Hour - time.Minute)
		n, err := w.orders.SweepReceive(ctx, 10)
		require.NoError(t, err)
		require.Zero(t, n)
		w.clock.turn(time.Minute)
		n, err = w.orders.SweepReceive(ctx, 10)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, order.PhaseShipped, w.phase(t, claimed.ID), "goods in after-sale wait")
		w.clock.turn(15 * 24 * time.Hour)
		n, err = w.orders.SweepReview(ctx, 10)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		got := w.get(t, o.ID)
		require.Equal(t, order.PhaseReviewed, got.Phase(w.clock.now()))
		require.Equal(t, "系统默认好评", got.Lines[0].Review.Remark)
	})
}

func clerks(c *order.Config) {
	c.Clerk = func(_ context.Context, account, _ mall.ID) (bool, error) { return account == buyer(50).Account, nil }
	c.CodeTries = 5
}

func TestRedeemOneCodeAtOnce(t *testing.T) {
	each(t, clerks, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 100_000, 0)
		in := want(w.tea, 2)
		in.CanRedeem, in.Delivery, in.Address = true, order.PickUp, order.Address{}
		o, err := w.orders.Place(ctx, buyer(1), in)
		require.NoError(t, err)
		codes, err := w.orders.CodesOf(ctx, []mall.ID{o.ID})
		require.NoError(t, err)
		require.Empty(t, codes, "no code before the payment")
		require.NoError(t, w.pay(ctx, buyer(1), o.ID))
		codes, err = w.orders.CodesOf(ctx, []mall.ID{o.ID})
		require.NoError(t, err)
		require.Len(t, codes[o.ID], 1)
		text := codes[o.ID][0].Text
		require.Regexp(t, `^\d{12}$`, text)
		_, err = w.orders.Redeem(ctx, buyer(1), text)
		require.ErrorIs(t, err, order.ErrNotClerk, "not even the buyer")
		got, err := w.orders.DetailByCode(ctx, buyer(50), text)
		require.NoError(t, err)
		require.Equal(t, o.ID, got.ID)
		_, err = w.orders.DetailByCode(ctx, buyer(2), text)
		require.ErrorIs(t, err, order.ErrNoCode)
		errs := race(20, func(int) error { _, err := w.orders.Redeem(ctx, staff, text); return err })
		ok := 0
		for _, err := range errs {
			if err == nil {
				ok++
			} else {
				require.True(t, mall.Refused(err), "%v", err)
			}
		}
		require.Equal(t, 1, ok)
		require.Equal(t, order.PhaseReceived, w.phase(t, o.ID))
		_, err = w.orders.Claim(ctx, buyer(1), order.Ref{ID: o.ID}, order.ClaimInput{})
		require.ErrorIs(t, err, order.ErrNoClaim, "a used code bars refunds")
	})
}

func TestWrongCodesAreLimited(t *testing.T) {
	each(t, clerks, func(t *testing.T, w *world) {
		ctx := t.Context()
		try := func() error { _, err := w.orders.Redeem(ctx, buyer(50), "000000000000"); return err }
		errs := race(12, func(int) error { return try() })
		wrong := 0
		for _, err := range errs {
			if errors.Is(err, order.ErrNoCode) {
				wrong++
			} else {
				require.ErrorIs(t, err, order.ErrTries)
			}
		}
		require.Equal(t, 5, wrong)
		w.clock.turn(time.Hour)
		require.ErrorIs(t, try(), order.ErrNoCode, "an hour later")
		w.clock.turn(3 * time.Hour)
		require.NoError(t, w.orders.SweepCodes(ctx))
	})
}

func TestCodesPerPiece(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		who := buyer(1)
		who.Face = mall.FaceO2O
		w.rich(t, who, 100_000, 0)
		in := want(w.tea, 3)
		in.CanRedeem = true
		o, err := w.orders.Place(ctx, who, in)
		require.NoError(t, err)
		require.NoError(t, w.pay(ctx, who, o.ID))
		all, err := w.orders.CodesOf(ctx, []mall.ID{o.ID})
		require.NoError(t, err)
		codes := all[o.ID]
		require.Len(t, codes, 3)
		require.Regexp(t, `^\d{6}$`, codes[0].Text)
		_, err = w.orders.Redeem(ctx, staff, codes[0].Text)
		require.NoError(t, err)
		require.Equal(t, order.PhasePaid, w.phase(t, o.ID))
		c, err := w.orders.Claim(ctx, who, order.Ref{ID: o.ID}, order.ClaimInput{Line: o.Lines[0].ID, Qty: 1})
		require.NoError(t, err)
		_, err = w.orders.Redeem(ctx, staff, codes[1].Text)
		require.ErrorIs(t, err, order.ErrClaimOpen)
		require.NoError(t, w.orders.RefundClaim(ctx, staff, c.ID))
		require.Equal(t, mall.Money(98_000), w.balance(t, who))
		used := 0
		for _, code := range codes {
			if _, err := w.orders.Redeem(ctx, staff, code.Text); err == nil {
				used++
			}
		}
		require.Equal(t, 1, used, "one was used, one is void")
		require.Equal(t, order.PhaseReceived, w.phase(t, o.ID))
		require.Equal(t, "98 0 2", w.level(t, w.tea))
	})
}

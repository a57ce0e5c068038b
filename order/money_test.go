package order_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cart"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/order"
)

// claimed opens a claim and lets the merchant refund it.
func (w *world) claimed(t testing.TB, who mall.Actor, id mall.ID, in order.ClaimInput) *order.Claim {
	t.Helper()
	c, err := w.orders.Claim(t.Context(), who, order.Ref{ID: id}, in)
	require.NoError(t, err)
	if in.Type == order.ReturnRefund {
		require.NoError(t, w.orders.Accept(t.Context(), staff, c.ID, nil, order.BackTo{}, ""))
		require.NoError(t, w.orders.GoodsBack(t.Context(), staff, c.ID))
	}
	require.NoError(t, w.orders.RefundClaim(t.Context(), staff, c.ID))
	return c
}

func TestReturnedPiecesLeaveTheUnsentOnesOwed(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 10_000, 0)
		o := w.paidOrder(t, buyer(1), w.tea, 3)
		line := o.Lines[0].ID
		require.NoError(t, send(w, ctx, o.ID, order.Piece{Line: line, Qty: 1}))
		w.claimed(t, buyer(1), o.ID, order.ClaimInput{Line: line, Type: order.ReturnRefund, Qty: 1})
		require.Equal(t, "98 0 2", w.level(t, w.tea))
		require.NoError(t, send(w, ctx, o.ID, order.Piece{Line: line, Qty: 2}), "two of three were never sent")
		require.Equal(t, order.PhaseShipped, w.phase(t, o.ID))

		b := w.paidOrder(t, buyer(1), w.tea, 3)
		require.NoError(t, send(w, ctx, b.ID, order.Piece{Line: b.Lines[0].ID, Qty: 1}))
		w.claimed(t, buyer(1), b.ID, order.ClaimInput{Line: b.Lines[0].ID, Type: order.ReturnRefund, Qty: 1})
		require.NoError(t, w.orders.Invalidate(ctx, staff, order.Ref{ID: b.ID}, "sold out"))
		require.Equal(t, "98 0 2", w.level(t, w.tea), "all three pieces of the second order are on the shelf")
		require.Equal(t, mall.Money(10_000-2000), w.balance(t, buyer(1)))
	})
}

func TestClaimOfTheRestLeavesWhatWasAgreedBefore(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		w.rich(t, buyer(1), 10_000, 0)
		o := w.paidOrder(t, buyer(1), w.tea, 2)
		half := mall.Money(400)
		w.claimed(t, buyer(1), o.ID, order.ClaimInput{Line: o.Lines[0].ID, Qty: 1, Amount: &half})
		rest := w.claimed(t, buyer(1), o.ID, order.ClaimInput{})
		require.Equal(t, mall.Money(1000), rest.Amount, "what the rest costs, not what was kept of the first piece")
		require.Equal(t, mall.Money(10_000-600), w.balance(t, buyer(1)))
		require.Equal(t, order.PhaseReceived, w.phase(t, o.ID))
	})
}

func TestFreePartOfACheckoutDoesNotBarTheOthers(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 10_000, 0)
		in := want(w.free, 1, w.far, 2)
		in.Split = true
		p, err := w.orders.Place(ctx, buyer(1), in)
		require.NoError(t, err)
		require.NoError(t, w.pay(ctx, buyer(1), p.ID))
		require.Equal(t, mall.Money(10_000-400), w.balance(t, buyer(1)))
		require.ErrorIs(t, w.pay(ctx, buyer(1), p.ID), order.ErrState, "once")
		ref := order.Ref{ID: p.ID}
		require.ErrorIs(t, w.orders.Reprice(ctx, staff, ref, order.PriceChange{Goods: 5}), order.ErrManyShops)
		require.NoError(t, w.orders.Invalidate(ctx, staff, ref, "closed"))
		require.Equal(t, mall.Money(10_000), w.balance(t, buyer(1)), "a parent goes with its orders")
		require.Equal(t, "100 0 0", w.level(t, w.far))
		require.Equal(t, "100 0 0", w.level(t, w.free))
	})
}

func TestABrokenGatewayDoesNotBarOtherExpiries(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		stuck := w.place(t, buyer(1), w.tea, 1)
		w.open(t, buyer(1), stuck.ID)
		w.clock.turn(time.Second)
		free := w.place(t, buyer(2), w.tea, 1)
		w.clock.turn(31 * time.Minute)
		w.gate.broken = errors.New("certificate expired")
		_, err := w.orders.SweepExpire(ctx, 1)
		require.Error(t, err)
		n, err := w.orders.SweepExpire(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, order.PhaseExpired, w.phase(t, free.ID))
		require.Equal(t, order.PhaseOverdue, w.phase(t, stuck.ID))
	})
}

func TestErasureAfterAnInvalidOrder(t *testing.T) {
	each(t, clerks, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 10_000, 0)
		who := buyer(1)
		who.Face = mall.FaceO2O // a code per piece
		in := want(w.tea, 2)
		in.CanRedeem, in.Delivery = true, order.PickUp
		o, err := w.orders.Place(ctx, who, in)
		require.NoError(t, err)
		require.NoError(t, w.pay(ctx, who, o.ID))
		codes, err := w.orders.CodesOf(ctx, []mall.ID{o.ID})
		require.NoError(t, err)
		_, err = w.orders.Redeem(ctx, staff, codes[o.ID][0].Text)
		require.NoError(t, err)
		require.ErrorIs(t, w.orders.Busy(ctx, who.Account), order.ErrAccountBusy)
		require.NoError(t, w.orders.Invalidate(ctx, staff, order.Ref{ID: o.ID}, "sold out"))
		require.Equal(t, mall.Money(9000), w.balance(t, who), "what was handed over stays paid")
		require.NoError(t, w.orders.Busy(ctx, who.Account), "nothing of it is open")
	})
}

func TestFreeOrderPartlyHandedOverComesToItsEnd(t *testing.T) {
	each(t, clerks, func(t *testing.T, w *world) {
		ctx := t.Context()
		who := buyer(1)
		who.Face = mall.FaceO2O
		in := want(w.free, 2)
		in.CanRedeem, in.Delivery = true, order.PickUp
		o, err := w.orders.Place(ctx, who, in)
		require.NoError(t, err)
		codes, err := w.orders.CodesOf(ctx, []mall.ID{o.ID})
		require.NoError(t, err)
		_, err = w.orders.Redeem(ctx, staff, codes[o.ID][0].Text)
		require.NoError(t, err)
		w.claimed(t, who, o.ID, order.ClaimInput{})
		require.Equal(t, order.PhaseReceived, w.phase(t, o.ID))
		require.Equal(t, "99 0 1", w.level(t, w.free))
	})
}

func TestIdempotencyKeyInParallel(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		for i := range 5 {
			who := buyer(i)
			_, err := w.carts.Add(ctx, who.Account, "", cart.AddInput{Goods: w.tea, Qty: 1})
			require.NoError(t, err)
			in := order.PlaceInput{Cart: &order.CartInput{}, Address: home, IdempotencyKey: "k"}
			if i%2 == 0 {
				in = want(w.tea, 1)
				in.IdempotencyKey = "k"
			}
			ids := make([]mall.ID, 6)
			errs := race(len(ids), func(n int) error {
				o, err := w.orders.Place(ctx, who, in)
				if err == nil {
					ids[n] = o.ID
				}
				return err
			})
			require.NoError(t, errors.Join(errs...), "the same call answers the same order")
			for _, id := range ids {
				require.Equal(t, ids[0], id)
			}
		}
		require.Equal(t, "95 5 0", w.level(t, w.tea))
	})
}

func TestShopsMayGiveTheSameCode(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 10_000, 0)
		var ids []mall.ID
		for _, goods := range []mall.ID{w.far, w.tea} {
			in := want(goods, 1)
			in.CanRedeem, in.Delivery = true, order.PickUp
			o, err := w.orders.Place(ctx, buyer(1), in)
			require.NoError(t, err)
			require.NoError(t, w.pay(ctx, buyer(1), o.ID))
			ids = append(ids, o.ID)
		}
		codes, err := w.orders.CodesOf(ctx, ids)
		require.NoError(t, err)
		// The platform gives the same text to a newer order.
		same := codes[ids[0]][0].Text
		require.NoError(t, w.store.Do(ctx, func(ctx context.Context) error {
			return w.store.RedemptionCodes().Insert(ctx, []order.Code{{Order: ids[1], Text: same, State: order.CodeUnused, Added: w.clock.now()}})
		}))
		other, first := staff, staff
		other.Shop, first.Account = 2, 2 // of shop 2, and of all
		stranger := mall.Actor{Account: 9, Face: mall.FaceManager, Rights: staff.Rights, Shop: 3}
		_, err = w.orders.Redeem(ctx, stranger, same)
		require.ErrorIs(t, err, order.ErrNotClerk)
		_, err = w.orders.ByCode(ctx, stranger, same)
		require.ErrorIs(t, err, order.ErrNoCode)
		got, err := w.orders.Redeem(ctx, other, same)
		require.NoError(t, err)
		require.Equal(t, ids[0], got.ID, "each shop hands over its own")
		got, err = w.orders.Redeem(ctx, first, same)
		require.NoError(t, err)
		require.Equal(t, ids[1], got.ID)
	})
}

func TestDeductionLeavesThePointsPrice(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		w.rich(t, buyer(1), 10_000, 25)
		in := want(w.cup, 2) // 10 points
		in.Deduction = 20
		q, err := w.orders.Quote(t.Context(), buyer(1), in)
		require.NoError(t, err)
		o, err := w.orders.Place(t.Context(), buyer(1), in)
		require.NoError(t, err, "25 points are the price and one step of ten off")
		require.Equal(t, []int64{10, 10}, []int64{o.Points, o.Deducted})
		require.Equal(t, q.Order.Payable, o.Payable)
		require.Equal(t, int64(5), w.score(t, buyer(1)))
	})
}

func TestNoPiecesAreNoParcel(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		o := w.place(t, buyer(1), w.free, 1)
		err := w.orders.Ship(t.Context(), staff, order.Ref{ID: o.ID}, order.ShipInput{Action: order.ShipSend, Pieces: []order.Piece{}})
		require.ErrorIs(t, err, order.ErrNothingToShip)
		require.Equal(t, order.PhasePaid, w.phase(t, o.ID))
	})
}

func TestGoodsOfAnotherShopDoNotBarACheckout(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		for _, goods := range []mall.ID{w.tea, w.far} {
			_, err := w.carts.Add(ctx, buyer(1).Account, "", cart.AddInput{Goods: goods, Qty: 2})
			require.NoError(t, err)
		}
		require.NoError(t, w.catalog.SetSale(ctx, mall.System(), w.far, false))
		in := order.PlaceInput{Address: home, Cart: &order.CartInput{}}
		_, err := w.orders.Place(ctx, buyer(1), in)
		require.ErrorIs(t, err, catalog.ErrOffSale)
		own, other := mall.ID(0), mall.ID(2)
		in.ShopFilter = &other
		_, err = w.orders.Place(ctx, buyer(1), in)
		require.ErrorIs(t, err, catalog.ErrOffSale)
		in.ShopFilter = &own
		q, err := w.orders.Quote(ctx, buyer(1), in)
		require.NoError(t, err)
		o, err := w.orders.Place(ctx, buyer(1), in)
		require.NoError(t, err)
		require.Equal(t, mall.Money(2000), o.Payable)
		require.Equal(t, q.Order.Payable, o.Payable)
		ls, err := w.carts.Selected(ctx, buyer(1).Account, "")
		require.NoError(t, err)
		require.Len(t, ls, 1, "what is off sale stays in the cart")
	})
}

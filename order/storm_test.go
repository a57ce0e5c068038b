package order_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment"
)

// settled lets everything that is still open come to its end: refunds leave,
// open payments are asked for.
func (w *world) settled(t testing.TB) {
	t.Helper()
	_, err := w.payments.SweepRefunds(t.Context(), 100)
	require.NoError(t, err)
}

// backAtGateway is what was refunded through the gateway.
func (w *world) backAtGateway(t testing.TB, id mall.ID) mall.Money {
	t.Helper()
	rs, err := w.payments.Refunds(t.Context(), payment.Order, id)
	require.NoError(t, err)
	var sum mall.Money
	for _, r := range rs {
		sum += r.Gateway
	}
	return sum
}

// whole checks that no fen and no piece is lost or made: start is what the
// buyer had in the wallet and paid at gateways together.
func (w *world) whole(t testing.TB, who mall.Actor, start mall.Money, id mall.ID, stockBefore int64) {
	t.Helper()
	o := w.get(t, id)
	a, err := w.wallets.Amounts(t.Context(), who.Account)
	require.NoError(t, err)
	require.Equal(t, start-o.Paid+o.Refunded-w.backAtGateway(t, id), a.Balance+a.Frozen, "%v %s", o.State, o.Number)
	sum, frozen, err := w.store.Wallets().Sum(t.Context(), who.Account)
	require.NoError(t, err)
	require.Equal(t, []mall.Money{sum, frozen}, []mall.Money{a.Balance, a.Frozen}, "balance = Σ ledger")
	l := w.stockOf(t, w.tea)
	require.Equal(t, int64(100), l.Available+l.Held+l.Sold)
	want := [2]int64{0, 0} // held, sold
	switch {
	case o.Pay == order.Unpaid && o.End == order.Open:
		want[0] = o.Pieces()
	case o.Pay != order.Unpaid:
		for _, line := range o.Lines {
			want[1] += line.Qty
		}
		want[1] -= w.shelved(o)
	}
	require.Equal(t, [2]int64{want[0], stockBefore + want[1]}, [2]int64{l.Held, l.Sold}, "%v", o.State)
	require.LessOrEqual(t, o.Refunded, o.Paid)
}

// shelved is how many pieces of a never shipped order went back.
func (w *world) shelved(o *order.Order) int64 {
	var n int64
	for _, l := range o.Lines {
		n += l.Refunded
	}
	return n
}

// TestPayCancelExpireRepriceAtOnce: notice, balance, cancellation, expiry and a
// new price race for one order; it is paid once or closed, never both, and all
// the money is there.
func TestPayCancelExpireRepriceAtOnce(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		for round := range 8 {
			who := buyer(round)
			w.rich(t, who, 5000, 0)
			before := w.stockOf(t, w.tea).Sold
			o := w.place(t, who, w.tea, 2)
			ref := order.Ref{ID: o.ID}
			part := mall.Money(1700)
			if round%2 == 0 {
				part = 2000
			}
			p, err := w.payments.Open(ctx, who, payment.OpenInput{Action: &payment.Action{Purpose: payment.Order, Refs: []mall.ID{o.ID}},
				Provider: "gate", OpenID: "o", AppID: "wx", ClientAmount: &part, UseWallet: true})
			if round%2 == 1 {
				require.ErrorIs(t, err, payment.ErrAmount, "the balance pays the whole")
				p = w.open(t, who, o.ID)
			} else {
				require.NoError(t, err)
			}
			paid := w.paid(p)
			if round >= 4 {
				w.clock.turn(31 * time.Minute)
			}
			errs := race(10, func(i int) error {
				switch i % 5 {
				case 0:
					_, err := w.notify(ctx, paid)
					return err
				case 1:
					return w.pay(ctx, who, o.ID)
				case 2:
					return w.orders.Cancel(ctx, who, ref, "")
				case 3:
					_, err := w.orders.SweepExpire(ctx, 10)
					return err
				}
				return w.orders.Reprice(ctx, staff, ref, order.PriceChange{Goods: 1234})
			})
			won(t, errs)
			_, err = w.notify(ctx, paid)
			require.NoError(t, err)
			w.settled(t)
			w.whole(t, who, 5000+2000, o.ID, before)
			if w.phase(t, o.ID) == order.PhaseUnpaid {
				require.NoError(t, w.orders.Cancel(ctx, who, ref, ""))
			}
		}
	})
}

// TestRefundsOfEveryKindAtOnce: two claims, their refunds, the merchant's end
// of the order and its shipping race; no fen and no piece is given back twice.
func TestRefundsOfEveryKindAtOnce(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		for round := range 6 {
			who := buyer(round)
			w.rich(t, who, 5000, 0)
			before := w.stockOf(t, w.tea).Sold
			start := mall.Money(5000)
			o := w.place(t, who, w.tea, 1, w.tea, 2)
			if round%2 == 0 {
				require.NoError(t, w.pay(ctx, who, o.ID))
			} else {
				w.settle(t, w.open(t, who, o.ID))
				start += 3000
			}
			lines := w.get(t, o.ID).Lines
			ref := order.Ref{ID: o.ID}
			errs := race(9, func(i int) error {
				switch i % 3 {
				case 0:
					in := order.ClaimInput{Line: lines[i%2].ID}
					if i == 6 {
						in = order.ClaimInput{}
					}
					c, err := w.orders.Claim(ctx, who, ref, in)
					if err != nil {
						return err
					}
					return w.orders.RefundClaim(ctx, staff, c.ID)
				case 1:
					return w.orders.Invalidate(ctx, staff, ref, "at once")
				}
				_, err := w.payments.SweepRefunds(ctx, 5)
				return err
			})
			require.Positive(t, won(t, errs))
			for range 3 {
				w.settled(t)
			}
			got := w.get(t, o.ID)
			require.Zero(t, got.OpenClaims)
			require.LessOrEqual(t, w.backAtGateway(t, o.ID), got.Paid)
			w.whole(t, who, start, o.ID, before)
		}
	})
}

// TestDuplicateLinesAreSummed: two lines of one piece each need two pieces, for
// one buyer and for many at once.
func TestDuplicateLinesAreSummed(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		_, err := w.orders.Place(ctx, buyer(1), want(w.last, 1, w.last, 1))
		require.ErrorIs(t, err, stock.ErrShort)
		require.Equal(t, "1 0 0", w.level(t, w.last))
		for i := range 12 {
			w.rich(t, buyer(i), 1, 100)
		}
		errs := race(12, func(i int) error {
			in := want(w.tea, 15, w.cup, 1, w.tea, 10)
			if i%2 == 0 {
				in = want(w.tea, 10, w.last, 1, w.tea, 15)
			}
			_, err := w.orders.Place(ctx, buyer(i), in)
			return err
		})
		n := int64(won(t, errs))
		require.LessOrEqual(t, n, int64(4), "25 of 100 each")
		require.GreaterOrEqual(t, n, int64(3))
		require.Equal(t, levelText(100-25*n, 25*n, 0), w.level(t, w.tea))
	})
}

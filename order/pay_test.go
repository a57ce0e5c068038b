package order_test

import (
	"context"
	"errors"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment"
)

func TestPaying(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 5000, 0)
		o := w.place(t, buyer(1), w.tea, 2)
		require.ErrorIs(t, w.pay(ctx, buyer(2), o.ID), order.ErrNoOrder, "somebody else's order")
		errs := race(8, func(int) error { return w.pay(ctx, buyer(1), o.ID) })
		require.Equal(t, 1, won(t, errs))
		require.Equal(t, mall.Money(3000), w.balance(t, buyer(1)))
		require.Equal(t, "98 0 2", w.level(t, w.tea))
		got := w.get(t, o.ID)
		require.Equal(t, mall.Money(2000), got.Paid)
		require.NotZero(t, got.Payment)

		late := w.place(t, buyer(1), w.tea, 1)
		w.clock.turn(31 * time.Minute)
		require.ErrorIs(t, w.pay(ctx, buyer(1), late.ID), order.ErrOverdue)
	})
}

func TestIDListWithOneDeadOrder(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 10_000, 0)
		a, b := w.place(t, buyer(1), w.tea, 1), w.place(t, buyer(1), w.tea, 2)
		require.NoError(t, w.orders.Cancel(ctx, buyer(1), order.Ref{ID: b.ID}, ""))
		require.Error(t, w.pay(ctx, buyer(1), a.ID, b.ID), "from the balance all or nothing")
		require.Equal(t, order.PhaseUnpaid, w.phase(t, a.ID))
		require.Equal(t, mall.Money(10_000), w.balance(t, buyer(1)))

		c := w.place(t, buyer(1), w.tea, 3)
		p := w.open(t, buyer(1), a.ID, c.ID)
		w.gate.mu.Lock()
		w.gate.paid[p.Number] = payment.Result{Outcome: payment.Waiting}
		w.gate.mu.Unlock()
		// The order dies behind the payment's back, as a late notice finds it.
		require.NoError(t, w.store.Do(ctx, func(ctx context.Context) error {
			o, err := w.store.Orders().Get(ctx, c.ID)
			if err != nil {
				return err
			}
			o.State = order.State{Pay: order.Unpaid, Ful: order.Idle, End: order.Expired}
			if _, err = w.store.Orders().Save(ctx, o); err != nil {
				return err
			}
			return w.stock.Release(ctx, "order:"+itoa(c.ID))
		}))
		w.settle(t, p)
		require.Equal(t, order.PhasePaid, w.phase(t, a.ID), "one Try per order")
		require.Equal(t, order.PhaseExpired, w.phase(t, c.ID))
		require.Equal(t, mall.Money(13_000), w.balance(t, buyer(1)), "what the dead one cost is kept in the wallet")
		require.Equal(t, "99 0 1", w.level(t, w.tea))
	})
}

func TestCancelGivesEverythingBack(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 100, 500)
		in := want(w.cup, 3, w.few, 3)
		in.Deduction = 20
		for _, end := range []func(order.Ref) error{
			func(r order.Ref) error { return w.orders.Cancel(ctx, buyer(1), r, "no") },
			func(r order.Ref) error { return w.orders.Cancel(ctx, staff, r, "no") },
			func(r order.Ref) error { return w.orders.Delete(ctx, buyer(1), r) },
			func(r order.Ref) error { return w.orders.Invalidate(ctx, staff, r, "fraud") },
			func(order.Ref) error {
				w.clock.turn(31 * time.Minute)
				n, err := w.orders.SweepExpire(ctx, 10)
				require.Equal(t, 1, n)
				return err
			},
		} {
			o, err := w.orders.Place(ctx, buyer(1), in)
			require.NoError(t, err)
			require.Equal(t, int64(500-15-20), w.score(t, buyer(1)))
			require.ErrorIs(t, w.orders.Cancel(ctx, buyer(2), order.Ref{ID: o.ID}, ""), order.ErrNoOrder)
			require.NoError(t, end(order.Ref{ID: o.ID}))
			require.Equal(t, "100 0 0", w.level(t, w.cup))
			require.Equal(t, int64(500), w.score(t, buyer(1)))
			require.ErrorIs(t, w.orders.Cancel(ctx, buyer(1), order.Ref{ID: o.ID}, ""), order.ErrState, "once")
		}
		n, err := w.orders.Counts(ctx, buyer(1), order.Filter{})
		require.NoError(t, err)
		require.Equal(t, map[order.Phase]int64{order.PhaseCancelled: 2, order.PhaseInvalid: 1, order.PhaseExpired: 1}, n, "the deleted one is hidden")
	})
}

func TestCancelAgainstAnOpenPayment(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		a := w.place(t, buyer(1), w.tea, 1)
		w.open(t, buyer(1), a.ID)
		require.NoError(t, w.orders.Cancel(ctx, buyer(1), order.Ref{ID: a.ID}, ""), "an unpaid payment is closed first")

		b := w.place(t, buyer(1), w.tea, 1)
		w.paid(w.open(t, buyer(1), b.ID))
		require.ErrorIs(t, w.orders.Cancel(ctx, buyer(1), order.Ref{ID: b.ID}, ""), order.ErrPaidMeanwhile)
		require.Equal(t, order.PhasePaid, w.phase(t, b.ID))

		c := w.place(t, buyer(1), w.tea, 1)
		w.open(t, buyer(1), c.ID)
		w.gate.mute = true
		require.ErrorIs(t, w.orders.Cancel(ctx, buyer(1), order.Ref{ID: c.ID}, ""), order.ErrPaymentUnknown)
		require.Equal(t, order.PhaseUnpaid, w.phase(t, c.ID))
	})
}

func TestExpiryAsksTheGateway(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		none, closed, paid := w.place(t, buyer(1), w.tea, 1), w.place(t, buyer(2), w.tea, 1), w.place(t, buyer(3), w.tea, 1)
		pc, pp := w.open(t, buyer(2), closed.ID), w.open(t, buyer(3), paid.ID)
		w.clock.turn(31 * time.Minute)
		w.paid(pp)
		n, err := w.orders.SweepExpire(ctx, 10)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.Equal(t, order.PhaseExpired, w.phase(t, none.ID))
		require.Equal(t, order.PhaseExpired, w.phase(t, closed.ID))
		require.Equal(t, order.PhasePaid, w.phase(t, paid.ID))
		require.Equal(t, "99 0 1", w.level(t, w.tea))
		w.settle(t, pc)
		require.Equal(t, order.PhaseExpired, w.phase(t, closed.ID), "a late success revives nothing")
		require.Equal(t, mall.Money(1000), w.balance(t, buyer(2)), "its money is kept")
		require.Equal(t, "99 0 1", w.level(t, w.tea))

		mute := w.place(t, buyer(4), w.tea, 1)
		pm := w.open(t, buyer(4), mute.ID)
		w.gate.mute = true
		w.clock.turn(30 * time.Minute)
		for i := range 40 {
			_, err := w.orders.SweepExpire(ctx, 10)
			require.NoError(t, err)
			if w.phase(t, mute.ID) == order.PhaseExpired {
				require.GreaterOrEqual(t, i, 29, "kept for half an hour")
				break
			}
			w.clock.turn(time.Minute)
		}
		require.Equal(t, order.PhaseExpired, w.phase(t, mute.ID))
		w.gate.mute = false
		w.settle(t, pm)
		require.Equal(t, mall.Money(1000), w.balance(t, buyer(4)))
		require.Equal(t, "99 0 1", w.level(t, w.tea))
	})
}

func TestExpiryAgainstPayment(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		for round := range 6 {
			w.rich(t, buyer(round), 1000, 0)
			o := w.place(t, buyer(round), w.tea, 1)
			p := w.open(t, buyer(round), o.ID)
			w.clock.turn(31 * time.Minute)
			var accepted atomic.Int64
			errs := race(6, func(i int) error {
				if i%2 == 0 {
					_, err := w.orders.SweepExpire(ctx, 10)
					return err
				}
				a, err := w.notify(ctx, w.paid(p))
				if a.Accepted {
					accepted.Add(1)
				}
				return err
			})
			require.NoError(t, errors.Join(errs...))
			require.Equal(t, int64(3), accepted.Load())
			switch w.phase(t, o.ID) {
			case order.PhasePaid:
				require.Equal(t, mall.Money(1000), w.balance(t, buyer(round)))
			case order.PhaseExpired:
				require.Equal(t, mall.Money(2000), w.balance(t, buyer(round)), "the late money is kept, once")
			default:
				t.Fatal(w.phase(t, o.ID))
			}
		}
		paid, err := w.orders.Counts(ctx, staff, order.Filter{})
		require.NoError(t, err)
		require.Equal(t, int64(6), paid[order.PhasePaid]+paid[order.PhaseExpired], "paid or closed, never both")
		sold := paid[order.PhasePaid]
		require.Equal(t, levelText(100-sold, 0, sold), w.level(t, w.tea))
	})
}

func TestReprice(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx := t.Context()
		w.rich(t, buyer(1), 5000, 0)
		o := w.place(t, buyer(1), w.tea, 2)
		old := w.open(t, buyer(1), o.ID)
		ref := order.Ref{Number: o.Number}
		require.ErrorIs(t, w.orders.Reprice(ctx, buyer(1), ref, order.PriceChange{Goods: 1}), mall.ErrDenied)
		require.NoError(t, w.orders.Reprice(ctx, staff, ref, order.PriceChange{Goods: 1500, Freight: 100, Reason: "regular"}))
		require.Equal(t, mall.Money(1600), w.get(t, o.ID).Payable)
		require.Equal(t, mall.Money(400), w.get(t, o.ID).Cut(order.SourceManual))
		w.settle(t, old)
		require.Equal(t, order.PhaseUnpaid, w.phase(t, o.ID), "the old price no longer pays it")
		require.Equal(t, mall.Money(7000), w.balance(t, buyer(1)))
		require.NoError(t, w.pay(ctx, buyer(1), o.ID))
		require.Equal(t, mall.Money(5400), w.balance(t, buyer(1)))
		require.ErrorIs(t, w.orders.Reprice(ctx, staff, ref, order.PriceChange{}), order.ErrState)

		gift := w.place(t, buyer(1), w.tea, 1)
		require.NoError(t, w.orders.Reprice(ctx, staff, order.Ref{ID: gift.ID}, order.PriceChange{}))
		require.Equal(t, order.PhasePaid, w.phase(t, gift.ID), "what costs nothing is paid at once")
	})
}

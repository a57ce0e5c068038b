package order_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment"
)

// counter is a buyer at the counter's computer.
func counter(n int) mall.Actor {
	who := buyer(n)
	who.Face = mall.FaceManager
	return who
}

// scan opens a payment whose QR code is scanned, or answers the open one again.
func (w *world) scan(ctx context.Context, who mall.Actor, id mall.ID) (*payment.Opened, error) {
	return w.payments.Open(ctx, who, payment.OpenInput{Action: &payment.Action{Purpose: payment.Order, Refs: []mall.ID{id}},
		Provider: "gate", Scene: payment.SceneNative, Again: true})
}

func TestPaymentStartsTheTermAnewOnce(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		who := counter(1)
		o := w.place(t, who, w.tea, 1)
		require.Equal(t, w.clock.now().Add(2*time.Minute), o.Due)
		w.clock.turn(time.Minute)
		p, err := w.scan(t.Context(), who, o.ID)
		require.NoError(t, err)
		require.Equal(t, o.Number, p.Number)
		due := w.clock.now().Add(2 * time.Minute)
		require.Equal(t, []time.Time{due, due}, []time.Time{p.Due, w.get(t, o.ID).Due}, "the gateway is told too")
		w.clock.turn(time.Minute)
		again, err := w.scan(t.Context(), who, o.ID)
		require.NoError(t, err)
		require.Equal(t, p.Number, again.Number)
		second := w.open(t, who, o.ID)
		require.Equal(t, o.Number+"_2", second.Number, "another scene is another payment")
		require.Equal(t, due, w.get(t, o.ID).Due, "once")
		w.clock.turn(time.Minute)
		_, err = w.scan(t.Context(), who, o.ID)
		require.ErrorIs(t, err, order.ErrOverdue)
	})
	t.Run("elsewhere", func(t *testing.T) {
		each(t, nil, func(t *testing.T, w *world) {
			o := w.place(t, buyer(1), w.tea, 1)
			w.clock.turn(29 * time.Minute)
			w.open(t, buyer(1), o.ID)
			require.Equal(t, o.Due, w.get(t, o.ID).Due)
		})
	})
	t.Run("by option", func(t *testing.T) {
		minutes := func(n time.Duration) func(context.Context, mall.Face) (time.Duration, error) {
			return func(context.Context, mall.Face) (time.Duration, error) { return n * time.Minute, nil }
		}
		each(t, func(c *order.Config) { c.Term, c.Rearm = minutes(5), minutes(3) }, func(t *testing.T, w *world) {
			early, late := w.place(t, counter(1), w.tea, 1), w.place(t, counter(1), w.tea, 1)
			w.open(t, counter(1), early.ID)
			require.Equal(t, early.Due, w.get(t, early.ID).Due, "a term is never cut")
			w.clock.turn(4 * time.Minute)
			w.open(t, counter(1), late.ID)
			require.Equal(t, w.clock.now().Add(3*time.Minute), w.get(t, late.ID).Due)
		})
	})
}

// TestExpiryAgainstTheNewTerm: at the last moment either the payment starts or
// the order expires, never both.
func TestExpiryAgainstTheNewTerm(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		for range 10 {
			who := counter(1)
			o := w.place(t, who, w.last, 1)
			w.clock.turn(2*time.Minute - time.Millisecond)
			var opened *payment.Opened
			errs := race(6, func(i int) error {
				switch i {
				case 0:
					p, err := w.scan(t.Context(), who, o.ID)
					opened = p
					return err
				case 1:
					w.clock.turn(time.Millisecond)
				}
				_, err := w.orders.SweepExpire(t.Context(), 10)
				return err
			})
			for _, err := range errs[1:] {
				require.NoError(t, err)
			}
			now := w.get(t, o.ID)
			if errs[0] == nil {
				require.Equal(t, order.Open, now.End)
				require.True(t, now.Due.After(w.clock.now().Add(time.Minute)))
				require.Equal(t, "0 1 0", w.level(t, w.last))
				require.Equal(t, o.Number, opened.Number)
				require.NoError(t, w.orders.Cancel(t.Context(), who, order.Ref{ID: o.ID}, ""))
			} else {
				require.True(t, mall.Refused(errs[0]), "%v", errs[0])
				_, err := w.orders.SweepExpire(t.Context(), 10)
				require.NoError(t, err)
				require.Equal(t, order.Expired, w.get(t, o.ID).End)
			}
			require.Equal(t, "1 0 0", w.level(t, w.last))
		}
	})
}

// TestTwoPaymentsOfOneOrder: whichever arrives first pays it, the other one's
// money goes back where it came from.
func TestTwoPaymentsOfOneOrder(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		who := counter(1)
		o := w.place(t, who, w.last, 1)
		first, err := w.scan(t.Context(), who, o.ID)
		require.NoError(t, err)
		w.gate.mute = true // closing it is not answered: it stays payable
		second := w.open(t, who, o.ID)
		w.gate.mute = false
		notices := []payment.Result{w.paid(first), w.paid(second)}
		for _, err := range race(8, func(i int) error {
			_, err := w.notify(t.Context(), notices[i%2])
			return err
		}) {
			require.NoError(t, err)
		}
		require.Equal(t, "0 0 1", w.level(t, w.last))
		now := w.get(t, o.ID)
		require.Equal(t, []any{order.Paid, mall.Money(500)}, []any{now.Pay, now.Paid})
		refunds, err := w.payments.Refunds(t.Context(), payment.Order, o.ID)
		require.NoError(t, err)
		require.Len(t, refunds, 1)
		require.Equal(t, []any{mall.Money(500), true}, []any{refunds[0].Gateway, refunds[0].Remedy})
		_, err = w.payments.SweepRefunds(t.Context(), 10)
		require.NoError(t, err)
		require.Equal(t, order.Paid, w.get(t, o.ID).Pay)
	})
}

// TestCancelAfterTheTerm: an order that counts as expired never becomes a
// cancelled one, whoever comes first, the sweep or its buyer.
func TestCancelAfterTheTerm(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		ctx, who := t.Context(), buyer(1)
		cancelled, deleted := w.place(t, who, w.tea, 1), w.place(t, who, w.tea, 1)
		w.open(t, who, cancelled.ID)
		w.clock.turn(30 * time.Minute)
		require.Equal(t, order.PhaseOverdue, w.phase(t, cancelled.ID))
		require.ErrorIs(t, w.orders.Cancel(ctx, buyer(2), order.Ref{ID: cancelled.ID}, ""), order.ErrNoOrder)
		require.NoError(t, w.orders.Cancel(ctx, who, order.Ref{ID: cancelled.ID}, "too late"))
		require.NoError(t, w.orders.Delete(ctx, who, order.Ref{ID: deleted.ID}))
		for _, id := range []mall.ID{cancelled.ID, deleted.ID} {
			require.Equal(t, order.PhaseExpired, w.phase(t, id))
		}
		require.Equal(t, "100 0 0", w.level(t, w.tea))
		require.ErrorIs(t, w.orders.Cancel(ctx, who, order.Ref{ID: cancelled.ID}, ""), order.ErrState)
		logs, err := w.store.Orders().Logs(ctx, cancelled.ID)
		require.NoError(t, err)
		require.Equal(t, []any{order.MoveExpire, who.Account, "too late"}, []any{logs[1].Move, logs[1].Actor, logs[1].Reason})
	})
}

package payment_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
)

func TestNotice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		o := b.open(buyer(1), orders(7), 1000)
		for _, outcome := range []paytest.Outcome{"wrong_amount", "bad_signature"} {
			b.settle(o.Number, outcome)
			require.Equal(t, payment.StatePending, b.get(o.Number).State, outcome)
			require.Zero(t, b.ran(7))
		}
		require.Len(t, b.answers, 2)
		require.False(t, b.answers[0].Accepted)
		require.False(t, b.answers[1].Accepted)

		b.faults = 1
		b.settle(o.Number, "")
		require.Equal(t, payment.StatePending, b.get(o.Number).State, "a fault rolls the success back")
		require.False(t, b.answers[2].Accepted)

		together(10, func(int) { _, _ = b.gateway.Pay(b.ctx, o.Number, "duplicate") })
		require.Equal(t, payment.StateSucceeded, b.get(o.Number).State)
		require.Equal(t, int64(1), b.ran(7))
		for _, a := range b.answers[3:] {
			require.True(t, a.Accepted, "the same notice again is accepted again")
		}
		require.Len(t, b.answers, 33)
		a, err := b.wallets.Amounts(b.ctx, 1)
		require.NoError(t, err)
		require.Equal(t, int64(1), a.Payments)

		answer, err := b.pay.Notify(b.ctx, "nobody", nil, nil)
		require.ErrorIs(t, err, payment.ErrProvider)
		require.Equal(t, 404, answer.Status)
	})
}

func TestFailedTryThenSuccess(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		b.fill(1, 100)
		o := b.open(buyer(1), orders(7), 900)
		b.settle(o.Number, "fail")
		require.Equal(t, payment.StatePending, b.get(o.Number).State, "the payer may try again")
		balance, frozen := b.balance(1)
		require.Equal(t, []mall.Money{0, 100}, []mall.Money{balance, frozen})
		b.settle(o.Number, "drop")
		b.clock.pass(time.Minute)
		_, err := b.pay.SweepPayments(b.ctx, 10)
		require.NoError(t, err)
		require.Equal(t, payment.StateSucceeded, b.get(o.Number).State)
		require.Equal(t, int64(1), b.ran(7))
		balance, frozen = b.balance(1)
		require.Zero(t, balance+frozen)
	})
}

func TestLateSuccessWhenTheShareIsSpentElsewhere(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		b.order(8, 250)
		b.fill(1, 300)
		o := b.open(buyer(1), orders(7), 700)
		b.clock.pass(31 * time.Minute)
		out, err := b.pay.CloseFor(b.ctx, payment.Order, 7)
		require.NoError(t, err)
		require.Equal(t, payment.Closed, out)
		_, err = b.pay.PayFromWallet(b.ctx, buyer(1), *orders(8), "")
		require.NoError(t, err)

		b.settle(o.Number, "late")
		p := b.get(o.Number)
		require.Equal(t, payment.StateSucceeded, p.State)
		require.Equal(t, payment.PartKept, p.Parts[0].State)
		require.Equal(t, "wallet.short", p.Parts[0].Refusal)
		require.Zero(t, b.ran(7), "the action was undone")
		balance, frozen := b.balance(1)
		require.Equal(t, []mall.Money{750, 0}, []mall.Money{balance, frozen}, "50 left and 700 kept")
	})
}

func TestRemedies(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		// wxapi: an id list with one dead order; its part is kept in the wallet.
		b.order(1, 1000)
		b.order(2, 500)
		b.fill(1, 300)
		o := b.open(buyer(1), orders(2, 1), 1200)
		b.kill(2)
		b.settle(o.Number, "")
		p := b.get(o.Number)
		require.Equal(t, []payment.PartState{payment.PartDone, payment.PartKept}, []payment.PartState{p.Parts[0].State, p.Parts[1].State})
		require.Equal(t, "test.dead", p.Parts[1].Refusal)
		require.Equal(t, []int64{1, 0}, []int64{b.ran(1), b.ran(2)})
		balance, frozen := b.balance(1)
		require.Equal(t, []mall.Money{500, 0}, []mall.Money{balance, frozen}, "share and money of the dead one")
		_, err := b.tryRefund(2, "dead", 1)
		require.ErrorIs(t, err, payment.ErrNotPaid)

		// manager: back to its origin.
		who := buyer(3)
		who.Face = mall.FaceManager
		b.order(3, 800)
		o = b.open(who, orders(3), 800)
		b.kill(3)
		b.settle(o.Number, "")
		require.Equal(t, payment.PartReturned, b.get(o.Number).Parts[0].State)
		_, err = b.pay.SweepRefunds(b.ctx, 10)
		require.NoError(t, err)
		g, _, err := b.books.Order(b.ctx, o.Number)
		require.NoError(t, err)
		require.Len(t, g.Refunds, 1)
		require.Equal(t, int64(800), g.Refunds[0].Amount)
		require.Zero(t, b.refunded[3], "a remedy is no refund of the order")
	})
}

// TestSecondPayment: two payments of one order succeed; the second is remedied.
func TestSecondPayment(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		var opened [2]*payment.Opened
		together(2, func(i int) {
			o, err := b.pay.Open(b.ctx, buyer(1), payment.OpenInput{Action: orders(7), Provider: "wxpay", ClientAmount: money(1000)})
			if err == nil {
				opened[i] = o
			} else if !errors.Is(err, payment.ErrGateway) {
				t.Error(err)
			}
		})
		for i := range opened {
			if opened[i] == nil {
				opened[i] = b.open(buyer(1), orders(7), 1000)
			}
		}
		together(2, func(i int) { _, _ = b.gateway.Pay(b.ctx, opened[i].Number, "late") })
		for _, o := range opened { // what a lost race left
			b.settle(o.Number, "late")
		}
		require.Equal(t, int64(1), b.ran(7))
		states := map[payment.PartState]int{}
		for _, o := range opened {
			p := b.get(o.Number)
			require.Equal(t, payment.StateSucceeded, p.State)
			states[p.Parts[0].State]++
		}
		require.Equal(t, map[payment.PartState]int{payment.PartDone: 1, payment.PartKept: 1}, states)
		balance, _ := b.balance(1)
		require.Equal(t, mall.Money(1000), balance)
	})
}

func TestSweep(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		// Paid, but the notice never came.
		b.order(1, 100)
		o := b.open(buyer(1), orders(1), 100)
		b.lose(o.Number)
		n, err := b.pay.SweepPayments(b.ctx, 10)
		require.NoError(t, err)
		require.Zero(t, n, "not due yet")
		b.clock.pass(time.Minute)
		n, err = b.pay.SweepPayments(b.ctx, 10)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Equal(t, int64(1), b.ran(1))

		// Never paid: closed at the provider once it is due.
		b.order(2, 100)
		b.fill(2, 40)
		o = b.open(buyer(2), orders(2), 60)
		for range 40 {
			b.clock.pass(time.Minute)
			_, err = b.pay.SweepPayments(b.ctx, 10)
			require.NoError(t, err)
		}
		require.Equal(t, payment.StateClosed, b.get(o.Number).State)
		balance, frozen := b.balance(2)
		require.Equal(t, []mall.Money{40, 0}, []mall.Money{balance, frozen})
		g, _, err := b.books.Order(b.ctx, o.Number)
		require.NoError(t, err)
		require.Equal(t, "CLOSED", string(g.State))

		// The gateway is away: unknown stays open, and is settled later.
		b.order(3, 100)
		o = b.open(buyer(3), orders(3), 100)
		b.lose(o.Number)
		b.server.Close()
		b.clock.pass(40 * time.Minute)
		out, err := b.pay.CloseFor(b.ctx, payment.Order, 3)
		require.NoError(t, err)
		require.Equal(t, payment.Unknown, out)
		_, err = b.pay.SweepPayments(b.ctx, 10)
		require.NoError(t, err)
		require.Equal(t, payment.StatePending, b.get(o.Number).State)
	})
}

// lose marks an order as paid at the gateway without a notification.
func (b *bench) lose(number string) {
	o, _, err := b.books.Order(b.ctx, number)
	require.NoError(b.t, err)
	o.State, o.Transaction, o.PaidAt = "SUCCESS", "lost"+number, b.clock.now()
	ok, err := b.books.Save(b.ctx, o)
	require.NoError(b.t, err)
	require.True(b.t, ok)
}

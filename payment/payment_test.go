package payment_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// each runs body on both databases.
func each(t *testing.T, body func(t *testing.T, b *bench)) {
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		body(t, setup(t, store))
	})
}

// together runs fn n times at once.
func together(n int, fn func(i int)) {
	gate := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-gate
			fn(i)
		})
	}
	close(gate)
	wg.Wait()
}

func TestPayAtGateway(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		o := b.open(buyer(1), orders(7), 1000)
		require.Equal(t, payment.StatePending, o.State)
		require.Equal(t, "prepay_id="+o.Prepay, o.Params["package"])
		require.NotEmpty(t, o.Params["paySign"])
		require.LessOrEqual(t, len(o.Number), 32)
		n, err := b.pay.PendingFor(b.ctx, payment.Order, 7)
		require.NoError(t, err)
		require.Equal(t, 1, n)

		b.settle(o.Number, "")
		p := b.get(o.Number)
		require.Equal(t, payment.StateSucceeded, p.State)
		require.Equal(t, payment.PartDone, p.Parts[0].State)
		require.NotEmpty(t, p.Transaction)
		require.Equal(t, int64(1), b.ran(7))
		a, err := b.wallets.Amounts(b.ctx, 1)
		require.NoError(t, err)
		require.Equal(t, mall.Money(1000), a.Consumed)
		require.Equal(t, mall.Money(1000), a.Paid)
		require.Equal(t, int64(1), a.Payments)
		require.Zero(t, a.Balance)

		_, err = b.pay.GetOf(b.ctx, buyer(2), o.Number)
		require.ErrorIs(t, err, mall.ErrNotFound, "a stranger sees nothing")
		list, err := b.pay.ListOf(b.ctx, buyer(1), payment.Filter{}, mall.Page{})
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
	})
}

func TestAmountIsTheServers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		b.fill(1, 300)
		for _, m := range []mall.Money{1, 699, 701, 999, 1001, 0, -5, 300} {
			_, err := b.pay.Open(b.ctx, buyer(1), payment.OpenInput{Action: orders(7), Provider: "wxpay", ClientAmount: &m, UseWallet: true})
			require.ErrorIs(t, err, payment.ErrAmount, "%s", m)
		}
		_, err := b.pay.Open(b.ctx, buyer(1), payment.OpenInput{Action: orders(7), Provider: "wxpay", ClientAmount: money(700)})
		require.ErrorIs(t, err, payment.ErrAmount, "without UseWallet there is no share")
		balance, frozen := b.balance(1)
		require.Equal(t, []mall.Money{300, 0}, []mall.Money{balance, frozen}, "refusals freeze nothing")

		for _, a := range []payment.Action{{Purpose: "nonsense"}, {Purpose: payment.Recharge}, {Purpose: payment.Order, Refs: []mall.ID{7, 7}}, {Purpose: payment.Order, Refs: []mall.ID{-1}}} {
			_, err := b.pay.Open(b.ctx, buyer(1), payment.OpenInput{Action: &a, Provider: "wxpay"})
			require.Equal(t, mall.Invalid, mall.KindOf(err), "%v: %v", a, err)
		}
		_, err = b.pay.Open(b.ctx, buyer(1), payment.OpenInput{Action: orders(7), Provider: "nobody"})
		require.ErrorIs(t, err, payment.ErrProvider)
		_, err = b.pay.Open(b.ctx, mall.Actor{}, payment.OpenInput{Action: orders(7), Provider: "wxpay"})
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
		b.fill(2, 5000)
		_, err = b.pay.Open(b.ctx, buyer(2), payment.OpenInput{Action: orders(7), Provider: "wxpay", UseWallet: true})
		require.ErrorIs(t, err, payment.ErrNothing, "the wallet has it all")
	})
}

// TestNumbers: the first payment of an order takes the order's number where its
// face wants that, later ones append a counter.
func TestNumbers(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		b.order(8, 1000)
		b.numbers[7] = "20261121120000123"
		b.numbers[8] = "20261121120000123456789012345678" // no room for a counter
		require.Equal(t, "20261121120000123", b.open(buyer(1), orders(7), 1000).Number)
		require.Equal(t, "20261121120000123_2", b.open(buyer(1), orders(7), 1000).Number)
		require.Equal(t, "20261121120000123_3", b.open(buyer(1), orders(7), 1000).Number)
		require.Equal(t, b.numbers[8], b.open(buyer(1), orders(8), 1000).Number)
		require.Regexp(t, `^20261121200000\d{12}$`, b.open(buyer(1), orders(8), 1000).Number)
		require.Regexp(t, `^\d{26}$`, b.open(buyer(1), orders(7, 8), 2000).Number)
		list, err := b.pay.ListOf(b.ctx, buyer(1), payment.Filter{Number: "NO7"}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(4), list.Total, "found by the order's number")
	})
}

func TestWalletShare(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		b.fill(1, 300)
		o := b.open(buyer(1), orders(7), 700)
		balance, frozen := b.balance(1)
		require.Equal(t, []mall.Money{0, 300}, []mall.Money{balance, frozen})

		// Opened again: the first is closed, its share is free and frozen anew.
		again := b.open(buyer(1), orders(7), 700)
		require.Equal(t, payment.StateClosed, b.get(o.Number).State)
		require.Equal(t, payment.ShareReleased, b.get(o.Number).ShareState)
		balance, frozen = b.balance(1)
		require.Equal(t, []mall.Money{0, 300}, []mall.Money{balance, frozen})

		b.settle(again.Number, "")
		balance, frozen = b.balance(1)
		require.Equal(t, []mall.Money{0, 0}, []mall.Money{balance, frozen})
		require.Equal(t, int64(1), b.ran(7))
		require.Equal(t, payment.ShareSpent, b.get(again.Number).ShareState)
		logs, err := b.wallets.CashLogs(b.ctx, 1, walletFilter(payment.KindOrder), mall.Page{})
		require.NoError(t, err)
		require.Len(t, logs.Items, 1)
		require.Equal(t, mall.ID(7), logs.Items[0].Order)
		require.Equal(t, mall.Money(-300), logs.Items[0].Net())

		// Refunds follow the proportion in which was paid.
		r := b.refund(t, 7, "claim:1", 500)
		require.Equal(t, []mall.Money{150, 350}, []mall.Money{r.Wallet, r.Gateway})
		r = b.refund(t, 7, "claim:2", 500)
		require.Equal(t, []mall.Money{150, 350}, []mall.Money{r.Wallet, r.Gateway})
		balance, _ = b.balance(1)
		require.Equal(t, mall.Money(300), balance)
		n, err := b.pay.SweepRefunds(b.ctx, 10)
		require.NoError(t, err)
		require.Equal(t, 2, n)
		require.Equal(t, mall.Money(1000), b.refunded[7])
		o2, _, err := b.books.Order(b.ctx, again.Number)
		require.NoError(t, err)
		require.Len(t, o2.Refunds, 2)
	})
}

// refund asks for a refund in a transaction of its own.
func (b *bench) refund(t *testing.T, ref mall.ID, source string, m mall.Money) *payment.Refund {
	t.Helper()
	r, err := b.tryRefund(ref, source, m)
	require.NoError(t, err)
	return r
}

func (b *bench) tryRefund(ref mall.ID, source string, m mall.Money) (r *payment.Refund, err error) {
	err = b.store.Do(b.ctx, func(ctx context.Context) error {
		r, err = b.pay.Refund(ctx, mall.System(), payment.RefundInput{Purpose: payment.Order, Ref: ref, Source: source, Amount: m})
		return err
	})
	return r, err
}

func TestRefundsNeverExceedWhatWasPaid(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		_, err := b.tryRefund(7, "early", 1)
		require.ErrorIs(t, err, payment.ErrNotPaid)
		o := b.open(buyer(1), orders(7), 1000)
		b.settle(o.Number, "")
		_, err = b.pay.Refund(b.ctx, mall.System(), payment.RefundInput{Purpose: payment.Order, Ref: 7, Source: "x", Amount: 1})
		require.ErrorIs(t, err, mall.ErrNoTx)

		var done atomic.Int64
		together(10, func(i int) {
			_, err := b.tryRefund(7, string(rune('a'+i)), 300)
			switch {
			case err == nil:
				done.Add(1)
			case !errors.Is(err, payment.ErrRefund):
				t.Error(err)
			}
		})
		require.Equal(t, int64(3), done.Load(), "300 fits three times")

		var ids sync.Map
		together(10, func(int) {
			r, err := b.tryRefund(7, "same", 100)
			if err != nil {
				t.Error(err)
				return
			}
			ids.Store(r.ID, true)
		})
		n := 0
		ids.Range(func(any, any) bool { n++; return true })
		require.Equal(t, 1, n, "one source, one refund")
		require.Equal(t, mall.Money(1000), b.get(o.Number).Refunded)

		other := b.service()
		var looked atomic.Int64
		together(4, func(i int) {
			s := b.pay
			if i%2 == 1 {
				s = other
			}
			n, err := s.SweepRefunds(b.ctx, 3)
			if err != nil {
				t.Error(err)
			}
			looked.Add(int64(n))
		})
		for looked.Load() < 4 {
			n, err := b.pay.SweepRefunds(b.ctx, 10)
			require.NoError(t, err)
			require.Positive(t, n)
			looked.Add(int64(n))
		}
		require.Equal(t, int64(4), looked.Load(), "no refund is looked at twice")
		require.Equal(t, mall.Money(1000), b.refunded[7])
	})
}

func TestNotice(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		o := b.open(buyer(1), orders(7), 1000)
		for _, outcome := range []string{"wrong_amount", "bad_signature"} {
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
		require.Equal(t, payment.StateFailed, b.get(o.Number).State)
		balance, frozen := b.balance(1)
		require.Equal(t, []mall.Money{100, 0}, []mall.Money{balance, frozen}, "a failed payment holds no share")
		b.settle(o.Number, "")
		require.Equal(t, payment.StateSucceeded, b.get(o.Number).State)
		require.Equal(t, int64(1), b.ran(7))
		balance, _ = b.balance(1)
		require.Zero(t, balance, "the released share was there and is spent")
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

func TestPayFromWallet(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.fill(1, 500)
		for ref := range mall.ID(50) {
			b.order(ref+1, 30)
		}
		var paid, short atomic.Int64
		together(50, func(i int) {
			_, err := b.pay.PayFromWallet(b.ctx, buyer(1), *orders(mall.ID(i + 1)), "")
			switch {
			case err == nil:
				paid.Add(1)
			case mall.CodeOf(err) == "wallet.short":
				short.Add(1)
			default:
				t.Error(err)
			}
		})
		require.Equal(t, []int64{16, 34}, []int64{paid.Load(), short.Load()})
		balance, _ := b.balance(1)
		require.Equal(t, mall.Money(20), balance)
		ran := int64(0)
		for ref := range mall.ID(50) {
			ran += b.ran(ref + 1)
		}
		require.Equal(t, int64(16), ran, "a refused debit undoes its action")

		// A list is paid whole or not at all; a refund of it goes to the wallet at once.
		b.fill(2, 100)
		b.order(101, 40)
		b.order(102, 40)
		b.kill(102)
		_, err := b.pay.PayFromWallet(b.ctx, buyer(2), *orders(101, 102), "")
		require.ErrorIs(t, err, errDead)
		require.Zero(t, b.ran(101))
		_, err = b.pay.PayFromWallet(b.ctx, buyer(2), *orders(101), "")
		require.NoError(t, err)
		r := b.refund(t, 101, "c", 15)
		require.Equal(t, payment.RefundSucceeded, r.State)
		require.Equal(t, mall.Money(15), b.refunded[101])
		balance, _ = b.balance(2)
		require.Equal(t, mall.Money(75), balance)
	})
}

func TestPayNothing(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(1, 0)
		b.order(2, 5)
		err := b.store.Do(b.ctx, func(ctx context.Context) error {
			p, err := b.pay.PayNothing(ctx, buyer(1), *orders(1))
			if err == nil {
				require.Equal(t, payment.ProviderNone, p.Provider)
			}
			return err
		})
		require.NoError(t, err)
		require.Equal(t, int64(1), b.ran(1))
		_, err = b.pay.PayNothing(b.ctx, buyer(1), *orders(2))
		require.ErrorIs(t, err, payment.ErrAmount)
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

func TestRecharge(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.rules(t)
		for _, m := range []mall.Money{0, -1, mall.MaxMoney + 1} {
			_, err := b.pay.Open(b.ctx, buyer(1), payment.OpenInput{Provider: "wxpay", ClientAmount: &m})
			require.ErrorIs(t, err, mall.ErrInvalid)
		}
		o := b.open(buyer(1), nil, 25_000)
		b.settle(o.Number, "duplicate")
		balance, _ := b.balance(1)
		require.Equal(t, mall.Money(25_000+2*1_000), balance, "the looping rule gives twice, once")
		list, err := b.pay.ListOf(b.ctx, buyer(1), payment.Filter{Purpose: payment.Recharge, Paying: true}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(1), list.Total)
	})
}

func TestPortsAreCalledOutsideOfTransactions(t *testing.T) {
	t.Parallel()
	b := setup(t, storagetest.SQLite(t))
	b.order(1, 100)
	err := b.store.Do(b.ctx, func(ctx context.Context) error {
		_, err := b.pay.Open(ctx, buyer(1), payment.OpenInput{Action: orders(1), Provider: "wxpay"})
		require.ErrorIs(t, err, payment.ErrInTx)
		_, err = b.pay.CloseFor(ctx, payment.Order, 1)
		require.ErrorIs(t, err, payment.ErrInTx)
		_, err = b.pay.PayFromWallet(ctx, buyer(1), *orders(1), "")
		require.ErrorIs(t, err, payment.ErrInTx)
		_, err = b.provider.Query(ctx, payment.Query{Number: "1"})
		require.ErrorIs(t, err, payment.ErrInTx)
		return nil
	})
	require.NoError(t, err)
}

func TestRegistration(t *testing.T) {
	t.Parallel()
	b := setup(t, storagetest.SQLite(t))
	b.pay.Handle("late", payment.Handler{Price: b.price, Run: b.run})
	require.ErrorIs(t, b.pay.Seal(), payment.ErrSealed)
	_, err := payment.New(payment.Deps{}, payment.Config{})
	require.ErrorContains(t, err, "Tx")
}

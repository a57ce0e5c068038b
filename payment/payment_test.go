package payment_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"

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

package wechatpay_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/payment/wechatpay"
	"github.com/gomall-dev/mall/storage/storagetest"
)

const ticket payment.Purpose = "ticket"

// TestBooksAgree plays random histories in which nothing can be relied on, and
// compares the platform's books, its bill and ours once it is quiet again.
func TestBooksAgree(t *testing.T) {
	t.Parallel()
	var moved atomic.Int64
	t.Cleanup(func() { require.Positive(t, moved.Load(), "the histories moved money") })
	for seed := range uint64(4) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			history(t, rand.New(rand.NewPCG(seed, 0)), &moved)
		})
	}
}

func history(t *testing.T, random *rand.Rand, moved *atomic.Int64) {
	b := setup(t, func(_ *bench, c *wechatpay.Config, _ *paytest.WeChat) {
		if random.IntN(2) == 0 {
			c.PublicKeyID, c.PublicKey = "", ""
		}
	})
	store := storagetest.SQLite(t)
	wallets, err := wallet.New(wallet.Deps{Repo: store.Wallets(), Tx: store, Outbox: store, Hasher: secret.New(secret.Config{})}, wallet.Config{Now: b.now})
	require.NoError(t, err)
	shop, err := payment.New(payment.Deps{Tx: store, Outbox: store, Repo: store.Payments(), Wallet: wallets},
		payment.Config{Providers: map[string]payment.Provider{"wxpay": b.provider}, Now: b.now, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	origin := false
	shop.Handle(ticket, payment.Handler{Keep: &origin, Run: func(context.Context, *payment.Payment) error { return nil },
		Price: func(_ context.Context, _ mall.Actor, a payment.Action) (payment.Price, error) {
			return payment.Price{Amount: 100 + mall.Money(a.Refs[0])}, nil
		}})
	require.NoError(t, shop.Seal())

	who, ctx := mall.Actor{Account: 7, Face: mall.FaceManager, AppID: appID, OpenID: "o1"}, t.Context()
	var numbers []string
	told := 0
	refs, claims := mall.ID(0), 0
	sweep := func() {
		_, _ = shop.SweepPayments(ctx, 100)
		_, _ = shop.SweepRefunds(ctx, 100)
	}
	faults := []paytest.Fault{paytest.None, paytest.None, paytest.Lost, paytest.HangUp, paytest.Refuses, paytest.Stumbles, paytest.Garbage, paytest.BadSign, paytest.OldSign, paytest.BadAmount}
	outcomes := []paytest.Outcome{paytest.Pays, paytest.Pays, paytest.Fails, paytest.Duplicate, paytest.Late, paytest.Drop, paytest.Hold, paytest.Replay, paytest.WrongAmount,
		paytest.WrongMerchant, paytest.WrongAppID, paytest.WrongCurrency, paytest.BadSignature, paytest.Stale, paytest.WrongKey}
	for range 80 {
		switch random.IntN(10) {
		case 0, 1, 2:
			if refs < 3 || random.IntN(2) == 0 {
				refs++
			}
			_, _ = shop.Open(ctx, who, payment.OpenInput{Provider: "wxpay", Action: &payment.Action{Purpose: ticket, Refs: []mall.ID{1 + mall.ID(random.Int64N(int64(refs)))}}})
			list, err := shop.ListOf(ctx, who, payment.Filter{}, mall.Page{Limit: 500})
			require.NoError(t, err)
			numbers = numbers[:0]
			for _, p := range list.Items {
				numbers = append(numbers, p.Number)
			}
		case 3, 4, 5:
			if len(numbers) > 0 {
				_, err := b.gateway.Pay(ctx, numbers[random.IntN(len(numbers))], outcomes[random.IntN(len(outcomes))])
				require.NoError(t, err)
			}
		case 6:
			ops := []paytest.Op{paytest.OpCreate, paytest.OpQuery, paytest.OpClose, paytest.OpRefund, paytest.OpRefundQuery}
			b.gateway.Fault(ops[random.IntN(len(ops))], faults[random.IntN(len(faults))])
		case 7:
			require.NoError(t, b.gateway.Release(ctx, random.IntN(2) == 0))
		case 8:
			_ = store.Do(ctx, func(ctx context.Context) error {
				claims++
				_, err := shop.Refund(ctx, who, payment.RefundInput{Purpose: ticket, Ref: 1 + mall.ID(random.Int64N(int64(refs)+1)), Source: fmt.Sprint("claim:", claims), Amount: 1 + mall.Money(random.IntN(60))})
				return err
			})
		case 9:
			b.pass(time.Duration(random.IntN(20)) * time.Minute)
			sweep()
		}
		for _, n := range b.arrived()[told:] {
			_, _ = shop.Notify(ctx, "wxpay", n.Header, n.Body)
			told++
		}
	}
	for _, op := range []paytest.Op{paytest.OpCreate, paytest.OpQuery, paytest.OpClose, paytest.OpRefund, paytest.OpRefundQuery} {
		b.gateway.Fault(op, paytest.None)
	}
	for range 8 {
		b.pass(7 * time.Hour)
		sweep()
	}

	list, err := shop.ListOf(ctx, who, payment.Filter{}, mall.Page{Limit: 500})
	require.NoError(t, err)
	ours := map[string]payment.Payment{}
	for _, p := range list.Items {
		require.False(t, p.Open(), "%s is %s", p.Number, p.State)
		ours[p.Number] = p
	}
	var paid, back mall.Money
	for _, o := range b.books.All() {
		p := ours[o.Number]
		require.Equal(t, o.State == paytest.Paid, p.State == payment.StateSucceeded, "%s: %s here, %s there", o.Number, p.State, o.State)
		sum := mall.Money(0)
		for _, r := range o.Refunds {
			sum += mall.Money(r.Amount)
		}
		require.Equal(t, sum, p.Refunded, o.Number)
		require.LessOrEqual(t, sum, p.Amount)
		if o.State == paytest.Paid {
			paid += p.Amount
		}
		back += sum
		delete(ours, o.Number)
	}
	moved.Add(int64(paid))
	for _, p := range ours {
		require.NotEqual(t, payment.StateSucceeded, p.State, "%s is not known there", p.Number)
	}
	b.pass(24 * time.Hour)
	for day := start; day.Before(b.now().AddDate(0, 0, -1)); day = day.AddDate(0, 0, 1) {
		lines, err := b.provider.Bill(ctx, mall.Calendar{}.Day(day), "")
		require.NoError(t, err)
		bill, err := shop.Reconcile(ctx, mall.System(), "wxpay", "", mall.Calendar{}.Day(day))
		require.NoError(t, err)
		require.Equal(t, []int{len(lines), 0}, []int{bill.Lines, bill.Differences}, "nothing to reconcile")
		for _, l := range lines {
			if l.Refund {
				back -= l.Amount
			} else {
				paid -= l.Amount
			}
		}
	}
	require.Zero(t, paid, "the bills tell of the same payments")
	require.Zero(t, back, "and of the same refunds")
}

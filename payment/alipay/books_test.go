package alipay_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/storage/storagetest"
)

const ticket payment.Purpose = "ticket"

// TestBooksAgree plays random histories in which nothing can be relied on, and
// compares the platform's books with ours once it is quiet again.
func TestBooksAgree(t *testing.T) {
	t.Parallel()
	var moved atomic.Int64
	t.Cleanup(func() { require.Positive(t, moved.Load(), "the histories moved money") })
	for seed := range uint64(3) {
		t.Run(fmt.Sprint(seed), func(t *testing.T) {
			t.Parallel()
			play := newHistory(t, rand.New(rand.NewPCG(seed, 0)))
			for range 80 {
				play.step()
			}
			moved.Add(int64(play.settle()))
		})
	}
}

// history is a shop before a simulated Alipay.
type history struct {
	*bench
	random  *rand.Rand
	shop    *payment.Service
	tx      mall.Tx
	who     mall.Actor
	numbers []string
	refs    int64
	claims  int
	told    int // notifications that the shop has had
}

func newHistory(t *testing.T, random *rand.Rand) *history {
	h := &history{bench: setup(t), random: random, who: mall.Actor{Account: 7, Face: mall.FaceManager, AppID: "wx8888888888888888", OpenID: buyerID}}
	store := storagetest.SQLite(t)
	h.tx = store
	wallets, err := wallet.New(wallet.Deps{Repo: store.Wallets(), Tx: store, Outbox: store, Hasher: secret.New(secret.Config{})}, wallet.Config{Now: h.now})
	require.NoError(t, err)
	h.shop, err = payment.New(payment.Deps{Tx: store, Outbox: store, Repo: store.Payments(), Wallet: wallets},
		payment.Config{Providers: map[string]payment.Provider{"alipay": h.provider}, Now: h.now, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(t, err)
	origin := false
	h.shop.Handle(ticket, payment.Handler{Keep: &origin, Run: func(context.Context, *payment.Payment) error { return nil },
		Price: func(_ context.Context, _ mall.Actor, a payment.Action) (payment.Price, error) {
			return payment.Price{Amount: 100 + mall.Money(a.Refs[0])}, nil
		}})
	require.NoError(t, h.shop.Seal())
	return h
}

func pick[T any](h *history, list ...T) T { return list[h.random.IntN(len(list))] }

var ops = []paytest.Op{paytest.OpCreate, paytest.OpQuery, paytest.OpClose, paytest.OpRefund, paytest.OpRefundQuery}

// step does one thing at random; what the shop answers does not matter.
func (h *history) step() {
	ctx := h.t.Context()
	switch h.random.IntN(10) {
	case 0, 1, 2:
		if h.refs < 3 || h.random.IntN(2) == 0 {
			h.refs++
		}
		_, _ = h.shop.Open(ctx, h.who, payment.OpenInput{Provider: "alipay", Scene: pick(h, payment.SceneJSAPI, payment.SceneNative, payment.SceneCode),
			Code: "2860610988280094" + pick(h, "00", "01", "02"), Action: &payment.Action{Purpose: ticket, Refs: []mall.ID{1 + mall.ID(h.random.Int64N(h.refs))}}})
		h.numbers = h.numbers[:0]
		for _, o := range h.books.All() {
			h.numbers = append(h.numbers, o.Number)
		}
		slices.Sort(h.numbers)
	case 3, 4, 5:
		if len(h.numbers) > 0 {
			_, err := h.gateway.Pay(ctx, pick(h, h.numbers...), pick(h, paytest.Pays, paytest.Pays, paytest.Fails, paytest.Duplicate, paytest.Late, paytest.Drop, paytest.Hold, paytest.Replay,
				paytest.WrongAmount, paytest.WrongMerchant, paytest.WrongAppID, paytest.WrongCurrency, paytest.BadSignature, paytest.Stale, paytest.WrongKey))
			require.NoError(h.t, err)
		}
	case 6:
		h.gateway.Fault(pick(h, ops...), pick(h, append([]paytest.Fault{paytest.None, paytest.None, paytest.Lost, paytest.HangUp, paytest.BadAmount}, paytest.Refuses, paytest.Stumbles, paytest.BadSign)...))
	case 7:
		require.NoError(h.t, h.gateway.Release(ctx, h.random.IntN(2) == 0))
	case 8:
		_ = h.tx.Do(ctx, func(ctx context.Context) error {
			h.claims++
			_, err := h.shop.Refund(ctx, h.who, payment.RefundInput{Purpose: ticket, Ref: 1 + mall.ID(h.random.Int64N(h.refs+1)), Source: fmt.Sprint("claim:", h.claims), Amount: 1 + mall.Money(h.random.IntN(120))})
			return err
		})
	case 9:
		h.pass(time.Duration(h.random.IntN(20)) * time.Minute)
		h.sweep()
	}
	h.listen()
}

// listen hands the notifications that came to the shop.
func (h *history) listen() {
	for _, n := range h.arrived()[h.told:] {
		_, _ = h.shop.Notify(h.t.Context(), "alipay", n.Header, n.Body)
		h.told++
	}
}

func (h *history) sweep() {
	_, _ = h.shop.SweepPayments(h.t.Context(), 100)
	_, _ = h.shop.SweepRefunds(h.t.Context(), 100)
}

// rest lets the sweeps find out what they can.
func (h *history) rest() {
	for range 8 {
		h.pass(7 * time.Hour)
		h.sweep()
	}
}

// settle ends the faults and compares the books; it answers what was paid. The
// sweeps find out the rest, but for QR codes that were closed here before
// anybody came and paid nevertheless: of those Alipay's repetitions tell.
func (h *history) settle() mall.Money {
	for _, op := range ops {
		h.gateway.Fault(op, paytest.None)
	}
	h.rest()
	for _, o := range h.books.All() {
		if o.State != paytest.Paid {
			continue
		}
		if p := h.payment(o.Number); p.State != payment.StateSucceeded {
			require.Equal(h.t, []any{payment.StateClosed, payment.SceneNative}, []any{p.State, p.Scene})
			require.NoError(h.t, h.gateway.Notify(h.t.Context(), o.Number))
		}
	}
	h.listen()
	h.rest()
	list, err := h.shop.ListOf(h.t.Context(), h.who, payment.Filter{}, mall.Page{Limit: 500})
	require.NoError(h.t, err)
	ours := map[string]payment.Payment{}
	for _, p := range list.Items {
		require.False(h.t, p.Open(), "%s is %s", p.Number, p.State)
		ours[p.Number] = p
	}
	paid := mall.Money(0)
	for _, o := range h.books.All() {
		p := ours[o.Number]
		require.Equal(h.t, o.State == paytest.Paid, p.State == payment.StateSucceeded, "%s: %s here, %s there", o.Number, p.State, o.State)
		back := mall.Money(0)
		for _, r := range o.Refunds {
			back += mall.Money(r.Amount)
		}
		require.Equal(h.t, back, p.Refunded, o.Number)
		require.LessOrEqual(h.t, back, p.Amount)
		if o.State == paytest.Paid {
			require.Equal(h.t, []any{o.Transaction, mall.Money(o.Amount)}, []any{p.Transaction, p.Amount})
			paid += p.Amount
		}
		delete(ours, o.Number)
	}
	for _, p := range ours {
		require.NotEqual(h.t, payment.StateSucceeded, p.State, "%s is not known there", p.Number)
	}
	return paid
}

func (h *history) payment(number string) payment.Payment {
	list, err := h.shop.ListOf(h.t.Context(), h.who, payment.Filter{}, mall.Page{Limit: 500})
	require.NoError(h.t, err)
	for _, p := range list.Items {
		if p.Number == number {
			return p
		}
	}
	h.t.Fatalf("%s is not known here", number)
	return payment.Payment{}
}

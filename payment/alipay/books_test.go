package alipay_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestBooksAgree plays random histories in which nothing can be relied on, and
// compares the platform's books, its bills and ours once it is quiet again.
func TestBooksAgree(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		moved, late := mall.Money(0), 0
		for seed := range uint64(3) {
			h := &history{till: newTill(t, store, fmt.Sprint("alipay", seed)), random: rand.New(rand.NewPCG(seed, 0)), first: 1000 * mall.ID(seed)}
			h.who.Account += mall.ID(seed)
			for range 80 {
				h.step()
			}
			money, n := h.settle()
			moved, late = moved+money, late+n
		}
		require.Positive(t, moved, "the histories moved money")
		require.GreaterOrEqual(t, late, 3, "of some only a bill told")
	})
}

// history is what happens at a till.
type history struct {
	*till
	random  *rand.Rand
	first   mall.ID // tickets have numbers after it
	numbers []string
	refs    int64
	claims  int
	heard   int // notifications that the shop has had
}

func pick[T any](h *history, list ...T) T { return list[h.random.IntN(len(list))] }

var ops = []paytest.Op{paytest.OpCreate, paytest.OpQuery, paytest.OpClose, paytest.OpRefund, paytest.OpRefundQuery}

// step does one thing at random; what the shop answers does not matter.
func (h *history) step() {
	ctx := h.t.Context()
	switch h.random.IntN(11) {
	case 0, 1, 2:
		if h.refs < 3 || h.random.IntN(2) == 0 {
			h.refs++
		}
		_, _ = h.shop.Open(ctx, h.who, payment.OpenInput{Provider: h.name, Scene: pick(h, payment.SceneJSAPI, payment.SceneNative, payment.SceneCode),
			Code: "2860610988280094" + pick(h, "00", "01", "02"), Action: &payment.Action{Purpose: ticket, Refs: []mall.ID{h.ref(h.refs)}}})
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
		h.claims++
		in := payment.RefundInput{Purpose: ticket, Ref: h.ref(h.refs + 1), Source: fmt.Sprint(h.name, ":", h.claims), Amount: 1 + mall.Money(h.random.IntN(120))}
		_ = h.store.Do(ctx, func(ctx context.Context) error {
			_, err := h.shop.Refund(ctx, h.who, in)
			return err
		})
	case 9:
		h.pass(time.Duration(h.random.IntN(20)) * time.Minute)
		h.sweep()
	case 10:
		_, _ = h.shop.CloseFor(ctx, ticket, h.ref(h.refs+1))
	}
	h.listen()
}

// unheard pays a QR code that was closed here, and nobody tells.
func (h *history) unheard(ref mall.ID) {
	number := h.open(ref)
	_, err := h.shop.CloseFor(h.t.Context(), ticket, ref)
	require.NoError(h.t, err)
	h.bench.pay(number, paytest.Drop)
}

// ref is one of the first n tickets.
func (h *history) ref(n int64) mall.ID { return h.first + 1 + mall.ID(h.random.Int64N(n)) }

// listen hands the notifications that came to the shop.
func (h *history) listen() {
	for _, n := range h.arrived()[h.heard:] {
		_, _ = h.shop.Notify(h.t.Context(), h.name, n.Header, n.Body)
		h.heard++
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

// settle ends the faults and compares the books; it answers what was paid, and
// of how many payments only a bill told: of QR codes that were closed here before
// anybody came.
func (h *history) settle() (paid mall.Money, late int) {
	for _, op := range ops {
		h.gateway.Fault(op, paytest.None)
	}
	h.unheard(h.first + 999)
	h.rest()
	h.pass(48 * time.Hour)
	last := h.now().AddDate(0, 0, -2)
	late = h.bills(last)
	h.rest()
	require.Zero(h.t, h.bills(last), "nothing is left to reconcile")
	list, err := h.shop.ListOf(h.t.Context(), h.who, payment.Filter{}, mall.Page{Limit: 500})
	require.NoError(h.t, err)
	ours := map[string]payment.Payment{}
	for _, p := range list.Items {
		require.False(h.t, p.Open(), "%s is %s", p.Number, p.State)
		ours[p.Number] = p
	}
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
	return paid, late
}

// bills compares the bills up to a day, and counts the differences. All of them
// are payments that were closed here.
func (h *history) bills(last time.Time) int {
	n := 0
	for day := start; day.Before(last); day = day.AddDate(0, 0, 1) {
		b, err := h.shop.Reconcile(h.t.Context(), mall.System(), h.name, "", mall.Calendar{}.Day(day))
		require.NoError(h.t, err)
		n += b.Differences
	}
	for _, d := range h.differences(payment.DifferenceFilter{Open: true}) {
		require.Equal(h.t, payment.MissingHere, d.Kind, "%+v", d)
		require.Equal(h.t, payment.SceneNative, h.payment(d.Number).Scene)
	}
	return n
}

package payment_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestHistories plays random histories of buying, paying, failing, repeating,
// reordering, losing answers, expiring and refunding, and looks after each whether the books add up.
func TestHistories(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		b := setup(t, store)
		b.rules(t)
		account := mall.ID(0)
		rapid.Check(t, func(rt *rapid.T) {
			account++ // every history has a payer and orders of its own
			h := &history{bench: b, rt: rt, who: buyer(account), base: account * 1000}
			if account%3 == 0 {
				h.who.Face = mall.FaceManager // refused money goes back to its origin
			}
			steps := rapid.SliceOfN(rapid.IntRange(0, 11), 3, 25).Draw(rt, "steps")
			for _, step := range steps {
				h.step(step)
			}
			h.audit()
		})
	})
}

type history struct {
	*bench
	rt      *rapid.T
	who     mall.Actor
	base    mall.ID
	refs    []mall.ID
	numbers []string
	sources int
}

// one is a random element, false when there is none.
func one[T any](h *history, list []T, label string) (v T, ok bool) {
	if len(list) == 0 {
		return v, false
	}
	return list[rapid.IntRange(0, len(list)-1).Draw(h.rt, label)], true
}

func (h *history) step(kind int) {
	switch kind {
	case 0: // place
		ref := h.base + mall.ID(len(h.refs)) + 1
		h.order(ref, mall.Money(rapid.IntRange(1, 2000).Draw(h.rt, "price")))
		h.refs = append(h.refs, ref)
	case 1: // recharge
		m := mall.Money(rapid.IntRange(1, 30_000).Draw(h.rt, "recharge"))
		_, err := h.pay.Open(h.ctx, h.who, payment.OpenInput{Provider: "wxpay", ClientAmount: &m})
		h.may(err)
		h.seen()
	case 2, 3: // open for one order or two, with or without share
		refs := map[mall.ID]bool{}
		for range kind - 1 {
			if ref, ok := one(h, h.refs, "ref"); ok {
				refs[ref] = true
			}
		}
		a := orders()
		for ref := range refs {
			a.Refs = append(a.Refs, ref)
		}
		if len(a.Refs) == 0 {
			return
		}
		_, err := h.pay.Open(h.ctx, h.who, payment.OpenInput{Action: a, Provider: "wxpay", UseWallet: rapid.Bool().Draw(h.rt, "wallet")})
		h.may(err)
		h.seen()
	case 4, 5: // the payer does something
		if n, ok := one(h, h.numbers, "number"); ok {
			outcome := rapid.SampledFrom([]paytest.Outcome{"", "", "fail", "late", "duplicate", "replay", "drop", "hold", "wrong_amount", "bad_signature", "stale"}).Draw(h.rt, "outcome")
			_, err := h.gateway.Pay(h.ctx, n, outcome)
			h.must(err)
		}
	case 6: // pay from the wallet
		if ref, ok := one(h, h.refs, "ref"); ok {
			_, err := h.pay.PayFromWallet(h.ctx, h.who, *orders(ref), "")
			h.may(err)
		}
	case 7: // refund a part
		if ref, ok := one(h, h.refs, "ref"); ok {
			h.sources++
			_, err := h.tryRefund(ref, fmt.Sprintf("%d:%d", h.base, h.sources), mall.Money(rapid.IntRange(1, 1500).Draw(h.rt, "refund")))
			h.may(err)
		}
	case 8: // time passes, sweeps run
		h.clock.pass(time.Duration(rapid.IntRange(1, 40).Draw(h.rt, "minutes")) * time.Minute)
		_, err := h.pay.SweepPayments(h.ctx, 100)
		h.may(err)
		_, err = h.pay.SweepRefunds(h.ctx, 100)
		h.may(err)
	case 9: // an order dies
		if ref, ok := one(h, h.refs, "ref"); ok {
			h.kill(ref)
			_, err := h.pay.CloseFor(h.ctx, payment.Order, ref)
			h.may(err)
		}
	case 10: // answers of the gateway go wrong, or right again
		faults := []paytest.Fault{paytest.None, paytest.Lost, paytest.HangUp, paytest.Refuses, paytest.Stumbles, paytest.Garbage, paytest.BadSign, paytest.OldSign, paytest.BadAmount}
		h.gateway.Fault(rapid.SampledFrom(ops).Draw(h.rt, "op"), rapid.SampledFrom(faults).Draw(h.rt, "fault"))
	case 11: // what was held back comes, in whatever order
		h.must(h.gateway.Release(h.ctx, rapid.Bool().Draw(h.rt, "reverse")))
	}
}

// ops are the requests whose answers go wrong.
var ops = []paytest.Op{paytest.OpCreate, paytest.OpQuery, paytest.OpClose, paytest.OpRefund, paytest.OpRefundQuery}

// seen notes the payments that there are, opened with or without an answer.
func (h *history) seen() {
	list, err := h.store.Payments().List(h.ctx, payment.Filter{Payer: h.who.Account}, mall.Page{Limit: 1000})
	h.must(err)
	h.numbers = h.numbers[:0]
	for _, p := range list.Items {
		if p.Provider == "wxpay" {
			h.numbers = append(h.numbers, p.Number)
		}
	}
}

func (h *history) must(err error) { require.NoError(h.rt, err) }

// may allows refusals only.
func (h *history) may(err error) {
	if err != nil && !mall.Refused(err) && !errors.Is(err, payment.ErrGateway) && !errors.Is(err, payment.ErrNotice) {
		h.must(err)
	}
}

// audit ends everything that is open and compares all books.
func (h *history) audit() {
	for _, op := range ops {
		h.gateway.Fault(op, paytest.None)
	}
	h.must(h.gateway.Release(h.ctx, false))
	for range 4 {
		h.clock.pass(time.Hour)
		_, err := h.pay.SweepPayments(h.ctx, 1000)
		h.must(err)
		_, err = h.pay.SweepRefunds(h.ctx, 1000)
		h.must(err)
	}
	list, err := h.store.Payments().List(h.ctx, payment.Filter{Payer: h.who.Account}, mall.Page{Limit: 1000})
	h.must(err)
	done := map[mall.ID]int64{}
	var wallet mall.Money // what the payments say must be in the wallet
	for _, p := range list.Items {
		require.False(h.rt, p.Open(), "nothing stays open")
		require.LessOrEqual(h.rt, p.Refunded, p.Price())
		var parts, shares, refunded mall.Money
		for _, part := range p.Parts {
			parts, shares, refunded = parts+part.Amount, shares+part.Share, refunded+part.Refunded
			require.LessOrEqual(h.rt, part.Refunded, part.Amount)
			switch {
			case part.State == payment.PartDone && p.Provider == payment.ProviderBalance:
				done[part.Ref]++
				wallet -= part.Amount
			case part.State == payment.PartDone && p.Action.Purpose == payment.Recharge:
				wallet += part.Amount + max(part.Amount/10_000*1_000, giftOnce(part.Amount))
			case part.State == payment.PartDone:
				done[part.Ref]++
				wallet -= part.Share
			case part.State == payment.PartKept:
				wallet += part.Amount - part.Share
			}
		}
		require.Equal(h.rt, []mall.Money{p.Price(), p.Share, p.Refunded}, []mall.Money{parts, shares, refunded}, "parts add up")

		if p.Provider != payment.ProviderBalance {
			g, ok, err := h.books.Order(h.ctx, p.Number)
			h.must(err)
			require.True(h.rt, ok || p.State != payment.StateSucceeded, "the request may be lost, money not")
			require.Equal(h.rt, string(g.State) == "SUCCESS", p.State == payment.StateSucceeded, "the gateway says the same: %s %s", g.State, p.State)
			var there, here mall.Money
			for _, r := range g.Refunds {
				there += mall.Money(r.Amount)
			}
			for _, part := range p.Parts {
				rs, err := h.pay.Refunds(h.ctx, p.Action.Purpose, part.Ref)
				h.must(err)
				for _, r := range rs {
					if r.Payment == p.ID {
						require.Equal(h.rt, payment.RefundSucceeded, r.State)
						here += r.Gateway
					}
				}
			}
			require.Equal(h.rt, here, there, "refunds at the gateway are ours")
		}
	}
	for _, ref := range h.refs {
		require.Equal(h.rt, done[ref], h.ran(ref), "an action is carried out once, for the payment that says so")
		rs, err := h.pay.Refunds(h.ctx, payment.Order, ref)
		h.must(err)
		for _, r := range rs {
			wallet += r.Wallet
		}
	}
	balance, frozen := h.balance(h.who.Account)
	require.Equal(h.rt, []mall.Money{wallet, 0}, []mall.Money{balance, frozen}, "the wallet holds what payments and refunds say")
	require.GreaterOrEqual(h.rt, balance, mall.Money(0))
}

// giftOnce is the gift of the rule that does not loop.
func giftOnce(m mall.Money) mall.Money {
	if m >= 20_000 {
		return 1_500
	}
	return 0
}

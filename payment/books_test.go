package payment_test

import (
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/bill"
	"github.com/gomall-dev/mall/payment/deposit"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/payment/wallet/withdraw"
)

// audit ends everything that is open and compares all books.
func (h *history) audit() {
	h.wake()
	for _, op := range ops {
		h.gateway.Fault(op, paytest.None)
	}
	h.must(h.gateway.Release(h.ctx, false))
	h.quiet()
	h.seen()
	for _, n := range h.numbers {
		// Who paid after all was closed, and was not heard: gateways tell again.
		g, _, err := h.books.Order(h.ctx, n)
		h.must(err)
		if g.State == paytest.Paid && h.get(n).State != payment.StateSucceeded {
			h.must(h.gateway.Notify(h.ctx, n))
		}
	}
	h.quiet()
	h.sound()

	b := &tally{h: h, done: map[of]int64{}}
	for _, p := range h.payments() {
		require.False(h.rt, p.Open(), "nothing stays open")
		b.add(&p)
		if p.Provider == "wxpay" {
			h.compare(&p)
		}
	}
	for _, ref := range h.refs {
		require.Equal(h.rt, b.back(of{payment.Order, ref}), h.told(ref), "who sold is told of each refund once")
		require.Equal(h.rt, b.done[of{payment.Order, ref}], h.ran(ref), "an action is carried out once, for the payment that says so")
	}
	b.papers()
	a, err := h.wallets.Amounts(h.ctx, h.who.Account)
	h.must(err)
	require.Equal(h.rt, []mall.Money{b.wallet, b.frozen, b.withdrawn}, []mall.Money{a.Balance, a.Frozen, a.Withdrawn}, "the wallet holds what all papers say")
	require.Equal(h.rt, []mall.Money{b.consumed, b.paid, mall.Money(b.payments)}, []mall.Money{a.Consumed, a.Paid, mall.Money(a.Payments)}, "statistics")
}

// told is what OnRefund heard of an order.
func (h *history) told(ref mall.ID) mall.Money {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.refunded[ref]
}

// quiet lets time pass until the sweeps have nothing left to do.
func (h *history) quiet() {
	for range 4 {
		h.clock.pass(time.Hour)
		_, err := h.now.pay.SweepPayments(h.ctx, 1000)
		h.must(err)
		_, err = h.now.pay.SweepRefunds(h.ctx, 1000)
		h.must(err)
	}
}

// compare demands that the gateway's books say the same of a payment.
func (h *history) compare(p *payment.Payment) {
	g, ok, err := h.books.Order(h.ctx, p.Number)
	h.must(err)
	require.True(h.rt, ok || p.State != payment.StateSucceeded, "the request may be lost, money not")
	require.Equal(h.rt, g.State == paytest.Paid, p.State == payment.StateSucceeded, "the gateway says the same: %s %s", g.State, p.State)
	var there, here mall.Money
	for _, r := range g.Refunds {
		there += mall.Money(r.Amount)
	}
	for _, part := range p.Parts {
		rs, err := h.now.pay.Refunds(h.ctx, p.Action.Purpose, part.Ref)
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

// of is one thing that can be paid for.
type of struct {
	purpose payment.Purpose
	ref     mall.ID
}

// tally is what must be in a wallet by all other papers.
type tally struct {
	h                         *history
	done                      map[of]int64 // payments that carried it out
	bills, billed             mall.Money   // number and sum of what paid bills
	wallet, frozen, withdrawn mall.Money
	consumed, paid            mall.Money
	payments                  int64
}

// add counts a payment.
func (b *tally) add(p *payment.Payment) {
	if p.State == payment.StateSucceeded && p.Price() > 0 {
		b.payments++
		b.paid += p.Amount
	}
	var parts, shares, refunded mall.Money
	for _, part := range p.Parts {
		parts, shares, refunded = parts+part.Amount, shares+part.Share, refunded+part.Refunded
		require.LessOrEqual(b.h.rt, part.Refunded, part.Amount)
		switch {
		case part.State == payment.PartKept:
			b.wallet += part.Amount - part.Share
		case part.State != payment.PartDone:
		case p.Action.Purpose == payment.Recharge:
			b.wallet += part.Amount + max(part.Amount/10_000*1_000, giftOnce(part.Amount))
		default:
			b.done[of{p.Action.Purpose, part.Ref}]++
			b.consumed, b.paid = b.consumed+part.Amount, b.paid+part.Share
			if b.wallet -= part.Share; p.Provider == payment.ProviderBalance {
				b.wallet -= part.Amount
			}
			if p.Action.Purpose == bill.Purpose {
				b.bills, b.billed = b.bills+1, b.billed+part.Amount
			}
		}
	}
	require.Equal(b.h.rt, []mall.Money{p.Price(), p.Share, p.Refunded}, []mall.Money{parts, shares, refunded}, "parts add up")
}

// back counts the refunds of a thing, and gives their sum.
func (b *tally) back(what of) (sum mall.Money) {
	rs, err := b.h.now.pay.Refunds(b.h.ctx, what.purpose, what.ref)
	b.h.must(err)
	for _, r := range rs {
		b.wallet += r.Wallet
		if !r.Remedy {
			sum += r.Amount
		}
	}
	b.consumed -= sum
	return sum
}

// papers counts withdrawals, deposits and bills.
func (b *tally) papers() {
	h := b.h
	for _, w := range h.withdrawals() {
		switch w.State {
		case withdraw.Asked:
			b.frozen += w.Amount
		case withdraw.Paid:
			b.withdrawn += w.Amount
		}
		require.Equal(h.rt, feeRules.Fee(w.Amount), w.Fee)
	}
	b.wallet -= b.frozen + b.withdrawn
	for _, d := range h.deposits() {
		paid, back := b.done[of{deposit.Purpose, d.ID}], b.back(of{deposit.Purpose, d.ID})
		switch d.State {
		case deposit.Unpaid:
			require.Zero(h.rt, paid)
		case deposit.Returned:
			require.EqualValues(h.rt, 1, paid)
			require.Equal(h.rt, d.Returned, back)
		default:
			require.NotEqual(h.rt, deposit.Returning, d.State, "all money has arrived")
			require.EqualValues(h.rt, 1, paid)
			require.Zero(h.rt, back)
		}
	}
	list, err := h.store.Bills().List(h.ctx, h.who.Account, mall.Page{Limit: 1000})
	h.must(err)
	sum := mall.Money(0)
	for _, x := range list.Items {
		sum += x.Amount - x.Discount
		require.Equal(h.rt, x.Amount/100*7, x.Discount)
	}
	require.Equal(h.rt, []mall.Money{b.bills, b.billed}, []mall.Money{mall.Money(list.Total), sum}, "each bill is there once")
}

// giftOnce is the gift of the rule that does not loop.
func giftOnce(m mall.Money) mall.Money {
	if m >= 20_000 {
		return 1_500
	}
	return 0
}

package payment_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"math/bits"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/bill"
	"github.com/gomall-dev/mall/payment/deposit"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/payment/wallet/withdraw"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestHistories plays random histories of all that moves money: buying, paying,
// failing, repeating, reordering, losing answers, recharging, withdrawing,
// deposits, bills, expiring, refunding, and processes that die or are taken for
// dead in the midst of any of it. The books must add up at every moment, and
// agree with the gateway's in the end.
func TestHistories(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		b := setup(t, store)
		b.rules(t)
		account := mall.ID(0)
		died, slept := 0, 0
		rapid.Check(t, func(rt *rapid.T) {
			account++ // every history has a payer and orders of its own
			h := &history{bench: b, rt: rt, who: buyer(account), base: account * 1000, now: b.process()}
			_, err := h.now.bills.SaveRule(b.ctx, mall.System(), bill.Rule{Consume: 100, Discount: 7, Loop: true})
			h.must(err)
			if account%3 == 0 {
				h.who.Face = mall.FaceManager // refused money goes back to its origin
			}
			h.begin()
			for range historySteps {
				h.happen(pick(h, kinds, "kind"))
				h.sound()
			}
			h.audit()
			died, slept = died+h.died, slept+h.slept
		})
		require.NotZero(t, died, "no process died")
		require.NotZero(t, slept, "no process slept")
	})
}

// historySteps is how many things happen in a history; -rapid.checks=2000 plays more of them.
const historySteps = 18

// kinds are what can happen, as often as it stands here.
var kinds = []string{"place", "place", "recharge", "open", "open", "open", "open two", "pay", "pay", "pay", "pay", "pay", "pay", "pay", "pay", "balance", "refund", "refund", "sweep",
	"sweep", "kill", "fault", "fault", "release", "withdraw", "withdraw", "decide", "decide", "deposit", "deposit", "deposit back", "deposit back", "bill", "bill", "crash", "crash", "sleep"}

// callers are those that ask the gateway.
var callers = []string{"recharge", "open", "open two", "deposit", "bill", "sweep", "kill"}

type history struct {
	*bench
	rt      *rapid.T
	who     mall.Actor
	base    mall.ID
	now     *process
	refs    []mall.ID
	numbers []string
	sources int
	woken   []func() // wake processes that sleep
	died    int
	slept   int
}

// one is a random element, false when there is none.
func one[T any](h *history, list []T, label string) (v T, ok bool) {
	if len(list) == 0 {
		return v, false
	}
	return pick(h, list, label), true
}

// pick is a random element of a list, each as likely as the others: ranges of
// rapid prefer what is small.
func pick[T any](h *history, list []T, label string) T {
	i := uint(0)
	for range bits.Len(uint(len(list))) + 2 {
		i *= 2
		if rapid.Bool().Draw(h.rt, label) {
			i++
		}
	}
	return list[i%uint(len(list))]
}

// draw is a random amount.
func (h *history) draw(least, most int, label string) mall.Money {
	return mall.Money(rapid.IntRange(least, most).Draw(h.rt, label))
}

// begin gives the payer something on the balance, and an order to buy.
func (h *history) begin() {
	m := h.draw(1500, 2500, "recharge")
	o, err := h.now.pay.Open(h.ctx, h.who, payment.OpenInput{Provider: "wxpay", ClientAmount: &m})
	h.must(err)
	_, err = h.gateway.Pay(h.ctx, o.Number, "")
	h.must(err)
	h.happen("place")
}

// happen lets one thing happen, to the process or by it.
func (h *history) happen(kind string) {
	switch kind {
	case "crash":
		do := h.plan(pick(h, kinds, "what"))
		h.now.light(rapid.IntRange(1, 5).Draw(h.rt, "steps"), rapid.Bool().Draw(h.rt, "late"), nil)
		again := rapid.Bool().Draw(h.rt, "again")
		h.may(do(h.now)...)
		if !h.now.died() {
			h.now.light(0, false, nil)
			return
		}
		h.died++
		h.now = h.process()
		if again { // whoever heard nothing asks once more
			h.may(do(h.now)...)
		}
	case "sleep":
		h.sleep(h.plan(pick(h, callers, "what")))
	default:
		h.may(h.plan(kind)(h.now)...)
	}
	h.seen()
}

// sleep lets the process fall asleep in the midst of something, so that others
// go on without it; it wakes some time later and carries on.
func (h *history) sleep(do func(p *process) []error) {
	p, n, over := h.now, &nap{make(chan struct{}), make(chan struct{})}, make(chan []error, 1)
	p.light(rapid.IntRange(1, 4).Draw(h.rt, "steps"), rapid.Bool().Draw(h.rt, "late"), n)
	go func() { over <- do(p) }()
	select {
	case errs := <-over:
		p.light(0, false, nil)
		h.may(errs...)
	case <-n.asleep:
		h.slept++
		h.now = h.process()
		h.woken = append(h.woken, func() {
			close(n.wake)
			h.may(<-over...)
		})
	}
}

// action is what a payment is to be opened for.
type action func(p *process) (*payment.Action, error)

// plan draws one thing to happen and gives it as what a process does.
func (h *history) plan(kind string) func(p *process) []error {
	nothing := func(*process) []error { return nil }
	open := func(a action) func(p *process) []error {
		share := rapid.Bool().Draw(h.rt, "wallet")
		return func(p *process) []error {
			action, err := a(p)
			if err == nil {
				_, err = p.pay.Open(h.ctx, h.who, payment.OpenInput{Action: action, Provider: "wxpay", UseWallet: share})
			}
			return []error{err}
		}
	}
	switch kind {
	case "place":
		ref, price := h.base+mall.ID(len(h.refs))+1, pick(h, prices, "price")
		h.order(ref, price)
		h.refs = append(h.refs, ref)
	case "recharge":
		m := pick(h, []mall.Money{1, 700, 10_000, 20_000, 31_234}, "recharge")
		return func(p *process) []error {
			_, err := p.pay.Open(h.ctx, h.who, payment.OpenInput{Provider: "wxpay", ClientAmount: &m})
			return []error{err}
		}
	case "open", "open two": // for one order or two, with or without share
		refs := map[mall.ID]bool{}
		for range len(strings.Fields(kind)) {
			if ref, ok := one(h, h.refs, "ref"); ok {
				refs[ref] = true
			}
		}
		if len(refs) == 0 {
			return nothing
		}
		a := orders(slices.Collect(maps.Keys(refs))...)
		return open(func(*process) (*payment.Action, error) { return a, nil })
	case "pay": // the payer does something
		if n, ok := one(h, h.numbers, "number"); ok {
			if rapid.Bool().Draw(h.rt, "newest") {
				n = h.numbers[0]
			}
			outcome := pick(h, outcomes, "outcome")
			return func(*process) []error {
				_, err := h.gateway.Pay(h.ctx, n, outcome)
				return []error{err}
			}
		}
	case "balance":
		if ref, ok := one(h, h.refs, "ref"); ok {
			return func(p *process) []error {
				_, err := p.pay.PayFromWallet(h.ctx, h.who, *orders(ref), "")
				return []error{err}
			}
		}
	case "refund":
		if ref, ok := one(h, h.refs, "ref"); ok {
			h.sources++
			in := payment.RefundInput{Purpose: payment.Order, Ref: ref, Source: fmt.Sprintf("%d:%d", h.base, h.sources), Amount: h.draw(1, 1500, "refund")}
			return func(p *process) []error {
				return []error{mortal{h.store, p.fuse}.Do(h.ctx, func(ctx context.Context) error {
					_, err := p.pay.Refund(ctx, mall.System(), in)
					return err
				})}
			}
		}
	case "sweep": // time passes
		h.clock.pass(time.Duration(h.draw(1, 40, "minutes")) * time.Minute)
		return func(p *process) []error {
			_, err1 := p.pay.SweepPayments(h.ctx, 100)
			_, err2 := p.pay.SweepRefunds(h.ctx, 100)
			return []error{err1, err2}
		}
	case "kill": // an order dies
		if ref, ok := one(h, h.refs, "ref"); ok {
			h.kill(ref)
			return func(p *process) []error {
				_, err := p.pay.CloseFor(h.ctx, payment.Order, ref)
				return []error{err}
			}
		}
	case "fault": // answers of the gateway go wrong, or right again
		h.gateway.Fault(pick(h, ops, "op"), pick(h, faults, "fault"))
	case "release": // what was held back comes, and who slept wakes
		h.must(h.gateway.Release(h.ctx, rapid.Bool().Draw(h.rt, "reverse")))
		h.wake()
	default:
		return h.papers(kind, open)
	}
	return nothing
}

// papers are withdrawals, deposits and bills.
func (h *history) papers(kind string, open func(a action) func(p *process) []error) func(p *process) []error {
	staff := mall.System()
	online := rapid.Bool().Draw(h.rt, "online")
	switch kind {
	case "withdraw":
		in := withdraw.Request{Amount: pick(h, prices, "withdraw") / 2}
		return func(p *process) []error {
			_, err := p.payouts.Apply(h.ctx, h.who, in)
			return []error{err}
		}
	case "decide":
		w, ok := one(h, h.withdrawals(), "withdrawal")
		pay := rapid.Bool().Draw(h.rt, "pay")
		return func(p *process) []error {
			var err error
			switch {
			case !ok:
			case pay:
				_, err = p.payouts.Pay(h.ctx, staff, w.ID)
			default:
				_, err = p.payouts.Refuse(h.ctx, staff, w.ID, "no")
			}
			return []error{err}
		}
	case "deposit":
		terms := deposit.Terms{Amount: pick(h, []mall.Money{500, 1500, 4000}, "deposit")}
		draft := func(p *process) (*payment.Action, error) {
			d, err := p.deposits.Draft(h.ctx, h.who, terms)
			if err != nil {
				return nil, err
			}
			return &payment.Action{Purpose: deposit.Purpose, Refs: []mall.ID{d.ID}}, nil
		}
		if online {
			return open(draft)
		}
		return func(p *process) []error {
			a, err := draft(p)
			if err == nil {
				err = p.deposits.PayFromWallet(h.ctx, h.who, a.Refs[0], "")
			}
			return []error{err}
		}
	case "deposit back":
		d, ok := one(h, h.deposits(), "deposit")
		if !ok {
			break
		}
		part := h.draw(0, int(d.Amount), "part")
		what := pick(h, []string{"ask", "refuse", "return", "return"}, "what")
		return func(p *process) []error {
			var err error
			switch what {
			case "ask":
				_, err = p.deposits.AskBack(h.ctx, h.who, d.ID)
			case "refuse":
				_, err = p.deposits.Refuse(h.ctx, staff, d.ID, "no")
			default:
				_, err = p.deposits.Return(h.ctx, staff, d.ID, part)
			}
			return []error{err}
		}
	case "bill":
		sum := pick(h, prices, "bill")
		if online {
			return open(func(*process) (*payment.Action, error) { a := bill.Action(sum); return &a, nil })
		}
		return func(p *process) []error {
			_, err := p.bills.PayFromWallet(h.ctx, h.who, sum, "")
			return []error{err}
		}
	}
	return func(*process) []error { return nil }
}

// wake wakes the processes that sleep, one after the other.
func (h *history) wake() {
	for _, fn := range h.woken {
		fn()
	}
	h.woken = nil
}

// prices are what things cost, less and more than payers mostly have.
var prices = []mall.Money{1, 99, 333, 1000, 1800, 2500, 4000, 9999}

// faults are what goes wrong with answers, mostly nothing.
var faults = []paytest.Fault{paytest.None, paytest.None, paytest.None, paytest.None, paytest.None, paytest.None, paytest.None, paytest.None,
	paytest.Lost, paytest.HangUp, paytest.Refuses, paytest.Stumbles, paytest.Garbage, paytest.BadSign, paytest.OldSign, paytest.BadAmount}

// outcomes are what payers do, and who notifies.
var outcomes = []paytest.Outcome{paytest.Pays, paytest.Pays, paytest.Pays, paytest.Pays, paytest.Fails, paytest.Late, paytest.Late, paytest.Duplicate, paytest.Replay,
	paytest.Drop, paytest.Drop, paytest.Hold, paytest.Hold, paytest.WrongAmount, paytest.BadSignature, paytest.Stale}

// ops are the requests whose answers go wrong.
var ops = []paytest.Op{paytest.OpCreate, paytest.OpQuery, paytest.OpClose, paytest.OpRefund, paytest.OpRefundQuery}

// payments, withdrawals and deposits of the payer, whatever is heard of them.
func (h *history) payments() []payment.Payment {
	list, err := h.store.Payments().List(h.ctx, payment.Filter{Payer: h.who.Account}, mall.Page{Limit: 1000})
	h.must(err)
	return list.Items
}

func (h *history) withdrawals() []withdraw.Withdrawal {
	list, err := h.store.Withdrawals().List(h.ctx, withdraw.Filter{Account: h.who.Account}, mall.Page{Limit: 1000})
	h.must(err)
	return list.Items
}

func (h *history) deposits() []deposit.Deposit {
	list, err := h.store.Deposits().List(h.ctx, deposit.Filter{Account: h.who.Account}, mall.Page{Limit: 1000})
	h.must(err)
	return list.Items
}

// seen notes the numbers under which the payer can pay at the gateway.
func (h *history) seen() {
	h.numbers = h.numbers[:0]
	for _, p := range h.payments() {
		if p.Provider == "wxpay" {
			h.numbers = append(h.numbers, p.Number)
		}
	}
}

func (h *history) must(err error) { require.NoError(h.rt, err) }

// may allows refusals, and the silence of a process that died.
func (h *history) may(errs ...error) {
	for _, err := range errs {
		if err != nil && !mall.Refused(err) && !errors.Is(err, payment.ErrGateway) && !errors.Is(err, payment.ErrNotice) && !errors.Is(err, errDied) {
			h.must(err)
		}
	}
}

// sound is what holds at every moment, whoever died or sleeps: the balance is
// the sum of its ledger and not below 0, and what is frozen waits for a
// decision or stands beside an open payment.
func (h *history) sound() {
	balance, frozen := h.balance(h.who.Account)
	require.GreaterOrEqual(h.rt, balance, mall.Money(0))
	var waits mall.Money
	for _, w := range h.withdrawals() {
		if w.State == withdraw.Asked {
			waits += w.Amount
		}
	}
	for _, p := range h.payments() {
		require.LessOrEqual(h.rt, p.Refunded, p.Price())
		if p.ShareState == payment.ShareFrozen {
			require.True(h.rt, p.Open())
			waits += p.Share
		}
	}
	require.Equal(h.rt, waits, frozen, "frozen = Σ open withdrawals and shares")
}

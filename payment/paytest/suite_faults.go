package paytest

import (
	"errors"
	"fmt"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// faulty: whatever goes wrong with an answer, the provider claims nothing, and
// the same request under the same number finds out or carries on.
func (s suite) faulty() {
	if s.Gateway == nil {
		s.Skip("not our gateway")
	}
	for i, f := range Faults {
		number := fmt.Sprintf("FAULT%d", i)
		during := func(op Op, fn func()) {
			if f == Silence && op != OpCreate && op != OpRefund {
				return // each costs the provider's time-out
			}
			s.Gateway.Fault(op, f)
			fn()
			s.Gateway.Fault(op, None)
		}
		during(OpCreate, func() {
			o, err := s.Provider.Create(s.Context(), s.request(number, 1000))
			s.check(err == nil && o.Outcome == payment.Unknown, "%s: Create: %+v %v", f, o, err)
		})
		s.opened(number, 1000)
		during(OpQuery, func() { s.query(number, payment.Unknown) })
		s.check(s.Pay(number) == nil, "%s: cannot be paid", f)
		during(OpQuery, func() { s.query(number, payment.Unknown) })
		s.query(number, payment.Settled)

		req := payment.RefundRequest{Number: number, RefundNumber: "R" + number, Merchant: s.Merchant, Total: 1000, Amount: 600}
		during(OpRefund, func() {
			a, err := s.Provider.Refund(s.Context(), req)
			s.check(err == nil && a.Outcome == payment.Unknown, "%s: Refund: %+v %v", f, a, err)
		})
		during(OpRefundQuery, func() {
			a, err := s.Provider.QueryRefund(s.Context(), req)
			s.check(err == nil && a.Outcome == payment.Unknown, "%s: QueryRefund: %+v %v", f, a, err)
		})
		a, err := s.Provider.Refund(s.Context(), req)
		s.check(err == nil && a.Outcome == payment.Settled && a.Amount == 600, "%s: Refund again: %+v %v", f, a, err)
		o, _, err := s.Gateway.books.Order(s.Context(), number)
		s.check(err == nil && o.refunded() == 600 && len(o.Refunds) == 1, "%s: refunded %d", f, o.refunded())

		number += "C"
		s.opened(number, 1)
		during(OpClose, func() {
			r, err := s.Provider.Close(s.Context(), payment.Query{Number: number, Merchant: s.Merchant})
			o, _, _ := s.Gateway.books.Order(s.Context(), number)
			s.check(err == nil && (r.Outcome == payment.Unknown || r.Outcome == payment.Closed && o.State == Ended), "%s: Close: %+v %v", f, r, err)
		})
		s.closed(number, payment.Closed)
	}
}

// wrongAmount: a genuine answer about another sum is never taken for the one
// that was asked for.
func (s suite) wrongAmount() {
	if s.Gateway == nil {
		s.Skip("not our gateway")
	}
	s.paid("AMOUNT1", 1000)
	for _, op := range []Op{OpQuery, OpRefund, OpRefundQuery} {
		s.Gateway.Fault(op, BadAmount)
	}
	r, err := s.Provider.Query(s.Context(), payment.Query{Number: "AMOUNT1", Merchant: s.Merchant})
	s.check(err == nil && (r.Outcome != payment.Settled || r.Amount != 1000), "Query: %+v %v", r, err)
	req := payment.RefundRequest{Number: "AMOUNT1", RefundNumber: "RAMOUNT1", Transaction: r.Transaction, Merchant: s.Merchant, Total: 1000, Amount: 1000}
	a, err := s.Provider.Refund(s.Context(), req)
	s.check(err == nil && (a.Outcome != payment.Settled || a.Amount != 1000), "Refund: %+v %v", a, err)
	a, err = s.Provider.QueryRefund(s.Context(), req)
	s.check(err == nil && (a.Outcome != payment.Settled || a.Amount != 1000), "QueryRefund: %+v %v", a, err)
}

// delivery: notifications that come twice, late, in another order or not at all.
func (s suite) delivery() {
	if s.Gateway == nil {
		s.Skip("not our gateway")
	}
	arrived := func(since int, want ...string) {
		s.Helper()
		all := s.Notices()[since:]
		s.check(len(all) == len(want), "%d notifications, want %v", len(all), want)
		for i, sent := range all {
			n, err := s.Provider.ParseNotice(s.Context(), sent.Header, sent.Body)
			s.check(err == nil && n.Number == want[i] && n.Outcome == payment.Settled, "%d: %+v %v, want %s", i, n, err, want[i])
		}
	}
	play := func(number string, o Outcome) {
		s.Helper()
		s.opened(number, mall.Money(100))
		_, err := s.Gateway.Pay(s.Context(), number, o)
		s.check(err == nil, "%s: %v", o, err)
	}
	play("DROPPED1", Drop)
	arrived(0)
	s.query("DROPPED1", payment.Settled)
	play("DUPLICATE1", Duplicate)
	arrived(0, "DUPLICATE1", "DUPLICATE1", "DUPLICATE1")
	before := len(s.Notices())
	play("HELD01", Hold)
	play("HELD02", Hold)
	arrived(before)
	if s.Pass != nil {
		s.Pass(10 * time.Minute)
	}
	s.check(s.Gateway.Release(s.Context(), true) == nil, "held notifications are not released")
	arrived(before, "HELD02", "HELD01")
}

// lies: notifications of payments that never were.
func (s suite) lies() {
	if s.Gateway == nil {
		s.Skip("not our gateway")
	}
	for o := range lies {
		number := "LIE_" + string(o)
		s.opened(number, 100)
		_, err := s.Gateway.Pay(s.Context(), number, o)
		s.check(err == nil, "%s: %v", o, err)
		all := s.Notices()
		sent := all[len(all)-1]
		n, err := s.Provider.ParseNotice(s.Context(), sent.Header, sent.Body)
		switch o {
		case BadSignature, Stale, WrongKey:
			s.check(errors.Is(err, payment.ErrSignature), "%s: %+v %v", o, n, err)
		default: // genuine: refused, or read as what it says
			s.check(errors.Is(err, payment.ErrSignature) || err == nil && (n.Amount != 100 || n.Merchant != s.Merchant || n.AppID != s.AppID || o == WrongCurrency),
				"%s: %+v %v", o, n, err)
		}
		s.query(number, payment.Waiting)
	}
}

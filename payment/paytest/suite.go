package paytest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// Kit is a provider under test, with the means to play the other side.
type Kit struct {
	Provider payment.Provider
	AppID    string
	OpenID   string
	Merchant string                // "" if the provider has just one
	Now      func() time.Time      // the clock of both sides
	Pass     func(d time.Duration) // lets time pass; nil leaves out what needs it
	// Pay lets the payer pay; an error says that the gateway refused.
	Pay func(number string) error
	// Notices are the notifications that the gateway sent so far.
	Notices func() []Notice
	// Down makes the gateway unreachable for good; nil leaves out what needs it.
	Down func()
	// Gateway is ours, if it is what the provider speaks to: then faults are
	// commanded as well. The provider must give a request up within seconds.
	Gateway *Gateway
}

// Notice is a notification as it came.
type Notice struct {
	Header payment.Header
	Body   []byte
}

// RunProvider proves a payment.Provider against its gateway, which must be a
// sandbox. open is called once for each part.
func RunProvider(t *testing.T, open func(t *testing.T) Kit) {
	for name, part := range map[string]func(s suite){
		"Create": suite.create, "Pay": suite.pay, "Close": suite.close, "Expire": suite.expire, "Refund": suite.refund,
		"Notice": suite.notice, "OutsideOfTransactions": suite.outside, "Down": suite.down, "Answer": suite.answer,
		"Faults": suite.faulty, "WrongAmount": suite.wrongAmount, "Delivery": suite.delivery, "Lies": suite.lies,
	} {
		t.Run(name, func(t *testing.T) { part(suite{T: t, Kit: open(t)}) })
	}
}

type suite struct {
	*testing.T
	Kit
}

// check ends the part when something is not as the contract says.
func (s suite) check(ok bool, format string, args ...any) {
	s.Helper()
	if !ok {
		s.Fatalf(format, args...)
	}
}

func (s suite) request(number string, amount mall.Money) payment.Request {
	return payment.Request{Number: number, Amount: amount, Title: "测试订单", Scene: payment.SceneJSAPI, AppID: s.AppID, OpenID: s.OpenID,
		Merchant: s.Merchant, Addr: "127.0.0.1", Due: s.Now().Add(30 * time.Minute)}
}

// opened opens a payment that must open.
func (s suite) opened(number string, amount mall.Money) payment.Opening {
	s.Helper()
	o, err := s.Provider.Create(s.Context(), s.request(number, amount))
	s.check(err == nil && o.Outcome == payment.Waiting, "Create: %+v %v", o, err)
	return o
}

// paid opens a payment and pays it.
func (s suite) paid(number string, amount mall.Money) payment.Result {
	s.Helper()
	s.opened(number, amount)
	s.check(s.Pay(number) == nil, "the payer cannot pay")
	return s.query(number, payment.Settled)
}

func (s suite) query(number string, want payment.Outcome) payment.Result {
	s.Helper()
	r, err := s.Provider.Query(s.Context(), payment.Query{Number: number, Merchant: s.Merchant})
	s.check(err == nil && r.Outcome == want, "Query %s: %+v %v, want %s", number, r, err, want)
	return r
}

func (s suite) closed(number string, want ...payment.Outcome) {
	s.Helper()
	r, err := s.Provider.Close(s.Context(), payment.Query{Number: number, Merchant: s.Merchant})
	for _, w := range want {
		if err == nil && r.Outcome == w {
			return
		}
	}
	s.Fatalf("Close %s: %+v %v, want one of %v", number, r, err, want)
}

// create: a number is one trade. Asked for again it may come under another
// prepay id, but its amount does not change and it is paid once.
func (s suite) create() {
	s.query("ABSENT1", payment.Absent)
	if c, ok := s.Provider.(payment.Checker); ok {
		err := c.Check(s.request("", 0))
		s.check(err == nil, "Check refuses what Create takes: %v", err)
	}
	for range 2 {
		o := s.opened("CREATE1", 1234)
		s.check(o.Prepay != "" || len(o.Params) > 0, "an open payment needs something to pay it by")
	}
	s.query("CREATE1", payment.Waiting)
	o, err := s.Provider.Create(s.Context(), s.request("CREATE1", 1235))
	s.check(err == nil && o.Outcome == payment.Failed && o.Code != "", "another amount under the same number: %+v %v", o, err)
	before := len(s.Notices())
	s.check(s.Pay("CREATE1") == nil, "the payer cannot pay")
	first := s.query("CREATE1", payment.Settled)
	_ = s.Pay("CREATE1") // refused, or without effect
	again := s.query("CREATE1", payment.Settled)
	s.check(first.Amount == 1234 && again.Amount == 1234 && again.Transaction == first.Transaction, "one number, two trades: %+v, %+v", first, again)
	for _, sent := range s.Notices()[before:] {
		n, err := s.Provider.ParseNotice(s.Context(), sent.Header, sent.Body)
		s.check(errors.Is(err, payment.ErrSignature) || err == nil && n.Transaction == first.Transaction, "one number, two trades: %+v, notice %+v %v", first, n, err)
	}
}

func (s suite) pay() {
	r := s.paid("PAYMENT1", 1234)
	s.check(r.Number == "PAYMENT1" && r.Amount == 1234 && r.Transaction != "" && !r.Paid.IsZero(), "%+v", r)
	s.check(s.Merchant == "" || r.Merchant == s.Merchant, "merchant %q", r.Merchant)
	o, err := s.Provider.Create(s.Context(), s.request("PAYMENT1", 1234))
	s.check(err == nil && o.Outcome != payment.Waiting, "a paid number opened again: %+v %v", o, err)
}

func (s suite) close() {
	s.closed("ABSENT1", payment.Absent, payment.Closed)
	s.opened("CLOSE1", 100)
	s.closed("CLOSE1", payment.Closed)
	s.closed("CLOSE1", payment.Closed)
	s.query("CLOSE1", payment.Closed)
	s.check(s.Pay("CLOSE1") != nil, "a closed payment was paid")
	o, err := s.Provider.Create(s.Context(), s.request("CLOSE1", 100))
	s.check(err == nil && o.Outcome == payment.Failed, "a closed number opened again: %+v %v", o, err)
	s.paid("CLOSE2", 100)
	s.closed("CLOSE2", payment.Settled)
	s.query("CLOSE2", payment.Settled)
}

func (s suite) expire() {
	if s.Pass == nil {
		s.Skip("no Pass")
	}
	s.opened("EXPIRE1", 100)
	s.Pass(31 * time.Minute)
	s.check(s.Pay("EXPIRE1") != nil, "paid after its time")
	s.closed("EXPIRE1", payment.Closed)
}

func (s suite) refund() {
	r := s.paid("REFUND1", 1000)
	req := payment.RefundRequest{Number: "REFUND1", RefundNumber: "R1", Transaction: r.Transaction, Merchant: s.Merchant, Total: 1000, Amount: 300, Reason: "退款"}
	ask := func(number string, amount mall.Money, fn func(context.Context, payment.RefundRequest) (payment.RefundResult, error), want ...payment.Outcome) payment.RefundResult {
		s.Helper()
		req := req
		req.RefundNumber, req.Amount = number, amount
		a, err := fn(s.Context(), req)
		for _, w := range want {
			if err == nil && a.Outcome == w {
				return a
			}
		}
		s.Fatalf("refund %s of %s: %+v %v, want one of %v", number, amount, a, err, want)
		return a
	}
	sent := []payment.Outcome{payment.Settled, payment.Waiting}
	ask("R1", 300, s.Provider.QueryRefund, payment.Absent)
	first := ask("R1", 300, s.Provider.Refund, sent...)
	var wg sync.WaitGroup
	receipts := make([]string, 10)
	for i := range receipts {
		wg.Go(func() {
			if a, err := s.Provider.Refund(s.Context(), req); err == nil {
				receipts[i] = a.Receipt
			}
		})
	}
	wg.Wait()
	for _, receipt := range receipts {
		s.check(receipt == first.Receipt, "the same number refunded again: %q, %q", receipt, first.Receipt)
	}
	ask("R1", 300, s.Provider.QueryRefund, sent...)
	ask("R2", 701, s.Provider.Refund, payment.Failed)
	ask("R3", 700, s.Provider.Refund, sent...)
	ask("R4", 1, s.Provider.Refund, payment.Failed)
	s.opened("REFUND2", 100)
	req.Number, req.Transaction = "REFUND2", ""
	ask("R5", 100, s.Provider.Refund, payment.Failed)
}

func (s suite) notice() {
	r := s.paid("NOTICE1", 1234)
	all := s.Notices()
	s.check(len(all) > 0, "the gateway sent no notification")
	parse := func(n Notice) (payment.Notice, error) {
		return s.Provider.ParseNotice(s.Context(), n.Header, n.Body)
	}
	refused := func(n Notice, what string) {
		s.Helper()
		_, err := parse(n)
		s.check(errors.Is(err, payment.ErrSignature), "%s: %v, want ErrSignature", what, err)
	}
	genuine := all[len(all)-1]

	forged := Notice{genuine.Header, bytes.Replace(genuine.Body, []byte("1234"), []byte("1235"), 1)}
	if bytes.Equal(forged.Body, genuine.Body) { // the body is encrypted
		forged.Body = append(bytes.Clone(genuine.Body), ' ')
	}
	refused(forged, "another body")
	refused(Notice{payment.Header{}, genuine.Body}, "no header")
	refused(Notice{genuine.Header, nil}, "no body")
	n, err := parse(genuine)
	s.check(err == nil, "genuine notice: %v", err)
	s.check(n.Outcome == payment.Settled && n.Number == "NOTICE1" && n.Amount == 1234 && n.Transaction == r.Transaction && n.RefundNumber == "", "%+v", n)
	if again, err := parse(genuine); !errors.Is(err, payment.ErrSignature) {
		s.check(err == nil && again == n && n.ID != "", "seen before: %+v %v, want ErrSignature, or the same with an ID", again, err)
	}
	if s.Pass != nil {
		s.paid("NOTICE2", 1)
		all = s.Notices()
		s.Pass(time.Hour)
		refused(all[len(all)-1], "stale")
	}
}

// outside calls everything with a context that carries a transaction.
func (s suite) outside() {
	ctx := context.WithValue(s.Context(), mall.TxKey{}, true)
	q, r := payment.Query{Number: "OUTSIDE1"}, payment.RefundRequest{Number: "OUTSIDE1", RefundNumber: "R1", Total: 1, Amount: 1}
	_, err1 := s.Provider.Create(ctx, s.request("OUTSIDE1", 1))
	_, err2 := s.Provider.Query(ctx, q)
	_, err3 := s.Provider.Close(ctx, q)
	_, err4 := s.Provider.Refund(ctx, r)
	_, err5 := s.Provider.QueryRefund(ctx, r)
	for i, err := range []error{err1, err2, err3, err4, err5} {
		s.check(errors.Is(err, payment.ErrInTx), "call %d inside a transaction: %v, want ErrInTx", i, err)
	}
	s.query("OUTSIDE1", payment.Absent)
}

// down: what is not answered is unknown, and no error.
func (s suite) down() {
	if s.Down == nil {
		s.Skip("no Down")
	}
	s.opened("DOWN01", 100)
	s.Down()
	o, err := s.Provider.Create(s.Context(), s.request("DOWN02", 100))
	s.check(err == nil && o.Outcome == payment.Unknown, "Create: %+v %v", o, err)
	s.query("DOWN01", payment.Unknown)
	s.closed("DOWN01", payment.Unknown)
	r := payment.RefundRequest{Number: "DOWN01", RefundNumber: "R1", Merchant: s.Merchant, Total: 100, Amount: 100}
	for i, fn := range []func(context.Context, payment.RefundRequest) (payment.RefundResult, error){s.Provider.Refund, s.Provider.QueryRefund} {
		a, err := fn(s.Context(), r)
		s.check(err == nil && a.Outcome == payment.Unknown, "refund call %d: %+v %v", i, a, err)
	}
}

func (s suite) answer() {
	yes, no := s.Provider.Answer(true, ""), s.Provider.Answer(false, "busy")
	s.check(yes.Accepted && !no.Accepted, "Accepted: %v %v", yes.Accepted, no.Accepted)
	told := func(a payment.NoticeAnswer) string { return fmt.Sprint(a.Status, string(a.Body)) }
	s.check(yes.Status >= 200 && yes.Status < 300 && told(yes) != told(no), "the gateway cannot tell %s from %s", told(yes), told(no))
}

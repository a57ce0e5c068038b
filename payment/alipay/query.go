package alipay

import (
	"context"
	"encoding/json"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// States of a trade (trade_status).
const (
	statusWaiting  = "WAIT_BUYER_PAY"
	statusClosed   = "TRADE_CLOSED" // never paid, or paid and given back as a whole
	statusSuccess  = "TRADE_SUCCESS"
	statusFinished = "TRADE_FINISHED" // paid, and past the time of refunds
)

// mismatch is the Code of an answer that is about something else than was asked.
const mismatch = "MISMATCH"

// trade is a trade as answers tell of it.
type trade struct {
	Number string          `json:"out_trade_no"`
	Trade  string          `json:"trade_no"`
	Status string          `json:"trade_status"`
	Total  string          `json:"total_amount"`
	Paid   string          `json:"send_pay_date"` // of queries
	PaidAt string          `json:"gmt_payment"`   // of payment codes
	Money  json.RawMessage `json:"fund_bill_list"`
}

// trades names the trade that a request is about.
type trades struct {
	Number  string   `json:"out_trade_no"`
	Options []string `json:"query_options,omitempty"`
}

// Query implements payment.Provider. A QR code, page or app order that nobody
// came to is Absent.
func (p *Provider) Query(ctx context.Context, q payment.Query) (payment.Result, error) {
	if err := p.begin(ctx, q.Merchant); err != nil {
		return payment.Result{}, err
	}
	var out trade
	r, err := p.call(ctx, p.cfg.Tries, methodQuery, trades{Number: q.Number, Options: []string{"fund_bill_list"}}, &out)
	if err != nil {
		return payment.Result{}, err
	}
	switch {
	case r.done():
		return p.result(&out, q.Number), nil
	case r.is(codeNoTrade):
		return payment.Result{Outcome: payment.Absent, Number: q.Number, Code: r.code, Message: r.message}, nil
	}
	return payment.Result{Outcome: payment.Unknown, Number: q.Number, Code: r.code, Message: r.message}, nil
}

// result reads an answer about a trade. One that is about another is Unknown.
func (p *Provider) result(t *trade, number string) payment.Result {
	r := payment.Result{Outcome: payment.Unknown, Number: number}
	if t.Number != number {
		r.Code = mismatch
		return r
	}
	switch {
	case t.Status == statusWaiting:
		r.Outcome = payment.Waiting
		return r
	case t.Status == statusClosed && !t.givenBack():
		r.Outcome, r.Code = payment.Closed, t.Status
		return r
	case t.Status != statusSuccess && t.Status != statusFinished && t.Status != statusClosed:
		r.Code = t.Status
		return r
	}
	amount, err := mall.ParseYuan(t.Total)
	if err != nil || amount <= 0 || t.Trade == "" {
		r.Code = mismatch
		return r
	}
	r.Outcome, r.Transaction, r.Amount, r.Merchant, r.Paid = payment.Settled, t.Trade, amount, p.cfg.SellerID, p.paid(t.Paid, t.PaidAt)
	return r
}

// givenBack tells the two meanings of TRADE_CLOSED apart: only what was paid
// was paid by something.
func (t *trade) givenBack() bool {
	var list []json.RawMessage
	return t.Paid != "" && json.Unmarshal(t.Money, &list) == nil && len(list) > 0
}

// paid is the time of payment; Alipay need not tell it, then it is now.
func (p *Provider) paid(texts ...string) time.Time {
	for _, text := range texts {
		if at, err := moment(text); err == nil {
			return at
		}
	}
	return p.now()
}

// Close implements payment.Provider. The payment of a code is closed as well,
// never cancelled: cancelling gives the money of a paid one back. A QR code,
// page or app order that nobody came to is Absent, and can be paid until its time.
func (p *Provider) Close(ctx context.Context, q payment.Query) (payment.Result, error) {
	if err := p.begin(ctx, q.Merchant); err != nil {
		return payment.Result{}, err
	}
	var out trade
	r, err := p.call(ctx, p.cfg.Tries, methodClose, trades{Number: q.Number}, &out)
	switch {
	case err != nil:
		return payment.Result{}, err
	case r.done() && out.Number == q.Number:
		return payment.Result{Outcome: payment.Closed, Number: q.Number, Merchant: p.cfg.SellerID}, nil
	case r.done():
		return payment.Result{Outcome: payment.Unknown, Number: q.Number, Code: mismatch}, nil
	case !r.known:
		return payment.Result{Outcome: payment.Unknown, Number: q.Number}, nil
	}
	// Refused: paid meanwhile, closed already, never begun. The trade tells.
	state, err := p.Query(ctx, q)
	if state.Outcome == payment.Waiting {
		state = payment.Result{Outcome: payment.Unknown, Number: q.Number, Code: r.code, Message: r.message}
	}
	return state, err
}

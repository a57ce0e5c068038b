package wechatpay

import (
	"cmp"
	"context"
	"net/http"
	"net/url"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// transaction is an order as WeChat Pay tells of it, in answers and notices,
// with every documented field.
type transaction struct {
	parties
	Number      string      `json:"out_trade_no"`
	Transaction string      `json:"transaction_id"`
	Type        string      `json:"trade_type"`
	State       string      `json:"trade_state"`
	StateText   string      `json:"trade_state_desc"`
	Bank        string      `json:"bank_type"`
	Attach      string      `json:"attach"`
	Success     string      `json:"success_time"`
	Payer       payer       `json:"payer"`
	Amount      paidAmount  `json:"amount"`
	Scene       *device     `json:"scene_info"`
	Promotions  []promotion `json:"promotion_detail"`
}

type paidAmount struct {
	Total         mall.Money `json:"total"`
	PayerTotal    mall.Money `json:"payer_total"` // after promotions
	Currency      string     `json:"currency"`
	PayerCurrency string     `json:"payer_currency"`
}

type device struct {
	ID string `json:"device_id"`
}

// promotion is a coupon that paid a part.
type promotion struct {
	Coupon    string       `json:"coupon_id"`
	Name      string       `json:"name"`
	Scope     string       `json:"scope"` // GLOBAL or SINGLE
	Type      string       `json:"type"`  // CASH or NOCASH
	Amount    mall.Money   `json:"amount"`
	Stock     string       `json:"stock_id"`
	ByWeChat  mall.Money   `json:"wechatpay_contribute"`
	ByUs      mall.Money   `json:"merchant_contribute"`
	ByOthers  mall.Money   `json:"other_contribute"`
	Currency  string       `json:"currency"`
	GoodsList []promotedTo `json:"goods_detail"`
}

type promotedTo struct {
	Goods    string     `json:"goods_id"`
	Quantity int64      `json:"quantity"`
	Price    mall.Money `json:"unit_price"`
	Discount mall.Money `json:"discount_amount"`
	Remark   string     `json:"goods_remark"`
}

// States of an order (trade_state).
const (
	stateSuccess    = "SUCCESS"
	stateRefund     = "REFUND" // paid, and given back since, in part or whole
	stateNotPaid    = "NOTPAY"
	stateClosed     = "CLOSED"
	stateRevoked    = "REVOKED"    // payment codes
	stateUserPaying = "USERPAYING" // payment codes
	statePayError   = "PAYERROR"
	stateAccepted   = "ACCEPT" // payment codes: taken, the charge follows

	typeCode = "MICROPAY" // trade_type of payment codes
)

// mismatch is the Code of an answer that is about something else than was asked.
const mismatch = "MISMATCH"

// Query implements payment.Provider. A payment whose try failed (PAYERROR)
// stays Waiting, since the payer may try again, but that of a code is Failed.
func (p *Provider) Query(ctx context.Context, q payment.Query) (payment.Result, error) {
	who, err := p.begin(ctx, q.AppID, q.Merchant)
	if err != nil {
		return payment.Result{}, err
	}
	params := url.Values{"mchid": {who.MchID}}
	if p.cfg.Partner {
		params = url.Values{"sp_mchid": {who.SpMchID}, "sub_mchid": {who.SubMchID}}
	}
	var out transaction
	r, err := p.call(ctx, p.cfg.Tries, http.MethodGet, p.path("out-trade-no/"+url.PathEscape(q.Number))+"?"+params.Encode(), nil, &out)
	if err != nil {
		return payment.Result{}, err
	}
	switch {
	case r.done():
		return p.result(&out, q), nil
	case r.is("ORDERNOTEXIST"):
		return payment.Result{Outcome: payment.Absent, Number: q.Number, Code: r.code, Message: r.message}, nil
	case r.is("USERPAYING"):
		return payment.Result{Outcome: payment.Waiting, Number: q.Number, Code: r.code, Message: r.message}, nil
	}
	return payment.Result{Outcome: payment.Unknown, Number: q.Number, Code: r.code, Message: r.message}, nil
}

// result reads the answer to a question. One that is about another order,
// merchant, appid or currency is Unknown.
func (p *Provider) result(t *transaction, q payment.Query) payment.Result {
	r := p.outcome(t)
	who, err := p.parties(q.AppID, q.Merchant)
	if err != nil || t.Number != q.Number || r.Merchant != who.mch || q.AppID != "" && r.AppID != "" && r.AppID != q.AppID || r.Outcome == payment.Unknown {
		return payment.Result{Outcome: payment.Unknown, Number: q.Number, Code: cmp.Or(r.Code, mismatch)}
	}
	if t.State == statePayError && (q.Scene == payment.SceneCode || t.Type == typeCode) {
		r.Outcome = payment.Failed
	}
	return r
}

// outcome reads an order. Whether it is ours and fits what was asked for is the
// caller's question, except for merchant, appid and currency.
func (p *Provider) outcome(t *transaction) payment.Result {
	r := payment.Result{Outcome: payment.Unknown, Number: t.Number, Merchant: t.MchID, AppID: t.AppID}
	if p.cfg.Partner {
		r.Merchant, r.AppID = t.SubMchID, cmp.Or(t.SubAppID, t.SpAppID)
	}
	if !p.ours(t.parties) {
		r.Code = mismatch
		return r
	}
	switch t.State {
	case stateSuccess, stateRefund:
		paid, err := time.Parse(time.RFC3339, t.Success)
		if err != nil || t.Transaction == "" || t.Amount.Total <= 0 || t.Amount.Currency != currency {
			r.Code = mismatch
			return r
		}
		r.Outcome, r.Transaction, r.Amount, r.Paid = payment.Settled, t.Transaction, t.Amount.Total, paid.UTC()
	case stateNotPaid, stateUserPaying, stateAccepted:
		r.Outcome = payment.Waiting
	case statePayError:
		r.Outcome, r.Code = payment.Waiting, t.State
	case stateClosed, stateRevoked:
		r.Outcome, r.Code = payment.Closed, t.State
	default:
		r.Code = t.State
	}
	return r
}

// ours says whether a message is about this merchant. The answer to the payment
// of a code need not name an appid.
func (p *Provider) ours(w parties) bool {
	if p.cfg.Partner {
		return w.SpMchID == p.cfg.MerchantID && w.SubMchID != "" && (w.SpAppID == "" || w.SpAppID == p.cfg.AppID)
	}
	if w.MchID != p.cfg.MerchantID {
		return false
	}
	_, err := p.parties(w.AppID, w.MchID)
	return err == nil
}

// Close implements payment.Provider. The payment of a code is reversed, not
// closed, and only when a query says that it was not paid: reversing gives the
// money of a paid one back.
func (p *Provider) Close(ctx context.Context, q payment.Query) (payment.Result, error) {
	who, err := p.begin(ctx, q.AppID, q.Merchant)
	if err != nil {
		return payment.Result{}, err
	}
	verb := "close"
	body := who
	if q.Scene == payment.SceneCode {
		if r, err := p.Query(ctx, q); err != nil || r.Outcome != payment.Waiting && r.Outcome != payment.Failed {
			return r, err
		}
		verb = "reverse"
	} else {
		body.AppID, body.SpAppID, body.SubAppID = "", "", ""
	}
	r, err := p.call(ctx, p.cfg.Tries, http.MethodPost, p.path("out-trade-no/"+url.PathEscape(q.Number)+"/"+verb), body, nil)
	if err != nil {
		return payment.Result{}, err
	}
	if r.done() {
		return payment.Result{Outcome: payment.Closed, Number: q.Number, Merchant: who.mch}, nil
	}
	if !r.known {
		return payment.Result{Outcome: payment.Unknown, Number: q.Number}, nil
	}
	// Refused: paid meanwhile, closed already, never heard of. The order tells.
	state, err := p.Query(ctx, q)
	if state.Outcome == payment.Waiting {
		state = payment.Result{Outcome: payment.Unknown, Number: q.Number, Code: r.code, Message: r.message}
	}
	return state, err
}

package wechatpay

import (
	"context"
	"net/http"
	"net/url"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// refundOrder is the body of a request to refund.
type refundOrder struct {
	SubMchID     string       `json:"sub_mchid,omitempty"`
	Number       string       `json:"out_trade_no"`
	RefundNumber string       `json:"out_refund_no"`
	Reason       string       `json:"reason,omitempty"`
	NotifyURL    string       `json:"notify_url"`
	Amount       refundAmount `json:"amount"`
}

type refundAmount struct {
	Refund   mall.Money `json:"refund"`
	Total    mall.Money `json:"total"`
	Currency string     `json:"currency,omitempty"`
}

// refund is a refund as WeChat Pay tells of it; notices write the state into
// refund_status, name the merchant and leave the currency out.
type refund struct {
	parties
	Receipt      string       `json:"refund_id"`
	RefundNumber string       `json:"out_refund_no"`
	Number       string       `json:"out_trade_no"`
	Transaction  string       `json:"transaction_id"`
	Status       string       `json:"status"`
	NoticeStatus string       `json:"refund_status"`
	Account      string       `json:"user_received_account"`
	Amount       refundAmount `json:"amount"`
}

// refundOutcomes reads the state of a refund. A closed or abnormal one did not
// reach the payer.
var refundOutcomes = map[string]payment.Outcome{
	"SUCCESS": payment.Settled, "PROCESSING": payment.Waiting, "ABNORMAL": payment.Failed, "CLOSED": payment.Failed,
}

// Refund implements payment.Provider.
func (p *Provider) Refund(ctx context.Context, r payment.RefundRequest) (payment.RefundResult, error) {
	who, err := p.begin(ctx, "", r.Merchant)
	if err != nil {
		return payment.RefundResult{}, err
	}
	body := refundOrder{SubMchID: who.SubMchID, Number: r.Number, RefundNumber: r.RefundNumber, Reason: cut(r.Reason, 80),
		NotifyURL: p.cfg.NotifyURL, Amount: refundAmount{Refund: r.Amount, Total: r.Total, Currency: currency}}
	var out refund
	a, err := p.call(ctx, p.cfg.Tries, http.MethodPost, "/v3/refund/domestic/refunds", body, &out)
	if err != nil {
		return payment.RefundResult{}, err
	}
	if a.refused() {
		return payment.RefundResult{Outcome: payment.Failed, Code: a.code, Message: a.message}, nil
	}
	return refundResult(&a, &out, r), nil
}

// QueryRefund implements payment.Provider.
func (p *Provider) QueryRefund(ctx context.Context, r payment.RefundRequest) (payment.RefundResult, error) {
	who, err := p.begin(ctx, "", r.Merchant)
	if err != nil {
		return payment.RefundResult{}, err
	}
	path := "/v3/refund/domestic/refunds/" + url.PathEscape(r.RefundNumber)
	if who.SubMchID != "" {
		path += "?" + url.Values{"sub_mchid": {who.SubMchID}}.Encode()
	}
	var out refund
	a, err := p.call(ctx, p.cfg.Tries, http.MethodGet, path, nil, &out)
	if err != nil {
		return payment.RefundResult{}, err
	}
	if a.is("RESOURCE_NOT_EXISTS") {
		return payment.RefundResult{Outcome: payment.Absent, Code: a.code, Message: a.message}, nil
	}
	return refundResult(&a, &out, r), nil
}

// refundResult reads an answer. One about another refund, amount or currency
// than was asked for is Unknown.
func refundResult(a *reply, out *refund, r payment.RefundRequest) payment.RefundResult {
	res := payment.RefundResult{Outcome: payment.Unknown, Code: a.code, Message: a.message}
	if !a.done() {
		return res
	}
	outcome, ok := refundOutcomes[out.Status]
	if !ok || out.Number != r.Number || out.RefundNumber != r.RefundNumber || out.Receipt == "" || out.Amount.Refund != r.Amount ||
		r.Total != 0 && out.Amount.Total != r.Total || out.Amount.Currency != currency {
		res.Code = mismatch
		return res
	}
	res.Outcome, res.Receipt, res.Amount = outcome, out.Receipt, out.Amount.Refund
	if outcome == payment.Failed {
		res.Code = out.Status
	}
	return res
}

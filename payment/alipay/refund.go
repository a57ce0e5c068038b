package alipay

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// refundOrder is the content of a request to refund, or how a refund stands.
type refundOrder struct {
	Number       string `json:"out_trade_no"`
	RefundNumber string `json:"out_request_no"`
	Amount       string `json:"refund_amount,omitempty"` // yuan with two decimals
	Reason       string `json:"refund_reason,omitempty"`
}

// Refund implements payment.Provider. The answer tells of this refund only
// whether it moved money just now; how much was given back it tells of the
// trade as a whole. What it leaves open is asked.
func (p *Provider) Refund(ctx context.Context, r payment.RefundRequest) (payment.RefundResult, error) {
	if err := p.begin(ctx, r.Merchant); err != nil {
		return payment.RefundResult{}, err
	}
	var out struct {
		Number string `json:"out_trade_no"`
		Change string `json:"fund_change"`
		Back   string `json:"refund_fee"` // of all refunds
	}
	in := refundOrder{Number: r.Number, RefundNumber: r.RefundNumber, Amount: r.Amount.String(), Reason: title(r.Reason, r.RefundNumber)}
	a, err := p.call(ctx, p.cfg.Tries, methodRefund, in, &out)
	if err != nil {
		return payment.RefundResult{}, err
	}
	res := payment.RefundResult{Outcome: payment.Unknown, Code: a.code, Message: a.message}
	if !a.done() {
		if a.refused() {
			res.Outcome = payment.Failed
		}
		return res, nil
	}
	back, err := mall.ParseYuan(out.Back)
	if err != nil || out.Number != r.Number || out.Change == "Y" && (back < r.Amount || r.Total > 0 && back > r.Total) {
		res.Code = mismatch
		return res, nil
	}
	if out.Change == "Y" {
		return payment.RefundResult{Outcome: payment.Settled, Receipt: r.RefundNumber, Amount: r.Amount}, nil
	}
	// Asked for before, or under way.
	asked, err := p.QueryRefund(ctx, r)
	if err == nil && asked.Outcome == payment.Absent {
		asked.Outcome, asked.Receipt = payment.Waiting, r.RefundNumber
	}
	return asked, err
}

// QueryRefund implements payment.Provider. Alipay tells of refunds that are done
// and of no others: one that is under way is Absent, and asking for it again
// under the same number is right. Alipay has no numbers of its own for refunds;
// the receipt is ours.
func (p *Provider) QueryRefund(ctx context.Context, r payment.RefundRequest) (payment.RefundResult, error) {
	if err := p.begin(ctx, r.Merchant); err != nil {
		return payment.RefundResult{}, err
	}
	var out struct {
		Number       string `json:"out_trade_no"`
		RefundNumber string `json:"out_request_no"`
		Amount       string `json:"refund_amount"`
		Total        string `json:"total_amount"`
		Status       string `json:"refund_status"`
	}
	a, err := p.call(ctx, p.cfg.Tries, methodQueryRefund, refundOrder{Number: r.Number, RefundNumber: r.RefundNumber}, &out)
	if err != nil {
		return payment.RefundResult{}, err
	}
	res := payment.RefundResult{Outcome: payment.Unknown, Code: a.code, Message: a.message}
	switch {
	case a.is(codeNoTrade) || a.done() && out.Status == "":
		res.Outcome = payment.Absent
		return res, nil
	case !a.done():
		return res, nil
	case out.Status != "REFUND_SUCCESS":
		res.Code = out.Status
		return res, nil
	}
	amount, err := mall.ParseYuan(out.Amount)
	total, failed := mall.ParseYuan(out.Total)
	if err != nil || failed != nil || out.Number != r.Number || out.RefundNumber != r.RefundNumber || amount != r.Amount || r.Total > 0 && total != r.Total {
		res.Code = mismatch
		return res, nil
	}
	return payment.RefundResult{Outcome: payment.Settled, Receipt: r.RefundNumber, Amount: amount}, nil
}

package wechatpay

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"github.com/gomall-dev/mall/payment"
)

// envelope is the body of a notification.
type envelope struct {
	ID       string `json:"id"`
	Created  string `json:"create_time"`
	Event    string `json:"event_type"` // TRANSACTION.SUCCESS, REFUND.SUCCESS …
	Type     string `json:"resource_type"`
	Summary  string `json:"summary"`
	Resource sealed `json:"resource"`
}

// ParseNotice implements payment.Provider: it verifies time and signature over
// the raw body with the key that the serial names, refuses what this process
// has seen, decrypts, and reads a payment or refund of this merchant. Whatever
// is not right is payment.ErrSignature with the reason as its cause. Forged
// notices come from WeChat Pay itself as well, to probe whether we look.
func (p *Provider) ParseNotice(ctx context.Context, h payment.Header, body []byte) (payment.Notice, error) {
	m := newMessage(h.Get, body)
	err := p.verify(ctx, &m)
	if err == nil && !p.seen.first(&m, p.now()) {
		err = errReplay
	}
	var n payment.Notice
	if err == nil {
		n, err = p.read(body)
	}
	if err != nil {
		return payment.Notice{}, payment.ErrSignature.Because(err)
	}
	return n, nil
}

// read decrypts and reads a verified notification.
func (p *Provider) read(body []byte) (payment.Notice, error) {
	var e envelope
	if err := json.Unmarshal(body, &e); err != nil {
		return payment.Notice{}, errors.New("wechatpay: notification is not JSON of its form")
	}
	plain, err := e.Resource.open(p.aead)
	if err != nil {
		return payment.Notice{}, err
	}
	switch {
	case e.ID == "":
		return payment.Notice{}, errors.New("wechatpay: notification has no id")
	case strings.HasPrefix(e.Event, "TRANSACTION."):
		return p.readPayment(e.ID, plain)
	case strings.HasPrefix(e.Event, "REFUND."):
		return p.readRefund(e.ID, plain)
	}
	return payment.Notice{}, fmt.Errorf("wechatpay: notification of the unknown event %.40q", e.Event)
}

func (p *Provider) readPayment(id string, plain []byte) (payment.Notice, error) {
	var t transaction
	if json.Unmarshal(plain, &t) != nil || t.Number == "" {
		return payment.Notice{}, errors.New("wechatpay: notification holds no order")
	}
	r := p.outcome(&t)
	if r.Outcome == payment.Unknown {
		return payment.Notice{}, fmt.Errorf("wechatpay: notification is not about a payment of this merchant in %s: %.40q", currency, r.Code)
	}
	return payment.Notice{Result: r, ID: id}, nil
}

func (p *Provider) readRefund(id string, plain []byte) (payment.Notice, error) {
	var r refund
	if json.Unmarshal(plain, &r) != nil || r.Number == "" || r.RefundNumber == "" || r.Amount.Refund <= 0 {
		return payment.Notice{}, errors.New("wechatpay: notification holds no refund")
	}
	outcome, ok := refundOutcomes[r.NoticeStatus]
	merchant, ours := r.MchID, r.MchID == p.cfg.MerchantID
	if p.cfg.Partner {
		merchant, ours = r.SubMchID, r.SpMchID == p.cfg.MerchantID && r.SubMchID != ""
	}
	if !ok || !ours || r.Amount.Currency != "" && r.Amount.Currency != currency {
		return payment.Notice{}, errors.New("wechatpay: notification is not about a refund of this merchant")
	}
	n := payment.Notice{ID: id, RefundNumber: r.RefundNumber, Receipt: r.Receipt, Result: payment.Result{
		Outcome: outcome, Number: r.Number, Transaction: r.Transaction, Amount: r.Amount.Refund, Merchant: merchant}}
	if outcome == payment.Failed {
		n.Code = r.NoticeStatus
	}
	return n, nil
}

// Answer implements payment.Provider: 204 without a body, or 500 with code and
// message, upon which the notification comes again.
func (p *Provider) Answer(accepted bool, text string) payment.NoticeAnswer {
	if accepted {
		return payment.NoticeAnswer{Accepted: true, Status: http.StatusNoContent}
	}
	body, _ := json.Marshal(map[string]string{"code": "FAIL", "message": text}) // two texts
	return payment.NoticeAnswer{Status: http.StatusInternalServerError, ContentType: "application/json", Body: body}
}

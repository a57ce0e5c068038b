package alipay

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// ParseNotice implements payment.Provider: it verifies the signature over the
// sorted parameters of the form, time, app and seller, and reads a payment. One
// about a refund is Waiting and names it, to be asked for: the amount it tells
// is that of all refunds. Repetitions have the same Notice.ID. Whatever is not
// right is payment.ErrSignature with the reason as its cause. In certificate
// mode a certificate that is not known is downloaded, so never call it inside a
// transaction.
func (p *Provider) ParseNotice(ctx context.Context, h payment.Header, body []byte) (payment.Notice, error) {
	n, err := p.parse(ctx, h, body)
	if err != nil {
		return payment.Notice{}, payment.ErrSignature.Because(err)
	}
	return n, nil
}

func (p *Provider) parse(ctx context.Context, h payment.Header, body []byte) (payment.Notice, error) {
	// The field goes on with what is no media type ("; text/html; …").
	if kind, _, _ := strings.Cut(h.Get("Content-Type"), ";"); strings.TrimSpace(kind) != "application/x-www-form-urlencoded" {
		return payment.Notice{}, errors.New("alipay: notification is no form")
	}
	form, err := fields(string(body))
	if err != nil {
		return payment.Notice{}, err
	}
	if form["sign_type"] != signType {
		return payment.Notice{}, fmt.Errorf("alipay: notification is signed by %.10q", form["sign_type"])
	}
	if err := p.checkNotice(ctx, form); err != nil {
		return payment.Notice{}, err
	}
	sent, err := moment(form["notify_time"])
	switch {
	case err != nil || p.now().Sub(sent).Abs() > p.cfg.Window:
		return payment.Notice{}, errors.New("alipay: notification is stale")
	case form["app_id"] != p.cfg.AppID || form["seller_id"] != p.cfg.SellerID:
		return payment.Notice{}, errors.New("alipay: notification is not about this app and seller")
	case form["notify_id"] == "" || form["out_trade_no"] == "" || form["trade_no"] == "":
		return payment.Notice{}, errors.New("alipay: notification lacks its id or that of the trade")
	case form["notify_type"] != "trade_status_sync":
		return payment.Notice{}, fmt.Errorf("alipay: notification of the unknown type %.40q", form["notify_type"])
	case form["trans_currency"] != "" && form["trans_currency"] != "CNY":
		return payment.Notice{}, errors.New("alipay: notification is about another currency")
	}
	return p.read(form)
}

// checkNotice verifies the signature of a notification. The number of a
// certificate only chooses a key, and may be signed with the rest or not: Alipay
// documents it for answers alone.
func (p *Provider) checkNotice(ctx context.Context, form map[string]string) error {
	sn := form["alipay_cert_sn"]
	err := p.keys.check(ctx, sn, fromNotice, form["sign"], content(form, "sign", "sign_type"))
	if p.keys.public == nil && sn != "" && errors.Is(err, errSignature) {
		err = p.keys.check(ctx, sn, fromNotice, form["sign"], content(form, "sign", "sign_type", "alipay_cert_sn"))
	}
	return err
}

// fields are the parameters of a form, each given once.
func fields(body string) (map[string]string, error) {
	values, err := url.ParseQuery(body)
	if err != nil {
		return nil, errors.New("alipay: notification is no form")
	}
	form := make(map[string]string, len(values))
	for name, list := range values {
		if len(list) != 1 || !utf8.ValidString(name) || !utf8.ValidString(list[0]) {
			return nil, errors.New("alipay: notification has a parameter twice, or one that is no text")
		}
		form[name] = list[0]
	}
	return form, nil
}

// read reads a verified notification.
func (p *Provider) read(form map[string]string) (payment.Notice, error) {
	amount, err := mall.ParseYuan(form["total_amount"])
	if err != nil || amount <= 0 {
		return payment.Notice{}, errors.New("alipay: notification has no amount")
	}
	n := payment.Notice{ID: form["notify_id"], Result: payment.Result{Number: form["out_trade_no"], Transaction: form["trade_no"], Merchant: p.cfg.SellerID}}
	refunded := cmp.Or(form["refund_fee"], form["gmt_refund"]) != ""
	switch status := form["trade_status"]; {
	case refunded && form["out_biz_no"] != "":
		n.RefundNumber, n.Receipt, n.Outcome = form["out_biz_no"], form["out_biz_no"], payment.Waiting
	case status == statusSuccess || status == statusFinished || status == statusClosed && refunded:
		n.Outcome, n.Amount, n.Paid = payment.Settled, amount, p.paid(form["gmt_payment"])
	case status == statusWaiting:
		n.Outcome = payment.Waiting
	case status == statusClosed:
		n.Outcome, n.Code = payment.Closed, status
	default:
		return payment.Notice{}, fmt.Errorf("alipay: notification of the unknown state %.40q", status)
	}
	return n, nil
}

// Answer implements payment.Provider: "success", or "fail", upon which the
// notification comes again, eight times within 25 hours. Alipay takes no reasons.
func (p *Provider) Answer(accepted bool, _ string) payment.NoticeAnswer {
	body := "fail"
	if accepted {
		body = "success"
	}
	return payment.NoticeAnswer{Accepted: accepted, Status: http.StatusOK, ContentType: "text/plain; charset=utf-8", Body: []byte(body)}
}

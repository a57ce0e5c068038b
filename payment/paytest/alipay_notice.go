package paytest

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
)

// accepted implements repeater: only the word counts.
func (a *alipay) accepted(_ int, body []byte) bool { return string(body) == "success" }

// tries implements repeater.
func (a *alipay) tries() int { return 8 }

// notice forms the notification about a trade, or about one of its refunds. Its
// id is the same whenever it is sent.
func (a *alipay) notice(ctx context.Context, o Order, r *Refund, what Outcome) (*http.Request, error) {
	if o.NotifyURL == "" || o.State != Paid || r != nil && r.State != "" && r.State != RefundDone {
		return nil, nil
	}
	at, now := func(t time.Time) string { return t.In(beijing).Format(time.DateTime) }, a.g.now()
	if what == Stale {
		now = now.Add(-2 * window)
	}
	total := mall.Money(o.Amount).String()
	form := map[string]string{
		"notify_type": "trade_status_sync", "notify_time": at(now), "app_id": o.AppID, "auth_app_id": o.AppID, "charset": "utf-8", "version": "1.0",
		"sign_type": "RSA2", "trade_no": o.Transaction, "out_trade_no": o.Number, "trade_status": "TRADE_SUCCESS", "total_amount": total,
		"receipt_amount": total, "buyer_pay_amount": total, "invoice_amount": total, "point_amount": "0.00", "seller_id": o.Merchant, "buyer_id": "2088102122524333",
		"subject": o.Title, "gmt_create": at(o.PaidAt), "gmt_payment": at(o.PaidAt),
		"fund_bill_list": fmt.Sprintf(`[{"amount":"%s","fundChannel":"ALIPAYACCOUNT"}]`, total),
	}
	about := o.Transaction
	if r != nil {
		about += " " + r.Number
		form["trade_status"], form["out_biz_no"], form["gmt_refund"] = a.status(o), r.Number, at(r.At)
		form["refund_fee"] = mall.Money(o.refunded()).String()
	}
	if o.Currency != "" {
		form["trans_currency"] = o.Currency
	}
	id := sha256.Sum256([]byte(about))
	form["notify_id"] = hex.EncodeToString(id[:])[:34]
	keys := a.keys()
	key := keys.key
	if what == WrongKey {
		key = keys.wrong
	}
	if keys.sn != "" {
		form["alipay_cert_sn"] = keys.sn
	}
	form["sign"] = apSign(key, apContent(form, "sign_type"))
	if what == BadSignature {
		form["sign"] = apSign(key, "something else")
	}
	values := url.Values{}
	for name, value := range form {
		values.Set(name, value)
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, o.NotifyURL, strings.NewReader(values.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded; text/html; charset=utf-8") // as Alipay writes it
	}
	return req, err
}

// Package provider is a host's own payment gateway: all that a payment.Provider
// has to do, for a gateway that speaks JSON and signs by HMAC-SHA256.
package provider

import (
	"bytes"
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// Gateway is the payment.Provider. HTTP needs a time-out.
type Gateway struct {
	URL, Merchant string
	Secret        payment.Secret
	HTTP          *http.Client
	Now           func() time.Time
}

// object is a message: {"code", "message", "order": {…}, "refund": {…}}.
type object map[string]any

func (o object) in(name string) object      { v, _ := o[name].(map[string]any); return v }
func (o object) text(name string) string    { v, _ := o[name].(string); return v }
func (o object) fen(name string) mall.Money { v, _ := o[name].(float64); return mall.Money(v) }

// sign is what a message of a moment is signed with.
func (g *Gateway) sign(at, nonce string, body []byte) string {
	mac := hmac.New(sha256.New, []byte(g.Secret))
	mac.Write(append([]byte(at+"\n"+nonce+"\n"), body...))
	return hex.EncodeToString(mac.Sum(nil))
}

// read is a message that the gateway signed within five minutes, or nil.
func (g *Gateway) read(h payment.Header, body []byte) (m object) {
	at, nonce := h.Get("Sandbox-Timestamp"), h.Get("Sandbox-Nonce")
	sec, err := strconv.ParseInt(at, 10, 64)
	if err != nil || g.Now().Sub(time.Unix(sec, 0)).Abs() > 5*time.Minute || json.Unmarshal(body, &m) != nil ||
		!hmac.Equal([]byte(g.sign(at, nonce, body)), []byte(h.Get("Sandbox-Signature"))) {
		return nil
	}
	return m
}

// call asks the gateway. An error means that nothing was sent; a nil answer that
// none came that can be trusted: nobody knows then what happened.
func (g *Gateway) call(ctx context.Context, op string, order, refund object) (object, error) {
	order["mchid"] = cmp.Or(order.text("mchid"), g.Merchant)
	body, _ := json.Marshal(object{"order": order, "refund": refund}) // texts, numbers and a time
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.URL+"/sandbox/gateway/"+op, bytes.NewReader(body))
	if err != nil || mall.InTx(ctx) {
		return nil, cmp.Or(err, error(payment.ErrInTx))
	}
	at, nonce := strconv.FormatInt(g.Now().Unix(), 10), rand.Text()
	req.Header = http.Header{"Sandbox-Timestamp": {at}, "Sandbox-Nonce": {nonce}, "Sandbox-Signature": {g.sign(at, nonce, body)}}
	res, err := g.HTTP.Do(req)
	if err != nil {
		return nil, nil //nolint:nilerr // unknown
	}
	defer res.Body.Close()
	answer, _ := io.ReadAll(io.LimitReader(res.Body, 64<<10)) // half of one is not genuine
	if m := g.read(payment.Header(res.Header), answer); m.text("code") != "SYSTEM_ERROR" {
		return m, nil
	}
	return nil, nil
}

// outcome is what a code or state means; one that is not listed is a refusal.
func outcome(code string) payment.Outcome {
	return cmp.Or(map[string]payment.Outcome{"": payment.Unknown, "SUCCESS": payment.Settled, "ORDERPAID": payment.Settled, "NOTPAY": payment.Waiting,
		"PAYERROR": payment.Waiting, "CLOSED": payment.Closed, "ORDER_NOT_EXIST": payment.Absent, "RESOURCE_NOT_EXISTS": payment.Absent}[code], payment.Failed)
}

// Create implements payment.Provider.
func (g *Gateway) Create(ctx context.Context, r payment.Request) (payment.Opening, error) {
	m, err := g.call(ctx, "create", object{"out_trade_no": r.Number, "mchid": r.Merchant, "appid": r.AppID, "openid": r.OpenID,
		"description": r.Title, "scene": r.Scene, "total": r.Amount, "time_expire": r.Due}, nil)
	state := cmp.Or(map[string]payment.Outcome{"SUCCESS": payment.Waiting, "": payment.Unknown}[m.text("code")], payment.Failed)
	prepay := m.in("order").text("prepay_id")
	return payment.Opening{Outcome: state, Prepay: prepay, Params: map[string]string{"url": "https://pay.example/" + prepay},
		Code: m.text("code"), Message: m.text("message")}, err
}

// Query implements payment.Provider.
func (g *Gateway) Query(ctx context.Context, q payment.Query) (payment.Result, error) {
	m, err := g.call(ctx, "query", object{"out_trade_no": q.Number, "mchid": q.Merchant}, nil)
	return result(m), err
}

// Close implements payment.Provider.
func (g *Gateway) Close(ctx context.Context, q payment.Query) (payment.Result, error) {
	m, err := g.call(ctx, "close", object{"out_trade_no": q.Number, "mchid": q.Merchant}, nil)
	return result(m), err
}

// result reads an order; the state tells more than the code.
func result(m object) payment.Result {
	o := m.in("order")
	paid, _ := time.Parse(time.RFC3339, o.text("success_time"))
	return payment.Result{Outcome: outcome(cmp.Or(o.text("trade_state"), m.text("code"))), Number: o.text("out_trade_no"), Transaction: o.text("transaction_id"),
		Amount: o.fen("total"), Merchant: o.text("mchid"), AppID: o.text("appid"), Paid: paid, Code: m.text("code"), Message: m.text("message")}
}

// Refund implements payment.Provider. Here Absent is a refusal: there is nothing to refund.
func (g *Gateway) Refund(ctx context.Context, r payment.RefundRequest) (payment.RefundResult, error) {
	a, err := g.refund(ctx, "refund", r)
	if a.Outcome == payment.Absent {
		a.Outcome = payment.Failed
	}
	return a, err
}

// QueryRefund implements payment.Provider.
func (g *Gateway) QueryRefund(ctx context.Context, r payment.RefundRequest) (payment.RefundResult, error) {
	return g.refund(ctx, "refund-query", r)
}

func (g *Gateway) refund(ctx context.Context, op string, r payment.RefundRequest) (payment.RefundResult, error) {
	m, err := g.call(ctx, op, object{"out_trade_no": r.Number, "mchid": r.Merchant}, object{"out_refund_no": r.RefundNumber, "refund": r.Amount})
	return payment.RefundResult{Outcome: outcome(m.text("code")), Receipt: m.in("refund").text("refund_id"),
		Amount: m.in("refund").fen("refund"), Code: m.text("code"), Message: m.text("message")}, err
}

// ParseNotice implements payment.Provider. How a refund stands is asked by the sweep.
func (g *Gateway) ParseNotice(_ context.Context, h payment.Header, body []byte) (payment.Notice, error) {
	m := g.read(h, body)
	if m == nil || m.in("order").text("currency") != "" {
		return payment.Notice{}, payment.ErrSignature
	}
	n := payment.Notice{Result: result(m), ID: h.Get("Sandbox-Nonce"), RefundNumber: m.in("refund").text("out_refund_no"), Receipt: m.in("refund").text("refund_id")}
	if n.RefundNumber != "" {
		n.Outcome, n.Amount = payment.Waiting, m.in("refund").fen("refund")
	}
	return n, nil
}

// Answer implements payment.Provider.
func (g *Gateway) Answer(accepted bool, message string) payment.NoticeAnswer {
	status := map[bool]int{true: http.StatusOK, false: http.StatusInternalServerError}[accepted]
	return payment.NoticeAnswer{Accepted: accepted, Status: status, Body: []byte(http.StatusText(status) + " " + message)}
}

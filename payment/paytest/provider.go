package paytest

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/internal/outgoing"
)

// ProviderConfig of the client.
type ProviderConfig struct {
	BaseURL    string           // of the gateway, without /sandbox; required
	Secret     string           // shared with the gateway; required
	MerchantID string           // default "sandbox"
	HTTP       *http.Client     // default: one with a time-out of 10 seconds
	Now        func() time.Time // default: the system clock
}

// Provider is the payment.Provider that speaks to a Gateway.
type Provider struct {
	cfg    ProviderConfig
	signer *signer
	now    func() time.Time
}

var _ payment.Provider = (*Provider)(nil)

// NewProvider makes the client. It calls nobody yet.
func NewProvider(cfg ProviderConfig) (*Provider, error) {
	now := mall.Clock(cfg.Now)
	s, err := newSigner(cfg.Secret, now)
	if err != nil {
		return nil, err
	}
	if cfg.BaseURL == "" {
		return nil, errors.New("paytest: ProviderConfig.BaseURL is required")
	}
	cfg.BaseURL = strings.TrimSuffix(cfg.BaseURL, "/")
	if cfg.HTTP == nil {
		cfg.HTTP = &http.Client{Transport: outgoing.Transport(), Timeout: 10 * time.Second}
	}
	if cfg.MerchantID == "" {
		cfg.MerchantID = "sandbox"
	}
	return &Provider{cfg: cfg, signer: s, now: now}, nil
}

// call sends a message. ok is false when no verified answer came: nobody knows
// then what happened. An error means that nothing was sent.
func (p *Provider) call(ctx context.Context, op string, in message) (out message, ok bool, err error) {
	if mall.InTx(ctx) {
		return out, false, payment.ErrInTx
	}
	body, err := json.Marshal(in)
	if err != nil {
		return out, false, err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, p.cfg.BaseURL+"/sandbox/gateway/"+op, bytes.NewReader(body))
	if err != nil {
		return out, false, err
	}
	for k, v := range p.signer.head(body) {
		req.Header.Set(k, v)
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := p.cfg.HTTP.Do(req)
	if err != nil {
		return out, false, nil //nolint:nilerr // unknown is an answer
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	if err != nil || p.signer.verify(res.Header.Get, answer) != nil || json.Unmarshal(answer, &out) != nil {
		return out, false, nil //nolint:nilerr // unknown is an answer
	}
	return out, out.Code != "SYSTEM_ERROR" && out.Code != "SIGN_ERROR", nil
}

// Create implements payment.Provider; Params are code_url for SceneNative, else
// those of wx.requestPayment.
func (p *Provider) Create(ctx context.Context, r payment.Request) (payment.Opening, error) {
	out, ok, err := p.call(ctx, "create", message{Order: Order{Number: r.Number, Merchant: p.merchant(r.Merchant), AppID: r.AppID,
		OpenID: r.OpenID, Title: r.Title, Scene: string(r.Scene), Amount: int64(r.Amount), Due: r.Due}})
	switch {
	case err != nil:
		return payment.Opening{}, err
	case !ok:
		return payment.Opening{Outcome: payment.Unknown}, nil
	case out.Code != "SUCCESS":
		return payment.Opening{Outcome: payment.Failed, Code: out.Code, Message: out.Message}, nil
	}
	if r.Scene == payment.SceneNative {
		return payment.Opening{Outcome: payment.Waiting, Prepay: out.Order.Prepay,
			Params: map[string]string{"code_url": "weixin://wxpay/bizpayurl?pr=" + out.Order.Prepay}}, nil
	}
	at, nonce := strconv.FormatInt(p.now().Unix(), 10), rand.Text()
	pack := "prepay_id=" + out.Order.Prepay
	mac := hmac.New(sha256.New, p.signer.secret)
	mac.Write([]byte(r.AppID + "\n" + at + "\n" + nonce + "\n" + pack + "\n"))
	return payment.Opening{Outcome: payment.Waiting, Prepay: out.Order.Prepay, Params: map[string]string{"timeStamp": at, "nonceStr": nonce,
		"package": pack, "signType": "HMAC-SHA256", "paySign": hex.EncodeToString(mac.Sum(nil))}}, nil
}

// Query implements payment.Provider.
func (p *Provider) Query(ctx context.Context, q payment.Query) (payment.Result, error) {
	return p.result(ctx, "query", q)
}

// Close implements payment.Provider.
func (p *Provider) Close(ctx context.Context, q payment.Query) (payment.Result, error) {
	return p.result(ctx, "close", q)
}

func (p *Provider) result(ctx context.Context, op string, q payment.Query) (payment.Result, error) {
	out, ok, err := p.call(ctx, op, message{Order: Order{Number: q.Number, Merchant: p.merchant(q.Merchant)}})
	r := payment.Result{Outcome: payment.Unknown, Number: q.Number, Code: out.Code, Message: out.Message}
	switch {
	case err != nil || !ok:
	case out.Code == "SUCCESS":
		r = out.result()
	case out.Code == string(codeNoOrder):
		r.Outcome = payment.Absent
	case out.Code == string(codePaid):
		r.Outcome = payment.Settled
	}
	return r, err
}

// result reads an order. A failed try leaves it open for the next one.
func (m *message) result() payment.Result {
	o := &m.Order
	r := payment.Result{Outcome: payment.Waiting, Number: o.Number, Merchant: o.Merchant, AppID: o.AppID}
	switch o.State {
	case Paid:
		r.Outcome, r.Transaction, r.Amount, r.Paid = payment.Settled, o.Transaction, mall.Money(o.Amount), o.PaidAt
	case Ended:
		r.Outcome = payment.Closed
	case Failed:
		r.Code = string(Failed)
	}
	return r
}

// Refund implements payment.Provider.
func (p *Provider) Refund(ctx context.Context, r payment.RefundRequest) (payment.RefundResult, error) {
	return p.refund(ctx, "refund", r)
}

// QueryRefund implements payment.Provider.
func (p *Provider) QueryRefund(ctx context.Context, r payment.RefundRequest) (payment.RefundResult, error) {
	return p.refund(ctx, "refund-query", r)
}

func (p *Provider) refund(ctx context.Context, op string, r payment.RefundRequest) (payment.RefundResult, error) {
	out, ok, err := p.call(ctx, op, message{Order: Order{Number: r.Number, Merchant: p.merchant(r.Merchant)},
		Refund: &Refund{Number: r.RefundNumber, Amount: int64(r.Amount)}})
	a := payment.RefundResult{Outcome: payment.Unknown, Code: out.Code, Message: out.Message}
	switch {
	case err != nil || !ok:
	case out.Code == "SUCCESS" && out.Refund != nil:
		a = payment.RefundResult{Outcome: out.Refund.outcome(), Receipt: out.Refund.Receipt, Amount: mall.Money(out.Refund.Amount)}
	case op == "refund-query" && out.Code == "RESOURCE_NOT_EXISTS":
		a.Outcome = payment.Absent
	default:
		a.Outcome = payment.Failed
	}
	return a, err
}

// outcome reads the state of a refund.
func (r *Refund) outcome() payment.Outcome {
	switch r.State {
	case RefundPending:
		return payment.Waiting
	case RefundAbnormal:
		return payment.Failed
	}
	return payment.Settled
}

// ParseNotice implements payment.Provider.
func (p *Provider) ParseNotice(_ context.Context, h payment.Header, body []byte) (payment.Notice, error) {
	if err := p.signer.verify(h.Get, body); err != nil {
		return payment.Notice{}, payment.ErrSignature.Because(err)
	}
	var m message
	if err := json.Unmarshal(body, &m); err != nil {
		return payment.Notice{}, payment.ErrSignature.Because(err)
	}
	n := payment.Notice{Result: m.result()}
	if m.Refund != nil {
		n.RefundNumber, n.Receipt, n.Amount, n.Outcome = m.Refund.Number, m.Refund.Receipt, mall.Money(m.Refund.Amount), m.Refund.outcome()
	}
	return n, nil
}

// Answer implements payment.Provider, in the form of the big gateways.
func (p *Provider) Answer(accepted bool, text string) payment.NoticeAnswer {
	a := payment.NoticeAnswer{Accepted: accepted, Status: http.StatusOK, ContentType: "application/json", Body: []byte(`{"code":"SUCCESS"}`)}
	if !accepted {
		a.Status = http.StatusInternalServerError
		a.Body, _ = json.Marshal(map[string]string{"code": "FAIL", "message": text})
	}
	return a
}

// merchant is the merchant of a request, or the provider's own.
func (p *Provider) merchant(m string) string {
	if m == "" {
		return p.cfg.MerchantID
	}
	return m
}

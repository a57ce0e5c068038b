package paytest

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"sync"
	"time"

	"github.com/gomall-dev/mall"
)

// Config of a gateway.
type Config struct {
	NotifyURL string           // where notifications go, "https://shop/notify/wxpay"; required
	Secret    string           // shared with the provider, at least 16 characters; required
	HTTP      *http.Client     // for notifications; default: one with a time-out of 10 seconds
	Now       func() time.Time // default: the system clock
}

// Gateway is the sandbox gateway: an http.Handler for paths below /sandbox/.
type Gateway struct {
	books  Books
	cfg    Config
	signer *signer
	now    func() time.Time
	mux    *http.ServeMux
}

// NewGateway makes a gateway over its books.
func NewGateway(books Books, cfg Config) (*Gateway, error) {
	now := mall.Clock(cfg.Now)
	s, err := newSigner(cfg.Secret, now)
	if err != nil {
		return nil, err
	}
	if books == nil || cfg.NotifyURL == "" {
		return nil, errors.New("paytest: books and Config.NotifyURL are required")
	}
	if cfg.HTTP == nil {
		cfg.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	g := &Gateway{books: books, cfg: cfg, signer: s, now: now, mux: http.NewServeMux()}
	for op, fn := range map[string]func(context.Context, message) (message, error){
		"create": g.create, "query": g.query, "close": g.close, "refund": g.refund, "refund-query": g.refundQuery} {
		g.mux.HandleFunc("POST /sandbox/gateway/"+op, g.signed(fn))
	}
	g.mux.HandleFunc("POST /sandbox/pay", g.pay)
	return g, nil
}

// ServeHTTP implements http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

// message is every request, answer and notification of the protocol.
type message struct {
	Code    string  `json:"code"` // SUCCESS, or what is wrong
	Message string  `json:"message,omitempty"`
	Order   Order   `json:"order"`
	Refund  *Refund `json:"refund,omitempty"`
}

// fault is an answer that tells what is wrong.
func fault(code, format string, args ...any) message {
	return message{Code: code, Message: fmt.Sprintf(format, args...)}
}

// maxBody bounds messages in bytes.
const maxBody = 64 << 10

// signed reads a verified request and answers signed.
func (g *Gateway) signed(fn func(context.Context, message) (message, error)) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err == nil {
			err = g.signer.verify(r.Header.Get, body)
		}
		var in, out message
		switch {
		case err != nil:
			out = fault("SIGN_ERROR", "%v", err)
		case json.Unmarshal(body, &in) != nil:
			out = fault("PARAM_ERROR", "no JSON message")
		default:
			if out, err = fn(r.Context(), in); err != nil {
				out = fault("SYSTEM_ERROR", "books failed")
			}
		}
		g.answer(w, out)
	}
}

func (g *Gateway) answer(w http.ResponseWriter, m message) {
	body, _ := json.Marshal(m) // a struct of texts, numbers and times
	for k, v := range g.signer.head(body) {
		w.Header().Set(k, v)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write(body)
}

// change loads an order, lets fn change it and saves it, again while somebody
// else is faster. fn answers false to leave it as it is.
func (g *Gateway) change(ctx context.Context, number string, fn func(o *Order, ok bool) bool) (Order, error) {
	for {
		o, ok, err := g.books.Order(ctx, number)
		if err != nil {
			return o, err
		}
		o.Number = number
		if !fn(&o, ok) {
			return o, nil
		}
		saved, err := g.books.Save(ctx, o)
		if err != nil || saved {
			return o, err
		}
		if err := ctx.Err(); err != nil {
			return o, err
		}
	}
}

// create opens an order; the same again answers the same.
func (g *Gateway) create(ctx context.Context, in message) (message, error) {
	want := in.Order
	if want.Number == "" || len(want.Number) > 32 || want.Amount <= 0 || !want.Due.After(g.now()) {
		return fault("PARAM_ERROR", "out_trade_no, total or time_expire"), nil
	}
	var out message
	_, err := g.change(ctx, want.Number, func(o *Order, ok bool) bool {
		switch {
		case !ok:
			*o = want
			o.Version, o.State, o.Prepay, o.Refunds, o.Transaction = 0, Open, "wx"+rand.Text(), nil, ""
			out = message{Code: "SUCCESS", Order: *o}
			return true
		case o.Amount != want.Amount || o.OpenID != want.OpenID:
			out = fault("INVALID_REQUEST", "out_trade_no is used with other parameters")
		case o.State == Paid:
			out = fault("ORDERPAID", "paid already")
		case o.State == Ended:
			out = fault("ORDERCLOSED", "closed already")
		default:
			out = message{Code: "SUCCESS", Order: *o}
		}
		return false
	})
	return out, err
}

// query tells the state.
func (g *Gateway) query(ctx context.Context, in message) (message, error) {
	o, ok, err := g.books.Order(ctx, in.Order.Number)
	if !ok {
		return fault("ORDER_NOT_EXIST", "no such order"), err
	}
	return message{Code: "SUCCESS", Order: o}, err
}

// close ends an unpaid order for good.
func (g *Gateway) close(ctx context.Context, in message) (message, error) {
	var out message
	_, err := g.change(ctx, in.Order.Number, func(o *Order, ok bool) bool {
		switch {
		case !ok:
			out = fault("ORDER_NOT_EXIST", "no such order")
			return false
		case o.State == Paid:
			out = fault("ORDERPAID", "paid already")
			return false
		}
		open := o.State != Ended
		o.State = Ended
		out = message{Code: "SUCCESS", Order: *o}
		return open
	})
	return out, err
}

// refund gives money back, once for each number and never more than was paid.
func (g *Gateway) refund(ctx context.Context, in message) (message, error) {
	if in.Refund == nil || in.Refund.Number == "" || in.Refund.Amount <= 0 {
		return fault("PARAM_ERROR", "out_refund_no or refund"), nil
	}
	var out message
	_, err := g.change(ctx, in.Order.Number, func(o *Order, ok bool) bool {
		if !ok || o.State != Paid {
			out = fault("RESOURCE_NOT_EXISTS", "nothing was paid")
			return false
		}
		for _, r := range o.Refunds {
			if r.Number != in.Refund.Number {
				continue
			}
			if out = (message{Code: "SUCCESS", Order: *o, Refund: &r}); r.Amount != in.Refund.Amount {
				out = fault("INVALID_REQUEST", "out_refund_no is used with another amount")
			}
			return false
		}
		if o.refunded()+in.Refund.Amount > o.Amount {
			out = fault("NOT_ENOUGH", "more than was paid")
			return false
		}
		r := Refund{Number: in.Refund.Number, Amount: in.Refund.Amount, Receipt: "5" + rand.Text(), At: g.now()}
		o.Refunds = append(o.Refunds, r)
		out = message{Code: "SUCCESS", Order: *o, Refund: &r}
		return true
	})
	return out, err
}

func (g *Gateway) refundQuery(ctx context.Context, in message) (message, error) {
	o, ok, err := g.books.Order(ctx, in.Order.Number)
	if err != nil || !ok || in.Refund == nil {
		return fault("RESOURCE_NOT_EXISTS", "no such refund"), err
	}
	for _, r := range o.Refunds {
		if r.Number == in.Refund.Number {
			return message{Code: "SUCCESS", Order: o, Refund: &r}, nil
		}
	}
	return fault("RESOURCE_NOT_EXISTS", "no such refund"), nil
}

// pay plays the payer (POST /sandbox/pay, form prepay_id and outcome) and
// answers {"trade_state":…} once the notification is delivered:
//
//	(none)         the payer pays; refused when the order is closed or past its time
//	fail           the payer's bank refuses
//	duplicate      pays, and the notification comes three times, two of them at once
//	late           pays although the order is closed or past its time
//	wrong_amount   nothing is paid; a genuine notification tells of one fen more
//	bad_signature  nothing is paid; a forged notification tells of the success
func (g *Gateway) pay(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	outcome := r.FormValue("outcome")
	o, ok, err := g.books.ByPrepay(r.Context(), r.FormValue("prepay_id"))
	if err == nil && ok {
		o, err = g.Pay(r.Context(), o.Number, outcome)
	}
	w.Header().Set("Content-Type", "application/json")
	switch {
	case err != nil:
		w.WriteHeader(http.StatusBadGateway)
	case !ok:
		w.WriteHeader(http.StatusNotFound)
	}
	_ = json.NewEncoder(w).Encode(map[string]State{"trade_state": o.State})
}

// Pay is what POST /sandbox/pay does, for tests in the same process. An error
// means that a notification could not be delivered; what was paid is paid.
func (g *Gateway) Pay(ctx context.Context, number, outcome string) (Order, error) {
	now := g.now()
	switch outcome {
	case "wrong_amount", "bad_signature":
		o, ok, err := g.books.Order(ctx, number)
		if err != nil || !ok {
			return o, err
		}
		told := o
		told.State, told.Transaction, told.PaidAt = Paid, "4"+rand.Text(), now
		if outcome == "wrong_amount" {
			told.Amount++
		}
		return o, g.notify(ctx, told, outcome == "bad_signature")
	}
	paid := false
	o, err := g.change(ctx, number, func(o *Order, ok bool) bool {
		over := o.State == Ended || !now.Before(o.Due)
		paid = ok && o.State != Paid && (outcome == "late" || !over)
		switch {
		case paid && outcome == "fail":
			o.State = Failed
		case paid:
			o.State, o.Transaction, o.PaidAt = Paid, "4"+rand.Text(), now
			if outcome == "late" && now.Before(o.Due) {
				o.PaidAt = o.Due.Add(time.Second)
			}
		}
		return paid
	})
	if err != nil || !paid && o.State != Paid {
		if o.State == Open {
			o.State = Ended // past its time
		}
		return o, err
	}
	if outcome != "duplicate" {
		return o, g.notify(ctx, o, false)
	}
	errs := make([]error, 3)
	var wg sync.WaitGroup
	for i := range 2 {
		wg.Go(func() { errs[i] = g.notify(ctx, o, false) })
	}
	wg.Wait()
	errs[2] = g.notify(ctx, o, false)
	return o, errors.Join(errs...)
}

// notify sends one signed notification. Refused ones are no error of the
// gateway: that is what forged ones are for.
func (g *Gateway) notify(ctx context.Context, o Order, forged bool) error {
	body, err := json.Marshal(message{Code: "SUCCESS", Order: o})
	if err != nil {
		return err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, g.cfg.NotifyURL, bytes.NewReader(body))
	if err != nil {
		return err
	}
	for k, v := range g.signer.head(body) {
		req.Header.Set(k, v)
	}
	if forged {
		req.Header.Set(headSign, fmt.Sprintf("%064x", 1))
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := g.cfg.HTTP.Do(req)
	if err != nil {
		return err
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(res.Body, maxBody))
	return res.Body.Close()
}

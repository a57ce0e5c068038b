package paytest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
)

// sandbox is the gateway's own protocol: one JSON message for everything,
// signed by HMAC-SHA256 over time, nonce and raw body.
type sandbox struct {
	g      *Gateway
	signer *signer
}

func (g *Gateway) mountSandbox() error {
	signer, err := newSigner(g.cfg.Secret, g.now)
	if err != nil {
		return err
	}
	if g.cfg.NotifyURL == "" {
		return errors.New("paytest: Config.NotifyURL is required")
	}
	s := &sandbox{g, signer}
	g.protocols[""] = s
	for op, fn := range map[Op]func(context.Context, message) (message, error){
		OpCreate: s.create, OpQuery: s.query, OpClose: s.close, OpRefund: s.refund, OpRefundQuery: s.refundQuery} {
		g.route("POST /sandbox/gateway/"+string(op), op, s.signed(fn))
	}
	return nil
}

// message is every request, answer and notification of the protocol.
type message struct {
	Code    string  `json:"code"` // SUCCESS, or what is wrong
	Message string  `json:"message,omitempty"`
	Order   Order   `json:"order"`
	Refund  *Refund `json:"refund,omitempty"`
}

// signed reads a verified request and answers signed.
func (s *sandbox) signed(fn func(context.Context, message) (message, error)) func(r *http.Request, body []byte, f Fault) answer {
	return func(r *http.Request, body []byte, f Fault) answer {
		var in, out message
		err := s.signer.verify(r.Header.Get, body)
		switch {
		case err != nil:
			out = fault("SIGN_ERROR", "%v", err)
		case json.Unmarshal(body, &in) != nil:
			out = fault(codeParam, "no JSON message")
		case f == Refuses:
			out = fault(codeInternal, "on command")
		default:
			if out, err = fn(r.Context(), in); err != nil {
				out = fault(codeInternal, "books failed")
			}
		}
		switch f {
		case Stumbles:
			out = fault(codeInternal, "on command")
		case BadAmount:
			out.Order.Amount++
			if out.Refund != nil {
				changed := *out.Refund
				changed.Amount++
				out.Refund = &changed
			}
		}
		return s.answer(out, f)
	}
}

func (s *sandbox) answer(m message, f Fault) answer {
	body, _ := json.Marshal(m) // a struct of texts, numbers and times
	head := s.signer.head(body)
	switch f {
	case BadSign:
		head[headSign] = fmt.Sprintf("%064x", 1)
	case OldSign:
		head = s.signer.headAt(s.g.now().Add(-2*window), body)
	}
	head["Content-Type"] = "application/json"
	return answer{status: http.StatusOK, header: head, body: body}
}

func (s *sandbox) create(ctx context.Context, in message) (message, error) {
	want := in.Order
	if want.Number == "" || len(want.Number) > 32 || want.Amount <= 0 || !want.Due.After(s.g.now()) {
		return fault(codeParam, "out_trade_no, total or time_expire"), nil
	}
	want.Protocol = ""
	o, c, err := s.g.open(ctx, want)
	return told(o, nil, c), err
}

// told is the answer to a request that the books took as code says.
func told(o Order, r *Refund, c code) message {
	if c != codeOK {
		return fault(c, "order is %s", o.State)
	}
	return message{Code: string(codeOK), Order: o, Refund: r}
}

func (s *sandbox) query(ctx context.Context, in message) (message, error) {
	o, ok, err := s.g.books.Order(ctx, in.Order.Number)
	if !ok {
		return fault(codeNoOrder, "no such order"), err
	}
	return told(o, nil, codeOK), err
}

func (s *sandbox) close(ctx context.Context, in message) (message, error) {
	o, c, err := s.g.end(ctx, in.Order.Number)
	return told(o, nil, c), err
}

func (s *sandbox) refund(ctx context.Context, in message) (message, error) {
	if in.Refund == nil || in.Refund.Number == "" || in.Refund.Amount <= 0 {
		return fault(codeParam, "out_refund_no or refund"), nil
	}
	o, r, c, err := s.g.giveBack(ctx, in.Order.Number, Refund{Number: in.Refund.Number, Amount: in.Refund.Amount})
	return told(o, &r, c), err
}

func (s *sandbox) refundQuery(ctx context.Context, in message) (message, error) {
	o, ok, err := s.g.books.Order(ctx, in.Order.Number)
	if err != nil || !ok || in.Refund == nil {
		return fault(codeNothing, "no such refund"), err
	}
	if r := o.refundOf(in.Refund.Number); r != nil {
		return told(o, r, codeOK), nil
	}
	return fault(codeNothing, "no such refund"), nil
}

func (s *sandbox) notice(ctx context.Context, o Order, r *Refund, what Outcome) (*http.Request, error) {
	body, err := json.Marshal(message{Code: string(codeOK), Order: o, Refund: r})
	if err != nil {
		return nil, err
	}
	head := s.signer.head(body)
	switch what {
	case BadSignature, WrongKey:
		head[headSign] = fmt.Sprintf("%064x", 1)
	case Stale:
		head = s.signer.headAt(s.g.now().Add(-2*window), body)
	}
	return post(ctx, s.g.cfg.NotifyURL, body, head)
}

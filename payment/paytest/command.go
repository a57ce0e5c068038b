package paytest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"slices"
	"sync"
)

// Op names a kind of request, whatever the protocol.
type Op string

// The requests that can be made to fail.
const (
	OpCreate       Op = "create"
	OpQuery        Op = "query"
	OpClose        Op = "close"
	OpRefund       Op = "refund"
	OpRefundQuery  Op = "refund-query"
	OpBill         Op = "bill"
	OpBillFile     Op = "bill-file"
	OpCertificates Op = "certificates"
)

// Fault is what goes wrong with the answers to requests.
type Fault string

// The faults.
const (
	None      Fault = ""
	Lost      Fault = "lost"       // the request does not arrive
	HangUp    Fault = "hang-up"    // the gateway acts, and the connection breaks
	Silence   Fault = "silence"    // the gateway acts, and never answers
	Refuses   Fault = "refuses"    // the gateway does not act and answers a system error
	Stumbles  Fault = "stumbles"   // the gateway acts and answers a system error
	Garbage   Fault = "garbage"    // the gateway acts and answers a page of HTML
	BadSign   Fault = "bad-sign"   // the gateway acts, its answer has a wrong signature
	OldSign   Fault = "old-sign"   // the gateway acts, its answer was signed ten minutes ago; at Alipay with a key of before
	BadAmount Fault = "bad-amount" // the gateway acts and tells of one fen more
	NotYet    Fault = "not-yet"    // of bills: not made yet
	Cut       Fault = "cut"        // of bill files: only half of it comes
)

// Faults lists the faults after which a provider knows nothing.
var Faults = []Fault{Lost, HangUp, Silence, Refuses, Stumbles, Garbage, BadSign, OldSign}

// commands are what a gateway is told to do wrong.
type commands struct {
	mu     sync.Mutex
	faults map[Op]Fault
	held   []func(ctx context.Context) error
	pend   bool
}

// Fault makes all requests of a kind go wrong, until None.
func (c *commands) Fault(op Op, f Fault) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.faults == nil {
		c.faults = map[Op]Fault{}
	}
	c.faults[op] = f
}

func (c *commands) faultOf(op Op) Fault {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.faults[op]
}

// PendRefunds makes refunds wait for FinishRefund from now on, or not.
func (c *commands) PendRefunds(pend bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.pend = pend
}

func (c *commands) pending() bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.pend
}

func (c *commands) hold(send func(ctx context.Context) error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.held = append(c.held, send)
}

// Release sends the notifications that were held, in the order of the payments
// or in reverse.
func (c *commands) Release(ctx context.Context, reverse bool) error {
	c.mu.Lock()
	held := c.held
	c.held = nil
	c.mu.Unlock()
	if reverse {
		slices.Reverse(held)
	}
	var errs []error
	for _, send := range held {
		errs = append(errs, send(ctx))
	}
	return errors.Join(errs...)
}

// answer is what a protocol answers to a request.
type answer struct {
	status int
	header map[string]string
	body   []byte
}

// route mounts requests of a kind. act carries one out and answers in the
// protocol's form; it sees the fault for what only it can get wrong: Refuses
// (before acting), Stumbles, BadSign, OldSign and BadAmount.
func (g *Gateway) route(pattern string, op Op, act func(r *http.Request, body []byte, f Fault) answer) {
	g.routeBy(pattern, func(*http.Request, []byte) Op { return op }, act)
}

// routeBy is route for protocols whose requests tell their kind in the message.
func (g *Gateway) routeBy(pattern string, op func(r *http.Request, body []byte) Op, act func(r *http.Request, body []byte, f Fault) answer) {
	g.mux.HandleFunc(pattern, func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
		if err != nil {
			http.Error(w, "body cannot be read", http.StatusBadRequest)
			return
		}
		f := g.faultOf(op(r, body))
		if f == Lost {
			panic(http.ErrAbortHandler)
		}
		a := act(r, body, f)
		switch f {
		case HangUp:
			panic(http.ErrAbortHandler)
		case Silence:
			<-r.Context().Done()
			panic(http.ErrAbortHandler)
		case Garbage:
			a = answer{status: http.StatusOK, header: map[string]string{"Content-Type": "text/html"}, body: []byte("<html>502 Bad Gateway</html>")}
		}
		for k, v := range a.header {
			w.Header().Set(k, v)
		}
		w.WriteHeader(a.status)
		if len(a.body) > 0 {
			_, _ = w.Write(a.body)
		}
	})
}

// repeater is a protocol whose notifications come again, freshly signed, while
// they are not accepted, at most tries times in all. The repetitions wait for
// Release.
type repeater interface {
	accepted(status int, body []byte) bool
	tries() int
}

// notify sends one notification by the protocol of its order. Refused ones are
// no error of the gateway: that is what forged ones are for.
func (g *Gateway) notify(ctx context.Context, o Order, r *Refund, what Outcome) error {
	return g.deliver(ctx, o, r, what, 1)
}

func (g *Gateway) deliver(ctx context.Context, o Order, r *Refund, what Outcome, try int) error {
	p := g.protocols[o.Protocol]
	if p == nil {
		return nil
	}
	req, err := p.notice(ctx, o, r, what)
	if err != nil || req == nil {
		return err
	}
	status, body, err := g.send(req)
	if again, ok := p.(repeater); ok && !lies[what] && try < again.tries() && (err != nil || !again.accepted(status, body)) {
		g.hold(func(ctx context.Context) error { return g.deliver(ctx, o, r, "", try+1) })
	}
	if err != nil || what != Replay {
		return err
	}
	if req.Body, err = req.GetBody(); err != nil {
		return err
	}
	_, _, err = g.send(req)
	return err
}

// Notify sends the notification about a paid order again, freshly signed, as
// gateways do until it is accepted.
func (g *Gateway) Notify(ctx context.Context, number string) error {
	o, ok, err := g.books.Order(ctx, number)
	if err != nil || !ok || o.State != Paid {
		return errors.Join(err, errors.New("paytest: nothing to notify of"))
	}
	return g.notify(ctx, o, nil, "")
}

// send answers status and the beginning of the body.
func (g *Gateway) send(req *http.Request) (int, []byte, error) {
	res, err := g.cfg.HTTP.Do(req)
	if err != nil {
		return 0, nil, err
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, maxBody))
	return res.StatusCode, body, errors.Join(err, res.Body.Close())
}

// post is a request with a JSON body and headers.
func post(ctx context.Context, url string, body []byte, header map[string]string) (*http.Request, error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, url, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	for k, v := range header {
		req.Header.Set(k, v)
	}
	req.Header.Set("Content-Type", "application/json")
	return req, nil
}

// pay plays the payer (POST /sandbox/pay, form prepay_id, or number, and
// outcome) and answers {"trade_state":…} once the notification is delivered.
func (g *Gateway) pay(w http.ResponseWriter, r *http.Request) {
	r.Body = http.MaxBytesReader(w, r.Body, maxBody)
	outcome := Outcome(r.FormValue("outcome"))
	number := r.FormValue("number")
	var ok bool
	var err error
	var o Order
	if number != "" {
		o, ok, err = g.books.Order(r.Context(), number)
	} else {
		o, ok, err = g.books.ByPrepay(r.Context(), r.FormValue("prepay_id"))
	}
	if err == nil && ok {
		o, err = g.payFor(r.Context(), o, ok, outcome)
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

package paytest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net/http"
	"sync"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/internal/outgoing"
)

// Config of a gateway. It speaks the sandbox's own protocol when NotifyURL and
// Secret are set, WeChat Pay's when WeChat is, and Alipay's when Alipay is; one
// is required.
type Config struct {
	NotifyURL string           // where the sandbox's notifications go, "https://shop/notify/wxpay"
	Secret    string           // shared with the sandbox's provider, at least 16 characters
	WeChat    *WeChat          // WeChat Pay, version 3; the books must be a Ledger
	Alipay    *Alipay          // Alipay's open platform
	HTTP      *http.Client     // for notifications; default: one with a time-out of 10 seconds
	Now       func() time.Time // default: the system clock
}

// Gateway is the simulated gateway: an http.Handler for /sandbox/pay, by which
// the payer is played, and for the paths of the protocols it speaks. All of
// them share the books, and the commands that make it misbehave.
type Gateway struct {
	books     Books
	cfg       Config
	now       func() time.Time
	mux       *http.ServeMux
	protocols map[string]protocol
	commands
}

// protocol is one wire protocol: it mounts its routes on Gateway.mux by
// Gateway.route, works on the books by the methods of accounts.go, and forms the
// notifications about its orders.
type protocol interface {
	// notice forms the notification about an order, or about one of its refunds.
	// It returns nil when there is nowhere to send it. what tells how it is
	// tampered with, "" for a genuine one.
	notice(ctx context.Context, o Order, r *Refund, what Outcome) (*http.Request, error)
}

// NewGateway makes a gateway over its books.
func NewGateway(books Books, cfg Config) (*Gateway, error) {
	if books == nil {
		return nil, errors.New("paytest: books are required")
	}
	if cfg.HTTP == nil {
		cfg.HTTP = &http.Client{Transport: outgoing.Transport(), Timeout: 10 * time.Second}
	}
	g := &Gateway{books: books, cfg: cfg, now: mall.Clock(cfg.Now), mux: http.NewServeMux(), protocols: map[string]protocol{}}
	if cfg.WeChat == nil && cfg.Alipay == nil || cfg.NotifyURL != "" || cfg.Secret != "" {
		if err := g.mountSandbox(); err != nil {
			return nil, err
		}
	}
	if cfg.WeChat != nil {
		if err := g.mountWeChat(*cfg.WeChat); err != nil {
			return nil, err
		}
	}
	if cfg.Alipay != nil {
		if err := g.mountAlipay(*cfg.Alipay); err != nil {
			return nil, err
		}
	}
	g.mux.HandleFunc("POST /sandbox/pay", g.pay)
	return g, nil
}

// ServeHTTP implements http.Handler.
func (g *Gateway) ServeHTTP(w http.ResponseWriter, r *http.Request) { g.mux.ServeHTTP(w, r) }

// maxBody bounds messages in bytes.
const maxBody = 64 << 10

// code says how the books took a request, in neutral words that each protocol
// translates.
type code string

const (
	codeOK       code = "SUCCESS"
	codeParam    code = "PARAM_ERROR"
	codeUsed     code = "INVALID_REQUEST" // the number is used with other parameters
	codePaid     code = "ORDERPAID"
	codeClosed   code = "ORDERCLOSED"
	codeNoOrder  code = "ORDER_NOT_EXIST"
	codeNothing  code = "RESOURCE_NOT_EXISTS"
	codeTooMuch  code = "NOT_ENOUGH"
	codeInternal code = "SYSTEM_ERROR"
)

// fault is an answer that tells what is wrong.
func fault(c code, format string, args ...any) message {
	return message{Code: string(c), Message: fmt.Sprintf(format, args...)}
}

// Outcome says how the payer, or who notifies, behaves.
type Outcome string

// The outcomes of POST /sandbox/pay and Pay. After those of the second group
// nothing is paid: a notification tells of a payment that never was.
const (
	Pays      Outcome = ""          // the payer pays; refused when the order is closed or past its time
	Fails     Outcome = "fail"      // the payer's bank refuses
	Duplicate Outcome = "duplicate" // pays, and the notification comes three times, two of them at once
	Late      Outcome = "late"      // pays although the order is closed or past its time
	Drop      Outcome = "drop"      // pays, and the notification is lost
	Hold      Outcome = "hold"      // pays, and the notification waits for Release
	Replay    Outcome = "replay"    // pays, and the notification comes a second time byte for byte

	WrongAmount   Outcome = "wrong_amount"   // a genuine notification tells of one fen more
	WrongMerchant Outcome = "wrong_merchant" // … of another merchant's payment
	WrongAppID    Outcome = "wrong_appid"    // … of a payment at another appid
	WrongCurrency Outcome = "wrong_currency" // … of a payment in another currency
	BadSignature  Outcome = "bad_signature"  // the signature is made up
	Stale         Outcome = "stale"          // the signature is right, and ten minutes old
	WrongKey      Outcome = "wrong_key"      // the signature is right, the content encrypted with another key; at Alipay signed with it
)

// lies are the outcomes after which nothing is paid.
var lies = map[Outcome]bool{WrongAmount: true, WrongMerchant: true, WrongAppID: true, WrongCurrency: true, BadSignature: true, Stale: true, WrongKey: true}

// Pay is what POST /sandbox/pay does, for tests in the same process. An error
// means that a notification could not be delivered; what was paid is paid.
func (g *Gateway) Pay(ctx context.Context, number string, outcome Outcome) (Order, error) {
	o, ok, err := g.books.Order(ctx, number)
	if err != nil {
		return o, err
	}
	o.Number = number
	return g.payFor(ctx, o, ok, outcome)
}

// payFor is Pay of an order that was just loaded.
func (g *Gateway) payFor(ctx context.Context, o Order, ok bool, outcome Outcome) (Order, error) {
	if lies[outcome] {
		return g.lie(ctx, o, ok, outcome)
	}
	now, paid := g.now(), false
	o, err := g.changeFrom(ctx, o, ok, func(o *Order, ok bool) bool {
		over := o.State == Ended || o.State == Revoked || !now.Before(o.Due)
		paid = ok && o.State != Paid && (outcome == Late || !over)
		switch {
		case paid && outcome == Fails:
			o.State = Failed
		case paid:
			o.State, o.Transaction, o.PaidAt = Paid, "4"+rand.Text(), now
			if o.Protocol == protocolAlipay {
				o.Transaction = o.Prepay
			}
			if outcome == Late && now.Before(o.Due) {
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
	switch outcome {
	case Drop:
		return o, nil
	case Hold:
		g.hold(func(ctx context.Context) error { return g.notify(ctx, o, nil, "") })
		return o, nil
	case Duplicate:
		errs := make([]error, 3)
		var wg sync.WaitGroup
		for i := range 2 {
			wg.Go(func() { errs[i] = g.notify(ctx, o, nil, "") })
		}
		wg.Wait()
		errs[2] = g.notify(ctx, o, nil, "")
		return o, errors.Join(errs...)
	}
	return o, g.notify(ctx, o, nil, outcome)
}

// lie notifies of a payment that never was.
func (g *Gateway) lie(ctx context.Context, o Order, ok bool, outcome Outcome) (Order, error) {
	if !ok {
		return o, nil
	}
	told := o
	told.State, told.Transaction, told.PaidAt = Paid, "4"+rand.Text(), g.now()
	switch outcome {
	case WrongAmount:
		told.Amount++
	case WrongMerchant:
		told.Merchant, told.Partner = "1900000000", ""
	case WrongAppID:
		told.AppID += "0"
	case WrongCurrency:
		told.Currency = "USD"
	}
	return o, g.notify(ctx, told, nil, outcome)
}

package payment

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/gomall-dev/mall"
)

// Deps are what payments need; all of them are required.
type Deps struct {
	Tx     mall.Tx
	Outbox mall.Outbox
	Repo   Repository
	Wallet Wallet
}

// Config works at its zero value.
type Config struct {
	// Providers by name ("wxpay"); none means that only the wallet pays.
	Providers map[string]Provider
	// Merchants chooses appid and merchant account; nil uses the actor's appid
	// and the providers' own merchant.
	Merchants Merchants
	// NeedPassword says whether paying from the wallet needs the pay password
	// (balance_pay_pwd); nil means no. A password that is given is always checked.
	NeedPassword func(ctx context.Context, who mall.Actor) (bool, error)
	// Term is how long a payment without a due time of its own can be paid; 30 minutes.
	Term time.Duration
	// KeepNotices is how long the log of notifications is kept; 90 days.
	KeepNotices time.Duration
	// KeepBills is how long differences from the providers' bills are kept after
	// a comparison last saw them, resolved or not, and the days that were
	// compared; 3 years, and never less than a week.
	KeepBills time.Duration
	// Calendar makes the day in payment numbers; the zero value is UTC+8.
	Calendar mall.Calendar
	// Logger for what a sweep could not do; slog.Default().
	Logger *slog.Logger
	// Now is the clock; nil means the system's.
	Now func() time.Time
}

// Merchants chooses the merchant account of a payment; payment/operator is one.
type Merchants interface {
	// Merchant is the account of an operating centre at a provider. Zero
	// values mean the provider's own.
	Merchant(ctx context.Context, operator mall.ID, provider, appid string) (Merchant, error)
}

// Merchant is an account at a provider.
type Merchant struct {
	Operator mall.ID
	AppID    string
	Number   string // merchant id
}

// OpenInput asks to open a payment at a gateway.
type OpenInput struct {
	Action       *Action     // nil = recharge
	Provider     string      // name in Config.Providers
	Scene        Scene       // "" = SceneJSAPI
	ClientAmount *mall.Money // fen; compared only, except that it is the amount of a recharge
	UseWallet    bool        // the balance may pay a share
	// Again answers an open payment of the payer for the same one reference and
	// scene once more, as long as the price is the same, instead of closing it
	// for a new one. Of calls at the same time one opens it and all get it, if
	// the action wishes a number (Price.Number); else some may open one of their own.
	Again bool
	// Guest says that the payer's name is lent: whoever pays may not end what
	// the payer opened. Of open payments only those of the same openid are
	// closed, so two may stay open; should both succeed, the second goes back.
	// It needs Again.
	Guest  bool
	AppID  string // "" = the actor's
	OpenID string // "" = the actor's
	Code   string // the payment code of SceneCode
	Title  string // "" = the purpose's; at most 500 characters, like Remark
	Remark string
}

// Opened is an open payment with what the payer's client needs.
type Opened struct {
	Payment
	Params map[string]string
}

// Service is the payments of a shop. Register handlers first, then Seal.
type Service struct {
	deps     Deps
	cfg      Config
	now      func() time.Time
	log      *slog.Logger
	handlers map[Purpose]Handler
	refunded map[Purpose]func(ctx context.Context, r *Refund) error
	sealed   bool
	misuse   error // the first registration that came too late or twice
}

// New builds the service; a missing dependency is an error that names it.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Tx == nil:
		return nil, errors.New("payment: Deps.Tx is missing")
	case d.Outbox == nil:
		return nil, errors.New("payment: Deps.Outbox is missing")
	case d.Repo == nil:
		return nil, errors.New("payment: Deps.Repo is missing")
	case d.Wallet == nil:
		return nil, errors.New("payment: Deps.Wallet is missing")
	}
	for name, p := range c.Providers {
		if p == nil || name == "" || name == ProviderBalance || name == ProviderNone {
			return nil, fmt.Errorf("payment: Config.Providers has no usable %q", name)
		}
	}
	if c.Term <= 0 {
		c.Term = 30 * time.Minute
	}
	if c.KeepNotices <= 0 {
		c.KeepNotices = 90 * 24 * time.Hour
	}
	if c.KeepBills <= 0 {
		c.KeepBills = 3 * 365 * 24 * time.Hour
	}
	c.KeepBills = max(c.KeepBills, leastKept)
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	s := &Service{deps: d, cfg: c, now: mall.Clock(c.Now), log: c.Logger,
		handlers: map[Purpose]Handler{}, refunded: map[Purpose]func(context.Context, *Refund) error{}}
	s.handlers[Recharge] = Handler{Run: s.recharge, Kind: KindRecharge}
	return s, nil
}

// Handle registers the handler of a purpose, before Seal and once.
func (s *Service) Handle(p Purpose, h Handler) {
	if _, twice := s.handlers[p]; twice || s.sealed || h.Price == nil || h.Run == nil {
		s.misuse = cmp.Or(s.misuse, error(ErrSealed.With(p)))
		return
	}
	if h.Kind == 0 {
		h.Kind = KindOrder
	}
	s.handlers[p] = h
}

// OnRefund registers what happens when a refund of a purpose is final, inside
// that transaction; before Seal and once. Remedies of refused actions do not count.
func (s *Service) OnRefund(p Purpose, fn func(ctx context.Context, r *Refund) error) {
	if _, twice := s.refunded[p]; twice || s.sealed {
		s.misuse = cmp.Or(s.misuse, error(ErrSealed.With(p)))
		return
	}
	s.refunded[p] = fn
}

// Seal ends the registration and tells whether all of it was right.
func (s *Service) Seal() error {
	s.sealed = true
	return s.misuse
}

// recharge fills the payer's wallet.
func (s *Service) recharge(ctx context.Context, p *Payment) error {
	return s.deps.Wallet.Recharge(ctx, Move{Account: p.Payer, Amount: p.Parts[0].Amount,
		Source: Source{Type: "payment.recharge", ID: p.ID}, Remark: p.Remark})
}

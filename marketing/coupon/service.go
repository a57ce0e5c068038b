package coupon

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/marketing"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/payment"
)

// Right is the staff right to write templates and merging rules, to issue
// coupons and cards and to see everybody's. Staff of a shop have it for the
// coupons of that shop only, and not for merging rules.
const Right = "marketing.coupons"

// Accounts finds who is to own a coupon; *auth.Service is one.
type Accounts interface {
	// Get gives one account; mall.ErrNotFound.
	Get(ctx context.Context, id mall.ID) (*auth.Account, error)
	// Find gives the account of a mobile number, nil for none.
	Find(ctx context.Context, by auth.Key, value string) (*auth.Account, error)
}

// Deps are what the service needs; all of them are required.
type Deps struct {
	Repo     Repository
	Tx       mall.Tx
	Outbox   mall.Outbox
	Stock    *stock.Service
	Catalog  *catalog.Service
	Points   *points.Service
	Payments *payment.Service // New registers Purpose there
	Accounts Accounts
	Limits   auth.Limits // counts tried passwords, cards and receivers
}

// Config works at its zero value.
type Config struct {
	// Tries is how many passwords of one template, or cards, an account may
	// try in an hour; default 10. From one address ten times as many may come.
	Tries int
	// Gifts is how many coupons an account may give in an hour; default 60.
	Gifts int
	// Calendar knows when the next day begins; the zero value is Shanghai's.
	Calendar mall.Calendar
	// Now is the clock; nil means the system's.
	Now func() time.Time
}

// Service is the coupons of a shop.
type Service struct {
	d   Deps
	cfg Config
	now func() time.Time
}

var _ marketing.Source = (*Service)(nil)

// New builds the service and registers its purpose; a missing dependency is an
// error that names it.
func New(d Deps, c Config) (*Service, error) {
	for _, dep := range []struct {
		name    string
		missing bool
	}{
		{"Repo", d.Repo == nil}, {"Tx", d.Tx == nil}, {"Outbox", d.Outbox == nil}, {"Stock", d.Stock == nil}, {"Catalog", d.Catalog == nil},
		{"Points", d.Points == nil}, {"Payments", d.Payments == nil}, {"Accounts", d.Accounts == nil}, {"Limits", d.Limits == nil},
	} {
		if dep.missing {
			return nil, fmt.Errorf("coupon: Deps.%s is missing", dep.name)
		}
	}
	if c.Tries <= 0 {
		c.Tries = 10
	}
	if c.Gifts <= 0 {
		c.Gifts = 60
	}
	s := &Service{d: d, cfg: c, now: mall.Clock(c.Now)}
	d.Payments.Handle(Purpose, payment.Handler{Price: s.price, Run: s.run})
	return s, nil
}

// template is one template; ErrNone.
func (s *Service) template(ctx context.Context, id mall.ID) (*Template, error) {
	ts, err := s.d.Repo.Templates(ctx, []mall.ID{id})
	if err != nil {
		return nil, err
	}
	t := ts[id]
	if t == nil {
		return nil, ErrNone
	}
	return t, nil
}

// mine is one of the account's own coupons; ErrNone.
func (s *Service) mine(ctx context.Context, account, id mall.ID) (*Grant, error) {
	gs, err := s.d.Repo.Grants(ctx, []mall.ID{id})
	if err != nil {
		return nil, err
	}
	if len(gs) == 0 || gs[0].Account != account {
		return nil, ErrNone
	}
	return &gs[0], nil
}

// try counts a try of something that can be guessed, by the account and by the
// network address, so it comes before and outside of the transaction that what
// was tried is for; ErrTries when there were too many within an hour.
func (s *Service) try(ctx context.Context, who mall.Actor, what string, most int) error {
	ok := true
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok = true
		counters := []struct {
			key  string
			most int
		}{{auth.LimitKey("coupon", what, "account", fmt.Sprint(int64(who.Account))), most}}
		if who.Addr != "" { // the host itself comes from nowhere
			counters = append(counters, counters[0])
			counters[1].key, counters[1].most = auth.LimitKey("coupon", what, "addr", who.Addr), 10*most
		}
		for _, c := range counters {
			took, err := s.d.Limits.Take(ctx, c.key, c.most, time.Hour, s.now())
			if err != nil {
				return err
			}
			ok = ok && took
		}
		return nil
	})
	if err == nil && !ok {
		err = ErrTries
	}
	return err
}

// events tells of something that happened to coupons.
func (s *Service) events(ctx context.Context, kind string, gs ...Grant) error {
	es := make([]mall.Event, len(gs))
	for i, g := range gs {
		facts, err := json.Marshal(grantFacts{g.Template, g.Account, g.From, g.Order, g.Worth, g.Source})
		if err != nil {
			return fmt.Errorf("coupon: facts: %w", err)
		}
		es[i] = mall.Event{Kind: "coupon." + kind, Version: 1, Aggregate: g.ID, Facts: facts, At: g.Updated}
	}
	return s.d.Outbox.Append(ctx, es...)
}

// grantFacts are the facts of the events "coupon.issued", "used", "returned",
// "given", "merged" and "expired".
type grantFacts struct {
	Template mall.ID `json:"template"`
	Account  mall.ID `json:"account"`
	From     mall.ID `json:"from,omitempty"`
	Order    mall.ID `json:"order,omitempty"`
	Worth    int64   `json:"worth"`
	Source   Source  `json:"source"`
}

// Eraser is the room's part in auth.Service.Erase: what the account could
// still use ends, the books keep ids and amounts.
func (s *Service) Eraser() auth.Eraser {
	return auth.Eraser{
		Erase: func(ctx context.Context, account mall.ID) error { return s.d.Repo.ExpireOf(ctx, account, s.now()) },
		Export: func(ctx context.Context, account mall.ID) (any, error) {
			return mall.All(ctx, account, s.d.Repo.EachGrant, func(g Grant) mall.ID { return g.ID })
		},
	}
}

// SweepExpired moves up to limit coupons whose end has passed to their end and
// says how many. Idempotent and safe with many processes.
func (s *Service) SweepExpired(ctx context.Context, limit int) (int, error) {
	due, err := s.d.Repo.Due(ctx, s.now(), limit)
	if err != nil || len(due) == 0 {
		return 0, err
	}
	sortByID(due)
	n := 0
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		n = 0
		now := s.now()
		ended := make([]Grant, 0, len(due))
		for _, g := range due {
			ok, err := s.d.Repo.Expire(ctx, g.ID, now)
			if err != nil {
				return err
			}
			if ok {
				g.Updated = now
				ended = append(ended, g)
			}
		}
		n = len(ended)
		return s.events(ctx, "expired", ended...)
	})
	return n, err
}

// refused is err as one of our own when it is one of a room below.
func refused(err error, theirs, ours *mall.Error) error {
	if errors.Is(err, theirs) {
		return ours.Because(err)
	}
	return err
}

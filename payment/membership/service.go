package membership

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/payment"
)

// Right is the staff right to change prices, and to see and refund purchases.
const Right = "payment.memberships"

// Deps are what the service needs; all of them are required.
type Deps struct {
	Repo     Repository
	Tx       mall.Tx
	Outbox   mall.Outbox
	Members  *member.Service
	Payments *payment.Service // New registers Purpose there
}

// Config works at its zero value.
type Config struct {
	// NeedPassword says whether the balance pays only with the pay password; nil
	// means no. A password that is given is always checked. Renewals ask for none.
	NeedPassword func(ctx context.Context, who mall.Actor) (bool, error)
	// RenewFor is how long after its end a membership is still renewed when
	// the balance did not suffice before; default 24 hours.
	RenewFor time.Duration
	// KeepDrafts is how long a purchase that nobody paid is kept after it was
	// last asked for; default 30 days.
	KeepDrafts time.Duration
	// Calendar makes the day on which a membership ends, and the one in
	// numbers; the zero value is UTC+8.
	Calendar mall.Calendar
	// Now is the clock; nil means the system's.
	Now func() time.Time
}

// Service sells the membership levels of a shop.
type Service struct {
	d   Deps
	cfg Config
	now func() time.Time
}

// New builds the service and registers its purpose; a missing dependency is an
// error that names it.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Repo == nil:
		return nil, errors.New("membership: Deps.Repo is missing")
	case d.Tx == nil:
		return nil, errors.New("membership: Deps.Tx is missing")
	case d.Outbox == nil:
		return nil, errors.New("membership: Deps.Outbox is missing")
	case d.Members == nil:
		return nil, errors.New("membership: Deps.Members is missing")
	case d.Payments == nil:
		return nil, errors.New("membership: Deps.Payments is missing")
	}
	if c.RenewFor <= 0 {
		c.RenewFor = 24 * time.Hour
	}
	if c.KeepDrafts <= 0 {
		c.KeepDrafts = 30 * 24 * time.Hour
	}
	s := &Service{d: d, cfg: c, now: mall.Clock(c.Now)}
	d.Payments.Handle(Purpose, payment.Handler{Price: s.price, Run: s.run, Kind: payment.KindLevel})
	d.Payments.OnRefund(Purpose, s.refunded)
	return s, nil
}

// maxRemark bounds what buyers say, in characters.
const maxRemark = 200

// Draft stores an unpaid purchase of a price for the actor, or answers the one
// there is, with the wishes of this order. It is refused as buying is: with
// ErrNoPrice, member.ErrNoLevel, ErrLower, ErrLong or ErrTried.
func (s *Service) Draft(ctx context.Context, who mall.Actor, o Order) (*Purchase, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	if utf8.RuneCountInString(o.Remark) > maxRemark {
		return nil, mall.ErrInvalid.With("remark")
	}
	var d *Purchase
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.d.Members.Own(ctx, account); err != nil {
			return err
		}
		d, err = s.draft(ctx, account, o)
		return err
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// draft is Draft for an account whose memberships the transaction owns.
func (s *Service) draft(ctx context.Context, account mall.ID, o Order) (*Purchase, error) {
	price, err := s.d.Repo.Price(ctx, o.Price)
	if errors.Is(err, mall.ErrNotFound) {
		return nil, ErrNoPrice
	}
	if err != nil {
		return nil, err
	}
	now := s.now()
	d := &Purchase{Number: "M" + payment.NewNumber(s.cfg.Calendar, now), Account: account, Price: price.ID, Level: price.Level, Amount: price.Amount,
		Term: price.Term, Renew: o.Renew, Remark: o.Remark, State: Unpaid, Created: now}
	level, err := s.sellable(ctx, d)
	if err != nil {
		return nil, err
	}
	d.Name = level.Name
	if err := s.d.Repo.Draft(ctx, d); err != nil {
		return nil, err
	}
	return d, nil
}

// sellable refuses what a buyer cannot have now, whatever they would pay, and
// answers the level.
func (s *Service) sellable(ctx context.Context, d *Purchase) (*member.Level, error) {
	level, err := s.d.Members.Level(ctx, d.Level)
	if err != nil {
		return nil, err
	}
	if !level.Active {
		return nil, member.ErrNoLevel
	}
	held, err := s.d.Members.LevelOf(ctx, d.Account)
	if err != nil {
		return nil, err
	}
	if held.Rank > level.Rank && held.ID != 0 {
		return nil, ErrLower.With(held.Name)
	}
	until, ok, err := s.d.Members.EndOf(ctx, d.Account, d.Level)
	if err != nil {
		return nil, err
	}
	if now := s.now(); ok {
		if until.Before(now) && !until.IsZero() {
			until = now
		}
		if until.IsZero() || s.cfg.Calendar.Add(until, d.Term.Unit, d.Term.N).After(s.cfg.Calendar.Add(now, mall.Yearly, maxYears)) {
			return nil, ErrLong
		}
	}
	if d.Amount == 0 {
		tried, err := s.d.Repo.Tried(ctx, d.Account, d.Level)
		if err != nil {
			return nil, err
		}
		if tried {
			return nil, ErrTried
		}
	}
	return level, nil
}

// SweepDrafts deletes drafts that Config.KeepDrafts does not keep, at most
// limit, and answers how many. Money that comes for one later is refused.
func (s *Service) SweepDrafts(ctx context.Context, limit int) (int, error) {
	n := 0
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		n, err = s.d.Repo.Forget(ctx, s.now().Add(-s.cfg.KeepDrafts), limit)
		return err
	})
	return n, err
}

// maxYears is how far from now memberships reach that are bought.
const maxYears = 100

// Buy buys a membership from the balance. When that does not cover it, or the
// shop wants a pay password that is not there, it is ErrShort with what is
// missing, and the draft can be paid at a gateway. Other errors as at Draft and
// payment.Service.PayFromWallet. It is called outside of transactions.
func (s *Service) Buy(ctx context.Context, who mall.Actor, o Order, password string) (*Purchase, error) {
	d, err := s.Draft(ctx, who, o)
	if err != nil {
		return nil, err
	}
	if d.Amount == 0 {
		if _, err := s.d.Payments.PayNothing(ctx, who, d.Action()); err != nil {
			return nil, err
		}
		return s.get(ctx, d.ID)
	}
	if password == "" && s.cfg.NeedPassword != nil {
		need, err := s.cfg.NeedPassword(ctx, who)
		if err != nil {
			return nil, err
		}
		if need {
			return nil, ErrShort.With(d.Amount, d.Amount)
		}
	}
	balance, err := s.d.Payments.SpendableOn(ctx, d.Account, Purpose, d.ID, d.Amount)
	if err != nil {
		return nil, err
	}
	if balance < d.Amount {
		return nil, ErrShort.With(d.Amount-balance, d.Amount)
	}
	if _, err := s.d.Payments.PayFromWallet(ctx, who, d.Action(), password); err != nil {
		return nil, err
	}
	return s.get(ctx, d.ID)
}

// price is what an unpaid purchase costs its buyer.
func (s *Service) price(ctx context.Context, who mall.Actor, a payment.Action) (payment.Price, error) {
	if len(a.Refs) != 1 {
		return payment.Price{}, mall.ErrInvalid.With("membership")
	}
	d, err := s.GetOf(ctx, who, a.Refs[0])
	if err != nil {
		return payment.Price{}, err
	}
	if d.State != Unpaid {
		return payment.Price{}, ErrState.With(string(d.State))
	}
	if _, err := s.sellable(ctx, d); err != nil {
		return payment.Price{}, err
	}
	return payment.Price{Amount: d.Amount, Title: "购买会员", Subject: d.Number}, nil
}

// run gives the level in the transaction that records the payment. It is
// refused when the price is gone or another one now, and as drafting is.
func (s *Service) run(ctx context.Context, p *payment.Payment) error {
	if len(p.Parts) != 1 {
		return mall.ErrInvalid.With("membership")
	}
	if err := s.d.Members.Own(ctx, p.Payer); err != nil {
		return err
	}
	d, err := s.get(ctx, p.Parts[0].Ref)
	if err != nil {
		return err
	}
	if d.Amount != p.Parts[0].Amount {
		return payment.ErrAmount.With(d.Amount, p.Parts[0].Amount)
	}
	if _, err := s.sellable(ctx, d); err != nil {
		return err
	}
	if ok, err := s.d.Repo.Sell(ctx, d.Price); err != nil || !ok {
		return orElse(err, ErrNoPrice)
	}
	if ok, err := s.d.Repo.Pay(ctx, d.ID, s.now()); err != nil || !ok {
		return orElse(err, ErrState.With(string(d.State)))
	}
	if err := s.d.Members.Give(ctx, d.Account, d.Level, d.Term, Source(d.ID)); err != nil {
		return err
	}
	if err := s.agree(ctx, d); err != nil {
		return err
	}
	return s.event(ctx, "membership.bought", d)
}

// orElse is err, or what false means without one.
func orElse(err, refusal error) error {
	if err != nil {
		return err
	}
	return refusal
}

// event tells of a purchase's move.
func (s *Service) event(ctx context.Context, kind string, d *Purchase) error {
	facts, err := json.Marshal(struct {
		Number   string     `json:"number"`
		Account  mall.ID    `json:"account"`
		Level    mall.ID    `json:"level"`
		Amount   mall.Money `json:"amount"`
		Refunded mall.Money `json:"refunded,omitempty"`
	}{d.Number, d.Account, d.Level, d.Amount, d.Refunded})
	if err != nil {
		return fmt.Errorf("membership: facts: %w", err)
	}
	return s.d.Outbox.Append(ctx, mall.Event{Kind: kind, Version: 1, Aggregate: d.ID, Facts: facts, At: s.now()})
}

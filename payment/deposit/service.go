package deposit

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// Right is the staff right to see, return and refuse to return deposits.
const Right = "payment.deposits"

// Deps are what the service needs; all of them are required.
type Deps struct {
	Repo     Repository
	Tx       mall.Tx
	Outbox   mall.Outbox
	Payments *payment.Service // New registers Purpose there
}

// Config works at its zero value.
type Config struct {
	// Fixed is the amount that a deposit must have, asked for every new one;
	// 0 or nil: any.
	Fixed func(ctx context.Context) (mall.Money, error)
	// NeedPassword says whether the balance pays only with the pay password; nil
	// means no. A password that is given is always checked.
	NeedPassword func(ctx context.Context, who mall.Actor) (bool, error)
	// MaxUnpaid is how many unpaid deposits an account may have; default 50.
	MaxUnpaid int64
	// Calendar makes the day in numbers; the zero value is UTC+8.
	Calendar mall.Calendar
	// Now is the clock; nil means the system's.
	Now func() time.Time
}

// Service is the deposits of a shop.
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
		return nil, errors.New("deposit: Deps.Repo is missing")
	case d.Tx == nil:
		return nil, errors.New("deposit: Deps.Tx is missing")
	case d.Outbox == nil:
		return nil, errors.New("deposit: Deps.Outbox is missing")
	case d.Payments == nil:
		return nil, errors.New("deposit: Deps.Payments is missing")
	}
	if c.MaxUnpaid <= 0 {
		c.MaxUnpaid = 50
	}
	s := &Service{d: d, cfg: c, now: mall.Clock(c.Now)}
	d.Payments.Handle(Purpose, payment.Handler{Price: s.price, Run: s.run, Kind: payment.KindDeposit, BackKind: payment.KindDepositBack})
	d.Payments.OnRefund(Purpose, s.refunded)
	return s, nil
}

const (
	maxCode   = 64
	maxRemark = 200
	maxExt    = 20
)

// check refuses terms out of bounds.
func (t Terms) check() error {
	if t.Amount <= 0 || t.Amount > mall.MaxMoney {
		return mall.ErrInvalid.With("amount")
	}
	if utf8.RuneCountInString(t.RefCode) > maxCode {
		return mall.ErrInvalid.With("refCode")
	}
	if utf8.RuneCountInString(t.Remark) > maxRemark {
		return mall.ErrInvalid.With("remark")
	}
	if len(t.Ext) > maxExt {
		return mall.ErrInvalid.With("ext")
	}
	for k, v := range t.Ext {
		if utf8.RuneCountInString(k) > maxCode || utf8.RuneCountInString(v) > maxRemark {
			return mall.ErrInvalid.With("ext")
		}
	}
	return nil
}

// Draft stores an unpaid deposit, or answers the newest unpaid one of the
// actor's with the same terms, so that asking again makes no second one.
func (s *Service) Draft(ctx context.Context, who mall.Actor, t Terms) (*Deposit, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	if err := t.check(); err != nil {
		return nil, err
	}
	if s.cfg.Fixed != nil {
		fixed, err := s.cfg.Fixed(ctx)
		if err != nil {
			return nil, err
		}
		if fixed > 0 && t.Amount != fixed {
			return nil, mall.ErrInvalid.With("amount")
		}
	}
	var d *Deposit
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		unpaid, err := s.d.Repo.List(ctx, Filter{Account: account, States: []State{Unpaid}}, mall.Page{Limit: s.cfg.MaxUnpaid})
		if err != nil {
			return err
		}
		for i := range unpaid.Items {
			if d = &unpaid.Items[i]; d.Amount == t.Amount && d.RefCode == t.RefCode && d.Remark == t.Remark && maps.Equal(d.Ext, t.Ext) {
				return nil
			}
		}
		if unpaid.Total >= s.cfg.MaxUnpaid {
			return ErrTooMany.With(s.cfg.MaxUnpaid)
		}
		now := s.now()
		d = &Deposit{Number: "D" + payment.NewNumber(s.cfg.Calendar, now), Account: account, Terms: t, State: Unpaid, Created: now}
		if err := s.d.Repo.Insert(ctx, d); err != nil {
			return err
		}
		return s.event(ctx, "deposit.drafted", d)
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

// Unpaid is the newest unpaid deposit of the actor with an amount, drafted when
// there is none: what a client means that names nothing but an amount.
func (s *Service) Unpaid(ctx context.Context, who mall.Actor, amount mall.Money) (*Deposit, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	if amount > 0 {
		list, err := s.d.Repo.List(ctx, Filter{Account: account, States: []State{Unpaid}, Amount: amount}, mall.Page{Limit: 1})
		if err != nil {
			return nil, err
		}
		if len(list.Items) > 0 {
			return &list.Items[0], nil
		}
	}
	return s.Draft(ctx, who, Terms{Amount: amount})
}

// PayFromWallet pays the actor's own unpaid deposit from the balance. When that
// does not cover it, it is ErrShort with what is missing, and the deposit stays
// unpaid: it can be paid at a gateway. So is a deposit without the password
// that the shop wants: then all of it is missing. Other errors as at
// payment.Service.PayFromWallet. It is called outside of transactions.
func (s *Service) PayFromWallet(ctx context.Context, who mall.Actor, id mall.ID, password string) error {
	d, err := s.GetOf(ctx, who, id)
	if err != nil {
		return err
	}
	if d.State != Unpaid {
		return ErrState.With(string(d.State))
	}
	if password == "" && s.cfg.NeedPassword != nil {
		need, err := s.cfg.NeedPassword(ctx, who)
		if err != nil {
			return err
		}
		if need {
			return ErrShort.With(d.Amount)
		}
	}
	balance, err := s.d.Payments.SpendableOn(ctx, d.Account, Purpose, d.ID, d.Amount)
	if err != nil {
		return err
	}
	if balance < d.Amount {
		return ErrShort.With(d.Amount - balance)
	}
	_, err = s.d.Payments.PayFromWallet(ctx, who, payment.Action{Purpose: Purpose, Refs: []mall.ID{id}}, password)
	return err
}

// price is what an unpaid deposit costs its owner.
func (s *Service) price(ctx context.Context, who mall.Actor, a payment.Action) (payment.Price, error) {
	if len(a.Refs) != 1 {
		return payment.Price{}, mall.ErrInvalid.With("deposit")
	}
	d, err := s.GetOf(ctx, who, a.Refs[0])
	if err != nil {
		return payment.Price{}, err
	}
	if d.State != Unpaid {
		return payment.Price{}, ErrState.With(string(d.State))
	}
	return payment.Price{Amount: d.Amount, Title: "押金", Subject: d.Number}, nil
}

// run books the deposit in the transaction that records the payment.
func (s *Service) run(ctx context.Context, p *payment.Payment) error {
	if len(p.Parts) != 1 {
		return mall.ErrInvalid.With("deposit")
	}
	ok, err := s.d.Repo.Pay(ctx, p.Parts[0].Ref, s.now())
	if err != nil {
		return err
	}
	d, err := s.get(ctx, p.Parts[0].Ref)
	switch {
	case err != nil:
		return err
	case !ok:
		return ErrState.With(string(d.State))
	case d.Amount != p.Parts[0].Amount:
		return payment.ErrAmount.With(d.Amount, p.Parts[0].Amount)
	}
	return s.event(ctx, "deposit.paid", d)
}

// event tells of a deposit's move.
func (s *Service) event(ctx context.Context, kind string, d *Deposit) error {
	facts, err := json.Marshal(struct {
		Number   string     `json:"number"`
		Account  mall.ID    `json:"account"`
		Amount   mall.Money `json:"amount"`
		Returned mall.Money `json:"returned,omitempty"`
		By       mall.ID    `json:"by,omitempty"`
	}{d.Number, d.Account, d.Amount, d.Returned, d.By})
	if err != nil {
		return fmt.Errorf("deposit: facts: %w", err)
	}
	return s.d.Outbox.Append(ctx, mall.Event{Kind: kind, Version: 1, Aggregate: d.ID, Facts: facts, At: s.now()})
}

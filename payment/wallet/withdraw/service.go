package withdraw

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/wallet"
)

// Right is the staff right to see and decide withdrawals.
const Right = "wallet.withdrawals"

// Deps are what the service needs; all of them are required.
type Deps struct {
	Repo    Repository
	Tx      mall.Tx
	Outbox  mall.Outbox
	Wallets *wallet.Service
}

// Config works at its zero value.
type Config struct {
	// Rules are the shop's rules, asked at every request; nil: those of the zero
	// value, which are any amount without gifts, and no fee.
	Rules func(ctx context.Context) (Rules, error)
	// NeedPassword says whether a request needs the pay password; nil means no.
	// A password that is given is always checked.
	NeedPassword func(ctx context.Context, who mall.Actor) (bool, error)
	// MaxOpen is how many withdrawals of an account may wait for a decision;
	// default 20.
	MaxOpen int64
	// Calendar makes the day in numbers; the zero value is UTC+8.
	Calendar mall.Calendar
	// Now is the clock; nil means the system's.
	Now func() time.Time
}

// Service is the withdrawals of a shop.
type Service struct {
	d   Deps
	cfg Config
	now func() time.Time
}

// New builds the service; a missing dependency is an error that names it.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Repo == nil:
		return nil, errors.New("withdraw: Deps.Repo is missing")
	case d.Tx == nil:
		return nil, errors.New("withdraw: Deps.Tx is missing")
	case d.Outbox == nil:
		return nil, errors.New("withdraw: Deps.Outbox is missing")
	case d.Wallets == nil:
		return nil, errors.New("withdraw: Deps.Wallets is missing")
	}
	if c.MaxOpen <= 0 {
		c.MaxOpen = 20
	}
	return &Service{d: d, cfg: c, now: mall.Clock(c.Now)}, nil
}

// maxText bounds names and reasons, in characters.
const maxText = 64

// Apply asks for a withdrawal: the amount is set aside in the transaction that
// stores the request, so that however many come at once never exceed the
// balance less what is left of gifts (Rules.Gifts): ErrShort. ErrTooMany while
// Config.MaxOpen of them wait; ErrClosed, ErrMin and ErrFee by the shop's rules;
// the errors of wallet.Service.CheckPassword. It is called outside of transactions.
func (s *Service) Apply(ctx context.Context, who mall.Actor, in Request) (*Withdrawal, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	if in.Amount <= 0 || in.Amount > mall.MaxMoney {
		return nil, mall.ErrInvalid.With("money")
	}
	in.Name = strings.TrimSpace(in.Name)
	if utf8.RuneCountInString(in.Name) > maxText {
		return nil, mall.ErrInvalid.With("name")
	}
	rules, err := s.rules(ctx, in.Amount)
	if err != nil {
		return nil, err
	}
	if err := s.password(ctx, who, in.Password); err != nil {
		return nil, err
	}
	var w *Withdrawal
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		now := s.now()
		w = &Withdrawal{Number: "W" + payment.NewNumber(s.cfg.Calendar, now), Account: account, Amount: in.Amount, Fee: rules.Fee(in.Amount),
			Name: in.Name, State: Asked, Face: who.Face, Created: now}
		if err := s.d.Repo.Insert(ctx, w); err != nil {
			return err
		}
		err := s.d.Wallets.Hold(ctx, s.move(w, payment.KindWithdraw, "withdraw.asked"))
		if errors.Is(err, wallet.ErrShort) {
			return ErrShort
		}
		if err == nil {
			err = s.bounded(ctx, account, rules)
		}
		if err != nil {
			return err
		}
		return s.event(ctx, w)
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

// rules are those of the moment, if they allow an amount.
func (s *Service) rules(ctx context.Context, amount mall.Money) (r Rules, err error) {
	if s.cfg.Rules == nil {
		return r, nil
	}
	if r, err = s.cfg.Rules(ctx); err != nil {
		return r, err
	}
	fee := r.Fee(amount)
	switch {
	case r.Closed:
		return r, ErrClosed
	case amount < r.Min:
		return r, ErrMin.With(r.Min)
	case fee < 0 || fee >= amount:
		return r, ErrFee.With(fee)
	}
	return r, nil
}

// bounded refuses one withdrawal too many, and one that takes gifts with it.
// The wallet's row was written before, so requests of an account come one
// after the other.
func (s *Service) bounded(ctx context.Context, account mall.ID, r Rules) error {
	open, err := s.d.Repo.List(ctx, Filter{Account: account, States: []State{Asked}}, mall.Page{Limit: 1})
	switch {
	case err != nil:
		return err
	case open.Total > s.cfg.MaxOpen:
		return ErrTooMany.With(s.cfg.MaxOpen)
	case r.Gifts:
		return nil
	}
	gifts, err := s.d.Wallets.Gifts(ctx, account)
	if err != nil || gifts == 0 {
		return err
	}
	left, err := s.d.Wallets.Available(ctx, account)
	if err == nil && left < gifts {
		err = ErrShort
	}
	return err
}

func (s *Service) password(ctx context.Context, who mall.Actor, password string) error {
	need := password != ""
	if !need && s.cfg.NeedPassword != nil {
		var err error
		if need, err = s.cfg.NeedPassword(ctx, who); err != nil {
			return err
		}
	}
	if !need {
		return nil
	}
	return s.d.Wallets.CheckPassword(ctx, who.Account, password)
}

// Pay confirms that the payout of a withdrawal was sent: the amount leaves the
// wallet, once. ErrDecided when it was paid or refused before. It needs Right,
// and nobody decides on a withdrawal of their own: mall.ErrDenied.
func (s *Service) Pay(ctx context.Context, who mall.Actor, id mall.ID) (*Withdrawal, error) {
	return s.decide(ctx, who, id, Paid, "", func(ctx context.Context, w *Withdrawal) error {
		return s.d.Wallets.SpendFrozen(ctx, s.move(w, payment.KindWithdrawn, "withdraw.paid"))
	})
}

// Refuse gives the amount of a withdrawal back to the balance, once, with a
// reason that the account may read. ErrDecided when it was decided before. It
// needs Right.
func (s *Service) Refuse(ctx context.Context, who mall.Actor, id mall.ID, reason string) (*Withdrawal, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxText {
		return nil, mall.ErrInvalid.With("reason")
	}
	return s.decide(ctx, who, id, Refused, reason, func(ctx context.Context, w *Withdrawal) error {
		return s.d.Wallets.Release(ctx, s.move(w, payment.KindWithdrawBack, "withdraw.refused"))
	})
}

// decide moves a withdrawal and its money in one transaction. The row decides
// who is first; who and when stay on it.
func (s *Service) decide(ctx context.Context, who mall.Actor, id mall.ID, to State, reason string, pay func(ctx context.Context, w *Withdrawal) error) (*Withdrawal, error) {
	if err := who.Must(Right); err != nil {
		return nil, err
	}
	var w *Withdrawal
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repo.Decide(ctx, id, to, who.Account, reason, s.now())
		if err != nil {
			return err
		}
		if w, err = s.d.Repo.Get(ctx, id); err != nil {
			return none(err)
		}
		if !ok {
			return ErrDecided
		}
		if who.Account != 0 && who.Account == w.Account {
			return mall.ErrDenied
		}
		if err := pay(ctx, w); err != nil {
			return err
		}
		return s.event(ctx, w)
	})
	if err != nil {
		return nil, err
	}
	return w, nil
}

func (s *Service) move(w *Withdrawal, kind wallet.Kind, source string) wallet.Move {
	return wallet.Move{Account: w.Account, Kind: kind, Amount: w.Amount, Source: wallet.Source{Type: source, ID: w.ID}, Remark: w.Number}
}

// event tells of a withdrawal's move: "withdrawal.asked", ".paid", ".refused".
func (s *Service) event(ctx context.Context, w *Withdrawal) error {
	facts, err := json.Marshal(struct {
		Number  string     `json:"number"`
		Account mall.ID    `json:"account"`
		Amount  mall.Money `json:"amount"`
		Fee     mall.Money `json:"fee"`
		By      mall.ID    `json:"by,omitempty"`
	}{w.Number, w.Account, w.Amount, w.Fee, w.By})
	if err != nil {
		return fmt.Errorf("withdraw: facts: %w", err)
	}
	return s.d.Outbox.Append(ctx, mall.Event{Kind: "withdrawal." + string(w.State), Version: 1, Aggregate: w.ID, Facts: facts, At: s.now()})
}

func none(err error) error {
	if errors.Is(err, mall.ErrNotFound) {
		return ErrNone
	}
	return err
}

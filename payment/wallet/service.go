package wallet

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/payment"
)

// Deps are what the service needs; all of them are required.
type Deps struct {
	Repo   Repository
	Tx     mall.Tx
	Outbox mall.Outbox
	Hasher auth.Hasher // for pay passwords
}

// Config has a working zero value.
type Config struct {
	MinPassword int           // characters of a pay password at least; default 6
	Tries       int           // wrong pay passwords in a row before the lock; default 5
	LockFor     time.Duration // how long the lock holds; default 15 minutes
	// Mobiles proves who a mobile number belongs to, for ResetPassword; auth.Service
	// does. Nil: ResetPassword is mall.ErrNotConfigured.
	Mobiles Mobiles
	Now     func() time.Time // default: the system clock
}

// Mobiles runs fn for the account whose mobile number the caller proved by a
// verification code, in the transaction that uses the code up.
type Mobiles interface {
	Prove(ctx context.Context, who mall.Actor, mobile, code string, fn func(ctx context.Context, account mall.ID) error) error
}

// Service is the wallets of all accounts. It implements payment.Wallet.
type Service struct {
	d   Deps
	cfg Config
	now func() time.Time
}

var _ payment.Wallet = (*Service)(nil)

// New builds the service; a missing dependency is an error that names it.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Repo == nil:
		return nil, errors.New("wallet: Deps.Repo is missing")
	case d.Tx == nil:
		return nil, errors.New("wallet: Deps.Tx is missing")
	case d.Outbox == nil:
		return nil, errors.New("wallet: Deps.Outbox is missing")
	case d.Hasher == nil:
		return nil, errors.New("wallet: Deps.Hasher is missing")
	}
	if c.MinPassword <= 0 {
		c.MinPassword = 6
	}
	if c.Tries <= 0 {
		c.Tries = 5
	}
	if c.LockFor <= 0 {
		c.LockFor = 15 * time.Minute
	}
	return &Service{d: d, cfg: c, now: mall.Clock(c.Now)}, nil
}

// Amounts are the numbers of an account's wallet.
func (s *Service) Amounts(ctx context.Context, account mall.ID) (Amounts, error) {
	return s.d.Repo.Get(ctx, account)
}

// Available is what can be spent now, in fen; negative after a clawback of
// what was spent.
func (s *Service) Available(ctx context.Context, account mall.ID) (mall.Money, error) {
	a, err := s.d.Repo.Get(ctx, account)
	return a.Balance, err
}

// Gifts is what is left of the gifts of recharges in a wallet, in fen. They are
// spent after all else, and what was refunded counts as never spent. It reads
// the account's whole ledger.
func (s *Service) Gifts(ctx context.Context, account mall.ID) (mall.Money, error) {
	return s.d.Repo.Gifts(ctx, account)
}

// CashLogs lists what came and went, newest first.
func (s *Service) CashLogs(ctx context.Context, account mall.ID, f Filter, p mall.Page) (mall.Slice[Entry], error) {
	return s.d.Repo.Logs(ctx, account, f, p.Clean())
}

// EntryOf is the entry of a source; mall.ErrNotFound without one.
func (s *Service) EntryOf(ctx context.Context, account mall.ID, src Source) (*Entry, error) {
	return s.d.Repo.FindSource(ctx, account, src)
}

// Earn adds to the balance.
func (s *Service) Earn(ctx context.Context, m Move) error {
	return s.post(ctx, m, Amounts{Balance: m.Amount}, false)
}

// Spend takes from the balance, never below 0: ErrShort then.
func (s *Service) Spend(ctx context.Context, m Move) error {
	return s.post(ctx, m, Amounts{Balance: -m.Amount}, true)
}

// Clawback takes back what was earned before, in full, even if the balance
// falls below 0 by that. Nothing can be spent then until it is 0 again.
func (s *Service) Clawback(ctx context.Context, m Move) error {
	return s.post(ctx, m, Amounts{Balance: -m.Amount}, false)
}

// Freeze sets a part of the balance aside; ErrShort when less is there.
func (s *Service) Freeze(ctx context.Context, m Move) error {
	m.Kind = payment.KindFreeze
	return s.post(ctx, m, Amounts{Balance: -m.Amount, Frozen: m.Amount}, true)
}

// Unfreeze gives back what Freeze set aside; ErrShort when less is frozen.
func (s *Service) Unfreeze(ctx context.Context, m Move) error {
	m.Kind = payment.KindFreeze
	return s.post(ctx, m, Amounts{Balance: m.Amount, Frozen: -m.Amount}, true)
}

// Hold is Freeze under the movement's own kind, so that cash logs list it:
// money that waits for somebody's decision.
func (s *Service) Hold(ctx context.Context, m Move) error {
	return s.post(ctx, m, Amounts{Balance: -m.Amount, Frozen: m.Amount}, true)
}

// Release gives back what Hold set aside, under the movement's own kind;
// ErrShort when less is frozen.
func (s *Service) Release(ctx context.Context, m Move) error {
	return s.post(ctx, m, Amounts{Balance: m.Amount, Frozen: -m.Amount}, true)
}

// SpendFrozen spends what Freeze set aside; ErrShort when less is frozen.
func (s *Service) SpendFrozen(ctx context.Context, m Move) error {
	return s.post(ctx, m, Amounts{Frozen: -m.Amount}, true)
}

// Recharge adds to the balance what was paid, and the gift of the best
// recharge rule as an entry of its own, once.
func (s *Service) Recharge(ctx context.Context, m Move) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		m.Kind = payment.KindRecharge
		if err := s.Earn(ctx, m); err != nil {
			return err
		}
		rules, err := s.d.Repo.Rules(ctx)
		if err != nil {
			return err
		}
		gift := mall.Money(0)
		for _, r := range rules {
			gift = max(gift, r.Gift(m.Amount))
		}
		if gift == 0 {
			return nil
		}
		return s.Earn(ctx, Move{Account: m.Account, Kind: payment.KindGift, Amount: gift,
			Source: Source{Type: m.Source.Type + ".gift", ID: m.Source.ID}})
	})
}

// Count adds to the statistics of an account without moving money.
func (s *Service) Count(ctx context.Context, account mall.ID, t Totals) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		return s.d.Repo.Count(ctx, account, t)
	})
}

// post books one movement. The wallet's row is changed first, which makes
// movements of one account wait for each other; then the entry takes its
// source. A source that is booked already moves nothing.
func (s *Service) post(ctx context.Context, m Move, d Amounts, guard bool) error {
	if m.Amount <= 0 || m.Amount > mall.MaxMoney || m.Account <= 0 || m.Source.Type == "" {
		return mall.ErrInvalid.With("move")
	}
	d.Totals = m.Totals
	if m.Kind == payment.KindWithdrawn {
		d.Withdrawn = m.Amount
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		left, ok, err := s.d.Repo.Change(ctx, m.Account, d, guard)
		if err != nil {
			return err
		}
		e := &Entry{Account: m.Account, Kind: m.Kind, Balance: d.Balance, Frozen: d.Frozen,
			BalanceLeft: left.Balance, FrozenLeft: left.Frozen, Source: m.Source,
			Order: m.Order, Shop: m.Shop, Remark: m.Remark, At: s.now()}
		if !ok {
			return s.booked(ctx, e, ErrShort)
		}
		fresh, err := s.d.Repo.Append(ctx, e)
		if err != nil {
			return err
		}
		if !fresh {
			if _, _, err := s.d.Repo.Change(ctx, m.Account, d.negated(), false); err != nil {
				return err
			}
			return s.booked(ctx, e, ErrSource)
		}
		facts, err := json.Marshal(entryFacts{m.Account, m.Kind, d.Balance, d.Frozen, left.Balance, left.Frozen, m.Source.Type, m.Source.ID})
		if err != nil {
			return fmt.Errorf("wallet: facts: %w", err)
		}
		return s.d.Outbox.Append(ctx, mall.Event{Kind: "wallet.entry", Version: 1, Aggregate: e.ID, Facts: facts, At: e.At})
	})
}

// booked is nil when the same movement stands in the ledger already, ErrSource
// when its source moved something else, otherwise the given error.
func (s *Service) booked(ctx context.Context, e *Entry, otherwise error) error {
	old, err := s.d.Repo.FindSource(ctx, e.Account, e.Source)
	switch {
	case errors.Is(err, mall.ErrNotFound):
		return otherwise
	case err != nil:
		return err
	case old.Balance != e.Balance || old.Frozen != e.Frozen:
		return ErrSource
	}
	return nil
}

func (a Amounts) negated() Amounts {
	return Amounts{Balance: -a.Balance, Frozen: -a.Frozen, Withdrawn: -a.Withdrawn,
		Totals: Totals{Consumed: -a.Consumed, Paid: -a.Paid, Payments: -a.Payments}}
}

// entryFacts are the facts of the event "wallet.entry".
type entryFacts struct {
	Account     mall.ID    `json:"account"`
	Kind        Kind       `json:"kind"`
	Balance     mall.Money `json:"balance"`
	Frozen      mall.Money `json:"frozen"`
	BalanceLeft mall.Money `json:"balance_left"`
	FrozenLeft  mall.Money `json:"frozen_left"`
	SourceType  string     `json:"source_type"`
	SourceID    mall.ID    `json:"source_id"`
}

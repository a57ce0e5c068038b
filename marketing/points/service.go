package points

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// Deps are what the service needs; all of them are required.
type Deps struct {
	Repo   Repository
	Tx     mall.Tx
	Outbox mall.Outbox
}

// Config has a working zero value.
type Config struct {
	Now func() time.Time // default: the system clock
}

// Service is the points and growth of all accounts.
type Service struct {
	d   Deps
	now func() time.Time
}

// New builds the service; a missing dependency is an error that names it.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Repo == nil:
		return nil, errors.New("points: Deps.Repo is missing")
	case d.Tx == nil:
		return nil, errors.New("points: Deps.Tx is missing")
	case d.Outbox == nil:
		return nil, errors.New("points: Deps.Outbox is missing")
	}
	return &Service{d: d, now: mall.Clock(c.Now)}, nil
}

// Amounts are the numbers of an account.
func (s *Service) Amounts(ctx context.Context, account mall.ID) (Amounts, error) {
	return s.d.Repo.Get(ctx, account)
}

// Logs lists what came and went of a currency, newest first.
func (s *Service) Logs(ctx context.Context, account mall.ID, c Currency, p mall.Page) (mall.Slice[Entry], error) {
	return s.d.Repo.Logs(ctx, account, c, p.Clean())
}

// Earn adds.
func (s *Service) Earn(ctx context.Context, m Move) error {
	return s.post(ctx, m, m.Amount, m.Amount, false)
}

// Spend takes, never below 0: ErrShort then.
func (s *Service) Spend(ctx context.Context, m Move) error { return s.post(ctx, m, -m.Amount, 0, true) }

// Return gives back what was spent; it does not count as earned.
func (s *Service) Return(ctx context.Context, m Move) error {
	return s.post(ctx, m, m.Amount, 0, false)
}

// Clawback takes back what was earned before, in full, even if the amount falls
// below 0 by that. Nothing can be spent then until it is 0 again.
func (s *Service) Clawback(ctx context.Context, m Move) error {
	return s.post(ctx, m, -m.Amount, -m.Amount, false)
}

// maxAmount bounds a single movement.
const maxAmount = int64(mall.MaxMoney)

// post books one movement: the account's row first, which makes movements of
// one account wait for each other, then the entry, which takes its source. A
// source that is booked already moves nothing.
func (s *Service) post(ctx context.Context, m Move, change, earned int64, guard bool) error {
	if m.Amount <= 0 || m.Amount > maxAmount || m.Account <= 0 || m.Source.Type == "" {
		return mall.ErrInvalid.With("move")
	}
	e := Entry{Account: m.Account, Currency: cmp.Or(m.Currency, Points), Kind: m.Kind, Change: change,
		Source: m.Source, Order: m.Order, Remark: m.Remark, At: s.now()}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		e := e
		left, ok, err := s.d.Repo.Change(ctx, e.Account, e.Currency, change, earned, guard)
		if err != nil {
			return err
		}
		if !ok {
			return s.booked(ctx, &e, ErrShort)
		}
		e.Left = left
		fresh, err := s.d.Repo.Append(ctx, &e)
		if err != nil {
			return err
		}
		if !fresh {
			if _, _, err := s.d.Repo.Change(ctx, e.Account, e.Currency, -change, -earned, false); err != nil {
				return err
			}
			return s.booked(ctx, &e, ErrSource)
		}
		facts, err := json.Marshal(entryFacts{e.Account, e.Currency, e.Kind, e.Change, e.Left, e.Source.Type, e.Source.ID})
		if err != nil {
			return fmt.Errorf("points: facts: %w", err)
		}
		return s.d.Outbox.Append(ctx, mall.Event{Kind: "points.entry", Version: 1, Aggregate: e.ID, Facts: facts, At: e.At})
	})
}

// booked is nil when the same movement stands in the ledger already, ErrSource
// when its source moved something else, otherwise the given error.
func (s *Service) booked(ctx context.Context, e *Entry, otherwise error) error {
	old, err := s.d.Repo.FindSource(ctx, e.Account, e.Currency, e.Source)
	switch {
	case errors.Is(err, mall.ErrNotFound):
		return otherwise
	case err != nil:
		return err
	case old.Change != e.Change:
		return ErrSource
	}
	return nil
}

// entryFacts are the facts of the event "points.entry".
type entryFacts struct {
	Account    mall.ID  `json:"account"`
	Currency   Currency `json:"currency"`
	Kind       Kind     `json:"kind"`
	Change     int64    `json:"change"`
	Left       int64    `json:"left"`
	SourceType string   `json:"source_type"`
	SourceID   mall.ID  `json:"source_id"`
}

// Eraser is the room's part in auth.Service.Erase: the books are kept without
// their remarks.
func (s *Service) Eraser() auth.Eraser {
	return auth.Eraser{
		Busy:   func(context.Context, mall.ID) error { return nil },
		Erase:  s.d.Repo.Redact,
		Export: s.export,
	}
}

func (s *Service) export(ctx context.Context, account mall.ID) (any, error) {
	var all struct {
		Amounts        Amounts
		Points, Growth []Entry
	}
	var err error
	if all.Amounts, err = s.d.Repo.Get(ctx, account); err != nil {
		return nil, err
	}
	if all.Points, err = s.entries(ctx, account, Points); err != nil {
		return nil, err
	}
	all.Growth, err = s.entries(ctx, account, Growth)
	return all, err
}

// entries is the whole ledger of an account in a currency, oldest first.
func (s *Service) entries(ctx context.Context, account mall.ID, c Currency) ([]Entry, error) {
	return mall.All(ctx, account, func(ctx context.Context, account, after mall.ID, limit int64) ([]Entry, error) {
		return s.d.Repo.Each(ctx, account, c, after, limit)
	}, func(e Entry) mall.ID { return e.ID })
}

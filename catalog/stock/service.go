package stock

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

// Deps is what a Service needs; all of it is required.
type Deps struct {
	Tx    mall.Tx
	Stock Repository
}

// Config holds settings; the zero value works.
type Config struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

// Service moves and adjusts stock. Its moves join the caller's transaction.
type Service struct {
	d   Deps
	now func() time.Time
}

var _ catalog.Stock = (*Service)(nil)

// New builds a Service.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Tx == nil:
		return nil, errors.New("stock: Deps.Tx is missing")
	case d.Stock == nil:
		return nil, errors.New("stock: Deps.Stock is missing")
	}
	return &Service{d: d, now: mall.Clock(c.Now)}, nil
}

// Hold takes all needs from available to held under a source, or none of them:
// needs of one counter are summed, counters are taken in key order, and a
// source holds a counter once (ErrHeld). ErrShort names the first counter
// that has too little. It costs one statement, and one per counter, which go to the database together.
func (s *Service) Hold(ctx context.Context, source string, needs []Need) error {
	sums, err := sum(needs)
	if err != nil || len(sums) == 0 {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		fresh, n, err := s.d.Stock.Hold(ctx, source, sums, s.now())
		switch {
		case err != nil:
			return fmt.Errorf("stock: hold: %w", err)
		case !fresh:
			return ErrHeld.With(source)
		case n < len(sums):
			return ErrShort.With(sums[n].Key.Ref)
		}
		return nil
	})
}

// sum adds up the needs of equal keys and brings them into key order.
func sum(needs []Need) ([]Need, error) {
	sums := make([]Need, 0, len(needs))
	for _, n := range needs {
		if n.Qty < 1 || n.Qty > MaxQty {
			return nil, mall.ErrInvalid.With("quantity")
		}
		i, found := slices.BinarySearchFunc(sums, n.Key, func(e Need, k Key) int { return e.Key.compare(k) })
		if found {
			sums[i].Qty += n.Qty
			continue
		}
		sums = slices.Insert(sums, i, n)
	}
	return sums, nil
}

// Release gives everything that a source still holds back to available. It is
// idempotent, and does nothing about what was sold.
func (s *Service) Release(ctx context.Context, source string) error {
	return s.move(ctx, source, Released, func(n Need) Shift { return Shift{Key: n.Key, Available: n.Qty, Held: -n.Qty} })
}

// Sell takes everything that a source holds to sold. It is idempotent.
func (s *Service) Sell(ctx context.Context, source string) error {
	return s.move(ctx, source, Sold, func(n Need) Shift { return Shift{Key: n.Key, Held: -n.Qty, Sold: n.Qty} })
}

func (s *Service) move(ctx context.Context, source string, to State, shift func(Need) Shift) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		moved, err := s.d.Stock.MoveHolds(ctx, source, to, s.now())
		if err != nil {
			return fmt.Errorf("stock: move: %w", err)
		}
		slices.SortFunc(moved, func(a, b Need) int { return a.Key.compare(b.Key) })
		shifts := make([]Shift, len(moved))
		for i, n := range moved {
			shifts[i] = shift(n)
		}
		return s.shift(ctx, shifts...)
	})
}

// shift is a Shift that cannot be refused unless the books are broken.
func (s *Service) shift(ctx context.Context, shifts ...Shift) error {
	n, err := s.d.Stock.Shift(ctx, shifts...)
	if err != nil {
		return fmt.Errorf("stock: move: %w", err)
	}
	if n < len(shifts) {
		return fmt.Errorf("stock: counter %v does not hold what its holds say", shifts[n].Key)
	}
	return nil
}

// Return gives pieces that were sold under a source back to available: never
// more than were sold under it, else ErrNotSold.
func (s *Service) Return(ctx context.Context, source string, key Key, qty int64) error {
	if qty < 1 || qty > MaxQty {
		return mall.ErrInvalid.With("quantity")
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Stock.ReturnHold(ctx, source, Need{key, qty}, s.now())
		if err != nil {
			return fmt.Errorf("stock: return: %w", err)
		}
		if !ok {
			return ErrNotSold.With(source)
		}
		return s.shift(ctx, Shift{Key: key, Available: qty, Sold: -qty})
	})
}

// Levels gives the state of counters in one statement; counters that do not
// exist are missing from the map.
func (s *Service) Levels(ctx context.Context, keys []Key) (map[Key]Level, error) {
	if len(keys) == 0 {
		return map[Key]Level{}, nil
	}
	return s.d.Stock.Levels(ctx, keys)
}

// Entries lists the adjustments of a counter, newest first.
func (s *Service) Entries(ctx context.Context, key Key, p mall.Page) ([]Entry, error) {
	return s.d.Stock.Entries(ctx, key, p.Clean())
}

// Erase takes what identifies a person out of the log of adjustments; what was
// adjusted, and by which account, stays.
func (s *Service) Erase(ctx context.Context, account mall.ID) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Stock.Erase(ctx, account) })
}

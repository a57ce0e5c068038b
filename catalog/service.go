package catalog

import (
	"context"
	"errors"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/internal/totals"
)

// Stock is what the catalogue needs of catalog/stock.
type Stock interface {
	// PutSKUs sets the available pieces of SKUs and logs who did it and why.
	PutSKUs(ctx context.Context, who mall.Actor, levels []SKUStock, reason string) error
}

// SKUStock is the stock that a SKU shall have: available pieces or Unlimited.
type SKUStock struct {
	SKU       mall.ID
	Available int64
}

// Deps is what a Service needs; all of it is required.
type Deps struct {
	Tx     mall.Tx
	Outbox mall.Outbox
	Repo   Repository
	Stock  Stock
}

// Config holds settings; the zero value works.
type Config struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// Calendar gives the days of purchase limits and the time in public codes;
	// the zero value is Asia/Shanghai.
	Calendar mall.Calendar
	// CountTo is up to where the totals of lists are exact; longer lists say
	// "at least so many". Zero is 10,000.
	CountTo int64
	// CountMemory is how long a list that was longer than CountTo is taken to
	// be so still, without counting again. Zero is a minute.
	CountMemory time.Duration
}

// Service is the catalogue.
type Service struct {
	d     Deps
	r     Repository
	c     Config
	now   func() time.Time
	tally tally
	long  *totals.Memory
}

// New builds a Service.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Tx == nil:
		return nil, errors.New("catalog: Deps.Tx is missing")
	case d.Outbox == nil:
		return nil, errors.New("catalog: Deps.Outbox is missing")
	case !d.Repo.complete():
		return nil, errors.New("catalog: Deps.Repo is missing or incomplete")
	case d.Stock == nil:
		return nil, errors.New("catalog: Deps.Stock is missing")
	}
	if c.CountTo <= 0 {
		c.CountTo = 10_000
	}
	if c.CountMemory <= 0 {
		c.CountMemory = time.Minute
	}
	s := &Service{d: d, r: d.Repo, c: c, now: mall.Clock(c.Now), long: totals.New(c.CountMemory)}
	s.tally.counts = map[mall.ID]*Counts{}
	return s, nil
}

// slice is a counted page: total was counted up to atMost+1.
func slice[T any](items []T, total, atMost int64) mall.Slice[T] {
	if total > atMost {
		return mall.Slice[T]{Items: items, Total: atMost, AtLeast: true}
	}
	return mall.Slice[T]{Items: items, Total: total}
}

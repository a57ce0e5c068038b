package stock

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

// adjustTries bounds how often an adjustment starts anew because buyers moved
// the counter between its reading and its writing.
const adjustTries = 20

// Put sets the available pieces of a counter, or Unlimited, whatever is held
// or sold of it, and logs who did it and why. The counter is made if it is
// not there.
func (s *Service) Put(ctx context.Context, who mall.Actor, key Key, qty int64, reason string) error {
	return s.put(ctx, who, []Need{{key, qty}}, reason)
}

// PutSKUs sets the available pieces of several SKUs, as Put does.
func (s *Service) PutSKUs(ctx context.Context, who mall.Actor, levels []catalog.SKUStock, reason string) error {
	needs := make([]Need, len(levels))
	for i, l := range levels {
		needs[i] = Need{SKU(l.SKU), l.Available}
	}
	return s.put(ctx, who, needs, reason)
}

func (s *Service) put(ctx context.Context, who mall.Actor, wants []Need, reason string) error {
	for _, w := range wants {
		if w.Qty != Unlimited && (w.Qty < 0 || w.Qty > MaxQty) {
			return mall.ErrInvalid.With("stock")
		}
	}
	if len(wants) == 0 {
		return nil
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		wants := slices.Clone(wants)
		slices.SortFunc(wants, func(a, b Need) int { return a.Key.compare(b.Key) })
		created, err := s.d.Stock.Create(ctx, wants)
		if err != nil {
			return fmt.Errorf("stock: put: %w", err)
		}
		var log []Entry
		for _, w := range wants {
			entry := Entry{Key: w.Key, After: w.Qty, Actor: who.Account, Face: who.Face, Addr: who.Addr, Reason: reason, At: s.now()}
			if !created[w.Key] {
				if entry.Before, err = s.set(ctx, w); err != nil {
					return fmt.Errorf("stock: put: %w", err)
				}
			}
			if entry.Before != entry.After {
				log = append(log, entry)
			}
		}
		if len(log) == 0 {
			return nil
		}
		return s.d.Stock.Log(ctx, log)
	})
}

// set brings a counter to w.Qty and returns what it was before.
func (s *Service) set(ctx context.Context, w Need) (before int64, err error) {
	for range adjustTries {
		levels, err := s.d.Stock.Levels(ctx, []Key{w.Key})
		if err != nil {
			return 0, err
		}
		before := levels[w.Key].Available
		if before == w.Qty {
			return before, nil
		}
		if ok, err := s.d.Stock.Set(ctx, w.Key, before, w.Qty); ok || err != nil {
			return before, err
		}
	}
	return 0, mall.ErrBusy
}

package catalog

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
)

// Limit is a purchase limit (限购): a buyer of a level may buy so many pieces
// in the natural days, weeks, months or years that end with the present one.
// Once a SKU has limits, only buyers of the levels named may buy it.
type Limit struct {
	ID       mall.ID
	Goods    mall.ID
	SKU      mall.ID // 0: all SKUs together
	Level    mall.ID // 0: buyers without level
	Pieces   int64   // at most; 0: none at all
	Duration int     // number of spans, ≥ 1
	Span     mall.Span
}

const (
	maxLimits        = 200
	maxLimitDuration = 366
)

// binding are the limits of goods that hold for a SKU and a level. When the SKU
// is limited and none names the level, one of 0 pieces says so.
func binding(limits []Limit, sku, level mall.ID) []Limit {
	var own []Limit
	limited := false
	for _, l := range limits {
		if l.SKU != 0 && l.SKU != sku {
			continue
		}
		limited = true
		if l.Level == level {
			own = append(own, l)
		}
	}
	if limited && len(own) == 0 {
		return []Limit{{Goods: limits[0].Goods, SKU: sku, Level: level, Duration: 1}}
	}
	return own
}

// TakeLimits counts the items against the buyer's purchase limits under a
// source, inside Do. ErrLimit names the goods; a source takes once. Of one
// buyer and goods one transaction at a time counts and takes, so orders in
// parallel cannot exceed a limit together. It costs three statements, none
// when no item has a limit.
func (s *Service) TakeLimits(ctx context.Context, buyer mall.ID, source string, at time.Time, items []Item) error {
	var goods []mall.ID
	since := s.c.Calendar.Day(at)
	today := since
	for _, it := range items {
		for _, l := range it.Limits {
			goods = append(goods, it.Goods.ID)
			since = min(since, s.c.Calendar.Start(at, l.Span, l.Duration))
		}
	}
	if len(goods) == 0 {
		return nil
	}
	slices.Sort(goods)
	goods = slices.Compact(goods)
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.r.Limits.Guard(ctx, buyer, goods); err != nil {
			return fmt.Errorf("catalog: limits: %w", err)
		}
		taken, err := s.r.Limits.Taken(ctx, buyer, goods, since)
		if err != nil {
			return fmt.Errorf("catalog: limits: %w", err)
		}
		takes := takesOf(items, goods, today)
		taken = append(taken, takes...)
		for _, it := range items {
			for _, l := range it.Limits {
				if sumTaken(taken, l, it.Goods.ID, s.c.Calendar.Start(at, l.Span, l.Duration)) > l.Pieces {
					return ErrLimit.With(it.Goods.Name)
				}
			}
		}
		ok, err := s.r.Limits.Take(ctx, source, buyer, takes)
		if err == nil && !ok {
			err = mall.ErrConflict.With(source)
		}
		return err
	})
}

// takesOf sums the pieces of limited goods per SKU.
func takesOf(items []Item, goods []mall.ID, day string) []Taken {
	var takes []Taken
	for _, it := range items {
		if !slices.Contains(goods, it.Goods.ID) {
			continue
		}
		i := slices.IndexFunc(takes, func(t Taken) bool { return t.Goods == it.Goods.ID && t.SKU == it.SKU.ID })
		if i < 0 {
			takes = append(takes, Taken{Goods: it.Goods.ID, SKU: it.SKU.ID, Day: day, Pieces: it.Qty})
			continue
		}
		takes[i].Pieces += it.Qty
	}
	slices.SortFunc(takes, func(a, b Taken) int {
		return cmp.Or(cmp.Compare(a.Goods, b.Goods), cmp.Compare(a.SKU, b.SKU))
	})
	return takes
}

// sumTaken is how many pieces count against a limit since a day.
func sumTaken(taken []Taken, l Limit, goods mall.ID, since string) int64 {
	var n int64
	for _, t := range taken {
		if t.Goods == goods && (l.SKU == 0 || l.SKU == t.SKU) && t.Day >= since {
			n += t.Pieces
		}
	}
	return n
}

// GiveLimits takes back what was counted under a source, inside Do. It is idempotent.
func (s *Service) GiveLimits(ctx context.Context, source string) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.r.Limits.Give(ctx, source) })
}

// ListLimits are the purchase limits of goods: all of them, or those that hold
// for one SKU.
func (s *Service) ListLimits(ctx context.Context, goods, sku mall.ID) ([]Limit, error) {
	found, err := s.r.Limits.ByGoods(ctx, []mall.ID{goods})
	if err != nil {
		return nil, fmt.Errorf("catalog: limits: %w", err)
	}
	limits := found[goods]
	if sku == 0 {
		return limits, nil
	}
	return slices.DeleteFunc(limits, func(l Limit) bool { return l.SKU != 0 && l.SKU != sku }), nil
}

// PutLimits replaces the purchase limits of goods. What was bought before
// counts under the new ones if the goods was limited then.
func (s *Service) PutLimits(ctx context.Context, goods mall.ID, limits []Limit) error {
	if len(limits) > maxLimits {
		return mall.ErrInvalid.With("limits")
	}
	for _, l := range limits {
		if l.Pieces < 0 || l.Pieces > MaxQty || l.Duration < 1 || l.Duration > maxLimitDuration || l.Span > mall.Yearly {
			return mall.ErrInvalid.With("limits")
		}
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if _, err := s.r.Products.Find(ctx, goods); err != nil {
			return gone(err, goods)
		}
		skus, err := s.r.Products.SKUs(ctx, []mall.ID{goods})
		if err != nil {
			return fmt.Errorf("catalog: limits: %w", err)
		}
		put := slices.Clone(limits)
		for i := range put {
			put[i].Goods = goods
			if id := put[i].SKU; id != 0 && !slices.ContainsFunc(skus, func(k SKU) bool { return k.ID == id }) {
				return ErrNoSKU.With(goods)
			}
		}
		if err := s.r.Limits.Put(ctx, goods, put); err != nil {
			return fmt.Errorf("catalog: limits: %w", err)
		}
		return s.r.Products.SetLimited(ctx, goods, len(put) > 0)
	})
}

// gone turns a repository's "not found" into ErrGone of these goods.
func gone(err error, id mall.ID) error {
	if errors.Is(err, mall.ErrNotFound) {
		return ErrGone.With(id)
	}
	return err
}

package coupon

import (
	"slices"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing"
)

// off is what a coupon takes off a sum, at most the sum: shares are rounded
// down to the fen.
func (c *Coupon) off(sum mall.Money) mall.Money {
	if sum <= 0 {
		return 0
	}
	amount := mall.Money(c.Worth)
	if c.Of.Percent {
		amount = mall.Rate(c.Worth).Floor(sum)
		if c.Of.Most > 0 {
			amount = min(amount, c.Of.Most)
		}
	}
	return min(amount, sum)
}

// till is an order of one shop while coupons are taken off it one by one, each
// from what those before it left.
type till struct {
	b      marketing.Basket
	left   []mall.Money // of each line
	above  lineage
	used   int // coupons that the order takes already
	allows int // how many its goods take
}

// lineage gives a category with all above it.
type lineage map[mall.ID][]mall.ID

func newTill(b marketing.Basket, above lineage) *till {
	t := &till{b: b, above: above, left: make([]mall.Money, len(b.Lines))}
	for i, l := range b.Lines {
		t.left[i] = l.Payable
		if i == 0 || l.MaxCoupons < t.allows {
			t.allows = l.MaxCoupons
		}
	}
	for _, f := range b.Applied {
		if f.Source == SourceName {
			t.used++
		}
	}
	return t
}

// fits gives the lines that the coupon is for, nil for all, and what it takes
// off, or why it cannot be used.
func (t *till) fits(c *Coupon) (lines []int, amount mall.Money, refusal *mall.Error) {
	switch {
	case c.At(t.b.At) == Expired:
		return nil, 0, ErrExpired
	case c.State != Usable:
		return nil, 0, ErrUsed
	case t.b.At.Before(c.Start):
		return nil, 0, ErrEarly
	case c.Of.Shop != 0 && c.Of.Shop != t.b.Shop:
		return nil, 0, ErrShop
	}
	var sum mall.Money
	for i, l := range t.b.Lines {
		if t.covers(c.Of.Scope, l) {
			lines = append(lines, i)
			sum += t.left[i]
		}
	}
	if len(lines) == 0 {
		return nil, 0, ErrScope
	}
	if sum < c.Of.Threshold {
		return nil, 0, ErrThreshold.With(c.Of.Threshold)
	}
	if c.Of.FreightOnly {
		sum = t.b.Freight
	}
	if amount = c.off(sum); amount <= 0 {
		return nil, 0, ErrNothing
	}
	return lines, amount, nil
}

func (t *till) covers(scope []Ref, l marketing.Line) bool {
	return len(scope) == 0 || slices.ContainsFunc(scope, func(r Ref) bool {
		if r.Kind == Goods {
			return r.ID == l.Goods
		}
		return r.ID == l.Category || slices.Contains(t.above[l.Category], r.ID)
	})
}

// take uses a coupon up, the way the order will spread it.
func (t *till) take(c *Coupon) (marketing.Offer, *mall.Error) {
	lines, amount, refusal := t.fits(c)
	if refusal == nil && t.used >= t.allows {
		refusal = ErrTooMany.With(t.allows)
	}
	if refusal != nil {
		return marketing.Offer{}, refusal
	}
	t.used++
	if c.Of.FreightOnly {
		t.b.Freight -= amount
	} else {
		weights := make([]int64, len(t.left))
		for _, i := range lines {
			weights[i] = int64(t.left[i])
		}
		for i, part := range mall.Spread(amount, weights) {
			t.left[i] -= part
		}
	}
	return marketing.Offer{Ref: c.ref(), Title: c.Of.Name, Amount: amount, Lines: lines}, nil
}

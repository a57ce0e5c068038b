package coupon

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing"
)

// TestCouponsStayWithinTheOrder: whatever coupons are taken in whatever order,
// no line and no freight falls below 0, each takes off something, and what they
// take off and what is left is the price.
func TestCouponsStayWithinTheOrder(t *testing.T) {
	t.Parallel()
	at := time.UnixMilli(1_000_000)
	rapid.Check(t, func(rt *rapid.T) {
		money := func(name string) mall.Money { return mall.Money(rapid.Int64Range(0, 100_000).Draw(rt, name)) }
		b := marketing.Basket{At: at, Freight: money("freight")}
		for range rapid.IntRange(1, 5).Draw(rt, "lines") {
			b.Lines = append(b.Lines, marketing.Line{Goods: mall.ID(rapid.IntRange(1, 3).Draw(rt, "goods")), Category: 4, Payable: money("price"),
				MaxCoupons: rapid.IntRange(1, 4).Draw(rt, "most")})
		}
		till, before := newTill(b, lineage{4: {4, 5}}), b.Sum()+b.Freight
		var off mall.Money
		taken := 0
		for range rapid.IntRange(0, 6).Draw(rt, "coupons") {
			c := &Coupon{Grant: Grant{Worth: rapid.Int64Range(1, 200_000).Draw(rt, "worth"), State: Usable, Start: at, End: at.Add(1)}}
			c.Of.Threshold, c.Of.FreightOnly = money("threshold"), rapid.Bool().Draw(rt, "freight only")
			if rapid.Bool().Draw(rt, "percent") {
				c.Of.Percent, c.Worth, c.Of.Most = true, rapid.Int64Range(1, int64(mall.Whole)).Draw(rt, "rate"), money("at most")
			}
			if rapid.Bool().Draw(rt, "scoped") {
				c.Of.Scope = []Ref{{Goods, mall.ID(rapid.IntRange(1, 4).Draw(rt, "scope"))}}
			}
			offer, refusal := till.take(c)
			if refusal != nil {
				require.Zero(rt, offer)
				continue
			}
			taken++
			require.Positive(rt, offer.Amount)
			if c.Of.Most > 0 {
				require.LessOrEqual(rt, offer.Amount, c.Of.Most)
			}
			off += offer.Amount
		}
		left := till.b.Freight
		require.GreaterOrEqual(rt, left, mall.Money(0))
		for _, m := range till.left {
			require.GreaterOrEqual(rt, m, mall.Money(0))
			left += m
		}
		require.Equal(rt, before, left+off)
		require.LessOrEqual(rt, taken, till.allows)
	})
}

func TestSpan(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)
	day := 24 * time.Hour
	for name, x := range map[string]struct {
		p           Promise
		from, until time.Time
		ok          bool
	}{
		"days":          {Promise{Start: AtOnce, Days: 2}, now, now.Add(2 * day), true},
		"cut short":     {Promise{Start: AtOnce, Days: 2, EndAt: now.Add(day)}, now, now.Add(day), true},
		"over":          {Promise{Start: AtOnce, EndAt: now}, now, now, false},
		"next day":      {Promise{Start: NextDay, Days: 1}, now.Add(14 * time.Hour), now.Add(38 * time.Hour), true},
		"before it":     {Promise{Start: NextDay, EndAt: now.Add(time.Hour)}, now.Add(14 * time.Hour), now.Add(time.Hour), false},
		"fixed":         {Promise{StartAt: now.Add(day), EndAt: now.Add(2 * day)}, now.Add(day), now.Add(2 * day), true},
		"days of fixed": {Promise{StartAt: now.Add(-3 * day), Days: 2}, now.Add(-3 * day), now.Add(-day), false},
	} {
		from, until, ok := x.p.span(now, mall.Calendar{})
		require.Equal(t, []any{x.from, x.until, x.ok}, []any{from, until, ok}, name)
	}
}

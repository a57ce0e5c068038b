package order

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
)

// drawn is a random order that went through random steps of the pipeline.
func drawn(t *rapid.T) *Order {
	money := func(name string, most int64) mall.Money {
		return mall.Money(rapid.Int64Range(0, most).Draw(t, name))
	}
	o := &Order{}
	rebate := mall.Rate(rapid.Int64Range(0, 11_000).Draw(t, "rebate"))
	for range rapid.IntRange(1, 8).Draw(t, "lines") {
		l := Line{Qty: rapid.Int64Range(1, 50).Draw(t, "qty"), Points: rapid.Int64Range(0, 500).Draw(t, "points")}
		require.NoError(t, l.setUnit(money("list", 100_000), money("price", 100_000), money("addons", 500)))
		l.cutUnit("bargain", "1", money("activity", 60_000))
		l.rebate(rebate)
		o.Lines = append(o.Lines, l)
	}
	o.cutGoods("coupon", "7", money("coupon", 300_000), nil)
	o.cutGoods("coupon", "8", money("coupon", 300_000), []int{0})
	o.cutGoods(SourcePoints, "1", money("points", 50_000), nil)
	o.spreadDeducted(rapid.Int64Range(0, 10_000).Draw(t, "score"))
	fees := make([]mall.Money, len(o.Lines))
	for i := range fees {
		fees[i] = money("freight", 2_000)
	}
	o.setFreight(fees)
	o.cutFreight("free", "", money("free", 5_000))
	o.cutFreight("coupon", "9", money("free", 5_000))
	o.Fees = []Fee{{"bag", money("bag", 300)}}
	require.NoError(t, o.freeze())
	return o
}

func TestMoneyIdentities(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := drawn(t)
		require.NoError(t, o.balanced())
		require.GreaterOrEqual(t, o.Payable, mall.Money(0))
		var deducted int64
		for _, l := range o.Lines {
			deducted += l.Deducted
		}
		require.Equal(t, o.Deducted, deducted)
	})
}

func TestRepricingKeepsTheIdentities(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := drawn(t)
		was := o.Payable
		wasGoods, wasFreight := o.goodsSum(), o.Freight
		for range rapid.IntRange(1, 3).Draw(t, "times") {
			goods := mall.Money(rapid.Int64Range(0, 500_000).Draw(t, "goods"))
			freight := mall.Money(rapid.Int64Range(0, 5_000).Draw(t, "freight"))
			require.NoError(t, o.reprice(goods, freight, ""))
			require.Equal(t, goods+freight+o.FeeSum(), o.Payable)
			require.Equal(t, was-o.Payable, o.Cut(SourceManual), "one manual reduction, from the pipeline's price")
		}
		require.NoError(t, o.reprice(wasGoods, wasFreight, ""))
		require.Equal(t, was, o.Payable)
		require.Zero(t, o.Cut(SourceManual))
	})
}

func TestRefundedPortionsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := drawn(t)
		var money mall.Money
		var points int64
		for i := range o.Lines {
			l := &o.Lines[i]
			for l.Live() > 0 {
				n := rapid.Int64Range(1, l.Live()).Draw(t, "n")
				goods, freight := l.Share(l.Refunded, l.Refunded+n)
				money += goods + freight
				points += leave(l, n, 0).points
			}
		}
		require.Equal(t, o.Payable-o.FeeSum(), money)
		require.Equal(t, o.Points+o.Deducted, points)
	})
}

// TestFreightApartAddsUp: whatever goes back, piece by piece, apart or as the
// rest, is never more than was paid, and short of it by no more than the
// merchant kept.
func TestFreightApartAddsUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		o := drawn(t)
		o.Paid = o.Payable
		for i := range o.Lines {
			o.Lines[i].ID, o.Lines[i].Claims = mall.ID(i+1), "0"
		}
		var apart, short mall.Money
		for range rapid.IntRange(0, 12).Draw(t, "steps") {
			if rapid.Bool().Draw(t, "freight") {
				amount := mall.Money(rapid.Int64Range(0, int64(o.freightLeft())).Draw(t, "apart"))
				o.sendFreight(amount)
				o.Refunded, apart = o.Refunded+amount, apart+amount
				continue
			}
			l := &o.Lines[rapid.IntRange(0, len(o.Lines)-1).Draw(t, "line")]
			in := ClaimInput{Line: l.ID, Qty: rapid.Int64Range(0, l.Live()).Draw(t, "n")}
			if _, most, err := o.asked(&in); err == nil {
				goods, freight := l.Share(l.Refunded, l.Refunded+in.Qty)
				require.GreaterOrEqual(t, most, goods, "what went back before took nothing from these goods")
				require.LessOrEqual(t, most, goods+freight)
				amount := most
				if rapid.Bool().Draw(t, "less") {
					amount = mall.Money(rapid.Int64Range(0, int64(most)).Draw(t, "amount"))
				}
				leave(l, in.Qty, 0)
				l.RefundedMoney += amount
				o.Refunded, short = o.Refunded+amount, short+most-amount
			}
			require.LessOrEqual(t, o.Refunded, o.Paid)
		}
		var freight mall.Money
		for i := range o.Lines {
			require.LessOrEqual(t, o.Lines[i].FreightBack, o.Lines[i].Freight)
			freight += o.Lines[i].FreightBack
		}
		require.Equal(t, apart, freight)
		if _, most, err := o.asked(&ClaimInput{}); err == nil {
			for i := range o.Lines {
				goods, _ := o.Lines[i].Share(o.Lines[i].Refunded, o.Lines[i].Qty)
				most -= goods
				o.Refunded += goods
			}
			require.GreaterOrEqual(t, most, mall.Money(0), "the rest brings all goods that are left")
			o.Refunded += most
			require.LessOrEqual(t, o.Paid-o.Refunded, short)
		} else {
			o.Refunded += o.freightLeft()
			require.LessOrEqual(t, o.Paid-o.Refunded, short+o.FeeSum())
		}
		require.LessOrEqual(t, o.Refunded, o.Paid)
	})
}

func TestPipelineByHand(t *testing.T) {
	t.Parallel()
	o := &Order{Lines: []Line{{Qty: 3}, {Qty: 1}}}
	require.NoError(t, o.Lines[0].setUnit(1000, 900, 50)) // 10.00, from 9.00 by quantity, extra 0.50
	require.NoError(t, o.Lines[1].setUnit(333, 333, 0))
	for i := range o.Lines {
		o.Lines[i].rebate(9500) // 9.50 -> 9.025 -> 9.03 ; 3.33 -> 3.1635 -> 3.16
	}
	require.Equal(t, mall.Money(903), o.Lines[0].PriceUnit)
	require.Equal(t, mall.Money(2709), o.Lines[0].Payable)
	require.Equal(t, mall.Money(316), o.Lines[1].Payable)
	require.Equal(t, mall.Money(100), o.cutGoods("coupon", "1", 100, nil)) // 89.55… and 10.44…
	require.Equal(t, mall.Money(2709-90), o.Lines[0].Payable)
	require.Equal(t, mall.Money(316-10), o.Lines[1].Payable)
	o.setFreight([]mall.Money{600, 200})
	require.Equal(t, mall.Money(800), o.cutFreight("free", "", 9999), "cut to what is left")
	require.NoError(t, o.freeze())
	require.Equal(t, mall.Money(2925), o.Payable)
	require.Equal(t, mall.Money(3*1050+333), o.List)
	require.Equal(t, mall.Money(300), o.Cut(SourceStep))
}

func TestAmountsOutOfRangeAreRefused(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		qty         int64
		list, price mall.Money
	}{{0, 1, 1}, {1, -1, -1}, {1, mall.MaxMoney + 1, 1}, {99_999, mall.MaxMoney, 1}, {1 << 62, 5, 5}} {
		l := Line{Qty: c.qty}
		require.ErrorIs(t, l.setUnit(c.list, c.price, 0), ErrAmount)
	}
}

package order

import (
	"slices"

	"github.com/gomall-dev/mall"
)

// This file is the arithmetic of the pricing pipeline, free of services. The
// sequence itself is written down in quote.go.

// setUnit gives a line its list price: what one piece with its add-ons costs
// before anything is taken off. price is the piece after quantity step and
// level price; a step that is dearer than the list price is the list price.
func (l *Line) setUnit(list, price, addons mall.Money) error {
	list = max(list, price)
	if list < 0 || price < 0 || addons < 0 || list > mall.MaxMoney || addons > mall.MaxMoney || l.Qty < 1 || list+addons > mall.MaxMoney/mall.Money(l.Qty) {
		return ErrAmount
	}
	l.ListUnit, l.PriceUnit = list+addons, list+addons
	l.List = l.ListUnit * mall.Money(l.Qty)
	l.Payable = l.List
	l.cutUnit(SourceStep, "", list-price)
	return nil
}

// cutUnit takes an amount off every piece, at most what a piece costs.
func (l *Line) cutUnit(source, ref string, each mall.Money) {
	each = min(each, l.PriceUnit)
	if each <= 0 {
		return
	}
	l.PriceUnit -= each
	l.cut(source, ref, each*mall.Money(l.Qty))
}

// cut takes an amount off the line; the caller keeps it within Payable.
func (l *Line) cut(source, ref string, amount mall.Money) {
	if amount == 0 {
		return
	}
	l.Payable -= amount
	l.Reductions = append(l.Reductions, Reduction{source, ref, amount})
}

// rebate lets a membership level pay its share of every piece, rounded half up
// to the fen.
func (l *Line) rebate(r mall.Rate) {
	if r > 0 && r < mall.Whole {
		l.cutUnit(SourceLevel, "", l.PriceUnit-r.Of(l.PriceUnit))
	}
}

// goodsSum is Σ payable of the lines.
func (o *Order) goodsSum() mall.Money {
	var sum mall.Money
	for i := range o.Lines {
		sum += o.Lines[i].Payable
	}
	return sum
}

// pointsSum is Σ points price of the lines.
func (o *Order) pointsSum() int64 {
	var sum int64
	for i := range o.Lines {
		sum += o.Lines[i].Points
	}
	return sum
}

// cutGoods spreads an amount over lines (nil for all) by what they cost now,
// by largest remainder, at most what is left of them. It says how much it was.
func (o *Order) cutGoods(source, ref string, amount mall.Money, lines []int) mall.Money {
	weights := make([]int64, len(o.Lines))
	var sum mall.Money
	for i := range o.Lines {
		if lines == nil || slices.Contains(lines, i) {
			weights[i] = int64(o.Lines[i].Payable)
			sum += o.Lines[i].Payable
		}
	}
	amount = min(amount, sum)
	if amount <= 0 {
		return 0
	}
	for i, part := range mall.Spread(amount, weights) {
		o.Lines[i].cut(source, ref, part)
	}
	return amount
}

// setFreight puts the freight of each line, before reductions.
func (o *Order) setFreight(fees []mall.Money) {
	o.FreightList = 0
	for i := range o.Lines {
		o.Lines[i].Freight = fees[i]
		o.FreightList += fees[i]
	}
	o.Freight = o.FreightList
}

// cutFreight takes an amount off the freight, at most what is left, and says
// how much it was.
func (o *Order) cutFreight(source, ref string, amount mall.Money) mall.Money {
	amount = min(amount, o.Freight)
	if amount <= 0 {
		return 0
	}
	weights := make([]int64, len(o.Lines))
	for i := range o.Lines {
		weights[i] = int64(o.Lines[i].Freight)
	}
	for i, part := range mall.Spread(amount, weights) {
		o.Lines[i].Freight -= part
	}
	o.Freight -= amount
	o.FreightCuts = append(o.FreightCuts, Reduction{source, ref, amount})
	return amount
}

// spreadDeducted shares the points of a deduction among the lines by what
// each line got off for them.
func (o *Order) spreadDeducted(points int64) {
	weights := make([]int64, len(o.Lines))
	for i := range o.Lines {
		weights[i] = int64(cut(o.Lines[i].Reductions, SourcePoints))
	}
	o.Deducted = points
	for i, part := range mall.Spread(mall.Money(points), weights) {
		o.Lines[i].Deducted = int64(part)
	}
}

// freeze adds up the order. It is the last step of every change of price;
// ErrAmount when the sum is beyond what an order may cost.
func (o *Order) freeze() error {
	o.List, o.Reduced, o.Points = 0, 0, o.pointsSum()
	for i := range o.Lines {
		l := &o.Lines[i]
		o.List += l.List
		for _, r := range l.Reductions {
			o.Reduced += r.Amount
		}
	}
	for _, r := range o.FreightCuts {
		o.Reduced += r.Amount
	}
	o.Payable = o.goodsSum() + o.Freight + o.FeeSum()
	if o.Payable < 0 || o.Payable > mall.MaxMoney || o.List+o.FreightList > mall.MaxMoney {
		return ErrAmount
	}
	return o.balanced()
}

// balanced checks the two identities of the package's contract.
func (o *Order) balanced() error {
	var goods, freight mall.Money
	for i := range o.Lines {
		l := &o.Lines[i]
		if l.Payable < 0 || l.Freight < 0 {
			return errUnbalanced
		}
		goods += l.Payable
		freight += l.Freight
	}
	if o.Payable != goods+freight+o.FeeSum() || freight != o.Freight || o.Payable != o.List+o.FreightList+o.FeeSum()-o.Reduced {
		return errUnbalanced
	}
	return nil
}

// reprice makes goods and freight cost the given amounts by a reduction
// "manual", which replaces an earlier one. Fees stay. Asking for more than the
// pipeline's price is a negative reduction.
func (o *Order) reprice(goods, freight mall.Money, ref string) error {
	if goods < 0 || freight < 0 || goods > mall.MaxMoney || freight > mall.MaxMoney {
		return ErrAmount
	}
	manual := func(r Reduction) bool { return r.Source == SourceManual }
	for i := range o.Lines {
		l := &o.Lines[i]
		l.Payable += cut(l.Reductions, SourceManual)
		l.Reductions = slices.DeleteFunc(l.Reductions, manual)
	}
	for i, d := range spreadDelta(o.goodsSum()-goods, o.Lines, func(l *Line) mall.Money { return l.Payable }) {
		o.Lines[i].cut(SourceManual, ref, d)
	}
	// The freight's shares are drawn anew from the list by the new amount: a
	// manual freight has no other reductions to keep in proportion.
	o.FreightCuts = slices.DeleteFunc(o.FreightCuts, manual)
	var kept mall.Money
	for _, r := range o.FreightCuts {
		kept += r.Amount
	}
	if d := o.FreightList - kept - freight; d != 0 {
		o.FreightCuts = append(o.FreightCuts, Reduction{SourceManual, ref, d})
	}
	weights := make([]int64, len(o.Lines))
	for i := range o.Lines {
		weights[i] = int64(o.Lines[i].Freight)
	}
	for i, part := range mall.Spread(freight, weights) {
		o.Lines[i].Freight = part
	}
	o.Freight = freight
	return o.freeze()
}

// spreadDelta spreads an amount of either sign over lines by a weight.
func spreadDelta(d mall.Money, lines []Line, of func(*Line) mall.Money) []mall.Money {
	weights := make([]int64, len(lines))
	for i := range lines {
		weights[i] = int64(of(&lines[i]))
	}
	if d >= 0 {
		return mall.Spread(d, weights)
	}
	parts := mall.Spread(-d, weights)
	for i := range parts {
		parts[i] = -parts[i]
	}
	return parts
}

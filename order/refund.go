package order

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/payment"
)

// taken is what leaves an order with pieces that are refunded.
type taken struct {
	line    mall.ID
	sku     mall.ID
	goods   mall.ID
	first   int64 // number of the first piece that leaves, from 1
	qty     int64 // pieces that leave
	shelf   int64 // of them go back on the shelf
	points  int64 // to be given back
	granted bool  // the pieces gave memberships
}

// leave takes pieces out of a line. Their points are its share of what the
// line cost in points, so that all portions add up to the whole.
func leave(l *Line, qty, shelf int64) taken {
	all := mall.Money(l.Points + l.Deducted)
	t := taken{line: l.ID, sku: l.SKU, goods: l.Goods, first: l.Refunded + 1, qty: qty, shelf: shelf, granted: l.Level != 0,
		points: int64(mall.Portion(all, l.Refunded, l.Refunded+qty, l.Qty))}
	l.Refunded += qty
	return t
}

// leaveAll takes every piece out of the order that was not handed over against
// a code; those that were not sent go back on the shelf.
func (o *Order) leaveAll() ([]taken, []*Line) {
	var off []taken
	var lines []*Line
	for i := range o.Lines {
		l := &o.Lines[i]
		if n := l.Live() - l.Redeemed; n > 0 {
			off = append(off, leave(l, n, min(l.Open(), n)))
			lines = append(lines, l)
		}
	}
	return off, lines
}

// handed is what the pieces cost that were handed over against codes, less the
// freight that was sent back apart. They count as the last ones of their line.
func (o *Order) handed() mall.Money {
	var sum mall.Money
	for i := range o.Lines {
		l := &o.Lines[i]
		goods, freight := l.Share(l.Qty-l.Redeemed, l.Qty)
		sum += goods + max(freight-l.FreightBack, 0)
	}
	return sum
}

// undo gives back what left the order: stock, codes, memberships, points. The order's row
// was saved before; counters are written by key.
func (s *Service) undo(ctx context.Context, o *Order, off []taken, from points.Source) error {
	slices.SortFunc(off, func(a, b taken) int { return cmp.Compare(a.sku, b.sku) })
	var score int64
	for _, t := range off {
		if t.shelf > 0 {
			if err := s.deps.Stock.Return(ctx, source(o.ID), stock.SKU(t.sku), t.shelf); err != nil {
				return err
			}
		}
		if o.CanRedeem && t.qty > 0 {
			if err := s.deps.Codes.Void(ctx, o.ID, t.line, t.qty); err != nil {
				return err
			}
		}
		score += t.points
	}
	if o.CanRedeem && o.left() == 0 {
		if err := s.deps.Codes.Void(ctx, o.ID, 0, maxCodes); err != nil {
			return err
		}
	}
	if err := s.ungrant(ctx, off); err != nil {
		return err
	}
	s.deps.Tx.OnCommit(ctx, func(context.Context) {
		for _, t := range off {
			s.deps.Catalog.CountSales(t.goods, 0, -t.qty)
		}
	})
	return s.earn(ctx, o, from, score)
}

// kept is what was not refunded of pieces that left the order, because the
// merchant agreed to less than they cost. Freight that was sent back apart counts
// to the pieces that were handed over first, then to these.
func (o *Order) kept() mall.Money {
	var sum mall.Money
	for i := range o.Lines {
		l := &o.Lines[i]
		_, handed := l.Share(l.Qty-l.Redeemed, l.Qty)
		goods, freight := l.Share(0, l.Refunded)
		freight -= max(l.RefundedMoney-goods, 0) + max(l.FreightBack-handed, 0)
		sum += max(goods-l.RefundedMoney, 0) + max(freight, 0)
	}
	return sum
}

// left is the number of pieces that are neither refunded nor handed over
// against a code.
func (o *Order) left() int64 {
	var n int64
	for i := range o.Lines {
		n += max(o.Lines[i].Live()-o.Lines[i].Redeemed, 0)
	}
	return n
}

// whole says whether with this amount everything that was paid is refunded: all
// the money, and every piece that points were paid for; where no money was
// paid, every piece.
func (o *Order) whole(amount mall.Money) bool {
	if o.Refunded+amount < o.Paid {
		return false
	}
	return !slices.ContainsFunc(o.Lines, func(l Line) bool {
		return l.Live() > 0 && (o.Paid == 0 || l.Points+l.Deducted > 0)
	})
}

// onRefund runs in the transaction in which a refund of an order becomes
// final. Its source says what it was for: a claim, or the order itself.
func (s *Service) onRefund(ctx context.Context, r *payment.Refund) error {
	kind, text, _ := strings.Cut(r.Source, ":")
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil {
		return nil // a refund that somebody else asked for: its owner knows
	}
	id := r.Ref
	switch kind {
	case "claim":
		c, err := s.deps.Claims.Get(ctx, mall.ID(n))
		if err != nil {
			return err
		}
		return s.claimPaid(ctx, c, r.Amount)
	case "order":
		id = mall.ID(n)
	}
	return s.change(ctx, id, func(ctx context.Context, o *Order) error {
		return s.settleRefund(ctx, o, r.Amount, 0)
	})
}

// settleRefund counts a final refund and moves the order to refunded when it
// was the last. closes is 1 when an open claim ends with it.
func (s *Service) settleRefund(ctx context.Context, o *Order, amount mall.Money, closes int64, lines ...*Line) error {
	o.Refunded += amount
	o.OpenClaims -= closes
	to := o.State
	if o.whole(0) {
		to.Pay = Refunded
		if o.Ended.IsZero() {
			o.Ended = s.now()
		}
	}
	err := s.save(ctx, o, move{Move: MoveRefund, who: mall.System(), role: Machine, to: to, lines: lines,
		facts: map[string]any{"amount": amount, "refunded": o.Refunded}})
	if err != nil || to.Pay != Refunded {
		return err
	}
	if err := s.deps.Catalog.GiveLimits(ctx, source(o.ID)); err != nil {
		return err
	}
	return s.releaseOffers(ctx, o.ID)
}

// recount lets the fulfilment follow from the pieces that are left, as a move
// of its own after pieces have left.
func (s *Service) recount(ctx context.Context, o *Order) error {
	to := State{o.Pay, o.rest(), o.End}
	if to == o.State || o.Pay != Paid || o.End != Open {
		return nil
	}
	if to.Ful == Received {
		o.Received = s.now()
	}
	return s.save(ctx, o, move{Move: MoveRecount, who: mall.System(), role: Machine, to: to})
}

package bunrepo

import (
	"context"
	"strings"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

// countedOrders is how far the total of a list is counted.
const countedOrders = 10_000

func (r orders) List(ctx context.Context, f order.Filter, p mall.Page) (mall.Slice[*order.Order], error) {
	var out mall.Slice[*order.Order]
	some := r.filter(r.sel(ctx).Model((*orderRow)(nil)).ColumnExpr("1"), f).Limit(countedOrders + 1)
	var n int64
	if err := r.sel(ctx).TableExpr("(?) AS t", some).ColumnExpr("count(*)").Scan(ctx, &n); err != nil {
		return out, err
	}
	out.Total, out.AtLeast = min(n, countedOrders), n > countedOrders
	var err error
	out.Items, err = r.scan(ctx, r.filter(r.sel(ctx).Model((*orderRow)(nil)), f).Order("o.id DESC").Limit(p.Limit).Offset(p.Offset))
	return out, err
}

func (r orders) Each(ctx context.Context, f order.Filter, after mall.ID, limit int64) ([]*order.Order, error) {
	return r.scan(ctx, r.filter(r.sel(ctx).Model((*orderRow)(nil)), f).Where("o.id > ?", after).Order("o.id").Limit(limit))
}

func (r orders) Counts(ctx context.Context, f order.Filter) (map[order.Phase]int64, error) {
	var rows []struct {
		Pay, Ful, End string
		Late          bool
		N             int64
	}
	late := r.sel(ctx).Model((*orderRow)(nil)).
		ColumnExpr("pay_state AS pay, ful_state AS ful, end_state AS ?", bun.Ident("end")).
		ColumnExpr("CASE WHEN NOT held_open AND due_at <= ? THEN TRUE ELSE FALSE END AS late", f.Now.UnixMilli()).
		ColumnExpr("count(*) AS n").GroupExpr("1, 2, 3, 4")
	if err := r.filter(late, f).Scan(ctx, &rows); err != nil {
		return nil, err
	}
	counts := map[order.Phase]int64{}
	for _, row := range rows {
		o := order.Order{State: order.State{Pay: order.Pay(row.Pay), Ful: order.Fulfilment(row.Ful), End: order.End(row.End)}, HeldOpen: !row.Late, Due: f.Now}
		counts[o.Phase(f.Now)] += row.N
	}
	return counts, nil
}

// filter adds the conditions of a filter; parents are never listed, their
// parts are.
func (r orders) filter(q *bun.SelectQuery, f order.Filter) *bun.SelectQuery {
	q = q.Where("NOT o.parts")
	when := func(on bool, cond string, args ...any) {
		if on {
			q = q.Where(cond, args...)
		}
	}
	when(f.IDs != nil, "o.id IN (?)", bun.List(f.IDs))
	when(f.Buyer != 0, "o.buyer_id = ?", f.Buyer)
	when(f.Viewer == order.HideBuyer, "o.hidden_by NOT IN (1, 3)")
	when(f.Viewer == order.HideMerchant, "o.hidden_by NOT IN (2, 3)")
	when(f.Number != "", "o.number = ?", f.Number)
	when(!f.AddedFrom.IsZero(), "o.created_at >= ?", f.AddedFrom.UnixMilli())
	when(!f.AddedBefore.IsZero(), "o.created_at < ?", f.AddedBefore.UnixMilli())
	if f.Shop != nil {
		q = q.Where("o.shop_id = ?", *f.Shop)
	}
	if f.InClaim != nil {
		q = q.Where("(o.open_claims > 0 OR o.refunded > 0 OR o.pay_state = 'refunded') = ?", *f.InClaim)
	}
	if f.Claiming != nil {
		q = q.Where("(o.open_claims > 0) = ?", *f.Claiming)
	}
	if f.Logistics != nil {
		q = q.Where("(o.delivery = 'express') = ?", *f.Logistics)
	}
	if f.Grade != nil {
		q = q.Where("EXISTS (SELECT 1 FROM ?(ns)order_lines AS l WHERE l.order_id = o.id AND l.reviewed_at IS NOT NULL AND l.review_grade = ?)", *f.Grade)
	}
	if f.Phases != nil {
		conds, args := []string{"FALSE"}, []any(nil)
		for _, p := range f.Phases {
			conds = append(conds, phases[p])
			if strings.Contains(phases[p], "?") {
				args = append(args, f.Now.UnixMilli())
			}
		}
		q = q.Where("("+strings.Join(conds, " OR ")+")", args...)
	}
	return q
}

const goingOn = "o.pay_state = 'paid' AND o.end_state = 'none' AND o.ful_state = "

// phases are the conditions that order.Order.Phase stands for; a test holds
// both together.
var phases = map[order.Phase]string{
	order.PhaseUnpaid:    "(o.pay_state = 'unpaid' AND o.end_state = 'none' AND (o.held_open OR o.due_at IS NULL OR o.due_at > ?))",
	order.PhaseOverdue:   "(o.pay_state = 'unpaid' AND o.end_state = 'none' AND NOT o.held_open AND o.due_at <= ?)",
	order.PhaseWaiting:   "(" + goingOn + "'waiting')",
	order.PhasePaid:      "(" + goingOn + "'none')",
	order.PhasePreparing: "(" + goingOn + "'preparing')",
	order.PhasePart:      "(" + goingOn + "'part')",
	order.PhaseShipped:   "(" + goingOn + "'shipped')",
	order.PhaseReceived:  "(" + goingOn + "'received')",
	order.PhaseReviewed:  "(o.pay_state = 'paid' AND o.end_state = 'reviewed')",
	order.PhaseCancelled: "(o.end_state = 'cancelled')",
	order.PhaseExpired:   "(o.end_state = 'expired')",
	order.PhaseRefunded:  "(o.pay_state = 'refunded' AND o.end_state <> 'invalid')",
	order.PhaseInvalid:   "(o.end_state = 'invalid')",
}

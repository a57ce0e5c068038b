package order

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/payment"
)

// ErrReturned says that nothing of the order is left to be given back.
var ErrReturned = mall.E(mall.State, "order.returned", "order was returned already")

// Return (退货) gives back a paid order whole, for its buyer or the merchant,
// without a claim: everything that was paid and not refunded yet goes back the
// way it came, memberships and unused redemption codes end. Pieces that were
// not sent go back on the shelf; sent ones only when the buyer had received
// them, for then it is them who bring them. A parent goes with its orders.
//
// ErrNotPaid, ErrReturned, ErrClaimOpen while a claim is open, ErrState for
// orders at another end, ErrNoClaim for the buyer of an order that
// Config.Returnable leaves out. Hosts that want to agree first refuse MoveReturn in a
// Guard. The order is refunded (Pay) when the money is back.
func (s *Service) Return(ctx context.Context, who mall.Actor, ref Ref, reason string) error {
	id, err := s.resolve(ctx, ref)
	if err != nil {
		return err
	}
	if len([]rune(reason)) > 200 {
		return mall.ErrInvalid.With("reason")
	}
	return s.eachPart(ctx, id, func(ctx context.Context, id mall.ID) error {
		return s.deps.Tx.Do(ctx, func(ctx context.Context) error {
			return s.change(ctx, id, func(ctx context.Context, o *Order) error { return s.takeBack(ctx, who, o, reason) })
		})
	})
}

// eachPart does something to an order, or to those orders of a parent that
// allow it; if none of them does, the first refusal is the answer.
func (s *Service) eachPart(ctx context.Context, id mall.ID, fn func(ctx context.Context, id mall.ID) error) error {
	ids, err := s.family(ctx, id)
	if err != nil {
		return err
	}
	var refused error
	done := false
	for _, id := range ids {
		err := fn(ctx, id)
		switch {
		case err == nil:
			done = true
		case len(ids) > 1 && (mall.KindOf(err) == mall.State || errors.Is(err, ErrNoOrder)):
			if refused == nil {
				refused = err
			}
		default:
			return err
		}
	}
	if done {
		return nil
	}
	return refused
}

// takeBack is Return of one order, in its transaction.
func (s *Service) takeBack(ctx context.Context, who mall.Actor, o *Order, reason string) error {
	role, err := as(o, who, Buyer|Merchant)
	switch {
	case err != nil:
		return err
	case role&Merchant == 0 && !s.returnable(o):
		return ErrNoClaim
	case o.State == newOrder:
		return ErrNotPaid
	case o.Pay == Refunded || o.Pay == Paid && o.left() == 0:
		return ErrReturned
	case !can(o.State, MoveReturn, role):
		return ErrState.With(string(MoveReturn), string(o.Phase(s.now())))
	case o.OpenClaims > 0:
		return ErrClaimOpen
	}
	amount := o.refundable()
	had := o.Ful == Received
	off, lines := o.leaveAll()
	if had {
		for i := range off {
			off[i].shelf = off[i].qty
		}
	}
	err = s.save(ctx, o, move{Move: MoveReturn, who: who, role: role, to: o.State, reason: reason, lines: lines,
		facts: map[string]any{"amount": amount}})
	if err != nil {
		return err
	}
	if !o.whole(amount) {
		if err := s.recount(ctx, o); err != nil {
			return err
		}
	}
	if err := s.undo(ctx, o, off, points.Source{Type: pointsBack, ID: o.ID}); err != nil {
		return err
	}
	if amount == 0 {
		return s.settleRefund(ctx, o, 0, 0)
	}
	_, err = s.deps.Payments.Refund(ctx, who, payment.RefundInput{Purpose: payment.Order, Ref: o.PaidAs, Source: source(o.ID), Amount: amount, Reason: reason})
	return err
}

// returnable says whether the buyer may give the order back without a claim.
func (s *Service) returnable(o *Order) bool {
	if s.cfg.Returnable != nil {
		return s.cfg.Returnable(o)
	}
	return o.Face == mall.FaceManager
}

// Returned says whether all that was paid for left the order again, though the
// money may still be on its way.
func (o *Order) Returned() bool {
	if o.Pay == Refunded {
		return true
	}
	for i := range o.Lines {
		if o.Lines[i].Live() > 0 {
			return false
		}
	}
	return o.Pay == Paid && len(o.Lines) > 0
}

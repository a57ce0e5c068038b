package order

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/payment"
)

// ShipAction is a step of the merchant towards the buyer, by the numbers of
// the management back end.
type ShipAction int

const (
	// ShipSend sends pieces on their way.
	ShipSend ShipAction = 1
	// ShipReceive notes that the buyer has everything.
	ShipReceive ShipAction = 2
	// ShipPrepare (备货) notes that the goods are being made ready.
	ShipPrepare ShipAction = 3
)

// ShipInput is one step. Pieces nil sends all that is not sent yet; lines with
// an open claim stay behind.
type ShipInput struct {
	Action   ShipAction
	Code     string // of the carrier
	Name     string // of the carrier
	Tracking string
	Pieces   []Piece
}

// Ship lets the staff of the order's shop move a paid order towards its buyer.
// Steps only go forward: ErrState for one that was taken already, ErrNotPaid
// before the payment, ErrNothingToShip when no piece waits. A parent takes its
// orders along, as far as they are of that shop and the step is theirs.
func (s *Service) Ship(ctx context.Context, who mall.Actor, ref Ref, in ShipInput) error {
	id, err := s.resolve(ctx, ref)
	if err != nil {
		return err
	}
	if max(len(in.Code), len(in.Name), len(in.Tracking)) > 100 {
		return mall.ErrInvalid.With("trackingNumber")
	}
	return s.eachPart(ctx, id, func(ctx context.Context, id mall.ID) error {
		return s.deps.Tx.Do(ctx, func(ctx context.Context) error { return s.shipOne(ctx, who, id, in) })
	})
}

// shipOne is Ship of one order, in its transaction.
func (s *Service) shipOne(ctx context.Context, who mall.Actor, id mall.ID, in ShipInput) error {
	if in.Action == ShipReceive {
		return s.receive(ctx, id, who, Merchant)
	}
	return s.change(ctx, id, func(ctx context.Context, o *Order) error {
		role, err := as(o, who, Merchant)
		if err != nil {
			return err
		}
		if o.State == newOrder {
			return ErrNotPaid
		}
		switch in.Action {
		case ShipPrepare:
			return s.save(ctx, o, move{Move: MovePrepare, who: who, role: role, to: State{o.Pay, Preparing, o.End}})
		case ShipSend:
			return s.send(ctx, who, role, o, in)
		}
		return ErrState.With(string(MoveShip), string(o.Phase(s.now())))
	})
}

func (s *Service) send(ctx context.Context, who mall.Actor, role Role, o *Order, in ShipInput) error {
	if !can(o.State, MoveShip, role) {
		return ErrState.With(string(MoveShip), string(o.Phase(s.now())))
	}
	if err := guard(o, MoveShip, s.now()); err != nil {
		return err
	}
	pieces := in.Pieces
	if pieces == nil {
		for i := range o.Lines {
			if l := &o.Lines[i]; l.Open() > 0 && l.Claim == 0 {
				pieces = append(pieces, Piece{l.ID, l.Open()})
			}
		}
	}
	if len(pieces) == 0 {
		return ErrNothingToShip
	}
	var lines []*Line
	for _, p := range pieces {
		l := o.Line(p.Line)
		switch {
		case l == nil:
			return ErrNoLine
		case l.Claim != 0:
			return ErrClaimOpen
		case p.Qty < 1 || p.Qty > l.Open():
			return ErrQty.With(l.Goods)
		}
		l.Shipped = max(l.Shipped, l.Redeemed) + p.Qty
		lines = append(lines, l)
	}
	to := State{o.Pay, Shipped, o.End}
	for i := range o.Lines {
		if o.Lines[i].Open() > 0 {
			to.Ful = Part
		}
	}
	o.ShippedAt = s.now()
	err := s.save(ctx, o, move{Move: MoveShip, who: who, role: role, to: to, lines: lines,
		reason: in.Tracking, facts: map[string]any{"pieces": pieces}})
	if err != nil {
		return err
	}
	return s.deps.Orders.AddShipment(ctx, &Shipment{Order: o.ID, Code: in.Code, Name: in.Name, Tracking: in.Tracking, Pieces: pieces, At: o.ShippedAt})
}

// Receive is the buyer's word that everything arrived. Only wholly shipped
// orders without an open claim can be received; a parent takes its orders along.
func (s *Service) Receive(ctx context.Context, who mall.Actor, ref Ref) error {
	id, err := s.resolve(ctx, ref)
	if err != nil {
		return err
	}
	return s.eachPart(ctx, id, func(ctx context.Context, id mall.ID) error {
		return s.deps.Tx.Do(ctx, func(ctx context.Context) error { return s.receive(ctx, id, who, Buyer) })
	})
}

// receive moves an order to received in one of its roles, Machine standing
// for the sweep.
func (s *Service) receive(ctx context.Context, id mall.ID, who mall.Actor, role Role) error {
	return s.change(ctx, id, func(ctx context.Context, o *Order) error {
		if role != Machine {
			if _, err := as(o, who, role); err != nil {
				return err
			}
		}
		if role == Merchant && o.State == newOrder {
			return ErrNotPaid
		}
		to := State{o.Pay, Received, o.End}
		if !step(o.State, MoveReceive, to, role) {
			return ErrState.With(string(MoveReceive), string(o.Phase(s.now())))
		}
		if err := guard(o, MoveReceive, s.now()); err != nil {
			return err
		}
		var lines []*Line
		for i := range o.Lines {
			if l := &o.Lines[i]; l.Open() > 0 {
				l.Shipped = l.Live()
				lines = append(lines, l)
			}
		}
		o.Received = s.now()
		if err := s.save(ctx, o, move{Move: MoveReceive, who: who, role: role, to: to, lines: lines}); err != nil {
			return err
		}
		if o.CanRedeem {
			return s.deps.Codes.Void(ctx, o.ID, 0, maxCodes)
		}
		return nil
	})
}

// Invalidate ends an order for the merchant, with a reason. An unpaid one gives
// back what it held; of a paid one everything that is left is refunded, and
// what was not shipped goes back on the shelf. A parent goes with its orders.
func (s *Service) Invalidate(ctx context.Context, who mall.Actor, ref Ref, reason string) error {
	o, err := s.ofMerchant(ctx, who, ref)
	if err != nil {
		return err
	}
	if o.Parts {
		return s.invalidateParts(ctx, who, o.ID, reason)
	}
	if o.State == newOrder {
		err := s.endUnpaid(ctx, o.ID, move{Move: MoveInvalidate, who: who, to: State{Unpaid, Idle, Invalid}, reason: reason})
		if !errors.Is(err, ErrPaidMeanwhile) {
			return err
		}
	}
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		return s.change(ctx, o.ID, func(ctx context.Context, o *Order) error {
			switch {
			case o.Pay != Paid:
				return ErrState.With(string(MoveInvalidate), string(o.Phase(s.now())))
			case o.OpenClaims > 0:
				return ErrClaimOpen
			}
			left := o.Paid - o.Refunded - o.handed()
			off, lines := o.leaveAll()
			o.Ended = s.now()
			err := s.save(ctx, o, move{Move: MoveInvalidate, who: who, role: Merchant, to: State{o.Pay, o.Ful, Invalid}, reason: reason, lines: lines})
			if err != nil {
				return err
			}
			if err := s.undo(ctx, o, off, points.Source{Type: pointsBack, ID: o.ID}); err != nil {
				return err
			}
			if left <= 0 {
				return s.settleRefund(ctx, o, 0, 0)
			}
			_, err = s.deps.Payments.Refund(ctx, who, payment.RefundInput{Purpose: payment.Order, Ref: o.PaidAs, Source: source(o.ID), Amount: left, Reason: reason})
			return err
		})
	})
}

func (s *Service) invalidateParts(ctx context.Context, who mall.Actor, parent mall.ID, reason string) error {
	ids, err := s.deps.Orders.Children(ctx, parent)
	if err != nil {
		return err
	}
	for _, id := range ids {
		if err := s.Invalidate(ctx, who, Ref{ID: id}, reason); err != nil && !errors.Is(err, ErrState) {
			return err
		}
	}
	return nil
}

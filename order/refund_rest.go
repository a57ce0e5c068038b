package order

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// RefundInput asks for the money of a whole order.
type RefundInput struct {
	Reason string
	// Partly lets an order be refunded of which codes were used: what is left
	// of it goes back. Else a used code bars the refund.
	Partly bool
}

// refundable is what a buyer gets for all that is left of a paid order: what was
// paid, less what went back, what was handed over against codes, and what the
// merchant kept of pieces that left.
func (o *Order) refundable() mall.Money {
	return max(o.Paid-o.Refunded-o.handed()-o.kept(), 0)
}

// RefundRest gives a buyer the money back for all that is left of a paid order
// of which nothing was sent, without asking the merchant: a refund-only claim
// that is accepted at once. Codes become void, pieces go back on the shelf and
// points to the buyer in the same transaction; the claim closes when the
// money has moved, which is tried at once; the refund says whether it did, nil
// when nothing was to be paid back. It is called outside of transactions.
// Return, which takes sent goods too, works without a claim: nobody finds it
// among the after-sale requests, and the order counts as returned at once.
//
// ErrState for orders in any other state, ErrNoClaim when a
// code was used or nothing is left, ErrClaimOpen while a claim is open.
func (s *Service) RefundRest(ctx context.Context, who mall.Actor, ref Ref, in RefundInput) (*Claim, *payment.Refund, error) {
	if len([]rune(in.Reason)) > 200 {
		return nil, nil, mall.ErrInvalid.With("reason")
	}
	id, err := s.resolve(ctx, ref)
	if err != nil {
		return nil, nil, err
	}
	var c *Claim
	err = s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		return s.change(ctx, id, func(ctx context.Context, o *Order) (err error) {
			c, err = s.refundRest(ctx, who, o, in)
			return err
		})
	})
	if err != nil {
		return nil, nil, err
	}
	r, err := s.deps.Payments.SendRefund(ctx, c.source())
	if errors.Is(err, mall.ErrNotFound) {
		return c, nil, nil
	}
	return c, r, err
}

func (s *Service) refundRest(ctx context.Context, who mall.Actor, o *Order, in RefundInput) (*Claim, error) {
	if _, err := as(o, who, Buyer); err != nil {
		return nil, err
	}
	switch phase := o.Phase(s.now()); phase {
	case PhaseWaiting, PhasePaid, PhasePreparing:
	default:
		return nil, ErrState.With(string(MoveClaim), string(phase))
	}
	if o.OpenClaims > 0 {
		return nil, ErrClaimOpen
	}
	var lines []*Line
	for i := range o.Lines {
		l := &o.Lines[i]
		switch {
		case l.Shipped > 0:
			return nil, ErrState.With(string(MoveClaim), string(PhasePart))
		case l.Redeemed > 0 && !in.Partly:
			return nil, ErrNoClaim
		case l.Live() > l.Redeemed:
			lines = append(lines, l)
		}
	}
	if len(lines) == 0 {
		return nil, ErrNoClaim
	}
	now := s.now()
	c := &Claim{Order: o.ID, Buyer: o.Buyer, Shop: o.Shop, Type: RefundOnly, State: Applied,
		Amount: o.refundable(), Reason: in.Reason, Added: now, Updated: now}
	o.OpenClaims++
	if err := s.save(ctx, o, move{Move: MoveClaim, who: who, role: Buyer, to: o.State, reason: in.Reason, facts: map[string]any{"amount": c.Amount}}); err != nil {
		return nil, err
	}
	if err := s.deps.Claims.Insert(ctx, c); err != nil {
		return nil, err
	}
	for _, l := range lines {
		l.Claim, l.LastClaim = c.ID, c.ID
	}
	return c, s.payClaim(ctx, who, Machine, o, c)
}

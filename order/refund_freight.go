package order

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// ErrNoFreight says that nothing of the order's freight is left to be refunded.
var ErrNoFreight = mall.E(mall.State, "order.no_freight", "no freight of the order is left to be refunded")

// RefundFreight gives freight of a paid order back apart from its pieces, for
// the merchant, whether these are still there or were refunded without it:
// amount 0 is all that went back neither with pieces nor apart. It goes the way
// it came, as a claim without lines that closes when the money has moved, which
// is tried at once; pieces that are refunded later bring what is left. It is
// called outside of transactions.
//
// ErrNoFreight when nothing is left, ErrClaimAmount above that, ErrClaimOpen
// while a claim is open, ErrState for orders that are not paid or at an end, and
// when it is all that was paid while pieces are left: Return gives these back.
func (s *Service) RefundFreight(ctx context.Context, who mall.Actor, ref Ref, amount mall.Money, reason string) (*Claim, *payment.Refund, error) {
	switch {
	case amount < 0:
		return nil, nil, mall.ErrInvalid.With("amount")
	case len([]rune(reason)) > 200:
		return nil, nil, mall.ErrInvalid.With("reason")
	}
	id, err := s.resolve(ctx, ref)
	if err != nil {
		return nil, nil, err
	}
	var c *Claim
	err = s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		return s.change(ctx, id, func(ctx context.Context, o *Order) (err error) {
			c, err = s.refundFreight(ctx, who, o, amount, reason)
			return err
		})
	})
	if err != nil {
		return nil, nil, err
	}
	r, err := s.deps.Payments.SendRefund(ctx, c.source())
	return c, r, err
}

func (s *Service) refundFreight(ctx context.Context, who mall.Actor, o *Order, amount mall.Money, reason string) (*Claim, error) {
	role, err := as(o, who, Merchant)
	switch {
	case err != nil:
		return nil, err
	case !can(o.State, MoveRefund, role):
		return nil, ErrState.With(string(MoveRefund), string(o.Phase(s.now())))
	case o.OpenClaims > 0:
		return nil, ErrClaimOpen
	}
	left := o.freightLeft()
	switch {
	case left <= 0:
		return nil, ErrNoFreight
	case amount > left:
		return nil, ErrClaimAmount.With(left)
	case amount == 0:
		amount = left
	}
	if o.whole(amount) && o.left() > 0 {
		return nil, ErrState.With(string(MoveRefund), string(o.Phase(s.now())))
	}
	now := s.now()
	c := &Claim{Order: o.ID, Buyer: o.Buyer, Shop: o.Shop, Type: RefundOnly, State: Refunding, Amount: amount, Reason: reason, Added: now, Updated: now}
	o.OpenClaims++
	err = s.save(ctx, o, move{Move: MoveAnswer, who: who, role: role, to: o.State, reason: string(Refunding), lines: o.sendFreight(amount),
		facts: map[string]any{"freight": amount}})
	if err != nil {
		return nil, err
	}
	if err := s.deps.Claims.Insert(ctx, c); err != nil {
		return nil, err
	}
	_, err = s.deps.Payments.Refund(ctx, who, payment.RefundInput{Purpose: payment.Order, Ref: o.PaidAs, Source: c.source(), Amount: amount, Reason: reason})
	return c, err
}

// freightLeft is the freight that can be sent back apart.
func (o *Order) freightLeft() mall.Money {
	var sum mall.Money
	for i := range o.Lines {
		sum += o.Lines[i].freightLeft()
	}
	return min(sum, o.Paid-o.Refunded)
}

// sendFreight takes an amount off the freight of the lines and gives those it
// changed.
func (o *Order) sendFreight(amount mall.Money) []*Line {
	weights := make([]int64, len(o.Lines))
	for i := range o.Lines {
		weights[i] = int64(o.Lines[i].freightLeft())
	}
	var lines []*Line
	for i, part := range mall.Spread(amount, weights) {
		if part > 0 {
			o.Lines[i].FreightBack += part
			lines = append(lines, &o.Lines[i])
		}
	}
	return lines
}

// freightLeft is the freight of a line without open claims that went back
// neither with its pieces nor apart. Money that was refunded for pieces is
// for the goods first.
func (l *Line) freightLeft() mall.Money {
	goods, _ := l.Share(0, l.Refunded)
	return max(l.Freight-l.FreightBack-max(l.RefundedMoney-goods, 0), 0)
}

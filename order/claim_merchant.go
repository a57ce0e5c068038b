package order

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/payment"
)

// Accept agrees to a claim. amount, if not nil, is what will be refunded, at
// most what was asked for; back says where goods are sent.
func (s *Service) Accept(ctx context.Context, who mall.Actor, claim mall.ID, amount *mall.Money, back BackTo, words string) error {
	return s.answer(ctx, who, claim, Merchant, []ClaimState{Applied}, Accepted, func(c *Claim) error {
		if amount != nil {
			if *amount < 0 || *amount > c.Amount {
				return ErrClaimAmount.With(c.Amount)
			}
			c.Amount = *amount
		}
		c.BackTo, c.Answer = back, words
		return nil
	})
}

// Refuse ends a claim without anything, with the merchant's words.
func (s *Service) Refuse(ctx context.Context, who mall.Actor, claim mall.ID, words string) error {
	return s.answer(ctx, who, claim, Merchant, []ClaimState{Applied, Accepted}, Refused, func(c *Claim) error {
		c.Answer = words
		return nil
	})
}

// GoodsBack notes that the goods of an accepted claim arrived.
func (s *Service) GoodsBack(ctx context.Context, who mall.Actor, claim mall.ID) error {
	return s.answer(ctx, who, claim, Merchant, []ClaimState{Accepted}, Back, func(c *Claim) error {
		if c.Type == RefundOnly {
			return ErrClaimState
		}
		return nil
	})
}

// Exchanged ends an exchange whose goods are back and whose others are sent.
// Stock stays as it is: as much went out as came in.
func (s *Service) Exchanged(ctx context.Context, who mall.Actor, claim mall.ID) error {
	return s.answer(ctx, who, claim, Merchant, []ClaimState{Back}, Closed, func(c *Claim) error {
		if c.Type != Exchange {
			return ErrClaimState
		}
		return nil
	})
}

// RefundClaim sends the claim's money on its way and takes its pieces out of
// the order, in one transaction: unsent or returned pieces go back on the
// shelf, points go back by their share, codes become void. A refund-only claim
// can be refunded once it is applied for, another once its goods are back. The
// claim closes when the refund is final.
func (s *Service) RefundClaim(ctx context.Context, who mall.Actor, claim mall.ID) error {
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		order, err := s.claimOrder(ctx, claim)
		if err != nil {
			return err
		}
		return s.change(ctx, order, func(ctx context.Context, o *Order) error {
			c, err := s.deps.Claims.Get(ctx, claim)
			if err != nil {
				return err
			}
			return s.refundClaim(ctx, who, o, c)
		})
	})
}

func (s *Service) refundClaim(ctx context.Context, who mall.Actor, o *Order, c *Claim) error {
	role, err := as(o, who, Merchant)
	if err != nil {
		return err
	}
	ready := []ClaimState{Back}
	if c.Type == RefundOnly {
		ready = []ClaimState{Applied, Accepted}
	}
	if c.Type == Exchange || !slices.Contains(ready, c.State) {
		return ErrClaimState
	}
	return s.payClaim(ctx, who, role, o, c)
}

// payClaim takes the pieces of a claim out of the order and sends its money on
// its way, inside change.
func (s *Service) payClaim(ctx context.Context, who mall.Actor, role Role, o *Order, c *Claim) error {
	off, lines := o.leaveBy(c)
	err := s.save(ctx, o, move{Move: MoveAnswer, who: who, role: role, to: o.State, reason: string(Refunding), lines: lines})
	if err != nil {
		return err
	}
	if err := s.putClaim(ctx, c, Refunding); err != nil {
		return err
	}
	// An order of which nothing is left is about to be refunded as a whole;
	// else what is left says how far it is.
	if !o.whole(c.Amount) {
		if err := s.recount(ctx, o); err != nil {
			return err
		}
	}
	if err := s.undo(ctx, o, off, points.Source{Type: "claim.back", ID: c.ID}); err != nil {
		return err
	}
	if c.Amount == 0 {
		return s.claimPaid(ctx, c, 0)
	}
	_, err = s.deps.Payments.Refund(ctx, who, payment.RefundInput{Purpose: payment.Order, Ref: o.PaidAs,
		Source: c.source(), Amount: c.Amount, Reason: c.Reason})
	return err
}

// source is the name under which payments know a claim's refund.
func (c *Claim) source() string { return fmt.Sprintf("claim:%d", c.ID) }

// leaveBy takes the pieces of a claim out of the order.
func (o *Order) leaveBy(c *Claim) (off []taken, lines []*Line) {
	for i := range o.Lines {
		l := &o.Lines[i]
		if l.Claim != c.ID {
			continue
		}
		n := l.Live() - l.Redeemed
		if c.Line != 0 {
			n = min(n, c.Qty)
		}
		shelf := n
		if c.Type == RefundOnly {
			shelf = min(n, l.Open())
		} else if sent := l.Shipped - l.Redeemed; sent > 0 {
			l.Shipped -= min(n, sent) // what was sent came back, what was not is still owed
		}
		off = append(off, leave(l, n, shelf))
		lines = append(lines, l)
	}
	return off, lines
}

// claimPaid closes a claim whose money is back, and counts it on the order.
func (s *Service) claimPaid(ctx context.Context, c *Claim, amount mall.Money) error {
	return s.change(ctx, c.Order, func(ctx context.Context, o *Order) error {
		now, err := s.deps.Claims.Get(ctx, c.ID)
		if err != nil {
			return err
		}
		if now.State.Ended() {
			return nil
		}
		lines := o.free(now)
		for _, l := range lines {
			if now.Line != 0 {
				l.RefundedMoney += amount
			}
		}
		if err := s.settleRefund(ctx, o, amount, 1, lines...); err != nil {
			return err
		}
		return s.putClaim(ctx, now, Closed)
	})
}

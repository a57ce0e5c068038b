package membership

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// Refund takes the grant of a paid purchase away at once and sends its money
// back to where it came from: the whole of it for amount 0, else that part, the
// rest of which the shop keeps; ErrAmount above what was paid. What other
// purchases gave stays. It happens once, and ends an agreement to renew the
// level; the gateway's part is moved by payment.Service.SweepRefunds. It needs Right.
func (s *Service) Refund(ctx context.Context, who mall.Actor, id mall.ID, amount mall.Money) (*Purchase, error) {
	if err := who.Must(Right); err != nil {
		return nil, err
	}
	d, err := s.get(ctx, id)
	if err != nil {
		return nil, err
	}
	switch {
	case amount == 0:
		amount = d.Amount
	case amount < 0 || amount > d.Amount:
		return nil, ErrAmount.With(d.Amount)
	}
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		taken, err := s.takeBack(ctx, d, who.Account, amount)
		if err != nil {
			return err
		}
		if !taken {
			now, err := s.get(ctx, id)
			if err != nil {
				return err
			}
			return ErrState.With(string(now.State))
		}
		if amount == 0 {
			return nil
		}
		_, err = s.d.Payments.Refund(ctx, who, payment.RefundInput{Purpose: Purpose, Ref: id, Source: Source(id), Amount: amount, Reason: "会员退款"})
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.get(ctx, id)
}

// takeBack ends a paid purchase and takes its grant away, inside Do; false when
// it is not paid, or ended before.
func (s *Service) takeBack(ctx context.Context, d *Purchase, by mall.ID, amount mall.Money) (bool, error) {
	if err := s.d.Members.Own(ctx, d.Account); err != nil {
		return false, err
	}
	if ok, err := s.d.Repo.Refund(ctx, d.ID, by, amount, s.now()); err != nil || !ok {
		return false, err
	}
	if err := s.d.Members.Revoke(ctx, Source(d.ID)); err != nil {
		return false, err
	}
	r, err := s.d.Repo.Renewal(ctx, d.Account)
	if err != nil {
		return false, err
	}
	if r != nil && r.Level == d.Level {
		if err := s.stop(ctx, r); err != nil {
			return false, err
		}
	}
	ended := *d
	ended.Refunded = amount
	return true, s.event(ctx, "membership.refunded", &ended)
}

// refunded takes the membership back where somebody else refunded all that was
// paid for it; what Refund sent back has taken it already.
func (s *Service) refunded(ctx context.Context, r *payment.Refund) error {
	d, err := s.get(ctx, r.Ref)
	if err != nil || d.State != Paid {
		return err
	}
	p, err := s.d.Payments.PaidFor(ctx, Purpose, r.Ref)
	if err != nil {
		return err
	}
	if p.Parts[0].Refunded < p.Parts[0].Amount {
		return nil
	}
	_, err = s.takeBack(ctx, d, r.By, p.Parts[0].Refunded)
	return err
}

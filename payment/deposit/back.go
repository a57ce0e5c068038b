package deposit

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// AskBack asks for the actor's own paid deposit; ErrState when it is not paid
// or was asked for before.
func (s *Service) AskBack(ctx context.Context, who mall.Actor, id mall.ID) (*Deposit, error) {
	if _, err := s.GetOf(ctx, who, id); err != nil {
		return nil, err
	}
	return s.step(ctx, id, "deposit.asked", func(ctx context.Context) (bool, error) { return s.d.Repo.Ask(ctx, id) })
}

// Refuse keeps a deposit that was asked for, with a reason that the buyer may
// read; they may ask again. It needs Right.
func (s *Service) Refuse(ctx context.Context, who mall.Actor, id mall.ID, reason string) (*Deposit, error) {
	if err := who.Must(Right); err != nil {
		return nil, err
	}
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxRemark {
		return nil, mall.ErrInvalid.With("reason")
	}
	return s.step(ctx, id, "deposit.refused", func(ctx context.Context) (bool, error) {
		return s.d.Repo.Refuse(ctx, id, who.Account, reason, s.now())
	})
}

// Return sends a paid deposit back to where it came from, asked for or not:
// the whole of it for amount 0, else that part, the rest of which the shop
// keeps; ErrAmount above what was paid. It happens once; the gateway's part is
// moved by payment.Service.SweepRefunds. It needs Right.
func (s *Service) Return(ctx context.Context, who mall.Actor, id mall.ID, amount mall.Money) (*Deposit, error) {
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
		_, err := s.step(ctx, id, "deposit.returning", func(ctx context.Context) (bool, error) {
			return s.d.Repo.Return(ctx, id, who.Account, amount, s.now())
		})
		if err != nil {
			return err
		}
		_, err = s.d.Payments.Refund(ctx, who, payment.RefundInput{Purpose: Purpose, Ref: id, Source: Source(id), Amount: amount, Reason: "押金退回"})
		return err
	})
	if err != nil {
		return nil, err
	}
	return s.get(ctx, id)
}

// Source names the refund of a deposit, for payment.Service.SendRefund.
func Source(id mall.ID) string { return fmt.Sprintf("deposit:%d", int64(id)) }

// refunded ends a deposit when its money is back.
func (s *Service) refunded(ctx context.Context, r *payment.Refund) error {
	_, err := s.step(ctx, r.Ref, "deposit.returned", func(ctx context.Context) (bool, error) { return s.d.Repo.Finish(ctx, r.Ref, s.now()) })
	return err
}

// step carries out a move in one transaction and tells of it; ErrState when
// the deposit's state does not allow it.
func (s *Service) step(ctx context.Context, id mall.ID, kind string, move func(ctx context.Context) (bool, error)) (*Deposit, error) {
	var d *Deposit
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := move(ctx)
		if err != nil {
			return err
		}
		if d, err = s.get(ctx, id); err != nil {
			return err
		}
		if !ok {
			return ErrState.With(string(d.State))
		}
		return s.event(ctx, kind, d)
	})
	if err != nil {
		return nil, err
	}
	return d, nil
}

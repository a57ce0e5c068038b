package payment

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// GetOf is one of the actor's own payments by its number; anybody else's is
// mall.ErrNotFound.
func (s *Service) GetOf(ctx context.Context, who mall.Actor, number string) (*Payment, error) {
	payer, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	p, err := s.deps.Repo.ByNumber(ctx, number)
	if err != nil {
		return nil, err
	}
	if p.Payer != payer {
		return nil, mall.ErrNotFound
	}
	return p, nil
}

// ListOf is one page of the actor's own payments, newest first.
func (s *Service) ListOf(ctx context.Context, who mall.Actor, f Filter, p mall.Page) (mall.Slice[Payment], error) {
	payer, err := who.Buyer()
	if err != nil {
		return mall.Slice[Payment]{}, err
	}
	f.Payer = payer
	return s.deps.Repo.List(ctx, f, p.Clean())
}

// PaidFor is the payment that paid for a reference and was carried out,
// narrowed to its part; mall.ErrNotFound without one.
func (s *Service) PaidFor(ctx context.Context, p Purpose, ref mall.ID) (*Payment, error) {
	return s.deps.Repo.PaidPart(ctx, p, ref)
}

// Refunds lists the refunds of a reference, oldest first; remedies of refused
// payments are among them.
func (s *Service) Refunds(ctx context.Context, p Purpose, ref mall.ID) ([]Refund, error) {
	return s.deps.Repo.Refunds(ctx, p, ref)
}

// Exported is what a payer is told about payments.
type Exported struct {
	Payments []Payment
	Refunds  []Refund
}

// Eraser is the room's part in auth.Service.Erase: refused while payments are
// open or refunds unfinished; the books are kept without openids and words.
// It exports Exported.
func (s *Service) Eraser() auth.Eraser {
	return auth.Eraser{
		Busy: func(ctx context.Context, account mall.ID) error {
			open, err := s.deps.Repo.HasOpen(ctx, account)
			if err == nil && open {
				return auth.ErrOpen.With("payments")
			}
			return err
		},
		Erase: func(ctx context.Context, account mall.ID) error {
			if err := s.deps.Repo.RedactRefunds(ctx, account); err != nil {
				return err
			}
			return s.deps.Repo.Redact(ctx, account)
		},
		Export: func(ctx context.Context, account mall.ID) (any, error) {
			var all Exported
			var err error
			if all.Payments, err = mall.All(ctx, account, s.deps.Repo.Each, func(p Payment) mall.ID { return p.ID }); err != nil {
				return nil, err
			}
			all.Refunds, err = mall.All(ctx, account, s.deps.Repo.EachRefund, func(r Refund) mall.ID { return r.ID })
			return all, err
		},
	}
}

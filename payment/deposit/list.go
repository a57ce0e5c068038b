package deposit

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

func (s *Service) get(ctx context.Context, id mall.ID) (*Deposit, error) {
	d, err := s.d.Repo.Get(ctx, id)
	if errors.Is(err, mall.ErrNotFound) {
		return nil, ErrNone
	}
	return d, err
}

// GetOf is one of the actor's own deposits; ErrNone for anybody else's.
func (s *Service) GetOf(ctx context.Context, who mall.Actor, id mall.ID) (*Deposit, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	d, err := s.get(ctx, id)
	if err == nil && d.Account != account {
		return nil, ErrNone
	}
	return d, err
}

// ListOf is one page of the actor's own deposits, newest first.
func (s *Service) ListOf(ctx context.Context, who mall.Actor, f Filter, p mall.Page) (mall.Slice[Deposit], error) {
	account, err := who.Buyer()
	if err != nil {
		return mall.Slice[Deposit]{}, err
	}
	f.Account = account
	return s.d.Repo.List(ctx, f, p.Clean())
}

// List is one page of all deposits, newest first. It needs Right.
func (s *Service) List(ctx context.Context, who mall.Actor, f Filter, p mall.Page) (mall.Slice[Deposit], error) {
	if err := who.Must(Right); err != nil {
		return mall.Slice[Deposit]{}, err
	}
	return s.d.Repo.List(ctx, f, p.Clean())
}

// Eraser is the room's part in auth.Service.Erase: refused while the shop has
// money of the account; the books are kept without words.
func (s *Service) Eraser() auth.Eraser {
	return auth.Eraser{
		Busy: func(ctx context.Context, account mall.ID) error {
			list, err := s.d.Repo.List(ctx, Filter{Account: account, States: []State{Paid, Asked, Returning}}, mall.Page{Limit: 1})
			if err == nil && list.Total > 0 {
				return auth.ErrOpen.With("deposits")
			}
			return err
		},
		Erase: s.d.Repo.Redact,
		Export: func(ctx context.Context, account mall.ID) (any, error) {
			return mall.All(ctx, account, s.d.Repo.Each, func(d Deposit) mall.ID { return d.ID })
		},
	}
}

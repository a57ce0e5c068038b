package withdraw

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// GetOf is one of the actor's own withdrawals; ErrNone for anybody else's.
func (s *Service) GetOf(ctx context.Context, who mall.Actor, id mall.ID) (*Withdrawal, error) {
	w, err := s.d.Repo.Get(ctx, id)
	return s.own(who, w, err)
}

// ByNumberOf is GetOf by the withdrawal's number.
func (s *Service) ByNumberOf(ctx context.Context, who mall.Actor, number string) (*Withdrawal, error) {
	w, err := s.d.Repo.ByNumber(ctx, number)
	return s.own(who, w, err)
}

func (s *Service) own(who mall.Actor, w *Withdrawal, err error) (*Withdrawal, error) {
	if err != nil {
		return nil, none(err)
	}
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	if w.Account != account {
		return nil, ErrNone
	}
	return w, nil
}

// ListOf is one page of the actor's own withdrawals, newest first.
func (s *Service) ListOf(ctx context.Context, who mall.Actor, f Filter, p mall.Page) (mall.Slice[Withdrawal], error) {
	account, err := who.Buyer()
	if err != nil {
		return mall.Slice[Withdrawal]{}, err
	}
	f.Account = account
	return s.d.Repo.List(ctx, f, p.Clean())
}

// List is one page of all withdrawals, newest first. It needs Right.
func (s *Service) List(ctx context.Context, who mall.Actor, f Filter, p mall.Page) (mall.Slice[Withdrawal], error) {
	if err := who.Must(Right); err != nil {
		return mall.Slice[Withdrawal]{}, err
	}
	return s.d.Repo.List(ctx, f, p.Clean())
}

// Eraser is the room's part in auth.Service.Erase: refused while a withdrawal
// waits; the books are kept without names and reasons.
func (s *Service) Eraser() auth.Eraser {
	return auth.Eraser{
		Busy: func(ctx context.Context, account mall.ID) error {
			list, err := s.d.Repo.List(ctx, Filter{Account: account, States: []State{Asked}}, mall.Page{Limit: 1})
			if err == nil && list.Total > 0 {
				return auth.ErrOpen.With("withdrawals")
			}
			return err
		},
		Erase: s.d.Repo.Redact,
		Export: func(ctx context.Context, account mall.ID) (any, error) {
			return mall.All(ctx, account, s.d.Repo.Each, func(w Withdrawal) mall.ID { return w.ID })
		},
	}
}

package membership

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/member"
)

func (s *Service) get(ctx context.Context, id mall.ID) (*Purchase, error) {
	d, err := s.d.Repo.Get(ctx, id)
	if errors.Is(err, mall.ErrNotFound) {
		return nil, ErrNone
	}
	return d, err
}

// GetOf is one of the actor's own purchases; ErrNone for anybody else's.
func (s *Service) GetOf(ctx context.Context, who mall.Actor, id mall.ID) (*Purchase, error) {
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

// ListOf is one page of the actor's own purchases, what was paid or else drafted last first.
func (s *Service) ListOf(ctx context.Context, who mall.Actor, f Filter, p mall.Page) (mall.Slice[Purchase], error) {
	account, err := who.Buyer()
	if err != nil {
		return mall.Slice[Purchase]{}, err
	}
	f.Account = account
	return s.d.Repo.List(ctx, f, p.Clean())
}

// List is one page of all purchases, what was paid or else drafted last first. It needs Right.
func (s *Service) List(ctx context.Context, who mall.Actor, f Filter, p mall.Page) (mall.Slice[Purchase], error) {
	if err := who.Must(Right); err != nil {
		return mall.Slice[Purchase]{}, err
	}
	return s.d.Repo.List(ctx, f, p.Clean())
}

// Exported is what an account is told about memberships.
type Exported struct {
	Level     member.Level // that it holds, as of member.Service.LevelOf
	Purchases []Purchase
	Renewal   *Renewal // nil without an agreement
}

// Eraser is the room's part in auth.Service.Erase: nothing is renewed any more;
// the books are kept without words. It exports Exported.
func (s *Service) Eraser() auth.Eraser {
	return auth.Eraser{
		Erase: func(ctx context.Context, account mall.ID) error {
			if err := s.d.Members.Own(ctx, account); err != nil {
				return err
			}
			if _, err := s.d.Repo.End(ctx, account); err != nil {
				return err
			}
			return s.d.Repo.Redact(ctx, account)
		},
		Export: func(ctx context.Context, account mall.ID) (any, error) { return s.export(ctx, account) },
	}
}

func (s *Service) export(ctx context.Context, account mall.ID) (all Exported, err error) {
	if all.Level, err = s.d.Members.LevelOf(ctx, account); err != nil {
		return all, err
	}
	if all.Purchases, err = mall.All(ctx, account, s.d.Repo.Each, func(p Purchase) mall.ID { return p.ID }); err != nil {
		return all, err
	}
	all.Renewal, err = s.d.Repo.Renewal(ctx, account)
	return all, err
}

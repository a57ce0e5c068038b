package site

import (
	"context"

	"github.com/gomall-dev/mall"
)

// GetAd is a shown ad position, ErrNone when there is none.
func (s *Service) GetAd(ctx context.Context, key string) (*AdPosition, error) {
	a, err := s.d.Repo.AdPosition(ctx, key)
	if err == nil && !a.Shown {
		err = mall.ErrNotFound
	}
	if err != nil {
		return nil, wrap("ad position", err)
	}
	return a, nil
}

// ListAds are all ad positions by key. It needs RightSettings.
func (s *Service) ListAds(ctx context.Context, who mall.Actor) ([]AdPosition, error) {
	if err := who.Must(RightSettings); err != nil {
		return nil, err
	}
	list, err := s.d.Repo.AdPositions(ctx)
	return list, wrap("ad positions", err)
}

// PutAd inserts or overwrites an ad position. It needs RightSettings.
func (s *Service) PutAd(ctx context.Context, who mall.Actor, a AdPosition) error {
	if err := who.Must(RightSettings); err != nil {
		return err
	}
	if err := validKey(a.Key); err != nil {
		return err
	}
	switch {
	case a.Picture == "" || len(a.Picture) > 2000:
		return mall.ErrInvalid.With("picture")
	case len(a.Link) > 2000:
		return mall.ErrInvalid.With("link")
	}
	a.UpdatedAt = s.now()
	return wrap("put ad position", s.d.Tx.Do(ctx, func(ctx context.Context) error { return s.d.Repo.SaveAdPosition(ctx, a) }))
}

// DeleteAd removes an ad position, ErrNone when there is none. It needs
// RightSettings.
func (s *Service) DeleteAd(ctx context.Context, who mall.Actor, key string) error {
	if err := who.Must(RightSettings); err != nil {
		return err
	}
	return wrap("delete ad position", s.d.Tx.Do(ctx, func(ctx context.Context) error {
		return found(s.d.Repo.DeleteAdPosition(ctx, key))
	}))
}

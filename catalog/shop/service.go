package shop

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gomall-dev/mall"
)

// Deps is what a Service needs; all of it is required.
type Deps struct {
	Tx   mall.Tx
	Repo Repository
}

// Config holds settings; the zero value works.
type Config struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// Platform is what shop 0 is called. Empty is "自营".
	Platform string
}

// Service keeps shops.
type Service struct {
	d        Deps
	now      func() time.Time
	platform Shop
}

// New builds a Service.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Tx == nil:
		return nil, errors.New("shop: Deps.Tx is missing")
	case d.Repo == nil:
		return nil, errors.New("shop: Deps.Repo is missing")
	}
	if c.Platform == "" {
		c.Platform = "自营"
	}
	return &Service{d: d, now: mall.Clock(c.Now), platform: Shop{Name: c.Platform, Delivery: true}}, nil
}

// Get is one shop, closed or not; ErrGone when there is none.
func (s *Service) Get(ctx context.Context, id mall.ID) (*Shop, error) {
	found, err := s.ByIDs(ctx, []mall.ID{id})
	if err != nil {
		return nil, err
	}
	shop, ok := found[id]
	if !ok {
		return nil, ErrGone.With(id)
	}
	return &shop, nil
}

// ByIDs are the shops that are there, in one statement; none when only the
// platform is asked for.
func (s *Service) ByIDs(ctx context.Context, ids []mall.ID) (map[mall.ID]Shop, error) {
	rows := make([]mall.ID, 0, len(ids))
	platform := false
	for _, id := range ids {
		if id == 0 {
			platform = true
			continue
		}
		rows = append(rows, id)
	}
	found := map[mall.ID]Shop{}
	if len(rows) > 0 {
		var err error
		if found, err = s.d.Repo.ByIDs(ctx, rows); err != nil {
			return nil, fmt.Errorf("shop: get: %w", err)
		}
	}
	if platform {
		found[0] = s.platform
	}
	return found, nil
}

// List is a page of shops by sort and id. The platform is not in it.
func (s *Service) List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Shop], error) {
	return s.d.Repo.List(ctx, f, p.Clean())
}

// Save stores a shop, new when its ID is 0, and returns its id. mall.ErrInvalid
// names the field that is out of range.
func (s *Service) Save(ctx context.Context, shop Shop) (mall.ID, error) {
	switch n := len([]rune(shop.Name)); {
	case n < 1 || n > 100:
		return 0, mall.ErrInvalid.With("name")
	case shop.Lng < -180 || shop.Lng > 180 || shop.Lat < -90 || shop.Lat > 90:
		return 0, mall.ErrInvalid.With("position")
	case shop.ServiceKM < 0 || shop.ServiceMin < 0 || shop.ServiceMin > mall.MaxMoney:
		return 0, mall.ErrInvalid.With("delivery")
	}
	id := shop.ID
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		put := shop
		put.UpdatedAt = s.now()
		put.CreatedAt = put.UpdatedAt
		err := s.d.Repo.Put(ctx, &put)
		if errors.Is(err, mall.ErrNotFound) {
			return ErrGone.With(shop.ID)
		}
		id = put.ID
		return err
	})
	return id, err
}

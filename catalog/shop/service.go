package shop

import (
	"context"
	"errors"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/catalog/internal/totals"
)

// RightManage is the staff right to decide on applications of merchants and to
// change their categories.
const RightManage = "/merchants"

// Deps is what a Service needs; all of it is required.
type Deps struct {
	Tx     mall.Tx
	Outbox mall.Outbox
	Repo   Repository
}

// Config holds settings; the zero value works.
type Config struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// Platform is what shop 0 is called. Empty is "自营".
	Platform string
	// CountTo is up to where the totals of lists are exact, and how far lists by
	// distance go; longer lists say "at least so many". Zero is 10,000.
	CountTo int64
	// CountMemory is how long the total of a list of more than 2,000 shops is
	// taken to be still so, without counting again. Zero is a minute.
	CountMemory time.Duration
}

// Service keeps shops.
type Service struct {
	d        Deps
	now      func() time.Time
	platform Shop
	countTo  int64
	long     *totals.Memory
}

// New builds a Service.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Tx == nil:
		return nil, errors.New("shop: Deps.Tx is missing")
	case d.Outbox == nil:
		return nil, errors.New("shop: Deps.Outbox is missing")
	case d.Repo == nil:
		return nil, errors.New("shop: Deps.Repo is missing")
	}
	if c.Platform == "" {
		c.Platform = "自营"
	}
	if c.CountTo <= 0 {
		c.CountTo = 10_000
	}
	if c.CountMemory <= 0 {
		c.CountMemory = time.Minute
	}
	platform := Shop{Name: c.Platform, Delivery: true}
	return &Service{d: d, now: mall.Clock(c.Now), platform: platform, countTo: c.CountTo, long: totals.New(c.CountMemory)}, nil
}

// Get is one shop, open or not; ErrGone when there is none.
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

// CheckOpen is ErrGone or ErrClosed for the first of some shops that sells
// nothing; one statement, none when only the platform is asked for.
func (s *Service) CheckOpen(ctx context.Context, ids []mall.ID) error {
	found, err := s.ByIDs(ctx, ids)
	if err != nil {
		return err
	}
	for _, id := range ids {
		shop, ok := found[id]
		switch {
		case !ok:
			return ErrGone.With(id)
		case !shop.Open():
			return ErrClosed.With(shop.Name)
		}
	}
	return nil
}

// Save stores a shop, new when its ID is 0, and returns its id. mall.ErrInvalid
// names the field that is out of range, ErrCategory a category that is not there.
func (s *Service) Save(ctx context.Context, shop Shop) (mall.ID, error) {
	if err := shop.clean(); err != nil {
		return 0, err
	}
	id := shop.ID
	err := s.d.Tx.Do(ctx, func(ctx context.Context) (err error) {
		id, err = s.put(ctx, shop)
		return err
	})
	return id, err
}

// put stores a clean shop within a transaction.
func (s *Service) put(ctx context.Context, shop Shop) (mall.ID, error) {
	if shop.Category != 0 {
		if err := s.checkCategory(ctx, shop.Category); err != nil {
			return 0, err
		}
	}
	shop.UpdatedAt = s.now()
	shop.CreatedAt = shop.UpdatedAt
	err := s.d.Repo.Put(ctx, &shop)
	if errors.Is(err, mall.ErrNotFound) {
		return 0, ErrGone.With(shop.ID)
	}
	return shop.ID, err
}

// MaxImport is the longest list that Import takes.
const MaxImport = 1000

// Import stores new shops in one transaction and few statements, and returns
// their ids in order; see Save.
func (s *Service) Import(ctx context.Context, shops []Shop) ([]mall.ID, error) {
	if len(shops) == 0 || len(shops) > MaxImport {
		return nil, mall.ErrInvalid.With("shops")
	}
	at := s.now()
	categories := map[mall.ID]bool{0: true}
	rows := make([]*Shop, len(shops))
	for i, shop := range shops {
		if shop.ID != 0 {
			return nil, mall.ErrInvalid.With("id")
		}
		if err := shop.clean(); err != nil {
			return nil, err
		}
		shop.CreatedAt, shop.UpdatedAt = at, at
		rows[i] = &shop
	}
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		all, err := s.d.Repo.Categories(ctx)
		if err != nil {
			return err
		}
		for _, c := range all {
			categories[c.ID] = true
		}
		for _, row := range rows {
			row.ID = 0
			if !categories[row.Category] {
				return ErrCategory.With(row.Category)
			}
		}
		return s.d.Repo.Insert(ctx, rows)
	})
	ids := make([]mall.ID, len(rows))
	for i, row := range rows {
		ids[i] = row.ID
	}
	return ids, err
}

// clean brings a shop into its stored form or refuses it.
func (s *Shop) clean() error {
	if s.Market == 0 {
		s.Market = 1
	}
	for _, code := range []*string{&s.ProvinceID, &s.CityID, &s.DistrictID} {
		*code = geo.Long(*code)
	}
	switch n := utf8.RuneCountInString(s.Name); {
	case n < 1 || n > 100:
		return mall.ErrInvalid.With("name")
	case geo.Check(s.Lat, s.Lng) != nil:
		return mall.ErrInvalid.With("position")
	case s.Market < 1 || s.Market > 4:
		return mall.ErrInvalid.With("region")
	case !(s.ServiceKM >= 0) || s.ServiceMin < 0 || s.ServiceMin > mall.MaxMoney:
		return mall.ErrInvalid.With("delivery")
	case s.Audit < Approved || s.Audit > Refused:
		return mall.ErrInvalid.With("audit")
	}
	for _, t := range []struct {
		field, text string
		most        int
	}{
		{"brand", s.Brand, 100}, {"address", s.Address, 500}, {"linkMan", s.LinkMan, 100}, {"linkPhone", s.LinkPhone, 100},
		{"introduce", s.Introduce, 5000}, {"pic", s.Pic, maxURL}, {"descPic", s.DescPic, maxURL}, {"openingHours", s.OpeningHours, 500},
		{"reason", s.Reason, maxReason},
	} {
		if utf8.RuneCountInString(t.text) > t.most {
			return mall.ErrInvalid.With(t.field)
		}
	}
	return nil
}

// SweepUnindexed fills in what lists by distance and keyword need of shops that
// were saved before there were such lists. It is a sweep: up to limit shops.
func (s *Service) SweepUnindexed(ctx context.Context, limit int) (int, error) {
	found, err := s.d.Repo.Unindexed(ctx, int64(limit))
	if err != nil || len(found) == 0 {
		return 0, err
	}
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		// Read again: somebody may have saved one since.
		found, err := s.d.Repo.Unindexed(ctx, int64(limit))
		for i := range found {
			if err := s.d.Repo.Put(ctx, &found[i]); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		return 0, fmt.Errorf("shop: index: %w", err)
	}
	return len(found), nil
}

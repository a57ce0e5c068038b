package address

import (
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/catalog/geo"
)

var (
	// ErrTooMany says that the account keeps as many addresses as it may.
	ErrTooMany = mall.E(mall.Limit, "address.too_many", "too many addresses, at most")
	// ErrRegion says that a region code is unknown or does not lie in the one
	// above it; its argument is the code.
	ErrRegion = mall.E(mall.Invalid, "address.region", "unknown region")
)

// Repository keeps addresses, and per account a book: how many there are and
// which one is the default. The book is one row, so there is at most one
// default and never a miscount, whatever runs in parallel. Writes need a
// running mall.Tx.Do. Whatever belongs to somebody else is not there.
type Repository interface {
	// Grow counts one more address if there are fewer than max, and says whether.
	Grow(ctx context.Context, account mall.ID, max int) (bool, error)
	// Insert stores an address and gives it an ID.
	Insert(ctx context.Context, a *Address) error
	// Update writes every field of an address except Default, and says
	// whether the account has it.
	Update(ctx context.Context, a *Address) (bool, error)
	// SetDefault makes an address the default of the account, 0 none.
	SetDefault(ctx context.Context, account, id mall.ID) error
	// DropDefault makes it no longer the default, if it is.
	DropDefault(ctx context.Context, account, id mall.ID) error
	// Delete removes an address, counts one less and clears the default if it
	// was it; false when the account does not have it.
	Delete(ctx context.Context, account, id mall.ID) (bool, error)
	// Get is an address of the account; mall.ErrNotFound.
	Get(ctx context.Context, account, id mall.ID) (*Address, error)
	// Default is the default address of the account; mall.ErrNotFound.
	Default(ctx context.Context, account mall.ID) (*Address, error)
	// List is a page of the account's addresses: the default first, then the
	// newest.
	List(ctx context.Context, account mall.ID, f Filter, p mall.Page) (mall.Slice[Address], error)
	// Each gives up to limit of the account's addresses with ids over after,
	// lowest first.
	Each(ctx context.Context, account, after mall.ID, limit int64) ([]Address, error)
	// Clear removes every address of the account and its book.
	Clear(ctx context.Context, account mall.ID) error
}

// Deps are what a Service cannot do without.
type Deps struct {
	Tx         mall.Tx
	Repository Repository
}

// Config adjusts a Service; its zero value works.
type Config struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// Regions knows the region codes; nil takes every code of digits as it
	// comes, without names.
	Regions *geo.Regions
}

// Service holds the rules of addresses.
type Service struct {
	d   Deps
	c   Config
	now func() time.Time
}

// New makes a Service; a missing dependency is an error that names it.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Tx == nil:
		return nil, errors.New("address: Deps.Tx is missing")
	case d.Repository == nil:
		return nil, errors.New("address: Deps.Repository is missing")
	}
	return &Service{d: d, c: c, now: mall.Clock(c.Now)}, nil
}

// Add stores an address of the actor and makes it the default if it says so.
func (s *Service) Add(ctx context.Context, who mall.Actor, a Address) (*Address, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	a.ID, a.Account = 0, account
	if err := s.check(&a); err != nil {
		return nil, err
	}
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repository.Grow(ctx, account, Max)
		if err != nil {
			return err
		}
		if !ok {
			return ErrTooMany.With(Max)
		}
		a.CreatedAt = s.now()
		a.UpdatedAt = a.CreatedAt
		if err := s.d.Repository.Insert(ctx, &a); err != nil || !a.Default {
			return err
		}
		return s.d.Repository.SetDefault(ctx, account, a.ID)
	})
	if err != nil {
		return nil, err
	}
	return &a, nil
}

// Update changes an address of the actor; mall.ErrNotFound when it is not hers.
func (s *Service) Update(ctx context.Context, who mall.Actor, id mall.ID, c Changes) error {
	account, err := who.Buyer()
	if err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		a, err := s.d.Repository.Get(ctx, account, id)
		if err != nil {
			return err
		}
		if c.fields() {
			c.apply(a)
			if err := s.check(a); err != nil {
				return err
			}
			a.UpdatedAt = s.now()
			ok, err := s.d.Repository.Update(ctx, a)
			if err != nil {
				return err
			}
			if !ok {
				return mall.ErrNotFound
			}
		}
		switch {
		case c.Default == nil:
			return nil
		case *c.Default:
			return s.d.Repository.SetDefault(ctx, account, id)
		}
		return s.d.Repository.DropDefault(ctx, account, id)
	})
}

// Delete removes an address of the actor; mall.ErrNotFound when it is not hers.
func (s *Service) Delete(ctx context.Context, who mall.Actor, id mall.ID) error {
	account, err := who.Buyer()
	if err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repository.Delete(ctx, account, id)
		if err == nil && !ok {
			return mall.ErrNotFound
		}
		return err
	})
}

// Get is an address of the actor; mall.ErrNotFound when it is not hers.
func (s *Service) Get(ctx context.Context, who mall.Actor, id mall.ID) (*Address, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	return s.d.Repository.Get(ctx, account, id)
}

// Default is the actor's default address; mall.ErrNotFound when there is none.
func (s *Service) Default(ctx context.Context, who mall.Actor) (*Address, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	return s.d.Repository.Default(ctx, account)
}

// List is a page of the actor's addresses: the default first, then the newest.
func (s *Service) List(ctx context.Context, who mall.Actor, f Filter, p mall.Page) (mall.Slice[Address], error) {
	account, err := who.Buyer()
	if err != nil {
		return mall.Slice[Address]{}, err
	}
	if len(f.LinkMan) > 256 || len(f.Mobile) > 64 {
		return mall.Slice[Address]{}, nil
	}
	return s.d.Repository.List(ctx, account, f, p.Clean())
}

// Eraser is what auth does with addresses when an account is erased or exported.
func (s *Service) Eraser() auth.Eraser {
	return auth.Eraser{
		Erase: s.d.Repository.Clear,
		Export: func(ctx context.Context, account mall.ID) (any, error) {
			return mall.All(ctx, account, s.d.Repository.Each, func(a Address) mall.ID { return a.ID })
		},
	}
}

// check bounds every field and fills the region names.
func (s *Service) check(a *Address) error {
	for _, f := range []struct {
		name, value string
		max         int
		needed      bool
	}{
		{"linkMan", a.LinkMan, 64, true}, {"mobile", a.Mobile, 32, true}, {"address", a.Address, 256, true},
		{"code", a.Code, 16, false},
	} {
		if f.needed && strings.TrimSpace(f.value) == "" || utf8.RuneCountInString(f.value) > f.max {
			return mall.ErrInvalid.With(f.name)
		}
	}
	if len(a.Ext) > 32 {
		return mall.ErrInvalid.With("extJsonStr")
	}
	for k, v := range a.Ext {
		if k == "" || len(k) > 128 || len(v) > 2048 {
			return mall.ErrInvalid.With("extJsonStr")
		}
	}
	if a.Status < 0 || a.Status > 99 {
		return mall.ErrInvalid.With("status")
	}
	if a.Latitude != nil && !(math.Abs(*a.Latitude) <= 90) || a.Longitude != nil && !(math.Abs(*a.Longitude) <= 180) {
		return mall.ErrInvalid.With("latitude")
	}
	return s.regions(a)
}

// regions checks that each code is known and lies in the one above it. The
// table ends with districts, so of a street only its district can be checked.
func (s *Service) regions(a *Address) error {
	if a.ProvinceID == "" {
		return mall.ErrInvalid.With("provinceId")
	}
	above := ""
	for i, r := range []struct{ code, name *string }{
		{&a.ProvinceID, &a.ProvinceName}, {&a.CityID, &a.CityName},
		{&a.DistrictID, &a.DistrictName}, {&a.StreetID, &a.StreetName},
	} {
		*r.name = ""
		if *r.code == "" {
			continue
		}
		if len(*r.code) > 12 || strings.Trim(*r.code, "0123456789") != "" {
			return ErrRegion.With("?")
		}
		*r.code = geo.Long(*r.code)
		if s.c.Regions == nil {
			continue
		}
		level := i + 1
		g, ok := s.c.Regions.Find(*r.code)
		switch {
		case level <= geo.District && (!ok || g.Level != level || above != "" && !within(s.c.Regions, g, above)),
			level > geo.District && above != "" && geo.Short(*r.code) != geo.Short(above):
			return ErrRegion.With(*r.code)
		}
		*r.name, above = g.Name, *r.code
	}
	return nil
}

// within says whether a region lies in the one with the code.
func within(all *geo.Regions, g geo.Region, code string) bool {
	return slices.ContainsFunc(all.Path(g.Code), func(p geo.Region) bool { return p.Code == code })
}

// fields says whether anything but the default switches.
func (c Changes) fields() bool {
	return c.Ext != nil || c.LinkMan != nil || c.Mobile != nil || c.ProvinceID != nil || c.CityID != nil ||
		c.DistrictID != nil || c.StreetID != nil || c.Address != nil || c.Code != nil ||
		c.Latitude != nil || c.Longitude != nil || c.Status != nil
}

func (c Changes) apply(a *Address) {
	// Another region above leaves none below, unless they come along.
	switch {
	case c.ProvinceID != nil && geo.Long(*c.ProvinceID) != a.ProvinceID:
		a.CityID, a.DistrictID, a.StreetID = "", "", ""
	case c.CityID != nil && geo.Long(*c.CityID) != a.CityID:
		a.DistrictID, a.StreetID = "", ""
	case c.DistrictID != nil && geo.Long(*c.DistrictID) != a.DistrictID:
		a.StreetID = ""
	}
	for _, f := range []struct{ from, to *string }{
		{c.LinkMan, &a.LinkMan}, {c.Mobile, &a.Mobile}, {c.ProvinceID, &a.ProvinceID}, {c.CityID, &a.CityID},
		{c.DistrictID, &a.DistrictID}, {c.StreetID, &a.StreetID}, {c.Address, &a.Address}, {c.Code, &a.Code},
	} {
		if f.from != nil {
			*f.to = *f.from
		}
	}
	if c.Latitude != nil {
		a.Latitude = c.Latitude
	}
	if c.Longitude != nil {
		a.Longitude = c.Longitude
	}
	if c.Status != nil {
		a.Status = *c.Status
	}
	if c.Ext != nil {
		a.Ext = c.Ext
	}
}

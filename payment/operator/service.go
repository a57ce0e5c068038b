package operator

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// Deps is what a Service needs; all of it is required.
type Deps struct {
	Tx     mall.Tx
	Outbox mall.Outbox
	Repo   Repository
}

// Config works at its zero value: the default centre has what staff gave it.
type Config struct {
	// Now is the clock; nil is the system's.
	Now func() time.Time
	// Default is what number 1 has where its row has nothing: for hosts that
	// keep their mini program and merchant accounts in their own settings. Its
	// ID is 0 or 1.
	Default Operator
}

// Service keeps operating centres and answers which merchant account gets a
// payment. It implements payment.Merchants.
type Service struct {
	d    Deps
	base Operator
	now  func() time.Time
}

var _ payment.Merchants = (*Service)(nil)

// New builds the service.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Tx == nil:
		return nil, errors.New("operator: Deps.Tx is missing")
	case d.Outbox == nil:
		return nil, errors.New("operator: Deps.Outbox is missing")
	case d.Repo == nil:
		return nil, errors.New("operator: Deps.Repo is missing")
	case c.Default.ID != 0 && c.Default.ID != Default:
		return nil, fmt.Errorf("operator: the default centre is number %d, not %d", Default, c.Default.ID)
	}
	c.Default.Merchants = maps.Clone(c.Default.Merchants)
	return &Service{d: d, base: c.Default, now: mall.Clock(c.Now)}, nil
}

// none is ErrNone, which is a mall.ErrNotFound too.
func none(what any) error { return ErrNone.With(what).Because(mall.ErrNotFound) }

// Get is an operating centre, closed or not; ErrNone.
func (s *Service) Get(ctx context.Context, id mall.ID) (Operator, error) {
	o, err := s.d.Repo.Get(ctx, id)
	if errors.Is(err, mall.ErrNotFound) {
		return Operator{}, none(id)
	}
	if err != nil {
		return Operator{}, fmt.Errorf("operator: get: %w", err)
	}
	return s.filled(*o), nil
}

// filled gives number 1 what its row leaves empty.
func (s *Service) filled(o Operator) Operator {
	if o.ID != Default {
		return o
	}
	for _, f := range []struct{ to, from *string }{{&o.Name, &s.base.Name}, {&o.Phone, &s.base.Phone}, {&o.AppID, &s.base.AppID}} {
		if *f.to == "" {
			*f.to = *f.from
		}
	}
	merchants := maps.Clone(s.base.Merchants)
	if merchants == nil {
		merchants = map[string]string{}
	}
	maps.Copy(merchants, o.Merchants)
	o.Merchants = merchants
	return o
}

// ByAppID is the open centre of a mini program; ErrNone.
func (s *Service) ByAppID(ctx context.Context, appid string) (Operator, error) {
	if appid == "" {
		return Operator{}, none(appid)
	}
	found, err := s.d.Repo.ByAppID(ctx, appid)
	var o Operator
	switch {
	case err == nil:
		o = s.filled(*found)
	case !errors.Is(err, mall.ErrNotFound):
		return Operator{}, fmt.Errorf("operator: by appid: %w", err)
	case appid == s.base.AppID:
		// Number 1 may have been given another mini program since.
		if o, err = s.Get(ctx, Default); err != nil {
			return Operator{}, err
		}
	}
	if o.Closed || o.AppID != appid {
		return Operator{}, none(appid)
	}
	return o, nil
}

// Merchant is the account of a centre at a provider. The appid is the payer's,
// or the centre's when the payer came without one.
func (s *Service) Merchant(ctx context.Context, id mall.ID, provider, appid string) (payment.Merchant, error) {
	o, err := s.Get(ctx, id)
	if err != nil {
		return payment.Merchant{}, err
	}
	if appid == "" {
		appid = o.AppID
	}
	return payment.Merchant{Operator: o.ID, AppID: appid, Number: o.Merchants[provider]}, nil
}

// List is a page of all centres by id, for staff with RightManage: merchant
// accounts are in it.
func (s *Service) List(ctx context.Context, who mall.Actor, p mall.Page) (mall.Slice[Operator], error) {
	if err := who.Must(RightManage); err != nil {
		return mall.Slice[Operator]{}, err
	}
	list, err := s.d.Repo.List(ctx, p.Clean())
	if err != nil {
		return list, fmt.Errorf("operator: list: %w", err)
	}
	for i := range list.Items {
		list.Items[i] = s.filled(list.Items[i])
	}
	return list, nil
}

// Save stores a centre, new when its ID is 0, and returns its id. It needs
// RightManage; mall.ErrInvalid names the field that is out of range, ErrAppID
// and ErrNone are its refusals. Number 1 cannot be closed.
func (s *Service) Save(ctx context.Context, who mall.Actor, o Operator) (mall.ID, error) {
	if err := who.Must(RightManage); err != nil {
		return 0, err
	}
	if err := o.check(); err != nil {
		return 0, err
	}
	id := o.ID
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		put := o
		put.UpdatedAt = s.now()
		if err := s.put(ctx, &put); err != nil {
			return err
		}
		id = put.ID
		return s.tell(ctx, who, put)
	})
	return id, err
}

func (s *Service) put(ctx context.Context, o *Operator) error {
	if o.AppID != "" {
		other, err := s.d.Repo.ByAppID(ctx, o.AppID)
		switch {
		case err == nil && other.ID != o.ID, o.AppID == s.base.AppID && o.ID != Default:
			return ErrAppID.With(o.AppID)
		case err != nil && !errors.Is(err, mall.ErrNotFound):
			return err
		}
	}
	if o.ID == 0 {
		o.CreatedAt = o.UpdatedAt
		err := s.d.Repo.Insert(ctx, o)
		if errors.Is(err, mall.ErrConflict) {
			return ErrAppID.With(o.AppID)
		}
		return err
	}
	err := s.d.Repo.Update(ctx, o)
	if errors.Is(err, mall.ErrNotFound) {
		return ErrNone.With(o.ID)
	}
	return err
}

// appid is what may stand in a header, a path or a query as it is.
var appid = regexp.MustCompile(`^[A-Za-z0-9_-]{0,64}$`)

func (o *Operator) check() error {
	switch n := utf8.RuneCountInString(o.Name); {
	case o.ID < 0:
		return mall.ErrInvalid.With("id")
	case n < 1 || n > 100:
		return mall.ErrInvalid.With("name")
	case len(o.Phone) > 40:
		return mall.ErrInvalid.With("phone")
	case !appid.MatchString(o.AppID):
		return mall.ErrInvalid.With("appid")
	case len(o.Merchants) > 20:
		return mall.ErrInvalid.With("merchants")
	case o.ID == Default && o.Closed:
		return mall.ErrInvalid.With("closed")
	}
	for provider, number := range o.Merchants {
		if provider == "" || len(provider) > 40 || len(number) > 64 || strings.TrimSpace(number) != number {
			return mall.ErrInvalid.With("merchants")
		}
	}
	return nil
}

// tell is the audit of a change: who did it, and what money goes where.
func (s *Service) tell(ctx context.Context, who mall.Actor, o Operator) error {
	facts, err := json.Marshal(map[string]any{"actor": who.Account, "face": who.Face, "appid": o.AppID, "merchants": o.Merchants, "closed": o.Closed})
	if err != nil {
		return err
	}
	return s.d.Outbox.Append(ctx, mall.Event{Kind: "operator.saved", Version: 1, Aggregate: o.ID, Facts: facts, At: o.UpdatedAt})
}

// Package operator knows the operating centres (运营中心): each has mini
// programs and merchant accounts of its own. Number 1 is the default one.
//
//	centres, err := operator.New(operator.Config{Default: operator.Operator{AppID: "wx123", Merchants: map[string]string{"wxpay": "1900000001"}}})
//	payments, err := payment.New(deps, payment.Config{Merchants: centres})
package operator

import (
	"context"
	"fmt"
	"maps"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// Default is the number of the default operating centre.
const Default mall.ID = 1

// Operator is an operating centre.
type Operator struct {
	ID        mall.ID
	AppID     string            // its mini program
	Merchants map[string]string // merchant account by name of the provider; missing = the provider's own
}

// Config works at its zero value: the default centre, without appid.
type Config struct {
	Default Operator // its ID is always 1
}

// Service answers which merchant account gets a payment. It implements
// payment.Merchants.
type Service struct{ centre Operator }

var _ payment.Merchants = (*Service)(nil)

// New builds the service.
func New(c Config) (*Service, error) {
	if c.Default.ID != 0 && c.Default.ID != Default {
		return nil, fmt.Errorf("operator: the default centre is number %d, not %d", Default, c.Default.ID)
	}
	c.Default.ID = Default
	c.Default.Merchants = maps.Clone(c.Default.Merchants)
	return &Service{centre: c.Default}, nil
}

// Get is an operating centre or mall.ErrNotFound.
func (s *Service) Get(_ context.Context, id mall.ID) (Operator, error) {
	if id != Default {
		return Operator{}, mall.ErrNotFound
	}
	return s.centre, nil
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

package order

import (
	"context"

	"github.com/gomall-dev/mall"
)

// Listed is an order of a list with what a row shows of it.
type Listed struct {
	*Order
	Shipments []Shipment
	Codes     []Code
}

// List gives one page of orders with lines, parcels and codes, newest first, in
// five statements whatever its size. Buyers get their own orders, without
// those they deleted; staff get their shop's. Filter.Now, Buyer, Shop and
// Viewer are filled in accordingly.
func (s *Service) List(ctx context.Context, who mall.Actor, f Filter, p mall.Page) (mall.Slice[Listed], error) {
	var out mall.Slice[Listed]
	if err := s.scope(who, &f); err != nil {
		return out, err
	}
	page, err := s.deps.Orders.List(ctx, f, p.Clean())
	if err != nil {
		return out, err
	}
	out.Total, out.AtLeast = page.Total, page.AtLeast
	out.Items, err = s.fill(ctx, page.Items)
	return out, err
}

// Each gives up to limit orders with ids over after, lowest first, for exports
// and sweeps of the host; like List it fills in lines, parcels and codes. An
// answer shorter than limit is the last.
func (s *Service) Each(ctx context.Context, who mall.Actor, f Filter, after mall.ID, limit int64) ([]Listed, error) {
	if err := s.scope(who, &f); err != nil {
		return nil, err
	}
	os, err := s.deps.Orders.Each(ctx, f, after, min(max(limit, 1), 1000))
	if err != nil {
		return nil, err
	}
	return s.fill(ctx, os)
}

// Counts says how many of the actor's orders are in each phase, by the same
// rules as List.
func (s *Service) Counts(ctx context.Context, who mall.Actor, f Filter) (map[Phase]int64, error) {
	if err := s.scope(who, &f); err != nil {
		return nil, err
	}
	return s.deps.Orders.Counts(ctx, f)
}

// Detail is everything about one order.
type Detail struct {
	Listed
	Logs   []Log
	Claims []Claim
}

// Detail gives one order with all that belongs to it to whoever may see it.
func (s *Service) Detail(ctx context.Context, who mall.Actor, ref Ref) (*Detail, error) {
	o, err := s.Get(ctx, who, ref)
	if err != nil {
		return nil, err
	}
	return s.detail(ctx, o)
}

// DetailByCode is Detail of the order of a redemption code; see ByCode.
func (s *Service) DetailByCode(ctx context.Context, who mall.Actor, code string) (*Detail, error) {
	o, err := s.ByCode(ctx, who, code)
	if err != nil {
		return nil, err
	}
	return s.detail(ctx, o)
}

func (s *Service) detail(ctx context.Context, o *Order) (*Detail, error) {
	rows, err := s.fill(ctx, []*Order{o})
	if err != nil {
		return nil, err
	}
	d := &Detail{Listed: rows[0]}
	if d.Logs, err = s.deps.Orders.Logs(ctx, o.ID); err != nil {
		return nil, err
	}
	d.Claims, err = s.deps.Claims.Of(ctx, []mall.ID{o.ID})
	return d, err
}

// Allowed is what the actor may do with the order now.
func (s *Service) Allowed(o *Order, who mall.Actor) []Move { return Allowed(o, who, s.now()) }

// PhaseOf is the order's phase now.
func (s *Service) PhaseOf(o *Order) Phase { return o.Phase(s.now()) }

// scope confines a filter to what the actor may see.
func (s *Service) scope(who mall.Actor, f *Filter) error {
	f.Now = s.now()
	if f.Viewer == HideMerchant || f.Viewer == 0 && who.Has(RightManage) {
		if err := who.Must(RightManage); err != nil {
			return err
		}
		f.Viewer = HideMerchant
		if who.Shop != 0 {
			f.Shop = &who.Shop
		}
		return nil
	}
	buyer, err := who.Buyer()
	f.Buyer, f.Viewer = buyer, HideBuyer
	return err
}

// fill adds lines, parcels and codes to orders, by three statements.
func (s *Service) fill(ctx context.Context, os []*Order) ([]Listed, error) {
	if len(os) == 0 {
		return nil, nil
	}
	ids := make([]mall.ID, len(os))
	at := map[mall.ID]int{}
	out := make([]Listed, len(os))
	for i, o := range os {
		ids[i], at[o.ID], out[i].Order = o.ID, i, o
	}
	if err := s.deps.Orders.Lines(ctx, os); err != nil {
		return nil, err
	}
	ships, err := s.deps.Orders.Shipments(ctx, ids)
	if err != nil {
		return nil, err
	}
	for _, p := range ships {
		i := at[p.Order]
		out[i].Shipments = append(out[i].Shipments, p)
	}
	codes, err := s.deps.Codes.Of(ctx, ids)
	for _, c := range codes {
		i := at[c.Order]
		out[i].Codes = append(out[i].Codes, c)
	}
	return out, err
}

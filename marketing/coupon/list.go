package coupon

import (
	"context"
	"slices"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/stock"
)

// Wish narrows the public list of templates; zero fields do not.
type Wish struct {
	IDs   []mall.ID // at most mall.MaxLimit; listed or not
	Type  string
	Goods mall.ID // coupons that are good for this product
}

// Claimable is one page of the templates whose coupons can be had, newest
// first: open, listed unless asked for by id, and with claims that have not
// ended. Those that have run out are among them.
func (s *Service) Claimable(ctx context.Context, w Wish, p mall.Page) (mall.Slice[Counted], error) {
	if len(w.IDs) > mall.MaxLimit {
		return mall.Slice[Counted]{}, mall.ErrInvalid.With("ids")
	}
	f := TemplateFilter{IDs: w.IDs, Type: w.Type, Open: true, Shown: len(w.IDs) == 0, Before: s.now()}
	if w.Goods != 0 {
		g, err := s.d.Catalog.Get(ctx, w.Goods)
		if err != nil {
			return mall.Slice[Counted]{}, err
		}
		all, err := s.d.Catalog.ListCategories(ctx, nil, false)
		if err != nil {
			return mall.Slice[Counted]{}, err
		}
		f.For = &Product{Goods: g.ID, Shop: g.Shop, Categories: upwards(all, g.Category)}
	}
	return s.list(ctx, f, p)
}

// Get is one template with its numbers, open or not; ErrNone.
func (s *Service) Get(ctx context.Context, id mall.ID) (*Counted, error) {
	list, err := s.list(ctx, TemplateFilter{IDs: []mall.ID{id}}, mall.Page{})
	if err != nil {
		return nil, err
	}
	if len(list.Items) == 0 {
		return nil, ErrNone
	}
	return &list.Items[0], nil
}

func (s *Service) list(ctx context.Context, f TemplateFilter, p mall.Page) (mall.Slice[Counted], error) {
	list, err := s.d.Repo.ListTemplates(ctx, f, p.Clean())
	out := mall.Slice[Counted]{Items: make([]Counted, len(list.Items)), Total: list.Total, AtLeast: list.AtLeast}
	if err != nil || len(list.Items) == 0 {
		return out, err
	}
	ids, keys := make([]mall.ID, len(list.Items)), make([]stock.Key, len(list.Items))
	for i, t := range list.Items {
		ids[i], keys[i] = t.ID, counter(t.ID)
	}
	used, err := s.d.Repo.UsedOf(ctx, ids)
	if err != nil {
		return out, err
	}
	levels, err := s.d.Stock.Levels(ctx, keys)
	if err != nil {
		return out, err
	}
	for i, t := range list.Items {
		l := levels[keys[i]]
		out.Items[i] = Counted{t, Counts{Left: l.Available, Issued: l.Sold, Used: used[t.ID]}}
	}
	return out, nil
}

// Own narrows the list of an account's coupons; zero fields do not.
type Own struct {
	States  []State // as of now
	Reached *mall.Money
}

// ListOf is one page of the actor's own coupons, newest first. Reached keeps
// those whose threshold a sum of goods reaches.
func (s *Service) ListOf(ctx context.Context, who mall.Actor, o Own, p mall.Page) (mall.Slice[Coupon], error) {
	account, err := who.Buyer()
	if err != nil {
		return mall.Slice[Coupon]{}, err
	}
	return s.grants(ctx, GrantFilter{Account: account, States: o.States, Reached: o.Reached}, p)
}

// ByIDs gives those of the actor's own coupons that the ids name, in their order.
func (s *Service) ByIDs(ctx context.Context, who mall.Actor, ids []mall.ID) ([]Coupon, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	gs, err := s.d.Repo.Grants(ctx, ids)
	if err != nil {
		return nil, err
	}
	gs = slices.DeleteFunc(gs, func(g Grant) bool { return g.Account != who.Account })
	slices.SortFunc(gs, func(x, y Grant) int { return slices.Index(ids, x.ID) - slices.Index(ids, y.ID) })
	return s.with(ctx, gs)
}

func (s *Service) grants(ctx context.Context, f GrantFilter, p mall.Page) (mall.Slice[Coupon], error) {
	f.Now = s.now()
	list, err := s.d.Repo.ListGrants(ctx, f, p.Clean())
	if err != nil {
		return mall.Slice[Coupon]{}, err
	}
	cs, err := s.with(ctx, list.Items)
	return mall.Slice[Coupon]{Items: cs, Total: list.Total, AtLeast: list.AtLeast}, err
}

// with adds to coupons what they are good for.
func (s *Service) with(ctx context.Context, gs []Grant) ([]Coupon, error) {
	if len(gs) == 0 {
		return nil, nil
	}
	var ids []mall.ID
	for _, g := range gs {
		if !slices.Contains(ids, g.Template) {
			ids = append(ids, g.Template)
		}
	}
	ts, err := s.d.Repo.Templates(ctx, ids)
	if err != nil {
		return nil, err
	}
	cs := make([]Coupon, len(gs))
	for i, g := range gs {
		t := ts[g.Template]
		if t == nil {
			return nil, ErrNone // templates are closed, never deleted
		}
		cs[i] = Coupon{g, *t}
	}
	return cs, nil
}

// StateOf is the state of a coupon now.
func (s *Service) StateOf(c *Coupon) State { return c.At(s.now()) }

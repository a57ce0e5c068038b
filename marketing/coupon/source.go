package coupon

import (
	"context"
	"slices"
	"strconv"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/marketing"
)

// Name is SourceName.
func (s *Service) Name() string { return SourceName }

// Stages are those of coupons off the goods and off the freight.
func (s *Service) Stages() []marketing.Stage {
	return []marketing.Stage{marketing.Goods, marketing.Freight}
}

// Quote grants the coupons that the buyer chose, in that order, as far as they
// can be used and the goods take more than one, and says why others cannot.
// Coupons that are not the buyer's are passed over.
func (s *Service) Quote(ctx context.Context, b marketing.Basket) (marketing.Answer, error) {
	var a marketing.Answer
	ids := wanted(b)
	usable := b.Browse && (b.Stage != marketing.Freight || b.Freight > 0) // off no freight nothing can be taken
	if len(ids) == 0 && !usable {
		return a, nil
	}
	chosen, near, err := s.at(ctx, b, ids)
	if err != nil {
		return a, err
	}
	above, err := s.lineage(ctx, b, append(slices.Clone(chosen), near...))
	if err != nil {
		return a, err
	}
	for i := range near {
		c := &near[i]
		if lines, amount, refusal := newTill(b, above).fits(c); refusal == nil {
			a.Usable = append(a.Usable, marketing.Offer{Ref: c.ref(), Title: c.Of.Name, Amount: amount, Lines: lines})
		}
	}
	till := newTill(b, above)
	for i := range chosen {
		c := &chosen[i]
		if offer, refusal := till.take(c); refusal != nil {
			a.Refused = append(a.Refused, marketing.Refusal{Ref: c.ref(), Reason: refusal})
		} else {
			a.Offers = append(a.Offers, offer)
		}
	}
	return a, nil
}

// wanted are the ids of the coupons that the buyer chose, each once, less those
// that an earlier stage granted.
func wanted(b marketing.Basket) []mall.ID {
	var ids []mall.ID
	for _, w := range b.Wanted {
		text, ok := strings.CutPrefix(w, SourceName+":")
		n, err := strconv.ParseInt(text, 10, 64)
		granted := slices.ContainsFunc(b.Applied, func(f marketing.Offer) bool { return f.Source == SourceName && f.Ref == text })
		if ok && !granted && err == nil && strconv.FormatInt(n, 10) == text && !slices.Contains(ids, mall.ID(n)) {
			ids = append(ids, mall.ID(n))
		}
	}
	return ids[:min(len(ids), mall.MaxLimit)]
}

// at gives those of the chosen coupons, in their order, and of all that the
// buyer could use, which speak at the basket's stage.
func (s *Service) at(ctx context.Context, b marketing.Basket, ids []mall.ID) (chosen, near []Coupon, err error) {
	var picked, good []Grant
	if len(ids) > 0 {
		if picked, err = s.d.Repo.Grants(ctx, ids); err != nil {
			return nil, nil, err
		}
		slices.SortFunc(picked, func(x, y Grant) int { return slices.Index(ids, x.ID) - slices.Index(ids, y.ID) })
	}
	if b.Browse {
		if good, err = s.d.Repo.Good(ctx, b.Buyer, b.At, mall.MaxLimit); err != nil {
			return nil, nil, err
		}
	}
	all, err := s.with(ctx, append(slices.Clone(picked), good...))
	if err != nil {
		return nil, nil, err
	}
	for i, c := range all {
		switch {
		case c.Account != b.Buyer || c.Of.FreightOnly != (b.Stage == marketing.Freight):
		case i < len(picked):
			chosen = append(chosen, c)
		default:
			near = append(near, c)
		}
	}
	return chosen, near, nil
}

// lineage reads the categories above those of the goods, if a coupon asks for one.
func (s *Service) lineage(ctx context.Context, b marketing.Basket, cs []Coupon) (lineage, error) {
	byCategory := func(r Ref) bool { return r.Kind == Category }
	if !slices.ContainsFunc(cs, func(c Coupon) bool { return slices.ContainsFunc(c.Of.Scope, byCategory) }) {
		return nil, nil
	}
	all, err := s.d.Catalog.ListCategories(ctx, nil, false)
	if err != nil {
		return nil, err
	}
	above := lineage{}
	for _, l := range b.Lines {
		above[l.Category] = upwards(all, l.Category)
	}
	return above, nil
}

// upwards is a category with all above it.
func upwards(all []catalog.Category, id mall.ID) []mall.ID {
	parents := make(map[mall.ID]mall.ID, len(all))
	for _, c := range all {
		parents[c.ID] = c.Parent
	}
	var ids []mall.ID
	for id != 0 && !slices.Contains(ids, id) {
		ids = append(ids, id)
		id = parents[id]
	}
	return ids
}

// Redeem uses coupons up for an order; ErrUsed when one was used, given away or
// merged a moment ago, or has just expired.
func (s *Service) Redeem(ctx context.Context, order, buyer mall.ID, offers []marketing.Offer) error {
	ids := make([]mall.ID, len(offers))
	for i, f := range offers {
		n, err := strconv.ParseInt(f.Ref, 10, 64)
		if err != nil {
			return ErrNone
		}
		ids[i] = mall.ID(n)
	}
	gs, err := s.d.Repo.Grants(ctx, ids)
	if err != nil {
		return err
	}
	if len(gs) != len(ids) {
		return ErrNone
	}
	now := s.now()
	for i := range gs {
		ok, err := s.d.Repo.Use(ctx, gs[i].ID, buyer, order, now)
		if err != nil {
			return err
		}
		if !ok {
			return ErrUsed
		}
		gs[i].Order, gs[i].Updated = order, now
	}
	return s.events(ctx, "used", gs...)
}

// Release gives back the coupons that an order used, each with its old end.
func (s *Service) Release(ctx context.Context, order mall.ID) error {
	gs, err := s.d.Repo.GrantsOf(ctx, order)
	if err != nil || len(gs) == 0 {
		return err
	}
	now := s.now()
	back := make([]Grant, 0, len(gs))
	for _, g := range gs {
		ok, err := s.d.Repo.Return(ctx, g.ID, order, now)
		if err != nil {
			return err
		}
		if ok {
			g.Updated = now
			back = append(back, g)
		}
	}
	return s.events(ctx, "returned", back...)
}

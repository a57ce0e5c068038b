package catalog

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomall-dev/mall"
)

// Revision is what to change of goods; nil leaves a thing as it is. Price and
// Stock are those of the one SKU of goods without options.
type Revision struct {
	Name      *string
	Subtitle  *string
	Content   *string
	Pic       *string // the main picture
	Category  *mall.ID
	Price     *mall.Money
	Stock     *int64 // available pieces or Unlimited
	Level     *mall.ID
	LevelDays *int
	Reason    string // for the log of stock and prices
}

// Revise applies a Revision in one transaction, everything else stays as it
// is, and says whether anything became different. Revisions at the same time
// go one after the other. ErrGone when there are no such goods, ErrNeedSKU for
// price or stock of goods with options, ErrCategory; mall.ErrInvalid names the
// field.
func (s *Service) Revise(ctx context.Context, who mall.Actor, goods mall.ID, r Revision) (changed bool, err error) {
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		changed = false
		ok, err := s.r.Products.Own(ctx, goods)
		if err == nil && !ok {
			err = ErrGone.With(goods)
		}
		if err != nil {
			return err
		}
		d, err := s.Detail(ctx, goods)
		if err != nil {
			return err
		}
		changed, err = s.revise(ctx, who, d, r)
		return err
	})
	return changed, err
}

func (s *Service) revise(ctx context.Context, who mall.Actor, d *Detail, r Revision) (bool, error) {
	g, main := &d.Goods, d.Goods.Pic
	changed := put(&g.Name, r.Name)
	changed = put(&g.Subtitle, r.Subtitle) || changed
	changed = put(&d.Content, r.Content) || changed
	changed = put(&g.Pic, r.Pic) || changed
	changed = put(&g.Category, r.Category) || changed
	changed = put(&g.Level, r.Level) || changed
	changed = put(&g.LevelDays, r.LevelDays) || changed
	if g.Level != 0 {
		g.Kind = Membership
	} else if g.Kind == Membership && r.Level != nil {
		g.Kind = Parcel
	}
	g.term()
	draft := Draft{Goods: *g, Content: d.Content, Reason: r.Reason}
	if err := draft.checkGoods(); err != nil {
		return false, err
	}
	if r.Category != nil {
		if err := s.checkRefs(ctx, []Draft{draft}); err != nil {
			return false, err
		}
	}
	var shelf *SKU
	if r.Price != nil || r.Stock != nil {
		if len(g.PropertyIDs) > 0 || len(d.SKUs) != 1 {
			return false, ErrNeedSKU.With(g.Name)
		}
		shelf = &d.SKUs[0]
	}
	if r.Price != nil && *r.Price != shelf.Price {
		if err := s.revalue(ctx, who, g, shelf, *r.Price, r.Reason); err != nil {
			return false, err
		}
		changed = true
	}
	restocked := r.Stock != nil && *r.Stock != shelf.Stock
	if changed || restocked {
		g.Editor, g.UpdatedAt = who.Account, s.now()
		if err := s.r.Products.Update(ctx, g, Text{Goods: g.ID, Content: d.Content, Extra: d.Extra}); err != nil {
			return false, fmt.Errorf("catalog: revise: %w", err)
		}
	}
	if g.Pic != main {
		if err := s.repicture(ctx, d, main); err != nil {
			return false, fmt.Errorf("catalog: revise: %w", err)
		}
	}
	if !restocked {
		return changed, nil
	}
	return true, s.d.Stock.PutSKUs(ctx, who, []SKUStock{{shelf.ID, *r.Stock}}, r.Reason)
}

// put sets *at to a wish that differs from it, and says whether it did.
func put[T comparable](at, wish *T) bool {
	if wish == nil || *at == *wish {
		return false
	}
	*at = *wish
	return true
}

// revalue gives the only SKU of goods another price. A crossed-out price that
// was the same goes along.
func (s *Service) revalue(ctx context.Context, who mall.Actor, g *Goods, k *SKU, to mall.Money, reason string) error {
	if !price(to) {
		return mall.ErrInvalid.With("price")
	}
	before := k.Price
	if k.Original == k.Price {
		k.Original = to
	}
	k.Price = to
	g.MinPrice, g.MinOriginal = k.Price, k.Original
	if err := s.r.Products.UpdateSKU(ctx, k); err != nil {
		return fmt.Errorf("catalog: revise: %w", err)
	}
	return s.tellPrice(ctx, who, k, before, reason)
}

// repicture puts the new main picture in the place of the old one.
func (s *Service) repicture(ctx context.Context, d *Detail, old string) error {
	urls := make([]string, 0, len(d.Pics)+1)
	for _, p := range d.Pics {
		if p.URL != old && p.URL != d.Goods.Pic {
			urls = append(urls, p.URL)
		}
	}
	return s.r.Products.PutPics(ctx, d.Goods.ID, slices.Insert(urls, 0, d.Goods.Pic))
}

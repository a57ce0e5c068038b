package cart

import (
	"context"
	"fmt"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

// Position is a line with what the catalogue says of it now.
type Position struct {
	Line
	Item  catalog.Item
	Price mall.Money // of one piece with its add-ons
	Stock int64      // available pieces, catalog.Unlimited for never out
	// Problem says why the line cannot be bought as it stands: catalog.ErrGone,
	// catalog.ErrOffSale and their like; nil when it can. Such lines are shown
	// but count in no total.
	Problem error
}

// Cart is what a buyer sees.
type Cart struct {
	Positions []Position
	Number    int64      // pieces of all lines
	Total     mall.Money // of the selected lines that can be bought
	Points    int64      // points price of the same
}

// Get reads a cart with today's prices for its owner's level, in a number of
// statements that does not grow with its lines. An empty cart is not an error.
func (s *Service) Get(ctx context.Context, owner mall.ID, kind string) (Cart, error) {
	lines, err := s.d.Repo.List(ctx, owner, kind)
	if err != nil || len(lines) == 0 {
		return Cart{}, err
	}
	b, err := s.buyer(ctx, owner)
	if err != nil {
		return Cart{}, err
	}
	return s.priced(ctx, b, lines)
}

// priced is the cart of lines.
func (s *Service) priced(ctx context.Context, b catalog.Buyer, lines []Line) (Cart, error) {
	wants := make([]catalog.Want, len(lines))
	for i, l := range lines {
		wants[i] = catalog.Want{Goods: l.Goods, SKU: l.SKU, Qty: l.Qty, Addons: l.Addons}
	}
	items, problems, err := s.d.Catalog.Appraise(ctx, b, s.now(), wants)
	if err != nil {
		return Cart{}, fmt.Errorf("cart: get: %w", err)
	}
	c := Cart{Positions: make([]Position, len(lines))}
	for i, l := range lines {
		it := items[i]
		p := Position{Line: l, Item: it, Price: it.Unit + it.AddonUnit, Stock: it.SKU.Stock, Problem: problems[i]}
		c.Positions[i] = p
		c.Number += l.Qty
		if p.Problem == nil && l.Selected {
			c.Total += p.Price * mall.Money(l.Qty)
			c.Points += it.Points * l.Qty
		}
	}
	return c, nil
}

package catalog

import (
	"context"
	"fmt"
	"time"

	"github.com/gomall-dev/mall"
)

// maxShelf bounds Shelf: a list without pages.
const maxShelf = 200

// Shelf is everything that a shop has on sale now, by Sort and newest first
// among equals, without stock; at most 200, in one statement. Hidden goods,
// which are in no list of the platform, are on their shop's shelf. The platform
// itself has none.
func (s *Service) Shelf(ctx context.Context, shop mall.ID) ([]Goods, error) {
	if shop == 0 {
		return nil, nil
	}
	goods, err := s.r.Products.Shelf(ctx, shop, s.now(), maxShelf)
	if err != nil {
		return nil, fmt.Errorf("catalog: shelf: %w", err)
	}
	return goods, nil
}

// Lowest is, for each shop that has any, the price of the cheapest goods that
// can be bought today: on sale, hidden or not, and within their days of use.
// Hours and stock are not asked. One statement, however many shops.
func (s *Service) Lowest(ctx context.Context, at time.Time, shops []mall.ID) (map[mall.ID]mall.Money, error) {
	if len(shops) == 0 {
		return map[mall.ID]mall.Money{}, nil
	}
	lowest, err := s.r.Products.Lowest(ctx, shops, at, s.c.Calendar.Day(at))
	if err != nil {
		return nil, fmt.Errorf("catalog: lowest: %w", err)
	}
	return lowest, nil
}

// Pics are the pictures of goods, in one statement; those that have only their
// main one have that.
func (s *Service) Pics(ctx context.Context, goods []Goods) (map[mall.ID][]Pic, error) {
	if len(goods) == 0 {
		return map[mall.ID][]Pic{}, nil
	}
	ids := make([]mall.ID, len(goods))
	for i := range goods {
		ids[i] = goods[i].ID
	}
	found, err := s.r.Products.PicsOf(ctx, ids)
	if err != nil {
		return nil, fmt.Errorf("catalog: pictures: %w", err)
	}
	for i := range goods {
		if g := &goods[i]; len(found[g.ID]) == 0 && g.Pic != "" {
			found[g.ID] = []Pic{{URL: g.Pic}}
		}
	}
	return found, nil
}

package catalog

import (
	"context"
	"fmt"

	"github.com/gomall-dev/mall"
)

// Personal is what the catalogue knows of a person.
type Personal struct {
	Favourites []Favourite
	Reviews    []Review
}

// Export gives everything that a buyer left in the catalogue.
func (s *Service) Export(ctx context.Context, account mall.ID) (any, error) {
	var p Personal
	var err error
	if p.Favourites, err = mall.All(ctx, account, s.r.Favourites.Each, func(f Favourite) mall.ID { return f.ID }); err == nil {
		p.Reviews, err = mall.All(ctx, account, s.r.Reviews.Each, func(r Review) mall.ID { return r.ID })
	}
	if err != nil {
		return nil, fmt.Errorf("catalog: export: %w", err)
	}
	return p, nil
}

// Erase takes a buyer's favourites and deals away, and texts and pictures out
// of their reviews; verdicts and stars stay, they belong to the goods.
func (s *Service) Erase(ctx context.Context, account mall.ID) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		gone, err := s.r.Favourites.Erase(ctx, account)
		if err != nil {
			return fmt.Errorf("catalog: erase: %w", err)
		}
		counts := map[mall.ID]*Counts{}
		for _, f := range gone {
			if f.Type == FavouriteGoods {
				counted(counts, f.Goods).Favourites--
			}
		}
		if err := s.r.Products.Count(ctx, inOrder(counts)); err != nil {
			return fmt.Errorf("catalog: erase: %w", err)
		}
		s.d.Tx.OnCommit(ctx, func(context.Context) { s.forget(account) })
		return s.r.Reviews.Erase(ctx, account)
	})
}

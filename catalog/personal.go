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
	for page := (mall.Page{Limit: mall.MaxLimit}); ; page.Offset += page.Limit {
		some, err := s.r.Favourites.List(ctx, account, "", page)
		if err != nil {
			return nil, fmt.Errorf("catalog: export: %w", err)
		}
		p.Favourites = append(p.Favourites, some...)
		if int64(len(some)) < page.Limit {
			break
		}
	}
	var err error
	if p.Reviews, err = s.r.Reviews.OfBuyer(ctx, account); err != nil {
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

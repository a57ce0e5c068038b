package catalog

import (
	"context"
	"errors"
	"fmt"

	"github.com/gomall-dev/mall"
)

// Get is one goods with its stock; ErrGone when there is none.
func (s *Service) Get(ctx context.Context, id mall.ID) (*Goods, error) {
	g, err := s.r.Products.Find(ctx, id)
	return g, gone(err, id)
}

// FindCode is the id of the goods with a public code; ErrGone when there is none.
func (s *Service) FindCode(ctx context.Context, code string) (mall.ID, error) {
	id, err := s.r.Products.FindCode(ctx, code)
	if errors.Is(err, mall.ErrNotFound) {
		return 0, ErrGone.With(code)
	}
	return id, err
}

// ByIDs are the goods that are there, without stock, in one statement.
func (s *Service) ByIDs(ctx context.Context, ids []mall.ID) (map[mall.ID]*Goods, error) {
	if len(ids) == 0 {
		return map[mall.ID]*Goods{}, nil
	}
	return s.r.Products.ByIDs(ctx, ids)
}

// Detail is everything about one goods, on sale or not; ErrGone when there is
// none. Looking is counted by CountView, not here.
func (s *Service) Detail(ctx context.Context, id mall.ID) (*Detail, error) {
	d, err := s.r.Products.Whole(ctx, id)
	if err != nil {
		return nil, gone(err, id)
	}
	if err := s.fill(ctx, d); err != nil {
		return nil, fmt.Errorf("catalog: detail: %w", err)
	}
	return d, nil
}

// fill adds to the whole goods what stands apart from them.
func (s *Service) fill(ctx context.Context, d *Detail) (err error) {
	g := &d.Goods
	if len(d.Pics) == 0 && g.Pic != "" {
		d.Pics = []Pic{{URL: g.Pic}}
	}
	if len(g.PropertyIDs) > 0 {
		if d.Properties, err = s.r.Products.Properties(ctx, g.ID); err != nil {
			return err
		}
	}
	if g.Freight != 0 {
		found, err := s.r.Freights.ByIDs(ctx, []mall.ID{g.Freight})
		if err != nil {
			return err
		}
		d.Freight = found[g.Freight]
	}
	return nil
}

// Codes are the public codes of goods, deleted ones too, in one statement.
func (s *Service) Codes(ctx context.Context, ids []mall.ID) (map[mall.ID]string, error) {
	if len(ids) == 0 {
		return map[mall.ID]string{}, nil
	}
	return s.r.Products.Codes(ctx, ids)
}

// Texts are the long texts of a page of goods in one statement, for lists
// that print them: Content cut to so many characters (0: whole). Goods without
// any are missing.
func (s *Service) Texts(ctx context.Context, goods []mall.ID, most int) (map[mall.ID]Text, error) {
	if len(goods) == 0 {
		return map[mall.ID]Text{}, nil
	}
	return s.r.Products.Texts(ctx, goods, most)
}

// Addons are the groups of extras of goods; empty when there are none.
func (s *Service) Addons(ctx context.Context, goods mall.ID) ([]AddonGroup, error) {
	found, err := s.r.Products.Addons(ctx, []mall.ID{goods})
	return found[goods], err
}

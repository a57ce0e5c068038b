package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
)

// Category is a node of the tree that goods hang in.
type Category struct {
	ID        mall.ID
	Code      string // public code of 17 digits, as of Goods; new ones get the next free one unless they bring one
	Shop      mall.ID
	Parent    mall.ID // 0: a root
	Level     int     // 1 for roots; written by the service
	Name      string
	Key       string
	Type      string
	Icon      string
	Pic       string
	Sort      int64 // smaller first
	Used      bool  // shown to buyers
	Extra     map[string]string
	Creator   mall.ID // the account that made it, 0: the host; stays as it is when others change it
	Editor    mall.ID // the account that changed it last, 0: the host, or nobody yet
	CreatedAt time.Time
	UpdatedAt time.Time
}

// maxCategoryLevel bounds the depth of the tree.
const maxCategoryLevel = 10

// SaveCategory stores a category, new when its ID is 0, and returns its id. A
// new Parent takes everything below along; ErrCycle when that lies below the
// category itself, ErrCategory when there is no such parent.
// Names are unique among the children of a parent, and among the roots, of one
// shop: ErrNameTaken. Icon and Pic are addresses of pictures as those of goods.
func (s *Service) SaveCategory(ctx context.Context, c Category) (mall.ID, error) {
	if err := checkText("name", c.Name, 1, 100); err != nil {
		return 0, err
	}
	if c.Icon != "" && badURL(c.Icon) || c.Pic != "" && badURL(c.Pic) {
		return 0, mall.ErrInvalid.With("pics")
	}
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		save := c
		var old *Category
		if c.ID != 0 {
			var err error
			if old, err = s.GetCategory(ctx, c.ID); err != nil {
				return err
			}
			save.Code, save.Creator, save.CreatedAt = old.Code, old.Creator, old.CreatedAt
		}
		if err := s.place(ctx, &save); err != nil {
			return err
		}
		save.UpdatedAt = s.now()
		// Whoever gives names takes the last code first, so one goes after the other.
		last, err := s.r.Categories.LastCode(ctx)
		if err != nil {
			return err
		}
		if same, err := s.r.Categories.Named(ctx, save.Shop, save.Parent, save.Name); err != nil {
			return err
		} else if same != 0 && same != c.ID {
			return ErrNameTaken.With(save.Name)
		}
		if old != nil {
			return s.updateCategory(ctx, *old, &save)
		}
		save.ID, save.CreatedAt, save.Editor = 0, save.UpdatedAt, 0
		if save.Code == "" {
			save.Code = nextCode(s.c.Calendar, save.CreatedAt, last)
			if err := s.r.Categories.SetLastCode(ctx, save.Code); err != nil {
				return err
			}
		} else if !IsCode(save.Code) {
			return mall.ErrInvalid.With("code")
		}
		if err := s.r.Categories.Insert(ctx, &save); err != nil {
			return err
		}
		c.ID = save.ID
		return nil
	})
	return c.ID, err
}

// place finds the level of a category below its parent.
func (s *Service) place(ctx context.Context, c *Category) error {
	c.Level = 1
	if c.Parent == 0 {
		return nil
	}
	parent, err := s.GetCategory(ctx, c.Parent)
	if err != nil {
		return err
	}
	c.Level = parent.Level + 1
	if c.Level > maxCategoryLevel {
		return mall.ErrInvalid.With("pid")
	}
	return nil
}

func (s *Service) updateCategory(ctx context.Context, old Category, c *Category) error {
	if c.Parent != old.Parent {
		below, err := s.r.Categories.Below(ctx, c.ID)
		if err != nil {
			return fmt.Errorf("catalog: save category: %w", err)
		}
		if slices.Contains(below, c.Parent) {
			return ErrCycle
		}
		if c.Level != old.Level {
			if err := s.r.Categories.SetLevels(ctx, c.ID, c.Level-old.Level); err != nil {
				return fmt.Errorf("catalog: save category: %w", err)
			}
		}
	}
	return s.r.Categories.Update(ctx, c)
}

// DeleteCategory removes a category; ErrInUse while it has children or goods,
// ErrCategory when there is none.
func (s *Service) DeleteCategory(ctx context.Context, id mall.ID) error {
	return s.deleteCategory(ctx, id, false)
}

// DropCategory is DeleteCategory for categories with goods too: those stay on
// sale without a category. ErrInUse while it has children.
func (s *Service) DropCategory(ctx context.Context, id mall.ID) error {
	return s.deleteCategory(ctx, id, true)
}

func (s *Service) deleteCategory(ctx context.Context, id mall.ID, full bool) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if _, err := s.GetCategory(ctx, id); err != nil {
			return err
		}
		if full {
			if err := s.r.Categories.Empty(ctx, id, s.now()); err != nil {
				return err
			}
		}
		ok, err := s.r.Categories.Delete(ctx, id)
		if err == nil && !ok {
			err = ErrInUse
		}
		return err
	})
}

// GetCategory is one category; ErrCategory when there is none.
func (s *Service) GetCategory(ctx context.Context, id mall.ID) (*Category, error) {
	c, err := s.r.Categories.Find(ctx, id)
	if errors.Is(err, mall.ErrNotFound) {
		return nil, ErrCategory
	}
	return c, err
}

// FindCategory is the category of a public code; ErrCategory when there is none.
func (s *Service) FindCategory(ctx context.Context, code string) (*Category, error) {
	c, err := s.r.Categories.FindCode(ctx, code)
	if errors.Is(err, mall.ErrNotFound) {
		return nil, ErrCategory
	}
	return c, err
}

// ListCategories is the whole tree as a list by sort and id: of one shop, or
// of all shops when shop is nil; usedOnly leaves out those not shown.
func (s *Service) ListCategories(ctx context.Context, shop *mall.ID, usedOnly bool) ([]Category, error) {
	return s.r.Categories.All(ctx, shop, usedOnly)
}

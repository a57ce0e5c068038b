package shop

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

const (
	maxCategoryName = 50
	maxURL          = 1000
)

// Categories are the kinds of merchants by sort and id; usedOnly leaves out
// those that are not shown, and what lies below them.
func (s *Service) Categories(ctx context.Context, usedOnly bool) ([]Category, error) {
	all, err := s.d.Repo.Categories(ctx)
	if err != nil {
		return nil, fmt.Errorf("shop: categories: %w", err)
	}
	if !usedOnly {
		return all, nil
	}
	shown := map[mall.ID]bool{0: true}
	for again := true; again; { // parents may stand behind their children
		again = false
		for _, c := range all {
			if c.Used && shown[c.Parent] && !shown[c.ID] {
				shown[c.ID], again = true, true
			}
		}
	}
	return slices.DeleteFunc(all, func(c Category) bool { return !shown[c.ID] }), nil
}

// SaveCategory stores a category, new when its ID is 0, and returns its id. It
// needs RightManage. ErrCategory when it or its parent is not there, ErrCycle
// when it would lie below itself.
func (s *Service) SaveCategory(ctx context.Context, who mall.Actor, c Category) (mall.ID, error) {
	if err := who.Must(RightManage); err != nil {
		return 0, err
	}
	switch n := utf8.RuneCountInString(c.Name); {
	case n < 1 || n > maxCategoryName:
		return 0, mall.ErrInvalid.With("name")
	case len(c.Icon) > maxURL:
		return 0, mall.ErrInvalid.With("icon")
	}
	id := c.ID
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		all, err := s.d.Repo.Categories(ctx)
		if err != nil {
			return err
		}
		if c.Parent != 0 && !slices.ContainsFunc(all, func(o Category) bool { return o.ID == c.Parent }) {
			return ErrCategory.With(c.Parent)
		}
		if c.ID != 0 && slices.Contains(below(all, c.ID), c.Parent) {
			return ErrCycle
		}
		put := c
		put.UpdatedAt = s.now()
		put.CreatedAt = put.UpdatedAt
		err = s.d.Repo.PutCategory(ctx, &put)
		if errors.Is(err, mall.ErrNotFound) {
			return ErrCategory.With(c.ID)
		}
		id = put.ID
		return err
	})
	return id, err
}

// DeleteCategory removes a category; it needs RightManage. ErrInUse while it
// has children or merchants, ErrCategory when there is none.
func (s *Service) DeleteCategory(ctx context.Context, who mall.Actor, id mall.ID) error {
	if err := who.Must(RightManage); err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repo.DeleteCategory(ctx, id)
		if err != nil || ok {
			return err
		}
		if err := s.checkCategory(ctx, id); err != nil {
			return err
		}
		return ErrInUse
	})
}

// checkCategory is ErrCategory when there is no such category.
func (s *Service) checkCategory(ctx context.Context, id mall.ID) error {
	all, err := s.d.Repo.Categories(ctx)
	if err != nil {
		return err
	}
	if !slices.ContainsFunc(all, func(c Category) bool { return c.ID == id }) {
		return ErrCategory.With(id)
	}
	return nil
}

// below is a category and everything under it.
func below(all []Category, id mall.ID) []mall.ID {
	ids := []mall.ID{id}
	for i := 0; i < len(ids); i++ {
		for _, c := range all {
			if c.Parent == ids[i] && !slices.Contains(ids, c.ID) {
				ids = append(ids, c.ID)
			}
		}
	}
	return ids
}

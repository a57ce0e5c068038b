package catalog

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/gomall-dev/mall"
)

const (
	// FavouriteGoods is a favourite that is goods of this shop.
	FavouriteGoods = 0
	// FavouriteForeign is a favourite elsewhere, described by its JSON text.
	FavouriteForeign = 1
)

// Favourite is something that a buyer likes (收藏).
type Favourite struct {
	ID        mall.ID
	Account   mall.ID
	Goods     mall.ID
	Type      int
	JSON      string // of FavouriteForeign: as the client gave it
	Name      string // of the goods today; filled in when read
	Pic       string
	CreatedAt time.Time
	UpdatedAt time.Time
}

const maxFavouriteJSON = 4096 // bytes

// Like remembers a favourite. It is idempotent; the JSON of a foreign one is
// replaced. ErrGone when goods of this shop are not there.
func (s *Service) Like(ctx context.Context, account, goods mall.ID, typ int, json string) error {
	switch {
	case goods <= 0:
		return mall.ErrInvalid.With("goodsId")
	case typ != FavouriteGoods && typ != FavouriteForeign:
		return mall.ErrInvalid.With("type")
	case len(json) > maxFavouriteJSON:
		return mall.ErrInvalid.With("extJsonStr")
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if typ == FavouriteGoods {
			found, err := s.r.Products.ByIDs(ctx, []mall.ID{goods})
			if err != nil {
				return fmt.Errorf("catalog: like: %w", err)
			}
			if found[goods] == nil {
				return ErrGone.With(goods)
			}
		}
		at := s.now()
		added, err := s.r.Favourites.Add(ctx, Favourite{Account: account, Goods: goods, Type: typ, JSON: json, CreatedAt: at, UpdatedAt: at})
		if err != nil || !added || typ != FavouriteGoods {
			return err
		}
		return s.r.Products.Count(ctx, []Counts{{Goods: goods, Favourites: 1}})
	})
}

// Unlike forgets a buyer's favourite, named by its id or else by goods and
// type. What is not there is no error.
func (s *Service) Unlike(ctx context.Context, account, id, goods mall.ID, typ int) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		f, err := s.r.Favourites.Remove(ctx, account, id, goods, typ)
		if errors.Is(err, mall.ErrNotFound) {
			return nil
		}
		if err != nil || f.Type != FavouriteGoods {
			return err
		}
		return s.r.Products.Count(ctx, []Counts{{Goods: f.Goods, Favourites: -1}})
	})
}

// Likes says whether a buyer has a favourite.
func (s *Service) Likes(ctx context.Context, account, goods mall.ID, typ int) (bool, error) {
	return s.r.Favourites.Has(ctx, account, goods, typ)
}

// ListFavourites is a page of a buyer's favourites, newest first.
func (s *Service) ListFavourites(ctx context.Context, account mall.ID, nameLike string, p mall.Page) ([]Favourite, error) {
	return s.r.Favourites.List(ctx, account, nameLike, p.Clean())
}

package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

// errNotFavourite is the answer of goodsFavCheck for what is not liked: code
// -1 with a value.
var errNotFavourite = mall.E(mall.NotFound, "wxapi.not_favourite", "not a favourite")

type favouriteIn struct {
	ID         mall.ID `in:"id"`
	GoodsID    mall.ID `in:"goodsId"`
	Type       int64   `in:"type"`
	ExtJSONStr string  `in:"extJsonStr"`
}

func (a *api) goodsFavPut(ctx context.Context, who mall.Actor, in favouriteIn) (any, error) {
	return empty(a.Catalog.Like(ctx, who.Account, in.GoodsID, int(in.Type), in.ExtJSONStr))
}

func (a *api) goodsFavCheck(ctx context.Context, who mall.Actor, in favouriteIn) (string, error) {
	liked, err := a.Catalog.Likes(ctx, who.Account, in.GoodsID, int(in.Type))
	if err == nil && !liked {
		err = &withData{errNotFavourite, "未收藏"}
	}
	return "已收藏", err
}

func (a *api) goodsFavDelete(ctx context.Context, who mall.Actor, in favouriteIn) (any, error) {
	if in.ID == 0 && in.GoodsID == 0 {
		return nil, mall.ErrInvalid.With("goodsId")
	}
	return empty(a.Catalog.Unlike(ctx, who.Account, in.ID, in.GoodsID, int(in.Type)))
}

type favouritesIn struct {
	pageIn
	NameLike string `in:"nameLike"`
}

type favouriteOut struct {
	ID         mall.ID `json:"id"`
	UID        mall.ID `json:"uid"`
	UserID     mall.ID `json:"userId"`
	GoodsID    mall.ID `json:"goodsId"`
	GoodsName  string  `json:"goodsName"`
	Pic        string  `json:"pic"`
	Type       int     `json:"type"`
	JSON       string  `json:"json,omitempty"`
	DateAdd    stamp   `json:"dateAdd"`
	DateUpdate stamp   `json:"dateUpdate"`
}

func (a *api) goodsFavList(ctx context.Context, who mall.Actor, in favouritesIn) ([]favouriteOut, error) {
	list, err := a.Catalog.ListFavourites(ctx, who.Account, in.NameLike, in.window())
	if err != nil {
		return nil, err
	}
	return listed(list, func(f catalog.Favourite) favouriteOut {
		return favouriteOut{
			ID: f.ID, UID: f.Account, UserID: a.cfg.MerchantID, GoodsID: f.Goods, GoodsName: f.Name, Pic: f.Pic, Type: f.Type,
			JSON: f.JSON, DateAdd: a.at(f.CreatedAt), DateUpdate: a.at(f.UpdatedAt),
		}
	})
}

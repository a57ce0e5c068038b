package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

type categoryOut struct {
	ID         mall.ID `json:"id"`
	ShopID     mall.ID `json:"shopId"`
	PID        mall.ID `json:"pid"`
	Level      int     `json:"level"`
	Name       string  `json:"name"`
	Key        string  `json:"key"`
	Type       string  `json:"type"`
	Icon       string  `json:"icon"`
	Pic        string  `json:"pic,omitempty"`
	Paixu      int64   `json:"paixu"`
	IsUse      bool    `json:"isUse"`
	UserID     mall.ID `json:"userId"`
	DateAdd    stamp   `json:"dateAdd"`
	DateUpdate stamp   `json:"dateUpdate"`
}

func (a *api) categoryOf(c catalog.Category) categoryOut {
	return categoryOut{
		ID: c.ID, ShopID: c.Shop, PID: c.Parent, Level: c.Level, Name: c.Name, Key: c.Key, Type: c.Type, Icon: c.Icon, Pic: c.Pic,
		Paixu: c.Sort, IsUse: c.Used, UserID: a.cfg.MerchantID, DateAdd: a.at(c.CreatedAt), DateUpdate: a.at(c.UpdatedAt),
	}
}

type categoriesIn struct {
	ShopID *mall.ID `in:"shopId"`
}

func (a *api) goodsCategory(ctx context.Context, _ mall.Actor, in categoriesIn) ([]categoryOut, error) {
	all, err := a.Catalog.ListCategories(ctx, in.ShopID, true)
	if err != nil {
		return nil, err
	}
	return listed(all, a.categoryOf)
}

type categoryIn struct {
	ID mall.ID `in:"id,required"`
}

type categoryDetail struct {
	Info    categoryOut       `json:"info"`
	ExtJSON map[string]string `json:"extJson"`
}

func (a *api) goodsCategoryDetail(ctx context.Context, _ mall.Actor, in categoryIn) (*categoryDetail, error) {
	c, err := a.Catalog.GetCategory(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	return &categoryDetail{a.categoryOf(*c), c.Extra}, nil
}

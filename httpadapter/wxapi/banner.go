package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms"
)

type typeIn struct {
	Type string `in:"type"`
}

type bannerOut struct {
	ID         mall.ID `json:"id"`
	BusinessID mall.ID `json:"businessId"`
	Title      string  `json:"title"`
	Type       string  `json:"type"`
	PicURL     string  `json:"picUrl"`
	LinkURL    string  `json:"linkUrl"`
	LinkType   int     `json:"linkType"`
	AppID      string  `json:"appid,omitempty"`
	Remark     string  `json:"remark"`
	Paixu      int64   `json:"paixu"`
	Status     int     `json:"status"`
	StatusStr  string  `json:"statusStr"`
	ShopID     mall.ID `json:"shopId"`
	UserID     mall.ID `json:"userId"`
	DateAdd    stamp   `json:"dateAdd"`
	DateUpdate *stamp  `json:"dateUpdate,omitempty"`
}

func (a *api) banners(ctx context.Context, _ mall.Actor, in typeIn) ([]bannerOut, error) {
	list, err := a.Content.Banners(ctx, in.Type)
	if err != nil {
		return nil, err
	}
	return listed(list, a.bannerOf)
}

func (a *api) bannerOf(b cms.Banner) bannerOut {
	return bannerOut{
		ID: b.ID, BusinessID: b.Business, Title: b.Title, Type: b.Type, PicURL: b.Picture, LinkURL: b.Link, LinkType: b.LinkType,
		AppID: b.AppID, Remark: b.Remark, Paixu: b.Sort, StatusStr: "显示", ShopID: b.Shop, UserID: a.cfg.MerchantID,
		DateAdd: a.at(b.CreatedAt), DateUpdate: a.maybe(b.UpdatedAt),
	}
}

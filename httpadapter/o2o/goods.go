package o2o

import (
	"cmp"
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/shop"
)

// goods is what a merchant sells, as the document has it.
type goods struct {
	ID           mall.ID  `json:"id"`
	OperID       mall.ID  `json:"oper_id"`
	MerchantID   mall.ID  `json:"merchant_id"`
	Name         string   `json:"name"`
	Desc         string   `json:"desc"`
	MarketPrice  price    `json:"market_price"`
	Price        price    `json:"price"`
	StartDate    *string  `json:"start_date"` // null: any day
	EndDate      *string  `json:"end_date"`
	BusinessTime []string `json:"business_time"` // its own hours, else the merchant's
	ThumbURL     string   `json:"thumb_url"`
	Pic          string   `json:"pic"`
	PicList      []string `json:"pic_list"`
	BuyInfo      string   `json:"buy_info"`
	Status       int      `json:"status"` // 1 on sale, 2 off
	SellNumber   int64    `json:"sell_number"`
}

type goodsListIn struct {
	MerchantID mall.ID `in:"merchant_id,required"`
}

func (a *api) goodsList(ctx context.Context, _ mall.Actor, in goodsListIn) (any, error) {
	s, err := a.openShop(ctx, in.MerchantID)
	if err != nil {
		return nil, err
	}
	shelf, err := a.Catalog.Shelf(ctx, s.ID)
	if err != nil {
		return nil, err
	}
	list, err := a.goodsOf(ctx, shelf, s)
	return map[string][]goods{"list": list}, err
}

type goodsIn struct {
	ID mall.ID `in:"id,required"`
}

// goodsDetail shows goods that are off sale too: orders lead to them.
func (a *api) goodsDetail(ctx context.Context, _ mall.Actor, in goodsIn) (*goods, error) {
	g, err := a.Catalog.Get(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	s, err := a.Shops.Get(ctx, g.Shop)
	if err != nil {
		return nil, err
	}
	if !s.Open() {
		return nil, catalog.ErrGone.With(in.ID)
	}
	list, err := a.goodsOf(ctx, []catalog.Goods{*g}, s)
	if err != nil {
		return nil, err
	}
	a.Catalog.CountView(g.ID)
	return &list[0], nil
}

// goodsOf shapes the goods of one merchant in one statement, however many.
func (a *api) goodsOf(ctx context.Context, all []catalog.Goods, s *shop.Shop) ([]goods, error) {
	pics, err := a.Catalog.Pics(ctx, all)
	if err != nil {
		return nil, err
	}
	list := make([]goods, len(all))
	for i := range all {
		g := &all[i]
		list[i] = goods{
			ID: g.ID, OperID: centreOf(*s), MerchantID: g.Shop, Name: g.Name, Desc: cmp.Or(g.Subtitle, g.Selling),
			MarketPrice: price(g.MinOriginal), Price: price(g.MinPrice), StartDate: maybe(g.ValidFrom), EndDate: maybe(g.ValidTo),
			BusinessTime: businessTime(s.Hours()), ThumbURL: g.Pic, Pic: g.Pic, PicList: []string{}, BuyInfo: g.BuyInfo,
			Status: 2 - b2i(g.Available(a.now())), SellNumber: g.Sells,
		}
		if h, ok := catalog.ParseHours(g.Hours); ok {
			list[i].BusinessTime = businessTime(h, ok)
		}
		for _, p := range pics[g.ID] {
			list[i].PicList = append(list[i].PicList, p.URL)
		}
	}
	return list, nil
}

// maybe is a text, null for none.
func maybe(text string) *string {
	if text == "" {
		return nil
	}
	return &text
}

package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

type historyIn struct {
	pageIn
	NameLike     string  `in:"nameLike"`
	CategoryID   mall.ID `in:"categoryId"`
	DateBuyBegin string  `in:"dateBuyBegin"`
	DateBuyEnd   string  `in:"dateBuyEnd"`
}

// historyOut is one goods of the history; its id is the goods' id, for there
// is one row a goods.
type historyOut struct {
	ID          mall.ID `json:"id"`
	GoodsID     mall.ID `json:"goodsId"`
	GoodsName   string  `json:"goodsName"`
	Pic         string  `json:"pic"`
	MinPrice    yuan    `json:"minPrice"`
	NumberSells int64   `json:"numberSells"`
	DateAdd     stamp   `json:"dateAdd"`
}

// myBuyGoodsHis is a bare array at the api host and a page everywhere else.
func (a *api) myBuyGoodsHis(ctx context.Context, who mall.Actor, in historyIn) (any, error) {
	f, bare := order.PurchaseFilter{Name: in.NameLike, Category: in.CategoryID}, formOf(ctx) == formAPI
	f.NoTotal = bare
	var err error
	if f.From, _, err = a.moment(in.DateBuyBegin); err != nil {
		return nil, mall.ErrInvalid.With("dateBuyBegin")
	}
	if _, f.Before, err = a.moment(in.DateBuyEnd); err != nil {
		return nil, mall.ErrInvalid.With("dateBuyEnd")
	}
	list, err := a.Orders.ListPurchases(ctx, who.Account, f, in.window())
	switch {
	case err != nil:
		return nil, err
	case bare:
		return listed(list.Items, a.historyOf)
	}
	return paged(list, in.window(), a.historyOf)
}

func (a *api) historyOf(p order.Purchase) historyOut {
	return historyOut{p.Goods, p.Goods, p.Name, p.Picture, yuan(p.MinPrice), p.Sells, a.at(p.At)}
}

type historyDeleteIn struct {
	ID      mall.ID `in:"id"`
	GoodsID mall.ID `in:"goodsId"`
}

func (a *api) myBuyGoodsHisDelete(ctx context.Context, who mall.Actor, in historyDeleteIn) (any, error) {
	if in.GoodsID == 0 {
		in.GoodsID = in.ID
	}
	if in.GoodsID == 0 {
		return nil, mall.ErrInvalid.With("goodsId")
	}
	return empty(a.Orders.RemovePurchase(ctx, who.Account, in.GoodsID))
}

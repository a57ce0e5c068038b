package wxapi

import (
	"context"
	"strconv"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cart"
	"github.com/gomall-dev/mall/catalog"
)

// cartIn names one of the caller's carts.
type cartIn struct {
	Type string `in:"type"`
}

// maxCartType bounds the free text that names a cart.
const maxCartType = 32

func (in cartIn) kind() (string, error) {
	if len(in.Type) > maxCartType {
		return "", mall.ErrInvalid.With("type")
	}
	return in.Type, nil
}

type cartAddIn struct {
	cartIn
	GoodsID mall.ID `in:"goodsId,required"`
	Number  int64   `in:"number,required"`
	SKU     []struct {
		OptionID      mall.ID `json:"optionId"`
		OptionValueID mall.ID `json:"optionValueId"`
	} `in:"sku,json"`
	Addition []struct {
		ID mall.ID `json:"id"`
	} `in:"addition,json"`
}

type cartKeysIn struct {
	cartIn
	Keys     []string `in:"key,required"`
	Number   int64    `in:"number"`
	Selected bool     `in:"selected"`
}

type cartNumberIn struct {
	cartIn
	Key    string `in:"key,required"`
	Number int64  `in:"number,required"`
}

type cartOut struct {
	Number      int64        `json:"number"`
	Price       yuan         `json:"price"`
	Score       int64        `json:"score"`
	Items       []cartItem   `json:"items"`
	ShopList    []cartShop   `json:"shopList"`
	GoodsStatus []cartStatus `json:"goodsStatus"`
}

type cartItem struct {
	Key           string         `json:"key"`
	GoodsID       mall.ID        `json:"goodsId"`
	Number        int64          `json:"number"`
	Price         yuan           `json:"price"`
	OriginalPrice yuan           `json:"originalPrice"`
	Score         int64          `json:"score"`
	Pic           string         `json:"pic"`
	Name          string         `json:"name"`
	LogisticsID   mall.ID        `json:"logisticsId"`
	SKU           []cartOption   `json:"sku,omitempty"`
	Additions     []cartAddition `json:"additions,omitempty"`
	Selected      bool           `json:"selected"`
	ShopID        mall.ID        `json:"shopId"`
	CategoryID    mall.ID        `json:"categoryId"`
	Status        int            `json:"status"`
	StatusStr     string         `json:"statusStr"`
	Stores        int64          `json:"stores"`
	MinBuyNumber  int64          `json:"minBuyNumber"`
	Weight        kilograms      `json:"weight"`
	Overseas      bool           `json:"overseas"`
}

type cartOption struct {
	OptionID        mall.ID `json:"optionId"`
	OptionName      string  `json:"optionName"`
	OptionValueID   mall.ID `json:"optionValueId"`
	OptionValueName string  `json:"optionValueName"`
}

type cartAddition struct {
	ID    mall.ID `json:"id"`
	PID   mall.ID `json:"pid"`
	Name  string  `json:"name"`
	PName string  `json:"pname"`
	Price yuan    `json:"price"`
}

type cartShop struct {
	ID              mall.ID `json:"id"`
	Name            string  `json:"name"`
	ServiceDistance float64 `json:"serviceDistance"`
}

type cartStatus struct {
	ID        mall.ID `json:"id"`
	SellStart bool    `json:"sellStart"`
	SellEnd   bool    `json:"sellEnd"`
	Status    int     `json:"status"`
	StatusStr string  `json:"statusStr"`
	Stores    int64   `json:"stores"`
}

func (a *api) shippingCarInfo(ctx context.Context, who mall.Actor, in cartIn) (*cartOut, error) {
	kind, err := in.kind()
	if err != nil {
		return nil, err
	}
	return a.cartOf(ctx, who, kind)
}

func (a *api) shippingCarInfoAddItem(ctx context.Context, who mall.Actor, in cartAddIn) (*cartOut, error) {
	kind, err := in.kind()
	if err != nil {
		return nil, err
	}
	add := cart.AddInput{Goods: in.GoodsID, Qty: in.Number}
	var options strings.Builder
	for _, o := range in.SKU {
		options.WriteString(strconv.FormatInt(int64(o.OptionID), 10) + ":" + strconv.FormatInt(int64(o.OptionValueID), 10) + ",")
	}
	add.Options = options.String()
	for _, x := range in.Addition {
		add.Addons = append(add.Addons, x.ID)
	}
	c, err := a.Carts.AddGet(ctx, who.Account, kind, add)
	if err != nil {
		return nil, err
	}
	return a.cartShown(ctx, c)
}

func (a *api) shippingCarInfoModifyNumber(ctx context.Context, who mall.Actor, in cartNumberIn) (*cartOut, error) {
	kind, err := in.kind()
	if err != nil {
		return nil, err
	}
	if err := a.Carts.SetQty(ctx, who.Account, kind, in.Key, in.Number); err != nil {
		return nil, err
	}
	return a.cartOf(ctx, who, kind)
}

func (a *api) shippingCarInfoRemoveItem(ctx context.Context, who mall.Actor, in cartKeysIn) (*cartOut, error) {
	kind, err := in.kind()
	if err != nil {
		return nil, err
	}
	if err := a.Carts.Remove(ctx, who.Account, kind, in.Keys); err != nil {
		return nil, err
	}
	return a.cartOf(ctx, who, kind)
}

func (a *api) shippingCartSelected(ctx context.Context, who mall.Actor, in cartKeysIn) (*cartOut, error) {
	kind, err := in.kind()
	if err != nil {
		return nil, err
	}
	if err := a.Carts.Select(ctx, who.Account, kind, in.Keys, in.Selected); err != nil {
		return nil, err
	}
	return a.cartOf(ctx, who, kind)
}

func (a *api) shippingCarInfoRemoveAll(ctx context.Context, who mall.Actor, in cartIn) (any, error) {
	kind, err := in.kind()
	if err != nil {
		return nil, err
	}
	return empty(a.Carts.Clear(ctx, who.Account, kind))
}

// cartOf is the caller's cart in wire form, errNone when it is empty.
func (a *api) cartOf(ctx context.Context, who mall.Actor, kind string) (*cartOut, error) {
	c, err := a.Carts.Get(ctx, who.Account, kind)
	if err != nil {
		return nil, err
	}
	return a.cartShown(ctx, c)
}

func (a *api) cartShown(ctx context.Context, c cart.Cart) (_ *cartOut, err error) {
	if len(c.Positions) == 0 {
		return nil, errNone
	}
	out := &cartOut{Number: c.Number, Price: yuan(c.Total), Score: c.Points, Items: each(c.Positions, cartItemOf), GoodsStatus: each(c.Positions, a.cartStatusOf)}
	out.ShopList, err = a.cartShops(ctx, c.Positions)
	return out, err
}

func cartItemOf(p cart.Position) cartItem {
	g := p.Item.Goods
	it := cartItem{
		Key: p.Key, GoodsID: p.Goods, Number: p.Qty, Price: yuan(p.Price), OriginalPrice: yuan(p.Item.SKU.Original), Score: p.Item.Points,
		Pic: g.Pic, Name: g.Name, LogisticsID: g.Freight, Selected: p.Selected, ShopID: g.Shop, CategoryID: g.Category,
		Stores: stores(p.Stock), MinBuyNumber: max(g.MinBuy, 1), Weight: kilograms(p.Item.SKU.Weight),
	}
	it.Status, it.StatusStr = cartState(p)
	if p.Item.SKU.Pic != "" {
		it.Pic = p.Item.SKU.Pic
	}
	for _, o := range p.Item.Options {
		it.SKU = append(it.SKU, cartOption{o.Property, o.PropertyName, o.Value, o.Name})
	}
	for _, x := range p.Item.Addons {
		it.Additions = append(it.Additions, cartAddition{x.ID, x.Group, x.Name, x.GroupName, yuan(x.Price)})
	}
	return it
}

// cartState is 0 for what can be bought, 1 for what clients grey out.
func cartState(p cart.Position) (int, string) {
	switch {
	case p.Problem != nil:
		return 1, "已失效"
	case p.Stock != catalog.Unlimited && p.Stock < p.Qty:
		return 1, "库存不足"
	}
	return 0, "正常"
}

func (a *api) cartStatusOf(p cart.Position) cartStatus {
	g, now := p.Item.Goods, a.now()
	s := cartStatus{ID: p.Goods, SellStart: !now.Before(g.SaleFrom), SellEnd: !g.SaleTo.IsZero() && !now.Before(g.SaleTo), Stores: stores(p.Stock)}
	s.Status, s.StatusStr = cartState(p)
	return s
}

// cartShops names the shop of every line once; id 0 is the platform itself.
func (a *api) cartShops(ctx context.Context, ps []cart.Position) ([]cartShop, error) {
	seen := map[mall.ID]bool{}
	var ids []mall.ID
	for _, p := range ps {
		if id := p.Item.Goods.Shop; !seen[id] {
			seen[id] = true
			ids = append(ids, id)
		}
	}
	shops, err := a.Shops.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]cartShop, 0, len(ids))
	for _, id := range ids {
		s := cartShop{ID: id, Name: shops[id].Name}
		if id == 0 {
			s.Name = a.Site.Text(ctx, "mallName", "")
		}
		list = append(list, s)
	}
	return list, nil
}

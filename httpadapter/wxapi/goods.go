package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

type goodsListIn struct {
	pageIn
	CategoryID      mall.ID     `in:"categoryId"`
	ShopID          []mall.ID   `in:"shopId"`
	GIDs            []mall.ID   `in:"gids"`
	NameLike        string      `in:"nameLike"`
	K               string      `in:"k"`
	BarCode         string      `in:"barCode"`
	TagsLike        string      `in:"tagsLike"`
	RecommendStatus *bool       `in:"recommendStatus"`
	Miaosha         *bool       `in:"miaosha"`
	Kanjia          *bool       `in:"kanjia"`
	Pingtuan        *bool       `in:"pingtuan"`
	PriceMin        *mall.Money `in:"priceMin"`
	PriceMax        *mall.Money `in:"priceMax"`
	Hidden          bool        `in:"hidden"`
	Status          int64       `in:"status"`
	OrderBy         string      `in:"orderBy"`
}

func (in goodsListIn) filter() catalog.Filter {
	f := catalog.Filter{
		Category: in.CategoryID, Shops: in.ShopID, IDs: in.GIDs, Keyword: in.K, BarCode: in.BarCode, Tag: in.TagsLike,
		Recommended: in.RecommendStatus, FlashSale: in.Miaosha, Bargain: in.Kanjia, GroupBuy: in.Pingtuan,
		PriceMin: in.PriceMin, PriceMax: in.PriceMax, Hidden: in.Hidden, OffSale: in.Status == 1, Sort: catalog.Sort(in.OrderBy),
	}
	if f.Keyword == "" {
		f.Keyword = in.NameLike
	}
	return f
}

func (a *api) goods(ctx context.Context, _ mall.Actor, in goodsListIn) ([]goodsOut, error) {
	f := in.filter()
	f.NoTotal = true
	list, err := a.Catalog.List(ctx, f, in.window())
	if err != nil {
		return nil, err
	}
	return listed(list.Items, a.goodsOf)
}

func (a *api) goodsv2(ctx context.Context, _ mall.Actor, in goodsListIn) (*page[goodsOut], error) {
	list, err := a.Catalog.List(ctx, in.filter(), in.window())
	if err != nil {
		return nil, err
	}
	return paged(list, in.window(), a.goodsOf)
}

type goodsIn struct {
	ID mall.ID `in:"id,required"`
}

type picOut struct {
	ID      mall.ID `json:"id"`
	GoodsID mall.ID `json:"goodsId"`
	Pic     string  `json:"pic"`
	UserID  mall.ID `json:"userId"`
}

type subPicOut struct {
	OptionValueID mall.ID `json:"optionValueId"`
	Pic           string  `json:"pic"`
}

type goodsDetailOut struct {
	BasicInfo        goodsOut          `json:"basicInfo"`
	Category         *categoryOut      `json:"category,omitempty"`
	Pics             []picOut          `json:"pics"`
	Pics2            []string          `json:"pics2"`
	SubPics          []subPicOut       `json:"subPics,omitempty"`
	Content          string            `json:"content"`
	ExtJSON          map[string]string `json:"extJson"`
	ExtJSON2         map[string]string `json:"extJson2"`
	Logistics        *logisticsOut     `json:"logistics,omitempty"`
	Properties       []propertyOut     `json:"properties,omitempty"`
	SKUList          []skuOut          `json:"skuList,omitempty"`
	PriceMultilevels []levelStep       `json:"priceMultilevels,omitempty"`
}

func (a *api) goodsDetail(ctx context.Context, _ mall.Actor, in goodsIn) (*goodsDetailOut, error) {
	d, err := a.Catalog.Detail(ctx, in.ID)
	if err != nil {
		return nil, err
	}
	a.Catalog.CountView(in.ID)
	return a.goodsDetailOf(d), nil
}

func (a *api) goodsDetailOf(d *catalog.Detail) *goodsDetailOut {
	out := &goodsDetailOut{
		BasicInfo: a.goodsOf(d.Goods), Content: d.Content, ExtJSON: d.Extra, ExtJSON2: map[string]string{},
		Pics2: each(d.Pics, func(p catalog.Pic) string { return p.URL }),
		Pics: each(d.Pics, func(p catalog.Pic) picOut {
			return picOut{ID: p.ID, GoodsID: d.Goods.ID, Pic: p.URL, UserID: a.cfg.MerchantID}
		}),
		Logistics: a.logisticsOf(d.Freight), PriceMultilevels: levelSteps(d.Goods.Steps),
	}
	if out.ExtJSON == nil {
		out.ExtJSON = map[string]string{}
	}
	if d.Category != nil {
		c := a.categoryOf(*d.Category)
		out.Category = &c
	}
	if len(d.Properties) == 0 {
		return out
	}
	out.Properties = each(d.Properties, a.propertyOf)
	out.SKUList = each(d.SKUs, func(k catalog.SKU) skuOut { return a.skuOf(k, k.Price) })
	for _, p := range d.Properties {
		for _, v := range p.Values {
			if v.Pic != "" {
				out.SubPics = append(out.SubPics, subPicOut{v.ID, v.Pic})
			}
		}
	}
	return out
}

type goodsLimitIn struct {
	GoodsID mall.ID `in:"goodsId,required"`
	PriceID mall.ID `in:"priceId"`
}

type goodsLimitOut struct {
	ID            mall.ID `json:"id"`
	GoodsID       mall.ID `json:"goodsId"`
	PriceID       mall.ID `json:"priceId"`
	UserLevelID   mall.ID `json:"userLevelId"`
	UserLevelName string  `json:"userLevelName"`
	BuyNumbers    int64   `json:"buyNumbers"`
	Duration      int     `json:"duration"`
	Unit          int     `json:"unit"`
	UnitStr       string  `json:"unitStr"`
	UserID        mall.ID `json:"userId"`
}

// spanUnits are the numbers and names of spans on the wire; weeks have none in
// the document.
var spanUnits = map[mall.Span]struct {
	unit int
	name string
}{mall.Daily: {0, "自然日"}, mall.Monthly: {1, "自然月"}, mall.Yearly: {2, "自然年"}, mall.Weekly: {3, "自然周"}}

func (a *api) goodsLimitations(ctx context.Context, _ mall.Actor, in goodsLimitIn) ([]goodsLimitOut, error) {
	limits, err := a.Catalog.ListLimits(ctx, in.GoodsID, in.PriceID)
	if err != nil {
		return nil, err
	}
	if len(limits) == 0 {
		return nil, errNone
	}
	levels, err := a.Members.Levels(ctx)
	if err != nil {
		return nil, err
	}
	names := map[mall.ID]string{0: "无分组用户"}
	for _, l := range levels {
		names[l.ID] = l.Name
	}
	return listed(limits, func(l catalog.Limit) goodsLimitOut {
		unit := spanUnits[l.Span]
		return goodsLimitOut{
			ID: l.ID, GoodsID: l.Goods, PriceID: l.SKU, UserLevelID: l.Level, UserLevelName: names[l.Level], BuyNumbers: l.Pieces,
			Duration: l.Duration, Unit: unit.unit, UnitStr: unit.name, UserID: a.cfg.MerchantID,
		}
	})
}

type goodsIDIn struct {
	GoodsID mall.ID `in:"goodsId,required"`
}

type additionGroup struct {
	ID       mall.ID        `json:"id"`
	Name     string         `json:"name"`
	Required bool           `json:"required"`
	Type     int            `json:"type"` // 0 one, 1 several
	Items    []additionItem `json:"items"`
}

type additionItem struct {
	ID    mall.ID `json:"id"`
	PID   mall.ID `json:"pid"`
	Name  string  `json:"name"`
	Price yuan    `json:"price"`
}

func (a *api) goodsAddition(ctx context.Context, _ mall.Actor, in goodsIDIn) ([]additionGroup, error) {
	groups, err := a.Catalog.Addons(ctx, in.GoodsID)
	if err != nil {
		return nil, err
	}
	return listed(groups, func(g catalog.AddonGroup) additionGroup {
		return additionGroup{
			ID: g.ID, Name: g.Name, Required: g.Required, Type: b2i(g.Multiple),
			Items: each(g.Items, func(x catalog.Addon) additionItem { return additionItem{x.ID, g.ID, x.Name, yuan(x.Price)} }),
		}
	})
}

// buyer is for whom prices are made.
func (a *api) buyer(ctx context.Context, who mall.Actor) (catalog.Buyer, error) {
	if who.Account == 0 {
		return catalog.Buyer{Rebate: mall.Whole}, nil
	}
	level, err := a.Members.LevelOf(ctx, who.Account)
	return catalog.Buyer{Account: who.Account, Level: level.ID, Rebate: level.Rebate}, err
}

type goodsPriceIn struct {
	GoodsID          mall.ID `in:"goodsId,required"`
	PropertyChildIDs string  `in:"propertyChildIds"`
}

func (a *api) goodsPriceV2(ctx context.Context, who mall.Actor, in goodsPriceIn) (*skuOut, error) {
	b, err := a.buyer(ctx, who)
	if err != nil {
		return nil, err
	}
	items, problems, err := a.Catalog.Appraise(ctx, b, a.now(), []catalog.Want{{Goods: in.GoodsID, Options: in.PropertyChildIDs, Qty: 1}})
	if err != nil {
		return nil, err
	}
	if items[0].SKU.ID == 0 {
		return nil, problems[0]
	}
	sku := a.skuOf(items[0].SKU, b.Off(items[0].Unit))
	return &sku, nil
}

type goodsFreightIn struct {
	TemplateID mall.ID `in:"templateId,required"`
	ProvinceID string  `in:"provinceId"`
	CityID     string  `in:"cityId"`
	DistrictID string  `in:"districtId"`
}

func (a *api) goodsPriceFreight(ctx context.Context, _ mall.Actor, in goodsFreightIn) (*freightRule, error) {
	f, err := a.Catalog.GetFreight(ctx, in.TemplateID)
	if err != nil {
		return nil, err
	}
	rule, ok := f.Rule([]string{in.ProvinceID, in.CityID, in.DistrictID})
	if !ok {
		return nil, catalog.ErrNotDelivered.With(f.Name)
	}
	out := a.freightRuleOf(f, rule)
	return &out, nil
}

func (a *api) goodsRebate(ctx context.Context, who mall.Actor, in goodsIDIn) (rate10, error) {
	if _, err := a.Catalog.Get(ctx, in.GoodsID); err != nil {
		return 0, err
	}
	b, err := a.buyer(ctx, who)
	if b.Rebate <= 0 {
		b.Rebate = mall.Whole
	}
	return rate10(b.Rebate), err
}

package demo

import (
	"context"
	"fmt"
	"slices"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/cms/site"
)

const reason = "demo data"

// catalogue writes shops, categories, freight and goods. level is the
// membership level that member prices are for.
func (f filler) catalogue(ctx context.Context, level mall.ID) error {
	second, err := f.shops(ctx)
	if err != nil {
		return err
	}
	ids, err := f.categories(ctx)
	if err != nil {
		return err
	}
	freight, err := f.svc.Catalog.PutFreight(ctx, catalog.Freight{Name: "普通快递", Basis: catalog.ByPieces, Rules: []catalog.FreightRule{
		{FirstNumber: 1, First: 800, AddNumber: 1, Add: 200},
		{Regions: []string{"540000000000", "650000000000"}, FirstNumber: 1, First: 2000, AddNumber: 1, Add: 1000},
	}})
	if err != nil {
		return err
	}
	drafts := make([]catalog.Draft, 0, len(items))
	for n, i := range items {
		d := f.draft(i, int64(n), level)
		d.Goods.Category = ids[i.category]
		if i.second {
			d.Goods.Shop = second
		}
		if i.freight {
			d.Goods.Freight = freight
		}
		drafts = append(drafts, d)
	}
	goods, err := f.svc.Catalog.Import(ctx, f.who, drafts)
	if err != nil {
		return err
	}
	span := site.Setting{Key: goodsIDs, Value: fmt.Sprintf("%d-%d", slices.Min(goods), slices.Max(goods))}
	if err := f.svc.Site.Init(ctx, f.who, span); err != nil {
		return err
	}
	for n, i := range items {
		if i.pieces == 0 {
			continue
		}
		// Without a limit for each level only the levels named may buy.
		limits := []catalog.Limit{{Pieces: i.pieces, Duration: 1, Span: mall.Daily}, {Level: level, Pieces: 2 * i.pieces, Duration: 1, Span: mall.Daily}}
		if err := f.svc.Catalog.PutLimits(ctx, goods[n], limits); err != nil {
			return err
		}
	}
	return nil
}

// shops makes the two shops and gives the one that sells goods of its own;
// both are in Hangzhou, and the first is a place to fetch orders.
func (f filler) shops(ctx context.Context) (mall.ID, error) {
	place := shop.Shop{
		ProvinceID: "330000000000", CityID: "330100000000", DistrictID: "330106000000", OpeningHours: "09:00-21:00", LinkPhone: "0571-88880000",
	}
	pickUp, second := place, place
	pickUp.Name, pickUp.Address, pickUp.Lng, pickUp.Lat, pickUp.PickUp = "西湖自提点", "文三路 1 号", 120.1300, 30.2790, true
	second.Name, second.Address, second.Lng, second.Lat, second.Delivery, second.ServiceKM = "龙井山货铺", "龙井路 8 号", 120.1100, 30.2300, true, 10
	if _, err := f.svc.Shops.Save(ctx, pickUp); err != nil {
		return 0, err
	}
	return f.svc.Shops.Save(ctx, second)
}

// categories makes the tree and gives the ids by key.
func (f filler) categories(ctx context.Context) (map[string]mall.ID, error) {
	ids := make(map[string]mall.ID, len(categories))
	for n, c := range categories {
		id, err := f.svc.Catalog.SaveCategory(ctx, catalog.Category{
			Parent: ids[c.parent], Name: c.name, Type: c.kind, Key: c.key, Icon: f.picture("category-" + c.key), Sort: int64(n), Used: true,
		})
		if err != nil {
			return nil, err
		}
		ids[c.key] = id
	}
	return ids, nil
}

// draft is an item as staff would write it.
func (f filler) draft(i item, sort int64, level mall.ID) catalog.Draft {
	d := catalog.Draft{
		Goods: catalog.Goods{
			Name: i.name, Pic: f.picture(i.key), Unit: "件", OnSale: !i.offSale, Recommended: i.recommended, Sort: sort,
			AfterSale: []int{0, 1, 2}, Selling: "演示商品，仅供体验",
		},
		Content: "<p>" + i.name + "</p><p><img src=\"" + f.picture(i.key+"-2") + "\"></p>",
		Pics:    []string{f.picture(i.key), f.picture(i.key + "-2")},
		Reason:  reason,
	}
	for _, o := range i.options {
		p := catalog.Property{Name: o.name}
		for _, v := range o.values {
			p.Values = append(p.Values, catalog.Value{Name: v})
		}
		d.Properties = append(d.Properties, p)
	}
	for _, g := range i.addons {
		group := catalog.AddonGroup{Name: g.name, Required: !g.multiple, Multiple: g.multiple}
		for _, a := range g.items {
			group.Items = append(group.Items, catalog.Addon{Name: a.name, Price: a.price})
		}
		d.Addons = append(d.Addons, group)
	}
	for n, options := range combinations(i.options) {
		sku := catalog.SKUDraft{Options: options, Price: i.price, Original: i.original, Weight: 500, Stock: &i.stock}
		if len(i.options) > 0 {
			// Sizes differ a little in price, so that the choice shows.
			sku.Price += mall.Money(n%len(i.options[len(i.options)-1].values)) * 500
		}
		if i.member > 0 {
			sku.LevelPrices = map[mall.ID]mall.Money{level: i.member}
		}
		d.SKUs = append(d.SKUs, sku)
	}
	return d
}

// combinations are all choices of one value per option, one empty choice
// without options.
func combinations(options []option) [][]string {
	all := [][]string{nil}
	for _, o := range options {
		var next [][]string
		for _, c := range all {
			for _, v := range o.values {
				next = append(next, append(c[:len(c):len(c)], v))
			}
		}
		all = next
	}
	return all
}

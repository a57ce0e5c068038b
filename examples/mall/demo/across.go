package demo

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/payment/operator"
)

// voucherIDs is the setting that says which vouchers are the demo's, "first-last".
const voucherIDs = "demo_vouchers"

// Across adds a second operating centre with the mini program appid, unless it
// is there, and merchants of both centres with a voucher each: what is bought at
// the second one in the first one's mini program is paid across. The vouchers
// are hidden, so that the lists of the mall stay as they are; public is the base
// URL of the pictures.
func Across(ctx context.Context, svc *httpadapter.Services, appid, public string) error {
	if _, err := svc.Operators.ByAppID(ctx, appid); mall.KindOf(err) != mall.NotFound {
		return err
	}
	f := filler{svc: svc, who: mall.System(), public: public}
	return svc.Store.Do(ctx, func(ctx context.Context) error {
		var second mall.ID
		err := svc.Store.Try(ctx, func(ctx context.Context) (err error) {
			second, err = svc.Operators.Save(ctx, f.who, operator.Operator{Name: "灵隐运营中心", AppID: appid})
			return err
		})
		if mall.KindOf(err) == mall.Conflict { // another process was faster
			return nil
		}
		if err != nil {
			return err
		}
		ids, err := f.kinds(ctx)
		if err != nil {
			return err
		}
		return f.merchants(ctx, second, ids)
	})
}

// kinds makes the categories of merchants and gives their ids by key.
func (f filler) kinds(ctx context.Context) (map[string]mall.ID, error) {
	ids := make(map[string]mall.ID, len(kinds))
	for n, k := range kinds {
		id, err := f.svc.Shops.SaveCategory(ctx, f.who, shop.Category{
			Parent: ids[k.parent], Name: k.name, Icon: f.picture("kind-" + k.key), Sort: int64(n), Used: true,
		})
		if err != nil {
			return nil, err
		}
		ids[k.key] = id
	}
	return ids, nil
}

// merchants makes the merchants with their vouchers, which can be used from
// today for a year.
func (f filler) merchants(ctx context.Context, second mall.ID, kinds map[string]mall.ID) error {
	shops := make([]shop.Shop, len(merchants))
	for i, m := range merchants {
		shops[i] = shop.Shop{
			Operator: operator.Default, Category: kinds[m.kind], Name: m.name, Address: m.address, Lng: m.lng, Lat: m.lat,
			ProvinceID: "330000000000", CityID: "330100000000", DistrictID: "330106000000", Sort: int64(i),
			OpeningHours: m.hours, LinkMan: "店长", LinkPhone: "0571-88880001", Introduce: "演示商家", Brand: m.name,
			Pic: f.picture(m.key), DescPic: f.picture(m.key + "-2"),
		}
		if m.second {
			shops[i].Operator = second
		}
	}
	at, err := f.svc.Shops.Import(ctx, shops)
	if err != nil {
		return err
	}
	today := time.Now()
	drafts := make([]catalog.Draft, len(merchants))
	for i, m := range merchants {
		stock := int64(10_000)
		drafts[i] = catalog.Draft{
			Goods: catalog.Goods{
				Shop: at[i], Operator: shops[i].Operator, Kind: catalog.Voucher, Name: m.goods, Subtitle: m.name + "专享", OnSale: true,
				Hidden: true, Unit: "份", Pic: f.picture(m.key), BuyInfo: "到店出示核销码，每码一份。", Hours: m.goodsHours,
				ValidFrom: today.AddDate(0, 0, -1).Format(time.DateOnly), ValidTo: today.AddDate(1, 0, 0).Format(time.DateOnly),
			},
			Pics:   []string{f.picture(m.key), f.picture(m.key + "-2")},
			SKUs:   []catalog.SKUDraft{{Price: m.price, Original: m.price + 1000, Stock: &stock}},
			Reason: reason,
		}
	}
	goods, err := f.svc.Catalog.Import(ctx, f.who, drafts)
	if err != nil {
		return err
	}
	span := site.Setting{Key: voucherIDs, Value: fmt.Sprintf("%d-%d", slices.Min(goods), slices.Max(goods))}
	return f.svc.Site.Init(ctx, f.who, span)
}

package demo

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/payment/operator"
)

// Across adds a second operating centre with the mini program appid, unless it
// is there, and for each centre a merchant with a voucher: what is bought at
// the second one in the first one's mini program is paid across.
func Across(ctx context.Context, svc *httpadapter.Services, appid string) error {
	if _, err := svc.Operators.ByAppID(ctx, appid); mall.KindOf(err) != mall.NotFound {
		return err
	}
	who := mall.System()
	return svc.Store.Do(ctx, func(ctx context.Context) error {
		second, err := svc.Operators.Save(ctx, who, operator.Operator{Name: "灵隐运营中心", AppID: appid})
		if mall.KindOf(err) == mall.Conflict { // another process was faster
			return nil
		}
		if err != nil {
			return err
		}
		kind, err := svc.Shops.SaveCategory(ctx, who, shop.Category{Name: "茶馆面馆"})
		if err != nil {
			return err
		}
		for _, m := range []struct {
			centre      mall.ID
			name, goods string
			price       mall.Money
			lng, lat    float64
			address     string
		}{
			{operator.Default, "西湖茶馆", "龙井茶一壶", 6800, 120.1490, 30.2490, "南山路 18 号"},
			{second, "灵隐面馆", "片儿川一碗", 2500, 120.1010, 30.2410, "法云弄 2 号"},
		} {
			at, err := svc.Shops.Save(ctx, shop.Shop{
				Operator: m.centre, Category: kind, Name: m.name, Address: m.address, Lng: m.lng, Lat: m.lat,
				ProvinceID: "330000000000", CityID: "330100000000", DistrictID: "330106000000",
				OpeningHours: "10:30-21:30", LinkMan: "店长", LinkPhone: "0571-88880001", Introduce: "演示商家",
			})
			if err != nil {
				return err
			}
			stock := int64(10_000)
			_, err = svc.Catalog.SaveGoods(ctx, who, catalog.Draft{
				Goods: catalog.Goods{Shop: at, Kind: catalog.Voucher, Name: m.goods, OnSale: true, Unit: "份", BuyInfo: "到店出示核销码"},
				SKUs:  []catalog.SKUDraft{{Price: m.price, Original: m.price + 1000, Stock: &stock}}, Reason: reason,
			})
			if err != nil {
				return err
			}
		}
		return nil
	})
}

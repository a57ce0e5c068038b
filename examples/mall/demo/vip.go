package demo

import (
	"context"
	"fmt"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/httpadapter/manager"
)

// vipIDs is the setting that says which goods is the membership, "id-id".
const vipIDs = "demo_vip"

// vip puts a month of membership on sale, in the category in which clients of
// the management back end look for it.
func (f filler) vip(ctx context.Context, level mall.ID) error {
	category, err := f.svc.Catalog.SaveCategory(ctx, catalog.Category{Code: manager.DefaultVIPCategory, Name: "会员充值", Key: "vip",
		Icon: f.picture("category-vip"), Sort: int64(len(categories)), Used: true})
	if err != nil {
		return err
	}
	stock := catalog.Unlimited
	id, err := f.svc.Catalog.SaveGoods(ctx, f.who, catalog.Draft{
		Goods: catalog.Goods{Name: "金卡会员月卡", Subtitle: "全场 95 折，30 天", Category: category, Pic: f.picture("vip"), Unit: "张", OnSale: true,
			Kind: catalog.Membership, Level: level, LevelDays: 30, Sort: int64(len(items)), AfterSale: []int{0}},
		Content: "<p>全场 95 折，30 天</p>", SKUs: []catalog.SKUDraft{{Price: 1990, Stock: &stock}}, Reason: reason})
	if err != nil {
		return err
	}
	return f.svc.Site.Init(ctx, f.who, site.Setting{Key: vipIDs, Value: fmt.Sprintf("%d-%d", id, id)})
}

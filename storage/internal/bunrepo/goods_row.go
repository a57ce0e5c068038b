package bunrepo

import (
	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

type goodsRow struct {
	bun.BaseModel `bun:"table:?(ns)goods,alias:g"`

	ID            int64          `bun:"id,pk,autoincrement"`
	Code          string         `bun:"code"`
	Operator      int64          `bun:"operator_id"`
	Shop          int64          `bun:"shop_id"`
	Category      int64          `bun:"category_id"`
	Kind          string         `bun:"kind"`
	Name          string         `bun:"name"`
	Subtitle      string         `bun:"subtitle"`
	Selling       string         `bun:"selling"`
	Tags          string         `bun:"tags"`
	BarCode       string         `bun:"bar_code"`
	Unit          string         `bun:"unit"`
	Pic           string         `bun:"pic"`
	OnSale        bool           `bun:"on_sale"`
	Hidden        bool           `bun:"hidden"`
	Recommended   bool           `bun:"recommended"`
	Listed        bool           `bun:"listed"`
	Sort          int64          `bun:"sort"`
	SaleFrom      *int64         `bun:"sale_from"`
	SaleTo        *int64         `bun:"sale_to"`
	MinBuy        int64          `bun:"min_buy"`
	AfterSale     []int          `bun:"after_sale,type:text"`
	Freight       int64          `bun:"freight_id"`
	Steps         []catalog.Step `bun:"steps,type:text"`
	GotScore      int64          `bun:"got_score"`
	ValidFrom     string         `bun:"valid_from"`
	ValidTo       string         `bun:"valid_to"`
	Hours         string         `bun:"hours"`
	BuyInfo       string         `bun:"buy_info"`
	VideoID       string         `bun:"video_id"`
	PropertyIDs   []mall.ID      `bun:"property_ids,type:text"`
	MinPrice      int64          `bun:"min_price"`
	MinOriginal   int64          `bun:"min_original"`
	MinScore      int64          `bun:"min_score"`
	Weight        int64          `bun:"weight"`
	HasAddons     bool           `bun:"has_addons"`
	Limited       bool           `bun:"limited"`
	Views         int64          `bun:"views"`
	Orders        int64          `bun:"orders"`
	Sells         int64          `bun:"sells"`
	Favourites    int64          `bun:"favourites"`
	Reviews       int64          `bun:"reviews"`
	GoodReviews   int64          `bun:"good_reviews"`
	Bargain       bool           `bun:"bargain"`
	BargainPrice  int64          `bun:"bargain_price"`
	GroupBuy      bool           `bun:"group_buy"`
	GroupBuyPrice int64          `bun:"group_buy_price"`
	FlashSale     bool           `bun:"flash_sale"`
	CreatedAt     int64          `bun:"created_at"`
	UpdatedAt     int64          `bun:"updated_at"`
	DeletedAt     *int64         `bun:"deleted_at"`
	Editor        int64          `bun:"editor_id"`
	Level         int64          `bun:"level_id"`
	LevelDays     int            `bun:"level_days"`
	MaxCoupons    int            `bun:"max_coupons"`
}

// goodsStockRow is goods with the stock of all its SKUs.
type goodsStockRow struct {
	goodsRow `bun:",extend"`

	Stock int64 `bun:"stock,scanonly"`
}

func goodsToRow(g *catalog.Goods) *goodsRow {
	return &goodsRow{
		ID: int64(g.ID), Code: g.Code, Operator: int64(g.Operator), Shop: int64(g.Shop), Category: int64(g.Category),
		Kind: string(g.Kind), Name: g.Name, Subtitle: g.Subtitle, Selling: g.Selling, Tags: g.Tags, BarCode: g.BarCode,
		Unit: g.Unit, Pic: g.Pic, OnSale: g.OnSale, Hidden: g.Hidden, Recommended: g.Recommended,
		Listed: g.OnSale && !g.Hidden, Sort: g.Sort, SaleFrom: millis(g.SaleFrom), SaleTo: millis(g.SaleTo),
		MinBuy: g.MinBuy, AfterSale: filled(g.AfterSale), Freight: int64(g.Freight), Steps: filled(g.Steps),
		GotScore: g.GotScore, ValidFrom: g.ValidFrom, ValidTo: g.ValidTo, Hours: g.Hours, BuyInfo: g.BuyInfo, VideoID: g.VideoID,
		PropertyIDs: filled(g.PropertyIDs), MinPrice: int64(g.MinPrice), MinOriginal: int64(g.MinOriginal), MinScore: g.MinScore,
		Weight: g.Weight, HasAddons: g.HasAddons, Limited: g.Limited, Views: g.Views, Orders: g.Orders, Sells: g.Sells,
		Favourites: g.Favourites, Reviews: g.Reviews, GoodReviews: g.GoodReviews, Bargain: g.Bargain,
		BargainPrice: int64(g.BargainPrice), GroupBuy: g.GroupBuy, GroupBuyPrice: int64(g.GroupBuyPrice), FlashSale: g.FlashSale,
		CreatedAt: g.CreatedAt.UnixMilli(), UpdatedAt: g.UpdatedAt.UnixMilli(),
		Editor: int64(g.Editor), Level: int64(g.Level), LevelDays: g.LevelDays, MaxCoupons: g.MaxCoupons,
	}
}

func goodsFromRow(r *goodsRow) catalog.Goods {
	return catalog.Goods{
		ID: mall.ID(r.ID), Code: r.Code, Operator: mall.ID(r.Operator), Shop: mall.ID(r.Shop), Category: mall.ID(r.Category),
		Kind: catalog.Kind(r.Kind), Name: r.Name, Subtitle: r.Subtitle, Selling: r.Selling, Tags: r.Tags, BarCode: r.BarCode,
		Unit: r.Unit, Pic: r.Pic, OnSale: r.OnSale, Hidden: r.Hidden, Recommended: r.Recommended,
		Sort: r.Sort, SaleFrom: moment(r.SaleFrom), SaleTo: moment(r.SaleTo), MinBuy: r.MinBuy, AfterSale: r.AfterSale,
		Freight: mall.ID(r.Freight), Steps: r.Steps, GotScore: r.GotScore, ValidFrom: r.ValidFrom, ValidTo: r.ValidTo,
		Hours: r.Hours, BuyInfo: r.BuyInfo, VideoID: r.VideoID, PropertyIDs: r.PropertyIDs, MinPrice: mall.Money(r.MinPrice),
		MinOriginal: mall.Money(r.MinOriginal), MinScore: r.MinScore, Weight: r.Weight, HasAddons: r.HasAddons, Limited: r.Limited,
		Views: r.Views, Orders: r.Orders, Sells: r.Sells, Favourites: r.Favourites, Reviews: r.Reviews, GoodReviews: r.GoodReviews,
		Bargain: r.Bargain, BargainPrice: mall.Money(r.BargainPrice), GroupBuy: r.GroupBuy, GroupBuyPrice: mall.Money(r.GroupBuyPrice),
		FlashSale: r.FlashSale, CreatedAt: moment(&r.CreatedAt), UpdatedAt: moment(&r.UpdatedAt),
		Editor: mall.ID(r.Editor), Level: mall.ID(r.Level), LevelDays: r.LevelDays, MaxCoupons: r.MaxCoupons,
	}
}

func goodsFromStockRow(r *goodsStockRow) catalog.Goods {
	g := goodsFromRow(&r.goodsRow)
	g.Stock = r.Stock
	return g
}

type goodsTextRow struct {
	bun.BaseModel `bun:"table:?(ns)goods_texts,alias:t"`

	Goods   int64             `bun:"goods_id,pk"`
	Content string            `bun:"content"`
	Extra   map[string]string `bun:"extra,type:text"`
}

type skuRow struct {
	bun.BaseModel `bun:"table:?(ns)skus,alias:k"`

	ID          int64                  `bun:"id,pk,autoincrement"`
	Goods       int64                  `bun:"goods_id"`
	Key         string                 `bun:"option_key"`
	Options     []catalog.OptionValue  `bun:"options,type:text"`
	Price       int64                  `bun:"price"`
	Original    int64                  `bun:"original"`
	Score       int64                  `bun:"score"`
	Weight      int64                  `bun:"weight"`
	Code        string                 `bun:"code"`
	BarCode     string                 `bun:"bar_code"`
	Pic         string                 `bun:"pic"`
	LevelPrices map[mall.ID]mall.Money `bun:"level_prices,type:text"`
	DeletedAt   *int64                 `bun:"deleted_at"`
	Stock       int64                  `bun:"stock,scanonly"`
}

func skuToRow(k *catalog.SKU) skuRow {
	return skuRow{
		ID: int64(k.ID), Goods: int64(k.Goods), Key: k.Key, Options: filled(k.Options), Price: int64(k.Price),
		Original: int64(k.Original), Score: k.Score, Weight: k.Weight, Code: k.Code, BarCode: k.BarCode, Pic: k.Pic,
		LevelPrices: filledMap(k.LevelPrices),
	}
}

func skuFromRow(r *skuRow) catalog.SKU {
	return catalog.SKU{
		ID: mall.ID(r.ID), Goods: mall.ID(r.Goods), Key: r.Key, Options: r.Options, Price: mall.Money(r.Price),
		Original: mall.Money(r.Original), Score: r.Score, Weight: r.Weight, Code: r.Code, BarCode: r.BarCode, Pic: r.Pic,
		LevelPrices: r.LevelPrices, Stock: r.Stock,
	}
}

// filled makes a nil slice empty: the stored form is [], never null.
func filled[T any](s []T) []T {
	if s == nil {
		return []T{}
	}
	return s
}

// filledMap makes a nil map empty: the stored form is {}, never null.
func filledMap[K comparable, V any](m map[K]V) map[K]V {
	if m == nil {
		return map[K]V{}
	}
	return m
}

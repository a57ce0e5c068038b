package wxapi

import (
	"strconv"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

type goodsOut struct {
	ID                   mall.ID     `json:"id"`
	UserID               mall.ID     `json:"userId"`
	ShopID               mall.ID     `json:"shopId"`
	CategoryID           mall.ID     `json:"categoryId"`
	Name                 string      `json:"name"`
	SubName              string      `json:"subName,omitempty"`
	Characteristic       string      `json:"characteristic,omitempty"`
	Tags                 string      `json:"tags,omitempty"`
	BarCode              string      `json:"barCode,omitempty"`
	Unit                 string      `json:"unit"`
	Pic                  string      `json:"pic"`
	MinPrice             yuan        `json:"minPrice"`
	MinPriceOriginal     yuan        `json:"minPriceOriginal"`
	OriginalPrice        yuan        `json:"originalPrice"`
	MinScore             int64       `json:"minScore"`
	Weight               kilograms   `json:"weight"`
	LogisticsID          mall.ID     `json:"logisticsId"`
	Stores               int64       `json:"stores"`
	Stores0Unsale        bool        `json:"stores0Unsale"`
	StoreAlert           bool        `json:"storeAlert"`
	Status               int         `json:"status"`
	StatusStr            string      `json:"statusStr"`
	RecommendStatus      int         `json:"recommendStatus"`
	RecommendStatusStr   string      `json:"recommendStatusStr"`
	Hidden               int         `json:"hidden"`
	Paixu                int64       `json:"paixu"`
	Type                 int         `json:"type"`
	VetStatus            int         `json:"vetStatus"`
	AfterSale            string      `json:"afterSale"`
	PropertyIDs          string      `json:"propertyIds,omitempty"`
	HasAddition          bool        `json:"hasAddition"`
	HasTourJourney       bool        `json:"hasTourJourney"`
	HasGoodsTimes        bool        `json:"hasGoodsTimes"`
	Limitation           bool        `json:"limitation"`
	MinBuyNumber         int64       `json:"minBuyNumber"`
	MaxCoupons           int         `json:"maxCoupons"`
	Overseas             bool        `json:"overseas"`
	Persion              int         `json:"persion"`
	Views                int64       `json:"views"`
	NumberFav            int64       `json:"numberFav"`
	NumberOrders         int64       `json:"numberOrders"`
	NumberSells          int64       `json:"numberSells"`
	NumberReputation     int64       `json:"numberReputation"`
	NumberGoodReputation int64       `json:"numberGoodReputation"`
	UsefulNumber         int64       `json:"usefulNumber"`
	UnusefulNumber       int64       `json:"unusefulNumber"`
	GotScore             int64       `json:"gotScore"`
	GotScoreType         int         `json:"gotScoreType"`
	Commission           float64     `json:"commission"`
	CommissionType       int         `json:"commissionType"`
	CommissionSettleType int         `json:"commissionSettleType"`
	CommissionUserType   int         `json:"commissionUserType"`
	FxType               int         `json:"fxType"`
	Kanjia               bool        `json:"kanjia"`
	KanjiaPrice          yuan        `json:"kanjiaPrice"`
	Pingtuan             bool        `json:"pingtuan"`
	PingtuanPrice        yuan        `json:"pingtuanPrice"`
	Miaosha              bool        `json:"miaosha"`
	SeckillBuyNumber     int         `json:"seckillBuyNumber"`
	SellStart            bool        `json:"sellStart"`
	SellEnd              bool        `json:"sellEnd"`
	DateStart            *stamp      `json:"dateStart,omitempty"`
	DateEnd              *stamp      `json:"dateEnd,omitempty"`
	DateAdd              stamp       `json:"dateAdd"`
	DateUpdate           stamp       `json:"dateUpdate"`
	PurchaseNotes        string      `json:"purchaseNotes,omitempty"`
	VideoID              string      `json:"videoId,omitempty"`
	PriceMultilevels     []levelStep `json:"priceMultilevels,omitempty"`
}

// levelStep is a price from a number of pieces on.
type levelStep struct {
	Number int64 `json:"number"`
	Price  yuan  `json:"price"`
}

func (a *api) goodsOf(g catalog.Goods) goodsOut {
	now := a.now()
	out := goodsOut{
		ID: g.ID, UserID: a.cfg.MerchantID, ShopID: g.Shop, CategoryID: g.Category, Name: g.Name, SubName: g.Subtitle,
		Characteristic: g.Selling, Tags: g.Tags, BarCode: g.BarCode, Unit: g.Unit, Pic: g.Pic,
		MinPrice: yuan(g.MinPrice), MinPriceOriginal: yuan(g.MinOriginal), OriginalPrice: yuan(g.MinOriginal), MinScore: g.MinScore,
		Weight: kilograms(g.Weight), LogisticsID: g.Freight, Stores: stores(g.Stock),
		StatusStr: "上架", RecommendStatus: b2i(g.Recommended), RecommendStatusStr: "普通", Hidden: b2i(g.Hidden), Paixu: g.Sort,
		VetStatus: 1, AfterSale: afterSale(g.AfterSale), PropertyIDs: propertyIDs(g.PropertyIDs), HasAddition: g.HasAddons,
		Limitation: g.Limited, MinBuyNumber: max(g.MinBuy, 1), MaxCoupons: max(g.MaxCoupons, 1),
		Views: g.Views, NumberFav: g.Favourites, NumberOrders: g.Orders, NumberSells: g.Sells, NumberReputation: g.Reviews,
		NumberGoodReputation: g.GoodReviews, GotScore: g.GotScore,
		Kanjia: g.Bargain, KanjiaPrice: yuan(g.BargainPrice), Pingtuan: g.GroupBuy, PingtuanPrice: yuan(g.GroupBuyPrice), Miaosha: g.FlashSale,
		SellStart: !now.Before(g.SaleFrom), SellEnd: !g.SaleTo.IsZero() && !now.Before(g.SaleTo),
		DateStart: a.maybe(g.SaleFrom), DateEnd: a.maybe(g.SaleTo), DateAdd: a.at(g.CreatedAt), DateUpdate: a.at(g.UpdatedAt),
		PurchaseNotes: g.BuyInfo, VideoID: g.VideoID, PriceMultilevels: levelSteps(g.Steps),
	}
	if !g.OnSale {
		out.Status, out.StatusStr = 1, "下架"
	}
	if g.Recommended {
		out.RecommendStatusStr = "推荐"
	}
	return out
}

func levelSteps(steps []catalog.Step) []levelStep {
	return each(steps, func(s catalog.Step) levelStep { return levelStep{s.From, yuan(s.Price)} })
}

// afterSale is the comma list of allowed claims; without it clients offer none.
func afterSale(types []int) string {
	texts := make([]string, len(types))
	for i, t := range types {
		texts[i] = strconv.Itoa(t)
	}
	return strings.Join(texts, ",")
}

// propertyIDs is ",1,2,"; no text says that there is nothing to choose.
func propertyIDs(ids []mall.ID) string {
	if len(ids) == 0 {
		return ""
	}
	var b strings.Builder
	b.WriteByte(',')
	for _, id := range ids {
		b.WriteString(strconv.FormatInt(int64(id), 10))
		b.WriteByte(',')
	}
	return b.String()
}

type skuOut struct {
	ID                 mall.ID   `json:"id"`
	GoodsID            mall.ID   `json:"goodsId"`
	UserID             mall.ID   `json:"userId"`
	PropertyChildIDs   string    `json:"propertyChildIds"`
	PropertyChildNames string    `json:"propertyChildNames"`
	Price              yuan      `json:"price"`
	OriginalPrice      yuan      `json:"originalPrice"`
	PingtuanPrice      yuan      `json:"pingtuanPrice"`
	Score              int64     `json:"score"`
	Stores             int64     `json:"stores"`
	FxType             int       `json:"fxType"`
	Weight             kilograms `json:"weight"`
	Code               string    `json:"code,omitempty"`
	BarCode            string    `json:"barCode,omitempty"`
	Pic                string    `json:"pic,omitempty"`
}

// skuOf is a SKU at a price, which may be a member's.
func (a *api) skuOf(k catalog.SKU, price mall.Money) skuOut {
	out := skuOut{
		ID: k.ID, GoodsID: k.Goods, UserID: a.cfg.MerchantID, Price: yuan(price), OriginalPrice: yuan(k.Original), Score: k.Score,
		Stores: stores(k.Stock), Weight: kilograms(k.Weight), Code: k.Code, BarCode: k.BarCode, Pic: k.Pic,
	}
	if len(k.Options) > 0 {
		out.PropertyChildIDs = optionIDs(k.Options)
		out.PropertyChildNames = catalog.OptionNames(k.Options) + ","
	}
	return out
}

// optionIDs is "1:11,2:21," in the goods' own order of properties, with the
// trailing comma that clients count on.
func optionIDs(options []catalog.OptionValue) string {
	var b strings.Builder
	for _, o := range options {
		b.WriteString(strconv.FormatInt(int64(o.Property), 10) + ":" + strconv.FormatInt(int64(o.Value), 10) + ",")
	}
	return b.String()
}

type propertyOut struct {
	ID            mall.ID    `json:"id"`
	UserID        mall.ID    `json:"userId"`
	Name          string     `json:"name"`
	Paixu         int64      `json:"paixu"`
	DateAdd       stamp      `json:"dateAdd"`
	ChildsCurGood []valueOut `json:"childsCurGoods"`
}

type valueOut struct {
	ID         mall.ID `json:"id"`
	PropertyID mall.ID `json:"propertyId"`
	UserID     mall.ID `json:"userId"`
	Name       string  `json:"name"`
	Remark     string  `json:"remark,omitempty"`
	Paixu      int64   `json:"paixu"`
	DateAdd    stamp   `json:"dateAdd"`
}

func (a *api) propertyOf(p catalog.Property) propertyOut {
	return propertyOut{
		ID: p.ID, UserID: a.cfg.MerchantID, Name: p.Name, Paixu: p.Sort, DateAdd: a.at(p.CreatedAt),
		ChildsCurGood: each(p.Values, func(v catalog.Value) valueOut {
			return valueOut{
				ID: v.ID, PropertyID: p.ID, UserID: a.cfg.MerchantID, Name: v.Name, Remark: v.Remark, Paixu: v.Sort, DateAdd: a.at(v.CreatedAt),
			}
		}),
	}
}

type logisticsOut struct {
	IsFree     bool          `json:"isFree"`
	FeeType    int           `json:"feeType"`
	FeeTypeStr string        `json:"feeTypeStr"`
	Details    []freightRule `json:"details"`
}

// freightRule is a fee: the numbers are pieces, kilograms or yuan.
type freightRule struct {
	Type        int     `json:"type"`
	FirstNumber float64 `json:"firstNumber"`
	FirstAmount yuan    `json:"firstAmount"`
	AddNumber   float64 `json:"addNumber"`
	AddAmount   yuan    `json:"addAmount"`
	UserID      mall.ID `json:"userId"`
}

var basisNames = map[catalog.Basis]string{catalog.ByPieces: "按件数", catalog.ByWeight: "按重量", catalog.ByAmount: "按金额"}

func (a *api) logisticsOf(f *catalog.Freight) *logisticsOut {
	if f == nil {
		return nil
	}
	out := &logisticsOut{IsFree: f.Free, FeeType: int(f.Basis), FeeTypeStr: basisNames[f.Basis], Details: []freightRule{}}
	for _, r := range f.Rules {
		if !r.Refused {
			out.Details = append(out.Details, a.freightRuleOf(f, r))
		}
	}
	return out
}

func (a *api) freightRuleOf(f *catalog.Freight, r catalog.FreightRule) freightRule {
	unit := map[catalog.Basis]float64{catalog.ByPieces: 1, catalog.ByWeight: 1000, catalog.ByAmount: 100}[f.Basis]
	if f.Free {
		r.First, r.Add = 0, 0
	}
	return freightRule{
		FirstNumber: float64(r.FirstNumber) / unit, FirstAmount: yuan(r.First),
		AddNumber: float64(r.AddNumber) / unit, AddAmount: yuan(r.Add), UserID: a.cfg.MerchantID,
	}
}

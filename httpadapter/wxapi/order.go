package wxapi

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/order"
	invoices "github.com/gomall-dev/mall/order/invoice"
	"github.com/gomall-dev/mall/payment"
)

// number is an id as text.
func number(id mall.ID) string { return strconv.FormatInt(int64(id), 10) }

type orderLineIn struct {
	GoodsID          loose  `json:"goodsId"`
	Number           loose  `json:"number"`
	PropertyChildIDs string `json:"propertyChildIds"`
	InviterID        loose  `json:"inviter_id"`
	Additions        []struct {
		ID loose `json:"id"`
	} `json:"goodsAdditionList"`
}

type orderCreateIn struct {
	Goods          []orderLineIn `in:"goodsJsonStr,required,json"`
	Calculate      bool          `in:"calculate"`
	Remark         string        `in:"remark"`
	Delivery       string        `in:"peisongType"`
	GoodsType      string        `in:"goodsType"`
	CouponID       []string      `in:"couponId"`
	DeductionScore int64         `in:"deductionScore"`
	CardID         string        `in:"cardId"`
	KanjiaID       string        `in:"kjid"`
	PingtuanOpenID string        `in:"pingtuanOpenId"`
	OrderPeriod    string        `in:"orderPeriod"`
	ProvinceID     string        `in:"provinceId"`
	CityID         string        `in:"cityId"`
	DistrictID     string        `in:"districtId"`
	StreetID       string        `in:"streetId"`
	Address        string        `in:"address"`
	LinkMan        string        `in:"linkMan"`
	Mobile         string        `in:"mobile"`
	Code           string        `in:"code"`
	IDCard         string        `in:"idcard"`
	Latitude       *float64      `in:"dadaLat"`
	Longitude      *float64      `in:"dadaLng"`
	IsCanHx        bool          `in:"isCanHx"`
	ShopIDZt       mall.ID       `in:"shopIdZt"`
	FilterShopID   *mall.ID      `in:"filterShopId"`
	ExtJSON        string        `in:"extJsonStr"`
}

// place is the order that the request asks for.
func (a *api) place(in orderCreateIn) (order.PlaceInput, error) {
	out := order.PlaceInput{ShopFilter: in.FilterShopID, Address: a.orderAddress(in), CanRedeem: in.IsCanHx,
		Deduction: in.DeductionScore, Remark: in.Remark, Numbering: order.Digits}
	for name, value := range map[string]string{"goodsType": in.GoodsType, "cardId": in.CardID, "kjid": in.KanjiaID, "pingtuanOpenId": in.PingtuanOpenID, "orderPeriod": in.OrderPeriod} {
		if value != "" && value != "0" {
			return out, mall.ErrInvalid.With(name)
		}
	}
	switch in.Delivery {
	case "", "kd":
		out.Delivery = order.Express
	case "zq":
		out.Delivery, out.PickUpShop = order.PickUp, in.ShopIDZt
	default:
		return out, mall.ErrInvalid.With("peisongType")
	}
	if in.ExtJSON != "" {
		if !strings.HasPrefix(strings.TrimSpace(in.ExtJSON), "{") {
			return out, mall.ErrInvalid.With("extJsonStr")
		}
		out.Ext = json.RawMessage(in.ExtJSON)
	}
	for _, id := range in.CouponID {
		if id != "0" {
			out.Offers = append(out.Offers, coupon.SourceName+":"+id)
		}
	}
	for _, g := range in.Goods {
		l := order.WantLine{Goods: mall.ID(g.GoodsID), Options: strings.Trim(g.PropertyChildIDs, ","), Qty: int64(g.Number), Inviter: mall.ID(g.InviterID)}
		for _, x := range g.Additions {
			l.Addons = append(l.Addons, mall.ID(x.ID))
		}
		out.Lines = append(out.Lines, l)
	}
	return out, nil
}

// orderAddress is the snapshot of the address in the request, with the names
// of its regions.
func (a *api) orderAddress(in orderCreateIn) order.Address {
	name := func(code string) string {
		r, _ := a.Regions.Find(code)
		return r.Name
	}
	return order.Address{LinkMan: in.LinkMan, Mobile: in.Mobile, ProvinceID: in.ProvinceID, CityID: in.CityID, DistrictID: in.DistrictID, StreetID: in.StreetID,
		ProvinceName: name(in.ProvinceID), CityName: name(in.CityID), DistrictName: name(in.DistrictID), StreetName: name(in.StreetID),
		Detail: in.Address, Code: in.Code, IDCard: in.IDCard, Latitude: in.Latitude, Longitude: in.Longitude}
}

type quoteOut struct {
	AmountTotle         yuan            `json:"amountTotle"`
	AmountTotleOriginal yuan            `json:"amountTotleOriginal"`
	AmountReal          yuan            `json:"amountReal"`
	AmountLogistics     yuan            `json:"amountLogistics"`
	AmountLogistics2    yuan            `json:"amountLogistics2"`
	AmountTax           yuan            `json:"amountTax"`
	AmountTaxGst        yuan            `json:"amountTaxGst"`
	AmountTaxService    yuan            `json:"amountTaxService"`
	CouponAmount        yuan            `json:"couponAmount"`
	CouponID            []mall.ID       `json:"couponId"`
	CouponUserList      []userCoupon    `json:"couponUserList"`
	CouponRefused       []couponRefused `json:"couponRefused,omitempty"`
	DeductionMoney      yuan            `json:"deductionMoney"`
	DeductionScore      int64           `json:"deductionScore"`
	DeductionRules      []scoreRule     `json:"scoreDeductionRules"`
	FreightScore        int64           `json:"freightScore"`
	GoodsNumber         int64           `json:"goodsNumber"`
	IsNeedLogistics     bool            `json:"isNeedLogistics"`
	Overseas            bool            `json:"overseas"`
	Score               int64           `json:"score"`
	AdditionalPrices    map[string]yuan `json:"goodsAdditionalPriceMap"`
}

// couponRefused is an extension: which wanted coupon cannot be used, and why.
type couponRefused struct {
	ID     string `json:"id"`
	Reason string `json:"reason"`
}

type scoreRule struct {
	ID    mall.ID `json:"id"`
	Score int64   `json:"score"`
	Money yuan    `json:"money"`
	Loop  bool    `json:"loop"`
}

func quoteOf(q *order.Quote) *quoteOut {
	o := &q.Order
	out := &quoteOut{AmountTotle: yuan(goodsAmount(o)), AmountTotleOriginal: yuan(o.List), AmountReal: yuan(o.Payable), AmountLogistics: yuan(o.Freight),
		AmountLogistics2: yuan(o.FreightList), AmountTaxService: yuan(o.FeeSum()), CouponAmount: yuan(couponAmount(o)), CouponID: []mall.ID{}, CouponUserList: []userCoupon{},
		DeductionMoney: yuan(o.Cut(order.SourcePoints)), DeductionScore: o.Deducted, GoodsNumber: o.Pieces(), IsNeedLogistics: o.Delivery == order.Express,
		Score: o.Points, AdditionalPrices: map[string]yuan{},
		DeductionRules: each(q.Rules, func(r points.Rule) scoreRule { return scoreRule{r.ID, r.Score, yuan(r.Money), r.Loop} })}
	if q.NotDelivered != nil {
		out.AmountLogistics, out.AmountLogistics2 = notDelivered, notDelivered
	}
	for _, f := range o.Fees {
		out.AdditionalPrices[f.Name] += yuan(f.Amount)
	}
	for _, f := range q.Applied {
		if id, ok := endpoint.Int(f.Ref); ok && f.Source == coupon.SourceName {
			out.CouponID = append(out.CouponID, mall.ID(id))
		}
	}
	for _, r := range q.Refused {
		_, text, _ := answer(r.Reason)
		out.CouponRefused = append(out.CouponRefused, couponRefused{r.Ref, text})
	}
	return out
}

// orderCreate answers a quote with calculate, else the order it made.
func (a *api) orderCreate(ctx context.Context, who mall.Actor, in orderCreateIn) (any, error) {
	want, err := a.place(in)
	if err != nil {
		return nil, err
	}
	if in.Calculate {
		q, err := a.Orders.Quote(ctx, who, want)
		if err != nil {
			return nil, err
		}
		out := quoteOf(q)
		out.CouponUserList, err = a.usableCoupons(ctx, who, q.Usable)
		return out, err
	}
	o, err := a.Orders.Place(ctx, who, want)
	if err != nil {
		return nil, unusable(err)
	}
	return a.orderInfoOf(order.Listed{Order: o}), nil
}

type orderIDIn struct {
	OrderID mall.ID `in:"orderId,required"`
}

func (in orderIDIn) ref() order.Ref { return order.Ref{ID: in.OrderID} }

func (a *api) orderClose(ctx context.Context, who mall.Actor, in orderIDIn) (any, error) {
	return empty(a.Orders.Cancel(ctx, who, in.ref(), ""))
}

func (a *api) orderDelete(ctx context.Context, who mall.Actor, in orderIDIn) (any, error) {
	return empty(a.Orders.Delete(ctx, who, in.ref()))
}

func (a *api) orderDelivery(ctx context.Context, who mall.Actor, in orderIDIn) (any, error) {
	return empty(a.Orders.Receive(ctx, who, in.ref()))
}

type orderPayIn struct {
	OrderID []mall.ID `in:"orderId,required"`
	Pwd     string    `in:"pwd"`
}

// orderPay pays from the balance, all orders or none.
func (a *api) orderPay(ctx context.Context, who mall.Actor, in orderPayIn) (any, error) {
	if !a.balancePays(ctx) {
		return nil, mall.ErrDenied
	}
	_, err := a.Payments.PayFromWallet(ctx, who, payment.Action{Purpose: payment.Order, Refs: in.OrderID}, in.Pwd)
	return empty(err)
}

type orderHxIn struct {
	HxNumber string `in:"hxNumber,required"`
}

func (a *api) orderHXV2(ctx context.Context, who mall.Actor, in orderHxIn) (any, error) {
	_, err := a.Orders.Redeem(ctx, who, in.HxNumber)
	return empty(err)
}

type orderListIn struct {
	pageIn
	Status         *int64   `in:"status"`
	StatusBatch    []string `in:"statusBatch"`
	HasRefund      *bool    `in:"hasRefund"`
	OrderNumber    string   `in:"orderNumber"`
	ShopID         *mall.ID `in:"shopId"`
	GoodReputation *int     `in:"goodReputation"`
	DateAddBegin   string   `in:"dateAddBegin"`
	DateAddEnd     string   `in:"dateAddEnd"`
}

func (a *api) orderFilter(in orderListIn) (order.Filter, error) {
	f := order.Filter{Shop: in.ShopID, InClaim: in.HasRefund, Number: in.OrderNumber, Grade: in.GoodReputation, Viewer: order.HideBuyer}
	if in.Status != nil {
		f.Phases = orderPhases(*in.Status)
	}
	for _, text := range in.StatusBatch {
		n, ok := endpoint.Int(text)
		if !ok {
			return f, mall.ErrInvalid.With("statusBatch")
		}
		f.Phases = append(f.Phases, orderPhases(n)...)
	}
	var err error
	if f.AddedFrom, _, err = a.moment(in.DateAddBegin); err != nil {
		return f, mall.ErrInvalid.With("dateAddBegin")
	}
	if _, f.AddedBefore, err = a.moment(in.DateAddEnd); err != nil {
		return f, mall.ErrInvalid.With("dateAddEnd")
	}
	return f, nil
}

type orderListOut struct {
	OrderList    []orderInfo                `json:"orderList"`
	GoodsMap     map[string][]orderGoods    `json:"goodsMap"`
	LogisticsMap map[string]*orderLogistics `json:"logisticsMap"`
	TotalRow     int64                      `json:"totalRow"`
	TotalPage    int64                      `json:"totalPage"`
}

func (a *api) orderList(ctx context.Context, who mall.Actor, in orderListIn) (*orderListOut, error) {
	f, err := a.orderFilter(in)
	if err != nil {
		return nil, err
	}
	list, err := a.Orders.List(ctx, who, f, in.window())
	if err != nil {
		return nil, err
	}
	if len(list.Items) == 0 {
		return nil, errNone
	}
	out := &orderListOut{OrderList: each(list.Items, a.orderInfoOf), GoodsMap: map[string][]orderGoods{}, LogisticsMap: map[string]*orderLogistics{},
		TotalRow: list.Total, TotalPage: pages(list.Total, in.window())}
	for _, l := range list.Items {
		out.GoodsMap[number(l.ID)] = a.orderGoodsOf(l.Order)
		if x := orderLogisticsOf(l); x != nil {
			out.LogisticsMap[number(l.ID)] = x
		}
	}
	return out, nil
}

type orderDetailIn struct {
	ID       mall.ID `in:"id"`
	HxNumber string  `in:"hxNumber"`
}

// orderDetail shows an order to its buyer, or by its redemption code to
// whoever may redeem it. Its invoice is told to the buyer alone.
func (a *api) orderDetail(ctx context.Context, who mall.Actor, in orderDetailIn) (*orderDetailOut, error) {
	if in.ID == 0 && in.HxNumber == "" {
		return nil, endpoint.ErrRequired.With("id")
	}
	find := func() (*order.Detail, error) { return a.Orders.Detail(ctx, who, order.Ref{ID: in.ID}) }
	if in.HxNumber != "" {
		find = func() (*order.Detail, error) { return a.Orders.DetailByCode(ctx, who, in.HxNumber) }
	}
	d, err := find()
	if err != nil {
		return nil, err
	}
	out := a.orderDetailOf(d)
	switch i, err := a.Invoices.OfOrder(ctx, who, d.ID); {
	case err == nil:
		out.OrderInfo.InvoiceID = i.ID
	case !errors.Is(err, invoices.ErrNone):
		return nil, err
	}
	return out, nil
}

type orderStatisticsIn struct {
	IsNeedLogistics *bool `in:"isNeedLogistics"`
}

// orderStatisticsv2 counts by the same rules by which orderList filters.
func (a *api) orderStatisticsv2(ctx context.Context, who mall.Actor, in orderStatisticsIn) (map[string]int64, error) {
	counts, err := a.Orders.Counts(ctx, who, order.Filter{Logistics: in.IsNeedLogistics, Viewer: order.HideBuyer})
	if err != nil {
		return nil, err
	}
	out := map[string]int64{"count_id_peisonging": 0, "count_id_wait_to_peisong": 0}
	for key, status := range map[string]int64{"count_id_no_pay": 0, "count_id_no_transfer": 1, "count_id_no_confirm": 2,
		"count_id_no_reputation": 3, "count_id_success": 4, "count_id_close": -1} {
		out[key] = 0
		for _, p := range orderPhases(status) {
			out[key] += counts[p]
		}
	}
	return out, nil
}

type reputationIn struct {
	OrderID     loose `json:"orderId"`
	Reputations []struct {
		ID     loose    `json:"id"`
		Grade  loose    `json:"reputation"`
		Stars  loose    `json:"reputationNumber"`
		Remark string   `json:"remark"`
		Pics   []string `json:"pics"`
	} `json:"reputations"`
}

type orderReputationIn struct {
	Post reputationIn `in:"postJsonString,required,json"`
}

// orderReputation carries its token inside the JSON, where the dialect finds it.
func (a *api) orderReputation(ctx context.Context, who mall.Actor, in orderReputationIn) (any, error) {
	reviews := make([]order.ReviewInput, 0, len(in.Post.Reputations))
	for _, r := range in.Post.Reputations {
		pics := slices.DeleteFunc(r.Pics, func(p string) bool { return p == "" })
		reviews = append(reviews, order.ReviewInput{Line: mall.ID(r.ID), Grade: int(r.Grade), Stars: int(r.Stars), Remark: r.Remark, Pictures: pics})
	}
	return empty(a.Orders.Review(ctx, who, order.Ref{ID: mall.ID(in.Post.OrderID)}, reviews))
}

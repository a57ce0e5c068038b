package wxapi

import (
	"encoding/json"
	"math"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

// orderStates are the numbers and texts that clients know, by phase.
var orderStates = map[order.Phase]struct {
	status int
	text   string
}{
	order.PhaseUnpaid:    {0, "待支付"},
	order.PhaseOverdue:   {-1, "已关闭"},
	order.PhaseWaiting:   {1, "待成团"},
	order.PhasePaid:      {1, "待发货"},
	order.PhasePreparing: {1, "待发货"},
	order.PhasePart:      {2, "待收货"},
	order.PhaseShipped:   {2, "待收货"},
	order.PhaseReceived:  {3, "待评价"},
	order.PhaseReviewed:  {4, "已评价"},
	order.PhaseCancelled: {-1, "已关闭"},
	order.PhaseExpired:   {-1, "已关闭"},
	order.PhaseRefunded:  {-1, "已退款"},
	order.PhaseInvalid:   {-1, "已关闭"},
}

// orderPhases are the phases that a status of the wire stands for; none for a
// number that is no status.
func orderPhases(status int64) []order.Phase {
	phases := []order.Phase{}
	for _, p := range order.Phases() {
		if int64(orderStates[p].status) == status {
			phases = append(phases, p)
		}
	}
	return phases
}

// orderLogs are the types and texts of log entries; other moves are not shown.
var orderLogs = map[order.Move]struct {
	kind int
	text string
}{
	order.MovePlace:      {0, "下单"},
	order.MovePay:        {1, "支付"},
	order.MoveShip:       {2, "发货"},
	order.MoveReceive:    {3, "确认收货"},
	order.MoveReview:     {4, "评价"},
	order.MoveCancel:     {-1, "关闭订单"},
	order.MoveExpire:     {-1, "超时关闭"},
	order.MoveInvalidate: {-1, "商家关闭订单"},
	order.MovePrice:      {5, "商家改价"},
	order.MovePrepare:    {6, "商家备货"},
	order.MoveClaim:      {7, "申请售后"},
	order.MoveAnswer:     {7, "处理售后"},
	order.MoveRefund:     {7, "退款"},
	order.MoveReturn:     {7, "退货"},
	order.MoveRedeem:     {21, "核销"},
}

type orderInfo struct {
	ID               mall.ID `json:"id"`
	OrderNumber      string  `json:"orderNumber"`
	Status           int     `json:"status"`
	StatusStr        string  `json:"statusStr"`
	Type             int     `json:"type"`
	OrderType        int     `json:"orderType"`
	UID              mall.ID `json:"uid"`
	UserID           mall.ID `json:"userId"`
	PID              mall.ID `json:"pid"`
	InvoiceID        mall.ID `json:"invoiceId,omitempty"`
	ShopID           mall.ID `json:"shopId"`
	ShopIDZt         mall.ID `json:"shopIdZt,omitempty"`
	ShopNameZt       string  `json:"shopNameZt,omitempty"`
	GoodsNumber      int64   `json:"goodsNumber"`
	Amount           yuan    `json:"amount"`
	AmountLogistics  yuan    `json:"amountLogistics"`
	AmountReal       yuan    `json:"amountReal"`
	AmountCard       yuan    `json:"amountCard"`
	AmountCoupons    yuan    `json:"amountCoupons"`
	AmountRefund     yuan    `json:"amountRefundTotal"`
	AmountTax        yuan    `json:"amountTax"`
	AmountTaxGst     yuan    `json:"amountTaxGst"`
	AmountTaxService yuan    `json:"amountTaxService"`
	Score            int64   `json:"score"`
	ScoreDeduction   int64   `json:"scoreDeduction"`
	Remark           string  `json:"remark"`
	IP               string  `json:"ip"`
	HxNumber         string  `json:"hxNumber,omitempty"`
	HasRefund        bool    `json:"hasRefund"`
	RefundStatus     int     `json:"refundStatus"`
	IsPay            bool    `json:"isPay"`
	IsEnd            bool    `json:"isEnd"`
	IsNeedLogistics  bool    `json:"isNeedLogistics"`
	IsCanHx          bool    `json:"isCanHx"`
	IsPingtuan       bool    `json:"isSuccessPingtuan"`
	IsDelUser        bool    `json:"isDelUser"`
	IsHasBenefit     bool    `json:"isHasBenefit"`
	IsScoreOrder     bool    `json:"isScoreOrder"`
	AutoDeliver      int     `json:"autoDeliverStatus"`
	PeriodAutoPay    bool    `json:"periodAutoPay"`
	Trips            int     `json:"trips"`
	DifferHours      int64   `json:"differHours"`
	DateAdd          stamp   `json:"dateAdd"`
	DateUpdate       stamp   `json:"dateUpdate"`
	DateClose        *stamp  `json:"dateClose,omitempty"`
	DatePay          *stamp  `json:"datePay,omitempty"`
}

func (a *api) orderInfoOf(l order.Listed) orderInfo {
	o := l.Order
	p := a.Orders.PhaseOf(o)
	state := orderStates[p]
	in := orderInfo{ID: o.ID, OrderNumber: o.Number, Status: state.status, StatusStr: state.text, UID: o.Buyer, UserID: a.cfg.MerchantID,
		PID: o.Parent, ShopID: o.Shop, ShopIDZt: o.PickUpShop, ShopNameZt: o.PickUpName, GoodsNumber: o.Pieces(), Amount: yuan(goodsAmount(o)),
		AmountLogistics: yuan(o.Freight), AmountReal: yuan(o.Payable), AmountCoupons: yuan(couponAmount(o)), AmountRefund: yuan(o.Refunded),
		AmountTaxService: yuan(o.FeeSum()), Score: o.Points, ScoreDeduction: o.Deducted, Remark: o.Remark, IP: o.Addr,
		HasRefund: o.OpenClaims > 0 || o.Refunded > 0 || o.Pay == order.Refunded, IsPay: o.Pay != order.Unpaid, IsEnd: p.Over() || p == order.PhaseReviewed,
		IsNeedLogistics: o.Delivery == order.Express, IsCanHx: o.CanRedeem, IsPingtuan: p != order.PhaseWaiting,
		IsDelUser: o.HiddenBy&order.HideBuyer != 0, IsHasBenefit: o.Reduced > 0, IsScoreOrder: o.Points > 0,
		DifferHours: int64(a.now().Sub(o.Added).Hours()), DateAdd: a.at(o.Added), DateUpdate: a.at(o.Updated), DatePay: a.maybe(o.PaidAt)}
	switch {
	case o.OpenClaims > 0:
		in.RefundStatus = 1
	case o.Refunded > 0 || o.Pay == order.Refunded:
		in.RefundStatus = 2
	}
	if o.Pay == order.Unpaid && !o.HeldOpen {
		in.DateClose = a.maybe(o.Due)
	}
	for _, c := range l.Codes {
		if c.Line == 0 && c.State != order.CodeVoid {
			in.HxNumber = c.Text
		}
	}
	return in
}

// goodsAmount is what the goods cost before reductions of the whole order.
func goodsAmount(o *order.Order) mall.Money {
	var sum mall.Money
	for _, l := range o.Lines {
		sum += l.PriceUnit * mall.Money(l.Qty)
	}
	return sum
}

// couponAmount is what the whole order was reduced by, points apart.
func couponAmount(o *order.Order) mall.Money {
	sum := goodsAmount(o) - o.Cut(order.SourcePoints)
	for _, l := range o.Lines {
		sum -= l.Payable
	}
	return max(sum, 0)
}

type orderGoods struct {
	ID                   mall.ID `json:"id"`
	OrderID              mall.ID `json:"orderId"`
	GoodsID              mall.ID `json:"goodsId"`
	GoodsIDStr           string  `json:"goodsIdStr"`
	GoodsName            string  `json:"goodsName"`
	GoodsSubName         string  `json:"goodsSubName,omitempty"`
	Pic                  string  `json:"pic"`
	Number               int64   `json:"number"`
	NumberNoFahuo        int64   `json:"numberNoFahuo"`
	Amount               yuan    `json:"amount"`
	AmountSingle         yuan    `json:"amountSingle"`
	AmountSingleBase     yuan    `json:"amountSingleBase"`
	AmountCoupon         yuan    `json:"amountCoupon"`
	Score                int64   `json:"score"`
	Property             string  `json:"property,omitempty"`
	PropertyChildIDs     string  `json:"propertyChildIds"`
	PriceID              mall.ID `json:"priceId"`
	CategoryID           mall.ID `json:"categoryId"`
	ShopID               mall.ID `json:"shopId"`
	BarCode              string  `json:"barCode,omitempty"`
	Unit                 string  `json:"unit,omitempty"`
	AfterSale            string  `json:"afterSale,omitempty"`
	Status               int     `json:"status"`
	RefundStatus         int     `json:"refundStatus"`
	CyTableStatus        int     `json:"cyTableStatus"`
	Type                 int     `json:"type"`
	FxType               int     `json:"fxType"`
	Persion              int     `json:"persion"`
	IsScoreOrder         bool    `json:"isScoreOrder"`
	Purchase             bool    `json:"purchase"`
	BuyRewardEnd         bool    `json:"buyRewardEnd"`
	UID                  mall.ID `json:"uid"`
	UserID               mall.ID `json:"userId"`
	DateAdd              stamp   `json:"dateAdd"`
	GoodReputation       *int    `json:"goodReputation,omitempty"`
	GoodReputationStr    string  `json:"goodReputationStr,omitempty"`
	GoodReputationRemark string  `json:"goodReputationRemark,omitempty"`
	DateReputation       *stamp  `json:"dateReputation,omitempty"`
}

// orderGrades are the texts of grades.
var orderGrades = map[int]string{order.Bad: "差评", order.Fair: "中评", order.Good: "好评"}

func (a *api) orderGoodsOf(o *order.Order) []orderGoods {
	status := orderStates[a.Orders.PhaseOf(o)].status
	return each(o.Lines, func(l order.Line) orderGoods {
		g := orderGoods{ID: l.ID, OrderID: o.ID, GoodsID: l.Goods, GoodsIDStr: number(l.Goods), GoodsName: l.Name, GoodsSubName: l.Sub,
			Pic: l.Picture, Number: l.Qty, NumberNoFahuo: l.Open(), Amount: yuan(l.PriceUnit * mall.Money(l.Qty)), AmountSingle: yuan(l.PriceUnit),
			AmountSingleBase: yuan(l.ListUnit), AmountCoupon: yuan(l.PriceUnit*mall.Money(l.Qty) - l.Payable), Score: l.Points,
			Property: l.Property, PropertyChildIDs: l.Options, PriceID: l.SKU, CategoryID: l.Category, ShopID: l.Shop, BarCode: l.BarCode,
			Unit: l.Unit, AfterSale: l.Claims, Status: status, IsScoreOrder: l.Points > 0, UID: o.Buyer, UserID: a.cfg.MerchantID,
			DateAdd: a.at(o.Added), DateReputation: a.maybe(l.Review.At)}
		switch {
		case l.Claim != 0:
			g.RefundStatus = 1
		case l.Refunded > 0:
			g.RefundStatus = 2
		}
		if !l.Review.At.IsZero() {
			g.GoodReputation, g.GoodReputationStr, g.GoodReputationRemark = &l.Review.Grade, orderGrades[l.Review.Grade], l.Review.Remark
		}
		return g
	})
}

type orderLogistics struct {
	ID             mall.ID  `json:"id"`
	LinkMan        string   `json:"linkMan"`
	Mobile         string   `json:"mobile"`
	ProvinceID     regionID `json:"provinceId"`
	CityID         regionID `json:"cityId"`
	DistrictID     regionID `json:"districtId"`
	StreetID       regionID `json:"streetId,omitempty"`
	ProvinceStr    string   `json:"provinceStr"`
	CityStr        string   `json:"cityStr"`
	AreaStr        string   `json:"areaStr"`
	StreetStr      string   `json:"streetStr,omitempty"`
	Address        string   `json:"address"`
	Code           string   `json:"code,omitempty"`
	Status         int      `json:"status"`
	Type           int      `json:"type"`
	ShipperCode    string   `json:"shipperCode,omitempty"`
	ShipperName    string   `json:"shipperName,omitempty"`
	TrackingNumber string   `json:"trackingNumber,omitempty"`
	Latitude       *float64 `json:"latitude,omitempty"`
	Longitude      *float64 `json:"longitude,omitempty"`
}

// orderLogisticsOf is where the parcel goes; nil when nothing is sent.
func orderLogisticsOf(l order.Listed) *orderLogistics {
	o, x := l.Order, l.Address
	if o.Delivery != order.Express {
		return nil
	}
	out := &orderLogistics{ID: o.ID, LinkMan: x.LinkMan, Mobile: x.Mobile, ProvinceID: x.ProvinceID, CityID: x.CityID, DistrictID: x.DistrictID,
		StreetID: x.StreetID, ProvinceStr: x.ProvinceName, CityStr: x.CityName, AreaStr: x.DistrictName, StreetStr: x.StreetName,
		Address: x.Detail, Code: x.Code, Latitude: x.Latitude, Longitude: x.Longitude}
	if n := len(l.Shipments); n > 0 {
		p := l.Shipments[n-1]
		out.Status, out.ShipperCode, out.ShipperName, out.TrackingNumber = 1, p.Code, p.Name, p.Tracking
	}
	return out
}

type orderLog struct {
	ID      mall.ID `json:"id"`
	OrderID mall.ID `json:"orderId"`
	Type    int     `json:"type"`
	TypeStr string  `json:"typeStr"`
	DateAdd stamp   `json:"dateAdd"`
}

type orderShipper struct {
	ID             mall.ID `json:"id"`
	OrderID        mall.ID `json:"orderId"`
	ShipperName    string  `json:"shipperName"`
	TrackingNumber string  `json:"trackingNumber"`
	Traces         string  `json:"traces"` // JSON text, no carrier is asked
}

type orderFee struct {
	ID     int    `json:"id"`
	Name   string `json:"name"`
	Amount yuan   `json:"amount"`
}

type orderDetailOut struct {
	OrderInfo orderInfo       `json:"orderInfo"`
	Goods     []orderGoods    `json:"goods"`
	Logistics *orderLogistics `json:"logistics,omitempty"`
	Logs      []orderLog      `json:"logs"`
	Shippers  []orderShipper  `json:"orderLogisticsShippers,omitempty"`
	Fees      []orderFee      `json:"orderAdditionalPrices,omitempty"`
	ExtJSON   json.RawMessage `json:"extJson"`
}

func (a *api) orderDetailOf(d *order.Detail) *orderDetailOut {
	out := &orderDetailOut{OrderInfo: a.orderInfoOf(d.Listed), Goods: a.orderGoodsOf(d.Order), Logistics: orderLogisticsOf(d.Listed),
		Logs: []orderLog{}, ExtJSON: d.Ext}
	if out.ExtJSON == nil {
		out.ExtJSON = json.RawMessage("{}")
	}
	for _, l := range d.Logs {
		if t, ok := orderLogs[l.Move]; ok {
			out.Logs = append(out.Logs, orderLog{l.ID, l.Order, t.kind, t.text, a.at(l.At)})
		}
	}
	for _, p := range d.Shipments {
		out.Shippers = append(out.Shippers, orderShipper{p.ID, p.Order, p.Name, p.Tracking, "[]"})
	}
	for i, f := range d.Fees {
		out.Fees = append(out.Fees, orderFee{i + 1, f.Name, yuan(f.Amount)})
	}
	return out
}

// notDelivered is the freight by which clients know that an address is out of reach.
const notDelivered yuan = 99_999_00

// loose is a whole number that clients send as a number or as text; empty,
// null and "undefined" are 0.
type loose int64

// UnmarshalJSON refuses fractions, exponents and what is out of range.
func (n *loose) UnmarshalJSON(b []byte) error {
	text := string(b)
	if len(b) > 0 && b[0] == '"' {
		if err := json.Unmarshal(b, &text); err != nil {
			return err
		}
	}
	*n = 0
	switch text {
	case "", "null", "undefined":
		return nil
	}
	var v int64
	if err := json.Unmarshal([]byte(text), &v); err != nil || v > math.MaxInt32*1_000_000 || v < math.MinInt32 {
		return mall.ErrInvalid.With("number")
	}
	*n = loose(v)
	return nil
}

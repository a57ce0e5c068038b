package bunrepo

import (
	"encoding/json"
	"strings"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

type orderRow struct {
	bun.BaseModel `bun:"table:?(ns)orders,alias:o"`

	ID          mall.ID           `bun:"id,pk,autoincrement"`
	Number      string            `bun:"number"`
	Parent      mall.ID           `bun:"parent_id"`
	Parts       bool              `bun:"parts"`
	Buyer       mall.ID           `bun:"buyer_id"`
	Level       mall.ID           `bun:"level_id"`
	Face        string            `bun:"face"`
	Shop        mall.ID           `bun:"shop_id"`
	Key         string            `bun:"idem_key"`
	Pay         string            `bun:"pay_state"`
	Ful         string            `bun:"ful_state"`
	End         string            `bun:"end_state"`
	Version     int64             `bun:"version"`
	OpenClaims  int64             `bun:"open_claims"`
	HeldOpen    bool              `bun:"held_open"`
	Delivery    string            `bun:"delivery"`
	CanRedeem   bool              `bun:"can_redeem"`
	PickUpShop  mall.ID           `bun:"pickup_shop_id"`
	PickUpName  string            `bun:"pickup_name"`
	Address     order.Address     `bun:"address,type:text"`
	List        int64             `bun:"list"`
	FreightList int64             `bun:"freight_list"`
	Freight     int64             `bun:"freight"`
	Fees        []order.Fee       `bun:"fees,type:text"`
	Reduced     int64             `bun:"reduced"`
	FreightCuts []order.Reduction `bun:"freight_cuts,type:text"`
	Payable     int64             `bun:"payable"`
	Paid        int64             `bun:"paid"`
	Refunded    int64             `bun:"refunded"`
	Points      int64             `bun:"points"`
	Deducted    int64             `bun:"deducted"`
	Remark      string            `bun:"remark"`
	Ext         string            `bun:"ext"`
	Addr        string            `bun:"addr"`
	Inviter     mall.ID           `bun:"inviter_id"`
	Payment     mall.ID           `bun:"payment_id"`
	PaidAs      mall.ID           `bun:"paid_as"`
	Due         *int64            `bun:"due_at"`
	Tried       *int64            `bun:"tried_at"`
	Added       int64             `bun:"created_at"`
	Updated     int64             `bun:"updated_at"`
	PaidAt      *int64            `bun:"paid_at"`
	ShippedAt   *int64            `bun:"shipped_at"`
	Received    *int64            `bun:"received_at"`
	Ended       *int64            `bun:"ended_at"`
	HiddenBy    int64             `bun:"hidden_by"`
}

func orderToRow(o *order.Order) *orderRow {
	return &orderRow{ID: o.ID, Number: o.Number, Parent: o.Parent, Parts: o.Parts, Buyer: o.Buyer, Level: o.Level,
		Face: string(o.Face), Shop: o.Shop, Key: o.Key, Pay: string(o.Pay), Ful: string(o.Ful), End: string(o.End),
		Version: o.Version, OpenClaims: o.OpenClaims, HeldOpen: o.HeldOpen, Delivery: string(o.Delivery),
		CanRedeem: o.CanRedeem, PickUpShop: o.PickUpShop, PickUpName: o.PickUpName, Address: o.Address,
		List: int64(o.List), FreightList: int64(o.FreightList), Freight: int64(o.Freight), Fees: filled(o.Fees),
		Reduced: int64(o.Reduced), FreightCuts: filled(o.FreightCuts), Payable: int64(o.Payable), Paid: int64(o.Paid),
		Refunded: int64(o.Refunded), Points: o.Points, Deducted: o.Deducted, Remark: o.Remark, Ext: string(o.Ext),
		Addr: o.Addr, Inviter: o.Inviter, Payment: o.Payment, PaidAs: o.PaidAs, Due: millis(o.Due), Tried: millis(o.Tried),
		Added: o.Added.UnixMilli(), Updated: o.Updated.UnixMilli(), PaidAt: millis(o.PaidAt), ShippedAt: millis(o.ShippedAt),
		Received: millis(o.Received), Ended: millis(o.Ended), HiddenBy: o.HiddenBy}
}

func orderFromRow(r *orderRow) *order.Order {
	o := &order.Order{ID: r.ID, Number: r.Number, Parent: r.Parent, Parts: r.Parts, Buyer: r.Buyer, Level: r.Level,
		Face: mall.Face(r.Face), Shop: r.Shop, Key: r.Key,
		State:   order.State{Pay: order.Pay(r.Pay), Ful: order.Fulfilment(r.Ful), End: order.End(r.End)},
		Version: r.Version, OpenClaims: r.OpenClaims, HeldOpen: r.HeldOpen, Delivery: order.Delivery(r.Delivery),
		CanRedeem: r.CanRedeem, PickUpShop: r.PickUpShop, PickUpName: r.PickUpName, Address: r.Address,
		List: mall.Money(r.List), FreightList: mall.Money(r.FreightList), Freight: mall.Money(r.Freight), Fees: emptied(r.Fees),
		Reduced: mall.Money(r.Reduced), FreightCuts: emptied(r.FreightCuts), Payable: mall.Money(r.Payable), Paid: mall.Money(r.Paid),
		Refunded: mall.Money(r.Refunded), Points: r.Points, Deducted: r.Deducted, Remark: r.Remark, Addr: r.Addr,
		Inviter: r.Inviter, Payment: r.Payment, PaidAs: r.PaidAs, Due: moment(r.Due), Tried: moment(r.Tried),
		Added: moment(&r.Added), Updated: moment(&r.Updated), PaidAt: moment(r.PaidAt), ShippedAt: moment(r.ShippedAt),
		Received: moment(r.Received), Ended: moment(r.Ended), HiddenBy: r.HiddenBy}
	if r.Ext != "" {
		o.Ext = json.RawMessage(r.Ext)
	}
	return o
}

type orderLineRow struct {
	bun.BaseModel `bun:"table:?(ns)order_lines,alias:l"`

	ID            mall.ID           `bun:"id,pk,autoincrement"`
	Order         mall.ID           `bun:"order_id"`
	Pos           int               `bun:"pos"`
	Goods         mall.ID           `bun:"goods_id"`
	SKU           mall.ID           `bun:"sku_id"`
	Category      mall.ID           `bun:"category_id"`
	Shop          mall.ID           `bun:"shop_id"`
	Kind          string            `bun:"kind"`
	Name          string            `bun:"name"`
	Sub           string            `bun:"sub"`
	Picture       string            `bun:"picture"`
	Options       string            `bun:"options"`
	Property      string            `bun:"property"`
	BarCode       string            `bun:"bar_code"`
	Unit          string            `bun:"unit"`
	Addons        []order.Addon     `bun:"addons,type:text"`
	Claims        string            `bun:"claims"`
	Qty           int64             `bun:"qty"`
	ListUnit      int64             `bun:"list_unit"`
	PriceUnit     int64             `bun:"price_unit"`
	List          int64             `bun:"list"`
	Payable       int64             `bun:"payable"`
	Freight       int64             `bun:"freight"`
	Points        int64             `bun:"points"`
	Deducted      int64             `bun:"deducted"`
	Reductions    []order.Reduction `bun:"reductions,type:text"`
	Weight        int64             `bun:"weight"`
	Template      mall.ID           `bun:"template_id"`
	Inviter       mall.ID           `bun:"inviter_id"`
	Shipped       int64             `bun:"shipped"`
	Redeemed      int64             `bun:"redeemed"`
	Refunded      int64             `bun:"refunded"`
	RefundedMoney int64             `bun:"refunded_money"`
	Claim         mall.ID           `bun:"claim_id"`
	LastClaim     mall.ID           `bun:"last_claim_id"`
	Grade         int               `bun:"review_grade"`
	Stars         int               `bun:"review_stars"`
	ReviewRemark  string            `bun:"review_remark"`
	ReviewPics    []string          `bun:"review_pics,type:text"`
	Reviewed      *int64            `bun:"reviewed_at"`
	Level         mall.ID           `bun:"level_id"`
	LevelDays     int               `bun:"level_days"`
	FreightBack   int64             `bun:"freight_back"`
}

func orderLineToRow(l *order.Line, pos int) *orderLineRow {
	return &orderLineRow{ID: l.ID, Order: l.Order, Pos: pos, Goods: l.Goods, SKU: l.SKU, Category: l.Category, Shop: l.Shop,
		Kind: l.Kind, Name: l.Name, Sub: l.Sub, Picture: l.Picture, Options: l.Options, Property: l.Property, BarCode: l.BarCode,
		Unit: l.Unit, Addons: filled(l.Addons), Claims: l.Claims, Qty: l.Qty, ListUnit: int64(l.ListUnit), PriceUnit: int64(l.PriceUnit),
		List: int64(l.List), Payable: int64(l.Payable), Freight: int64(l.Freight), Points: l.Points, Deducted: l.Deducted,
		Reductions: filled(l.Reductions), Weight: l.Weight, Template: l.Template, Inviter: l.Inviter, Shipped: l.Shipped,
		Redeemed: l.Redeemed, Refunded: l.Refunded, RefundedMoney: int64(l.RefundedMoney), Claim: l.Claim, LastClaim: l.LastClaim,
		Grade: l.Review.Grade, Stars: l.Review.Stars, ReviewRemark: l.Review.Remark, ReviewPics: filled(l.Review.Pictures), Reviewed: millis(l.Review.At),
		Level: l.Level, LevelDays: l.LevelDays, FreightBack: int64(l.FreightBack)}
}

func orderLineFromRow(r *orderLineRow) order.Line {
	return order.Line{ID: r.ID, Order: r.Order, Goods: r.Goods, SKU: r.SKU, Category: r.Category, Shop: r.Shop,
		Kind: r.Kind, Name: r.Name, Sub: r.Sub, Picture: r.Picture, Options: r.Options, Property: r.Property, BarCode: r.BarCode,
		Unit: r.Unit, Addons: emptied(r.Addons), Claims: r.Claims, Qty: r.Qty, ListUnit: mall.Money(r.ListUnit), PriceUnit: mall.Money(r.PriceUnit),
		List: mall.Money(r.List), Payable: mall.Money(r.Payable), Freight: mall.Money(r.Freight), Points: r.Points, Deducted: r.Deducted,
		Reductions: emptied(r.Reductions), Weight: r.Weight, Template: r.Template, Inviter: r.Inviter, Shipped: r.Shipped,
		Redeemed: r.Redeemed, Refunded: r.Refunded, RefundedMoney: mall.Money(r.RefundedMoney), Claim: r.Claim, LastClaim: r.LastClaim,
		Review: order.Review{Grade: r.Grade, Stars: r.Stars, Remark: r.ReviewRemark, Pictures: emptied(r.ReviewPics), At: moment(r.Reviewed)},
		Level:  r.Level, LevelDays: r.LevelDays, FreightBack: mall.Money(r.FreightBack)}
}

type orderShipmentRow struct {
	bun.BaseModel `bun:"table:?(ns)order_shipments,alias:s"`

	ID       mall.ID       `bun:"id,pk,autoincrement"`
	Order    mall.ID       `bun:"order_id"`
	Code     string        `bun:"code"`
	Name     string        `bun:"name"`
	Tracking string        `bun:"tracking"`
	Pieces   []order.Piece `bun:"pieces,type:text"`
	At       int64         `bun:"created_at"`
}

func orderShipmentToRow(p *order.Shipment) *orderShipmentRow {
	return &orderShipmentRow{ID: p.ID, Order: p.Order, Code: p.Code, Name: p.Name, Tracking: p.Tracking, Pieces: filled(p.Pieces), At: p.At.UnixMilli()}
}

func orderShipmentFromRow(r *orderShipmentRow) order.Shipment {
	return order.Shipment{ID: r.ID, Order: r.Order, Code: r.Code, Name: r.Name, Tracking: r.Tracking, Pieces: emptied(r.Pieces), At: moment(&r.At)}
}

type orderLogRow struct {
	bun.BaseModel `bun:"table:?(ns)order_logs,alias:g"`

	ID     mall.ID `bun:"id,pk,autoincrement"`
	Order  mall.ID `bun:"order_id"`
	Move   string  `bun:"move"`
	Actor  mall.ID `bun:"actor_id"`
	Face   string  `bun:"face"`
	Addr   string  `bun:"addr"`
	From   string  `bun:"from_state"`
	To     string  `bun:"to_state"`
	Reason string  `bun:"reason"`
	At     int64   `bun:"created_at"`
}

func orderLogToRow(l *order.Log) orderLogRow {
	return orderLogRow{Order: l.Order, Move: string(l.Move), Actor: l.Actor, Face: string(l.Face), Addr: l.Addr,
		From: stateText(l.From), To: stateText(l.To), Reason: l.Reason, At: l.At.UnixMilli()}
}

func orderLogFromRow(r *orderLogRow) order.Log {
	return order.Log{ID: r.ID, Order: r.Order, Move: order.Move(r.Move), Actor: r.Actor, Face: mall.Face(r.Face), Addr: r.Addr,
		From: stateOf(r.From), To: stateOf(r.To), Reason: r.Reason, At: moment(&r.At)}
}

// stateText is a state in one text for the log: "paid/none/none"; empty before placing.
func stateText(s order.State) string {
	if s == (order.State{}) {
		return ""
	}
	return string(s.Pay) + "/" + string(s.Ful) + "/" + string(s.End)
}

func stateOf(text string) order.State {
	p := strings.SplitN(text, "/", 3)
	if len(p) != 3 {
		return order.State{}
	}
	return order.State{Pay: order.Pay(p[0]), Ful: order.Fulfilment(p[1]), End: order.End(p[2])}
}

// emptied makes an empty slice nil again, as domain values have it.
func emptied[T any](s []T) []T {
	if len(s) == 0 {
		return nil
	}
	return s
}

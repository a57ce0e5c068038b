package wxapi

import (
	"context"
	"encoding/json"
	"math"
	"strconv"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

type refundApplyIn struct {
	orderIDIn
	Type            int      `in:"type"`
	LogisticsStatus int      `in:"logisticsStatus"`
	Reason          string   `in:"reason"`
	Amount          string   `in:"amount"`
	OrderGoodsID    mall.ID  `in:"orderGoodsId"`
	Number          int64    `in:"number"`
	Remark          string   `in:"remark"`
	Pic             []string `in:"pic"`
}

func (a *api) refundApply(ctx context.Context, who mall.Actor, in refundApplyIn) (any, error) {
	amount, err := product(in.Amount)
	if err != nil {
		return nil, err
	}
	_, err = a.Orders.Claim(ctx, who, in.ref(), order.ClaimInput{Line: in.OrderGoodsID, Type: order.ClaimType(in.Type),
		Received: in.LogisticsStatus == 1, Qty: in.Number, Amount: amount, Reason: in.Reason, Remark: in.Remark, Pictures: in.Pic})
	return empty(err)
}

// product reads an amount in yuan that a client multiplied in floating point
// ("9.990000000000002") and rounds it to the fen; nil for none. The server
// knows the amount itself and only compares.
func product(text string) (*mall.Money, error) {
	if text == "" {
		return nil, nil
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || len(text) > 32 || !(f >= 0 && f <= float64(mall.MaxMoney)/100) {
		return nil, mall.ErrInvalid.With("amount")
	}
	m := mall.Money(math.Round(f * 100))
	return &m, nil
}

type refundLineIn struct {
	orderIDIn
	OrderGoodsID mall.ID `in:"orderGoodsId"`
}

// refundStates are the numbers that clients know; the second one says whether
// the buyer is to send goods back (1) or has done so (2).
var refundStates = map[order.ClaimState]struct {
	status int
	text   string
}{
	order.Applied:   {0, "待处理"},
	order.Withdrawn: {1, "已撤销"},
	order.Refused:   {2, "已拒绝"},
	order.Accepted:  {3, "处理中"},
	order.Back:      {3, "处理中"},
	order.Refunding: {3, "退款中"},
	order.Closed:    {4, "已完成"},
}

var (
	refundTypes     = map[order.ClaimType]string{order.RefundOnly: "我要退款(无需退货)", order.ReturnRefund: "我要退货退款", order.Exchange: "我要换货"}
	refundLogistics = map[bool]string{false: "未收到货", true: "已收到货"}
)

type refundOut struct {
	BaseInfo refundInfo  `json:"baseInfo"`
	Pics     []refundPic `json:"pics,omitempty"`
}

type refundPic struct {
	Pic string `json:"pic"`
}

type refundInfo struct {
	ID                 mall.ID `json:"id"`
	OrderID            mall.ID `json:"orderId"`
	OrderGoodsID       mall.ID `json:"orderGoodsId"`
	Number             int64   `json:"number"`
	Amount             yuan    `json:"amount"`
	Status             int     `json:"status"`
	StatusStr          string  `json:"statusStr"`
	Status2            int     `json:"status2"`
	Type               int     `json:"type"`
	TypeStr            string  `json:"typeStr"`
	LogisticsStatus    int     `json:"logisticsStatus"`
	LogisticsStatusStr string  `json:"logisticsStatusStr"`
	LogisticsContent   string  `json:"logisticsContent,omitempty"`
	Reason             string  `json:"reason"`
	Remark             string  `json:"remark"`
	RemarkShop         string  `json:"remarkShop,omitempty"`
	UID                mall.ID `json:"uid"`
	UserID             mall.ID `json:"userId"`
	DateAdd            stamp   `json:"dateAdd"`
	DateUpdate         stamp   `json:"dateUpdate"`
}

func (a *api) refundOf(c order.Claim) refundOut {
	state := refundStates[c.State]
	out := refundOut{BaseInfo: refundInfo{ID: c.ID, OrderID: c.Order, OrderGoodsID: c.Line, Number: c.Qty, Amount: yuan(c.Amount),
		Status: state.status, StatusStr: state.text, Type: int(c.Type), TypeStr: refundTypes[c.Type],
		LogisticsStatus: b2i(c.Received), LogisticsStatusStr: refundLogistics[c.Received], Reason: c.Reason, Remark: c.Remark, RemarkShop: c.Answer,
		UID: c.Buyer, UserID: a.cfg.MerchantID, DateAdd: a.at(c.Added), DateUpdate: a.at(c.Updated)}}
	if c.Type != order.RefundOnly && state.status >= 3 {
		out.BaseInfo.Status2 = 1
		if c.BackTo.Tracking != "" || c.State != order.Accepted {
			out.BaseInfo.Status2 = 2
		}
		text, err := json.Marshal(c.BackTo)
		if err == nil {
			out.BaseInfo.LogisticsContent = string(text)
		}
	}
	out.Pics = make([]refundPic, 0, len(c.Pictures))
	for _, p := range c.Pictures {
		out.Pics = append(out.Pics, refundPic{p})
	}
	return out
}

// refundApplyDetail lists the claims of an order, or of one of its lines,
// newest first.
func (a *api) refundApplyDetail(ctx context.Context, who mall.Actor, in refundLineIn) ([]refundOut, error) {
	claims, err := a.Orders.ClaimsOf(ctx, who, in.ref())
	if err != nil {
		return nil, err
	}
	if in.OrderGoodsID != 0 {
		mine := claims[:0]
		for _, c := range claims {
			if c.Line == in.OrderGoodsID || c.Line == 0 {
				mine = append(mine, c)
			}
		}
		claims = mine
	}
	return listed(claims, a.refundOf)
}

func (a *api) orderRefunds(ctx context.Context, who mall.Actor, in orderIDIn) ([]refundOut, error) {
	return a.refundApplyDetail(ctx, who, refundLineIn{orderIDIn: in})
}

// refundApplyCancel withdraws the open claim of the order or of the line.
func (a *api) refundApplyCancel(ctx context.Context, who mall.Actor, in refundLineIn) (any, error) {
	claims, err := a.Orders.ClaimsOf(ctx, who, in.ref())
	if err != nil {
		return nil, err
	}
	for _, c := range claims {
		if !c.State.Ended() && (in.OrderGoodsID == 0 || c.Line == in.OrderGoodsID) {
			return empty(a.Orders.Withdraw(ctx, who, c.ID))
		}
	}
	return nil, order.ErrClaimNone
}

type refundBackIn struct {
	orderIDIn
	ApplyID        mall.ID `in:"applyId,required"`
	ShipperName    string  `in:"shipperName,required"`
	TrackingNumber string  `in:"trackingNumber,required"`
}

func (a *api) refundApplySetBackLogistics(ctx context.Context, who mall.Actor, in refundBackIn) (any, error) {
	return empty(a.Orders.SendBack(ctx, who, in.ApplyID, in.ShipperName, in.TrackingNumber))
}

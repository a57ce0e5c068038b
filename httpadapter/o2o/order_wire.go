package o2o

import (
	"context"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/order"
)

// status is one of the document's states as a filter.
type status struct {
	phases   []order.Phase
	claiming *bool
}

// Numbers of order states.
const (
	unpaid    = 1
	cancelled = 2
	closed    = 3
	paid      = 4
	refunding = 5
	refunded  = 6
	finished  = 7
)

var (
	yes, no  = true, false
	goingOn  = []order.Phase{order.PhaseWaiting, order.PhasePaid, order.PhasePreparing, order.PhasePart, order.PhaseShipped}
	received = []order.Phase{order.PhaseReceived, order.PhaseReviewed}
)

// statuses are the document's states by number. An order that is past its time
// is closed, whether the sweep has been at it or not.
var statuses = map[int64]status{
	unpaid:    {phases: []order.Phase{order.PhaseUnpaid}},
	cancelled: {phases: []order.Phase{order.PhaseCancelled}},
	closed:    {phases: []order.Phase{order.PhaseOverdue, order.PhaseExpired, order.PhaseInvalid}},
	paid:      {phases: goingOn, claiming: &no},
	refunding: {phases: slices.Concat(goingOn, received), claiming: &yes},
	refunded:  {phases: []order.Phase{order.PhaseRefunded}},
	finished:  {phases: received, claiming: &no},
}

// statusOf is the number of an order's state; the filters say the same.
func statusOf(o *order.Order, p order.Phase) int64 {
	for n, s := range statuses {
		if slices.Contains(s.phases, p) && (s.claiming == nil || *s.claiming == (o.OpenClaims > 0)) {
			return n
		}
	}
	return closed
}

// itemStatus are the numbers of redemption codes' states.
var itemStatus = map[order.CodeState]int{order.CodeUnused: 1, order.CodeUsed: 2, order.CodeVoid: 3}

type itemOut struct {
	ID         mall.ID `json:"id"`
	OrderID    mall.ID `json:"order_id"`
	VerifyCode string  `json:"verify_code"`
	Status     int     `json:"status"`
}

type orderOut struct {
	ID            mall.ID   `json:"id"`
	OperID        mall.ID   `json:"oper_id"`
	OrderNo       string    `json:"order_no"`
	UserID        mall.ID   `json:"user_id"`
	UserName      string    `json:"user_name"`
	NotifyMobile  string    `json:"notify_mobile"`
	MerchantID    mall.ID   `json:"merchant_id"`
	MerchantName  string    `json:"merchant_name"`
	GoodsID       mall.ID   `json:"goods_id"`
	GoodsName     string    `json:"goods_name"`
	GoodsPic      string    `json:"goods_pic"`
	GoodsThumbURL string    `json:"goods_thumb_url"`
	Price         price     `json:"price"`
	BuyNumber     int64     `json:"buy_number"`
	PayPrice      price     `json:"pay_price"`
	PayTime       *string   `json:"pay_time"`
	RefundPrice   price     `json:"refund_price"`
	RefundTime    *string   `json:"refund_time"`
	Status        int64     `json:"status"`
	Items         []itemOut `json:"items,omitempty"`
	IsOperSelf    int       `json:"isOperSelf"`
	CreatedAt     *string   `json:"created_at"`
}

// ordersOut are orders in wire form, with two statements whatever their number.
// They show the first line's goods; goods and prices are those of placing.
func (a *api) ordersOut(ctx context.Context, who mall.Actor, rows []order.Listed) ([]orderOut, error) {
	out := make([]orderOut, len(rows))
	if len(rows) == 0 {
		return out, nil
	}
	var ids []mall.ID
	for _, o := range rows {
		ids = append(ids, o.Shop)
	}
	shops, err := a.shops(ctx, ids)
	if err != nil {
		return nil, err
	}
	people, err := a.Auth.Profiles(ctx, []mall.ID{who.Account})
	if err != nil {
		return nil, err
	}
	for i, o := range rows {
		at := shops(o.Shop)
		out[i] = a.orderOut(o, people[o.Buyer])
		out[i].OperID, out[i].MerchantName = centreOf(at), at.Name
		out[i].IsOperSelf = b2i(centreOf(at) == who.Operator)
	}
	return out, nil
}

// orderOut is one order without its shop's part.
func (a *api) orderOut(o order.Listed, buyer auth.Profile) orderOut {
	l := &o.Lines[0]
	w := orderOut{
		ID: o.ID, OrderNo: o.Number, UserID: o.Buyer, UserName: o.Address.LinkMan, NotifyMobile: o.Address.Mobile,
		MerchantID: o.Shop, GoodsID: l.Goods, GoodsName: l.Name, GoodsPic: l.Picture, GoodsThumbURL: l.Picture,
		Price: price(l.PriceUnit), BuyNumber: o.Pieces(), PayPrice: price(o.Payable), PayTime: a.at(o.PaidAt), RefundPrice: price(o.Refunded),
		Status: statusOf(o.Order, a.Orders.PhaseOf(o.Order)), CreatedAt: a.at(o.Added),
	}
	if w.UserName == "" {
		w.UserName = nameOf(buyer.Nick, buyer.Mobile)
	}
	if w.NotifyMobile == "" {
		w.NotifyMobile = buyer.Mobile
	}
	if o.Refunded > 0 || o.Pay == order.Refunded {
		w.RefundTime = a.at(firstOf(o.Ended, o.Updated))
	}
	for _, c := range o.Codes {
		w.Items = append(w.Items, itemOut{c.ID, c.Order, c.Text, itemStatus[c.State]})
	}
	return w
}

// mask takes out what is the buyer's alone: whoever scanned a code may pay,
// and may not learn who the buyer is or fetch the goods.
func (w *orderOut) mask() {
	w.UserName, w.NotifyMobile = masked(w.NotifyMobile), masked(w.NotifyMobile)
	for i := range w.Items {
		w.Items[i].VerifyCode = "******"
	}
}

func firstOf(ts ...time.Time) time.Time {
	for _, t := range ts {
		if !t.IsZero() {
			return t
		}
	}
	return time.Time{}
}

package manager

import (
	"cmp"
	"context"
	"slices"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

// Values of order_status.
const (
	orderSubmitted = 1
	orderCancelled = 2
	orderInvalid   = 3
	orderClosed    = 4
	orderReturned  = 5
)

// shipping are the values of shiping_status.
var shipping = map[order.Fulfilment]int{order.Idle: 0, order.Waiting: 0, order.Preparing: 3, order.Part: 1, order.Shipped: 1, order.Received: 2}

// orderState is an order's state in the document's three numbers. An order is
// returned as soon as all of it was given back, though its money may still be
// on the way; one past its term is closed, though the sweep has not come by.
func (a *api) orderState(o *order.Order) (status, paid, shipped int) {
	if o.Pay != order.Unpaid {
		paid, shipped = 1, shipping[o.Ful]
	}
	switch a.Orders.PhaseOf(o) {
	case order.PhaseCancelled:
		return orderCancelled, paid, shipped
	case order.PhaseExpired, order.PhaseOverdue:
		return orderClosed, paid, shipped
	case order.PhaseInvalid:
		return orderInvalid, paid, shipped
	}
	if o.Returned() {
		return orderReturned, paid, shipped
	}
	return orderSubmitted, paid, shipped
}

// The refusals of an order by its state. The chapters give them different
// numbers: those of the status query, and those of cancelling and paying.
var (
	errStatusCancelled = mall.E(mall.State, "manager.status_cancelled", "order is cancelled")
	errStatusInvalid   = mall.E(mall.State, "manager.status_invalid", "order is invalid")
	errStatusClosed    = mall.E(mall.State, "manager.status_closed", "order is closed")
	errStatusUnpaid    = mall.E(mall.State, "manager.status_unpaid", "order is not paid yet")
	errPaid            = mall.E(mall.State, "manager.paid", "order is paid already")
)

// unpaid is why an order does not count as paid.
func (a *api) unpaid(o *order.Order) error {
	switch status, _, _ := a.orderState(o); status {
	case orderCancelled:
		return errStatusCancelled
	case orderInvalid:
		return errStatusInvalid
	case orderClosed:
		return errStatusClosed
	}
	return errStatusUnpaid
}

// ended is why an order cannot be cancelled any more, nil when it can.
func (a *api) ended(o *order.Order) error {
	if _, paid, _ := a.orderState(o); paid == 1 {
		return errPaid
	}
	if err := a.unpaid(o); err != errStatusUnpaid {
		return err
	}
	return nil
}

// endedNow is ended of the order as it is now, after it was refused for its state.
func (a *api) endedNow(ctx context.Context, who mall.Actor, o *order.Order, refusal error) error {
	now, err := a.Orders.Get(ctx, who, order.Ref{ID: o.ID})
	if err != nil {
		return err
	}
	return cmp.Or(a.ended(now), refusal)
}

type orderLineOut struct {
	OrderID     string `json:"order_id"`
	ProductID   string `json:"product_id"`
	ProductName string `json:"productName"`
	Description string `json:"description"`
	Price       yuan   `json:"price"`
	Quantity    int64  `json:"quantity"`
	ImageURL    string `json:"imageUrl"`
	Options     string `json:"options,omitempty"`
}

type orderOut struct {
	OrderID        string         `json:"order_id"`
	Unid           string         `json:"unid"`
	OrderStatus    int            `json:"order_status"`
	ShippingStatus int            `json:"shiping_status"`
	PayStatus      int            `json:"pay_status"`
	UserNickname   string         `json:"user_nickname"`
	UserPhone      string         `json:"user_phone"`
	Address        string         `json:"address"`
	CreateTime     string         `json:"create_time"`
	UpdateTime     string         `json:"update_time"`
	TotalFee       yuan           `json:"total_fee"`
	OrderDetail    []orderLineOut `json:"orderDetail"`
}

// orders prints orders with their lines, by two statements.
func (a *api) orders(ctx context.Context, os []*order.Order) ([]orderOut, error) {
	var buyers, goods []mall.ID
	for _, o := range os {
		buyers = append(buyers, o.Buyer)
		for i := range o.Lines {
			goods = append(goods, o.Lines[i].Goods)
		}
	}
	codes, err := a.Catalog.Codes(ctx, distinct(goods))
	if err != nil {
		return nil, err
	}
	people, err := a.Auth.Profiles(ctx, distinct(buyers))
	if err != nil {
		return nil, err
	}
	return listed(os, func(o *order.Order) orderOut {
		status, paid, shipped := a.orderState(o)
		buyer, at := people[o.Buyer], o.Address
		out := orderOut{OrderID: o.Number, Unid: buyer.PublicID, OrderStatus: status, ShippingStatus: shipped, PayStatus: paid,
			UserNickname: cmp.Or(buyer.Nick, at.LinkMan), UserPhone: cmp.Or(at.Mobile, buyer.Mobile),
			Address:    at.ProvinceName + at.CityName + at.DistrictName + at.StreetName + at.Detail,
			CreateTime: a.when(layoutDash, o.Added), UpdateTime: a.when(layoutDash, o.Updated), TotalFee: yuan(o.Payable)}
		out.OrderDetail = listed(o.Lines, func(l order.Line) orderLineOut {
			return orderLineOut{OrderID: o.Number, ProductID: codes[l.Goods], ProductName: l.Name, Description: l.Sub, Price: yuan(l.PriceUnit),
				Quantity: l.Qty, ImageURL: a.absolute(l.Picture), Options: l.Property}
		})
		return out
	}), nil
}

// distinct are the different ids in rising order.
func distinct(ids []mall.ID) []mall.ID {
	slices.Sort(ids)
	return slices.Compact(ids)
}

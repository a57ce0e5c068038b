package manager

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"strconv"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/order"
)

var (
	// errQuantity says that the quantity is no number.
	errQuantity = mall.E(mall.Invalid, "manager.quantity", "quantity is no number")
	// errNoProduct says that there is no such product.
	errNoProduct = mall.E(mall.NotFound, "manager.no_product", "no such product")
	// errNoOrderID says that the order's number is missing.
	errNoOrderID = mall.E(mall.Invalid, "manager.no_order_id", "order id is missing")
)

type preOrderIn struct {
	ProductID string `in:"product_id"`
	Quantity  string `in:"quantity"`
	Phone     string `in:"phone"`
	Address   string `in:"address"`
	// Beyond the document: the SKU of goods with options, "1:11,2:21", and a
	// word to the shop.
	Options string `in:"options"`
	Remark  string `in:"remark"`
}

type preOrderOut struct {
	envelope
	OrderID string `json:"order_id"`
}

// preOrder places an order, of one product when it is named, else of the
// selected lines of the cart. Goods of several shops become a parent, whose
// number is the answer. It is one handler under both documented paths.
func (a *api) preOrder(ctx context.Context, who mall.Actor, in preOrderIn) (*preOrderOut, error) {
	want := order.PlaceInput{Cart: &order.CartInput{}, Split: true, Remark: in.Remark}
	short := errNoStock.With("商品")
	if in.ProductID != "" {
		n, err := strconv.ParseInt(cmp.Or(in.Quantity, "1"), 10, 64)
		if err != nil || n < 1 {
			return nil, errQuantity
		}
		id, err := a.Catalog.FindCode(ctx, in.ProductID)
		if err != nil {
			return nil, told(err, catalog.ErrGone, errNoProduct)
		}
		g, err := a.Catalog.Get(ctx, id)
		if err != nil {
			return nil, told(err, catalog.ErrGone, errNoProduct)
		}
		short = errNoStock.With(g.Name)
		want.Cart, want.Lines = nil, []order.WantLine{{Goods: id, Options: in.Options, Qty: n}}
	}
	if err := a.deliverTo(ctx, who, in, &want); err != nil {
		return nil, err
	}
	o, err := a.Orders.Place(ctx, who, want)
	if err != nil {
		for _, t := range [][2]*mall.Error{{catalog.ErrGone, errNoProduct}, {catalog.ErrOffSale, errNotSold}, {stock.ErrShort, short}, {member.ErrNoLevel, errNoVIPLevel}} {
			err = told(err, t[0], t[1])
		}
		return nil, err
	}
	return &preOrderOut{done("订单提交成功"), o.Number}, nil
}

// deliverTo says where an order goes: to the address given, else to the
// buyer's default one; without any the buyer fetches it (自提), for the
// document knows no addresses, unless the shop insists on one.
func (a *api) deliverTo(ctx context.Context, who mall.Actor, in preOrderIn, want *order.PlaceInput) error {
	me, err := a.Auth.Get(ctx, who.Account)
	if err != nil {
		return err
	}
	want.Address = order.Address{LinkMan: cmp.Or(me.Nick, me.Username, "-"), Mobile: cmp.Or(in.Phone, me.Mobile), Detail: in.Address}
	if in.Address == "" {
		d, err := a.Addresses.Default(ctx, who)
		switch {
		case err == nil:
			want.Address = order.Address{LinkMan: d.LinkMan, Mobile: cmp.Or(in.Phone, d.Mobile), ProvinceID: d.ProvinceID, CityID: d.CityID,
				DistrictID: d.DistrictID, StreetID: d.StreetID, ProvinceName: d.ProvinceName, CityName: d.CityName,
				DistrictName: d.DistrictName, StreetName: d.StreetName, Detail: d.Address, Code: d.Code}
		case !errors.Is(err, mall.ErrNotFound):
			return err
		case !a.cfg.AddressRequired:
			want.Delivery = order.PickUp
		}
	}
	if len([]rune(in.Address)) > 500 || len(in.Phone) > 40 {
		return mall.ErrInvalid.With("address")
	}
	return nil
}

type orderIn struct {
	OrderID string `in:"order_id"`
}

// ref names the order.
func (in orderIn) ref() order.Ref { return order.Ref{Number: in.OrderID} }

// own is the caller's own order that a request names.
func (a *api) own(ctx context.Context, who mall.Actor, in orderIn) (*order.Order, error) {
	if in.OrderID == "" {
		return nil, errNoOrderID
	}
	o, err := a.Orders.GetOf(ctx, who.Account, in.ref())
	return o, told(err, order.ErrNoOrder, errAbsent)
}

// queryOrderStatus says whether an order is paid; clients poll it.
func (a *api) queryOrderStatus(ctx context.Context, who mall.Actor, in orderIn) (any, error) {
	o, err := a.own(ctx, who, in)
	if err != nil {
		return nil, err
	}
	if _, paid, _ := a.orderState(o); paid == 1 {
		return done("支付成功"), nil
	}
	return nil, a.unpaid(o)
}

type getOrderIn struct {
	orderIn
	// All asks for the orders of all buyers, beyond the document; it needs the
	// right to ship.
	All bool `in:"all"`
	window
}

type ordersOut struct {
	envelope
	Total int64      `json:"total"`
	Data  []orderOut `json:"data"`
}

type oneOrderOut struct {
	envelope
	Data orderOut `json:"data"`
}

// getOrder gives the caller's orders as an array, the newest first, or one of
// them as an object. Staff who may ship also see those of others.
func (a *api) getOrder(ctx context.Context, who mall.Actor, in getOrderIn) (any, error) {
	if in.OrderID != "" {
		return a.oneOrder(ctx, who, in.orderIn)
	}
	offset, limit, err := in.rows()
	if err != nil {
		return nil, err
	}
	f := order.Filter{Viewer: order.HideBuyer}
	if in.All {
		f.Viewer = order.HideMerchant
	}
	found, err := gather(offset, limit, func(p mall.Page) (mall.Slice[order.Listed], error) { return a.Orders.List(ctx, who, f, p) })
	if err != nil {
		return nil, err
	}
	os := make([]*order.Order, len(found.Items))
	for i, l := range found.Items {
		os[i] = l.Order
	}
	rows, err := a.orders(ctx, os)
	if err != nil {
		return nil, err
	}
	return &ordersOut{done("订单获取成功"), found.Total, rows}, nil
}

func (a *api) oneOrder(ctx context.Context, who mall.Actor, in orderIn) (*oneOrderOut, error) {
	o, err := a.Orders.Get(ctx, who, in.ref())
	if err != nil {
		return nil, told(err, order.ErrNoOrder, errAbsent)
	}
	parts, err := a.Orders.PartsOf(ctx, o)
	if err != nil {
		return nil, err
	}
	for _, part := range parts { // a parent is printed with the goods of all its orders
		o.Lines = slices.Concat(o.Lines, part.Lines)
	}
	rows, err := a.orders(ctx, []*order.Order{o})
	if err != nil {
		return nil, err
	}
	return &oneOrderOut{done("订单获取成功"), rows[0]}, nil
}

// delOrder hides the caller's order; a live unpaid one is cancelled first.
func (a *api) delOrder(ctx context.Context, who mall.Actor, in orderIn) (any, error) {
	o, err := a.own(ctx, who, in)
	if err != nil {
		return nil, err
	}
	if err := a.Orders.Delete(ctx, who, order.Ref{ID: o.ID}); err != nil {
		return nil, told(err, order.ErrNoOrder, errAbsent)
	}
	return done("删除成功"), nil
}

// cancelOrder ends an order that is not paid and gives its stock back.
func (a *api) cancelOrder(ctx context.Context, who mall.Actor, in orderIn) (any, error) {
	if in.OrderID == "" {
		return nil, errNoOrderID
	}
	o, err := a.Orders.Get(ctx, who, in.ref())
	if err != nil {
		return nil, told(err, order.ErrNoOrder, errAbsent)
	}
	if err := a.ended(o); err != nil {
		return nil, err
	}
	err = a.Orders.Cancel(ctx, who, order.Ref{ID: o.ID}, "")
	switch {
	case errors.Is(err, order.ErrPaidMeanwhile):
		return nil, errPaid
	case errors.Is(err, order.ErrState):
		return nil, a.endedNow(ctx, who, o, err)
	case err != nil:
		return nil, err
	}
	return done("取消成功"), nil
}

// returnOrder gives a paid order back; the money goes where it came from.
func (a *api) returnOrder(ctx context.Context, who mall.Actor, in orderIn) (any, error) {
	if in.OrderID == "" {
		return nil, errNoOrderID
	}
	if err := a.Orders.Return(ctx, who, in.ref(), ""); err != nil {
		return nil, told(err, order.ErrNoOrder, errAbsent)
	}
	return done("退货成功"), nil
}

// receiveOrder is the buyer's word that everything arrived.
func (a *api) receiveOrder(ctx context.Context, who mall.Actor, in orderIn) (any, error) {
	if in.OrderID == "" {
		return nil, errNoOrderID
	}
	if err := a.Orders.Receive(ctx, who, in.ref()); err != nil {
		return nil, told(err, order.ErrNoOrder, errAbsent)
	}
	return nil, nil
}

type shipIn struct {
	OrderID string `in:"order_id,required"`
	Action  int    `in:"action,required"`
	// Beyond the document: the parcel, for shops that have one.
	Carrier  string `in:"shipper_name"`
	Tracking string `in:"tracking_number"`
}

// ship moves a paid order on: 3 made ready, 1 sent, 2 received. Orders of
// other faces are found by their number too, or by their id.
func (a *api) ship(ctx context.Context, who mall.Actor, in shipIn) (any, error) {
	step := order.ShipInput{Action: order.ShipAction(in.Action), Name: in.Carrier, Tracking: in.Tracking}
	err := a.Orders.Ship(ctx, who, order.Ref{Number: in.OrderID}, step)
	if n, bad := strconv.ParseInt(in.OrderID, 10, 64); bad == nil && n > 0 && errors.Is(err, order.ErrNoOrder) {
		err = a.Orders.Ship(ctx, who, order.Ref{ID: mall.ID(n)}, step)
	}
	return nil, err
}

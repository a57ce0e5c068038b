package o2o

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/order"
)

// payer lets accounts in, and sessions of a scene (see wechat.Scenes), which
// have no account but may see and pay one order.
func payer(who mall.Actor) error {
	if _, _, ok := wechat.ReadPayScope(who.Scope); ok || who.Account != 0 {
		return nil
	}
	return mall.ErrUnauthenticated
}

// actFor is the actor that asks for an order: the account itself, or, for the
// order of a scene, the account whose order it is; narrowed says which. Every
// other order is none of a narrowed session's business.
func actFor(who mall.Actor, number string) (_ mall.Actor, narrowed bool, _ error) {
	account, only, ok := wechat.ReadPayScope(who.Scope)
	switch {
	case !ok:
		return who, false, nil
	case only != number:
		return who, true, mall.ErrUnauthenticated
	}
	who.Account = account
	return who, true, nil
}

type ordersIn struct {
	pageIn
	Status *int64 `in:"status"`
}

// orders lists the actor's own orders, newest first.
func (a *api) orders(ctx context.Context, who mall.Actor, in ordersIn) (*listed[orderOut], error) {
	f := order.Filter{Viewer: order.HideBuyer}
	if in.Status != nil {
		s, ok := statuses[*in.Status]
		if !ok {
			return nil, mall.ErrInvalid.With("status")
		}
		f.Phases, f.Claiming = s.phases, s.claiming
	}
	list, err := a.Orders.List(ctx, who, f, in.window())
	if err != nil {
		return nil, err
	}
	rows, err := a.ordersOut(ctx, who, list.Items)
	if err != nil {
		return nil, err
	}
	return &listed[orderOut]{list.Total, rows}, nil
}

type orderNoIn struct {
	OrderNo string `in:"order_no,required"`
}

func (in orderNoIn) ref() order.Ref { return order.Ref{Number: in.OrderNo} }

// orderDetail shows an order to its buyer, and, without what is the buyer's
// alone, to whoever scanned its code.
func (a *api) orderDetail(ctx context.Context, who mall.Actor, in orderNoIn) (*orderOut, error) {
	act, narrowed, err := actFor(who, in.OrderNo)
	if err != nil {
		return nil, err
	}
	d, err := a.Orders.Detail(ctx, act, in.ref())
	if err != nil {
		return nil, err
	}
	rows, err := a.ordersOut(ctx, act, []order.Listed{d.Listed})
	if err != nil {
		return nil, err
	}
	if narrowed {
		rows[0].mask()
	}
	return &rows[0], nil
}

type buyIn struct {
	GoodsID      mall.ID `in:"goods_id,required"`
	Number       *int64  `in:"number"`
	NotifyMobile string  `in:"notify_mobile"`
}

type buyOut struct {
	OrderNo    string            `json:"order_no"`
	IsOperSelf *int              `json:"isOperSelf,omitempty"`
	SDKConfig  map[string]string `json:"sdk_config"`
}

// orderBuy places an order that is redeemed at the merchant. In the mini
// program of the merchant's own operating centre it is paid at once; else the
// client goes on to the bridge page.
func (a *api) orderBuy(ctx context.Context, who mall.Actor, in buyIn) (*buyOut, error) {
	qty := int64(1)
	if in.Number != nil {
		qty = *in.Number
	}
	if in.NotifyMobile != "" && !mobile.MatchString(in.NotifyMobile) {
		return nil, mall.ErrInvalid.With("notify_mobile")
	}
	acc, err := a.Auth.Get(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	contact := order.Address{LinkMan: nameOf(acc.Nick, acc.Mobile), Mobile: acc.Mobile}
	if in.NotifyMobile != "" {
		contact.Mobile = in.NotifyMobile
	}
	o, err := a.Orders.Place(ctx, who, order.PlaceInput{
		Lines: []order.WantLine{{Goods: in.GoodsID, Qty: qty}}, Address: contact,
		Delivery: order.PickUp, CanRedeem: true, Numbering: order.LetterO,
	})
	if err != nil {
		return nil, err
	}
	at, err := a.shops(ctx, []mall.ID{o.Shop})
	if err != nil {
		return nil, err
	}
	self := b2i(centreOf(at(o.Shop)) == who.Operator)
	out := &buyOut{OrderNo: o.Number, IsOperSelf: &self}
	if self == 1 && o.Pay == order.Unpaid {
		out.SDKConfig, err = a.open(ctx, who, o, false)
	}
	return out, err
}

// orderCancel ends an unpaid order.
func (a *api) orderCancel(ctx context.Context, who mall.Actor, in orderNoIn) (any, error) {
	return nil, a.Orders.Cancel(ctx, who, in.ref(), "")
}

type verificationIn struct {
	VerifyCode string  `in:"verify_code,required"`
	MerchantID mall.ID `in:"merchant_id"`
}

type verificationOut struct {
	OrderNo   string `json:"order_no"`
	GoodsName string `json:"goods_name"`
	BuyNumber int64  `json:"buy_number"`
	Status    int64  `json:"status"`
}

// verification redeems one code for the merchant. Codes are unique within a
// merchant only: who may redeem for several names it.
func (a *api) verification(ctx context.Context, who mall.Actor, in verificationIn) (*verificationOut, error) {
	who.Shop = in.MerchantID
	o, err := a.Orders.Redeem(ctx, who, in.VerifyCode)
	if err != nil {
		return nil, err
	}
	return &verificationOut{o.Number, o.Lines[0].Name, o.Pieces(), statusOf(o, a.Orders.PhaseOf(o))}, nil
}

type refundOut struct {
	ID        mall.ID `json:"id"`
	OrderID   mall.ID `json:"order_id"`
	OrderNo   string  `json:"order_no"`
	Amount    price   `json:"amount"`
	RefundID  string  `json:"refund_id"`
	Status    int     `json:"status"` // 1 on its way, 2 done
	CreatedAt *string `json:"created_at"`
	UpdatedAt *string `json:"updated_at"`
}

// orderRefund gives the money of a paid order back. Usually the gateway answers
// at once; else the refund is on its way.
func (a *api) orderRefund(ctx context.Context, who mall.Actor, in orderNoIn) (*refundOut, error) {
	c, r, err := a.Orders.RefundRest(ctx, who, in.ref(), order.RefundInput{Partly: a.cfg.RefundPartly})
	if err != nil {
		return nil, err
	}
	out := &refundOut{ID: c.ID, OrderID: c.Order, OrderNo: in.OrderNo, Amount: price(c.Amount), Status: 2, CreatedAt: a.at(c.Added), UpdatedAt: a.at(c.Updated)}
	if r != nil {
		out.ID, out.RefundID, out.CreatedAt = r.ID, r.Receipt, a.at(r.Created)
		if r.Done.IsZero() {
			out.Status = 1
		} else {
			out.UpdatedAt = a.at(r.Done)
		}
	}
	return out, nil
}

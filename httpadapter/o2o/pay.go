package o2o

import (
	"context"
	"maps"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment"
)

// orderPay starts the payment of an order in the mini program of its operating
// centre, for its buyer or for whoever scanned its code.
func (a *api) orderPay(ctx context.Context, who mall.Actor, in orderNoIn) (*buyOut, error) {
	act, narrowed, err := actFor(who, in.OrderNo)
	if err != nil {
		return nil, err
	}
	if err := a.Orders.Payable(ctx, act.Account, in.ref(), act.Operator); err != nil {
		return nil, err
	}
	o, err := a.Orders.GetOf(ctx, act.Account, in.ref())
	if err != nil {
		return nil, err
	}
	out := &buyOut{OrderNo: o.Number}
	out.SDKConfig, err = a.open(ctx, act, o, narrowed)
	return out, err
}

// open opens a payment, or answers the open one again, and gives what
// wx.requestPayment wants, the time in the document's spelling and in WeChat's.
// Who pays by a scene is a guest: the buyer's own payment stays open beside.
func (a *api) open(ctx context.Context, who mall.Actor, o *order.Order, guest bool) (map[string]string, error) {
	p, err := a.Payments.Open(ctx, who, payment.OpenInput{
		Action: &payment.Action{Purpose: payment.Order, Refs: []mall.ID{o.ID}}, Provider: a.cfg.Provider,
		Scene: payment.SceneJSAPI, AppID: who.AppID, OpenID: who.OpenID, Again: true, Guest: guest,
	})
	if err != nil {
		return nil, err
	}
	out := map[string]string{"appId": p.AppID}
	maps.Copy(out, p.Params)
	out["timestamp"] = out["timeStamp"]
	return out, nil
}

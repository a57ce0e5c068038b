package manager

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment"
)

// The refusals of this chapter by the order's state.
var (
	errPayWhat      = mall.E(mall.Invalid, "manager.pay_what", "order id is missing")
	errPayNoOrder   = mall.E(mall.NotFound, "manager.pay_no_order", "no such order")
	errPayClosed    = mall.E(mall.State, "manager.pay_closed", "order is closed")
	errPayCancelled = mall.E(mall.State, "manager.pay_cancelled", "order is cancelled")
	errPayInvalid   = mall.E(mall.State, "manager.pay_invalid", "order is invalid")
	// errMerchant says that the client's appid or mch_id is not the shop's.
	errMerchant = mall.E(mall.Invalid, "manager.merchant", "appid or mch_id is not the shop's")
)

type paymentIn struct {
	OrderID   string `in:"order_id"`
	AppID     string `in:"appid"`
	MchID     string `in:"mch_id"`
	TradeType string `in:"trade_type"`
	// OpenID of the payer, for JSAPI; without it, the one bound to the account.
	OpenID string `in:"openid"`
}

type paymentOut struct {
	envelope
	PrepayID  string            `json:"prepay_id"`
	TradeType string            `json:"trade_type"`
	CodeURL   string            `json:"code_url,omitempty"`
	PayParams map[string]string `json:"pay_params,omitempty"`
}

// scenes are the trade types; none is NATIVE.
var scenes = map[string]payment.Scene{
	"": payment.SceneNative, "NATIVE": payment.SceneNative, "JSAPI": payment.SceneJSAPI, "APP": payment.SceneApp,
}

// pay starts the payment of the caller's order at the provider. Calling it
// again for the same live order answers the same payment.
func (a *api) pay(ctx context.Context, who mall.Actor, in paymentIn) (*paymentOut, error) {
	if in.OrderID == "" {
		return nil, errPayWhat
	}
	scene, ok := scenes[in.TradeType]
	if !ok {
		return nil, mall.ErrInvalid.With("trade_type")
	}
	if differs(in.AppID, a.cfg.AppID) || differs(in.MchID, a.cfg.Merchant) {
		return nil, errMerchant
	}
	o, err := a.Orders.GetOf(ctx, who.Account, order.Ref{Number: in.OrderID})
	if err != nil {
		return nil, told(err, order.ErrNoOrder, errPayNoOrder)
	}
	if err := a.payable(o); err != nil {
		return nil, err
	}
	open := payment.OpenInput{Action: &payment.Action{Purpose: payment.Order, Refs: []mall.ID{o.ID}}, Provider: a.cfg.Provider,
		Scene: scene, AppID: a.cfg.AppID, OpenID: in.OpenID, Again: true}
	if scene == payment.SceneJSAPI && open.OpenID == "" {
		appid, openid, _, err := a.Auth.Binding(ctx, who.Account, auth.ProviderWXApp)
		if err != nil {
			return nil, err
		}
		if a.cfg.AppID == "" || appid == a.cfg.AppID {
			open.AppID, open.OpenID = appid, openid
		}
		if open.OpenID == "" {
			return nil, payment.ErrOpenID
		}
	}
	p, err := a.Payments.Open(ctx, who, open)
	if mall.KindOf(err) == mall.State { // paid, cancelled or expired in this moment
		return nil, a.payableNow(ctx, who, o, err)
	}
	if err != nil {
		return nil, err
	}
	return a.paymentOut(p), nil
}

// differs says whether a client's value is not the configured one; a shop that
// has none configured leaves it to the provider.
func differs(sent, configured string) bool {
	return sent != "" && configured != "" && sent != configured
}

// payable is why an order cannot be paid, nil when it can.
func (a *api) payable(o *order.Order) error {
	err := a.ended(o)
	switch {
	case errors.Is(err, errStatusCancelled):
		return errPayCancelled
	case errors.Is(err, errStatusInvalid):
		return errPayInvalid
	case errors.Is(err, errStatusClosed):
		return errPayClosed
	}
	return err
}

// payableNow is payable of the order as it is now.
func (a *api) payableNow(ctx context.Context, who mall.Actor, o *order.Order, refusal error) error {
	now, err := a.Orders.GetOf(ctx, who.Account, order.Ref{ID: o.ID})
	if err != nil {
		return err
	}
	if err := a.payable(now); err != nil {
		return err
	}
	return refusal
}

func (a *api) paymentOut(p *payment.Opened) *paymentOut {
	out := &paymentOut{envelope: done("OK"), PrepayID: p.Prepay, TradeType: string(p.Scene)}
	if p.Scene == payment.SceneNative {
		out.CodeURL = p.Params["code_url"]
		return out
	}
	out.PayParams = map[string]string{"appId": p.AppID}
	for name, value := range p.Params {
		out.PayParams[name] = value
	}
	return out
}

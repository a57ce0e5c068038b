package wxapi

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/payment"
)

// The names under which hosts configure their gateways, in Ports.Providers.
const (
	wxpayProvider      = "wxpay"      // WeChat Pay
	wxfwsProvider      = "wxfws"      // WeChat Pay, by a service provider (服务商)
	wxsphProvider      = "wxsph"      // WeChat Channels (视频号)
	fomoProvider       = "fomo"       // FOMO Pay, PayNow
	lcswProvider       = "lcsw"       // 扫呗
	wepayezProvider    = "wepayez"    // wepayez
	intelsalonProvider = "intelsalon" // 云美集付
	alipayProvider     = "alipay"     // Alipay
)

// payWay is one documented way to pay: who takes the money, how the payer meets
// the gateway, and what the payer's client gets to see.
type payWay struct {
	method, path, provider string
	scene                  payment.Scene
	show                   func(*payment.Opened) map[string]any
}

// payWays are all of them; a host that has a gateway of one of the names serves
// the ways of that name. Any other answers which one is missing.
var payWays = []payWay{
	{"wxpay", "/pay/wx/wxapp", wxpayProvider, payment.SceneJSAPI, wxParams},
	{"wxpayFOMO", "/pay/fomo/wxapp", fomoProvider, payment.SceneJSAPI, wxParams},
	{"payNow", "/pay/fomo/payNow", fomoProvider, payment.SceneNative, qrCode},
	{"fomoCheckout", "/pay/fomo/checkout", fomoProvider, payment.SceneH5, payPage},
	{"wxpayFWS", "/pay/wxfws/wxapp", wxfwsProvider, payment.SceneJSAPI, wxParams},
	{"wxpaySaobei", "/pay/lcsw/wxapp", lcswProvider, payment.SceneJSAPI, wxParams},
	{"wxpayWepayez", "/pay/wepayez/wxapp", wepayezProvider, payment.SceneJSAPI, wxParams},
	{"wxpayIntelsalon", "/pay/intelsalon/wxapp", intelsalonProvider, payment.SceneJSAPI, wxParams},
	{"alipay", "/pay/alipay/semiAutomatic/payurl", alipayProvider, payment.SceneH5, payPage},
	{"alipayQrcode", "/pay/alipay/gate/qrcode", alipayProvider, payment.SceneNative, alipayCode},

	// in the SDK only
	{"wxpayH5", "/pay/wx/h5", wxpayProvider, payment.SceneH5, payPage},
	{"wxpayJsapi", "/pay/wx/jsapi", wxpayProvider, payment.SceneJSAPI, wxParams},
	{"wxpayQrcode", "/pay/wx/qrcode", wxpayProvider, payment.SceneNative, qrCode},
	{"wxpayCode", "/pay/wx/paymentCode", wxpayProvider, payment.SceneCode, charged},
	{"wxpayApp", "/pay/wx/app", wxpayProvider, payment.SceneApp, charged},
	{"alipayMP", "/pay/alipay/gate/mp", alipayProvider, payment.SceneJSAPI, charged},
	{"alipayAPP", "/pay/alipay/gate/app", alipayProvider, payment.SceneApp, charged},
	{"alipayQrcode2", "/pay/alipay/gate/paymentCode", alipayProvider, payment.SceneCode, charged},
	{"alipayH5", "/pay/alipay/gate/h5", alipayProvider, payment.SceneH5, payPage},
	{"alipayPC", "/pay/alipay/gate/pc", alipayProvider, payment.ScenePage, payPage},
}

// payRoutes are the routes of all ways to pay.
func (a *api) payRoutes() []endpoint.Route {
	routes := make([]endpoint.Route, len(payWays))
	for i, w := range payWays {
		routes[i] = endpoint.POST(w.path, endpoint.Buyer, w.method, func(ctx context.Context, who mall.Actor, in payIn) (map[string]any, error) {
			return a.payBy(ctx, who, w, in)
		})
	}
	return routes
}

type payIn struct {
	Money      mall.Money `in:"money,required"`
	PayName    string     `in:"payName"`
	Remark     string     `in:"remark"`
	NextAction string     `in:"nextAction"`
	OpenID     string     `in:"openid"`
	Code       string     `in:"code"`     // payment code
	AuthCode   string     `in:"authCode"` // the same by the gateways' name
}

// payBy opens a payment and answers what its way shows. The balance takes its
// share where the shop lets it pay orders; then money may be the rest.
func (a *api) payBy(ctx context.Context, who mall.Actor, w payWay, in payIn) (map[string]any, error) {
	open := payment.OpenInput{ClientAmount: &in.Money, UseWallet: a.balancePays(ctx),
		OpenID: in.OpenID, Code: cmp.Or(in.Code, in.AuthCode), Title: in.PayName, Remark: in.Remark}
	err := a.payer(ctx, who, w, &open)
	if err != nil {
		return nil, err
	}
	if open.Action, err = a.action(ctx, who, in.NextAction, func() error { return a.Payments.Ready(ctx, who, open) }); err != nil {
		return nil, err
	}
	o, err := a.Payments.Open(ctx, who, open)
	if err != nil {
		return nil, err
	}
	return w.show(o), nil
}

// payer fills in who pays and how: for mini programs the openid of the request,
// the session or the binding. Alipay knows its own openids only.
func (a *api) payer(ctx context.Context, who mall.Actor, w payWay, in *payment.OpenInput) (err error) {
	in.Provider, in.Scene, in.AppID = w.provider, w.scene, who.AppID
	switch {
	case w.scene == payment.SceneCode && in.Code == "":
		return mall.ErrInvalid.With("code")
	case w.scene != payment.SceneJSAPI || in.OpenID != "":
	case w.provider == alipayProvider:
		return payment.ErrOpenID
	case who.OpenID != "":
		in.OpenID = who.OpenID
	default:
		in.AppID, in.OpenID, _, err = a.Auth.Binding(ctx, who.Account, auth.ProviderWXApp)
	}
	return err
}

type sphIn struct {
	OrderID mall.ID `in:"orderId,required"`
}

// wxSphGetpaymentparams pays an order of WeChat Channels whole.
func (a *api) wxSphGetpaymentparams(ctx context.Context, who mall.Actor, in sphIn) (map[string]any, error) {
	open := payment.OpenInput{Action: &payment.Action{Purpose: payment.Order, Refs: []mall.ID{in.OrderID}}}
	err := a.payer(ctx, who, payWay{provider: wxsphProvider, scene: payment.SceneJSAPI}, &open)
	if err != nil {
		return nil, err
	}
	o, err := a.Payments.Open(ctx, who, open)
	if err != nil {
		return nil, err
	}
	return wxParams(o), nil
}

// balancePays says whether orders may be paid from the balance.
func (a *api) balancePays(ctx context.Context) bool {
	return a.Site.Bool(ctx, "order_pay_user_balance", true)
}

// wxParams is what wx.requestPayment wants, by its names and those of version 2
// (prepayId, sign), with our number beside it.
func wxParams(o *payment.Opened) map[string]any {
	return with(map[string]any{"appid": o.AppID, "outTradeId": o.Number, "prepayId": o.Prepay, "sign": o.Params["paySign"]}, o.Params)
}

// charged is whatever the provider gives the payer's client: nothing for a
// payment code, whose status says whether it is paid already.
func charged(o *payment.Opened) map[string]any {
	out := map[string]any{"outTradeId": o.Number, "status": "CREATED"}
	if o.State == payment.StateSucceeded {
		out["status"] = "SUCCESS"
	}
	return with(out, o.Params)
}

// with is an answer and what the provider gives the payer's client.
func with(out map[string]any, params map[string]string) map[string]any {
	for name, value := range params {
		out[name] = value
	}
	return out
}

// invoice is what FOMO's answers tell beside the code or page.
func invoice(o *payment.Opened) map[string]any {
	out := charged(o)
	for name, value := range map[string]any{"orderNo": o.Number, "id": o.Prepay, "amount": o.Amount.String(), "currencyCode": "CNY", "subject": o.Title,
		"createdAt": o.Created.Unix()} {
		if _, told := out[name]; !told {
			out[name] = value
		}
	}
	return out
}

// qrCode is a text to show as a QR code.
func qrCode(o *payment.Opened) map[string]any {
	out := invoice(o)
	out["codeUrl"] = first(o, "codeUrl", "code_url", "qr_code")
	return out
}

// payPage is an address for the payer's browser.
func payPage(o *payment.Opened) map[string]any {
	out := invoice(o)
	out["url"] = first(o, "url", "h5_url", "pay_url")
	return out
}

// alipayCode is the answer of Alipay itself, as text.
func alipayCode(o *payment.Opened) map[string]any {
	var answer struct {
		Response struct {
			Code   string `json:"code"`
			Number string `json:"out_trade_no"`
			QRCode string `json:"qr_code"`
		} `json:"alipay_trade_precreate_response"`
	}
	r := &answer.Response
	r.Code, r.Number, r.QRCode = "10000", o.Number, first(o, "qr_code", "code_url")
	text, _ := json.Marshal(answer) // a struct of texts
	return map[string]any{"outTradeId": o.Number, "qrcode": string(text)}
}

// first is the first of a provider's parameters that is there.
func first(o *payment.Opened, names ...string) string {
	i := max(0, slices.IndexFunc(names, func(n string) bool { return o.Params[n] != "" }))
	return o.Params[names[i]]
}

package wxapi_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// recorder is a gateway that notes what it is asked to open.
type recorder struct {
	payment.Provider
	params map[string]string
	asked  []payment.Request
}

func (r *recorder) Create(_ context.Context, in payment.Request) (payment.Opening, error) {
	r.asked = append(r.asked, in)
	return payment.Opening{Outcome: payment.Waiting, Prepay: "PRE-" + in.Number, Params: r.params}, nil
}

// way is a way to pay and what its client reads.
type way struct {
	path, provider string
	scene          payment.Scene
	more           fields
	reads          []string
}

var ways = []way{
	{"pay/wx/wxapp", "wxpay", payment.SceneJSAPI, nil, []string{"timeStamp", "nonceStr", "package", "signType", "paySign", "outTradeId"}},
	{"pay/wx/jsapi", "wxpay", payment.SceneJSAPI, fields{"openid": "o2"}, []string{"timeStamp", "paySign", "outTradeId"}},
	{"pay/wx/h5", "wxpay", payment.SceneH5, nil, []string{"url", "outTradeId"}},
	{"pay/wx/qrcode", "wxpay", payment.SceneNative, nil, []string{"codeUrl", "outTradeId"}},
	{"pay/wx/paymentCode", "wxpay", payment.SceneCode, fields{"code": "130061098828009406"}, []string{"outTradeId", "status"}},
	{"pay/wx/paymentCode", "wxpay", payment.SceneCode, fields{"authCode": "130061098828009406"}, []string{"outTradeId"}},
	{"pay/wx/app", "wxpay", payment.SceneApp, nil, []string{"partnerid", "outTradeId"}},
	{"pay/fomo/wxapp", "fomo", payment.SceneJSAPI, nil, []string{"paySign"}},
	{"pay/fomo/payNow", "fomo", payment.SceneNative, nil, []string{"codeUrl", "outTradeId", "orderNo", "id", "amount", "currencyCode", "status", "createdAt"}},
	{"pay/fomo/checkout", "fomo", payment.SceneH5, nil, []string{"url", "outTradeId", "orderNo", "amount"}},
	{"pay/wxfws/wxapp", "wxfws", payment.SceneJSAPI, nil, []string{"timeStamp", "nonceStr", "prepayId", "sign"}},
	{"pay/lcsw/wxapp", "lcsw", payment.SceneJSAPI, nil, []string{"prepayId", "sign"}},
	{"pay/wepayez/wxapp", "wepayez", payment.SceneJSAPI, nil, []string{"prepayId", "sign"}},
	{"pay/intelsalon/wxapp", "intelsalon", payment.SceneJSAPI, nil, []string{"prepayId", "sign"}},
	{"pay/alipay/semiAutomatic/payurl", "alipay", payment.SceneH5, nil, []string{"url", "outTradeId"}},
	{"pay/alipay/gate/qrcode", "alipay", payment.SceneNative, nil, []string{"qrcode", "outTradeId"}},
	{"pay/alipay/gate/mp", "alipay", payment.SceneJSAPI, fields{"openid": "2088000000000001"}, []string{"tradeNO"}},
	{"pay/alipay/gate/app", "alipay", payment.SceneApp, nil, []string{"orderStr"}},
	{"pay/alipay/gate/paymentCode", "alipay", payment.SceneCode, fields{"code": "280061098828009406"}, []string{"status"}},
	{"pay/alipay/gate/h5", "alipay", payment.SceneH5, nil, []string{"url"}},
	{"pay/alipay/gate/pc", "alipay", payment.ScenePage, nil, []string{"url"}},
}

// fill is the fields of a request to pay a yuan in a way.
func (w way) fill() fields {
	f := fields{"token": "{token}", "money": "1", "payName": "充值"}
	for name, value := range w.more {
		f[name] = value
	}
	return f
}

func TestEveryWayReachesItsProvider(t *testing.T) {
	t.Parallel()
	gateways := map[string]*recorder{}
	for _, name := range []string{"wxpay", "fomo", "wxfws", "wxsph", "lcsw", "wepayez", "intelsalon", "alipay"} {
		gateways[name] = &recorder{params: map[string]string{"timeStamp": "1", "nonceStr": "n", "package": "prepay_id=1", "signType": "RSA", "paySign": "s", "partnerid": "p",
			"code_url": "weixin://1", "h5_url": "https://h5", "tradeNO": "t", "orderStr": "o"}}
	}
	k := apitest.New(t, storagetest.SQLite(t), func(p *httpadapter.Ports, _ *httpadapter.Config, _ *httpadapter.AdapterConfig) {
		p.Providers = map[string]payment.Provider{}
		for name, g := range gateways {
			p.Providers[name] = g
		}
	})
	k.Set("token", k.Register("anna"))
	var steps []apitest.Step
	for _, w := range ways {
		steps = append(steps, apitest.Step{Do: func(t testing.TB, k *apitest.Kit) {
			g := gateways[w.provider]
			before := len(g.asked)
			k.Run(apitest.Scenario{Name: w.path, Steps: []apitest.Step{{Verb: "POST", Path: w.path, Fields: w.fill(), Save: saved(w.reads)}}})
			require.Len(t, g.asked, before+1, w.path)
			asked := g.asked[before]
			require.Equal(t, []any{w.scene, "充值", 100}, []any{asked.Scene, asked.Title, int(asked.Amount)}, w.path)
			require.Equal(t, w.scene == payment.SceneCode, asked.Code != "", w.path)
		}})
	}
	k.Run(apitest.Scenario{Name: "ways", Steps: append(steps,
		apitest.Step{Verb: "POST", Path: "pay/wx/paymentCode", Fields: fields{"token": "{token}", "money": "1"}, Code: 300},
		apitest.Step{Verb: "POST", Path: "pay/alipay/gate/mp", Fields: fields{"token": "{token}", "money": "1"}, Code: 300},
		apitest.Step{Verb: "POST", Path: "pay/wxsph/getpaymentparams", Fields: fields{"token": "{token}", "orderId": "999"}, Code: 700},
	)})
	e := k.Call("POST", "pay/alipay/gate/qrcode", apitest.Fields{"token": k.Var("token"), "money": "1"})
	var answer map[string]struct {
		QRCode string `json:"qr_code"`
	}
	require.NoError(t, json.Unmarshal([]byte(e.Get("qrcode")), &answer))
	require.Equal(t, "weixin://1", answer["alipay_trade_precreate_response"].QRCode)
}

// saved asks for fields of an answer, each of which must be there.
func saved(names []string) map[string]string {
	out := map[string]string{}
	for _, n := range names {
		out["read_"+n] = n
	}
	return out
}

// TestWaysWithoutAGateway: the answer names what is missing, and nothing is written.
func TestWaysWithoutAGateway(t *testing.T) {
	t.Parallel()
	k := apitest.New(t, storagetest.SQLite(t), func(p *httpadapter.Ports, _ *httpadapter.Config, _ *httpadapter.AdapterConfig) { p.Providers = nil })
	token := k.Register("anna")
	k.Set("token", token)
	var steps []apitest.Step
	for _, w := range ways {
		steps = append(steps, apitest.Step{Verb: "POST", Path: w.path, Fields: w.fill(), Code: -2, Has: []string{"Providers[" + w.provider + "]"}})
	}
	k.Run(apitest.Scenario{Name: "ways", Steps: append(steps,
		apitest.Step{Verb: "POST", Path: "pay/wxsph/getpaymentparams", Fields: fields{"token": "{token}", "orderId": "1"}, Code: -2, Has: []string{"Providers[wxsph]"}},
		apitest.Step{Verb: "POST", Path: "user/payLogs", Fields: fields{"token": "{token}"}, Code: 700},
	)})
}

package apitest

import (
	"context"
	"net/url"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/cms/weather"
)

// Address is where a phone agrees to a login by QR code; nobody is there.
func (s *Sandbox) Address(state string) string {
	return "https://wechat.example/authorize?" + url.Values{"state": {state}}.Encode()
}

// Person takes codes of the form "sandbox:OPENID".
func (s *Sandbox) Person(ctx context.Context, code string) (auth.Registration, error) {
	openid, ok := strings.CutPrefix(code, "sandbox:")
	if mall.InTx(ctx) {
		panic("WeChat is called inside a transaction")
	}
	if !ok || openid == "" {
		return auth.Registration{}, wechat.ErrCode
	}
	return auth.Registration{Identity: &auth.Identity{Provider: wechat.ProviderWeb, AppID: AppID, OpenID: openid}, Nick: "微信用户"}, nil
}

// Report is sunny wherever it is asked for, but refused for the app "bad".
func (s *Sandbox) Report(ctx context.Context, a weather.Account, city string) (weather.Report, error) {
	if mall.InTx(ctx) {
		panic("the weather is asked for inside a transaction")
	}
	if a.AppID == "bad" {
		return weather.Report{}, weather.ErrRefused
	}
	if city == "" {
		city = "重庆"
	}
	return weather.Report{City: city, Wea: "晴", WeaImg: "qing", Tem: "21"}, nil
}

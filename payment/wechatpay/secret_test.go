package wechatpay_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/payment/wechatpay"
)

// TestSecretsDoNotPrint: neither keys nor payment codes get into what is
// printed, logged or answered as an error, whatever goes wrong.
func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	var said bytes.Buffer
	text, js := slog.New(slog.NewTextHandler(&said, nil)), slog.New(slog.NewJSONHandler(&said, nil))
	for _, v := range []any{b.config, &b.config, b.provider, struct{ P *wechatpay.Provider }{b.provider}, struct{ C wechatpay.Config }{b.config}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
			fmt.Fprintf(&said, verb+"\n", v)
		}
		text.Info("config", "value", v)
	}
	js.Info("config", "key", b.config.PrivateKey, "api", b.config.APIv3Key, "provider", b.provider)
	safe := b.config
	safe.HTTP, safe.Logger, safe.Now = nil, nil, nil
	_, err := json.Marshal(safe.APIv3Key)
	require.NoError(t, err)

	for i, f := range append([]paytest.Fault{paytest.BadAmount}, paytest.Faults...) {
		if f == paytest.Silence {
			continue
		}
		for _, op := range []paytest.Op{paytest.OpCreate, paytest.OpQuery, paytest.OpRefund, paytest.OpBill} {
			b.gateway.Fault(op, f)
		}
		for _, scene := range []payment.Scene{payment.SceneCode, payment.SceneJSAPI} {
			o, err := b.provider.Create(t.Context(), b.request(fmt.Sprintf("SECRET%d%s", i, scene), scene))
			fmt.Fprintln(&said, o.Code, o.Message, err)
		}
		_, err := b.provider.Bill(t.Context(), "2026-11-20", "")
		fmt.Fprintln(&said, err)
	}
	for _, o := range []paytest.Outcome{paytest.WrongKey, paytest.BadSignature} {
		b.gateway.Fault(paytest.OpCreate, paytest.None)
		b.pay("NOTICE"+string(o), o)
		_, err := b.parse(b.provider, b.last())
		fmt.Fprintln(&said, err)
	}
	for _, change := range []func(c *wechatpay.Config){
		func(c *wechatpay.Config) { c.PrivateKey = "X" + c.PrivateKey[200:] },
		func(c *wechatpay.Config) {
			c.PrivateKey = payment.Secret(strings.Replace(string(c.PrivateKey), "M", "N", 1))
		},
		func(c *wechatpay.Config) { c.APIv3Key += "x" },
	} {
		c := b.config
		change(&c)
		_, err := wechatpay.New(c)
		require.Error(t, err)
		fmt.Fprintln(&said, err)
	}
	all := said.String() + b.logged()
	require.Contains(t, b.logged(), "no answer that can be trusted")
	require.Contains(t, all, "[secret]")
	for _, secret := range []string{apiKey, fmt.Sprintf("%x", apiKey), fmt.Sprintf("%X", apiKey), string(b.config.PrivateKey)[40:90], "130061098828009406", "PRIVATE KEY-----\\n", "signature=\""} {
		require.NotContains(t, all, secret)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for name, change := range map[string]func(c *wechatpay.Config){
		"AppID":                     func(c *wechatpay.Config) { c.AppID = "" },
		"MerchantID":                func(c *wechatpay.Config) { c.MerchantID = "" },
		"Serial":                    func(c *wechatpay.Config) { c.Serial = "" },
		"PrivateKey":                func(c *wechatpay.Config) { c.PrivateKey = "" },
		"PrivateKey is not PEM":     func(c *wechatpay.Config) { c.PrivateKey = "MII" },
		"APIv3Key":                  func(c *wechatpay.Config) { c.APIv3Key = "" },
		"APIv3Key has not 32 bytes": func(c *wechatpay.Config) { c.APIv3Key = "short" },
		"NotifyURL":                 func(c *wechatpay.Config) { c.NotifyURL = "" },
		"NotifyURL is":              func(c *wechatpay.Config) { c.NotifyURL = "https://shop.example/notify?x=1" },
		"PublicKeyID and PublicKey": func(c *wechatpay.Config) { c.PublicKey = "" },
		"begin with PUB_KEY_ID_":    func(c *wechatpay.Config) { c.PublicKeyID = serial },
		"PublicKey is not PEM":      func(c *wechatpay.Config) { c.PublicKey = "x" },
		"certificate is not PEM":    func(c *wechatpay.Config) { c.Certificates = []string{"x"} },
		"BaseURL":                   func(c *wechatpay.Config) { c.BaseURL = "api.mch.weixin.qq.com" },
	} {
		c := b.config
		change(&c)
		_, err := wechatpay.New(c)
		require.ErrorContains(t, err, name)
	}
	_, err := wechatpay.New(b.config)
	require.NoError(t, err)
	require.Empty(t, b.seen, "the constructor calls nobody")
}

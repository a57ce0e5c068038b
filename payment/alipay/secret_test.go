package alipay_test

import (
	"bytes"
	"fmt"
	"log/slog"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/alipay"
	"github.com/gomall-dev/mall/payment/paytest"
)

// TestSecretsDoNotPrint: neither keys, payment codes, signatures nor addresses of
// bills get into what is printed, logged or answered as an error, whatever goes
// wrong, in either mode.
func TestSecretsDoNotPrint(t *testing.T) {
	t.Parallel()
	t.Run("public key", func(t *testing.T) { noSecrets(t, setup(t)) })
	t.Run("certificates", func(t *testing.T) {
		b, certs := rotating(t)
		require.NoError(t, certs.Rotate(start, time.Hour)) // so that one is to be downloaded
		noSecrets(t, b)
	})
}

func noSecrets(t *testing.T, b *bench) {
	ok, err := b.books.Save(t.Context(), paytest.Order{Protocol: "alipay", Number: "BILLED1", Merchant: sellerID, Amount: 1, State: paytest.Paid, Transaction: "2026", PaidAt: start.AddDate(0, 0, -2)})
	require.NoError(t, err)
	require.True(t, ok)
	var said bytes.Buffer
	text, js := slog.New(slog.NewTextHandler(&said, nil)), slog.New(slog.NewJSONHandler(&said, nil))
	for _, v := range []any{b.config, &b.config, b.provider, struct{ P *alipay.Provider }{b.provider}, struct{ C alipay.Config }{b.config}} {
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%X", "%d", "%T"} {
			fmt.Fprintf(&said, verb+"\n", v)
		}
		text.Info("config", "value", v)
	}
	js.Info("config", "key", b.config.PrivateKey, "provider", b.provider)
	for i, f := range append([]paytest.Fault{paytest.BadAmount}, paytest.Faults...) {
		if f == paytest.Silence {
			continue
		}
		for _, op := range []paytest.Op{paytest.OpCreate, paytest.OpQuery, paytest.OpRefund} {
			b.gateway.Fault(op, f)
		}
		for _, scene := range []payment.Scene{payment.SceneCode, payment.SceneJSAPI} {
			o, err := b.provider.Create(t.Context(), b.request(fmt.Sprintf("SECRET%d%s", i, scene), scene))
			fmt.Fprintln(&said, o.Code, o.Message, err)
		}
		_, err := b.provider.Refund(t.Context(), payment.RefundRequest{Number: "SECRET1", RefundNumber: "R1", Amount: 1, Total: 1})
		fmt.Fprintln(&said, err)
		b.gateway.Fault(paytest.OpCertificates, f)
		b.gateway.Fault(paytest.OpBillFile, f)
		b.pass(10 * time.Second)
		_, err = b.provider.Bill(t.Context(), "2026-11-19", "")
		fmt.Fprintln(&said, err)
	}
	for _, op := range []paytest.Op{paytest.OpCreate, paytest.OpCertificates} {
		b.gateway.Fault(op, paytest.None)
	}
	b.pass(10 * time.Second)
	for _, o := range []paytest.Outcome{paytest.WrongKey, paytest.BadSignature} {
		b.create("NOTICE_"+string(o), payment.SceneNative)
		b.pay("NOTICE_"+string(o), o)
		_, err := b.parse(b.last())
		fmt.Fprintln(&said, err)
	}
	for _, change := range []func(c *alipay.Config){
		func(c *alipay.Config) { c.PrivateKey = "X" + c.PrivateKey[200:] },
		func(c *alipay.Config) {
			c.PrivateKey = payment.Secret(strings.Replace(string(c.PrivateKey), "M", "N", 1))
		},
		func(c *alipay.Config) { c.AppCert = string(c.PrivateKey) },
	} {
		c := b.config
		change(&c)
		_, err := alipay.New(c)
		require.Error(t, err)
		fmt.Fprintln(&said, err)
	}
	b.gateway.Fault(paytest.OpBillFile, paytest.HangUp)
	_, err = b.provider.Bill(t.Context(), "2026-11-19", "")
	require.ErrorIs(t, err, payment.ErrBill, "its file hangs up")
	fmt.Fprintln(&said, err)
	b.server.Close()
	require.Equal(t, payment.Unknown, b.create("SECRET_DOWN", payment.SceneCode).Outcome)
	all := said.String() + b.logged()
	require.Contains(t, b.logged(), "no answer that can be trusted")
	require.Contains(t, all, "[secret]")
	for _, secret := range []string{string(b.config.PrivateKey)[40:90], fmt.Sprintf("%x", string(b.config.PrivateKey)[40:60]), "286061098828009406", "sign=", "fileId=", "%22auth_code", url.QueryEscape(buyerID)} {
		require.NotContains(t, all, secret)
	}
}

func TestConfig(t *testing.T) {
	t.Parallel()
	b := setup(t)
	_, own := appKey()
	for name, change := range map[string]func(c *alipay.Config){
		"AppID":                         func(c *alipay.Config) { c.AppID = "" },
		"SellerID":                      func(c *alipay.Config) { c.SellerID = "" },
		"PrivateKey is missing":         func(c *alipay.Config) { c.PrivateKey = "" },
		"PrivateKey is no RSA key":      func(c *alipay.Config) { c.PrivateKey = "?" },
		"AlipayPublicKey is missing":    func(c *alipay.Config) { c.AlipayPublicKey = "" },
		"AlipayPublicKey is no RSA key": func(c *alipay.Config) { c.AlipayPublicKey = "MII" },
		"AlipayPublicKey is the app's":  func(c *alipay.Config) { c.AlipayPublicKey = own },
		"NotifyURL is missing":          func(c *alipay.Config) { c.NotifyURL = "" },
		"NotifyURL is no absolute URL":  func(c *alipay.Config) { c.NotifyURL = "shop.example/notify" },
		"ReturnURL is no absolute URL":  func(c *alipay.Config) { c.ReturnURL = "/back" },
		"BaseURL is no absolute URL":    func(c *alipay.Config) { c.BaseURL = "openapi.alipay.com" },
		"BaseURL has a query":           func(c *alipay.Config) { c.BaseURL += "?charset=gbk" },
	} {
		c := b.config
		change(&c)
		_, err := alipay.New(c)
		require.ErrorContains(t, err, name)
	}
	c := b.config
	c.PrivateKey = "-----BEGIN PRIVATE KEY-----\n" + c.PrivateKey + "\n-----END PRIVATE KEY-----\n"
	_, err := alipay.New(c)
	require.NoError(t, err, "PEM is taken as well")
}

package main

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment/paytest"
)

// app makes the settings of Alipay, the key in a file, and the app's public key.
func app(t *testing.T, keys *paytest.AlipayKeys) (settings map[string]string, public, private string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	private = base64.StdEncoding.EncodeToString(der)
	file := filepath.Join(t.TempDir(), "app.txt")
	require.NoError(t, os.WriteFile(file, []byte(private+"\n"), 0o600))
	der, err = x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	return map[string]string{"APPID": "2021000122671080", "SELLER_ID": "2088102122524333", "KEY_FILE": file, "PUBLIC_KEY": keys.PublicKey()},
		base64.StdEncoding.EncodeToString(der), private
}

func alipayEnviron(settings map[string]string) (list []string) {
	for name, value := range settings {
		list = append(list, alipayPrefix+name+"="+value)
	}
	return list
}

func TestAlipaySettings(t *testing.T) {
	t.Parallel()
	keys, err := paytest.NewAlipayKeys()
	require.NoError(t, err)
	good, own, private := app(t, keys)
	real := []string{"-sandbox=false", "-public", "https://shop.example"}
	o, err := parse(real, alipayEnviron(good), io.Discard)
	require.NoError(t, err)
	require.Equal(t, "https://shop.example/notify/alipay", o.alipay.NotifyURL)
	require.Nil(t, o.wxpay)
	certs, err := paytest.NewAlipayCerts(good["SELLER_ID"], time.Now())
	require.NoError(t, err)
	certified := maps.Clone(good)
	delete(certified, "PUBLIC_KEY")
	certified["APP_CERT"], err = certs.App(good["APPID"], own, time.Now())
	require.NoError(t, err)
	certified["ROOT_CERT_FILE"] = filepath.Join(t.TempDir(), "alipayRootCert.crt")
	require.NoError(t, os.WriteFile(certified["ROOT_CERT_FILE"], []byte(certs.Roots()), 0o600))
	_, certified["CERT"] = certs.Certificate()
	_, err = parse(real, alipayEnviron(certified), io.Discard)
	require.NoError(t, err)
	delete(certified, "CERT")
	_, err = parse(real, alipayEnviron(certified), io.Discard)
	require.ErrorContains(t, err, "belong together")
	for want, change := range map[string]func(s map[string]string){
		"MALL_ALIPAY_APPID is missing":                                  func(s map[string]string) { delete(s, "APPID") },
		"MALL_ALIPAY_SELLER_ID is missing":                              func(s map[string]string) { delete(s, "SELLER_ID") },
		"MALL_ALIPAY_KEY or MALL_ALIPAY_KEY_FILE is missing":            func(s map[string]string) { delete(s, "KEY_FILE") },
		"MALL_ALIPAY_KEY_FILE: open":                                    func(s map[string]string) { s["KEY_FILE"] = "/nowhere" },
		"MALL_ALIPAY_KEY and MALL_ALIPAY_KEY_FILE are both set":         func(s map[string]string) { s["KEY"] = "x" },
		"MALL_ALIPAY_PUBLIC_KEY or MALL_ALIPAY_PUBLIC_KEY_FILE is miss": func(s map[string]string) { delete(s, "PUBLIC_KEY") },
		"AlipayPublicKey is the app's own key":                          func(s map[string]string) { s["PUBLIC_KEY"] = own },
		"there is no setting MALL_ALIPAY_SECRET":                        func(s map[string]string) { s["SECRET"] = "x" },
	} {
		s := maps.Clone(good)
		change(s)
		_, err := parse(real, alipayEnviron(s), io.Discard)
		require.ErrorIs(t, err, errUsage)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), private[:60])
	}
	_, err = parse(real[:1], alipayEnviron(good), io.Discard)
	require.ErrorContains(t, err, "MALL_ALIPAY_NOTIFY_URL (or -public) is missing")
	_, err = parse(nil, alipayEnviron(good), io.Discard)
	require.ErrorContains(t, err, "together with -sandbox=true")
}

// TestAlipayNotifications: the host with both real providers answers each in its
// form.
func TestAlipayNotifications(t *testing.T) {
	t.Parallel()
	keys, err := paytest.NewAlipayKeys()
	require.NoError(t, err)
	settings, public, _ := app(t, keys)
	books, said := paytest.NewBooks(), &answers{}
	gateway, err := paytest.NewGateway(books, paytest.Config{HTTP: &http.Client{Transport: said},
		Alipay: &paytest.Alipay{AppID: settings["APPID"], SellerID: settings["SELLER_ID"], PublicKey: public, Keys: keys}})
	require.NoError(t, err)
	platform := httptest.NewServer(gateway)
	defer platform.Close()
	settings["BASE_URL"] = platform.URL + "/gateway.do"
	wechat, _ := merchant(t)
	h := launchWith(t, append(alipayEnviron(settings), environ(wechat)...),
		"-db", filepath.Join(t.TempDir(), "mall.db"), "-demo=false", "-sandbox=false", "-public", "https://shop.example")

	ok, err := books.Save(t.Context(), paytest.Order{Protocol: "alipay", Number: "NOBODYS1", Prepay: "2026", Merchant: settings["SELLER_ID"], AppID: settings["APPID"], Amount: 1,
		State: paytest.Open, Due: time.Now().Add(time.Hour), NotifyURL: h.base + "/notify/alipay"})
	require.NoError(t, err)
	require.True(t, ok)
	for _, o := range []paytest.Outcome{paytest.BadSignature, paytest.Stale, paytest.WrongKey, paytest.Pays} {
		_, err := gateway.Pay(t.Context(), "NOBODYS1", o)
		require.NoError(t, err)
	}
	require.Equal(t, []string{"fail", "fail", "fail", "fail"}, said.body, "forged, and genuine about nothing of ours")
	res, err := http.Post(h.base+"/notify/wxpay", "text/plain", nil)
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.True(t, strings.Contains(string(body), `"code":"FAIL"`), "WeChat Pay is there as well: %s", body)
	require.Zero(t, h.stop())
}

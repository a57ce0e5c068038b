package main

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/httpadapter/manager"
	"github.com/gomall-dev/mall/payment/paytest"
)

// merchant makes the settings of WeChat Pay, and the public key of the merchant.
func merchant(t *testing.T) (settings map[string]string, public string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKCS8PrivateKey(key)
	require.NoError(t, err)
	file := filepath.Join(t.TempDir(), "apiclient_key.pem")
	require.NoError(t, os.WriteFile(file, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}), 0o600))
	der, err = x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	return map[string]string{"APPID": "wx8888888888888888", "MCHID": "1900009191", "SERIAL": "3775B6A4", "KEY_FILE": file,
		"APIV3_KEY": "0123456789abcdef0123456789ABCDEF"}, string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der}))
}

func environ(settings map[string]string) (list []string) {
	for name, value := range settings {
		list = append(list, wxpayPrefix+name+"="+value)
	}
	return list
}

func TestWxpaySettings(t *testing.T) {
	t.Parallel()
	settings, _ := merchant(t)
	real := []string{"-sandbox=false", "-public", "https://shop.example"}
	o, err := parse(real, environ(settings), io.Discard)
	require.NoError(t, err)
	require.Equal(t, "https://shop.example/notify/wxpay", o.wxpay.NotifyURL)
	require.Equal(t, manager.Config{AppID: settings["APPID"], Merchant: settings["MCHID"]}, o.managerConfig(), "what clients send is compared")
	for want, change := range map[string]func(){
		"MALL_WXPAY_APPID is missing":                         func() { delete(settings, "APPID") },
		"MALL_WXPAY_MCHID is missing":                         func() { delete(settings, "MCHID") },
		"MALL_WXPAY_SERIAL is missing":                        func() { delete(settings, "SERIAL") },
		"MALL_WXPAY_KEY or MALL_WXPAY_KEY_FILE is missing":    func() { delete(settings, "KEY_FILE") },
		"MALL_WXPAY_KEY_FILE: open":                           func() { settings["KEY_FILE"] = "/nowhere" },
		"MALL_WXPAY_KEY and MALL_WXPAY_KEY_FILE are both set": func() { settings["KEY"] = "x" },
		"MALL_WXPAY_APIV3_KEY is missing":                     func() { delete(settings, "APIV3_KEY") },
		"APIv3Key has not 32 bytes":                           func() { settings["APIV3_KEY"] = "short" },
		"MALL_WXPAY_PUBLIC_KEY is missing":                    func() { settings["PUBLIC_KEY_ID"] = "PUB_KEY_ID_1" },
		"MALL_WXPAY_PUBLIC_KEY_ID is missing":                 func() { settings["PUBLIC_KEY"] = "x" },
		"MALL_WXPAY_SUB_MCHID is missing":                     func() { settings["PARTNER"] = "1" },
		"there is no setting MALL_WXPAY_APIKEY":               func() { settings["APIKEY"] = "x" },
	} {
		before := environ(settings)
		saved := map[string]string{}
		for k, v := range settings {
			saved[k] = v
		}
		change()
		_, err := parse(real, environ(settings), io.Discard)
		require.ErrorIs(t, err, errUsage)
		require.ErrorContains(t, err, want)
		require.NotContains(t, err.Error(), saved["APIV3_KEY"])
		settings = saved
		require.ElementsMatch(t, before, environ(settings))
	}
	_, err = parse(real[:1], environ(settings), io.Discard)
	require.ErrorContains(t, err, "MALL_WXPAY_NOTIFY_URL (or -public) is missing")
	_, err = parse(nil, environ(settings), io.Discard)
	require.ErrorContains(t, err, "together with -sandbox=true")
}

// answers keeps what the shop answers to notifications.
type answers struct{ status, body []string }

func (a *answers) RoundTrip(r *http.Request) (*http.Response, error) {
	res, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	a.status, a.body = append(a.status, res.Status), append(a.body, string(body))
	res.Body = io.NopCloser(bytes.NewReader(body))
	return res, err
}

// TestWxpayNotifications: the host with a real provider answers in WeChat Pay's form.
func TestWxpayNotifications(t *testing.T) {
	t.Parallel()
	settings, public := merchant(t)
	keys, err := paytest.NewPlatformKeys(time.Now())
	require.NoError(t, err)
	books, said := paytest.NewBooks(), &answers{}
	gateway, err := paytest.NewGateway(books, paytest.Config{HTTP: &http.Client{Transport: said}, WeChat: &paytest.WeChat{MerchantID: settings["MCHID"],
		AppIDs: []string{settings["APPID"]}, Serial: settings["SERIAL"], PublicKey: public, APIv3Key: settings["APIV3_KEY"], Keys: keys}})
	require.NoError(t, err)
	platform := httptest.NewServer(gateway)
	defer platform.Close()
	settings["BASE_URL"] = platform.URL
	settings["PUBLIC_KEY_ID"], settings["PUBLIC_KEY"] = keys.PublicKey()
	h := launchWith(t, environ(settings), "-db", filepath.Join(t.TempDir(), "mall.db"), "-demo=false", "-sandbox=false", "-public", "https://shop.example")

	ok, err := books.Save(t.Context(), paytest.Order{Protocol: "wechat", Number: "NOBODYS1", Merchant: settings["MCHID"], AppID: settings["APPID"], Amount: 1,
		Scene: "NATIVE", State: paytest.Open, Due: time.Now().Add(time.Hour), NotifyURL: h.base + "/notify/wxpay"})
	require.NoError(t, err)
	require.True(t, ok)
	for _, o := range []paytest.Outcome{paytest.BadSignature, paytest.Stale, paytest.WrongKey, paytest.Pays} {
		_, err := gateway.Pay(t.Context(), "NOBODYS1", o)
		require.NoError(t, err)
	}
	require.Len(t, said.status, 4)
	for i, body := range said.body {
		require.True(t, strings.HasPrefix(said.status[i], "500"), said.status[i])
		require.Contains(t, body, `"code":"FAIL"`)
	}
	require.Contains(t, said.body[3], "not_found", "genuine, and about nothing of ours")
	res, err := http.Post(h.base+"/notify/alipay", "text/plain", nil)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusNotFound, res.StatusCode)
	require.Zero(t, h.stop())
}

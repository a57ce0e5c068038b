package paytest_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment/paytest"
)

// TestStrangersAtAlipay: requests that are not the app's fail in the platform's
// form, each with what is wrong.
func TestStrangersAtAlipay(t *testing.T) {
	t.Parallel()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	keys, err := paytest.NewAlipayKeys()
	require.NoError(t, err)
	good := paytest.Alipay{AppID: "2021", SellerID: "2088", PublicKey: base64.StdEncoding.EncodeToString(der), Keys: keys}
	gateway, err := paytest.NewGateway(paytest.NewBooks(), paytest.Config{Alipay: &good})
	require.NoError(t, err)
	server := httptest.NewServer(gateway)
	t.Cleanup(server.Close)
	now := time.Now().UTC().Add(8 * time.Hour).Format(time.DateTime)
	for name, c := range map[string]struct {
		set             map[string]string
		node, code, sub string
	}{
		"no method":    {map[string]string{"method": ""}, "error_response", "40001", "isv.missing-method"},
		"no app":       {map[string]string{"app_id": ""}, "error_response", "40001", "isv.missing-app-id"},
		"no signature": {map[string]string{"sign": ""}, "error_response", "40001", "isv.missing-signature"},
		"app":          {map[string]string{"app_id": "1"}, "error_response", "40002", "isv.invalid-app-id"},
		"method":       {map[string]string{"method": "x"}, "error_response", "40002", "isv.invalid-method"},
		"type":         {map[string]string{"sign_type": "RSA"}, "alipay_trade_query_response", "40002", "isv.invalid-signature-type"},
		"charset":      {map[string]string{"charset": "gbk"}, "alipay_trade_query_response", "40002", "isv.invalid-charset"},
		"time":         {map[string]string{"timestamp": "2020-01-01 00:00:00"}, "alipay_trade_query_response", "40002", "isv.invalid-timestamp"},
		"wrong":        {nil, "alipay_trade_query_response", "40002", "isv.invalid-signature"},
	} {
		form := url.Values{"app_id": {"2021"}, "method": {"alipay.trade.query"}, "charset": {"utf-8"}, "sign_type": {"RSA2"}, "timestamp": {now}, "version": {"1.0"}, "sign": {"AAAA"}}
		for k, v := range c.set {
			form.Set(k, v)
		}
		res, err := http.PostForm(server.URL+"/gateway.do", form)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusOK, res.StatusCode, name)
		var said map[string]json.RawMessage
		require.NoError(t, json.Unmarshal(body, &said), name)
		var why struct {
			Code string `json:"code"`
			Sub  string `json:"sub_code"`
		}
		require.NoError(t, json.Unmarshal(said[c.node], &why), "%s: %s", name, body)
		require.Equal(t, []string{c.code, c.sub}, []string{why.Code, why.Sub}, name)
	}
	for want, change := range map[string]func(a *paytest.Alipay){
		"AppID": func(a *paytest.Alipay) { a.AppID = "" }, "SellerID": func(a *paytest.Alipay) { a.SellerID = "" },
		"Keys": func(a *paytest.Alipay) { a.Keys = nil }, "PublicKey": func(a *paytest.Alipay) { a.PublicKey = "x" },
	} {
		a := good
		change(&a)
		_, err := paytest.NewGateway(paytest.NewBooks(), paytest.Config{Alipay: &a})
		require.ErrorContains(t, err, want)
	}
}

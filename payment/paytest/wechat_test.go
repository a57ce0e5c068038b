package paytest_test

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment/paytest"
)

// platform is a simulated WeChat Pay whose merchant's key nobody has.
func platform(t *testing.T) (paytest.WeChat, *httptest.Server) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	require.NoError(t, err)
	der, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	require.NoError(t, err)
	keys, err := paytest.NewPlatformKeys(time.Now())
	require.NoError(t, err)
	w := paytest.WeChat{MerchantID: "1900009191", AppIDs: []string{"wx1"}, Serial: "AB12", PublicKey: string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: der})),
		APIv3Key: strings.Repeat("k", 32), Keys: keys}
	gateway, err := paytest.NewGateway(paytest.NewBooks(), paytest.Config{WeChat: &w})
	require.NoError(t, err)
	server := httptest.NewServer(gateway)
	t.Cleanup(server.Close)
	return w, server
}

// TestStrangersAtWeChat: requests that are not the merchant's fail in the
// platform's form, each with what is wrong.
func TestStrangersAtWeChat(t *testing.T) {
	t.Parallel()
	_, server := platform(t)
	now := time.Now().Unix()
	auth := func(change ...string) string {
		text := fmt.Sprintf(`WECHATPAY2-SHA256-RSA2048 mchid="1900009191",nonce_str="n",timestamp="%d",serial_no="AB12",signature="AAAA"`, now)
		return strings.NewReplacer(change...).Replace(text)
	}
	for name, c := range map[string]struct {
		auth, accept, kind string
		status             int
		code, says         string
	}{
		"no signature":   {"", "application/json", "application/json", 401, "SIGN_ERROR", "认证类型"},
		"another scheme": {"Bearer x", "application/json", "application/json", 401, "SIGN_ERROR", "认证类型"},
		"incomplete":     {auth(`,signature="AAAA"`, ""), "application/json", "application/json", 401, "SIGN_ERROR", "格式错误"},
		"merchant":       {auth("1900009191", "1"), "application/json", "application/json", 401, "SIGN_ERROR", "序列号"},
		"serial":         {auth("AB12", "00"), "application/json", "application/json", 401, "SIGN_ERROR", "序列号"},
		"old":            {auth(fmt.Sprint(now), fmt.Sprint(now-600)), "application/json", "application/json", 401, "SIGN_ERROR", "5分钟"},
		"wrong":          {auth(), "application/json", "application/json", 401, "SIGN_ERROR", "验签失败"},
		"no accept":      {auth(), "", "application/json", 400, "PARAM_ERROR", "Accept"},
		"content type":   {auth(), "application/json", "text/xml", 415, "PARAM_ERROR", "application/json"},
	} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, server.URL+"/v3/pay/transactions/native", strings.NewReader("{}"))
		require.NoError(t, err)
		req.Header.Set("Authorization", c.auth)
		req.Header.Set("Accept", c.accept)
		req.Header.Set("Content-Type", c.kind)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		var said struct{ Code, Message string }
		require.NoError(t, json.Unmarshal(body, &said), name)
		require.Equal(t, c.status, res.StatusCode, name)
		require.Equal(t, c.code, said.Code, name)
		require.Contains(t, said.Message, c.says, name)
		require.NotEmpty(t, res.Header.Get("Wechatpay-Signature"), "refusals are signed too")
	}
}

func TestWeChatConfig(t *testing.T) {
	t.Parallel()
	good, _ := platform(t)
	for want, change := range map[string]func(w *paytest.WeChat){
		"MerchantID": func(w *paytest.WeChat) { w.MerchantID = "" }, "AppIDs": func(w *paytest.WeChat) { w.AppIDs = nil },
		"Serial": func(w *paytest.WeChat) { w.Serial = "" }, "Keys": func(w *paytest.WeChat) { w.Keys = nil },
		"PublicKey": func(w *paytest.WeChat) { w.PublicKey = "x" }, "APIv3Key": func(w *paytest.WeChat) { w.APIv3Key = "x" },
	} {
		w := good
		change(&w)
		_, err := paytest.NewGateway(paytest.NewBooks(), paytest.Config{WeChat: &w})
		require.ErrorContains(t, err, want)
	}
	books := struct{ paytest.Books }{paytest.NewBooks()}
	_, err := paytest.NewGateway(books, paytest.Config{WeChat: &good})
	require.ErrorContains(t, err, "Ledger")
}

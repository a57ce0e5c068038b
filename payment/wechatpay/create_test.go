package wechatpay_test

import (
	"crypto"
	"crypto/rsa"
	"crypto/sha256"
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/payment/wechatpay"
)

// signedBy checks what the payer's client hands to WeChat.
func signedBy(t *testing.T, signature string, lines ...string) {
	t.Helper()
	_, public := merchantKey()
	block, _ := pem.Decode([]byte(public))
	key, err := x509.ParsePKIXPublicKey(block.Bytes)
	require.NoError(t, err)
	raw, err := base64.StdEncoding.DecodeString(signature)
	require.NoError(t, err)
	sum := sha256.Sum256([]byte(strings.Join(lines, "\n") + "\n"))
	require.NoError(t, rsa.VerifyPKCS1v15(key.(*rsa.PublicKey), crypto.SHA256, sum[:], raw))
}

func TestScenes(t *testing.T) {
	t.Parallel()
	for _, mode := range []string{"direct", "partner"} {
		t.Run(mode, func(t *testing.T) {
			t.Parallel()
			appid, merchant := appID, mchID
			b := setup(t, func(b *bench, c *wechatpay.Config, w *paytest.WeChat) {
				if mode == "partner" {
					partner(b, c, w)
					c.SubMerchantID, appid, merchant = subMchID, subAppID, subMchID
				}
			})
			create := func(number string, scene payment.Scene) payment.Opening {
				t.Helper()
				r := b.request(number, scene)
				r.AppID = appid
				o, err := b.provider.Create(t.Context(), r)
				require.NoError(t, err)
				require.Equal(t, payment.Waiting, o.Outcome, "%+v %s", o, b.logged())
				q, err := b.provider.Query(t.Context(), payment.Query{Number: number, AppID: appid, Scene: scene})
				require.NoError(t, err)
				require.Equal(t, []string{"waiting", appid, merchant}, []string{string(q.Outcome), q.AppID, q.Merchant})
				return o
			}
			o := create("NATIVE01", payment.SceneNative)
			require.True(t, strings.HasPrefix(o.Params["code_url"], "weixin://wxpay/bizpayurl?pr="))
			require.NotEmpty(t, o.Prepay)
			o = create("H5_00001", payment.SceneH5)
			require.True(t, strings.HasPrefix(o.Params["h5_url"], "https://wx.tenpay.com/"))
			require.NotEmpty(t, o.Prepay)
			o = create("JSAPI001", payment.SceneJSAPI)
			p := o.Params
			require.Equal(t, []string{appid, "prepay_id=" + o.Prepay, "RSA"}, []string{p["appId"], p["package"], p["signType"]})
			signedBy(t, p["paySign"], p["appId"], p["timeStamp"], p["nonceStr"], p["package"])
			o = create("APP00001", payment.SceneApp)
			p = o.Params
			require.Equal(t, []string{appid, merchant, o.Prepay, "Sign=WXPay"}, []string{p["appid"], p["partnerid"], p["prepayid"], p["package"]})
			signedBy(t, p["sign"], p["appid"], p["timestamp"], p["noncestr"], p["prepayid"])
		})
	}
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for name, c := range map[string]struct {
		change func(r *payment.Request)
		want   error
	}{
		"no openid":      {func(r *payment.Request) { r.OpenID = "" }, payment.ErrOpenID},
		"short number":   {func(r *payment.Request) { r.Number = "N1" }, mall.ErrInvalid},
		"number":         {func(r *payment.Request) { r.Number = "../../x" }, mall.ErrInvalid},
		"amount":         {func(r *payment.Request) { r.Amount = 0 }, mall.ErrInvalid},
		"scene":          {func(r *payment.Request) { r.Scene = "FACE" }, mall.ErrInvalid},
		"h5 no address":  {func(r *payment.Request) { r.Scene, r.Addr = payment.SceneH5, "" }, mall.ErrInvalid},
		"h5 bad address": {func(r *payment.Request) { r.Scene, r.Addr = payment.SceneH5, "localhost" }, mall.ErrInvalid},
		"no code":        {func(r *payment.Request) { r.Scene, r.Code = payment.SceneCode, "28" }, mall.ErrInvalid},
		"other merchant": {func(r *payment.Request) { r.Merchant = "1" }, mall.ErrNotConfigured},
		"other appid":    {func(r *payment.Request) { r.AppID = "wx1" }, mall.ErrNotConfigured},
	} {
		r := b.request("ORDER001", payment.SceneJSAPI)
		c.change(&r)
		_, err := b.provider.Create(t.Context(), r)
		require.ErrorIs(t, err, c.want, name)
		if err := b.provider.Check(r); name == "short number" || name == "number" || name == "amount" {
			require.NoError(t, err, name)
		} else {
			require.ErrorIs(t, err, c.want, name)
		}
	}
	require.Empty(t, b.seen, "nothing was sent")
	r := b.request("ORDER001", payment.SceneNative)
	r.Title = strings.Repeat("很长的标题", 100)
	o, err := b.provider.Create(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, payment.Waiting, o.Outcome)
}

func TestPaymentCodes(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	charge := func(number, code string) payment.Opening {
		t.Helper()
		r := b.request(number, payment.SceneCode)
		r.Code = code
		o, err := b.provider.Create(t.Context(), r)
		require.NoError(t, err)
		return o
	}
	query := func(number string, want payment.Outcome) {
		t.Helper()
		r, err := b.provider.Query(t.Context(), payment.Query{Number: number, Scene: payment.SceneCode})
		require.NoError(t, err)
		require.Equal(t, want, r.Outcome)
	}
	closed := func(number string, want payment.Outcome) {
		t.Helper()
		r, err := b.provider.Close(t.Context(), payment.Query{Number: number, Scene: payment.SceneCode})
		require.NoError(t, err)
		require.Equal(t, want, r.Outcome, "%+v", r)
	}
	const pays, typing, poor, expired = "130000000000000000", "130000000000000001", "130000000000000002", "130000000000000003"

	o := charge("CODE0001", pays)
	require.Equal(t, payment.Settled, o.Outcome)
	require.EqualValues(t, 1234, o.Paid.Amount)
	require.NotEmpty(t, o.Paid.Transaction)
	require.Equal(t, o.Paid, charge("CODE0001", pays).Paid, "the same number again takes no more money")
	closed("CODE0001", payment.Settled)
	query("CODE0001", payment.Settled)
	require.Empty(t, b.books.All()[0].Refunds, "a paid one is not reversed")

	require.Equal(t, payment.Waiting, charge("CODE0002", typing).Outcome)
	query("CODE0002", payment.Waiting)
	_, err := b.gateway.Pay(t.Context(), "CODE0002", paytest.Fails)
	require.NoError(t, err)
	query("CODE0002", payment.Failed)
	closed("CODE0002", payment.Closed)
	query("CODE0002", payment.Closed)

	require.Equal(t, payment.Waiting, charge("CODE0003", typing).Outcome)
	_, err = b.gateway.Pay(t.Context(), "CODE0003", paytest.Drop)
	require.NoError(t, err)
	query("CODE0003", payment.Settled)

	o = charge("CODE0004", poor)
	require.Equal(t, []string{"failed", "NOT_ENOUGH"}, []string{string(o.Outcome), o.Code})
	o = charge("CODE0005", expired)
	require.Equal(t, []string{"failed", "AUTH_CODE_EXPIRED"}, []string{string(o.Outcome), o.Code})

	b.seen = nil
	for f, want := range map[paytest.Fault]payment.Outcome{paytest.HangUp: payment.Settled, paytest.Stumbles: payment.Settled, paytest.BadSign: payment.Settled, paytest.Lost: payment.Unknown} {
		number := "FAULTY" + strings.ToUpper(strings.ReplaceAll(string(f), "-", "_"))
		b.gateway.Fault(paytest.OpCreate, f)
		require.Equal(t, want, charge(number, pays).Outcome, f)
	}
	require.Equal(t, 4, b.asked("POST /v3/pay/transactions/codepay"), "a code is sent once")
}

func TestPayError(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.pay("ORDER001", paytest.Fails)
	r, err := b.provider.Query(t.Context(), payment.Query{Number: "ORDER001"})
	require.NoError(t, err)
	require.Equal(t, []string{"waiting", "PAYERROR"}, []string{string(r.Outcome), r.Code}, "the payer may try again")
}

// TestTries: repeated with the same number while that can help, and not else.
func TestTries(t *testing.T) {
	t.Parallel()
	b := setup(t, func(_ *bench, c *wechatpay.Config, _ *paytest.WeChat) { c.Tries = 3 })
	b.gateway.Fault(paytest.OpCreate, paytest.Refuses)
	o, err := b.provider.Create(t.Context(), b.request("ORDER001", payment.SceneNative))
	require.NoError(t, err)
	require.Equal(t, []string{"unknown", "SYSTEM_ERROR"}, []string{string(o.Outcome), o.Code})
	require.Equal(t, 3, b.asked("POST /v3/pay/transactions/native"))
	b.gateway.Fault(paytest.OpCreate, paytest.None)
	r := b.request("ORDER001", payment.SceneNative)
	r.Due = b.now()
	o, err = b.provider.Create(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, []string{"failed", "PARAM_ERROR"}, []string{string(o.Outcome), o.Code})
	require.Equal(t, 4, b.asked("POST /v3/pay/transactions/native"), "a refusal is final")
}

// TestRefusedByTheGateway: the merchant's side of the configuration is wrong.
func TestRefusedByTheGateway(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for name, change := range map[string]func(c *wechatpay.Config){
		"serial":   func(c *wechatpay.Config) { c.Serial = "00" },
		"merchant": func(c *wechatpay.Config) { c.MerchantID = "1900000000" },
	} {
		c := b.config
		change(&c)
		o, err := b.open(c).Create(t.Context(), b.request("ORDER001", payment.SceneNative))
		require.NoError(t, err)
		require.Equal(t, []string{"failed", "SIGN_ERROR"}, []string{string(o.Outcome), o.Code}, name)
	}
	c := b.config
	c.AppID = "wx1111111111111111"
	o, err := b.open(c).Create(t.Context(), b.request("ORDER001", payment.SceneNative))
	require.NoError(t, err)
	require.Equal(t, "APPID_MCHID_NOT_MATCH", o.Code)
}

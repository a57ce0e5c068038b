package alipay_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/alipay"
	"github.com/gomall-dev/mall/payment/paytest"
)

// TestQRCode: a trade begins when the payer scans.
func TestQRCode(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := b.create("QR_1", payment.SceneNative)
	require.Equal(t, payment.Waiting, o.Outcome, "%+v", o)
	require.True(t, strings.HasPrefix(o.Params["qr_code"], "https://qr.alipay.com/"), o.Params)
	require.Equal(t, o.Params["qr_code"], o.Params["code_url"])
	require.NotEmpty(t, o.Prepay)
	require.Equal(t, payment.Absent, b.query("QR_1").Outcome)
	require.Equal(t, payment.Absent, b.close("QR_1").Outcome)
	stored, _, err := b.books.Order(t.Context(), "QR_1")
	require.NoError(t, err)
	require.Equal(t, []any{"测试订单 a 1 b 2", int64(1234), start.Add(30 * time.Minute)}, []any{stored.Title, stored.Amount, stored.Due.UTC()})
	b.pay("QR_1", paytest.Fails)
	require.Equal(t, payment.Waiting, b.query("QR_1").Outcome, "the payer may try again")
	require.Equal(t, payment.Closed, b.close("QR_1").Outcome)
}

// TestPages: what browsers and apps take to Alipay opens and pays a trade there.
func TestPages(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for scene, param := range map[payment.Scene]string{payment.SceneH5: "pay_url", payment.ScenePage: "pay_url", payment.SceneApp: "orderStr"} {
		number := "PAGE_" + string(scene)
		o := b.create(number, scene)
		require.Equal(t, payment.Waiting, o.Outcome)
		require.Len(t, o.Params, 1)
		require.Equal(t, payment.Absent, b.query(number).Outcome, "nobody came yet")
		visit := func(query string) string {
			var res *http.Response
			var err error
			if scene == payment.SceneApp {
				values, failed := url.ParseQuery(query)
				require.NoError(t, failed)
				res, err = http.PostForm(b.config.BaseURL, values)
			} else {
				res, err = http.Get(query)
			}
			require.NoError(t, err)
			page, err := io.ReadAll(res.Body)
			require.NoError(t, err)
			require.NoError(t, res.Body.Close())
			return string(page)
		}
		require.Contains(t, visit(strings.Replace(o.Params[param], "12.34", "12.35", 1)), "isv.invalid-signature")
		page := visit(o.Params[param])
		require.Contains(t, page, `value="`+number+`"`)
		require.Contains(t, page, "¥12.34")
		res, err := http.PostForm(b.server.URL+"/sandbox/pay", url.Values{"number": {number}})
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		r := b.query(number)
		require.Equal(t, payment.Settled, r.Outcome)
		n, err := b.parse(b.last())
		require.NoError(t, err)
		require.Equal(t, r, n.Result, "query and notification tell the same")
		require.Contains(t, visit(o.Params[param]), "ACQ.TRADE_HAS_SUCCESS")
	}
}

func TestCodes(t *testing.T) {
	t.Parallel()
	b := setup(t)
	o := b.create("CODE_1", payment.SceneCode)
	require.Equal(t, payment.Settled, o.Outcome, "%+v", o)
	require.Equal(t, []any{mall.Money(1234), sellerID, start}, []any{o.Paid.Amount, o.Paid.Merchant, o.Paid.Paid})
	require.Equal(t, o.Paid, b.query("CODE_1"))
	require.Equal(t, payment.Settled, b.create("CODE_1", payment.SceneCode).Outcome, "the same again finds it paid")
	r := b.request("CODE_1", payment.SceneCode)
	r.Amount++
	o, err := b.provider.Create(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, []string{"failed", "ACQ.CONTEXT_INCONSISTENT"}, []string{string(o.Outcome), o.Code})

	for code, want := range map[string]payment.Outcome{"286061098828009401": payment.Waiting, "286061098828009402": payment.Failed} {
		r := b.request("CODE_"+code, payment.SceneCode)
		r.Code = code
		o, err := b.provider.Create(t.Context(), r)
		require.NoError(t, err)
		require.Equal(t, want, o.Outcome, "%+v", o)
		require.Equal(t, payment.Closed, b.close(r.Number).Outcome)
	}
	for _, f := range []paytest.Fault{paytest.HangUp, paytest.Stumbles, paytest.BadSign} {
		b.gateway.Fault(paytest.OpCreate, f)
		require.Equal(t, payment.Settled, b.create("CODE_"+strings.ReplaceAll(string(f), "-", "_"), payment.SceneCode).Outcome, "asked once the answer is lost")
	}
	b.gateway.Fault(paytest.OpCreate, paytest.Lost)
	require.Equal(t, payment.Unknown, b.create("CODE_LOST", payment.SceneCode).Outcome)
}

func TestBadRequests(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for name, c := range map[string]struct {
		change func(r *payment.Request)
		want   error
	}{
		"number":   {func(r *payment.Request) { r.Number = "A-1" }, mall.ErrInvalid},
		"amount":   {func(r *payment.Request) { r.Amount = 0 }, mall.ErrInvalid},
		"scene":    {func(r *payment.Request) { r.Scene = "" }, mall.ErrInvalid},
		"openid":   {func(r *payment.Request) { r.Scene, r.OpenID = payment.SceneJSAPI, "" }, payment.ErrOpenID},
		"code":     {func(r *payment.Request) { r.Scene, r.Code = payment.SceneCode, "130061098828009406" }, mall.ErrInvalid},
		"merchant": {func(r *payment.Request) { r.Merchant = "2088000000000000" }, mall.ErrNotConfigured},
	} {
		r := b.request("BAD_1", payment.SceneNative)
		c.change(&r)
		_, err := b.provider.Create(t.Context(), r)
		require.ErrorIs(t, err, c.want, name)
		if err := b.provider.Check(r); name == "number" || name == "amount" {
			require.NoError(t, err, "%s: Check does not look at it", name)
		} else {
			require.ErrorIs(t, err, c.want, name)
		}
	}
	require.Empty(t, b.books.All(), "nothing was sent")
	r := b.request("PAST_1", payment.SceneNative)
	r.Due = start.Add(-time.Hour)
	o, err := b.provider.Create(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, []string{"failed", "ACQ.INVALID_PARAMETER"}, []string{string(o.Outcome), o.Code})
}

// TestRefunds: TRADE_CLOSED of what was paid is no closed payment; a refund under
// way is waited for.
func TestRefunds(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.create("BACK_1", payment.SceneNative)
	b.pay("BACK_1", "")
	b.gateway.PendRefunds(true)
	r := payment.RefundRequest{Number: "BACK_1", RefundNumber: "R1", Merchant: sellerID, Total: 1234, Amount: 1234}
	a, err := b.provider.Refund(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, payment.Waiting, a.Outcome, "%+v", a)
	before := len(b.arrived())
	ended, err := b.gateway.FinishRefund(t.Context(), "BACK_1", "R1", paytest.RefundDone)
	require.NoError(t, err)
	require.True(t, ended)
	require.Len(t, b.arrived(), before+1)
	n, err := b.parse(b.last())
	require.NoError(t, err)
	require.Equal(t, []string{"R1", "waiting", "BACK_1"}, []string{n.RefundNumber, string(n.Outcome), n.Number}, "named, and asked for")
	a, err = b.provider.QueryRefund(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, payment.RefundResult{Outcome: payment.Settled, Receipt: "R1", Amount: 1234}, a)
	again, err := b.provider.Refund(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, a, again)
	r.Amount = 1
	a, err = b.provider.Refund(t.Context(), r)
	require.NoError(t, err)
	require.Equal(t, []string{"failed", "ACQ.DISCORDANT_REPEAT_REQUEST"}, []string{string(a.Outcome), a.Code})
	require.Equal(t, payment.Settled, b.query("BACK_1").Outcome, "given back, and so paid")
	require.Equal(t, payment.Settled, b.close("BACK_1").Outcome)
}

func TestFaults(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, f := range alipay.Faults() {
		require.NotEmpty(t, f.Text+f.Remedy, f.Code)
		require.Contains(t, []alipay.Advice{alipay.GiveUp, alipay.Retry, alipay.Ask}, f.Advice)
		require.False(t, seen[f.Code], "%s is there twice", f.Code)
		seen[f.Code] = true
	}
}

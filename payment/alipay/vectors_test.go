package alipay

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment"
)

// vectors are what the npm package alipay-sdk signs and takes for genuine;
// payment/paytest/npmtest/vectors.mjs writes them.
type vectors struct {
	Keys struct {
		App, Platform struct{ PrivateKey, PublicKey string }
	}
	AppID, SellerID               string
	Now                           time.Time
	Request                       map[string]string
	Query, Absent, Paid, Refunded string
}

// readVectors opens a provider with the vectors' keys, at their time.
func readVectors(t *testing.T, base string) (v vectors, p *Provider) {
	text, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &v))
	p, err = New(Config{AppID: v.AppID, SellerID: v.SellerID, PrivateKey: payment.Secret(v.Keys.App.PrivateKey), AlipayPublicKey: v.Keys.Platform.PublicKey,
		NotifyURL: "https://shop.example/notify/alipay", BaseURL: base, Now: func() time.Time { return v.Now }})
	require.NoError(t, err)
	return v, p
}

// TestVectorRequest: we sign what the package signs.
func TestVectorRequest(t *testing.T) {
	t.Parallel()
	v, p := readVectors(t, "")
	o, err := p.Create(t.Context(), payment.Request{Number: "VECTOR_1", Amount: 1234, Title: "测试订单", Scene: payment.SceneApp, Due: v.Now.Add(30 * time.Minute)})
	require.NoError(t, err)
	got, err := url.ParseQuery(o.Params["orderStr"])
	require.NoError(t, err)
	require.Len(t, got, len(v.Request))
	for name, value := range v.Request {
		require.Equal(t, value, got.Get(name), name)
	}
}

// TestVectorMessages: we take and read what the package takes.
func TestVectorMessages(t *testing.T) {
	t.Parallel()
	var body string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte(body)) }))
	t.Cleanup(server.Close)
	v, p := readVectors(t, server.URL)
	want := payment.Result{Outcome: payment.Settled, Number: "VECTOR_1", Transaction: "2026112122001477031414123456", Amount: 1234, Merchant: v.SellerID, Paid: v.Now}
	ask := func(number, text string) payment.Result {
		body = text
		r, err := p.Query(t.Context(), payment.Query{Number: number})
		require.NoError(t, err)
		return r
	}
	require.Equal(t, want, ask("VECTOR_1", v.Query))
	require.Equal(t, payment.Absent, ask("VECTOR_1", v.Absent).Outcome)
	r := ask("VECTOR_2", v.Query)
	require.Equal(t, []string{"unknown", mismatch}, []string{string(r.Outcome), r.Code}, "an answer about another order")

	head := payment.Header{"Content-Type": {"application/x-www-form-urlencoded; text/html; charset=utf-8"}}
	n, err := p.ParseNotice(t.Context(), head, []byte(v.Paid))
	require.NoError(t, err)
	require.Equal(t, payment.Notice{Result: want, ID: "2026112100222200001077031414123456"}, n)
	n, err = p.ParseNotice(t.Context(), head, []byte(v.Refunded))
	require.NoError(t, err)
	require.Equal(t, payment.Notice{ID: "2026112100222200001077031414123457", RefundNumber: "R1", Receipt: "R1",
		Result: payment.Result{Outcome: payment.Waiting, Number: "VECTOR_1", Transaction: want.Transaction, Merchant: v.SellerID}}, n)
}

// TestTradeClosed: the two meanings of TRADE_CLOSED are told apart by what paid,
// never by a time alone.
func TestTradeClosed(t *testing.T) {
	t.Parallel()
	_, p := readVectors(t, "")
	closed := trade{Number: "N1", Trade: "2026", Status: statusClosed, Total: "0.01", Paid: "2026-11-21 20:00:00"}
	for money, want := range map[string]payment.Outcome{"": payment.Closed, "[]": payment.Closed, `"[]"`: payment.Closed, `[{"amount":"0.01"}]`: payment.Settled} {
		closed.Money = json.RawMessage(money)
		require.Equal(t, want, p.result(&closed, "N1").Outcome, money)
	}
	for _, total := range []string{"", "0.00", "-1.00", "1e2", "0.001", "NaN"} {
		r := p.result(&trade{Number: "N1", Trade: "2026", Status: statusSuccess, Total: total}, "N1")
		require.Equal(t, []string{"unknown", mismatch}, []string{string(r.Outcome), r.Code}, total)
	}
}

// TestAdvice: what is not listed follows the gateway's code, and doubt is asked.
func TestAdvice(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		gate, sub string
		want      Advice
	}{
		{"40004", "ACQ.SYSTEM_ERROR", Retry}, {"40004", "aop.ACQ.SYSTEM_ERROR", Retry}, {"20000", "", Retry}, {"20000", "aop.unknow-error", Retry},
		{"40004", "isp.new-error", Retry}, {"40005", "", Retry}, {"40004", "ACQ.NEW_SYSTEM_ERROR", Ask}, {"10003", "", Ask}, {"99999", "", Ask},
		{"40004", "ACQ.TRADE_HAS_CLOSE", GiveUp}, {"40004", "ACQ.NEW", GiveUp}, {"40002", "isv.new", GiveUp}, {"20001", "aop.invalid-auth-token", Ask},
	} {
		require.Equal(t, c.want, adviceOf(c.gate, c.sub), "%s %s", c.gate, c.sub)
	}
}

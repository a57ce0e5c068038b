package alipay

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
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
	Certs struct{ Roots, App, Alipay, Next string } // of certificate mode

	AppID, SellerID               string
	Now                           time.Time
	Request                       map[string]string
	Query, Absent, Paid, Refunded string

	Named   [2]string // notifications that name a certificate, signed with the rest or not
	Rotated string    // the answer Query by the certificate Certs.Next
}

// inModes reads the vectors of both modes and opens providers with their keys,
// at their time.
func inModes(t *testing.T, base string, body func(t *testing.T, v vectors, p *Provider)) {
	t.Helper()
	for _, name := range []string{"vectors", "certificates"} {
		t.Run(name, func(t *testing.T) {
			text, err := os.ReadFile("testdata/" + name + ".json")
			require.NoError(t, err)
			var v vectors
			require.NoError(t, json.Unmarshal(text, &v))
			c := Config{AppID: v.AppID, SellerID: v.SellerID, PrivateKey: payment.Secret(v.Keys.App.PrivateKey), AppCert: v.Certs.App, AlipayCert: v.Certs.Alipay, RootCert: v.Certs.Roots,
				NotifyURL: "https://shop.example/notify/alipay", BaseURL: base, Now: func() time.Time { return v.Now }, Logger: slog.New(slog.DiscardHandler)}
			if c.AppCert == "" {
				c.AlipayPublicKey = v.Keys.Platform.PublicKey
			}
			p, err := New(c)
			require.NoError(t, err)
			body(t, v, p)
		})
	}
}

// TestVectorRequest: we sign what the package signs.
func TestVectorRequest(t *testing.T) {
	t.Parallel()
	inModes(t, "", func(t *testing.T, v vectors, p *Provider) {
		o, err := p.Create(t.Context(), payment.Request{Number: "VECTOR_1", Amount: 1234, Title: "测试订单", Scene: payment.SceneApp, Due: v.Now.Add(30 * time.Minute)})
		require.NoError(t, err)
		got, err := url.ParseQuery(o.Params["orderStr"])
		require.NoError(t, err)
		require.Len(t, got, len(v.Request))
		for name, value := range v.Request {
			require.Equal(t, value, got.Get(name), name)
		}
	})
}

// TestVectorMessages: we take and read what the package takes.
func TestVectorMessages(t *testing.T) {
	t.Parallel()
	var body, certificate string
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.FormValue("method") == methodCertificate {
			fmt.Fprintf(w, `{"alipay_open_app_alipaycert_download_response":{"code":"10000","msg":"Success","alipay_cert_content":%q}}`, certificate)
			return
		}
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(server.Close)
	inModes(t, server.URL, func(t *testing.T, v vectors, p *Provider) {
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
		paid := []string{v.Paid}
		if v.Certs.App != "" {
			paid = append(paid, v.Named[:]...)
		}
		for _, text := range paid {
			n, err := p.ParseNotice(t.Context(), head, []byte(text))
			require.NoError(t, err)
			require.Equal(t, payment.Notice{Result: want, ID: "2026112100222200001077031414123456"}, n)
		}
		n, err := p.ParseNotice(t.Context(), head, []byte(v.Refunded))
		require.NoError(t, err)
		require.Equal(t, payment.Notice{ID: "2026112100222200001077031414123457", RefundNumber: "R1", Receipt: "R1",
			Result: payment.Result{Outcome: payment.Waiting, Number: "VECTOR_1", Transaction: want.Transaction, Merchant: v.SellerID}}, n)

		if v.Rotated == "" {
			return
		}
		p.cfg.Tries = 1
		require.Equal(t, payment.Unknown, ask("VECTOR_1", v.Rotated).Outcome, "its certificate cannot be had")
		p.keys.next[fromAnswer] = time.Time{}
		certificate = base64.StdEncoding.EncodeToString([]byte(v.Certs.Next))
		require.Equal(t, want, ask("VECTOR_1", v.Rotated))
		require.Equal(t, want, ask("VECTOR_1", v.Query), "the one of before stays good")
	})
}

// TestTradeClosed: the two meanings of TRADE_CLOSED are told apart by what paid,
// never by a time alone.
func TestTradeClosed(t *testing.T) {
	t.Parallel()
	p := &Provider{now: time.Now}
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

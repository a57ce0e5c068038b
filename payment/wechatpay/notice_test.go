package wechatpay_test

import (
	"bytes"
	"log/slog"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
)

func TestNotices(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.pay("ORDER001", "")
	n, err := b.parse(b.provider, b.last())
	require.NoError(t, err)
	require.NotEmpty(t, n.Transaction)
	require.Equal(t, payment.Notice{ID: "EV-" + n.Transaction, Result: payment.Result{Outcome: payment.Settled, Number: "ORDER001", Transaction: n.Transaction,
		Amount: 1234, Merchant: mchID, AppID: appID, Paid: start}}, n)

	first := b.last()
	require.NoError(t, b.gateway.Notify(t.Context(), "ORDER001"))
	again, err := b.parse(b.provider, b.last())
	require.NoError(t, err, "freshly signed")
	require.Equal(t, n, again)
	_, err = b.parse(b.provider, first)
	require.ErrorIs(t, err, payment.ErrSignature)
	require.ErrorContains(t, err, "seen before")
	b.pass(6 * time.Minute)
	_, err = b.parse(b.provider, first)
	require.ErrorContains(t, err, "stale")
}

func TestRefundNotices(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		to      paytest.RefundState
		outcome payment.Outcome
		code    string
	}{{paytest.RefundDone, payment.Settled, ""}, {paytest.RefundAbnormal, payment.Failed, "ABNORMAL"}} {
		b := setup(t, nil)
		b.pay("ORDER001", "")
		b.gateway.PendRefunds(true)
		req := payment.RefundRequest{Number: "ORDER001", RefundNumber: "R1", Total: 1234, Amount: 1000, Reason: "退款"}
		a, err := b.provider.Refund(t.Context(), req)
		require.NoError(t, err)
		require.Equal(t, payment.Waiting, a.Outcome)
		ok, err := b.gateway.FinishRefund(t.Context(), "ORDER001", "R1", c.to)
		require.NoError(t, err)
		require.True(t, ok)
		n, err := b.parse(b.provider, b.last())
		require.NoError(t, err)
		require.Equal(t, c.outcome, n.Outcome)
		require.Equal(t, c.code, n.Code)
		require.Equal(t, []string{"ORDER001", "R1", a.Receipt, mchID}, []string{n.Number, n.RefundNumber, n.Receipt, n.Merchant})
		require.EqualValues(t, 1000, n.Amount)
		a, err = b.provider.QueryRefund(t.Context(), req)
		require.NoError(t, err)
		require.Equal(t, c.outcome, a.Outcome)
	}
}

// TestForeignNotices: what is signed by the platform, and not about this
// merchant, its appids or its currency.
func TestForeignNotices(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	for _, o := range []paytest.Outcome{paytest.WrongMerchant, paytest.WrongAppID, paytest.WrongCurrency, paytest.WrongKey, paytest.BadSignature, paytest.Stale} {
		b.pay("ORDER_"+string(o), o)
		n, err := b.parse(b.provider, b.last())
		require.ErrorIs(t, err, payment.ErrSignature, o)
		require.Zero(t, n, o)
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	require.Equal(t, payment.NoticeAnswer{Accepted: true, Status: http.StatusNoContent}, b.provider.Answer(true, ""))
	no := b.provider.Answer(false, `not "genuine"`)
	require.Equal(t, http.StatusInternalServerError, no.Status)
	require.JSONEq(t, `{"code":"FAIL","message":"not \"genuine\""}`, string(no.Body))
}

// FuzzParseNotice sends what anybody may send, and what only the platform could
// sign: the first is never believed, the second is read or refused.
func FuzzParseNotice(f *testing.F) {
	b := setup(f, nil)
	for _, body := range []string{"", "null", "{}", `{"id":"EV-1","event_type":"TRANSACTION.SUCCESS","resource":{"algorithm":"AEAD_AES_256_GCM","nonce":"0","ciphertext":"AA=="}}`,
		`{"resource":[]}`, `{"resource":{"ciphertext":1e400}}`, "\x00\xff"} {
		f.Add([]byte(body), "1795262400", "nonce", "00", "AA==")
		f.Add([]byte(body), "", "", "PUB_KEY_ID_", "\xff")
	}
	b.pay("ORDER001", "")
	genuine := b.last()
	f.Add(genuine.Body, genuine.Header.Get("Wechatpay-Timestamp"), genuine.Header.Get("Wechatpay-Nonce"), genuine.Header.Get("Wechatpay-Serial"), "AA==")
	c := b.config
	c.Logger, c.BaseURL = slog.New(slog.DiscardHandler), "http://127.0.0.1:1"
	p := b.open(c)
	f.Fuzz(func(t *testing.T, body []byte, at, nonce, serial, sum string) {
		h := payment.Header{"Wechatpay-Timestamp": {at}, "Wechatpay-Nonce": {nonce}, "Wechatpay-Serial": {serial}, "Wechatpay-Signature": {sum}}
		if n, err := p.ParseNotice(t.Context(), h, body); err == nil || n != (payment.Notice{}) {
			t.Fatalf("a forged notice was read as %+v: %v", n, err)
		}
		if bytes.Equal(body, genuine.Body) {
			return
		}
		if n, err := p.ParseNotice(t.Context(), genuine.Header, body); err == nil || n != (payment.Notice{}) {
			t.Fatalf("a changed body was read as %+v: %v", n, err)
		}
	})
}

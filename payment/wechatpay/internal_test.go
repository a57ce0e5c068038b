package wechatpay

import (
	"bytes"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment"
)

// FuzzRead reads what is behind signature and encryption: nothing panics, and
// what is read is complete.
func FuzzRead(f *testing.F) {
	for _, plain := range []string{"", "null", `{}`, `{"out_trade_no":"N1","mchid":"1","appid":"a","trade_state":"SUCCESS","transaction_id":"4","success_time":"2018-06-08T10:34:56+08:00","amount":{"total":1,"currency":"CNY"}}`,
		`{"out_trade_no":"N1","out_refund_no":"R1","mchid":"1","refund_status":"SUCCESS","amount":{"refund":1,"total":1}}`, `{"amount":{"total":1e400}}`, `{"mchid":"1","amount":{"total":-5,"currency":"CNY"}}`} {
		f.Add([]byte(plain))
	}
	p := &Provider{cfg: Config{MerchantID: "1", AppID: "a", AppIDs: []string{"a"}}}
	f.Fuzz(func(t *testing.T, plain []byte) {
		n, err := p.readPayment("EV", plain)
		if err == nil && (n.Number == "" || n.Merchant != "1" || n.Outcome == payment.Settled && (n.Amount <= 0 || n.Transaction == "" || n.Paid.IsZero())) {
			t.Fatalf("%+v", n)
		}
		if n, err = p.readRefund("EV", plain); err == nil && (n.Number == "" || n.RefundNumber == "" || n.Merchant != "1" || n.Amount <= 0) {
			t.Fatalf("%+v", n)
		}
	})
}

// FuzzParseBill reads bills from nobody knows where.
func FuzzParseBill(f *testing.F) {
	f.Add([]byte("\xef\xbb\xbf"))
	f.Add([]byte("a,b\n`1,`2\n总\n`1"))
	f.Fuzz(func(_ *testing.T, text []byte) {
		_, _ = parseBill(text)
	})
}

func TestCut(t *testing.T) {
	t.Parallel()
	require.Equal(t, "abc", cut("abc", 127))
	require.Equal(t, strings.Repeat("测", 42), cut(strings.Repeat("测", 50), 127), "at the end of a character")
	require.Equal(t, "a b c", cut("a\nb\x00c", 127))
	require.Equal(t, "a b", cut("a\xffb", 127))
}

// TestFaults holds the codes of the document with its advice.
func TestFaults(t *testing.T) {
	t.Parallel()
	documented := map[string]Advice{"USERPAYING": Ask, "TRADE_ERROR": GiveUp, "SYSTEMERROR": Retry, "SIGN_ERROR": GiveUp, "RULELIMIT": GiveUp, "PARAM_ERROR": GiveUp,
		"OUT_TRADE_NO_USED": GiveUp, "ORDERNOTEXIST": GiveUp, "ORDER_CLOSED": GiveUp, "OPENID_MISMATCH": GiveUp, "NOTENOUGH": GiveUp, "NOAUTH": GiveUp,
		"MCH_NOT_EXISTS": GiveUp, "INVALID_TRANSACTIONID": GiveUp, "INVALID_REQUEST": GiveUp, "FREQUENCY_LIMITED": Retry, "BANKERROR": Retry,
		"APPID_MCHID_NOT_MATCH": GiveUp, "ACCOUNTERROR": GiveUp}
	require.Len(t, documented, 19)
	for _, f := range Faults() {
		if want, ok := documented[f.Code]; ok {
			require.Equal(t, want, f.Advice, f.Code)
			delete(documented, f.Code)
		}
		require.NotEmpty(t, f.Text+f.Remedy, f.Code)
		require.Equal(t, f.Advice, adviceOf(418, f.Code))
	}
	require.Empty(t, documented)
	require.Equal(t, Retry, adviceOf(500, "SYSTEM_ERROR"), "spelt otherwise")
	require.Equal(t, []Advice{Retry, Retry, Ask, GiveUp}, []Advice{adviceOf(429, "NEW"), adviceOf(503, "NEW"), adviceOf(202, "NEW"), adviceOf(400, "NEW")})
}

// TestMemory: seen once, and forgotten when it is stale anyway.
func TestMemory(t *testing.T) {
	t.Parallel()
	var m memory
	at := time.Unix(1e9, 0)
	msg := message{at: "1", nonce: "n"}
	require.True(t, m.first(&msg, at))
	require.False(t, m.first(&msg, at))
	m.limit = 1
	require.True(t, m.first(&message{at: "2", nonce: "n"}, at.Add(2*window+time.Second)))
	require.Len(t, m.seen, 1)
}

func TestSealedSaysNothing(t *testing.T) {
	t.Parallel()
	aead, err := newAEAD(strings.Repeat("k", 32))
	require.NoError(t, err)
	for _, s := range []sealed{{}, {Algorithm: "AEAD_AES_256_GCM", Nonce: "short", Ciphertext: "AA=="},
		{Algorithm: "AEAD_AES_256_GCM", Nonce: "123456789012", Ciphertext: "secret!"}, {Algorithm: "AEAD_AES_256_GCM", Nonce: "123456789012", Ciphertext: "AAAA"}} {
		_, err := s.open(aead)
		require.True(t, errors.Is(err, errSealed))
	}
	require.False(t, bytes.Contains([]byte(errSealed.Error()), []byte("kkk")))
}

package wechatpay

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment"
)

// vectors are what the npm package wechatpay-axios-plugin signs and encrypts;
// payment/paytest/npmtest/vectors.mjs writes them.
type vectors struct {
	Keys struct {
		Merchant, Platform struct{ PrivateKey, PublicKey string }
	}
	MchID, AppID, Serial, PublicKeyID, APIv3Key, Timestamp, Nonce string
	Request                                                       struct{ Method, URI, Body, Signature string }
	Params, App                                                   struct{ Prepay, Signature string }
	Answer, Payment, Refund                                       vectorMessage
}

type vectorMessage struct{ Body, Timestamp, Nonce, Serial, Signature string }

func (m vectorMessage) header() payment.Header {
	return payment.Header{headTime: {m.Timestamp}, headNonce: {m.Nonce}, headSerial: {m.Serial}, headSignature: {m.Signature}}
}

// readVectors opens a provider with the vectors' keys, at their time.
func readVectors(t *testing.T, base string) (v vectors, p *Provider, now time.Time) {
	text, err := os.ReadFile("testdata/vectors.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &v))
	sec, err := strconv.ParseInt(v.Timestamp, 10, 64)
	require.NoError(t, err)
	now = time.Unix(sec, 0)
	p, err = New(Config{AppID: v.AppID, MerchantID: v.MchID, Serial: v.Serial, PrivateKey: payment.Secret(v.Keys.Merchant.PrivateKey), APIv3Key: payment.Secret(v.APIv3Key),
		PublicKeyID: v.PublicKeyID, PublicKey: v.Keys.Platform.PublicKey, NotifyURL: "https://shop.example/notify", BaseURL: base, Now: func() time.Time { return now }})
	require.NoError(t, err)
	p.signer.nonce = func() string { return v.Nonce }
	return v, p, now
}

// TestVectorSignatures: we sign what the package signs.
func TestVectorSignatures(t *testing.T) {
	t.Parallel()
	v, p, now := readVectors(t, "")
	auth, err := p.signer.authorization(v.Request.Method, v.Request.URI, []byte(v.Request.Body), now)
	require.NoError(t, err)
	require.Equal(t, `WECHATPAY2-SHA256-RSA2048 mchid="`+v.MchID+`",nonce_str="`+v.Nonce+`",timestamp="`+v.Timestamp+`",serial_no="`+v.Serial+`",signature="`+v.Request.Signature+`"`, auth)
	params, err := p.signer.params(v.AppID, v.Params.Prepay, now)
	require.NoError(t, err)
	require.Equal(t, v.Params.Signature, params["paySign"])
	app, err := p.signer.appParams(v.AppID, v.MchID, v.App.Prepay, now)
	require.NoError(t, err)
	require.Equal(t, v.App.Signature, app["sign"])
}

// TestVectorMessages: we verify, decrypt and read what the package signs and encrypts.
func TestVectorMessages(t *testing.T) {
	t.Parallel()
	v, p, _ := readVectors(t, "")
	paid := time.Date(2018, 6, 8, 2, 34, 56, 0, time.UTC)
	want := payment.Result{Outcome: payment.Settled, Number: "1217752501201407033233368018", Transaction: "1217752501201407033233368018",
		Amount: 100, Merchant: v.MchID, AppID: v.AppID, Paid: paid}
	n, err := p.ParseNotice(t.Context(), v.Payment.header(), []byte(v.Payment.Body))
	require.NoError(t, err)
	require.Equal(t, payment.Notice{Result: want, ID: "EV-2018022511223320873"}, n)
	p.seen = memory{} // the vectors share a nonce
	n, err = p.ParseNotice(t.Context(), v.Refund.header(), []byte(v.Refund.Body))
	require.NoError(t, err)
	require.Equal(t, payment.Notice{ID: "EV-2018022511223320874", RefundNumber: "R1217752501", Receipt: "50000000382019052709732678859", Result: payment.Result{
		Outcome: payment.Settled, Number: want.Number, Transaction: want.Transaction, Amount: 40, Merchant: v.MchID}}, n)

	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		require.Equal(t, v.PublicKeyID, r.Header.Get(headSerial))
		for k, value := range v.Answer.header() {
			w.Header()[k] = value
		}
		_, _ = w.Write([]byte(v.Answer.Body))
	}))
	t.Cleanup(server.Close)
	_, p, _ = readVectors(t, server.URL)
	r, err := p.Query(t.Context(), payment.Query{Number: want.Number})
	require.NoError(t, err)
	require.Equal(t, want, r)
	r, err = p.Query(t.Context(), payment.Query{Number: "ANOTHER1"})
	require.NoError(t, err)
	require.Equal(t, []string{"unknown", mismatch}, []string{string(r.Outcome), r.Code}, "an answer about another order")

	var all transaction
	require.NoError(t, json.Unmarshal([]byte(v.Answer.Body), &all))
	again, err := json.Marshal(all)
	require.NoError(t, err)
	var got, sent map[string]any
	require.NoError(t, json.Unmarshal(again, &got))
	require.NoError(t, json.Unmarshal([]byte(v.Answer.Body), &sent))
	require.Equal(t, sent, got, "every documented field is read")
}

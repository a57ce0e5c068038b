package alipay_test

import (
	"errors"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
)

// TestForgedNotices: one parameter changed, added, doubled or left out, and the
// notification is not believed.
func TestForgedNotices(t *testing.T) {
	t.Parallel()
	t.Run("public key", func(t *testing.T) { forge(t, setup(t)) })
	t.Run("certificates", func(t *testing.T) { forge(t, setup(t, certified(sharedCerts()))) })
}

func forge(t *testing.T, b *bench) {
	b.create("NOTICE_1", payment.SceneNative)
	b.pay("NOTICE_1", "")
	genuine := b.last()
	form, err := url.ParseQuery(string(genuine.Body))
	require.NoError(t, err)
	require.Greater(t, len(form), 20)
	refused := func(form url.Values, what string) {
		_, err := b.parse(paytest.Notice{Header: genuine.Header, Body: []byte(form.Encode())})
		require.ErrorIs(t, err, payment.ErrSignature, what)
	}
	for name := range form {
		for what, list := range map[string][]string{"changed": {form.Get(name) + "1"}, "doubled": {form.Get(name), form.Get(name)}, "empty": {""}, "absent": nil} {
			changed := url.Values{}
			for k, v := range form {
				changed[k] = v
			}
			changed[name] = list
			refused(changed, name+" "+what)
		}
	}
	form.Set("total_fee", "0.01")
	refused(form, "added")
	_, err = b.parse(paytest.Notice{Header: payment.Header{"Content-Type": {"application/json"}}, Body: genuine.Body})
	require.ErrorIs(t, err, payment.ErrSignature)
	n, err := b.parse(genuine)
	require.NoError(t, err)
	require.Equal(t, payment.Result{Outcome: payment.Settled, Number: "NOTICE_1", Transaction: b.query("NOTICE_1").Transaction, Amount: 1234, Merchant: sellerID, Paid: start}, n.Result)
}

// TestRepeatedNotices: what is answered by anything but "success" comes again,
// signed afresh under the same id, eight times in all.
func TestRepeatedNotices(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.answer = string(b.provider.Answer(false, "busy").Body)
	b.create("AGAIN_1", payment.SceneNative)
	b.pay("AGAIN_1", "")
	first, err := b.parse(b.last())
	require.NoError(t, err)
	for range 2 {
		b.pass(10 * time.Minute)
		require.NoError(t, b.gateway.Release(t.Context(), false))
		n, err := b.parse(b.last())
		require.NoError(t, err)
		require.Equal(t, first, n)
	}
	require.Len(t, b.arrived(), 3)
	for range 10 {
		require.NoError(t, b.gateway.Release(t.Context(), false))
	}
	require.Len(t, b.arrived(), 8)

	b.answer = string(b.provider.Answer(true, "").Body)
	b.create("AGAIN_2", payment.SceneNative)
	b.pay("AGAIN_2", "")
	require.NoError(t, b.gateway.Release(t.Context(), false))
	require.Len(t, b.arrived(), 9, "accepted at once")
}

// FuzzParseNotice sends what anybody may send: it is never believed.
func FuzzParseNotice(f *testing.F) {
	b := setup(f)
	b.create("FUZZ_1", payment.SceneNative)
	b.pay("FUZZ_1", "")
	genuine := b.last()
	for _, body := range []string{"", "=", "&&&", "sign=&sign_type=RSA2", "a;b", "%zz", "sign=AAAA&sign_type=RSA2&total_amount=1e9", "\x00\xff=\xff",
		string(genuine.Body) + "&", "&" + string(genuine.Body), strings.Replace(string(genuine.Body), "12.34", "99.99", 1)} {
		f.Add([]byte(body))
	}
	want, err := b.parse(genuine)
	require.NoError(f, err)
	f.Fuzz(func(t *testing.T, body []byte) {
		n, err := b.provider.ParseNotice(t.Context(), genuine.Header, body)
		if err == nil && n != want || err != nil && (!errors.Is(err, payment.ErrSignature) || n != payment.Notice{}) {
			t.Fatalf("%q: %+v %v", body, n, err)
		}
	})
}

package wechatpay_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/payment/wechatpay"
)

const certificatesPath = "GET /v3/certificates"

// ownKeys gives the platform keys that the test may change.
func ownKeys(b *bench, _ *wechatpay.Config, _ *paytest.WeChat) {
	var err error
	b.keys, err = paytest.NewPlatformKeys(start)
	require.NoError(b.t, err)
}

func TestNoNetworkBeforeItIsNeeded(t *testing.T) {
	t.Parallel()
	b := setup(t, certificates)
	require.Zero(t, b.asked(certificatesPath))
	b.pay("ORDER001", "")
	var wg sync.WaitGroup
	fresh := b.open(b.config)
	for range 20 {
		wg.Go(func() {
			if r, err := fresh.Query(t.Context(), payment.Query{Number: "ORDER001"}); err != nil || r.Outcome != payment.Settled {
				t.Errorf("%+v %v", r, err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 2, b.asked(certificatesPath), "one download for each provider, however many ask")
}

func TestCertificateRotation(t *testing.T) {
	t.Parallel()
	b := setup(t, func(b *bench, c *wechatpay.Config, w *paytest.WeChat) {
		certificates(b, c, w)
		ownKeys(b, c, w)
	})
	b.pay("ORDER001", "")
	settled := func() {
		t.Helper()
		r, err := b.provider.Query(t.Context(), payment.Query{Number: "ORDER001"})
		require.NoError(t, err)
		require.Equal(t, payment.Settled, r.Outcome, b.logged())
	}
	settled()
	require.NoError(t, b.keys.Rotate(b.now(), 7*24*time.Hour))
	b.pass(2 * time.Minute)
	settled()
	require.Equal(t, 2, b.asked(certificatesPath), "a new serial is looked for")
	b.pass(13 * time.Hour)
	settled()
	require.Equal(t, 3, b.asked(certificatesPath), "the list is old")
	b.pass(5 * 24 * time.Hour)
	settled()
	b.gateway.Fault(paytest.OpCertificates, paytest.HangUp)
	b.pass(13 * time.Hour)
	settled()
	b.pass(2 * 24 * time.Hour)
	r, err := b.provider.Query(t.Context(), payment.Query{Number: "ORDER001"})
	require.NoError(t, err)
	require.Equal(t, payment.Unknown, r.Outcome, "its certificate is over, and there is no other")
	b.gateway.Fault(paytest.OpCertificates, paytest.None)
	require.NoError(t, b.keys.Rotate(b.now(), time.Hour*24*365))
	b.pass(2 * time.Minute)
	settled()
}

// TestBothModesAtOnce: during a switch notices move over before answers do, or after.
func TestBothModesAtOnce(t *testing.T) {
	t.Parallel()
	for name, change := range map[string]func(b *bench, c *wechatpay.Config, w *paytest.WeChat){
		"answers by the public key": ownKeys,
		"answers by certificate": func(b *bench, c *wechatpay.Config, w *paytest.WeChat) {
			ownKeys(b, c, w)
			_, text := b.keys.Certificate()
			c.PublicKeyID, c.PublicKey = b.keys.PublicKey()
			c.Certificates = []string{text}
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := setup(t, func(b *bench, c *wechatpay.Config, w *paytest.WeChat) {
				change(b, c, w)
				c.PublicKeyID, c.PublicKey = b.keys.PublicKey()
			})
			for i, public := range []bool{false, true, false} {
				b.keys.UsePublicKey(public)
				number := "ORDER00" + string(rune('1'+i))
				b.pay(number, "")
				sent := b.last()
				require.Equal(t, public, strings.HasPrefix(sent.Header.Get("Wechatpay-Serial"), "PUB_KEY_ID_"))
				n, err := b.parse(b.provider, sent)
				require.NoError(t, err)
				require.Equal(t, number, n.Number)
			}
		})
	}
}

// TestFirstDownloadFails: a passing fault is over soon.
func TestFirstDownloadFails(t *testing.T) {
	t.Parallel()
	b := setup(t, certificates)
	b.gateway.Fault(paytest.OpCertificates, paytest.HangUp)
	open := func() payment.Outcome {
		o, err := b.provider.Create(t.Context(), b.request("ORDER001", payment.SceneNative))
		require.NoError(t, err)
		return o.Outcome
	}
	require.Equal(t, payment.Unknown, open())
	require.Equal(t, payment.Unknown, open())
	b.gateway.Fault(paytest.OpCertificates, paytest.None)
	b.pass(6 * time.Second)
	require.Equal(t, payment.Waiting, open())
}

// TestUnknownSerials: nobody makes us download certificates again and again.
func TestUnknownSerials(t *testing.T) {
	t.Parallel()
	b := setup(t, certificates)
	b.pay("ORDER001", "")
	sent := b.last()
	for _, serial := range []string{"", "00", "4141", "PUB_KEY_ID_0", strings.Repeat("F", 5000)} {
		h := payment.Header{}
		for k, v := range sent.Header {
			h[k] = v
		}
		h["Wechatpay-Serial"] = []string{serial}
		_, err := b.provider.ParseNotice(t.Context(), h, sent.Body)
		require.ErrorIs(t, err, payment.ErrSignature)
	}
	require.Equal(t, 1, b.asked(certificatesPath))
	_, err := b.parse(b.provider, sent)
	require.NoError(t, err)
}

// TestMerchantWithoutCertificates: new merchants have the public key only.
func TestMerchantWithoutCertificates(t *testing.T) {
	t.Parallel()
	b := setup(t, func(b *bench, c *wechatpay.Config, w *paytest.WeChat) {
		ownKeys(b, c, w)
		c.PublicKeyID, c.PublicKey = b.keys.PublicKey()
		b.keys.Retire()
	})
	b.pay("ORDER001", "")
	_, err := b.parse(b.provider, b.last())
	require.NoError(t, err)
	require.Zero(t, b.asked(certificatesPath))

	c := b.config
	c.PublicKeyID, c.PublicKey = "", ""
	o, err := b.open(c).Create(t.Context(), b.request("ORDER002", payment.SceneNative))
	require.NoError(t, err)
	require.Equal(t, payment.Unknown, o.Outcome)
	require.Contains(t, b.logged(), "set Config.PublicKeyID and PublicKey")
}

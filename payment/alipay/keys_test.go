package alipay_test

import (
	"context"
	"fmt"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/alipay"
	"github.com/gomall-dev/mall/payment/paytest"
)

func TestProviderWithCertificates(t *testing.T) {
	t.Parallel()
	paytest.RunProvider(t, func(t *testing.T) paytest.Kit { return setup(t, certified(sharedCerts())).kit() })
}

// rotating is a bench whose platform's certificates are its own.
func rotating(t *testing.T) (*bench, *paytest.AlipayCerts) {
	certs, err := paytest.NewAlipayCerts(sellerID, start)
	require.NoError(t, err)
	return setup(t, certified(certs)), certs
}

// TestRotation: a certificate that an answer names for the first time is
// downloaded once, however many wait for it, and those from before stay good.
func TestRotation(t *testing.T) {
	t.Parallel()
	b, certs := rotating(t)
	b.create("ROTATE_1", payment.SceneNative)
	b.pay("ROTATE_1", "")
	old := b.last()
	require.Zero(t, b.downloads())
	require.NoError(t, certs.Rotate(start, 24*time.Hour))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			r, err := b.provider.Query(t.Context(), payment.Query{Number: "ROTATE_1"})
			if err != nil || r.Outcome != payment.Settled {
				t.Error(r, err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, 1, b.downloads())
	_, err := b.parse(old)
	require.NoError(t, err, "signed by the one of before")

	require.NoError(t, certs.Rotate(start, 24*time.Hour))
	b.pass(10 * time.Second)
	b.create("ROTATE_2", payment.SceneNative)
	b.pay("ROTATE_2", "")
	_, err = b.parse(b.last())
	require.NoError(t, err)
	require.Equal(t, 2, b.downloads())

	b.pass(25 * time.Hour)
	require.Equal(t, payment.Unknown, b.query("ROTATE_2").Outcome, "the newest is over")
	require.Contains(t, b.logged(), "is not valid now")
	require.NoError(t, certs.Rotate(b.now(), time.Hour))
	require.Equal(t, payment.Settled, b.query("ROTATE_2").Outcome)
}

// TestCertificatesThatAreNotBelieved: what is downloaded counts only if a root
// stands behind it, and is asked for again when that was for the moment only.
func TestCertificatesThatAreNotBelieved(t *testing.T) {
	t.Parallel()
	b, certs := rotating(t)
	b.create("LIAR_1", payment.SceneJSAPI)
	require.NoError(t, certs.Rotate(start, 24*time.Hour))
	for f, why := range map[paytest.Fault]string{paytest.BadSign: "no root of Config.RootCert", paytest.OldSign: "another number", paytest.Refuses: "cannot be had", paytest.Garbage: "cannot be had", paytest.HangUp: "EOF"} {
		b.gateway.Fault(paytest.OpCertificates, f)
		b.pass(10 * time.Second)
		require.Equal(t, payment.Unknown, b.query("LIAR_1").Outcome, f)
		require.Contains(t, b.logged(), why)
	}
	before := b.downloads()
	require.Equal(t, payment.Unknown, b.query("LIAR_1").Outcome)
	require.Equal(t, before, b.downloads(), "not at once")
	b.gateway.Fault(paytest.OpCertificates, paytest.None)
	b.pass(10 * time.Second)
	require.Equal(t, payment.Waiting, b.query("LIAR_1").Outcome)

	// Another merchant's certificate of the same issuer is not Alipay's.
	strangers, err := paytest.NewAlipayCerts("2088000000000000", start)
	require.NoError(t, err)
	c := b.config
	_, c.AlipayCert = strangers.Certificate()
	b.provider = b.open(c)
	require.Equal(t, payment.Unknown, b.query("LIAR_1").Outcome)
	require.Contains(t, b.logged(), "another holder")
}

// TestNoticesOfUnknownCertificates: anybody may send them; they cause a download
// now and then, and do not keep answers from theirs.
func TestNoticesOfUnknownCertificates(t *testing.T) {
	t.Parallel()
	b, certs := rotating(t)
	b.create("SPAM_1", payment.SceneNative)
	b.pay("SPAM_1", "")
	form, err := url.ParseQuery(string(b.last().Body))
	require.NoError(t, err)
	send := func(sn string) error {
		form.Set("alipay_cert_sn", sn)
		_, err := b.parse(paytest.Notice{Header: b.last().Header, Body: []byte(form.Encode())})
		return err
	}
	for i := range 20 {
		require.ErrorIs(t, send(fmt.Sprintf("%032x", i)), payment.ErrSignature)
	}
	require.Equal(t, 1, b.downloads())
	for _, sn := range []string{"../../x", strings.Repeat("A", 32), "0"} {
		require.ErrorContains(t, send(sn), "no number")
	}
	require.NoError(t, certs.Rotate(start, time.Hour))
	require.Equal(t, payment.Settled, b.query("SPAM_1").Outcome)
	require.Equal(t, 2, b.downloads())
	b.pass(10 * time.Second)
	form.Set("alipay_cert_sn", strings.Repeat("a", 32))
	_, err = b.provider.ParseNotice(context.WithValue(t.Context(), mall.TxKey{}, true), b.last().Header, []byte(form.Encode()))
	require.ErrorIs(t, err, payment.ErrInTx)
}

// TestStrangeApps: the platform refuses who names other certificates, and the
// reason is told.
func TestStrangeApps(t *testing.T) {
	t.Parallel()
	certs := sharedCerts()
	b := setup(t, certified(certs))
	_, public := appKey()
	c := b.config
	var err error
	c.AppCert, err = certs.App(appID, public, start)
	require.NoError(t, err)
	o, err := b.open(c).Create(t.Context(), b.request("STRANGE_1", payment.SceneNative))
	require.NoError(t, err)
	require.Equal(t, []string{"failed", "isv.app-cert-not-exist"}, []string{string(o.Outcome), o.Code})
	c = b.config
	other, err := paytest.NewAlipayCerts(sellerID, start)
	require.NoError(t, err)
	c.RootCert = other.Roots()
	o, err = b.open(c).Create(t.Context(), b.request("STRANGE_1", payment.SceneNative))
	require.NoError(t, err)
	require.Equal(t, []string{"failed", "isv.invalid-alipay-root-cert-sn"}, []string{string(o.Outcome), o.Code})
	b2 := setup(t)
	b2.config.BaseURL = b.config.BaseURL
	require.Equal(t, payment.Unknown, func() payment.Outcome {
		r, err := b2.open(b2.config).Query(t.Context(), payment.Query{Number: "STRANGE_1"})
		require.NoError(t, err)
		return r.Outcome
	}(), "public key mode: what answers is not that key")
}

func TestCertificateConfig(t *testing.T) {
	t.Parallel()
	certs := sharedCerts()
	b := setup(t, certified(certs))
	_, public := newKey()
	foreign, err := certs.App(appID, public, start)
	require.NoError(t, err)
	ecCert := strings.SplitAfter(certs.Roots(), "-----END CERTIFICATE-----\n")[1]
	for name, change := range map[string]func(c *alipay.Config){
		"belong together":                func(c *alipay.Config) { c.RootCert = "" },
		"AppCert, AlipayCert":            func(c *alipay.Config) { c.AppCert = "" },
		"AlipayPublicKey is for":         func(c *alipay.Config) { c.AlipayPublicKey = sharedKeys().PublicKey() },
		"AppCert: no certificate":        func(c *alipay.Config) { c.AppCert = "x" },
		"AlipayCert: no certificate":     func(c *alipay.Config) { c.AlipayCert = "x" },
		"RootCert: no certificate":       func(c *alipay.Config) { c.RootCert = "x" },
		"AppCert: x509":                  func(c *alipay.Config) { c.AppCert = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" },
		"AppCert is not of":              func(c *alipay.Config) { c.AppCert = foreign },
		"AlipayCert is the app's own":    func(c *alipay.Config) { c.AlipayCert = c.AppCert },
		"RootCert: asn1":                 func(c *alipay.Config) { c.RootCert = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n" },
		"AlipayCert: certificate has no": func(c *alipay.Config) { c.AlipayCert = ecCert },
	} {
		c := b.config
		change(&c)
		_, err := alipay.New(c)
		require.ErrorContains(t, err, name)
	}
}

package alipay_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/alipay"
	"github.com/gomall-dev/mall/payment/paytest"
)

const (
	appID    = "2021000122671080"
	sellerID = "2088102122524333"
	buyerID  = "074a1CcTG1LelxKe4xQC0zgNdId0nxi95b5lsNpazWYoCo5"
)

// appKey is made once; making RSA keys takes time.
var appKey = sync.OnceValues(newKey)

// newKey makes a key in the bare form of Alipay's tools.
func newKey() (private, public string) {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		panic(err)
	}
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		panic(err)
	}
	pub, err := x509.MarshalPKIXPublicKey(&key.PublicKey)
	if err != nil {
		panic(err)
	}
	return base64.StdEncoding.EncodeToString(der), base64.StdEncoding.EncodeToString(pub)
}

var sharedKeys = sync.OnceValue(func() *paytest.AlipayKeys {
	k, err := paytest.NewAlipayKeys()
	if err != nil {
		panic(err)
	}
	return k
})

// sharedCerts are the platform's certificates for tests that do not change them.
var sharedCerts = sync.OnceValue(func() *paytest.AlipayCerts {
	c, err := paytest.NewAlipayCerts(sellerID, start)
	if err != nil {
		panic(err)
	}
	return c
})

var start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// bench is a merchant before a simulated Alipay.
type bench struct {
	t        testing.TB
	gateway  *paytest.Gateway
	books    *paytest.Memory
	server   *httptest.Server
	provider *alipay.Provider
	config   alipay.Config

	mu      sync.Mutex
	log     bytes.Buffer
	at      time.Time
	answer  string // to notifications
	notices []paytest.Notice
	asked   []string // methods that the platform was asked for
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

func (b *bench) pass(d time.Duration) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.at = b.at.Add(d)
}

// Write takes the log.
func (b *bench) Write(text []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.Write(text)
}

// setup opens a bench; changes alter the configurations of both sides.
func setup(t testing.TB, changes ...func(b *bench, c *alipay.Config, a *paytest.Alipay)) *bench {
	b := &bench{t: t, at: start, books: paytest.NewBooks(), answer: "success"}
	mux := http.NewServeMux()
	b.server = httptest.NewServer(mux)
	t.Cleanup(b.server.Close)
	private, public := appKey()
	b.config = alipay.Config{AppID: appID, SellerID: sellerID, PrivateKey: payment.Secret(private), AlipayPublicKey: sharedKeys().PublicKey(),
		NotifyURL: b.server.URL + "/notify/alipay", BaseURL: b.server.URL + "/gateway.do", Timeout: time.Second, Pause: time.Millisecond,
		Now: b.now, Logger: slog.New(slog.NewTextHandler(b, nil))}
	platform := paytest.Alipay{AppID: appID, SellerID: sellerID, PublicKey: public, Keys: sharedKeys()}
	for _, change := range changes {
		change(b, &b.config, &platform)
	}
	var err error
	b.gateway, err = paytest.NewGateway(b.books, paytest.Config{Now: b.now, Alipay: &platform})
	require.NoError(t, err)
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		form, _ := url.ParseQuery(string(body))
		b.mu.Lock()
		b.asked = append(b.asked, form.Get("method"))
		b.mu.Unlock()
		r.Body = io.NopCloser(bytes.NewReader(body))
		b.gateway.ServeHTTP(w, r)
	})
	mux.HandleFunc("POST /notify/alipay", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.notices = append(b.notices, paytest.Notice{Header: payment.Header(r.Header.Clone()), Body: body})
		_, _ = io.WriteString(w, b.answer)
	})
	b.provider = b.open(b.config)
	return b
}

func (b *bench) open(c alipay.Config) *alipay.Provider {
	b.t.Helper()
	p, err := alipay.New(c)
	require.NoError(b.t, err)
	return p
}

// certified puts both sides into certificate mode.
func certified(certs *paytest.AlipayCerts) func(b *bench, c *alipay.Config, a *paytest.Alipay) {
	return func(b *bench, c *alipay.Config, a *paytest.Alipay) {
		_, public := appKey()
		app, err := certs.App(appID, public, start)
		require.NoError(b.t, err)
		_, theirs := certs.Certificate()
		c.AlipayPublicKey, c.AppCert, c.AlipayCert, c.RootCert = "", app, theirs, certs.Roots()
		a.Keys, a.PublicKey, a.Certs, a.AppCert = nil, "", certs, app
	}
}

// downloads counts how often a certificate was asked for.
func (b *bench) downloads() int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, method := range b.asked {
		if method == "alipay.open.app.alipaycert.download" {
			n++
		}
	}
	return n
}

func (b *bench) arrived() []paytest.Notice {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.notices
}

// last is the last notification that came.
func (b *bench) last() paytest.Notice {
	all := b.arrived()
	require.NotEmpty(b.t, all)
	return all[len(all)-1]
}

func (b *bench) parse(n paytest.Notice) (payment.Notice, error) {
	return b.provider.ParseNotice(b.t.Context(), n.Header, n.Body)
}

func (b *bench) request(number string, scene payment.Scene) payment.Request {
	return payment.Request{Number: number, Amount: 1234, Title: "测试订单 a=1&b/2", Scene: scene, OpenID: buyerID, AppID: "wx8888888888888888",
		Code: "286061098828009406", Due: b.now().Add(30 * time.Minute)}
}

func (b *bench) create(number string, scene payment.Scene) payment.Opening {
	b.t.Helper()
	o, err := b.provider.Create(b.t.Context(), b.request(number, scene))
	require.NoError(b.t, err)
	return o
}

func (b *bench) query(number string) payment.Result {
	b.t.Helper()
	r, err := b.provider.Query(b.t.Context(), payment.Query{Number: number})
	require.NoError(b.t, err)
	return r
}

func (b *bench) close(number string) payment.Result {
	b.t.Helper()
	r, err := b.provider.Close(b.t.Context(), payment.Query{Number: number})
	require.NoError(b.t, err)
	return r
}

func (b *bench) pay(number string, o paytest.Outcome) {
	b.t.Helper()
	_, err := b.gateway.Pay(b.t.Context(), number, o)
	require.NoError(b.t, err)
}

func (b *bench) logged() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.String()
}

func TestProvider(t *testing.T) {
	t.Parallel()
	paytest.RunProvider(t, func(t *testing.T) paytest.Kit { return setup(t).kit() })
}

// kit is the bench for the suite.
func (b *bench) kit() paytest.Kit {
	return paytest.Kit{Provider: b.provider, Gateway: b.gateway, OpenID: buyerID, Merchant: sellerID, Now: b.now, Pass: b.pass, Down: b.server.Close,
		Pay: func(number string) error {
			o, err := b.gateway.Pay(b.t.Context(), number, "")
			if err == nil && o.State != paytest.Paid {
				err = errors.New(string(o.State))
			}
			return err
		},
		Notices: b.arrived,
	}
}

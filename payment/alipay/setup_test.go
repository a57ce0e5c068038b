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

// appKey is made once, in the bare form of Alipay's tools; making RSA keys takes time.
var appKey = sync.OnceValues(func() (private, public string) {
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
})

var sharedKeys = sync.OnceValue(func() *paytest.AlipayKeys {
	k, err := paytest.NewAlipayKeys()
	if err != nil {
		panic(err)
	}
	return k
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

func setup(t testing.TB) *bench {
	b := &bench{t: t, at: start, books: paytest.NewBooks(), answer: "success"}
	mux := http.NewServeMux()
	b.server = httptest.NewServer(mux)
	t.Cleanup(b.server.Close)
	private, public := appKey()
	b.config = alipay.Config{AppID: appID, SellerID: sellerID, PrivateKey: payment.Secret(private), AlipayPublicKey: sharedKeys().PublicKey(),
		NotifyURL: b.server.URL + "/notify/alipay", BaseURL: b.server.URL + "/gateway.do", Timeout: time.Second, Pause: time.Millisecond,
		Now: b.now, Logger: slog.New(slog.NewTextHandler(b, nil))}
	var err error
	b.gateway, err = paytest.NewGateway(b.books, paytest.Config{Now: b.now,
		Alipay: &paytest.Alipay{AppID: appID, SellerID: sellerID, PublicKey: public, Keys: sharedKeys()}})
	require.NoError(t, err)
	mux.Handle("/", b.gateway)
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
	b.provider, err = alipay.New(b.config)
	require.NoError(t, err)
	return b
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
	paytest.RunProvider(t, func(t *testing.T) paytest.Kit {
		b := setup(t)
		return paytest.Kit{Provider: b.provider, Gateway: b.gateway, OpenID: buyerID, Merchant: sellerID, Now: b.now, Pass: b.pass, Down: b.server.Close,
			Pay: func(number string) error {
				o, err := b.gateway.Pay(t.Context(), number, "")
				if err == nil && o.State != paytest.Paid {
					err = errors.New(string(o.State))
				}
				return err
			},
			Notices: b.arrived,
		}
	})
}

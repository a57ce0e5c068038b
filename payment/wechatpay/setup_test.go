package wechatpay_test

import (
	"bytes"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"encoding/pem"
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
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/payment/wechatpay"
)

const (
	appID    = "wx8888888888888888"
	subAppID = "wx7777777777777777"
	mchID    = "1900009191"
	subMchID = "1900000109"
	serial   = "3775B6A45ACD588826D15E583A95F5DD12345678"
	apiKey   = "0123456789abcdef0123456789ABCDEF"
)

// merchantKey is made once; making RSA keys takes time.
var merchantKey = sync.OnceValues(func() (private, public string) {
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
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der})), string(pem.EncodeToMemory(&pem.Block{Type: "PUBLIC KEY", Bytes: pub}))
})

var start = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// sharedKeys are the platform's for tests that do not change them.
var sharedKeys = sync.OnceValue(func() *paytest.PlatformKeys {
	k, err := paytest.NewPlatformKeys(start)
	if err != nil {
		panic(err)
	}
	return k
})

// bench is a merchant before a simulated WeChat Pay.
type bench struct {
	t        testing.TB
	gateway  *paytest.Gateway
	books    *paytest.Memory
	keys     *paytest.PlatformKeys
	server   *httptest.Server
	provider *wechatpay.Provider
	config   wechatpay.Config
	log      *bytes.Buffer

	mu      sync.Mutex
	at      time.Time
	notices []paytest.Notice
	seen    []string // methods and paths of requests to the platform
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

// setup opens a bench; change alters the configurations of both sides.
func setup(t testing.TB, change func(b *bench, c *wechatpay.Config, w *paytest.WeChat)) *bench {
	b := &bench{t: t, at: start, books: paytest.NewBooks(), keys: sharedKeys(), log: &bytes.Buffer{}}
	mux := http.NewServeMux()
	b.server = httptest.NewServer(mux)
	t.Cleanup(b.server.Close)
	private, public := merchantKey()
	id, text := b.keys.PublicKey()
	b.config = wechatpay.Config{AppID: appID, MerchantID: mchID, Serial: serial, PrivateKey: payment.Secret(private), APIv3Key: apiKey,
		PublicKeyID: id, PublicKey: text, NotifyURL: b.server.URL + "/notify/wxpay", BaseURL: b.server.URL, Timeout: time.Second, Pause: time.Millisecond,
		Now: b.now, Logger: slog.New(slog.NewTextHandler(&locked{b: b}, nil))}
	platform := paytest.WeChat{MerchantID: mchID, AppIDs: []string{appID}, Serial: serial, PublicKey: public, APIv3Key: apiKey, Keys: b.keys}
	if change != nil {
		change(b, &b.config, &platform)
		platform.Keys = b.keys
	}
	var err error
	b.gateway, err = paytest.NewGateway(b.books, paytest.Config{WeChat: &platform, Now: b.now})
	require.NoError(t, err)
	mux.HandleFunc("/v3/", func(w http.ResponseWriter, r *http.Request) {
		b.mu.Lock()
		b.seen = append(b.seen, r.Method+" "+r.URL.Path)
		b.mu.Unlock()
		b.gateway.ServeHTTP(w, r)
	})
	mux.HandleFunc("POST /notify/wxpay", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		b.mu.Lock()
		defer b.mu.Unlock()
		b.notices = append(b.notices, paytest.Notice{Header: payment.Header(r.Header.Clone()), Body: body})
		w.WriteHeader(http.StatusNoContent)
	})
	b.provider = b.open(b.config)
	return b
}

func (b *bench) open(c wechatpay.Config) *wechatpay.Provider {
	b.t.Helper()
	p, err := wechatpay.New(c)
	require.NoError(b.t, err)
	return p
}

// locked writes the log under the bench's lock.
type locked struct{ b *bench }

func (l *locked) Write(p []byte) (int, error) {
	l.b.mu.Lock()
	defer l.b.mu.Unlock()
	return l.b.log.Write(p)
}

func (b *bench) logged() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.log.String()
}

func (b *bench) asked(path string) int {
	b.mu.Lock()
	defer b.mu.Unlock()
	n := 0
	for _, p := range b.seen {
		if p == path {
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

func (b *bench) parse(p payment.Provider, n paytest.Notice) (payment.Notice, error) {
	return p.ParseNotice(b.t.Context(), n.Header, n.Body)
}

func (b *bench) request(number string, scene payment.Scene) payment.Request {
	return payment.Request{Number: number, Amount: 1234, Title: "测试订单", Scene: scene, OpenID: "o1", Addr: "127.0.0.1",
		Code: "130061098828009406", Due: b.now().Add(30 * time.Minute)}
}

// pay opens a payment and pays it.
func (b *bench) pay(number string, o paytest.Outcome) payment.Opening {
	b.t.Helper()
	opening, err := b.provider.Create(b.t.Context(), b.request(number, payment.SceneJSAPI))
	require.NoError(b.t, err)
	require.Equal(b.t, payment.Waiting, opening.Outcome, "%+v", opening)
	_, err = b.gateway.Pay(b.t.Context(), number, o)
	require.NoError(b.t, err)
	return opening
}

// kit is the bench for the suite.
func (b *bench) kit(appid, merchant string) paytest.Kit {
	return paytest.Kit{Provider: b.provider, Gateway: b.gateway, AppID: appid, OpenID: "o1", Merchant: merchant, Now: b.now, Pass: b.pass, Down: b.server.Close,
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

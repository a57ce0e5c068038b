// Package apitest runs tests against the assembled services over HTTP: a Kit is
// a shop on an empty store with a clock that stands still, ports that play the
// outside world, and a server on 127.0.0.1.
//
//	kit := apitest.New(t, store)
//	kit.Call("POST", "/mall/user/username/register", apitest.Fields{"username": "ann", "pwd": "secret1"}).OK(t)
//	kit.Run(apitest.Scenario{Name: "login", Steps: []apitest.Step{…}})
package apitest

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/token"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/payment/operator"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/storage"
)

const (
	// Subdomain is the tenant's segment of a Kit.
	Subdomain = "mall"
	// MerchantID is the merchant's number of a Kit.
	MerchantID = 951
	// AppID is the mini program of a Kit.
	AppID = "wxsandbox00000000"
	// AppID2 is the mini program of a second operating centre, see Kit.Centre2.
	AppID2 = "wxsandbox00000002"
)

// Kit is an assembled shop for tests.
type Kit struct {
	*httpadapter.Services
	Adapter *httpadapter.Adapter
	Server  *httptest.Server
	Clock   *Clock
	Ports   *Sandbox
	Gateway *paytest.Gateway // the payment gateway "wxpay"
	Books   *paytest.Memory  // what the gateway knows
	Secret  string           // what the gateway signs with
	// Values, if set before a request, is a context whose values the handlers
	// find in theirs.
	Values context.Context

	t    testing.TB
	vars map[string]string
}

// Option changes what New assembles.
type Option func(*httpadapter.Ports, *httpadapter.Config, *httpadapter.AdapterConfig)

// New assembles a shop on an empty, migrated store. It ends with the test.
func New(t testing.TB, store storage.Store, opts ...Option) *Kit {
	t.Helper()
	k := &Kit{t: t, Clock: NewClock(), Ports: NewSandbox(), Books: paytest.NewBooks(), vars: map[string]string{}}
	k.Server = httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/sandbox/") {
			k.Gateway.ServeHTTP(w, r)
			return
		}
		if k.Values != nil {
			r = r.WithContext(valued{r.Context(), k.Values})
		}
		k.Adapter.ServeHTTP(w, r)
	}))
	k.Server.Config.MaxHeaderBytes = 4 << 20 // so that long queries are answered by the API
	k.Server.Start()
	t.Cleanup(k.Server.Close)
	level := slog.LevelError
	if os.Getenv("MALL_TEST_LOG") != "" {
		level = slog.LevelDebug
	}
	log := slog.New(slog.NewTextHandler(t.Output(), &slog.HandlerOptions{Level: level}))
	ports := k.ports()
	cfg := httpadapter.Config{Now: k.Clock.Now, Logger: log, Public: k.Server.URL}
	cfg.Site.AppIDs = []string{AppID}
	cfg.Operator.Default = operator.Operator{Name: "一号运营中心", AppID: AppID}
	cfg.Captcha.Reveal = k.Ports.reveal
	cfg.Secret.Memory, cfg.Secret.Time = 64, 1 // tests hash often
	web := httpadapter.AdapterConfig{Subdomain: Subdomain, MerchantID: MerchantID, Public: k.Server.URL, Logger: log,
		ManagerKeys: []token.Key{{ID: "test", Secret: []byte("a secret of 32 bytes for tests only")}}}
	for _, o := range opts {
		o(&ports, &cfg, &web)
	}
	var err error
	k.Services, err = httpadapter.Assemble(store, ports, cfg)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Services.Close(context.Background())) })
	k.Adapter, err = httpadapter.New(k.Services, web)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, k.Adapter.Close(context.Background())) })
	return k
}

// valued is a context with the values of another one besides its own.
type valued struct {
	context.Context
	more context.Context
}

// Value looks in the own context first.
func (v valued) Value(key any) any {
	if own := v.Context.Value(key); own != nil {
		return own
	}
	return v.more.Value(key)
}

// Fields are the fields of a request.
type Fields map[string]string

// Envelope is an answer of wxapi.
type Envelope struct {
	Code   int
	Msg    string
	Data   json.RawMessage // nil when there is none
	Body   string          // as it came
	Status int
	Header http.Header
}

// Routes are the mounted routes of one face and place, "wxapi" and "plain".
func (k *Kit) Routes(face mall.Face, place string) []endpoint.Info {
	return slices.DeleteFunc(k.Adapter.Routes(), func(i endpoint.Info) bool { return i.Face != string(face) || i.Place != place })
}

// Call sends a request to a path of the server, fields in the query of a GET
// and the body of a POST. A path without a leading slash is below the tenant.
func (k *Kit) Call(verb, path string, f Fields) Envelope {
	k.t.Helper()
	e, err := k.Send(verb, path, f)
	require.NoError(k.t, err, "%s %s", verb, path)
	return e
}

// Send is Call for other goroutines than the test's: it returns errors, also
// when the answer is no envelope.
func (k *Kit) Send(verb, path string, f Fields) (Envelope, error) {
	if !strings.HasPrefix(path, "/") {
		path = "/" + Subdomain + "/" + path
	}
	vs := url.Values{}
	for name, v := range f {
		vs.Set(name, v)
	}
	req, err := k.request(verb, path, vs)
	if err != nil {
		return Envelope{}, err
	}
	return k.Do(req)
}

// request is a request with fields in the query of a GET, else in a form.
func (k *Kit) request(verb, path string, vs url.Values) (*http.Request, error) {
	if verb == http.MethodGet {
		if len(vs) > 0 {
			path += "?" + vs.Encode()
		}
		return http.NewRequest(verb, k.Server.URL+path, nil)
	}
	req, err := http.NewRequest(verb, k.Server.URL+path, strings.NewReader(vs.Encode()))
	if err == nil {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	return req, err
}

// answer sends a request and decodes the answer into in; another status than
// 200, further fields and what is no JSON are errors.
func (k *Kit) answer(req *http.Request, in any) (Envelope, error) {
	res, err := k.Server.Client().Do(req)
	if err != nil {
		return Envelope{}, err
	}
	defer res.Body.Close()
	b, err := io.ReadAll(res.Body)
	if err != nil {
		return Envelope{}, err
	}
	e := Envelope{Body: string(b), Status: res.StatusCode, Header: res.Header}
	d := json.NewDecoder(strings.NewReader(e.Body))
	d.DisallowUnknownFields()
	if err := d.Decode(in); err != nil || res.StatusCode != http.StatusOK {
		return e, errNoEnvelope(e)
	}
	return e, nil
}

func errNoEnvelope(e Envelope) error {
	return fmt.Errorf("no envelope: status %d, %.200q", e.Status, e.Body)
}

// Do sends any request and reads an envelope. An answer that is none (another
// status than 200, further fields, no JSON) is an error.
func (k *Kit) Do(req *http.Request) (Envelope, error) {
	var in struct {
		Code *int            `json:"code"`
		Msg  *string         `json:"msg"`
		Data json.RawMessage `json:"data"`
	}
	e, err := k.answer(req, &in)
	if err != nil {
		return e, err
	}
	if in.Code == nil || in.Msg == nil {
		return e, errNoEnvelope(e)
	}
	e.Code, e.Msg, e.Data = *in.Code, *in.Msg, in.Data
	return e, nil
}

// OK demands code 0 and gives the Envelope itself.
func (e Envelope) OK(t testing.TB) Envelope {
	t.Helper()
	return e.Want(t, 0)
}

// Want demands a code and gives the Envelope itself.
func (e Envelope) Want(t testing.TB, code int) Envelope {
	t.Helper()
	require.Equal(t, code, e.Code, e.Body)
	return e
}

// Into decodes the data into dst.
func (e Envelope) Into(t testing.TB, dst any) {
	t.Helper()
	require.NoError(t, json.Unmarshal(e.Data, dst), e.Body)
}

// Get is a value inside the data as text, by a path like "items.0.key"; empty
// when there is none.
func (e Envelope) Get(path string) string {
	var v any
	d := json.NewDecoder(strings.NewReader(string(e.Data)))
	d.UseNumber()
	if d.Decode(&v) != nil {
		return ""
	}
	if path == "" {
		return fmt.Sprint(v)
	}
	for part := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[part]
		case []any:
			var i int
			if _, err := fmt.Sscan(part, &i); err != nil || i < 0 || i >= len(at) {
				return ""
			}
			v = at[i]
		default:
			return ""
		}
	}
	if v == nil {
		return ""
	}
	return fmt.Sprint(v)
}

// Register makes a shopper with a user name and the password "secret1" and
// gives the token of a session.
func (k *Kit) Register(name string) (token string) {
	k.t.Helper()
	k.Call("POST", "user/username/register", Fields{"username": name, "pwd": "secret1"}).OK(k.t)
	return k.Login(name)
}

// Login is a new session of a shopper that Register made.
func (k *Kit) Login(name string) (token string) {
	k.t.Helper()
	token = k.Call("POST", "user/username/login", Fields{"username": name, "pwd": "secret1", "deviceId": "t", "deviceName": "t"}).OK(k.t).Get("token")
	require.NotEmpty(k.t, token)
	return token
}

// Buyer is the actor of a token.
func (k *Kit) Buyer(token string) mall.Actor {
	k.t.Helper()
	who, err := k.Auth.Authenticate(k.t.Context(), mall.FaceWXAPI, token, "127.0.0.1")
	require.NoError(k.t, err)
	return who
}

// Clock is a clock that moves only when told.
type Clock struct {
	mu sync.Mutex
	at time.Time
}

// NewClock stands at 2026-03-02 10:00:00 in Shanghai.
func NewClock() *Clock { return &Clock{at: time.Date(2026, 3, 2, 2, 0, 0, 0, time.UTC)} }

// Now is the moment at which the clock stands.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

// Advance moves the clock.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

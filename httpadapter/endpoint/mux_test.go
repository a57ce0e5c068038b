package endpoint_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

// plain is a small dialect: {"ok":…} or {"error":code}.
type plain struct{}

func (plain) Face() mall.Face      { return "plain" }
func (plain) Absent(s string) bool { return s == "undefined" }
func (plain) Who(_ context.Context, _ *http.Request, f endpoint.Fields, addr string) (mall.Actor, error) {
	switch f.Get("token") {
	case "":
		return mall.Actor{}, nil
	case "buyer":
		return mall.Actor{Account: 1, Addr: addr}, nil
	case "staff":
		return mall.Actor{Account: 2, Rights: []string{"x"}}, nil
	}
	return mall.Actor{}, mall.ErrUnauthenticated
}

func (plain) OK(w http.ResponseWriter, _ *http.Request, data any) error {
	b, err := json.Marshal(map[string]any{"ok": data})
	if err == nil {
		_, err = w.Write(b)
	}
	return err
}

func (plain) Fail(w http.ResponseWriter, _ *http.Request, err error) {
	code := mall.CodeOf(err)
	if code == "" {
		code = "internal"
	}
	_, _ = io.WriteString(w, `{"error":"`+code+`"}`)
}
func (plain) NotFound(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "nowhere") }
func (plain) MethodNotAllowed(w http.ResponseWriter, _ *http.Request) {
	_, _ = io.WriteString(w, "verb")
}

type noIn struct{}

type echoIn struct {
	Name string `in:"name,required"`
}

func echo(_ context.Context, who mall.Actor, in echoIn) (any, error) {
	return map[string]any{"name": in.Name, "who": who.Account}, nil
}

func setup(t testing.TB, o endpoint.Options, routes ...endpoint.Route) *endpoint.Mux {
	t.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	m := endpoint.NewMux(o)
	require.NoError(t, m.Mount(endpoint.Place{Dialect: plain{}, Prefix: "/p", Name: "here"}, routes...))
	require.NoError(t, m.Own(plain{}, "/p"))
	return m
}

func get(h http.Handler, target string) *httptest.ResponseRecorder {
	w := httptest.NewRecorder()
	h.ServeHTTP(w, httptest.NewRequest("GET", target, nil))
	return w
}

func post(h http.Handler, target, typ, body string) string {
	w := httptest.NewRecorder()
	r := httptest.NewRequest("POST", target, strings.NewReader(body))
	r.Header.Set("Content-Type", typ)
	h.ServeHTTP(w, r)
	return w.Body.String()
}

const form = "application/x-www-form-urlencoded"

func TestRoutes(t *testing.T) {
	t.Parallel()
	m := setup(t, endpoint.Options{},
		endpoint.GET("/get", endpoint.Public, "", echo),
		endpoint.POST("/post", endpoint.Public, "", echo),
		endpoint.Any("/any", endpoint.Optional, "", echo),
		endpoint.GET("/{id}/wild", endpoint.Public, "", echo),
		endpoint.GET("/buyer", endpoint.Buyer, "", echo),
		endpoint.GET("/staff", endpoint.Staff, "", echo),
		endpoint.GET("/place", endpoint.Public, "", func(ctx context.Context, who mall.Actor, _ noIn) (string, error) {
			return endpoint.From(ctx).Place + " " + who.Addr, nil
		}),
		endpoint.GET("/panic", endpoint.Public, "", func(context.Context, mall.Actor, noIn) (any, error) { panic("ouch") }),
		endpoint.GET("/raw", endpoint.Public, "", func(context.Context, mall.Actor, noIn) (endpoint.Raw, error) {
			return endpoint.Bytes("image/png", []byte("png")), nil
		}),
	)
	require.NoError(t, m.Handle("POST", "/notify/{provider}", "", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.WriteString(w, "notify "+r.PathValue("provider"))
	})))
	for target, want := range map[string]string{
		"/p/get?name=a":                         `{"ok":{"name":"a","who":0}}`,
		"/p/get":                                `{"error":"endpoint.required"}`,
		"/p/get?name=undefined":                 `{"error":"endpoint.required"}`,
		"//p//get?name=a":                       `{"ok":{"name":"a","who":0}}`,
		"/p/x/../get/?name=a":                   `{"ok":{"name":"a","who":0}}`,
		"/p/get?name=%E7%BA%A2":                 `{"ok":{"name":"红","who":0}}`,
		"/p/get?name=a%00b":                     `{"error":"endpoint.text"}`,
		"/p/get?name=%ff":                       `{"error":"endpoint.text"}`,
		"/p/get?name=%zz":                       `{"error":"invalid"}`,
		"/p/get?" + strings.Repeat("a=1&", 200): `{"error":"endpoint.too_many"}`,
		"/p/post?name=a":                        `verb`,
		"/p/any?name=a&token=buyer":             `{"ok":{"name":"a","who":1}}`,
		"/p/any?name=a&token=old":               `{"ok":{"name":"a","who":0}}`,
		"/p/buyer?name=a":                       `{"error":"unauthenticated"}`,
		"/p/buyer?name=a&token=old":             `{"error":"unauthenticated"}`,
		"/p/buyer?token=old":                    `{"error":"unauthenticated"}`,
		"/p/buyer?name=a&token=buyer":           `{"ok":{"name":"a","who":1}}`,
		"/p/staff?name=a&token=buyer":           `{"error":"denied"}`,
		"/p/staff?name=a&token=staff":           `{"ok":{"name":"a","who":2}}`,
		"/p/7/wild?name=a":                      `{"ok":{"name":"a","who":0}}`,
		"/p/place":                              `{"ok":"here 192.0.2.1"}`,
		"/p/panic":                              `{"error":"internal"}`,
		"/p/raw":                                `png`,
		"/p/nothing":                            `nowhere`,
		"/p":                                    `nowhere`,
		"/p/":                                   `nowhere`,
		"/notify/wx":                            `notify wx`,
		"/p/get?name=" + strings.Repeat("x", 70000): `{"error":"endpoint.too_long"}`,
	} {
		w := get(m, target)
		require.Equal(t, want, w.Body.String(), "%.60s", target)
		require.Equal(t, 200, w.Code, "%.60s", target)
		require.Equal(t, "no-store", w.Header().Get("Cache-Control"))
	}
	require.Equal(t, `{"ok":{"name":"b","who":0}}`, post(m, "/p/post?name=a", form, "name=b"))
	require.Equal(t, `{"ok":{"name":"b","who":0}}`, post(m, "/p/post", "application/json", `{"name":"b","other":null}`))
	require.Equal(t, `{"error":"endpoint.body"}`, post(m, "/p/post", "application/json", `[1]`))
	require.Equal(t, `{"error":"endpoint.too_large"}`, post(m, "/p/post", form, "name="+strings.Repeat("x", 1<<20)))
	require.Equal(t, `{"error":"endpoint.too_long"}`, post(m, "/p/post", form, "name="+strings.Repeat("x", 1<<20-10)))
}

func TestUpload(t *testing.T) {
	t.Parallel()
	type in struct {
		File *multipart.FileHeader `in:"upfile,required"`
		Note string                `in:"note"`
	}
	m := setup(t, endpoint.Options{Limits: endpoint.Limits{Body: 1000, Upload: 100_000}},
		endpoint.POST("/up", endpoint.Buyer, "", func(_ context.Context, _ mall.Actor, in in) (any, error) {
			return []any{in.File.Filename, in.File.Size, in.Note}, nil
		}))
	send := func(name string, size int) string {
		var b bytes.Buffer
		mw := multipart.NewWriter(&b)
		fw, err := mw.CreateFormFile(name, "a.png")
		require.NoError(t, err)
		_, _ = fw.Write(make([]byte, size))
		require.NoError(t, mw.WriteField("token", "buyer"))
		require.NoError(t, mw.WriteField("note", "hi"))
		require.NoError(t, mw.Close())
		return post(m, "/p/up", mw.FormDataContentType(), b.String())
	}
	require.Equal(t, `{"ok":["a.png",5000,"hi"]}`, send("upfile", 5000))
	require.Equal(t, `{"error":"endpoint.required"}`, send("other", 10))
	require.Equal(t, `{"error":"endpoint.too_large"}`, send("upfile", 200_000))
}

func TestMountRefuses(t *testing.T) {
	t.Parallel()
	m := setup(t, endpoint.Options{}, endpoint.GET("/a", endpoint.Public, "", echo), endpoint.GET("/{x}/b", endpoint.Public, "", echo))
	p := endpoint.Place{Dialect: plain{}, Prefix: "/p"}
	require.NoError(t, m.Mount(p, endpoint.POST("/a", endpoint.Public, "", echo)))
	require.ErrorContains(t, m.Mount(p, endpoint.GET("/a", endpoint.Public, "", echo)), "twice")
	require.ErrorContains(t, m.Mount(p, endpoint.GET("/b/{y}", endpoint.Public, "", echo)), "conflict")
	require.Error(t, m.Mount(p, endpoint.GET("a", endpoint.Public, "", echo)))
	require.Error(t, m.Mount(p, endpoint.GET("/c", endpoint.Buyer, "", echo).Cached()))
	require.Error(t, m.Mount(p, endpoint.Route{Path: "/d"}))
	require.ErrorContains(t, m.Mount(p, endpoint.GET("/e", endpoint.Public, "", func(context.Context, mall.Actor, struct {
		C chan int `in:"c"`
	}) (any, error) {
		return nil, nil
	})), "cannot be bound")
}

func TestCached(t *testing.T) {
	t.Parallel()
	m := setup(t, endpoint.Options{}, endpoint.GET("/a", endpoint.Public, "", echo).Cached())
	w := get(m, "/p/a?name=x")
	tag := w.Header().Get("ETag")
	require.NotEmpty(t, tag)
	require.Equal(t, "no-cache", w.Header().Get("Cache-Control"))
	r := httptest.NewRequest("GET", "/p/a?name=x", nil)
	r.Header.Set("If-None-Match", tag)
	again := httptest.NewRecorder()
	m.ServeHTTP(again, r)
	require.Equal(t, 304, again.Code)
	require.Empty(t, again.Body.String())
	require.Empty(t, get(m, "/p/a").Header().Get("ETag"), "errors are not tagged")
}

// TestLog: neither tokens nor field values reach the log.
func TestLog(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	m := setup(t, endpoint.Options{Logger: slog.New(slog.NewTextHandler(&log, &slog.HandlerOptions{Level: slog.LevelDebug}))},
		endpoint.GET("/a", endpoint.Optional, "", func(_ context.Context, _ mall.Actor, in echoIn) (any, error) {
			switch in.Name {
			case "refuse-secret":
				return nil, mall.ErrInvalid.With(in.Name)
			case "fail-secret":
				return nil, errors.New("disk on fire")
			}
			return nil, nil
		}))
	for _, v := range []string{"fine-secret", "refuse-secret", "fail-secret"} {
		get(m, "/p/a?name="+url.QueryEscape(v)+"&token=token-secret")
	}
	require.NotContains(t, log.String(), "secret")
	require.Contains(t, log.String(), "disk on fire")
	require.Equal(t, 3, strings.Count(log.String(), "route=/a"))
}

func BenchmarkRequest(b *testing.B) {
	type in struct {
		Page     int64   `in:"page"`
		PageSize int64   `in:"pageSize"`
		Category mall.ID `in:"categoryId"`
		Order    string  `in:"orderBy"`
	}
	m := setup(b, endpoint.Options{}, endpoint.GET("/list", endpoint.Optional, "", func(_ context.Context, _ mall.Actor, in in) (int64, error) {
		return in.Page, nil
	}))
	r := httptest.NewRequest("GET", "/p/list?page=2&pageSize=20&categoryId=7&orderBy=priceUp&token=buyer", nil)
	b.ReportAllocs()
	for b.Loop() {
		m.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// TestEveryAndAllow: Every answers verbs that have no route of their own,
// Allow refuses before anything is bound, headers reach the answer.
func TestEveryAndAllow(t *testing.T) {
	t.Parallel()
	hello := func(ctx context.Context, who mall.Actor, in echoIn) (any, error) {
		endpoint.From(ctx).Header.Set("X-Hello", in.Name)
		return int(who.Account), nil
	}
	staff := func(who mall.Actor) error { return who.Must("y") }
	m := setup(t, endpoint.Options{},
		endpoint.Every("/any", endpoint.Public, "", hello),
		endpoint.POST("/any", endpoint.Public, "", echo),
		endpoint.GET("/narrow", endpoint.Staff, "", echo).Allow("right y", staff))
	ask := func(verb, target string) *httptest.ResponseRecorder {
		w := httptest.NewRecorder()
		m.ServeHTTP(w, httptest.NewRequest(verb, target, nil))
		return w
	}
	for _, verb := range []string{"GET", "PUT", "DELETE", "PATCH", "BREW"} {
		w := ask(verb, "/p/any?name=ann")
		require.Contains(t, w.Body.String(), `{"ok":0}`, verb)
		require.Equal(t, "ann", w.Header().Get("X-Hello"))
	}
	require.Contains(t, ask("POST", "/p/any?name=ann").Body.String(), `"who"`)
	require.Contains(t, ask("GET", "/p/narrow?token=staff").Body.String(), mall.CodeOf(mall.ErrDenied))
	levels := map[string]string{}
	for _, i := range m.Routes() {
		levels[i.Verb+" "+i.Path] = i.Access
	}
	require.Equal(t, map[string]string{"* /p/any": "none", "POST /p/any": "none", "GET /p/narrow": "right y"}, levels)
}

package wechat_test

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// fake answers like WeChat and counts what it is asked.
type fake struct {
	tokens atomic.Int64
	good   atomic.Value // the access token that is accepted
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body := map[string]any{}
	_ = json.NewDecoder(r.Body).Decode(&body)
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	switch q := r.URL.Query(); r.URL.Path {
	case "/sns/jscode2session":
		switch q.Get("js_code") {
		case "good":
			say(`{"openid":"o-%s","unionid":"u","session_key":"a2V5"}`, q.Get("appid"))
		case "used":
			say(`{"errcode":40163,"errmsg":"code been used"}`)
		case "busy":
			say(`{"errcode":-1,"errmsg":"system error"}`)
		case "html":
			say(`<html>`)
		case "500":
			w.WriteHeader(500)
		default:
			say(`{"errcode":40029,"errmsg":"invalid code"}`)
		}
	case "/cgi-bin/stable_token":
		n := f.tokens.Add(1)
		token := fmt.Sprintf("token%d", n)
		f.good.Store(token)
		say(`{"access_token":"%s","expires_in":7200}`, token)
	case "/wxa/business/getuserphonenumber":
		switch {
		case q.Get("access_token") != f.good.Load():
			say(`{"errcode":40001,"errmsg":"invalid credential"}`)
		case body["code"] == "good":
			say(`{"errcode":0,"phone_info":{"purePhoneNumber":"13800000001","watermark":{"appid":"wx1"}}}`)
		case body["code"] == "foreign":
			say(`{"errcode":0,"phone_info":{"purePhoneNumber":"13800000001","watermark":{"appid":"wx9"}}}`)
		default:
			say(`{"errcode":40029,"errmsg":"invalid code"}`)
		}
	case "/wxa/getwxacodeunlimit":
		if body["page"] == "pages/none" {
			say(`{"errcode":41030,"errmsg":"invalid page"}`)
			return
		}
		_, _ = io.WriteString(w, "\x89PNG "+fmt.Sprint(body["scene"], body["width"]))
	}
}

func setup(t *testing.T) (wechat.Client, *fake, func(time.Duration)) {
	t.Helper()
	f, store := &fake{}, storagetest.SQLite(t)
	srv := httptest.NewServer(f)
	t.Cleanup(srv.Close)
	var mu sync.Mutex
	now := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	c, err := wechat.New(wechat.Config{
		Secrets: map[string]string{"wx1": "very secret"}, Tx: store, Tokens: store.AppTokens(), BaseURL: srv.URL, HTTP: srv.Client(),
		Now: func() time.Time { mu.Lock(); defer mu.Unlock(); return now },
	})
	require.NoError(t, err)
	return c, f, func(d time.Duration) { mu.Lock(); defer mu.Unlock(); now = now.Add(d) }
}

func TestLogin(t *testing.T) {
	t.Parallel()
	c, _, _ := setup(t)
	s, err := c.Login(t.Context(), "wx1", "good")
	require.NoError(t, err)
	require.Equal(t, wechat.Session{OpenID: "o-wx1", UnionID: "u", SessionKey: "a2V5"}, s)
	for code, want := range map[string]error{
		"": wechat.ErrCode, "bad": wechat.ErrCode, "used": wechat.ErrCode,
		"busy": wechat.ErrAnswer, "html": wechat.ErrAnswer, "500": wechat.ErrAnswer,
	} {
		_, err := c.Login(t.Context(), "wx1", code)
		require.ErrorIs(t, err, want, code)
		require.NotContains(t, err.Error(), "very secret")
	}
	_, err = c.Login(t.Context(), "wx2", "good")
	require.ErrorIs(t, err, wechat.ErrApp)
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, err = c.Login(ctx, "wx1", "good")
	require.ErrorIs(t, err, wechat.ErrAnswer)
	require.NotContains(t, err.Error(), "very secret", "an address in an error would tell it")
	_, err = c.Login(context.WithValue(t.Context(), mall.TxKey{}, 1), "wx1", "good")
	require.Error(t, err, "never inside a transaction")
}

func TestAccessTokenIsShared(t *testing.T) {
	t.Parallel()
	c, f, pass := setup(t)
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			mobile, err := c.Phone(t.Context(), "wx1", "good")
			if err != nil || mobile != "13800000001" {
				t.Error(mobile, err)
			}
		})
	}
	wg.Wait()
	require.Equal(t, int64(1), f.tokens.Load(), "20 callers, one token")
	pass(3 * time.Hour)
	_, err := c.Phone(t.Context(), "wx1", "good")
	require.NoError(t, err)
	require.Equal(t, int64(2), f.tokens.Load(), "a new one after its end")
	f.good.Store("somebody else refreshed it")
	_, err = c.Phone(t.Context(), "wx1", "good")
	require.NoError(t, err)
	require.Equal(t, int64(3), f.tokens.Load(), "and when it is refused")
	_, err = c.Phone(t.Context(), "wx1", "bad")
	require.ErrorIs(t, err, wechat.ErrCode)
	_, err = c.Phone(t.Context(), "wx1", "foreign")
	require.ErrorIs(t, err, wechat.ErrAnswer, "the number must be of this mini program")
}

func TestWXACode(t *testing.T) {
	t.Parallel()
	c, _, _ := setup(t)
	png, err := c.WXACode(t.Context(), "wx1", wechat.WXACode{Scene: "id=7", Page: "/pages/index", Width: 1})
	require.NoError(t, err)
	require.Equal(t, "\x89PNG id=7280", string(png))
	_, err = c.WXACode(t.Context(), "wx1", wechat.WXACode{Scene: "id=7", Page: "pages/none"})
	require.ErrorIs(t, err, wechat.ErrPage)
	_, err = c.WXACode(t.Context(), "wx1", wechat.WXACode{})
	require.ErrorIs(t, err, mall.ErrInvalid)
}

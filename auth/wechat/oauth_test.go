package wechat_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/wechat"
)

const oauthSecret = "a very secret secret"

// oauthFake answers like WeChat: the code says what.
func oauthFake(w http.ResponseWriter, r *http.Request) {
	q := r.URL.Query()
	say := func(format string, args ...any) { _, _ = fmt.Fprintf(w, format, args...) }
	switch r.URL.Path {
	case "/sns/oauth2/access_token":
		if q.Get("secret") != oauthSecret || q.Get("appid") != "wx1" || q.Get("grant_type") != "authorization_code" {
			say(`{"errcode":40125,"errmsg":"invalid appsecret %s"}`, q.Get("secret"))
			return
		}
		switch code := q.Get("code"); code {
		case "good", "shy", "odd":
			say(`{"access_token":"t-%s","expires_in":7200,"refresh_token":"r","openid":"o-%s","scope":"snsapi_userinfo","unionid":"u"}`, code, code)
		case "used":
			say(`{"errcode":40163,"errmsg":"code been used"}`)
		case "busy":
			say(`{"errcode":-1,"errmsg":"system error"}`)
		case "empty":
			say(`{}`)
		case "html":
			say(`<html>%s`, q.Get("secret"))
		case "elsewhere":
			http.Redirect(w, r, "/sns/stolen?"+r.URL.RawQuery, http.StatusFound)
		case "long":
			say(`{"openid":"%s"}`, strings.Repeat("x", 70<<10))
		default:
			say(`{"errcode":40029,"errmsg":"invalid code"}`)
		}
	case "/sns/userinfo":
		switch q.Get("access_token") {
		case "t-good":
			say(`{"openid":"o-good","nickname":"谭鹏😀","sex":1,"province":"重庆","city":"渝北","country":"中国","headimgurl":"https://wx.example/1.png","unionid":"u"}`)
		case "t-odd":
			say(`{"openid":"o-odd","nickname":"%s","sex":9,"headimgurl":"javascript:alert(1)"}`, strings.Repeat("长", 100)+`\u0000\n`)
		default:
			say(`{"errcode":48001,"errmsg":"api unauthorized"}`)
		}
	default:
		w.WriteHeader(500)
	}
}

func newOAuth(t *testing.T, change func(*wechat.OAuthConfig)) *wechat.OAuth {
	t.Helper()
	srv := httptest.NewServer(http.HandlerFunc(oauthFake))
	t.Cleanup(srv.Close)
	c := wechat.OAuthConfig{AppID: "wx1", Secret: oauthSecret, Redirect: "https://shop.example/users/wechatCallBack", BaseURL: srv.URL}
	if change != nil {
		change(&c)
	}
	o, err := wechat.NewOAuth(c)
	require.NoError(t, err)
	return o
}

func TestOAuthAddress(t *testing.T) {
	t.Parallel()
	require.Equal(t, "https://open.weixin.qq.com/connect/oauth2/authorize?appid=wx1&redirect_uri=https%3A%2F%2Fshop.example%2Fusers%2FwechatCallBack"+
		"&response_type=code&scope=snsapi_userinfo&state=S1#wechat_redirect", newOAuth(t, nil).Address("S1"))
	website := newOAuth(t, func(c *wechat.OAuthConfig) { c.Website, c.Pages = true, "http://127.0.0.1:1/" })
	require.Equal(t, "http://127.0.0.1:1/connect/qrconnect?appid=wx1&redirect_uri=https%3A%2F%2Fshop.example%2Fusers%2FwechatCallBack"+
		"&response_type=code&scope=snsapi_login&state=S1#wechat_redirect", website.Address("S1"))
	for _, missing := range []wechat.OAuthConfig{{}, {AppID: "a", Secret: "s"}, {AppID: "a", Redirect: "r"}, {Secret: "s", Redirect: "r"}} {
		_, err := wechat.NewOAuth(missing)
		require.ErrorContains(t, err, "is missing")
	}
}

func TestOAuthPerson(t *testing.T) {
	t.Parallel()
	o := newOAuth(t, nil)
	reg, err := o.Person(t.Context(), "good")
	require.NoError(t, err)
	require.Equal(t, auth.Registration{
		Identity: &auth.Identity{Provider: wechat.ProviderWeb, AppID: "wx1", OpenID: "o-good", UnionID: "u"},
		Nick:     "谭鹏😀", Gender: 1, Province: "重庆", City: "渝北", AvatarURL: "https://wx.example/1.png",
	}, reg)
	reg, err = o.Person(t.Context(), "shy")
	require.NoError(t, err, "who shows no profile may log in")
	require.Equal(t, "o-shy", reg.Identity.OpenID)
	require.Empty(t, reg.Nick)
	reg, err = o.Person(t.Context(), "odd")
	require.NoError(t, err)
	require.Equal(t, strings.Repeat("长", 64), reg.Nick)
	require.Empty(t, reg.AvatarURL)
	require.Zero(t, reg.Gender)

	for code, want := range map[string]error{
		"": wechat.ErrCode, strings.Repeat("x", 300): wechat.ErrCode, "bad": wechat.ErrCode, "used": wechat.ErrCode,
		"busy": wechat.ErrAnswer, "empty": wechat.ErrAnswer, "html": wechat.ErrAnswer, "elsewhere": wechat.ErrAnswer, "long": wechat.ErrAnswer,
	} {
		_, err := o.Person(t.Context(), code)
		require.ErrorIs(t, err, want, code)
		require.NotContains(t, err.Error(), oauthSecret)
	}
	wrong := newOAuth(t, func(c *wechat.OAuthConfig) { c.Secret = "another secret" })
	_, err = wrong.Person(t.Context(), "good")
	require.ErrorIs(t, err, wechat.ErrAnswer)
	require.NotContains(t, err.Error(), "another secret")
	gone := newOAuth(t, func(c *wechat.OAuthConfig) { c.BaseURL = "http://127.0.0.1:1" })
	_, err = gone.Person(t.Context(), "good")
	require.ErrorIs(t, err, wechat.ErrAnswer)
	require.NotContains(t, err.Error(), oauthSecret, "an address in an error would tell it")
	_, err = o.Person(context.WithValue(t.Context(), mall.TxKey{}, 1), "good")
	require.ErrorContains(t, err, "transaction")
}

package wechat

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
	"unicode"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// ProviderWeb is the provider of bindings to WeChat outside of mini programs:
// official accounts and websites. Their openids differ from those of mini
// programs.
const ProviderWeb = "wxweb"

// OAuthConfig is what logins by WeChat outside of mini programs need.
type OAuthConfig struct {
	// AppID and Secret are those of the official account (or the website
	// application, see Website); required.
	AppID, Secret string
	// Redirect is where WeChat sends the phone back to, a full address on a
	// domain that is registered there; required.
	Redirect string
	// Website takes the addresses of a website application (/connect/qrconnect,
	// a page that shows a QR code of WeChat's own and is opened by a browser)
	// in place of those of an official account (/connect/oauth2/authorize,
	// which a phone opens after it has scanned a QR code of ours).
	Website bool
	// Pages is the base of the addresses that people open; default
	// https://open.weixin.qq.com.
	Pages string
	// BaseURL is that of the API; default https://api.weixin.qq.com.
	BaseURL string
	// HTTP sends requests; default a client that waits 10 seconds at most and
	// follows no redirects, which would carry the secret elsewhere.
	HTTP *http.Client
}

// OAuth asks people for their identity at WeChat (网页授权). It implements the
// port of auth/qrlogin.
type OAuth struct{ c OAuthConfig }

// NewOAuth makes the real client. It talks to nobody yet.
func NewOAuth(c OAuthConfig) (*OAuth, error) {
	for name, text := range map[string]string{"AppID": c.AppID, "Secret": c.Secret, "Redirect": c.Redirect} {
		if text == "" {
			return nil, errors.New("wechat: OAuthConfig." + name + " is missing")
		}
	}
	if c.Pages == "" {
		c.Pages = "https://open.weixin.qq.com"
	}
	if c.BaseURL == "" {
		c.BaseURL = "https://api.weixin.qq.com"
	}
	c.Pages, c.BaseURL = strings.TrimSuffix(c.Pages, "/"), strings.TrimSuffix(c.BaseURL, "/")
	if c.HTTP == nil {
		c.HTTP = &http.Client{
			Timeout:       10 * time.Second,
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		}
	}
	return &OAuth{c}, nil
}

// Address is what somebody opens to agree. WeChat compares the text of the
// address, so the order of its parameters is fixed: it is the alphabetical one.
func (o *OAuth) Address(state string) string {
	page, scope := "/connect/oauth2/authorize", "snsapi_userinfo"
	if o.c.Website {
		page, scope = "/connect/qrconnect", "snsapi_login"
	}
	q := url.Values{
		"appid": {o.c.AppID}, "redirect_uri": {o.c.Redirect}, "response_type": {"code"}, "scope": {scope}, "state": {state},
	}
	return o.c.Pages + page + "?" + q.Encode() + "#wechat_redirect"
}

// Person exchanges a code, once, for who agreed: /sns/oauth2/access_token and
// /sns/userinfo. ErrCode when WeChat does not accept the code. A profile that
// WeChat does not give, or that is not usable, is left empty. The tokens of
// WeChat are kept nowhere.
func (o *OAuth) Person(ctx context.Context, code string) (auth.Registration, error) {
	if code == "" || len(code) > maxCode {
		return auth.Registration{}, ErrCode
	}
	var token struct {
		failure
		Token   string `json:"access_token"`
		OpenID  string `json:"openid"`
		UnionID string `json:"unionid"`
	}
	q := url.Values{"appid": {o.c.AppID}, "secret": {o.c.Secret}, "code": {code}, "grant_type": {"authorization_code"}}
	if err := o.get(ctx, "/sns/oauth2/access_token", q, &token); err != nil {
		return auth.Registration{}, err
	}
	switch {
	case token.ErrCode == errInvalidCode, token.ErrCode == errUsedCode, token.ErrCode == errOldCode:
		return auth.Registration{}, ErrCode.Because(o.quiet(token.failure))
	case token.ErrCode != 0, token.OpenID == "":
		return auth.Registration{}, ErrAnswer.Because(o.quiet(token.failure))
	}
	who := auth.Identity{Provider: ProviderWeb, AppID: o.c.AppID, OpenID: token.OpenID, UnionID: token.UnionID}
	reg := auth.Registration{Identity: &who}
	var info struct {
		failure
		OpenID   string `json:"openid"`
		UnionID  string `json:"unionid"`
		Nick     string `json:"nickname"`
		Sex      int    `json:"sex"`
		Province string `json:"province"`
		City     string `json:"city"`
		Picture  string `json:"headimgurl"`
	}
	q = url.Values{"access_token": {token.Token}, "openid": {token.OpenID}, "lang": {"zh_CN"}}
	if err := o.get(ctx, "/sns/userinfo", q, &info); err != nil || info.ErrCode != 0 || info.OpenID != token.OpenID {
		return reg, nil
	}
	if who.UnionID == "" {
		who.UnionID = info.UnionID
	}
	reg.Nick, reg.Province, reg.City = clip(info.Nick, 64), clip(info.Province, 64), clip(info.City, 64)
	if len(info.Picture) <= 1024 && (strings.HasPrefix(info.Picture, "https://") || strings.HasPrefix(info.Picture, "http://")) {
		reg.AvatarURL = info.Picture
	}
	if info.Sex == 1 || info.Sex == 2 {
		reg.Gender = info.Sex
	}
	return reg, nil
}

// quiet is a failure that does not repeat the secret.
func (o *OAuth) quiet(f failure) failure {
	f.ErrMsg = strings.ReplaceAll(f.ErrMsg, o.c.Secret, "…")
	return f
}

// errOldCode is WeChat's number of a code that is older than five minutes.
const errOldCode = 42003

// clip is a text of the outside without control characters, at most n characters.
func clip(text string, n int) string {
	text = strings.Map(func(c rune) rune {
		if unicode.IsControl(c) || c == unicode.ReplacementChar {
			return -1
		}
		return c
	}, text)
	if cs := []rune(text); len(cs) > n {
		text = string(cs[:n])
	}
	return text
}

// get asks the API. Errors carry no secrets: url.Error would print the whole
// address, and an answer could repeat it.
func (o *OAuth) get(ctx context.Context, path string, q url.Values, out any) error {
	if mall.InTx(ctx) {
		return errors.New("wechat: called inside a transaction")
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, o.c.BaseURL+path+"?"+q.Encode(), nil)
	if err != nil {
		return errors.New("wechat: bad base URL")
	}
	res, err := o.c.HTTP.Do(req)
	if err != nil {
		if ue, ok := errors.AsType[*url.Error](err); ok {
			err = ue.Err
		}
		return ErrAnswer.Because(err)
	}
	defer res.Body.Close()
	b, err := io.ReadAll(io.LimitReader(res.Body, maxProfile+1))
	if err != nil {
		return ErrAnswer.Because(err)
	}
	if res.StatusCode != http.StatusOK || len(b) > maxProfile {
		return ErrAnswer.Because(fmt.Errorf("status %d, %d bytes", res.StatusCode, len(b)))
	}
	if err := json.Unmarshal(b, out); err != nil {
		return ErrAnswer.Because(errors.New("no JSON of the expected form"))
	}
	return nil
}

// maxProfile is the longest answer that is read, in bytes.
const maxProfile = 64 << 10

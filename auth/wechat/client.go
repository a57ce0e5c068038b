package wechat

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/sync/singleflight"

	"github.com/gomall-dev/mall"
)

var (
	// ErrCode says that WeChat does not accept a code: it is wrong, used or expired.
	ErrCode = mall.E(mall.Invalid, "wechat.code", "WeChat does not accept this code, ask for a new one")
	// ErrPage says that WeChat does not know the page of a mini-program code.
	ErrPage = mall.E(mall.Invalid, "wechat.page", "page is not released at WeChat")
	// ErrAnswer says that WeChat could not be reached or refused for reasons of its own.
	ErrAnswer = mall.E(mall.Unavailable, "wechat.answer", "WeChat does not answer as expected")
	// ErrApp says that no secret is configured for an appid.
	ErrApp = mall.E(mall.Unavailable, "wechat.app", "no secret for this mini program")
	// ErrDecrypt says that encrypted data does not open with the session key:
	// the login is older than another one, or the data is not WeChat's.
	ErrDecrypt = mall.E(mall.Invalid, "wechat.decrypt", "WeChat session expired, log in again")
)

// Numbers of WeChat's answers that mean something here.
const (
	errInvalidCode  = 40029
	errUsedCode     = 40163
	errBlockedUser  = 40226
	errPhoneCode    = 40013 // and, from the phone button, an invalid code
	errToken        = 40001
	errTokenExpired = 42001
	errTokenInvalid = 40014
	errInvalidPage  = 41030
)

// Tokens keeps access tokens where all processes find them. A store's
// AppTokens implements it.
type Tokens interface {
	// Load is a token with its end, empty when there is none.
	Load(ctx context.Context, name string) (token string, expires time.Time, err error)
	// Save stores a token; it needs a running mall.Tx.Do.
	Save(ctx context.Context, name, token string, expires time.Time) error
}

// Config is what the real client needs.
type Config struct {
	// Secrets are the app secrets by appid.
	Secrets map[string]string
	// Tx and Tokens keep access tokens; required.
	Tx     mall.Tx
	Tokens Tokens
	// BaseURL is WeChat's; default https://api.weixin.qq.com.
	BaseURL string
	// HTTP sends requests; default a client with a timeout of 10 seconds.
	HTTP *http.Client
	// Now is the clock; nil is the system's.
	Now func() time.Time
}

type client struct {
	c     Config
	now   func() time.Time
	group singleflight.Group
}

// New makes the real Client. It talks to nobody yet.
func New(c Config) (Client, error) {
	if len(c.Secrets) == 0 {
		return nil, errors.New("wechat: Config.Secrets is missing")
	}
	if c.Tx == nil || c.Tokens == nil {
		return nil, errors.New("wechat: Config.Tx or Config.Tokens is missing")
	}
	if c.BaseURL == "" {
		c.BaseURL = "https://api.weixin.qq.com"
	}
	c.BaseURL = strings.TrimSuffix(c.BaseURL, "/")
	if c.HTTP == nil {
		c.HTTP = &http.Client{Timeout: 10 * time.Second}
	}
	return &client{c: c, now: mall.Clock(c.Now)}, nil
}

const (
	maxCode   = 256
	maxAnswer = 4 << 20 // a mini-program code is some 100 KiB
)

// failure is the part that all answers share.
type failure struct {
	ErrCode int    `json:"errcode"`
	ErrMsg  string `json:"errmsg"`
}

func (f failure) Error() string { return fmt.Sprintf("wechat: %d %s", f.ErrCode, f.ErrMsg) }

// Login implements Client by /sns/jscode2session.
func (c *client) Login(ctx context.Context, appid, code string) (Session, error) {
	secret, ok := c.c.Secrets[appid]
	if !ok {
		return Session{}, ErrApp
	}
	if code == "" || len(code) > maxCode {
		return Session{}, ErrCode
	}
	var out struct {
		failure
		OpenID     string `json:"openid"`
		UnionID    string `json:"unionid"`
		SessionKey string `json:"session_key"`
	}
	q := url.Values{"appid": {appid}, "secret": {secret}, "js_code": {code}, "grant_type": {"authorization_code"}}
	if err := c.call(ctx, http.MethodGet, "/sns/jscode2session?"+q.Encode(), nil, &out); err != nil {
		return Session{}, err
	}
	switch {
	case out.ErrCode == errInvalidCode, out.ErrCode == errUsedCode, out.ErrCode == errBlockedUser:
		return Session{}, ErrCode.Because(out.failure)
	case out.ErrCode != 0, out.OpenID == "", out.SessionKey == "":
		return Session{}, ErrAnswer.Because(out.failure)
	}
	return Session{OpenID: out.OpenID, UnionID: out.UnionID, SessionKey: out.SessionKey}, nil
}

// Phone implements Client by /wxa/business/getuserphonenumber.
func (c *client) Phone(ctx context.Context, appid, code string) (string, error) {
	if code == "" || len(code) > maxCode {
		return "", ErrCode
	}
	var out struct {
		failure
		Info struct {
			Number    string    `json:"purePhoneNumber"`
			Watermark watermark `json:"watermark"`
		} `json:"phone_info"`
	}
	_, err := c.withToken(ctx, appid, func(token string) (failure, error) {
		out.failure = failure{}
		err := c.call(ctx, http.MethodPost, "/wxa/business/getuserphonenumber?access_token="+url.QueryEscape(token), map[string]string{"code": code}, &out)
		return out.failure, err
	})
	switch {
	case err != nil:
		return "", err
	case out.ErrCode == errInvalidCode, out.ErrCode == errPhoneCode, out.ErrCode == errUsedCode:
		return "", ErrCode.Because(out.failure)
	case out.ErrCode != 0, out.Info.Number == "", out.Info.Watermark.AppID != appid:
		return "", ErrAnswer.Because(out.failure)
	}
	return out.Info.Number, nil
}

// WXACode implements Client by /wxa/getwxacodeunlimit.
func (c *client) WXACode(ctx context.Context, appid string, w WXACode) ([]byte, error) {
	if w.Scene == "" || len(w.Scene) > 32 || len(w.Page) > 128 {
		return nil, mall.ErrInvalid.With("scene")
	}
	in := map[string]any{
		"scene": w.Scene, "check_path": w.CheckPath, "auto_color": w.AutoColor, "is_hyaline": w.Hyaline,
		"width": min(max(w.Width, 280), 1280), "env_version": "release",
	}
	if w.Width == 0 {
		in["width"] = 430
	}
	if w.Page != "" {
		in["page"] = strings.TrimPrefix(w.Page, "/")
	}
	if w.EnvVersion == "trial" || w.EnvVersion == "develop" {
		in["env_version"] = w.EnvVersion
	}
	var picture []byte
	f, err := c.withToken(ctx, appid, func(token string) (failure, error) {
		b, err := c.send(ctx, http.MethodPost, "/wxa/getwxacodeunlimit?access_token="+url.QueryEscape(token), in)
		if err != nil {
			return failure{}, err
		}
		var f failure
		if json.Unmarshal(b, &f) == nil { // a picture is no JSON
			return f, nil
		}
		picture = b
		return failure{}, nil
	})
	switch {
	case err != nil:
		return nil, err
	case f.ErrCode == errInvalidPage:
		return nil, ErrPage.Because(f)
	case picture == nil:
		return nil, ErrAnswer.Because(f)
	}
	return picture, nil
}

// withToken calls fn with an access token, and once more with a fresh one
// when WeChat says that the token is no longer good.
func (c *client) withToken(ctx context.Context, appid string, fn func(token string) (failure, error)) (failure, error) {
	var stale string
	for again := false; ; again = true {
		token, err := c.token(ctx, appid, stale)
		if err != nil {
			return failure{}, err
		}
		f, err := fn(token)
		bad := f.ErrCode == errToken || f.ErrCode == errTokenExpired || f.ErrCode == errTokenInvalid
		if err != nil || !bad || again {
			return f, err
		}
		stale = token
	}
}

// token is the access token of an appid: the stored one while it lasts, else
// one from /cgi-bin/stable_token, which gives all processes the same. stale
// is a token that WeChat has refused.
func (c *client) token(ctx context.Context, appid, stale string) (string, error) {
	secret, ok := c.c.Secrets[appid]
	if !ok {
		return "", ErrApp
	}
	if mall.InTx(ctx) {
		return "", errors.New("wechat: called inside a transaction")
	}
	name := "wechat:" + appid
	v, err, _ := c.group.Do(name+"\x00"+stale, func() (any, error) {
		// Others wait for this call too: it must not end with one caller's context.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		token, expires, err := c.c.Tokens.Load(ctx, name)
		if err != nil {
			return "", err
		}
		now := c.now()
		if token != "" && token != stale && now.Before(expires) {
			return token, nil
		}
		var out struct {
			failure
			Token   string `json:"access_token"`
			Seconds int64  `json:"expires_in"`
		}
		err = c.call(ctx, http.MethodPost, "/cgi-bin/stable_token", map[string]any{
			"grant_type": "client_credential", "appid": appid, "secret": secret, "force_refresh": stale != "",
		}, &out)
		if err != nil {
			return "", err
		}
		if out.ErrCode != 0 || out.Token == "" || out.Seconds <= 0 {
			return "", ErrAnswer.Because(out.failure)
		}
		// Ended a little early, so that it does not run out on the way.
		end := now.Add(time.Duration(out.Seconds) * time.Second * 9 / 10)
		return out.Token, c.c.Tx.Do(ctx, func(ctx context.Context) error {
			return c.c.Tokens.Save(ctx, name, out.Token, end)
		})
	})
	if err != nil {
		return "", err
	}
	return v.(string), nil
}

// call sends a request and decodes the JSON answer.
func (c *client) call(ctx context.Context, method, path string, in, out any) error {
	b, err := c.send(ctx, method, path, in)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(b, out); err != nil {
		return ErrAnswer.Because(err)
	}
	return nil
}

// send is the bounded body of the answer to a request. Errors carry no
// secrets: url.Error would print the whole address.
func (c *client) send(ctx context.Context, method, path string, in any) ([]byte, error) {
	if mall.InTx(ctx) {
		return nil, errors.New("wechat: called inside a transaction")
	}
	var body io.Reader
	if in != nil {
		b, err := json.Marshal(in)
		if err != nil {
			return nil, err
		}
		body = bytes.NewReader(b)
	}
	req, err := http.NewRequestWithContext(ctx, method, c.c.BaseURL+path, body)
	if err != nil {
		return nil, errors.New("wechat: bad base URL")
	}
	if in != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	resp, err := c.c.HTTP.Do(req)
	if err != nil {
		if ue, ok := errors.AsType[*url.Error](err); ok {
			err = ue.Err
		}
		return nil, ErrAnswer.Because(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(io.LimitReader(resp.Body, maxAnswer+1))
	if err != nil {
		return nil, ErrAnswer.Because(err)
	}
	if resp.StatusCode != http.StatusOK || len(b) > maxAnswer {
		return nil, ErrAnswer.Because(fmt.Errorf("status %d, %d bytes", resp.StatusCode, len(b)))
	}
	return b, nil
}

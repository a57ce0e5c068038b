package o2o

import (
	"context"
	"errors"
	"net/http"
	"regexp"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

// Sandbox opens the document's conveniences for tests. A shop that sells must
// not have one.
type Sandbox struct {
	// LastCode is the code that was last sent to a number: the answer of
	// /sms/verify_code carries it.
	LastCode func(ctx context.Context, mobile string) string
	// User is the mobile number of the account that the code "user" of
	// /wxLogin signs in; "" for none.
	User string
}

type userInfo struct {
	ID     mall.ID `json:"id"`
	Name   string  `json:"name"`
	Mobile string  `json:"mobile"`
}

// userOf is an account as its owner sees it.
func userOf(acc *auth.Account) *userInfo {
	return &userInfo{ID: acc.ID, Name: nameOf(acc.Nick, acc.Mobile), Mobile: acc.Mobile}
}

// maskedUser is an account as whoever scanned a code sees it.
func maskedUser(acc *auth.Account) *userInfo {
	u := &userInfo{ID: acc.ID, Name: masked(acc.Mobile), Mobile: masked(acc.Mobile)}
	if r, n := utf8.DecodeRuneInString(acc.Nick); n > 0 {
		u.Name = string(r) + "**"
	}
	return u
}

// nameOf is what somebody is called: accounts made by a number alone have no name.
func nameOf(nick, mobile string) string {
	if nick != "" {
		return nick
	}
	return masked(mobile)
}

// masked shows as much of a number as its owner needs to know it again.
func masked(mobile string) string {
	if len(mobile) < 8 {
		return "****"
	}
	return mobile[:3] + "****" + mobile[len(mobile)-4:]
}

type wxLoginIn struct {
	Code  string `in:"code,required"`
	AppID string `in:"appid"`
}

type wxLoginOut struct {
	Token    string    `json:"token"`
	UserInfo *userInfo `json:"userInfo,omitempty"`
}

// wxLogin turns a code of wx.login into a token: with the account that the
// openid is bound to, else without one.
func (a *api) wxLogin(ctx context.Context, who mall.Actor, in wxLoginIn) (*wxLoginOut, error) {
	appid, err := a.appid(ctx, in.AppID)
	if err != nil {
		return nil, err
	}
	var l *auth.Login
	if a.cfg.Sandbox != nil && a.cfg.Sandbox.User != "" && in.Code == "user" {
		l, err = a.sandboxUser(ctx, who, appid)
	} else {
		if a.WeChat == nil {
			return nil, mall.ErrNotConfigured.With("wechat")
		}
		s, err := a.WeChat.Login(ctx, appid, in.Code)
		if err != nil {
			return nil, err
		}
		l, err = a.Auth.Arrive(ctx, who, auth.Identity{AppID: appid, OpenID: s.OpenID, UnionID: s.UnionID}, auth.Device{})
		if err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	out := &wxLoginOut{Token: l.Token}
	if l.Account != nil {
		out.UserInfo = userOf(l.Account)
	}
	return out, nil
}

// sandboxUser signs in the test account, which it makes when it is not there.
func (a *api) sandboxUser(ctx context.Context, who mall.Actor, appid string) (*auth.Login, error) {
	id := auth.Identity{AppID: appid, OpenID: "sandbox-user"}
	l, err := a.Auth.LoginIdentity(ctx, who, id, &auth.Registration{Nick: "测试用户"}, auth.Device{})
	if err != nil || l.Account.Mobile != "" {
		return l, err
	}
	err = a.Auth.BindMobile(ctx, mall.Actor{Account: l.Account.ID, Face: who.Face}, a.cfg.Sandbox.User, "")
	if err == nil {
		l.Account.Mobile = a.cfg.Sandbox.User
	}
	if errors.Is(err, auth.ErrMobileTaken) { // the test account of another mini program has it
		err = nil
	}
	return l, err
}

var (
	// referer is the page that WeChat says a request comes from.
	referer = regexp.MustCompile(`^https://servicewechat\.com/([0-9A-Za-z_-]{4,64})/`)
	// agent is an appid inside a user agent.
	agent = regexp.MustCompile(`\b(wx[0-9A-Za-z]{8,30})\b`)
)

// appid is the mini program of the caller, by what WeChat adds to requests:
// Referer, then User-Agent; then the parameter in a sandbox, then the
// configured default. The first that is told counts; errAppID when no
// operating centre has it.
func (a *api) appid(ctx context.Context, param string) (string, error) {
	appid := a.cfg.DefaultAppID
	if param != "" && a.cfg.Sandbox != nil {
		appid = param
	}
	if r := endpoint.From(ctx).Request; r != nil {
		if told := toldAppID(r); told != "" {
			appid = told
		}
	}
	if appid == "" {
		return "", errAppID
	}
	_, err := a.Operators.ByAppID(ctx, appid)
	if mall.KindOf(err) == mall.NotFound {
		err = errAppID
	}
	return appid, err
}

func toldAppID(r *http.Request) string {
	if m := referer.FindStringSubmatch(r.Referer()); m != nil {
		return m[1]
	}
	if m := agent.FindStringSubmatch(r.UserAgent()); m != nil {
		return m[1]
	}
	return ""
}

type smsIn struct {
	Mobile string `in:"mobile,required"`
}

type smsOut struct {
	VerifyCode string `json:"verify_code,omitempty"`
}

// smsVerifyCode sends a code; the answer carries it in a sandbox only.
func (a *api) smsVerifyCode(ctx context.Context, who mall.Actor, in smsIn) (*smsOut, error) {
	if !mobile.MatchString(in.Mobile) {
		return nil, verify.ErrTarget
	}
	if err := a.Verify.Send(ctx, who, in.Mobile, verify.Picture{}); err != nil {
		return nil, err
	}
	out := &smsOut{}
	if s := a.cfg.Sandbox; s != nil && s.LastCode != nil {
		out.VerifyCode = s.LastCode(ctx, in.Mobile)
	}
	return out, nil
}

// mobile is a number as the document has it; verify may be stricter.
var mobile = regexp.MustCompile(`^1[3-9][0-9]{9}$`)

type loginIn struct {
	Mobile     string `in:"mobile,required"`
	VerifyCode string `in:"verify_code,required"`
}

type loginOut struct {
	UserInfo *userInfo `json:"userInfo"`
}

// login binds the token's openid to the account of a number.
func (a *api) login(ctx context.Context, who mall.Actor, in loginIn) (*loginOut, error) {
	if !mobile.MatchString(in.Mobile) {
		return nil, verify.ErrTarget
	}
	acc, err := a.Auth.AttachMobile(ctx, who, in.Mobile, in.VerifyCode)
	if err != nil {
		return nil, err
	}
	return &loginOut{userOf(acc)}, nil
}

type sceneIn struct {
	SceneID string `in:"sceneId,required"`
}

type sceneOut struct {
	UserInfo *userInfo `json:"userInfo"`
	Payload  payload   `json:"payload"`
}

type payload struct {
	UserID  mall.ID `json:"user_id"`
	OrderNo string  `json:"order_no"`
}

// loginWithSceneID lets the session see and pay the scene's order; it hands
// over no account, so what it tells of its owner is masked.
func (a *api) loginWithSceneID(ctx context.Context, who mall.Actor, in sceneIn) (*sceneOut, error) {
	e, err := a.Scenes.Enter(ctx, who, in.SceneID)
	if err != nil {
		return nil, err
	}
	return &sceneOut{maskedUser(e.Account), payload{e.Account.ID, e.Order}}, nil
}

func (a *api) logout(ctx context.Context, who mall.Actor, _ struct{}) (any, error) {
	return nil, a.Auth.Logout(ctx, who)
}

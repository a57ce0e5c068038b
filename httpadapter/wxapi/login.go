package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

type loginOut struct {
	Token  string  `json:"token"`
	UID    mall.ID `json:"uid"`
	OpenID string  `json:"openid,omitempty"`
}

// loggedIn is a login in wire form.
func loggedIn(l *auth.Login, err error) (*loginOut, error) {
	if err != nil {
		return nil, err
	}
	return &loginOut{Token: l.Token, UID: l.Account.ID, OpenID: l.OpenID}, nil
}

// authorize is the silent login of a mini program: whoever is unknown is registered.
func (a *api) authorize(ctx context.Context, who mall.Actor, in wxCodeIn) (*loginOut, error) {
	id, _, err := a.identity(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	return loggedIn(a.Auth.LoginIdentity(ctx, who, id, &auth.Registration{Referrer: in.Referrer}, auth.Device{}))
}

func (a *api) loginWx(ctx context.Context, who mall.Actor, in wxCodeIn) (*loginOut, error) {
	id, _, err := a.identity(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	return loggedIn(a.Auth.LoginIdentity(ctx, who, id, nil, auth.Device{}))
}

// passwordIn are the fields that logins by password share.
type passwordIn struct {
	Pwd        string `in:"pwd,required"`
	DeviceID   string `in:"deviceId"`
	DeviceName string `in:"deviceName"`
}

func (a *api) loginBy(ctx context.Context, who mall.Actor, by auth.Key, name string, in passwordIn) (*loginOut, error) {
	return loggedIn(a.Auth.LoginPassword(ctx, who, auth.PasswordLogin{
		By: by, Name: name, Password: in.Pwd, Device: auth.Device{ID: in.DeviceID, Name: in.DeviceName},
	}))
}

type loginUsernameIn struct {
	passwordIn
	Username string `in:"username,required"`
}

func (a *api) loginUsername(ctx context.Context, who mall.Actor, in loginUsernameIn) (*loginOut, error) {
	return a.loginBy(ctx, who, auth.ByUsername, in.Username, in.passwordIn)
}

type loginMobileIn struct {
	passwordIn
	Mobile string `in:"mobile,required"`
}

func (a *api) loginMobile(ctx context.Context, who mall.Actor, in loginMobileIn) (*loginOut, error) {
	return a.loginBy(ctx, who, auth.ByMobile, in.Mobile, in.passwordIn)
}

type loginSmsIn struct {
	smsCheckIn
	AutoReg bool `in:"autoReg"`
}

func (a *api) loginMobileSmsCode(ctx context.Context, who mall.Actor, in loginSmsIn) (*loginOut, error) {
	var reg *auth.Registration
	if in.AutoReg {
		reg = &auth.Registration{}
	}
	return loggedIn(a.Auth.LoginCode(ctx, who, in.Mobile, in.Code, reg, auth.Device{}))
}

// checkToken has nothing to add: the route lets valid tokens through only.
func (a *api) checkToken(context.Context, mall.Actor, struct{}) (any, error) { return nil, nil }

func (a *api) loginout(ctx context.Context, who mall.Actor, _ struct{}) (any, error) {
	return empty(a.Auth.Logout(ctx, who))
}

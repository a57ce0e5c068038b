package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/wechat"
)

// registerIn are the fields that registrations share. postJsonString, which
// the document has for callbacks of the original service, is taken and not used.
type registerIn struct {
	Referrer  string `in:"referrer"`
	Pwd       string `in:"pwd"`
	Nick      string `in:"nick"`
	Province  string `in:"province"`
	City      string `in:"city"`
	AutoLogin bool   `in:"autoLogin"`
}

func (in registerIn) registration() auth.Registration {
	return auth.Registration{Referrer: in.Referrer, Password: in.Pwd, Nick: in.Nick, Province: in.Province, City: in.City}
}

type referrerIn struct {
	Referrer string `in:"referrer,required"`
}

func (a *api) checkReferrer(ctx context.Context, _ mall.Actor, in referrerIn) (any, error) {
	_, err := a.Auth.Referrer(ctx, in.Referrer)
	return empty(err)
}

type registerUsernameIn struct {
	registerIn
	Username string `in:"username,required"`
}

func (a *api) registerUsername(ctx context.Context, who mall.Actor, in registerUsernameIn) (*loginOut, error) {
	r := in.registration()
	r.Username = in.Username
	return a.register(ctx, who, r, in.AutoLogin)
}

type registerMobileIn struct {
	registerIn
	Mobile string `in:"mobile,required"`
	Code   string `in:"code,required"`
}

func (a *api) registerMobile(ctx context.Context, who mall.Actor, in registerMobileIn) (*loginOut, error) {
	r := in.registration()
	r.Mobile, r.Code = in.Mobile, in.Code
	return a.register(ctx, who, r, in.AutoLogin)
}

// register answers nothing, or a login if the client wants one.
func (a *api) register(ctx context.Context, who mall.Actor, r auth.Registration, login bool) (*loginOut, error) {
	account, err := a.Auth.Register(ctx, who, r)
	if err != nil || !login {
		return nil, err
	}
	return loggedIn(a.Auth.SignIn(ctx, who, account.ID, auth.Device{}))
}

type wxCodeIn struct {
	Code     string `in:"code,required"`
	Referrer string `in:"referrer"`
}

// identity exchanges a login code, once, outside of any transaction.
func (a *api) identity(ctx context.Context, code string) (auth.Identity, wechat.Session, error) {
	if a.WeChat == nil {
		return auth.Identity{}, wechat.Session{}, mall.ErrNotConfigured.With("WeChat")
	}
	s, err := a.WeChat.Login(ctx, a.Site.AppID(), code)
	return auth.Identity{AppID: a.Site.AppID(), OpenID: s.OpenID, UnionID: s.UnionID}, s, err
}

func (a *api) registerSimple(ctx context.Context, who mall.Actor, in wxCodeIn) (any, error) {
	id, _, err := a.identity(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	_, err = a.Auth.Register(ctx, who, auth.Registration{Identity: &id, Referrer: in.Referrer})
	return empty(err)
}

type registerComplexIn struct {
	wxCodeIn
	EncryptedData string `in:"encryptedData,required"`
	IV            string `in:"iv,required"`
}

// registerComplex takes the profile that WeChat encrypted for this login.
func (a *api) registerComplex(ctx context.Context, who mall.Actor, in registerComplexIn) (any, error) {
	id, session, err := a.identity(ctx, in.Code)
	if err != nil {
		return nil, err
	}
	u, err := wechat.DecryptUser(id.AppID, session.SessionKey, in.EncryptedData, in.IV)
	if err != nil {
		return nil, err
	}
	_, err = a.Auth.Register(ctx, who, auth.Registration{
		Identity: &id, Referrer: in.Referrer,
		Nick: u.NickName, AvatarURL: u.AvatarURL, Gender: u.Gender, Province: u.Province, City: u.City,
	})
	return empty(err)
}

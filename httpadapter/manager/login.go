package manager

import (
	"context"
	"errors"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

// Errors of logins and passwords.
var (
	errCredentials = mall.E(mall.Invalid, "manager.credentials", "user name or password is missing")
	errNoUser      = mall.E(mall.NotFound, "manager.no_user", "no such user")
	errOldPassword = mall.E(mall.Denied, "manager.old_password", "the old password is wrong")
)

type permission struct {
	Buttons []string `json:"buttons"`
}

type loginOut struct {
	envelope
	UserInfo   userInfo   `json:"userInfo"`
	Permission permission `json:"permission"`
	Token      string     `json:"token"`
}

// loggedIn is the envelope of a login.
var loggedIn = envelope{Status: 1, State: true, Msg: "登入成功"}

type loginIn struct {
	Username string `in:"username"`
	Password string `in:"password"`
	Captcha  string `in:"captcha"`

	Type   string `in:"type"` // "sms"
	Code   string `in:"code"`
	Number string `in:"phoneNumber"`
	Phone  string `in:"phone"`
}

// login opens a session by name and password, or by a code with type=sms.
func (a *api) login(ctx context.Context, who mall.Actor, in loginIn) (*loginOut, error) {
	who.Scope = scopeOf(ctx)
	if in.Type == "sms" {
		return a.loginSMS(ctx, who, in)
	}
	if in.Username == "" || in.Password == "" {
		return nil, errCredentials
	}
	if err := a.needCaptcha(ctx, in.Captcha); err != nil {
		return nil, err
	}
	l, err := a.Auth.LoginPassword(ctx, who, auth.PasswordLogin{By: auth.ByUsername, Name: in.Username, Password: in.Password})
	if err != nil {
		return nil, err
	}
	return a.loginAnswer(ctx, l, who.Scope, loggedIn)
}

// scopeOf is the scope that a login asks for: the header "useragent: general"
// wants an ordinary user's rights, whatever the account's role.
func scopeOf(ctx context.Context) string {
	if r := endpoint.From(ctx).Request; r != nil && r.Header.Get("useragent") == auth.ScopeGeneral {
		return auth.ScopeGeneral
	}
	return ""
}

// loginAnswer is the answer of every way to log in: the session as a JWT, its
// user, and what the user's role lets clients show.
func (a *api) loginAnswer(ctx context.Context, l *auth.Login, scope string, e envelope) (*loginOut, error) {
	jwt, err := a.tokens.Sign(l.Token, l.Account.PublicID, l.ExpiresAt)
	if err != nil {
		return nil, err
	}
	infos, err := a.userInfos(ctx, []auth.Account{*l.Account})
	if err != nil {
		return nil, err
	}
	b, err := a.buttons(ctx, l.Account, scope)
	if err != nil {
		return nil, err
	}
	return &loginOut{envelope: e, UserInfo: infos[0], Permission: permission{b}, Token: jwt}, nil
}

// buttons are what clients show: everybody reads, and who has a right whose
// path says so adds, edits, deletes.
func (a *api) buttons(ctx context.Context, u *auth.Account, scope string) ([]string, error) {
	out := []string{"read"}
	if u.Role == "" || scope != "" {
		return out, nil
	}
	r, err := a.Auth.Role(ctx, u.Role)
	if errors.Is(err, auth.ErrNoRole) {
		return out, nil
	}
	if err != nil {
		return nil, err
	}
	who := mall.Actor{Rights: r.Rights}
	for _, b := range []struct {
		name  string
		verbs []string
	}{{"add", []string{"add", "register"}}, {"edit", []string{"update", "ship"}}, {"delete", []string{"del"}}} {
		for _, l := range a.lines {
			if _, last, _ := strings.Cut(l.right[1:], "/"); l.level == role && who.Has(l.right) && startsWith(last, b.verbs) {
				out = append(out, b.name)
				break
			}
		}
	}
	return out, nil
}

func startsWith(text string, heads []string) bool {
	for _, h := range heads {
		if strings.HasPrefix(text, h) {
			return true
		}
	}
	return false
}

type nothing struct{}

// signOut ends the session.
func (a *api) signOut(ctx context.Context, who mall.Actor, _ nothing) (any, error) {
	return envelope{Status: 1, State: true, Msg: "退出成功"}, a.Auth.Logout(ctx, who)
}

type verifyIn struct {
	Token string `in:"token"`
}

type decoded struct {
	Unid     string `json:"unid"`
	Username string `json:"username"`
	IssuedAt int64  `json:"iat"` // Unix seconds
	Expires  int64  `json:"exp"`
}

type verifyOut struct {
	envelope
	Decode decoded `json:"decode"`
}

// verify says that the token is good, and what it says.
func (a *api) verify(ctx context.Context, who mall.Actor, in verifyIn) (*verifyOut, error) {
	c, err := a.tokens.Read(tokenOf(endpoint.From(ctx).Request, in.Token))
	if err != nil {
		return nil, errToken.Because(err)
	}
	u, err := a.Auth.Get(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	return &verifyOut{
		envelope: envelope{Status: 1, State: true, Msg: "校验成功"},
		Decode:   decoded{Unid: c.Subject, Username: u.Username, IssuedAt: c.IssuedAt.Unix(), Expires: c.ExpiresAt.Unix()},
	}, nil
}

type passwordIn struct {
	Username    string `in:"username"`
	OldPassword string `in:"oldPassword"`
	NewPassword string `in:"newPassword"`
}

// updatePassword replaces a password, the old one is needed. Names of others
// are told to nobody who may not change them.
func (a *api) updatePassword(ctx context.Context, who mall.Actor, in passwordIn) (any, error) {
	if in.Username == "" || in.OldPassword == "" || in.NewPassword == "" {
		return nil, errCredentials
	}
	u, err := a.Auth.Find(ctx, auth.ByUsername, in.Username)
	if err != nil {
		return nil, err
	}
	if u == nil {
		return nil, errNoUser
	}
	err = a.Auth.ChangePasswordOf(ctx, who, u, in.OldPassword, in.NewPassword)
	switch {
	case errors.Is(err, auth.ErrAbove):
		err = errNoUser
	case errors.Is(err, auth.ErrPassword):
		err = errOldPassword
	}
	return envelope{Status: 1, State: true, Msg: "密码修改成功"}, err
}

// roleOf is the role whose menus somebody sees: sessions of scope general see
// what the default role does.
func (a *api) roleOf(ctx context.Context, who mall.Actor) (string, error) {
	u, err := a.Auth.Get(ctx, who.Account)
	if err != nil {
		return "", err
	}
	if who.Scope == auth.ScopeGeneral {
		return a.cfg.DefaultRole, nil
	}
	return u.Role, nil
}

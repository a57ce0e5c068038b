package manager

import (
	"context"
	"strconv"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

type userInfo struct {
	Username   string `json:"username"`
	Nickname   string `json:"nickname"`
	Phone      string `json:"phone"`
	Unid       string `json:"unid"`
	RoleID     string `json:"roleid"`
	RoleName   string `json:"roleName"`
	HeadImgURL string `json:"headimgurl"`
	Email      string `json:"email"`
	OpenID     string `json:"openid"`
	Sex        string `json:"sex"`
	City       string `json:"city"`
	Province   string `json:"province"`
	Country    string `json:"country"`
	VIPLevel   int    `json:"vipLevel"`
	VIPStamp   int64  `json:"vipStamp"` // Unix milliseconds, 0 without a level or an end
	Status     string `json:"status"`   // "1" may sign in
	CreateAt   string `json:"create_at"`
	UpdateAt   string `json:"update_at"`
}

type permission struct {
	Buttons []string `json:"buttons"`
}

type loginOut struct {
	envelope
	UserInfo   userInfo   `json:"userInfo"`
	Permission permission `json:"permission"`
	Token      string     `json:"token"`
}

type loginIn struct {
	Username string `in:"username"`
	Password string `in:"password"`
}

// errCredentials says that the name or the password is missing.
var errCredentials = mall.E(mall.Invalid, "manager.credentials", "user name or password is missing")

// login opens a session. The header "useragent: general" asks for one with an
// ordinary user's rights, whatever the account's role.
func (a *api) login(ctx context.Context, who mall.Actor, in loginIn) (*loginOut, error) {
	if in.Username == "" || in.Password == "" {
		return nil, errCredentials
	}
	scope := ""
	if general(endpoint.From(ctx).Request) {
		scope = auth.ScopeGeneral
	}
	l, err := a.Auth.LoginPassword(ctx, who, auth.PasswordLogin{By: auth.ByUsername, Name: in.Username, Password: in.Password})
	if err != nil {
		return nil, err
	}
	return a.loginAnswer(ctx, l, scope, envelope{Status: 1, State: true, Msg: "登入成功"})
}

// loginAnswer is the answer of every way to log in: the session as a JWT, its
// user, and what the user's role lets clients show.
func (a *api) loginAnswer(ctx context.Context, l *auth.Login, scope string, e envelope) (*loginOut, error) {
	jwt, err := a.tokens.Sign(l.Token, l.Account.PublicID, l.ExpiresAt)
	if err != nil {
		return nil, err
	}
	info, err := a.userOf(ctx, l.Account)
	if err != nil {
		return nil, err
	}
	return &loginOut{envelope: e, UserInfo: info, Permission: permission{buttons(l.Account, scope)}, Token: jwt}, nil
}

func (a *api) userOf(ctx context.Context, u *auth.Account) (userInfo, error) {
	level, err := a.Members.LevelOf(ctx, u.ID)
	if err != nil {
		return userInfo{}, err
	}
	out := userInfo{
		Username: u.Username, Nickname: u.Nick, Phone: u.Mobile, Unid: u.PublicID, RoleID: u.Role,
		HeadImgURL: u.AvatarURL, Email: u.Mail, Sex: strconv.Itoa(u.Gender), City: u.City, Province: u.Province,
		VIPLevel: level.Rank, Status: "1", CreateAt: a.stamp(u.RegisteredAt), UpdateAt: a.stamp(u.UpdatedAt),
	}
	if !level.ExpiresAt.IsZero() {
		out.VIPStamp = level.ExpiresAt.UnixMilli()
	}
	if u.Role == "" {
		return out, nil
	}
	role, err := a.Auth.Role(ctx, u.Role)
	if err != nil {
		return userInfo{}, err
	}
	out.RoleName = role.Name
	return out, nil
}

// buttons are what clients show: root edits, everybody else reads.
func buttons(u *auth.Account, scope string) []string {
	if u.Role == auth.RoleRoot && scope == "" {
		return []string{"read", "add", "edit", "delete"}
	}
	return []string{"read"}
}

// stamp is a moment in the shop's zone.
func (a *api) stamp(t time.Time) string { return t.In(a.Calendar.Zone()).Format("2006/01/02 15:04:05") }

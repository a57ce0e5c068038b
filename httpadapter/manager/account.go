package manager

import (
	"context"
	"errors"
	"mime/multipart"
	"net/url"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// Errors of accounts.
var (
	errMissing  = mall.E(mall.Invalid, "manager.missing", "field is missing")
	errNoUnid   = mall.E(mall.Invalid, "manager.no_unid", "unid is missing")
	errRoleID   = mall.E(mall.Denied, "manager.roleid", "only root changes roles and levels here")
	errUnknown  = mall.E(mall.NotFound, "manager.unknown_user", "user to change does not exist")
	errNameUsed = mall.E(mall.Conflict, "manager.name_used", "user name is taken")
	errAvatar   = mall.E(mall.Invalid, "manager.avatar", "picture was not taken")
)

type newUserIn struct {
	Username string `in:"username"`
	Password string `in:"password"`
	Phone    string `in:"phone"`
	Nickname string `in:"nickname"`
	Roles    string `in:"roles"` // the old name of roleid
	RoleID   string `in:"roleid"`
	Captcha  string `in:"captcha"`
}

type newUser struct {
	Unid     string `json:"unid"`
	Username string `json:"username"`
	Nickname string `json:"nickname"`
	Phone    string `json:"phone"`
}

type newUserOut struct {
	envelope
	UserInfo newUser `json:"userInfo"`
}

// addUser makes an account with the default role, or with another one below
// the caller's.
func (a *api) addUser(ctx context.Context, who mall.Actor, in newUserIn) (*newUserOut, error) {
	role := a.cfg.DefaultRole
	for _, r := range []string{in.Roles, in.RoleID} {
		if r != "" {
			role = r
		}
	}
	if in.Username == "" || in.Password == "" || in.Nickname == "" {
		return nil, errMissing
	}
	u, err := a.Auth.Create(ctx, who, auth.NewAccount{Role: role, Registration: auth.Registration{
		Username: in.Username, Password: in.Password, Mobile: in.Phone, Nick: in.Nickname,
	}})
	switch {
	case errors.Is(err, auth.ErrAbove):
		return nil, auth.ErrRoot
	case err != nil:
		return nil, err
	}
	return &newUserOut{
		envelope{Status: 1, State: true, Msg: "注册成功"},
		newUser{Unid: u.PublicID, Username: u.Username, Nickname: u.Nick, Phone: u.Mobile},
	}, nil
}

// register is addUser under its old path, which some roles may hold without
// the other. Where it is open to everybody, somebody without the right gets
// the default role and no other.
func (a *api) register(ctx context.Context, who mall.Actor, in newUserIn) (*newUserOut, error) {
	if who.Has(rightRegister) {
		who.Rights = append([]string{auth.RightAddUser}, who.Rights...)
		return a.addUser(ctx, who, in)
	}
	for _, r := range []string{in.Roles, in.RoleID} {
		if r != "" && r != a.cfg.DefaultRole {
			return nil, auth.ErrRoot
		}
	}
	if err := a.needCaptcha(ctx, in.Captcha); err != nil {
		return nil, err
	}
	host := mall.System()
	host.Face, host.Addr = who.Face, who.Addr
	return a.addUser(ctx, host, in)
}

// rightRegister is the right to register others.
const rightRegister = "/users/register"

// registerLevel is who may register.
func (a *api) registerLevel() level {
	if a.cfg.SelfRegistration {
		return anyone
	}
	return role
}

type updateUserIn struct {
	Unid       string  `in:"unid"`
	Username   *string `in:"username"`
	Password   *string `in:"password"`
	Phone      *string `in:"phone"`
	Nickname   *string `in:"nickname"`
	RoleID     *string `in:"roleid"`
	VIPLevel   *int    `in:"vipLevel"`
	HeadImgURL *string `in:"headimgurl"`
	Sex        string  `in:"sex"`
	City       *string `in:"city"`
	Province   *string `in:"province"`
	Country    *string `in:"country"`
	// Beyond the document: "0" shuts somebody out, "1" lets her in again.
	Status string `in:"status"`
}

// genders are the texts for a sex.
var genders = map[string]int{"0": 0, "1": 1, "2": 2, "男": 1, "女": 2}

// updateUser changes an account: one's own, or with the right one whose role
// stands below. Roles and levels are root's to change.
func (a *api) updateUser(ctx context.Context, who mall.Actor, in updateUserIn) (any, error) {
	if in.Unid == "" {
		return nil, errNoUnid
	}
	if (in.RoleID != nil || in.VIPLevel != nil) && !who.Has(mall.RightAll) {
		return nil, errRoleID
	}
	e := auth.Edit{
		Changes:  auth.Changes{Nick: in.Nickname, AvatarURL: in.HeadImgURL, City: in.City, Province: in.Province, Country: in.Country},
		Username: in.Username, Mobile: in.Phone, Password: in.Password, Role: in.RoleID,
	}
	if in.HeadImgURL != nil && !pictureURL(*in.HeadImgURL) {
		return nil, mall.ErrInvalid.With("headimgurl")
	}
	if in.Sex != "" {
		g, ok := genders[in.Sex]
		if !ok {
			return nil, mall.ErrInvalid.With("sex")
		}
		e.Gender = &g
	}
	if in.Status != "" {
		s := auth.Disabled
		if in.Status == "1" {
			s = auth.Active
		} else if in.Status != "0" {
			return nil, mall.ErrInvalid.With("status")
		}
		e.Status = &s
	}
	u, err := a.target(ctx, who, in.Unid)
	if err != nil {
		return nil, err
	}
	if in.VIPLevel != nil {
		e.Also = func(ctx context.Context) error { return a.Members.SetRank(ctx, who, u.ID, *in.VIPLevel) }
	}
	return done("更新成功"), edited(a.Auth.Edit(ctx, who, u.ID, e))
}

// target is the living account with a public id. Who may not change others
// learns nothing about ids.
func (a *api) target(ctx context.Context, who mall.Actor, unid string) (*auth.Account, error) {
	u, err := a.userBy(ctx, unid, "")
	if err != nil {
		return nil, err
	}
	if (u == nil || u.ID != who.Account) && !who.Has(auth.RightUpdateUser) {
		return nil, auth.ErrAbove
	}
	if u == nil {
		return nil, errUnknown
	}
	return u, nil
}

// edited gives the errors of an edit their numbers.
func edited(err error) error {
	switch {
	case errors.Is(err, auth.ErrRoot):
		return errRoleID.Because(err)
	case errors.Is(err, auth.ErrRegistered):
		return errNameUsed.Because(err)
	}
	return err
}

// pictureURL takes addresses on the web and on this server.
func pictureURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http" || u.Scheme == "" && len(text) > 0 && text[0] == '/')
}

type avatarIn struct {
	Image *multipart.FileHeader `in:"headimgurl"`
	Unid  string                `in:"unid"`
	UID   string                `in:"uId"` // its name in v2.0
}

type avatarOut struct {
	envelope
	ImgURL string `json:"imgurl"`
}

// uploadAvatar stores a picture and makes it the user's.
func (a *api) uploadAvatar(ctx context.Context, who mall.Actor, in avatarIn) (*avatarOut, error) {
	unid := in.Unid
	if unid == "" {
		unid = in.UID
	}
	if unid == "" {
		return nil, errNoUnid
	}
	u, err := a.target(ctx, who, unid)
	if err != nil {
		return nil, err
	}
	if in.Image == nil {
		return nil, errAvatar
	}
	picture, err := a.picture(ctx, who, in.Image)
	if mall.Refused(err) {
		return nil, errAvatar.Because(err)
	}
	if err != nil {
		return nil, err
	}
	if err := a.Auth.Edit(ctx, who, u.ID, auth.Edit{Changes: auth.Changes{AvatarURL: &picture}}); err != nil {
		return nil, err
	}
	return &avatarOut{envelope{Status: 1, State: true, Msg: "图片上传成功"}, picture}, nil
}

type userIn struct {
	Unid     string `in:"unid"`
	Username string `in:"username"`
}

// deleteUser erases somebody's personal data for good; orders keep their
// amounts.
func (a *api) deleteUser(ctx context.Context, who mall.Actor, in userIn) (any, error) {
	if in.Unid == "" && in.Username == "" {
		return nil, errNoUnid
	}
	u, err := a.userBy(ctx, in.Unid, in.Username)
	if err != nil {
		return nil, err
	}
	if u == nil {
		return nil, errUnknown
	}
	return done("删除成功"), a.Auth.Erase(ctx, who, u.ID)
}

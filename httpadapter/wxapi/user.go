package wxapi

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/wechat"
)

type userOut struct {
	ID                    mall.ID `json:"id"`
	UserID                mall.ID `json:"userId"`
	Nick                  string  `json:"nick,omitempty"`
	AvatarURL             string  `json:"avatarUrl,omitempty"`
	Mobile                string  `json:"mobile,omitempty"` // clients take an absent one as not bound
	Username              string  `json:"username,omitempty"`
	Gender                int     `json:"gender"`
	Birthday              string  `json:"birthday,omitempty"`
	Province              string  `json:"province,omitempty"`
	City                  string  `json:"city,omitempty"`
	LevelID               mall.ID `json:"levelId,omitempty"`
	GetLevelDate          *stamp  `json:"getLevelDate,omitempty"`
	LevelExpire           *stamp  `json:"levelExpire,omitempty"`
	LevelRenew            bool    `json:"levelRenew"`
	IsIdcardCheck         bool    `json:"isIdcardCheck"`
	IsFaceCheck           bool    `json:"isFaceCheck"`
	IsSeller              bool    `json:"isSeller"`
	IsTeamLeader          bool    `json:"isTeamLeader"`
	IsTeamMember          bool    `json:"isTeamMember"`
	IsManager             bool    `json:"isManager"`
	IsShopManager         bool    `json:"isShopManager"`
	IsUserAttendant       bool    `json:"isUserAttendant"`
	IsSendRegisterCoupons bool    `json:"isSendRegisterCoupons"`
	MobileVisInvister     bool    `json:"mobileVisInvister"`
	Pwd                   string  `json:"pwd,omitempty"`    // "yes"
	PwdPay                string  `json:"pwdPay,omitempty"` // "yes"
	Referrer              mall.ID `json:"referrer,omitempty"`
	ReferrerType          int     `json:"referrerType"`
	Source                int     `json:"source"`
	SourceStr             string  `json:"sourceStr"`
	Status                int     `json:"status"`
	StatusStr             string  `json:"statusStr"`
	DateAdd               stamp   `json:"dateAdd"`
	DateLogin             *stamp  `json:"dateLogin,omitempty"`
	IPAdd                 string  `json:"ipAdd"`
	IPLogin               string  `json:"ipLogin"`
	SecondsAfterRegister  int64   `json:"secondsAfterRegister"`
	BirthdayProcessYear   int     `json:"birthdayProcessSuccessYear"`
	TaskSendMonth         int     `json:"taskUserLevelSendMonth"`
	TaskSendPerMonth      bool    `json:"taskUserLevelSendPerMonth"`
	TaskUpgrade           bool    `json:"taskUserLevelUpgrade"`
}

type personOut struct {
	Nick      string `json:"nick"`
	AvatarURL string `json:"avatarUrl"`
}

type userDetailOut struct {
	Base      userOut           `json:"base"`
	Ext       map[string]string `json:"ext"`
	UserLevel *levelOut         `json:"userLevel,omitempty"`
	Referrer  *personOut        `json:"referrer,omitempty"`
}

func (a *api) userDetail(ctx context.Context, who mall.Actor, _ struct{}) (*userDetailOut, error) {
	account, err := a.Auth.Get(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	level, err := a.Members.LevelOf(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	renewing, err := a.Levels.Renewing(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	pays, err := a.Wallets.HasPassword(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	out := &userDetailOut{Base: a.userOf(account), Ext: account.Ext}
	if out.Ext == nil {
		out.Ext = map[string]string{}
	}
	out.Base.PwdPay = yes(pays)
	if level.ID != 0 {
		out.Base.LevelRenew = renewing == level.ID
		out.Base.LevelID, out.Base.GetLevelDate, out.Base.LevelExpire = level.ID, a.maybe(level.Since), a.maybe(level.ExpiresAt)
		level := a.level(level)
		out.UserLevel = &level
	}
	if account.Inviter != 0 {
		p, err := a.Auth.Profiles(ctx, []mall.ID{account.Inviter})
		if err != nil {
			return nil, err
		}
		out.Referrer = &personOut{p[account.Inviter].Nick, p[account.Inviter].AvatarURL}
	}
	return out, nil
}

func (a *api) userOf(u *auth.Account) userOut {
	return userOut{
		ID: u.ID, UserID: a.cfg.MerchantID, Nick: u.Nick, AvatarURL: u.AvatarURL, Mobile: u.Mobile, Username: u.Username,
		Gender: u.Gender, Birthday: u.Birthday, Province: u.Province, City: u.City,
		Pwd: yes(u.HasPassword), Referrer: u.Inviter, Source: int(u.Source), SourceStr: sources[u.Source],
		Status: int(u.Status), StatusStr: "正常", DateAdd: a.at(u.RegisteredAt), DateLogin: a.maybe(u.LoginAt),
		IPAdd: u.RegisterAddr, IPLogin: u.LoginAddr, SecondsAfterRegister: int64(a.now().Sub(u.RegisteredAt) / time.Second),
	}
}

var sources = map[auth.Source]string{
	auth.SourceWXApp: "小程序", auth.SourceMobile: "手机号", auth.SourceUsername: "用户名",
	auth.SourceMail: "邮箱", auth.SourceStaff: "后台添加",
}

// yes is how the document prints that a password is set; absent is no.
func yes(b bool) string {
	if b {
		return "yes"
	}
	return ""
}

type wxinfoOut struct {
	UID     mall.ID `json:"uid"`
	OpenID  string  `json:"openid"`
	UnionID string  `json:"unionid,omitempty"`
}

func (a *api) userWxinfo(ctx context.Context, who mall.Actor, _ struct{}) (*wxinfoOut, error) {
	_, openid, unionid, err := a.Auth.Binding(ctx, who.Account, auth.ProviderWXApp)
	if err != nil {
		return nil, err
	}
	return &wxinfoOut{UID: who.Account, OpenID: openid, UnionID: unionid}, nil
}

type modifyIn struct {
	Nick       *string `in:"nick"`
	AvatarURL  *string `in:"avatarUrl"`
	Gender     *int    `in:"gender"`
	Province   *string `in:"province"`
	City       *string `in:"city"`
	Birthday   *string `in:"birthday"`
	ExtJSONStr string  `in:"extJsonStr"`
}

func (a *api) modifyUserInfo(ctx context.Context, who mall.Actor, in modifyIn) (any, error) {
	ext, err := extOf(in.ExtJSONStr)
	if err != nil {
		return nil, err
	}
	return empty(a.Auth.Modify(ctx, who, auth.Changes{
		Nick: in.Nick, AvatarURL: in.AvatarURL, Gender: in.Gender, Province: in.Province, City: in.City, Birthday: in.Birthday, Ext: ext,
	}))
}

// maxExt bounds the text of extJsonStr in bytes.
const maxExt = 16 << 10

// extOf reads extJsonStr: a flat JSON object whose values are texts, numbers
// or flags. Absent is nil.
func extOf(text string) (map[string]string, error) {
	if text == "" {
		return nil, nil
	}
	var raw map[string]json.RawMessage
	if len(text) > maxExt || json.Unmarshal([]byte(text), &raw) != nil || raw == nil {
		return nil, mall.ErrInvalid.With("extJsonStr")
	}
	ext := make(map[string]string, len(raw))
	for k, v := range raw {
		var s string
		switch {
		case v[0] == '{' || v[0] == '[':
			return nil, mall.ErrInvalid.With("extJsonStr")
		case v[0] != '"':
			s = string(v)
		case json.Unmarshal(v, &s) != nil:
			return nil, mall.ErrInvalid.With("extJsonStr")
		}
		if s != "null" || v[0] == '"' {
			ext[k] = s
		}
	}
	return ext, nil
}

type bindMobileIn struct {
	Code          string `in:"code,required"`
	EncryptedData string `in:"encryptedData,required"`
	IV            string `in:"iv,required"`
	Pwd           string `in:"pwd"`
}

// bindMobileWxapp takes the number from data that WeChat encrypted for the
// login of code. A code that is no longer good is 10002: press again.
func (a *api) bindMobileWxapp(ctx context.Context, who mall.Actor, in bindMobileIn) (any, error) {
	id, session, err := a.identity(ctx, in.Code)
	if err != nil {
		return nil, pressAgain(err)
	}
	mobile, err := wechat.DecryptPhone(id.AppID, session.SessionKey, in.EncryptedData, in.IV)
	if err != nil {
		return nil, err
	}
	return a.bindMobile(ctx, who, mobile, in.Pwd)
}

type bindMobileV2In struct {
	Code string `in:"code,required"`
	Pwd  string `in:"pwd"`
}

// bindMobileWxappV2 takes the code of the newer phone button.
func (a *api) bindMobileWxappV2(ctx context.Context, who mall.Actor, in bindMobileV2In) (any, error) {
	if a.WeChat == nil {
		return nil, mall.ErrNotConfigured.With("WeChat")
	}
	mobile, err := a.WeChat.Phone(ctx, a.Site.AppID(), in.Code)
	if err != nil {
		return nil, pressAgain(err)
	}
	return a.bindMobile(ctx, who, mobile, in.Pwd)
}

func (a *api) bindMobile(ctx context.Context, who mall.Actor, mobile, pwd string) (any, error) {
	if err := a.Auth.BindMobile(ctx, who, mobile, pwd); err != nil {
		return nil, err
	}
	return mobile, nil
}

func pressAgain(err error) error {
	if errors.Is(err, wechat.ErrCode) {
		return wechat.ErrDecrypt.Because(err)
	}
	return err
}

package bunrepo

import (
	"encoding/json"
	"strings"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

type accountRow struct {
	bun.BaseModel `bun:"table:?(ns)accounts,alias:a"`

	ID           mall.ID           `bun:"id,pk,autoincrement"`
	PublicID     string            `bun:"public_id"`
	Username     string            `bun:"username,nullzero"`
	UsernameKey  string            `bun:"username_key,nullzero"` // lower case, for the unique index
	Mobile       string            `bun:"mobile,nullzero"`
	Mail         string            `bun:"mail,nullzero"`
	PasswordHash string            `bun:"password_hash"`
	RoleID       string            `bun:"role_id"`
	Status       int               `bun:"status"`
	InviterID    mall.ID           `bun:"inviter_id"`
	Source       int               `bun:"source"`
	Nick         string            `bun:"nick"`
	AvatarURL    string            `bun:"avatar_url"`
	Gender       int               `bun:"gender"`
	Birthday     string            `bun:"birthday"`
	Country      string            `bun:"country"`
	Province     string            `bun:"province"`
	City         string            `bun:"city"`
	Ext          map[string]string `bun:"ext,type:text"`
	RegisteredAt *int64            `bun:"registered_at"`
	RegisterAddr string            `bun:"register_addr"`
	LoginAt      *int64            `bun:"login_at"`
	LoginAddr    string            `bun:"login_addr"`
	UpdatedAt    *int64            `bun:"updated_at"`
	ErasedAt     *int64            `bun:"erased_at"`
}

func accountToRow(a *auth.Account, hash string) *accountRow {
	return &accountRow{
		ID: a.ID, PublicID: a.PublicID, Username: a.Username, UsernameKey: strings.ToLower(a.Username),
		Mobile: a.Mobile, Mail: a.Mail, PasswordHash: hash, RoleID: a.Role, Status: int(a.Status),
		InviterID: a.Inviter, Source: int(a.Source), Nick: a.Nick, AvatarURL: a.AvatarURL, Gender: a.Gender,
		Birthday: a.Birthday, Country: a.Country, Province: a.Province, City: a.City, Ext: texts(a.Ext),
		RegisteredAt: millis(a.RegisteredAt), RegisterAddr: a.RegisterAddr,
		LoginAt: millis(a.LoginAt), LoginAddr: a.LoginAddr, UpdatedAt: millis(a.UpdatedAt), ErasedAt: millis(a.ErasedAt),
	}
}

func accountFromRow(r *accountRow) auth.Account {
	return auth.Account{
		ID: r.ID, PublicID: r.PublicID, Username: r.Username, Mobile: r.Mobile, Mail: r.Mail,
		Role: r.RoleID, Status: auth.Status(r.Status), Inviter: r.InviterID, Source: auth.Source(r.Source),
		Nick: r.Nick, AvatarURL: r.AvatarURL, Gender: r.Gender, Birthday: r.Birthday,
		Country: r.Country, Province: r.Province, City: r.City, Ext: r.Ext, HasPassword: r.PasswordHash != "",
		RegisteredAt: moment(r.RegisteredAt), RegisterAddr: r.RegisterAddr,
		LoginAt: moment(r.LoginAt), LoginAddr: r.LoginAddr, UpdatedAt: moment(r.UpdatedAt), ErasedAt: moment(r.ErasedAt),
	}
}

// texts stores no map as an empty one.
func texts(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return m
}

// jsonText is a map of texts as stored.
func jsonText(m map[string]string) string {
	b, _ := json.Marshal(texts(m)) // a map of strings always marshals
	return string(b)
}

type bindingRow struct {
	bun.BaseModel `bun:"table:?(ns)bindings,alias:b"`

	Provider  string  `bun:"provider,pk"`
	AppID     string  `bun:"appid,pk"`
	OpenID    string  `bun:"openid,pk"`
	UnionID   string  `bun:"unionid"`
	AccountID mall.ID `bun:"account_id"`
	At        *int64  `bun:"at"`
}

func bindingToRow(b auth.Binding) *bindingRow {
	return &bindingRow{
		Provider: b.Provider, AppID: b.AppID, OpenID: b.OpenID, UnionID: b.UnionID, AccountID: b.Account, At: millis(b.At),
	}
}

func bindingFromRow(r bindingRow) auth.Binding {
	return auth.Binding{
		Provider: r.Provider, AppID: r.AppID, OpenID: r.OpenID, UnionID: r.UnionID, Account: r.AccountID, At: moment(r.At),
	}
}

type loginRow struct {
	bun.BaseModel `bun:"table:?(ns)login_log,alias:l"`

	ID        mall.ID `bun:"id,pk,autoincrement"`
	AccountID mall.ID `bun:"account_id"`
	Face      string  `bun:"face"`
	Addr      string  `bun:"addr"`
	Device    string  `bun:"device"`
	At        *int64  `bun:"at"`
}

func loginToRow(e auth.LoginEntry) *loginRow {
	return &loginRow{AccountID: e.Account, Face: string(e.Face), Addr: e.Addr, Device: e.Device, At: millis(e.At)}
}

func loginFromRow(r loginRow) auth.LoginEntry {
	return auth.LoginEntry{
		ID: r.ID, Account: r.AccountID, Face: mall.Face(r.Face), Addr: r.Addr, Device: r.Device, At: moment(r.At),
	}
}

type auditRow struct {
	bun.BaseModel `bun:"table:?(ns)account_log,alias:l"`

	ID        mall.ID `bun:"id,pk,autoincrement"`
	AccountID mall.ID `bun:"account_id"`
	ActorID   mall.ID `bun:"actor_id"`
	Face      string  `bun:"face"`
	Addr      string  `bun:"addr"`
	Field     string  `bun:"field"`
	Before    string  `bun:"before"`
	After     string  `bun:"after"`
	Reason    string  `bun:"reason"`
	At        *int64  `bun:"at"`
}

func auditToRow(e auth.AuditEntry) *auditRow {
	return &auditRow{
		AccountID: e.Account, ActorID: e.Actor, Face: string(e.Face), Addr: e.Addr,
		Field: e.Field, Before: e.From, After: e.To, Reason: e.Reason, At: millis(e.At),
	}
}

func auditFromRow(r *auditRow) auth.AuditEntry {
	return auth.AuditEntry{
		ID: r.ID, Account: r.AccountID, Actor: r.ActorID, Face: mall.Face(r.Face), Addr: r.Addr,
		Field: r.Field, From: r.Before, To: r.After, Reason: r.Reason, At: moment(r.At),
	}
}

type roleRow struct {
	bun.BaseModel `bun:"table:?(ns)roles,alias:r"`

	ID       string `bun:"id,pk"`
	Name     string `bun:"name"`
	ParentID string `bun:"parent_id"`
}

type rightRow struct {
	bun.BaseModel `bun:"table:?(ns)role_rights,alias:rr"`

	RoleID string `bun:"role_id,pk"`
	Path   string `bun:"path,pk"`
}

type menuRow struct {
	bun.BaseModel `bun:"table:?(ns)menus,alias:m"`

	ID       mall.ID `bun:"id,pk,autoincrement"`
	ParentID mall.ID `bun:"parent_id"`
	Name     string  `bun:"name"`
	Title    string  `bun:"title"`
	Sort     int     `bun:"sort"`
	Hidden   bool    `bun:"hidden"`
}

type roleMenuRow struct {
	bun.BaseModel `bun:"table:?(ns)role_menus,alias:rm"`

	RoleID string  `bun:"role_id,pk"`
	MenuID mall.ID `bun:"menu_id,pk"`
}

// containing is the pattern of texts that hold s, for LIKE ? ESCAPE '\'.
func containing(s string) string { return "%" + likeEscaper.Replace(s) + "%" }

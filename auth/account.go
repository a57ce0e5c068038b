package auth

import (
	"time"

	"github.com/gomall-dev/mall"
)

// Account is somebody who can sign in: a shopper, a clerk, an administrator.
// Username, Mobile and Mail are unique over all accounts where present.
type Account struct {
	ID       mall.ID
	PublicID string // 12 random characters, the id that manager prints
	Username string // "" for none
	Mobile   string // "" for none
	Mail     string // "" for none
	Role     string // RoleStaff and the like; "" is an ordinary user
	Status   Status
	Inviter  mall.ID // set once at registration, 0 for none, never oneself
	Source   Source

	Nick      string
	AvatarURL string
	Gender    int    // 0 unknown, 1 male, 2 female
	Birthday  string // YYYY-MM-DD, "" for none
	Country   string
	Province  string
	City      string
	Ext       map[string]string // free fields of the client

	HasPassword  bool
	RegisteredAt time.Time
	RegisterAddr string
	LoginAt      time.Time // zero before the first login
	LoginAddr    string
	UpdatedAt    time.Time
	ErasedAt     time.Time // zero unless the personal data was erased
}

// Status says whether an account may sign in.
type Status int

const (
	// Active accounts may sign in.
	Active Status = 0
	// Disabled accounts keep their data; their sessions are not valid.
	Disabled Status = 1
	// Erased accounts have lost their personal data for good; the books keep their id.
	Erased Status = 2
)

// Source says how an account came to be.
type Source int

const (
	// SourceWXApp is the silent registration of a mini program.
	SourceWXApp Source = 0
	// SourceMobile is a registration by mobile number.
	SourceMobile Source = 1
	// SourceUsername is a registration by user name.
	SourceUsername Source = 2
	// SourceMail is a registration by mail address.
	SourceMail Source = 3
	// SourceStaff is an account made by the management or by the host.
	SourceStaff Source = 4
)

// Roles that every database starts with. Root has every right; its id and
// right cannot be changed.
const (
	RoleRoot       = "1"
	RoleDirector   = "102" // 总监
	RoleSupervisor = "103" // 主管
	RoleStaff      = "200" // 员工, no rights until somebody grants them
)

// Role is a bundle of staff rights. A right is the path of a management
// route, or "*" for all.
type Role struct {
	ID     string
	Name   string
	Parent string // "" at the top of the tree
	Rights []string
}

// Profile is the part of an account that other people's pages may show.
type Profile struct {
	ID        mall.ID
	PublicID  string
	Nick      string
	AvatarURL string
	Username  string
	Mobile    string
	Gender    int
	Province  string
	City      string
}

// ProfileOf is the profile of an account.
func ProfileOf(a *Account) Profile {
	return Profile{
		ID: a.ID, PublicID: a.PublicID, Nick: a.Nick, AvatarURL: a.AvatarURL, Username: a.Username,
		Mobile: a.Mobile, Gender: a.Gender, Province: a.Province, City: a.City,
	}
}

// Changes are the profile fields to change; nil leaves a field as it is.
// Ext replaces the whole map.
type Changes struct {
	Nick, AvatarURL, Birthday, Country, Province, City *string
	Gender                                             *int
	Ext                                                map[string]string
}

// ProviderWXApp is the provider of bindings to WeChat mini programs.
const ProviderWXApp = "wxapp"

// Binding ties an outside identity to an account. (Provider, AppID, OpenID)
// belongs to at most one account; an account may have many.
type Binding struct {
	Account  mall.ID
	Provider string
	AppID    string
	OpenID   string
	UnionID  string // "" when the provider told none
	At       time.Time
}

// Identity is an outside identity that its provider has just vouched for.
type Identity struct {
	Provider string // "" is ProviderWXApp
	AppID    string
	OpenID   string
	UnionID  string
}

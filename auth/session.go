package auth

import (
	"time"

	"github.com/gomall-dev/mall"
)

// Session is a row behind a token. The token itself is never stored, only its
// SHA-256.
type Session struct {
	ID         mall.ID
	Hash       string  // hexadecimal SHA-256 of the token
	Account    mall.ID // 0: the visitor is known by OpenID only
	Face       mall.Face
	Scope      string // narrower than the account's role, "" for none
	AppID      string
	OpenID     string
	UnionID    string // "" when the provider told none
	DeviceID   string
	DeviceName string
	Addr       string
	CreatedAt  time.Time
	SeenAt     time.Time // written at most once a day
	ExpiresAt  time.Time
}

// ScopeGeneral is the scope of a manager session that asked for ordinary
// user rights only, whatever the account's role.
const ScopeGeneral = "general"

// Login is a session that was just opened. Token is shown once and cannot be
// read back.
type Login struct {
	Token     string
	Session   mall.ID
	Account   *Account // nil for a session without an account
	OpenID    string
	ExpiresAt time.Time
}

// Device is what a client tells about the machine it runs on.
type Device struct{ ID, Name string }

// JournalEntry is a login with the name of its account and the login before it.
type JournalEntry struct {
	LoginEntry
	Username string    // "" for none, and after an erasure
	LastAt   time.Time // zero at the first login
	LastAddr string
}

// LoginEntry is one successful login.
type LoginEntry struct {
	ID      mall.ID
	Account mall.ID
	Face    mall.Face
	Addr    string
	Device  string
	At      time.Time
}

package auth

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Key says by which unique field an account is looked up.
type Key uint8

const (
	// ByID looks up by the row id.
	ByID Key = iota
	// ByUsername looks up by user name; case does not matter.
	ByUsername
	// ByMobile looks up by mobile number.
	ByMobile
	// ByMail looks up by mail address; accounts keep theirs in lower case.
	ByMail
	// ByPublicID looks up by the 12 random characters.
	ByPublicID
)

// Repository keeps accounts, bindings, roles and menus. Writes need a running
// mall.Tx.Do.
type Repository interface {
	// Insert stores a new account with its password hash ("" for none) and
	// gives it an ID. mall.ErrConflict when user name, mobile, mail or public
	// id is taken.
	Insert(ctx context.Context, a *Account, hash string) error
	// Find is the account with the key, nil when there is none.
	Find(ctx context.Context, by Key, value string) (*Account, error)
	// Get is the account with the id; mall.ErrNotFound.
	Get(ctx context.Context, id mall.ID) (*Account, error)
	// Profiles are the profiles of those ids that exist.
	Profiles(ctx context.Context, ids []mall.ID) ([]Profile, error)
	// List is a page of accounts by descending id, or ascending if the filter says so.
	List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Account], error)
	// Hash is the password hash of an account, "" for none.
	Hash(ctx context.Context, id mall.ID) (string, error)
	// SetHash replaces the password hash if it still is old, and says whether.
	SetHash(ctx context.Context, id mall.ID, old, hash string, at time.Time) (bool, error)
	// Change writes the profile fields that are set and says whether the
	// account is there and active.
	Change(ctx context.Context, id mall.ID, c Changes, at time.Time) (bool, error)
	// SetMobile binds a mobile number to an active account;
	// mall.ErrConflict when another account holds it.
	SetMobile(ctx context.Context, id mall.ID, mobile string, at time.Time) (bool, error)
	// SetUsername gives an active account another user name; mall.ErrConflict
	// when another account has it.
	SetUsername(ctx context.Context, id mall.ID, name string, at time.Time) (bool, error)
	// SetRole and SetStatus are compare-and-set.
	SetRole(ctx context.Context, id mall.ID, from, to string, at time.Time) (bool, error)
	SetStatus(ctx context.Context, id mall.ID, from, to Status, at time.Time) (bool, error)
	// Seen records a login.
	Seen(ctx context.Context, e LoginEntry) error
	// Logins is a page of the login log, newest first; account 0 is everybody.
	Logins(ctx context.Context, account mall.ID, p mall.Page) (mall.Slice[LoginEntry], error)
	// EachLogin gives up to limit entries of an account with ids over after,
	// lowest first.
	EachLogin(ctx context.Context, account, after mall.ID, limit int64) ([]LoginEntry, error)
	// Journal is a page of the login log of a face, newest first, each entry
	// with the one before it of the same account and face.
	Journal(ctx context.Context, face mall.Face, p mall.Page) (mall.Slice[JournalEntry], error)
	// Audit appends to the log of staff changes; the entry's ID is not looked at.
	Audit(ctx context.Context, e AuditEntry) error
	// EachAudit gives up to limit entries about an account with ids over after,
	// lowest first.
	EachAudit(ctx context.Context, account, after mall.ID, limit int64) ([]AuditEntry, error)
	// Erase overwrites the personal columns of the account and deletes its
	// bindings and login log; false when it was erased before.
	Erase(ctx context.Context, id mall.ID, at time.Time) (bool, error)
	// ForgetLogins deletes at most limit login entries from before a moment.
	ForgetLogins(ctx context.Context, before time.Time, limit int) (int64, error)

	// Bind stores a binding; mall.ErrConflict when the identity is bound.
	Bind(ctx context.Context, b Binding) error
	// Rebind stores a binding in place of the one that the identity had, if any.
	Rebind(ctx context.Context, b Binding) error
	// FindBinding is the account of an identity, 0 when there is none.
	FindBinding(ctx context.Context, provider, appid, openid string) (mall.ID, error)
	// Bindings are the bindings of an account, oldest first.
	Bindings(ctx context.Context, account mall.ID) ([]Binding, error)
	// OpenIDs are the openids of the oldest bindings of accounts, in one statement.
	OpenIDs(ctx context.Context, ids []mall.ID) (map[mall.ID]string, error)

	RoleRepository
}

// Sessions keeps session rows.
type Sessions interface {
	// Open stores a session and gives it an ID.
	Open(ctx context.Context, s *Session) error
	// ByHash is the session of a token's hash with the status and role of its
	// account, read in one statement; mall.ErrNotFound.
	ByHash(ctx context.Context, hash string) (Session, Holder, error)
	// Prolong moves the end of a session if it was last seen at that moment.
	Prolong(ctx context.Context, id mall.ID, seen, now, expires time.Time) (bool, error)
	// Assign gives a session another account and scope; false when there is
	// no such session.
	Assign(ctx context.Context, id, account mall.ID, scope string) (bool, error)
	// Close deletes a session; closing it again is no error.
	Close(ctx context.Context, id mall.ID) error
	// CloseAll deletes the sessions of an account but one (0 for none).
	CloseAll(ctx context.Context, account, except mall.ID) error
	// Each gives up to limit sessions of an account with ids over after, lowest
	// first, ended ones too until Forget.
	Each(ctx context.Context, account, after mall.ID, limit int64) ([]Session, error)
	// CloseIdentity deletes the sessions of an openid of an appid, whatever
	// account they have.
	CloseIdentity(ctx context.Context, appid, openid string) error
	// Forget deletes at most limit sessions that ended before a moment.
	Forget(ctx context.Context, before time.Time, limit int) (int64, error)
}

// Holder is what Authenticate needs to know of a session's account; it is
// the zero Holder for a session without one.
type Holder struct {
	Status Status
	Role   string
}

// Limits keeps the counters that guard secrets: they hold across processes
// and restarts.
type Limits interface {
	// Take counts one use of key in the window that is running or, when none
	// is, begins with this use, and says whether max was not reached yet.
	// Taking and comparing are one statement, so parallel uses cannot pass
	// together.
	Take(ctx context.Context, key string, max int, window time.Duration, now time.Time) (bool, error)
	// Reached says whether max uses were counted in the window that is running.
	Reached(ctx context.Context, key string, max int, now time.Time) (bool, error)
	// Reset forgets a counter.
	Reset(ctx context.Context, key string) error
	// Forget deletes at most limit counters whose window ended before a moment.
	Forget(ctx context.Context, before time.Time, limit int) (int64, error)
}

// Filter narrows a list of accounts; zero fields do not.
type Filter struct {
	Text   string // part of user name, nick or mobile
	Role   string
	Status *Status

	Living      bool // leave out erased accounts
	OldestFirst bool
}

// AuditEntry is one change by staff.
type AuditEntry struct {
	ID       mall.ID
	Account  mall.ID // whom it happened to
	Actor    mall.ID // who did it, 0 for the host
	Face     mall.Face
	Addr     string
	Field    string
	From, To string
	Reason   string
	At       time.Time
}

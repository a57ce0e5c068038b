// Package qrlogin is the login of a browser by a phone: the browser shows a QR
// code (二维码), the phone opens what it says and agrees at WeChat, and the
// browser, told over its socket, logs in with the code that the phone brought.
//
//	address, err := s.Issue(ctx, sid)                    // the browser's socket asks for a code to show
//	err = s.Scan(ctx, state, code)                       // WeChat sends the phone here, to whatever process
//	news, err := s.News(ctx, []string{sid})              // the socket's process hears of it
//	login, err := s.Login(ctx, who, code, auth.Device{}) // the browser
//
// A [Ticket] is a row, one a socket, because phone, socket and browser may
// meet three different processes. Every step is a compare-and-set on it: one
// phone scans a code, one login uses it up. The room stands apart from
// auth/wechat, which calls out, so that its rules know no HTTP.
package qrlogin

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// Ticket is the state of one socket's QR code.
type Ticket struct {
	Socket    string // the socket's id, which only its client knows
	State     string // hexadecimal SHA-256 of the state that the shown code carries; "" before the first
	Status    Status
	Code      string    // what the phone brought from WeChat; "" before and after
	DueAt     time.Time // when the present Status lapses; zero for those that do not
	CreatedAt time.Time
	ExpiresAt time.Time // when the row may go, whatever became of the socket
}

// Status is how far a ticket is.
type Status int

const (
	// Idle: no code is shown, or it has lapsed or been used.
	Idle Status = 0
	// Issued: a code is shown and waits for a phone.
	Issued Status = 1
	// Scanned: a phone agreed, and the socket is still to be told.
	Scanned Status = 2
	// Told: the socket knows, and the login is waited for.
	Told Status = 3
	// Used: a login has taken the code.
	Used Status = 4
)

// WeChat is the part of WeChat that this login needs; auth/wechat gives it.
// No method may be called inside a database transaction.
type WeChat interface {
	// Address is what the phone opens to agree; WeChat then sends it back
	// with a code and this state.
	Address(state string) string
	// Person exchanges a code, once, for the identity and the profile of who
	// agreed. wechat.ErrCode when WeChat does not accept it.
	Person(ctx context.Context, code string) (auth.Registration, error)
}

// Accounts opens the session; auth.Service implements it.
type Accounts interface {
	LoginIdentity(ctx context.Context, who mall.Actor, id auth.Identity, reg *auth.Registration, dev auth.Device) (*auth.Login, error)
}

// Repository keeps tickets. Writes need a running mall.Tx.Do.
type Repository interface {
	// Open stores the ticket of a new socket; mall.ErrConflict when it is there.
	Open(ctx context.Context, t Ticket) error
	// Issue gives a ticket that has not expired a new state, whatever became of
	// the old one, and says whether there is such a ticket.
	Issue(ctx context.Context, socket, state string, now, due time.Time) (bool, error)
	// ByState is the ticket of a state, mall.ErrNotFound when there is none.
	ByState(ctx context.Context, state string) (*Ticket, error)
	// Scan moves an issued ticket that is not overdue to Scanned with a code.
	Scan(ctx context.Context, state, code string, now, due time.Time) (bool, error)
	// Pending are those of the sockets' tickets that have something to tell:
	// scanned ones, and issued and told ones that are overdue.
	Pending(ctx context.Context, sockets []string, now time.Time) ([]Ticket, error)
	// Move is a compare-and-set of the status of a socket's ticket under its
	// state; a move to Idle forgets the code.
	Move(ctx context.Context, t Ticket, to Status) (bool, error)
	// Claim moves a scanned or told ticket that is not overdue from its code
	// to Used, and gives it as it was; mall.ErrNotFound when there is none.
	Claim(ctx context.Context, code string, now time.Time) (*Ticket, error)
	// Restore makes a used ticket what Claim gave, as told, unless it has
	// another state by now.
	Restore(ctx context.Context, t Ticket) (bool, error)
	// Close deletes the ticket of a socket; none is no error.
	Close(ctx context.Context, socket string) error
	// Forget deletes at most limit tickets that expired before a moment.
	Forget(ctx context.Context, before time.Time, limit int) (int64, error)
}

var (
	// ErrSocket says that no socket with this id is connected.
	ErrSocket = mall.E(mall.NotFound, "qrlogin.socket", "no socket with this id")
	// ErrState says that a scanned code is unknown, replaced or too old.
	ErrState = mall.E(mall.State, "qrlogin.state", "QR code is not valid")
	// ErrScanned says that another phone has scanned the code.
	ErrScanned = mall.E(mall.State, "qrlogin.scanned", "QR code was scanned already")
	// ErrCode says that a login code is unknown, used or too old.
	ErrCode = mall.E(mall.State, "qrlogin.code", "login code is not valid")
)

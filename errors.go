package mall

import (
	"errors"
	"fmt"
)

// Kind sorts errors by what a caller can do about them. Every HTTP dialect
// maps every Kind, so a new Kind is a new row in each of their tables.
type Kind uint8

const (
	// Internal is a fault of ours or of the machine: logged in full, shown to
	// clients without details. It is the Kind of every error that is not an *Error.
	Internal Kind = iota
	// Invalid says that the input is malformed or out of range.
	Invalid
	// NotFound says that there is no such thing, or none that the actor may see.
	NotFound
	// Conflict says that the thing exists already or was changed meanwhile.
	Conflict
	// Denied says that the actor is known and may not do this.
	Denied
	// Unauthenticated says that there is no valid session.
	Unauthenticated
	// Limit says that a quota, a stock or a rate is used up.
	Limit
	// State says that the thing is in a state that does not allow this.
	State
	// Unavailable says that something we depend on is not configured or does not answer.
	Unavailable
)

var kindNames = [...]string{"internal", "invalid", "not found", "conflict", "denied", "unauthenticated", "limit", "state", "unavailable"}

// Kinds lists every Kind, for tables that must be complete.
func Kinds() []Kind {
	ks := make([]Kind, len(kindNames))
	for i := range ks {
		ks[i] = Kind(i)
	}
	return ks
}

// String is the Kind in words.
func (k Kind) String() string {
	if int(k) < len(kindNames) {
		return kindNames[k]
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// Error is an expected refusal. Code is stable and unique within the module
// ("stock.short"): dialects choose their numbers and texts by it. Args fill
// those texts. Msg is English, safe to show, for logs and Go callers. Err is
// the cause, for logs only.
type Error struct {
	Kind Kind
	Code string
	Args []any
	Msg  string
	Err  error
}

// E declares an expected error. Domain packages keep theirs in errors.go:
//
//	var ErrShort = mall.E(mall.Limit, "stock.short", "not enough in stock")
func E(kind Kind, code, msg string) *Error { return &Error{Kind: kind, Code: code, Msg: msg} }

// Error is the message with its cause.
func (e *Error) Error() string {
	s := e.Msg
	if len(e.Args) > 0 {
		s += fmt.Sprintf(" %v", e.Args)
	}
	if e.Err != nil {
		s += ": " + e.Err.Error()
	}
	return s
}

// Unwrap gives the cause.
func (e *Error) Unwrap() error { return e.Err }

// Is holds errors of one code for the same, whatever their arguments.
func (e *Error) Is(target error) bool {
	t, ok := target.(*Error)
	return ok && t.Code == e.Code
}

// With is a copy that carries arguments for the dialects' texts.
func (e *Error) With(args ...any) *Error {
	c := *e
	c.Args = args
	return &c
}

// Because is a copy that carries its cause for the log.
func (e *Error) Because(err error) *Error {
	c := *e
	c.Err = err
	return &c
}

// KindOf is the Kind of the first *Error in the chain, Internal if there is none.
func KindOf(err error) Kind {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Kind
	}
	return Internal
}

// CodeOf is the Code of the first *Error in the chain, empty if there is none.
func CodeOf(err error) string {
	if e, ok := errors.AsType[*Error](err); ok {
		return e.Code
	}
	return ""
}

// Refused says whether err is an expected refusal, so that trying the same
// again cannot help, rather than a fault that may pass.
func Refused(err error) bool {
	k := KindOf(err)
	return err != nil && k != Internal && k != Unavailable
}

var (
	// ErrInvalid is bad input that no narrower error describes; its argument names the field.
	ErrInvalid = E(Invalid, "invalid", "invalid value for")
	// ErrNotFound is the answer of repositories when the one row asked for is not there.
	ErrNotFound = E(NotFound, "not_found", "not found")
	// ErrConflict is the answer of repositories when a unique key is taken.
	ErrConflict = E(Conflict, "conflict", "exists already")
	// ErrDenied says that the actor may not do this.
	ErrDenied = E(Denied, "denied", "not allowed")
	// ErrUnauthenticated says that the call needs a valid session.
	ErrUnauthenticated = E(Unauthenticated, "unauthenticated", "not signed in")
	// ErrNotConfigured says that a port has no provider; its argument names the missing setting.
	ErrNotConfigured = E(Unavailable, "not_configured", "not configured:")
)

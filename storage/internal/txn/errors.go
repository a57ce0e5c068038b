package txn

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"

	"github.com/gomall-dev/mall"
)

// sqlStater is what PostgreSQL drivers' errors offer.
type sqlStater interface {
	error
	SQLState() string
}

// coder is what SQLite drivers' errors offer: the extended result code.
type coder interface {
	error
	Code() int
}

// SQLState is the five-character code of a PostgreSQL error, empty for others.
func SQLState(err error) string {
	if e, ok := errors.AsType[sqlStater](err); ok {
		return e.SQLState()
	}
	return ""
}

// ResultCode is the extended result code of a SQLite error, 0 for others.
func ResultCode(err error) int {
	if e, ok := errors.AsType[coder](err); ok {
		return e.Code()
	}
	return 0
}

// The primary result codes of SQLite that decide something here.
const (
	resultBusy      = 5
	resultLocked    = 6
	resultNoMem     = 7
	resultInterrupt = 9
	resultIOErr     = 10
	resultCorrupt   = 11
	resultFull      = 13
	resultNotADB    = 26

	resultUnique     = 2067
	resultPrimaryKey = 1555
	resultRowID      = 2579
)

// Uncommitted is the failure of a COMMIT that was not even sent: nothing of the
// transaction was written.
type Uncommitted struct{ Err error }

func (u Uncommitted) Error() string { return u.Err.Error() }
func (u Uncommitted) Unwrap() error { return u.Err }

// Mapped turns a driver's error into the vocabulary of mall, keeping it as the
// cause: a taken unique key is mall.ErrConflict. Everything else stays as it is.
func Mapped(err error) error {
	if err == nil || errors.Is(err, sql.ErrNoRows) {
		return err
	}
	if SQLState(err) == "23505" {
		return mall.ErrConflict.Because(err)
	}
	switch ResultCode(err) {
	case resultUnique, resultPrimaryKey, resultRowID:
		return mall.ErrConflict.Because(err)
	}
	return err
}

// Again says whether the same transaction, run once more from its start, may
// succeed: serialization failures, deadlocks, a busy database.
func Again(err error) bool {
	switch SQLState(err) {
	case "40001", "40P01":
		return true
	}
	switch ResultCode(err) & 0xff {
	case resultBusy, resultLocked:
		return true
	}
	return false
}

// Deadly says whether a SQLite error leaves the whole transaction in doubt, so
// that no savepoint in it can be trusted any more.
func Deadly(err error) bool {
	if errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) {
		return true
	}
	switch ResultCode(err) & 0xff {
	case resultNoMem, resultInterrupt, resultIOErr, resultCorrupt, resultFull, resultNotADB:
		return true
	}
	return false
}

// refused is a context whose Err is a given error: database/sql hands it out
// through a *sql.Row, which cannot be made with an error in any other way.
type refused struct {
	context.Context
	err error
}

var closed = func() <-chan struct{} { c := make(chan struct{}); close(c); return c }()

func (r refused) Done() <-chan struct{} { return closed }
func (r refused) Err() error            { return r.err }

package mall

import (
	"context"
	"encoding/json"
	"time"
)

// Tx runs work in database transactions. The transaction travels in the
// context: pass the one that fn is given to everything that belongs to it.
//
// No payment provider, SMS sender or other outside party is called inside a
// transaction: fn may run again, and others wait.
type Tx interface {
	// Do runs fn in a transaction and commits it when fn returns nil. Inside
	// another Do it joins that one; an error of a joined fn makes the outer
	// one roll back even if its caller swallows it (ErrRollbackOnly). Only
	// the outermost Do repeats fn, at most 3 times, after a serialization
	// failure or a busy database, so fn touches nothing but the database and
	// its own locals. Inside View it is an error.
	Do(ctx context.Context, fn func(ctx context.Context) error) error
	// Try runs fn under a savepoint of the running transaction, for work
	// whose refusal is a result: when fn fails, its writes are undone, the
	// error is returned and the transaction stays usable. Callbacks that fn
	// gave to OnCommit are dropped with it. Outside of Do it is an error.
	Try(ctx context.Context, fn func(ctx context.Context) error) error
	// View runs fn on one read-only snapshot. Inside Do it reads that transaction.
	View(ctx context.Context, fn func(ctx context.Context) error) error
	// OnCommit calls fn once the running transaction is committed, in the
	// order given, in the goroutine of the outermost Do, with a context that is
	// not cancelled; panics are recovered and logged. It is best effort: what
	// must happen is a row and a sweep. Without a transaction fn runs at once.
	OnCommit(ctx context.Context, fn func(ctx context.Context))
}

// InTx says whether ctx carries a transaction or a snapshot. Ports to outside
// parties assert that it does not.
func InTx(ctx context.Context) bool { return ctx.Value(TxKey{}) != nil }

// TxKey is the context key under which a Tx keeps what it carries. It is
// exported for implementations of Tx only.
type TxKey struct{}

// Event is a fact that was committed: a state move, a ledger entry, a settled
// payment. Facts hold ids, numbers and amounts, no personal data.
type Event struct {
	ID        ID              // position in commit-safe order; given by the store
	Kind      string          // "order.paid", "wallet.entry"
	Version   int             // of the form of Facts, from 1
	Aggregate ID              // row id of the thing it happened to
	Facts     json.RawMessage // a JSON object
	At        time.Time
}

// Outbox takes events in the transaction of the change that they tell of.
type Outbox interface {
	// Append stores events; it needs a running Do.
	Append(ctx context.Context, events ...Event) error
}

var (
	// ErrNoTx says that a write or a Try was attempted outside of Do.
	ErrNoTx = E(Internal, "tx.none", "needs a running transaction")
	// ErrTxDone says that a transaction's context was used after its closure ended.
	ErrTxDone = E(Internal, "tx.done", "transaction is over")
	// ErrRollbackOnly says that a joined Do failed and its error was swallowed:
	// nothing was written.
	ErrRollbackOnly = E(Internal, "tx.rollback_only", "transaction was rolled back because a part of it failed")
	// ErrReadOnly says that Do was called inside View.
	ErrReadOnly = E(Internal, "tx.read_only", "snapshot is read-only")
	// ErrBusy says that the database stayed busy through all repetitions.
	ErrBusy = E(Unavailable, "tx.busy", "database is busy")
)

// Clock is the clock of a service: now, or the system's when now is nil, cut
// to the milliseconds that the databases keep.
func Clock(now func() time.Time) func() time.Time {
	if now == nil {
		now = time.Now
	}
	return func() time.Time { return now().UTC().Truncate(time.Millisecond) }
}

// Package txn is what the transactions of both databases have in common: the
// scope that travels in a context, joining, savepoints, callbacks after the
// commit, and handles that die with their closure.
package txn

import (
	"context"
	"database/sql"
	"errors"
	"log/slog"
	"sync"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
)

// Base is one store's side of its scopes.
type Base struct {
	// Pool serves reads outside of transactions.
	Pool *sql.DB
	Log  *slog.Logger
	// Lasting makes statements of scopes ignore cancellation: inside a write,
	// because the database undoes the whole transaction with a cancelled one;
	// in the short reads of repositories, because watching for it costs more
	// than it saves. The context is checked before each instead.
	Lasting bool
	// Kept says that the driver keeps statements prepared by their text: those
	// of repositories are sent with arguments instead of literals.
	Kept bool
	// Signed says that the driver wants to know which statements are those of
	// repositories; see Sign. A lent transaction may be another driver's: there
	// they are not signed.
	Signed bool
}

// Scope is one running closure: a Do, a Try in it, or a View. It is the handle
// for the closure's statements and refuses them once the closure has ended.
type Scope struct {
	*unit
	base  *Base
	outer *Scope // what the context carried before
	lent  bool   // the transaction is the host's

	// Guarded by unit.mu.
	done   bool
	broken error // first failure that was not undone: nothing may be committed
	hooks  []func(context.Context)
	open   []func() // ends the host's open rows
}

// unit is what the scopes of one transaction share.
type unit struct {
	conn  bun.IConn
	ours  bun.IConn // the same for repositories
	write bool

	mu    sync.Mutex // held during each statement, so that Close waits for it
	names int        // savepoints made so far
	dead  error      // why no savepoint of the transaction can be trusted any more
}

// NewScope opens a scope on a connection whose transaction has begun, and
// gives the context that carries it.
func (b *Base) NewScope(ctx context.Context, conn bun.IConn, write bool) (context.Context, *Scope) {
	return b.carry(ctx, &unit{conn: conn, ours: b.ours(conn), write: write})
}

func (b *Base) carry(ctx context.Context, u *unit) (context.Context, *Scope) {
	outer, _ := ctx.Value(mall.TxKey{}).(*Scope)
	s := &Scope{unit: u, base: b, outer: outer}
	return context.WithValue(ctx, mall.TxKey{}, s), s
}

// Of is the innermost scope of this store in ctx, nil if there is none:
// transactions of several stores may lie around each other.
func (b *Base) Of(ctx context.Context) *Scope {
	s, _ := ctx.Value(mall.TxKey{}).(*Scope)
	for s != nil && s.base != b {
		s = s.outer
	}
	return s
}

// Close ends the scope: a statement that still runs is waited for, rows that
// the host left open are closed, later statements fail with mall.ErrTxDone. It
// gives what stands against a commit.
func (s *Scope) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = true
	for _, end := range s.open {
		end()
	}
	s.open = nil
	if s.broken != nil {
		return mall.ErrRollbackOnly.Because(s.broken)
	}
	return nil
}

// Fail marks the scope: it cannot be committed any more.
func (s *Scope) Fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.broken == nil {
		s.broken = err
	}
}

// Dead is why the whole transaction is lost, nil if it is not. Err is what the
// closure returned: some drivers report a failure only while rows are read.
func (s *Scope) Dead(err error) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.dead == nil && Deadly(err) {
		s.dead = err
	}
	return s.dead
}

// Hooks gives the callbacks for after the commit.
func (s *Scope) Hooks() []func(context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.hooks
}

// errUnwound is the failure of a closure that ended by panic or Goexit.
var errUnwound = errors.New("transaction closure did not return")

// Join runs fn as a part of the scope's transaction: its failure, a panic
// included, makes the whole one roll back. On a lent transaction, whose end is
// not ours, it is a savepoint.
func (s *Scope) Join(ctx context.Context, fn func(context.Context) error) error {
	switch {
	case !s.write:
		return mall.ErrReadOnly
	case s.over():
		return mall.ErrTxDone
	case s.lent:
		return s.base.Try(ctx, fn)
	}
	err := errUnwound
	defer func() {
		if err != nil {
			s.Fail(err)
		}
	}()
	err = fn(ctx)
	return err
}

func (s *Scope) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done
}

// See runs fn for a View inside the scope.
func (s *Scope) See(ctx context.Context, fn func(context.Context) error) error {
	if s.over() {
		return mall.ErrTxDone
	}
	return fn(ctx)
}

// OnCommit keeps fn for after the commit; see mall.Tx.
func (b *Base) OnCommit(ctx context.Context, fn func(context.Context)) {
	s := b.Of(ctx)
	if s == nil || !s.write {
		fn(ctx)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done {
		b.Log.ErrorContext(ctx, "mall: OnCommit after the end of its transaction was dropped")
		return
	}
	s.hooks = append(s.hooks, fn)
}

// Committed runs callbacks in order with a context that is not cancelled.
func (b *Base) Committed(ctx context.Context, hooks []func(context.Context)) {
	if len(hooks) == 0 {
		return
	}
	ctx = context.WithoutCancel(ctx)
	for _, fn := range hooks {
		b.call(ctx, fn)
	}
}

func (b *Base) call(ctx context.Context, fn func(context.Context)) {
	defer func() {
		if p := recover(); p != nil {
			b.Log.ErrorContext(ctx, "mall: panic in a callback after a commit", "panic", p)
		}
	}()
	fn(ctx)
}

// Package txn is what the transactions of both databases have in common: the
// scope that travels in a context, joining, savepoints, callbacks after the
// commit, and handles that die with their closure.
package txn

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"strconv"
	"sync"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
)

// Base is one store's side of its scopes.
type Base struct {
	// Pool serves reads outside of transactions.
	Pool *sql.DB
	Log  *slog.Logger
	// Lasting makes statements inside a write ignore cancellation: the
	// context is checked before each instead.
	Lasting bool
}

// Scope is one running closure: a Do, a Try in it, or a View.
type Scope struct {
	base  *Base
	outer *Scope // what the context carried before
	conn  bun.IConn
	write bool
	names *int // savepoints made so far in the transaction

	mu     sync.Mutex // held during each statement, so that Close waits for it
	done   bool
	broken error // first failure that was not undone: nothing may be committed
	hooks  []func(context.Context)
}

// NewScope opens a scope on a connection whose transaction has begun, and
// gives the context that carries it.
func (b *Base) NewScope(ctx context.Context, conn bun.IConn, write bool) (context.Context, *Scope) {
	outer, _ := ctx.Value(mall.TxKey{}).(*Scope)
	s := &Scope{base: b, outer: outer, conn: conn, write: write, names: new(int)}
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

// Close ends the scope: a statement that still runs is waited for, later ones
// fail with mall.ErrTxDone. It gives what stands against a commit.
func (s *Scope) Close() error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.done = true
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

// Hooks gives and forgets the callbacks for after the commit.
func (s *Scope) Hooks() []func(context.Context) {
	s.mu.Lock()
	defer s.mu.Unlock()
	hooks := s.hooks
	s.hooks = nil
	return hooks
}

// Join runs fn as a part of the scope's transaction: its failure, a panic
// included, makes the whole one roll back.
func (s *Scope) Join(ctx context.Context, fn func(context.Context) error) (err error) {
	if !s.write {
		return mall.ErrReadOnly
	}
	if s.over() {
		return mall.ErrTxDone
	}
	ok := false
	defer func() {
		if !ok {
			s.Fail(errUnwound)
		}
	}()
	err = fn(ctx)
	if ok = true; err != nil {
		s.Fail(err)
	}
	return err
}

// errUnwound is the failure of a closure that ended by panic or Goexit.
var errUnwound = fmt.Errorf("transaction closure did not return")

func (s *Scope) over() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.done
}

// Try runs fn under a savepoint; see mall.Tx.
func (b *Base) Try(ctx context.Context, fn func(context.Context) error) (err error) {
	s := b.Of(ctx)
	if s == nil || !s.write {
		return mall.ErrNoTx
	}
	*s.names++
	name := "try" + strconv.Itoa(*s.names)
	if err := s.exec(ctx, "SAVEPOINT "+name); err != nil {
		return err
	}
	inner := &Scope{base: b, outer: s, conn: s.conn, write: true, names: s.names}
	undo := func() {
		_ = inner.Close()
		if err := s.undo(ctx, name); err != nil {
			s.Fail(err)
		}
	}
	returned := false
	defer func() {
		if !returned {
			undo()
		}
	}()
	err = fn(context.WithValue(ctx, mall.TxKey{}, inner))
	returned = true
	if err == nil {
		err = inner.Close()
	}
	if err != nil {
		undo()
		return err
	}
	if err := s.exec(ctx, "RELEASE SAVEPOINT "+name); err != nil {
		return err
	}
	hooks := inner.Hooks()
	s.mu.Lock()
	s.hooks = append(s.hooks, hooks...)
	s.mu.Unlock()
	return nil
}

// undo rolls back to a savepoint and forgets it, cancelled or not.
func (s *Scope) undo(ctx context.Context, name string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done {
		return mall.ErrTxDone
	}
	ctx = context.WithoutCancel(ctx)
	if _, err := s.conn.ExecContext(ctx, "ROLLBACK TO SAVEPOINT "+name); err != nil {
		return err
	}
	_, err := s.conn.ExecContext(ctx, "RELEASE SAVEPOINT "+name)
	return err
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
		b.Log.ErrorContext(ctx, "mall: OnCommit after the end of its transaction, dropped")
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
		b.hook(ctx, fn)
	}
}

func (b *Base) hook(ctx context.Context, fn func(context.Context)) {
	defer func() {
		if p := recover(); p != nil {
			b.Log.ErrorContext(ctx, "mall: panic in a callback after commit", "panic", p)
		}
	}()
	fn(ctx)
}

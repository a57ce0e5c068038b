package postgresdb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"math/rand/v2"
	"strings"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage/internal/txn"
)

// repeats is how often a transaction that lost against another is run again.
const repeats = 3

// engine runs transactions, each on a connection of its own.
type engine struct {
	base *txn.Base
	pool *sql.DB
}

// handles is the engine as the repositories see it.
type handles struct{ *engine }

func (h handles) Reader(ctx context.Context) bun.IConn { return h.base.Reader(ctx) }
func (h handles) Writer(ctx context.Context) bun.IConn { return h.base.Writer(ctx) }

// SQL runs the host's own statements: on the transaction or snapshot of ctx,
// else on the pool, where it only reads.
func (e *engine) SQL(ctx context.Context) txn.SQL { return e.base.SQL(ctx) }

// Try runs fn under a savepoint; see mall.Tx.
func (e *engine) Try(ctx context.Context, fn func(context.Context) error) error {
	return e.base.Try(ctx, fn)
}

// OnCommit keeps fn for after the commit; see mall.Tx.
func (e *engine) OnCommit(ctx context.Context, fn func(context.Context)) { e.base.OnCommit(ctx, fn) }

// BeginTx begins a transaction of the host's own, to be lent to the store by Within.
func (e *engine) BeginTx(ctx context.Context) (*sql.Tx, error) { return e.pool.BeginTx(ctx, nil) }

// Within lets the store work on a transaction of the host's own in the same
// database. Pass the context that it gives to services; a Do there is a
// savepoint and is never repeated. The host commits or rolls back by itself
// and then calls Committed or RolledBack.
func (e *engine) Within(ctx context.Context, tx *sql.Tx) (context.Context, *txn.Lent) {
	return e.base.Lend(ctx, tx, func() {})
}

// Do runs fn in a transaction, READ COMMITTED; see mall.Tx.
func (e *engine) Do(ctx context.Context, fn func(context.Context) error) error {
	if s := e.base.Of(ctx); s != nil {
		return s.Join(ctx, fn)
	}
	for n := 0; ; n++ {
		a := attempt{engine: e}
		err := a.run(ctx, fn)
		switch {
		case err == nil:
			e.base.Committed(ctx, a.hooks)
			return nil
		case ctx.Err() != nil || !txn.Again(err) && !(a.unsent && lostConn(err)):
			return err
		case n == repeats:
			return mall.ErrBusy.Because(err)
		}
		pause(ctx, n)
	}
}

// pause lets the transaction go ahead that this one lost against: repeated at
// once, it could take the same rows again before the other one wakes up.
func pause(ctx context.Context, n int) {
	t := time.NewTimer(time.Duration(10<<n+rand.IntN(10<<n)) * time.Millisecond)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	}
}

// attempt is one run of a closure.
type attempt struct {
	*engine
	hooks  []func(context.Context)
	unsent bool // COMMIT was not tried: nothing is written, whatever happened
}

func (a *attempt) run(ctx context.Context, fn func(context.Context) error) error {
	conn, tx, err := a.begin(ctx, nil)
	if err != nil {
		return err
	}
	a.unsent = true
	defer conn.Close()
	inside, scope := a.base.NewScope(ctx, tx, true)
	defer func() { // does nothing after a commit
		_ = scope.Close()
		_ = tx.Rollback()
	}()
	if err := fn(inside); err != nil {
		return err
	}
	if err := scope.Close(); err != nil {
		return err
	}
	a.hooks = scope.Hooks()
	err = tx.Commit()
	a.unsent = errors.As(err, new(txn.Uncommitted))
	return txn.Mapped(err)
}

// begin waits for a connection as long as ctx lasts. The transaction itself is
// not bound to ctx: its end is ours. A connection that died in the pool is
// replaced by another.
func (e *engine) begin(ctx context.Context, o *sql.TxOptions) (*sql.Conn, *sql.Tx, error) {
	for n := 0; ; n++ {
		conn, err := e.pool.Conn(ctx)
		if err != nil {
			return nil, nil, err
		}
		tx, err := conn.BeginTx(context.WithoutCancel(ctx), o)
		if err == nil {
			return conn, tx, nil
		}
		_ = conn.Close()
		if !lostConn(err) || n == repeats {
			return nil, nil, err
		}
	}
}

// lostConn says whether a statement failed because its connection was dead, or
// was ended by the server.
func lostConn(err error) bool {
	state := txn.SQLState(err)
	return errors.Is(err, driver.ErrBadConn) || strings.HasPrefix(state, "08") || strings.HasPrefix(state, "57P0")
}

// View runs fn on one snapshot; see mall.Tx.
func (e *engine) View(ctx context.Context, fn func(context.Context) error) error {
	if s := e.base.Of(ctx); s != nil {
		return s.See(ctx, fn)
	}
	conn, tx, err := e.begin(ctx, &sql.TxOptions{Isolation: sql.LevelRepeatableRead, ReadOnly: true})
	if err != nil {
		return err
	}
	defer conn.Close()
	inside, scope := e.base.NewScope(ctx, tx, false)
	defer func() {
		_ = scope.Close()
		_ = tx.Rollback()
	}()
	return fn(inside)
}

var _ mall.Tx = (*engine)(nil)

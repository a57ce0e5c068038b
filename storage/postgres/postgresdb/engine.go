package postgresdb

import (
	"context"
	"database/sql"

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

// Reader is the handle for the next read.
func (e *engine) Reader(ctx context.Context) bun.IConn { return e.base.Reader(ctx) }

// Writer is the handle for the next write.
func (e *engine) Writer(ctx context.Context) bun.IConn { return e.base.Writer(ctx) }

// Try runs fn under a savepoint; see mall.Tx.
func (e *engine) Try(ctx context.Context, fn func(context.Context) error) error {
	return e.base.Try(ctx, fn)
}

// OnCommit keeps fn for after the commit; see mall.Tx.
func (e *engine) OnCommit(ctx context.Context, fn func(context.Context)) { e.base.OnCommit(ctx, fn) }

// Do runs fn in a transaction; see mall.Tx.
func (e *engine) Do(ctx context.Context, fn func(context.Context) error) error {
	if s := e.base.Of(ctx); s != nil {
		return s.Join(ctx, fn)
	}
	for n := 0; ; n++ {
		hooks, err := e.once(ctx, fn)
		switch {
		case err == nil:
			e.base.Committed(ctx, hooks)
			return nil
		case !txn.Again(err) || ctx.Err() != nil:
			return err
		case n == repeats:
			return mall.ErrBusy.Because(err)
		}
	}
}

func (e *engine) once(ctx context.Context, fn func(context.Context) error) (hooks []func(context.Context), err error) {
	conn, err := e.pool.Conn(ctx)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	lasting := context.WithoutCancel(ctx)
	if _, err := conn.ExecContext(ctx, "BEGIN"); err != nil {
		return nil, err
	}
	committed := false
	inner, scope := e.base.NewScope(ctx, conn, true)
	defer func() {
		if !committed {
			_ = scope.Close()
			_, _ = conn.ExecContext(lasting, "ROLLBACK")
		}
	}()
	if err = fn(inner); err == nil {
		err = scope.Close()
	}
	if err != nil {
		return nil, err
	}
	if _, err := conn.ExecContext(lasting, "COMMIT"); err != nil {
		return nil, err
	}
	committed = true
	return scope.Hooks(), nil
}

// View runs fn on one snapshot; see mall.Tx.
func (e *engine) View(ctx context.Context, fn func(context.Context) error) error {
	if e.base.Of(ctx) != nil {
		return fn(ctx)
	}
	conn, err := e.pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY"); err != nil {
		return err
	}
	inner, scope := e.base.NewScope(ctx, conn, false)
	defer func() {
		_ = scope.Close()
		_, _ = conn.ExecContext(context.WithoutCancel(ctx), "ROLLBACK")
	}()
	return fn(inner)
}

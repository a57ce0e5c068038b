package sqlitedb

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage/internal/txn"
)

// engine runs transactions on one writing connection.
type engine struct {
	base   *txn.Base
	writer *sql.DB
	turn   chan struct{}
}

func newEngine(writer *sql.DB, base *txn.Base) *engine {
	return &engine{base: base, writer: writer, turn: make(chan struct{}, 1)}
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
	select {
	case e.turn <- struct{}{}:
	case <-ctx.Done():
		return ctx.Err()
	}
	hooks, err := e.once(ctx, fn)
	if err == nil {
		e.base.Committed(ctx, hooks)
	}
	return err
}

func (e *engine) once(ctx context.Context, fn func(context.Context) error) (hooks []func(context.Context), err error) {
	defer func() { <-e.turn }()
	lasting := context.WithoutCancel(ctx)
	conn, err := e.writer.Conn(lasting)
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(lasting, "BEGIN IMMEDIATE"); err != nil {
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
	err = fn(inner)
	if err = errors.Join(err); err == nil {
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
	tx, err := e.base.Pool.BeginTx(context.WithoutCancel(ctx), &sql.TxOptions{ReadOnly: true})
	if err != nil {
		return err
	}
	defer func() { _ = tx.Rollback() }()
	inner, scope := e.base.NewScope(ctx, tx, false)
	defer func() { _ = scope.Close() }()
	return fn(inner)
}

func (e *engine) close() error {
	e.turn <- struct{}{}
	<-e.turn
	return nil
}

var _ mall.Tx = (*engine)(nil)

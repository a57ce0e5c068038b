package txn

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
)

// Reader is the handle for the next read: the scope of ctx, else the pool.
func (b *Base) Reader(ctx context.Context) bun.IConn {
	if s := b.Of(ctx); s != nil {
		return s
	}
	return pool{b}
}

// Writer is the handle for the next write: the running Do of ctx, else one
// whose every call fails.
func (b *Base) Writer(ctx context.Context) bun.IConn {
	s := b.Of(ctx)
	switch {
	case s == nil:
		return failing{b, mall.ErrNoTx}
	case !s.write:
		return failing{b, mall.ErrReadOnly}
	}
	return s
}

// enter locks the scope for one statement.
func (s *Scope) enter(ctx context.Context, query string) (context.Context, error) {
	s.mu.Lock()
	err := ctx.Err()
	switch {
	case s.done:
		err = mall.ErrTxDone
	case s.broken != nil:
		err = mall.ErrRollbackOnly.Because(s.broken)
	}
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	saw(ctx, query)
	if s.write && s.base.Lasting {
		ctx = context.WithoutCancel(ctx)
	}
	return ctx, nil
}

// leave unlocks the scope. A statement that failed breaks it: PostgreSQL
// refuses everything after it, so SQLite is held to the same.
func (s *Scope) leave(err error) error {
	if err != nil {
		err = Mapped(err)
		if s.broken == nil {
			s.broken = err
		}
	}
	s.mu.Unlock()
	return err
}

func (s *Scope) exec(ctx context.Context, query string) error {
	_, err := s.ExecContext(ctx, query)
	return err
}

// ExecContext runs a statement of the scope.
func (s *Scope) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	ctx, err := s.enter(ctx, query)
	if err != nil {
		return nil, err
	}
	res, err := s.conn.ExecContext(ctx, query, args...)
	return res, s.leave(err)
}

// QueryContext runs a query of the scope.
func (s *Scope) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, err := s.enter(ctx, query)
	if err != nil {
		return nil, err
	}
	rows, err := s.conn.QueryContext(ctx, query, args...)
	return rows, s.leave(err)
}

// QueryRowContext runs a query of the scope that gives one row.
func (s *Scope) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	inside, err := s.enter(ctx, query)
	if err != nil {
		return s.base.refuse(ctx, err)
	}
	row := s.conn.QueryRowContext(inside, query, args...)
	if err := s.leave(row.Err()); err != nil {
		return s.base.refuse(ctx, err)
	}
	return row
}

// refuse is a row whose Scan gives err.
func (b *Base) refuse(ctx context.Context, err error) *sql.Row {
	return b.Pool.QueryRowContext(refused{ctx, err}, "")
}

// failing is a handle whose every call fails.
type failing struct {
	base *Base
	err  error
}

func (f failing) ExecContext(context.Context, string, ...any) (sql.Result, error) { return nil, f.err }

func (f failing) QueryContext(context.Context, string, ...any) (*sql.Rows, error) { return nil, f.err }

func (f failing) QueryRowContext(ctx context.Context, _ string, _ ...any) *sql.Row {
	return f.base.refuse(ctx, f.err)
}

// pool is the handle for reads outside of transactions.
type pool struct{ base *Base }

var errWriteOutside = errors.New("this handle only reads")

func (p pool) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, mall.ErrNoTx.Because(errWriteOutside)
}

func (p pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	saw(ctx, query)
	rows, err := p.base.Pool.QueryContext(ctx, query, args...)
	return rows, Mapped(err)
}

func (p pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	saw(ctx, query)
	return p.base.Pool.QueryRowContext(ctx, query, args...)
}

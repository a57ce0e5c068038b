package txn

import (
	"context"
	"database/sql"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
)

// SQL is what runs a host's own statements. *sql.DB and *sql.Tx have the same
// methods, so generated query code takes it as well.
type SQL interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// Reader is the handle for the next read: the scope of ctx, else the pool.
func (b *Base) Reader(ctx context.Context) bun.IConn {
	if s := b.Of(ctx); s != nil {
		return s
	}
	return pool{b, b.ours(b.Pool), b.Lasting}
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

// SQL is the handle for the host's own statements: the scope of ctx, which
// closes rows that are still open when it ends, else the pool, which only
// reads. Its reads can be cancelled on either database.
func (b *Base) SQL(ctx context.Context) SQL {
	if s := b.Of(ctx); s != nil {
		return guest{s}
	}
	return pool{b, b.Pool, false}
}

// enter locks the scope for one statement. Lasting says that it may go on when
// its context is cancelled.
func (s *Scope) enter(ctx context.Context, lasting bool, query string, args []any) (context.Context, error) {
	s.mu.Lock()
	err := ctx.Err()
	switch {
	case s.done:
		err = mall.ErrTxDone
	case s.broken != nil:
		err = mall.ErrRollbackOnly.Because(s.broken)
	case s.dead != nil:
		err = mall.ErrRollbackOnly.Because(s.dead)
	}
	if err != nil {
		s.mu.Unlock()
		return nil, err
	}
	saw(ctx, s.unit, query, args)
	if lasting && s.base.Lasting {
		ctx = context.WithoutCancel(ctx)
	}
	return ctx, nil
}

// leave unlocks the scope. A statement that failed breaks it: PostgreSQL
// refuses everything after it, so SQLite is held to the same.
func (s *Scope) leave(err error) error {
	defer s.mu.Unlock()
	if err == nil {
		return nil
	}
	if s.dead == nil && Deadly(err) {
		s.dead = err
	}
	err = Mapped(err)
	if s.broken == nil {
		s.broken = err
	}
	return err
}

// ExecContext runs a statement of the scope.
func (s *Scope) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return s.exec(ctx, s.ours, query, args)
}

func (s *Scope) exec(ctx context.Context, conn bun.IConn, query string, args []any) (sql.Result, error) {
	if !s.write {
		return nil, mall.ErrReadOnly
	}
	ctx, err := s.enter(ctx, true, query, args)
	if err != nil {
		return nil, err
	}
	res, err := conn.ExecContext(ctx, query, args...)
	return res, s.leave(err)
}

// QueryContext runs a query of the scope.
func (s *Scope) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.query(ctx, s.ours, true, query, args)
}

func (s *Scope) query(ctx context.Context, conn bun.IConn, lasting bool, query string, args []any) (*sql.Rows, error) {
	ctx, err := s.enter(ctx, lasting, query, args)
	if err != nil {
		return nil, err
	}
	rows, err := conn.QueryContext(ctx, query, args...)
	return rows, s.leave(err)
}

// Together sends a repository's queries in one message, where the driver can:
// the rows of each are a result set. Nil without an error means that it cannot,
// and they are to be run one by one.
func Together(ctx context.Context, conn bun.IConn, queries []string) (*sql.Rows, error) {
	switch h := conn.(type) {
	case *Scope:
		return h.together(ctx, queries)
	case pool:
		return h.together(ctx, queries)
	}
	return nil, nil
}

func (s *Scope) together(ctx context.Context, queries []string) (*sql.Rows, error) {
	if _, can := s.ours.(signed); !can {
		return nil, nil
	}
	inside, err := s.enter(ctx, true, queries[0], nil)
	if err != nil {
		return nil, err
	}
	for _, q := range queries[1:] {
		saw(ctx, s.unit, q, nil)
	}
	rows, err := s.ours.QueryContext(inside, queries[0], Sign{Then: queries[1:]})
	return rows, s.leave(err)
}

// QueryRowContext runs a query of the scope that gives one row.
func (s *Scope) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return s.queryRow(ctx, s.ours, true, query, args)
}

func (s *Scope) queryRow(ctx context.Context, conn bun.IConn, lasting bool, query string, args []any) *sql.Row {
	inside, err := s.enter(ctx, lasting, query, args)
	if err != nil {
		return s.base.refuse(ctx, err)
	}
	row := conn.QueryRowContext(inside, query, args...)
	if err := s.leave(row.Err()); err != nil {
		return s.base.refuse(ctx, err)
	}
	return row
}

// guest is a scope as the host uses it: its statements go as they are.
type guest struct{ *Scope }

// ExecContext runs a statement of the host's.
func (g guest) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	return g.exec(ctx, g.conn, query, args)
}

// QueryContext remembers the rows: left open, they would keep the connection.
func (g guest) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	rows, err := g.query(ctx, g.conn, g.write, query, args)
	if err == nil {
		g.remember(func() { _ = rows.Close() })
	}
	return rows, err
}

// QueryRowContext remembers the row: one that is never scanned stays open.
func (g guest) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	row := g.queryRow(ctx, g.conn, g.write, query, args)
	if row.Err() == nil {
		g.remember(func() { _ = row.Scan() })
	}
	return row
}

func (s *Scope) remember(end func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done {
		end()
		return
	}
	s.open = append(s.open, end)
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
type pool struct {
	base    *Base
	conn    bun.IConn
	lasting bool // statements go on when their context is cancelled
}

// enter gives the context for one statement.
func (p pool) enter(ctx context.Context, query string, args []any) (context.Context, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	saw(ctx, nil, query, args)
	if p.lasting {
		ctx = context.WithoutCancel(ctx)
	}
	return ctx, nil
}

func (p pool) ExecContext(context.Context, string, ...any) (sql.Result, error) {
	return nil, mall.ErrNoTx
}

func (p pool) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	ctx, err := p.enter(ctx, query, args)
	if err != nil {
		return nil, err
	}
	rows, err := p.conn.QueryContext(ctx, query, args...)
	return rows, Mapped(err)
}

func (p pool) together(ctx context.Context, queries []string) (*sql.Rows, error) {
	if _, can := p.conn.(signed); !can {
		return nil, nil
	}
	inside, err := p.enter(ctx, queries[0], nil)
	if err != nil {
		return nil, err
	}
	for _, q := range queries[1:] {
		saw(ctx, nil, q, nil)
	}
	rows, err := p.conn.QueryContext(inside, queries[0], Sign{Then: queries[1:]})
	return rows, Mapped(err)
}

func (p pool) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	inside, err := p.enter(ctx, query, args)
	if err != nil {
		return p.base.refuse(ctx, err)
	}
	return p.conn.QueryRowContext(inside, query, args...)
}

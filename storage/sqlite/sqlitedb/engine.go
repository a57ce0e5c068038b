package sqlitedb

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"sync"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage/internal/txn"
)

const (
	// repeats is how often a closure is run again that lost its group.
	repeats = 3
	// lentWait is how long a write waits while the host has the writer.
	lentWait = time.Second
	// lentWaitLeast is for those who have queued for most of that already.
	lentWaitLeast = 20 * time.Millisecond
	// turnWait bounds the wait for the writer when the caller's context does
	// not: a Do that was started inside another one with a context from
	// outside of it waits for itself.
	turnWait = 30 * time.Second
	// slowAfter is how long a closure may hold the writer without being counted.
	slowAfter = 50 * time.Millisecond
)

var (
	// ErrWriterLent says that the host's own transaction held the only
	// writing connection for longer than a write waits.
	ErrWriterLent = mall.E(mall.Unavailable, "tx.writer_lent", "the host's transaction holds the writer")
	// ErrClosed says that the store was closed.
	ErrClosed = mall.E(mall.Unavailable, "storage.closed", "store is closed")
)

// engine runs transactions: writes in groups on one connection, snapshots on
// the readers.
type engine struct {
	base   *txn.Base
	writer *sql.DB
	touch  string // a statement that takes the write lock and changes nothing

	mu     sync.Mutex
	held   bool          // somebody has the baton
	queue  []*waiter     // who wants it, in order of arrival
	lent   int           // transactions of the host that are known to run
	back   chan struct{} // closed when lent falls to 0
	closed bool
	stats  Stats
}

// Stats counts what the writer did since the store was opened.
type Stats struct {
	Commits  int64 // groups committed
	Members  int64 // closures whose work they held
	Undone   int64 // closures run again because their group was lost
	Lost     int64 // groups lost
	Slow     int64 // closures that held the writer for more than 50 ms
	MaxGroup int64 // closures in the biggest group
}

func newEngine(writer *sql.DB, base *txn.Base, prefix string) *engine {
	return &engine{base: base, writer: writer, touch: "DELETE FROM " + prefix + "versions WHERE number < 0"}
}

// Stats gives the counters.
func (e *engine) Stats() Stats {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.stats
}

// handles is the engine as the repositories see it.
type handles struct{ *engine }

func (h handles) Reader(ctx context.Context) bun.IConn { return h.base.Reader(ctx) }
func (h handles) Writer(ctx context.Context) bun.IConn { return h.base.Writer(ctx) }

// SQL runs the host's own statements: on the transaction or snapshot of ctx,
// else on the readers.
func (e *engine) SQL(ctx context.Context) txn.SQL { return e.base.SQL(ctx) }

// Try runs fn under a savepoint; see mall.Tx.
func (e *engine) Try(ctx context.Context, fn func(context.Context) error) error {
	return e.base.Try(ctx, fn)
}

// OnCommit keeps fn for after the commit; see mall.Tx.
func (e *engine) OnCommit(ctx context.Context, fn func(context.Context)) { e.base.OnCommit(ctx, fn) }

// Do runs fn in a transaction, committed together with those of others who
// wait at the same time; see mall.Tx.
func (e *engine) Do(ctx context.Context, fn func(context.Context) error) error {
	return e.do(ctx, fn, slowAfter)
}

func (e *engine) do(ctx context.Context, fn func(context.Context) error, slow time.Duration) error {
	if s := e.base.Of(ctx); s != nil {
		return s.Join(ctx, fn)
	}
	start := time.Now()
	for n := 0; ; n++ {
		m := &member{engine: e, start: start, slow: slow, alone: n > 0}
		err := m.run(ctx, fn)
		switch {
		case err == nil:
			e.base.Committed(ctx, m.hooks)
			return nil
		case !m.again || ctx.Err() != nil:
			return err
		case n == repeats:
			return mall.ErrBusy.Because(err)
		}
	}
}

// View runs fn on a snapshot of the last commit; see mall.Tx.
func (e *engine) View(ctx context.Context, fn func(context.Context) error) error {
	if s := e.base.Of(ctx); s != nil {
		return s.See(ctx, fn)
	}
	conn, err := e.base.Pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	lasting := context.WithoutCancel(ctx)
	if _, err := conn.ExecContext(lasting, "BEGIN"); err != nil {
		return err
	}
	inside, scope := e.base.NewScope(ctx, conn, false)
	defer func() {
		_ = scope.Close()
		if _, err := conn.ExecContext(lasting, "ROLLBACK"); err != nil {
			discard(conn)
		}
	}()
	return fn(inside)
}

// discard takes a connection out of its pool.
func discard(conn *sql.Conn) {
	_ = conn.Raw(func(any) error { return driver.ErrBadConn })
}

// connect takes the writing connection for a group and begins it, for a caller
// who waits since start.
func (e *engine) connect(ctx context.Context, start time.Time) (*group, error) {
	left := max(lentWait-time.Since(start), lentWaitLeast)
	wait, cancel := context.WithTimeoutCause(ctx, left, ErrWriterLent)
	defer cancel()
	if err := e.returned(wait); err != nil {
		return nil, err
	}
	conn, err := e.writer.Conn(wait)
	if err != nil {
		if errors.Is(err, context.DeadlineExceeded) {
			err = context.Cause(wait)
		}
		return nil, err
	}
	if _, err := conn.ExecContext(context.WithoutCancel(ctx), "BEGIN IMMEDIATE"); err != nil {
		discard(conn)
		_ = conn.Close()
		return nil, err
	}
	return &group{conn: conn, begun: time.Now(), over: make(chan struct{})}, nil
}

// close waits for the baton and keeps it.
func (e *engine) close() error {
	e.mu.Lock()
	if e.closed {
		e.mu.Unlock()
		return nil
	}
	e.closed = true
	e.mu.Unlock()
	g, err := e.take(context.Background(), true)
	if err != nil {
		return err
	}
	e.end(g)
	return nil
}

var _ mall.Tx = (*engine)(nil)

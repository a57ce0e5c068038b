package sqlitedb

import (
	"context"
	"database/sql"
	"errors"

	"github.com/gomall-dev/mall/storage/internal/txn"
)

// BeginTx begins a transaction of the host's own on the writing connection, to
// be lent to the store by Within. On a pool that the host has opened it is
// immediate only if the host has set it so (_txlock=immediate). When ctx is
// cancelled the transaction rolls back.
func (e *engine) BeginTx(ctx context.Context) (*sql.Tx, error) { return e.writer.BeginTx(ctx, nil) }

// Within lets the store work on a transaction that the host began on the
// writing connection, immediately (BEGIN IMMEDIATE). Pass the context that it
// gives to services; a Do there is a savepoint and is never repeated. The host
// commits or rolls back by itself and then calls Committed or RolledBack;
// until then other writes wait, at most 1 s each (ErrWriterLent).
func (e *engine) Within(ctx context.Context, tx *sql.Tx) (context.Context, *txn.Lent) {
	e.mu.Lock()
	if e.lent++; e.lent == 1 {
		e.back = make(chan struct{})
	}
	e.mu.Unlock()
	inside, lent := e.base.Lend(ctx, tx, e.giveBack)
	// A transaction that began without the write lock gets it here, or fails.
	if _, err := tx.ExecContext(context.WithoutCancel(ctx), e.touch); err != nil {
		lent.Fail(err)
	}
	return inside, lent
}

func (e *engine) giveBack() {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.lent--; e.lent == 0 {
		close(e.back)
	}
}

// returned waits until no transaction of the host is known to run.
func (e *engine) returned(ctx context.Context) error {
	for {
		e.mu.Lock()
		lent, back := e.lent > 0, e.back
		e.mu.Unlock()
		if !lent {
			return nil
		}
		select {
		case <-back:
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return context.Cause(ctx)
			}
			return ctx.Err()
		}
	}
}

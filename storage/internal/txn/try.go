package txn

import (
	"context"
	"fmt"
	"strconv"

	"github.com/gomall-dev/mall"
)

// What the statements of savepoints begin with; a name follows.
const (
	Savepoint = "SAVEPOINT "
	Release   = "RELEASE SAVEPOINT "
	Undo      = "ROLLBACK TO SAVEPOINT "
)

// Try runs fn under a savepoint; see mall.Tx.
func (b *Base) Try(ctx context.Context, fn func(context.Context) error) error {
	s := b.Of(ctx)
	if s == nil || !s.write {
		return mall.ErrNoTx
	}
	name, err := s.savepoint(ctx)
	if err != nil {
		return err
	}
	inside, inner := b.carry(ctx, s.unit)
	kept := false
	defer func() {
		if !kept {
			_ = inner.Close()
			s.undo(ctx, name)
		}
	}()
	if err := fn(inside); err != nil {
		return err
	}
	if err := inner.Close(); err != nil {
		return err
	}
	if _, err := s.ExecContext(ctx, Release+name); err != nil {
		return err
	}
	kept = true
	s.mu.Lock()
	defer s.mu.Unlock()
	s.hooks = append(s.hooks, inner.hooks...)
	return nil
}

func (s *Scope) savepoint(ctx context.Context) (name string, err error) {
	s.mu.Lock()
	s.names++
	name = "try" + strconv.Itoa(s.names)
	s.mu.Unlock()
	_, err = s.ExecContext(ctx, Savepoint+name)
	return name, err
}

// undo rolls back to a savepoint and forgets it, cancelled or not. What goes
// wrong here cannot be undone: the transaction is lost.
func (s *Scope) undo(ctx context.Context, name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.done {
		return
	}
	ctx = context.WithoutCancel(ctx)
	_, err := s.conn.ExecContext(ctx, Undo+name+"; "+Release+name)
	if err == nil {
		return
	}
	err = fmt.Errorf("storage: undo a savepoint: %w", err)
	if s.dead == nil {
		s.dead = err
	}
	if s.broken == nil {
		s.broken = err
	}
}

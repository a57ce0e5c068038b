package txn

import (
	"context"
	"database/sql"
	"sync"
)

// Lent is a host's transaction while a store uses it. The host ends its
// transaction itself and then says how by Committed or RolledBack; only the
// first of these calls counts.
type Lent struct {
	scope *Scope
	ctx   context.Context // without the transaction
	once  sync.Once
	back  func()
}

// Lend carries a host's transaction. Back is called once when it is over.
func (b *Base) Lend(ctx context.Context, tx *sql.Tx, back func()) (context.Context, *Lent) {
	inside, s := b.NewScope(ctx, tx, true)
	s.lent = true
	if b.Signed {
		s.ours = tx
	}
	return inside, &Lent{scope: s, ctx: ctx, back: back}
}

// Fail makes every use of the lent transaction give err.
func (l *Lent) Fail(err error) { l.scope.Fail(err) }

// Committed says that the transaction was committed: what OnCommit was given
// runs now.
func (l *Lent) Committed() { l.end(true) }

// RolledBack says that the transaction was rolled back, or that its commit failed.
func (l *Lent) RolledBack() { l.end(false) }

func (l *Lent) end(committed bool) {
	l.once.Do(func() {
		_ = l.scope.Close()
		l.back()
		if committed {
			l.scope.base.Committed(l.ctx, l.scope.Hooks())
		}
	})
}

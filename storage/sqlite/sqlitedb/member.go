package sqlitedb

import (
	"context"
	"time"

	"github.com/gomall-dev/mall/storage/internal/txn"
)

// member is one closure on its way through a group.
type member struct {
	*engine
	start time.Time     // when the caller came
	slow  time.Duration // how long it may hold the writer without being counted
	alone bool          // its last group was lost: it shares none any more

	hooks []func(context.Context)
	again bool // nothing of it was written, and running it again may succeed
}

// run waits for the baton, runs fn, hands the baton on and waits until the
// group is decided.
func (m *member) run(ctx context.Context, fn func(context.Context) error) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	g, err := m.take(ctx, false)
	if err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		m.pass(g)
		return err
	}
	if m.alone {
		m.end(g)
		g = nil
	}
	if g == nil {
		if g, err = m.connect(ctx, m.start); err != nil {
			m.again = txn.Again(err)
			m.pass(nil)
			return err
		}
	}
	own, err := m.work(ctx, g, fn)
	if own {
		return err
	}
	<-g.over
	if g.err != nil {
		m.again = true
		m.mu.Lock()
		m.stats.Undone++
		m.mu.Unlock()
		return g.err
	}
	return err
}

// work runs fn on the group, under a savepoint unless the group is empty: then
// the transaction itself is the savepoint. It hands the baton on, also when fn
// panics or ends its goroutine. Own says that the outcome does not depend on
// the group's any more; else a nil error counts when the group is committed,
// and a refusal too, because it may rest on what others wrote before.
func (m *member) work(ctx context.Context, g *group, fn func(context.Context) error) (own bool, err error) {
	first := g.size == 0
	if !first {
		if err := g.exec("SAVEPOINT member"); err != nil {
			m.lose(g, err)
			m.pass(nil)
			return false, err
		}
	}
	inside, scope := m.base.NewScope(ctx, g.conn, true)
	start := time.Now()
	returned := false
	defer func() {
		if !returned {
			_ = scope.Close()
			m.undo(g, first, scope.Dead(nil))
		}
	}()
	err = fn(inside)
	returned = true
	if broken := scope.Close(); err == nil {
		err = broken
	}
	m.took(ctx, time.Since(start))

	dead := scope.Dead(err)
	if err == nil && dead == nil && !first {
		dead = g.exec("RELEASE SAVEPOINT member")
	}
	if err == nil {
		err = dead
	}
	if err != nil {
		return m.undo(g, first, dead), err
	}
	m.hooks = scope.Hooks()
	g.size++
	if m.alone {
		m.end(g)
		g = nil
	}
	m.pass(g)
	return false, nil
}

// undo takes a closure's work out of its group and hands the baton on. Own says
// that the closure's error stands whatever becomes of the group: it wrote
// alone, or it is what the group was lost by.
func (m *member) undo(g *group, first bool, dead error) (own bool) {
	if dead == nil && !first {
		dead = g.exec("ROLLBACK TO SAVEPOINT member; RELEASE SAVEPOINT member")
	}
	switch {
	case dead != nil:
		m.lose(g, dead)
		m.pass(nil)
	case first:
		m.drop(g)
		m.pass(nil)
	default:
		m.pass(g)
		return false
	}
	return true
}

// took counts closures that held the writer for long.
func (m *member) took(ctx context.Context, d time.Duration) {
	if d < m.slow {
		return
	}
	m.mu.Lock()
	m.stats.Slow++
	m.mu.Unlock()
	m.base.Log.WarnContext(ctx, "mall: a transaction held the SQLite writer for long", "took", d)
}

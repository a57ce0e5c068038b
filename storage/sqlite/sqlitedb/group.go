package sqlitedb

import (
	"context"
	"database/sql"
	"runtime"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
)

const (
	// groupSize is how many closures one commit holds at most.
	groupSize = 64
	// groupTime is how long a group takes members at most.
	groupTime = 20 * time.Millisecond
)

// A group is one transaction of SQLite that holds the work of many closures.
// Whoever has the baton owns it; it is nil as long as nobody began one.
type group struct {
	conn  *sql.Conn
	begun time.Time
	size  int // closures whose work is in it

	over chan struct{} // closed when the group is committed or lost
	err  error         // why it is lost; written before over is closed
}

func (g *group) full() bool { return g.size >= groupSize || time.Since(g.begun) >= groupTime }

// exec runs a statement of the group itself, which nobody's context cancels.
func (g *group) exec(query string) error {
	_, err := g.conn.ExecContext(context.Background(), query)
	return err
}

// waiter is a caller in the queue for the baton.
type waiter struct {
	turn  chan *group // gets the running group, or nil
	since time.Time
}

// take waits for the baton and gives the group that runs.
func (e *engine) take(ctx context.Context, closing bool) (*group, error) {
	e.mu.Lock()
	if e.closed && !closing {
		e.mu.Unlock()
		return nil, ErrClosed
	}
	if !e.held {
		e.held = true
		e.mu.Unlock()
		return nil, nil
	}
	w := &waiter{turn: make(chan *group, 1), since: time.Now()}
	e.queue = append(e.queue, w)
	e.mu.Unlock()

	limit := time.NewTimer(turnWait)
	defer limit.Stop()
	var err error
	select {
	case g := <-w.turn:
		return g, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-limit.C:
		err = mall.ErrBusy
	}
	if !e.leave(w) {
		e.pass(<-w.turn) // the baton was on its way
	}
	return nil, err
}

// leave takes a waiter out of the queue and says whether it was still there.
func (e *engine) leave(w *waiter) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	i := slices.Index(e.queue, w)
	if i >= 0 {
		e.queue = slices.Delete(e.queue, i, i+1)
	}
	return i >= 0
}

// pass hands the baton with its group to the next caller. When nobody waits,
// or the group is full, it commits first. Before that it lets those go ahead who
// are about to come: a commit costs more than the work of several callers.
func (e *engine) pass(g *group) {
	ended, looked := false, false
	for {
		e.mu.Lock()
		waiting := len(e.queue) > 0
		if waiting && (g == nil || !g.full()) {
			w := e.queue[0]
			e.queue = slices.Delete(e.queue, 0, 1)
			e.mu.Unlock()
			w.turn <- g
			if ended {
				// The caller goes on with its answer now, and the next one would
				// hold the baton idle until a processor is free.
				runtime.Gosched()
			}
			return
		}
		if g == nil {
			e.held = false
			e.mu.Unlock()
			return
		}
		e.mu.Unlock()
		if !looked && !g.full() {
			looked = true
			runtime.Gosched()
			continue
		}
		e.end(g)
		g, ended = nil, true
	}
}

// end commits a group and tells its members.
func (e *engine) end(g *group) {
	if g == nil {
		return
	}
	if err := g.exec("COMMIT"); err != nil {
		e.lose(g, err)
		return
	}
	_ = g.conn.Close()
	e.mu.Lock()
	e.stats.Commits++
	e.stats.Members += int64(g.size)
	e.stats.MaxGroup = max(e.stats.MaxGroup, int64(g.size))
	e.mu.Unlock()
	close(g.over)
}

// lose gives a group up that can no longer be trusted: nothing of it was
// written, and its members run again.
func (e *engine) lose(g *group, err error) {
	_ = g.exec("ROLLBACK")
	discard(g.conn)
	_ = g.conn.Close()
	e.mu.Lock()
	e.stats.Lost++
	e.mu.Unlock()
	g.err = err
	close(g.over)
}

// drop ends a group that holds no work of anybody.
func (e *engine) drop(g *group) {
	if err := g.exec("ROLLBACK"); err != nil {
		discard(g.conn)
	}
	_ = g.conn.Close()
	close(g.over)
}

package txn

import (
	"context"
	"sync"
)

type traceKey struct{}

// Trace is a list of statements in the order in which they were sent, so that
// tests can count them and look at the order of writes.
type Trace struct {
	mu         sync.Mutex
	statements []string
}

// WithTrace marks a context: statements under it are put on the trace.
func WithTrace(ctx context.Context) (context.Context, *Trace) {
	t := &Trace{}
	return context.WithValue(ctx, traceKey{}, t), t
}

// Statements is what was seen so far.
func (t *Trace) Statements() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return append([]string(nil), t.statements...)
}

func saw(ctx context.Context, query string) {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	if t == nil {
		return
	}
	t.mu.Lock()
	t.statements = append(t.statements, query)
	t.mu.Unlock()
}

package bunrepo

import (
	"context"
	"sync"
	"time"

	"github.com/gomall-dev/mall"
)

const (
	// totalLasts is how long a total may miss what others have changed: another
	// process, and a host's own statements.
	totalLasts = time.Second
	// maxTotals bounds the memory; when it is full everything is forgotten.
	maxTotals = 1000
)

// totals remembers for a moment how long lists of goods are: to count a
// thousand rows takes as long as to read a page. What is changed through this
// store is counted anew as soon as it is committed. It is ready to use.
type totals struct {
	mu      sync.Mutex
	changes int64 // committed ones
	known   map[string]total
}

type total struct {
	n     int64
	until time.Time
}

// of is the remembered total of a key, else what count says. Within a
// transaction, which may see what others do not, it is counted each time.
func (t *totals) of(ctx context.Context, key string, count func() (int64, error)) (int64, error) {
	changes := t.seen()
	if n, ok := t.recall(ctx, key); ok {
		return n, nil
	}
	n, err := count()
	if err == nil {
		t.remember(ctx, key, n, changes)
	}
	return n, err
}

// recall is the remembered total of a key.
func (t *totals) recall(ctx context.Context, key string) (n int64, ok bool) {
	if mall.InTx(ctx) {
		return 0, false
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	known := t.known[key]
	return known.n, time.Now().Before(known.until)
}

// seen is the number of changes so far.
func (t *totals) seen() int64 {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.changes
}

// remember keeps a total that was found after so many changes.
func (t *totals) remember(ctx context.Context, key string, n, changes int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changes != changes || mall.InTx(ctx) {
		return // it may have been counted before a change, or see what others do not
	}
	if t.known == nil || len(t.known) >= maxTotals {
		t.known = map[string]total{}
	}
	t.known[key] = total{n, time.Now().Add(totalLasts)}
}

func (t *totals) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.changes++
	clear(t.known)
}

// goodsChanged is called beside every statement that may put goods on a list
// or take them off one.
func (s *Store) goodsChanged(ctx context.Context) {
	s.engine.OnCommit(ctx, func(context.Context) { s.goodsTotals.forget() })
}

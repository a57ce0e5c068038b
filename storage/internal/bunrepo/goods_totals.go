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
	if mall.InTx(ctx) {
		return count()
	}
	at := time.Now()
	t.mu.Lock()
	known, changes := t.known[key], t.changes
	t.mu.Unlock()
	if at.Before(known.until) {
		return known.n, nil
	}
	n, err := count()
	if err != nil {
		return 0, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.changes != changes {
		return n, nil // it may have been counted before the change
	}
	if t.known == nil || len(t.known) >= maxTotals {
		t.known = map[string]total{}
	}
	t.known[key] = total{n, at.Add(totalLasts)}
	return n, nil
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

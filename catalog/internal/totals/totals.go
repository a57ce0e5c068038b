// Package totals remembers the totals of long lists: counting ten thousand rows
// again for each page would cost more than the page.
package totals

import (
	"encoding/json"
	"sync"
	"time"
)

// Memory keeps totals by query for a while. It is safe for concurrent use.
type Memory struct {
	lasts time.Duration
	mu    sync.Mutex
	known map[string]total
}

type total struct {
	n     int64
	until time.Time
}

// most bounds the memory; when it is full everything is forgotten.
const most = 1000

// New is an empty memory whose totals last so long.
func New(lasts time.Duration) *Memory {
	return &Memory{lasts: lasts, known: map[string]total{}}
}

// Of is the total of a query, any value that JSON tells apart from others: the
// remembered one, else what count says, which is remembered if greater than above.
func (m *Memory) Of(query any, at time.Time, above int64, count func() (int64, error)) (int64, error) {
	text, err := json.Marshal(query)
	if err != nil {
		return 0, err
	}
	key := string(text)
	m.mu.Lock()
	known, ok := m.known[key]
	m.mu.Unlock()
	if ok && at.Before(known.until) {
		return known.n, nil
	}
	n, err := count()
	if err != nil || n <= above {
		return n, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(m.known) >= most {
		clear(m.known)
	}
	m.known[key] = total{n, at.Add(m.lasts)}
	return n, nil
}

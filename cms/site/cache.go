package site

import (
	"sync"
	"time"
)

// cache keeps one reading of all settings. A reading that began before a drop
// is never kept, so a process sees its own commits at once.
type cache struct {
	mu    sync.Mutex
	all   map[string]Setting
	at    time.Time
	drops int
}

// get is the kept reading if it is younger than ttl, else a new one. Callers
// that find nothing may load at the same time; the table is small.
func (c *cache) get(now time.Time, ttl time.Duration, load func() (map[string]Setting, error)) (map[string]Setting, error) {
	c.mu.Lock()
	all, drops := c.all, c.drops
	fresh := all != nil && !now.Before(c.at) && now.Sub(c.at) < ttl
	c.mu.Unlock()
	if fresh {
		return all, nil
	}
	all, err := load()
	if err != nil {
		return nil, err
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.drops == drops {
		c.all, c.at = all, now
	}
	return all, nil
}

// drop forgets the reading.
func (c *cache) drop() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.all = nil
	c.drops++
}

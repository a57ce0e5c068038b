package postgres

import (
	"crypto/sha256"
	"encoding/hex"
	"sync"
	"sync/atomic"
)

// maxShapes is how many shapes are known at most; then all are forgotten, and
// those in use are soon known again.
const maxShapes = 500

// shapes is what the connections of one pool know of the repositories'
// statements, by their text without values.
type shapes struct {
	first bool // prepare at the first use
	mu    sync.Mutex
	known map[string]*shape
	// generation grows when a statement's result has changed under its plan:
	// each connection then drops what it has prepared before its next use.
	generation atomic.Int64
}

// shape is one of them.
type shape struct {
	text, name string
	proved     atomic.Bool // the server has prepared it on some connection
	refused    atomic.Bool // the server did not: it goes by the simple protocol
}

// worth gives the shape of a text that is worth preparing, which costs a round
// trip: it was seen before, and is not refused. Else it gives nil.
func (s *shapes) worth(text []byte) *shape {
	s.mu.Lock()
	defer s.mu.Unlock()
	known := s.known[string(text)]
	switch {
	case known == nil:
		if s.known == nil || len(s.known) >= maxShapes {
			s.known = make(map[string]*shape)
		}
		known = newShape(string(text))
		s.known[string(text)] = known
		if !s.first {
			return nil
		}
	case known.refused.Load():
		return nil
	}
	return known
}

// newShape names a statement after its text: whatever lies between us and the
// server, a name never stands for another statement.
func newShape(text string) *shape {
	sum := sha256.Sum256([]byte(text))
	return &shape{text: text, name: "mall_" + hex.EncodeToString(sum[:16])}
}

package socketio

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"fmt"
	"net/http"
	"runtime/debug"
	"sync"
	"time"
)

// patience is how long a Handler may take outside of a client's request.
const patience = 5 * time.Second

// Server holds the sessions of one process.
type Server struct {
	h    Handler
	c    Config
	ctx  context.Context // ends with Close
	stop context.CancelFunc
	wg   sync.WaitGroup // requests being served, and the watch

	mu       sync.Mutex
	sessions map[string]*session
	byAddr   map[string]int
	watching bool
	closed   bool
}

// New makes a Server. It starts nothing.
func New(h Handler, c Config) *Server {
	ctx, stop := context.WithCancel(context.Background())
	return &Server{h: h, c: c.withDefaults(), ctx: ctx, stop: stop, sessions: map[string]*session{}, byAddr: map[string]int{}}
}

// Close ends all sessions, refuses new ones and waits until nothing runs any
// more, or ctx ends.
func (s *Server) Close(ctx context.Context) error {
	s.mu.Lock()
	s.closed = true
	all := make([]*session, 0, len(s.sessions))
	for _, ss := range s.sessions {
		all = append(all, ss)
	}
	s.mu.Unlock()
	for _, ss := range all {
		s.end(ss)
	}
	s.stop()
	done := make(chan struct{})
	go func() { s.wg.Wait(); close(done) }()
	select {
	case <-done:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Len is the number of sessions.
func (s *Server) Len() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.sessions)
}

// work counts one more thing that runs, unless the server is closed.
func (s *Server) work() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if !s.closed {
		s.wg.Add(1)
	}
	return !s.closed
}

func (s *Server) find(id string) *session {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.sessions[id]
}

// emit tells one session something, if it is there.
func (s *Server) emit(id string, e Event) {
	if ss := s.find(id); ss != nil {
		s.tell(ss, e)
	}
}

// tell queues an event for a client that has entered its name space.
func (s *Server) tell(ss *session, e Event) {
	b, err := json.Marshal([]any{e.Name, e.Data})
	if err != nil {
		s.c.Logger.Error("socket.io: event", "event", e.Name, "error", err)
		return
	}
	if !ss.push(true, "42"+string(b)) {
		s.end(ss)
	}
}

// admit makes a session, or says why not.
func (s *Server) admit(r *http.Request, v4 bool) (*session, *refusal) {
	ss := newSession(s.ctx, s.c, rand.Text(), s.c.Addr(r), v4)
	s.mu.Lock()
	if s.closed || len(s.sessions) >= s.c.MaxSessions || s.byAddr[ss.addr] >= s.c.MaxPerAddr {
		s.mu.Unlock()
		ss.cancel()
		return nil, &errCrowded
	}
	s.sessions[ss.id] = ss
	s.byAddr[ss.addr]++
	if !s.watching {
		s.watching = true
		s.wg.Go(s.watch)
	}
	s.mu.Unlock()
	ctx, cancel := context.WithTimeout(r.Context(), patience)
	defer cancel()
	if err := s.h.Connect(ctx, ss.id); err != nil {
		s.c.Logger.ErrorContext(r.Context(), "socket.io: connect", "error", err)
		s.end(ss)
		return nil, &errFault
	}
	return ss, nil
}

// end ends a session, once, wherever it is being served.
func (s *Server) end(ss *session) {
	s.mu.Lock()
	_, ok := s.sessions[ss.id]
	if ok {
		delete(s.sessions, ss.id)
		if s.byAddr[ss.addr]--; s.byAddr[ss.addr] <= 0 {
			delete(s.byAddr, ss.addr)
		}
	}
	s.mu.Unlock()
	if !ok {
		return
	}
	ss.close()
	ctx, cancel := context.WithTimeout(context.WithoutCancel(s.ctx), patience)
	defer cancel()
	s.h.Disconnect(ctx, ss.id)
}

// watch ends dead sessions, pings and ticks until there is no session left.
func (s *Server) watch() {
	t := time.NewTicker(s.c.Tick)
	defer t.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-t.C:
		}
		all := s.alive()
		if all == nil {
			return
		}
		ids, now := make([]string, 0, len(all)), time.Now()
		for _, ss := range all {
			if ss.dead(now) {
				s.end(ss)
				continue
			}
			ids = append(ids, ss.id)
		}
		if len(ids) > 0 {
			s.tick(ids)
		}
	}
}

// alive are the sessions; nil says that there is none and the watch is over.
func (s *Server) alive() []*session {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.sessions) == 0 {
		s.watching = false
		return nil
	}
	all := make([]*session, 0, len(s.sessions))
	for _, ss := range s.sessions {
		all = append(all, ss)
	}
	return all
}

func (s *Server) tick(ids []string) {
	ctx, cancel := context.WithTimeout(s.ctx, patience)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			s.c.Logger.Error("socket.io: panic in a tick", "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
		}
	}()
	s.h.Tick(ctx, ids, s.emit)
}

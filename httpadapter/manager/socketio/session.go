package socketio

import (
	"context"
	"encoding/json"
	"strings"
	"sync"
	"time"
)

// Engine.IO packets begin with one of these.
const (
	packetOpen    = "0"
	packetClose   = "1"
	packetPing    = "2"
	packetPong    = "3"
	packetMessage = "4" // a socket.io packet follows: 0 connect, 1 disconnect, 2 event, 4 error
	packetUpgrade = "5"
	packetNoop    = "6"
)

// session is one client, whichever way it is connected just now.
type session struct {
	c      Config
	id     string
	addr   string
	v4     bool // Engine.IO 4: the server pings, the client asks to be let in
	ends   time.Time
	ctx    context.Context // ends with the session
	cancel context.CancelFunc
	wake   chan struct{} // whoever sends has something to do

	mu      sync.Mutex
	queue   []string // packets for the client
	joined  bool     // in the default name space, so that events mean something
	polling bool     // a request waits for packets
	probing bool     // a WebSocket is being tried; requests must not wait
	socket  bool     // a WebSocket has taken over
	closed  bool
	heard   time.Time // when the client was last known to be there
	pingAt  time.Time // when a client of version 4 is pinged next
}

func newSession(ctx context.Context, c Config, id, addr string, v4 bool) *session {
	now := time.Now()
	ss := &session{c: c, id: id, addr: addr, v4: v4, ends: now.Add(c.Life), wake: make(chan struct{}, 1), heard: now, pingAt: now.Add(c.PingInterval)}
	ss.ctx, ss.cancel = context.WithCancel(ctx)
	return ss
}

// handshake is the packet that opens a session.
func (ss *session) handshake(upgrades ...string) string {
	if upgrades == nil {
		upgrades = []string{}
	}
	open := map[string]any{
		"sid": ss.id, "upgrades": upgrades, "maxPayload": ss.c.MaxPayload,
		"pingInterval": ss.c.PingInterval.Milliseconds(), "pingTimeout": ss.c.PingTimeout.Milliseconds(),
	}
	b, _ := json.Marshal(open) // texts and numbers
	return packetOpen + string(b)
}

// push queues packets for the client; with joined only if it is in the name
// space. False says that too many wait.
func (ss *session) push(joined bool, packets ...string) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.closed || joined && !ss.joined {
		return true
	}
	if len(ss.queue)+len(packets) > ss.c.MaxQueue {
		return false
	}
	ss.queue = append(ss.queue, packets...)
	ss.signal()
	return true
}

// signal wakes whoever sends.
func (ss *session) signal() {
	select {
	case ss.wake <- struct{}{}:
	default:
	}
}

// join lets the client into the default name space, and says whether it was
// outside.
func (ss *session) join() bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	was := ss.joined
	ss.joined = true
	return !was
}

// take are all waiting packets.
func (ss *session) take() []string {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	q := ss.queue
	ss.queue = nil
	return q
}

// here notes that the client is there.
func (ss *session) here() {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	ss.heard = time.Now()
}

func (ss *session) close() {
	ss.mu.Lock()
	ss.closed = true
	ss.mu.Unlock()
	ss.cancel()
}

// dead says whether the session must end at now, and pings clients of version
// 4 when it is time.
func (ss *session) dead(now time.Time) bool {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if !now.Before(ss.ends) || now.Sub(ss.heard) > ss.c.PingInterval+ss.c.PingTimeout {
		return true
	}
	if ss.v4 && !now.Before(ss.pingAt) {
		if len(ss.queue) >= ss.c.MaxQueue {
			return true
		}
		ss.pingAt = now.Add(ss.c.PingInterval)
		ss.queue = append(ss.queue, packetPing)
		ss.signal()
	}
	return false
}

// receive handles a packet of the client; false ends the session.
func (s *Server) receive(ss *session, packet string) bool {
	ss.here()
	kind, rest := packet[:min(1, len(packet))], packet[min(1, len(packet)):]
	switch kind {
	case packetPing:
		return ss.push(false, packetPong+rest)
	case packetPong, packetUpgrade, packetNoop, "b": // "b" is bytes, which mean nothing here
		return true
	case packetMessage:
		return s.message(ss, rest)
	}
	return false
}

// message handles a socket.io packet of the client. Events and their
// acknowledgements mean nothing here.
func (s *Server) message(ss *session, m string) bool {
	switch {
	case strings.HasPrefix(m, "0/") && !strings.HasPrefix(m, "0/,"):
		space, _, _ := strings.Cut(m[1:], ",")
		space, _, _ = strings.Cut(space, "?")
		if len(space) > 64 {
			return false
		}
		if ss.v4 {
			return ss.push(false, "44"+space+`,{"message":"Invalid namespace"}`)
		}
		return ss.push(false, "44"+space+`,"Invalid namespace"`)
	case strings.HasPrefix(m, "0"):
		return s.enter(ss)
	case m == "1":
		return false
	}
	return m != ""
}

// enter lets a client into the default name space and greets it.
func (s *Server) enter(ss *session) bool {
	if !ss.join() {
		return true
	}
	accepted := packetMessage + "0"
	if ss.v4 {
		accepted += `{"sid":"` + ss.id + `"}`
	}
	if !ss.push(false, accepted) {
		return false
	}
	s.tell(ss, s.h.Greeting(ss.id))
	return true
}

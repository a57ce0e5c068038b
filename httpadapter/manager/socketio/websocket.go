package socketio

import (
	"context"
	"net/http"
	"sync"
	"time"

	"github.com/coder/websocket"
)

// writeWait is how long one frame may take to a client.
const writeWait = 10 * time.Second

// accept makes the request a WebSocket. Who may connect was asked before, so
// the package's own check is off.
func (s *Server) accept(w http.ResponseWriter, r *http.Request) (*websocket.Conn, error) {
	conn, err := websocket.Accept(w, r, &websocket.AcceptOptions{InsecureSkipVerify: true, CompressionMode: websocket.CompressionDisabled})
	if err == nil {
		conn.SetReadLimit(s.c.MaxPayload)
	}
	return conn, err
}

// direct serves a session that begins with a WebSocket.
func (s *Server) direct(w http.ResponseWriter, r *http.Request, ss *session) {
	defer s.end(ss)
	conn, err := s.accept(w, r)
	if err != nil {
		return // it has answered
	}
	defer conn.CloseNow() //nolint:errcheck // nothing is left to be done
	ss.mu.Lock()
	ss.socket = true
	ss.mu.Unlock()
	ss.push(false, ss.handshake())
	if !ss.v4 {
		s.enter(ss)
	}
	s.pump(ss, conn)
}

// upgrade tries a WebSocket beside a polling session and hands it over if the
// client agrees; if not, polling goes on.
func (s *Server) upgrade(w http.ResponseWriter, r *http.Request, ss *session) {
	ss.mu.Lock()
	busy := ss.probing || ss.socket
	ss.probing = ss.probing || !busy
	ss.mu.Unlock()
	if busy {
		errRequest.write(w)
		return
	}
	conn, err := s.accept(w, r)
	ok := false
	if err == nil {
		defer conn.CloseNow() //nolint:errcheck // nothing is left to be done
		ok = s.probe(ss, conn)
	}
	ss.mu.Lock()
	ss.probing, ss.socket = false, ok
	ss.mu.Unlock()
	if ok {
		defer s.end(ss)
		s.pump(ss, conn)
	}
}

// probe plays the hand-over: the client asks, is answered, lets its waiting
// request end, which a no-op sees to, and says that it is over here now.
func (s *Server) probe(ss *session, conn *websocket.Conn) bool {
	ctx, cancel := context.WithTimeout(ss.ctx, s.c.PingTimeout)
	defer cancel()
	if _, b, err := conn.Read(ctx); err != nil || string(b) != packetPing+"probe" {
		return false
	}
	if err := conn.Write(ctx, websocket.MessageText, []byte(packetPong+"probe")); err != nil {
		return false
	}
	ss.signal()
	_, b, err := conn.Read(ctx)
	return err == nil && string(b) == packetUpgrade
}

// pump serves a WebSocket until it or the session ends.
func (s *Server) pump(ss *session, conn *websocket.Conn) {
	ctx, cancel := context.WithCancel(ss.ctx)
	var wg sync.WaitGroup
	wg.Go(func() {
		defer cancel()
		ss.write(ctx, conn)
	})
	for {
		kind, b, err := conn.Read(ctx)
		if err != nil || kind != websocket.MessageText || !s.receive(ss, string(b)) {
			break
		}
	}
	cancel()
	wg.Wait()
}

// write sends what is queued and proves the connection by pings of the
// WebSocket itself, so that clients which only listen stay.
func (ss *session) write(ctx context.Context, conn *websocket.Conn) {
	ping := time.NewTicker(ss.c.PingInterval)
	defer ping.Stop()
	for {
		for _, p := range ss.take() {
			if err := timed(ctx, writeWait, func(ctx context.Context) error {
				return conn.Write(ctx, websocket.MessageText, []byte(p))
			}); err != nil {
				return
			}
		}
		select {
		case <-ctx.Done():
			return
		case <-ss.wake:
		case <-ping.C:
			if timed(ctx, ss.c.PingTimeout, conn.Ping) != nil {
				return
			}
			ss.here()
		}
	}
}

func timed(ctx context.Context, d time.Duration, fn func(context.Context) error) error {
	ctx, cancel := context.WithTimeout(ctx, d)
	defer cancel()
	return fn(ctx)
}

// Package socketio is a small socket.io server: it tells its clients things
// and listens to nothing they say. Clients of Engine.IO 3 (socket.io-client 2)
// and 4 (3 and later) connect by polling, by WebSocket, or begin with the one
// and upgrade to the other; a plain WebSocket gets the same frames.
//
//	s := socketio.New(handler, socketio.Config{})
//	mux.Handle("/socket.io", s)
//	defer s.Close(ctx)
//
// Everything is bounded: what a client may send, what waits for it, how long
// it may be silent and stay, and how many there are, in all and by address.
// One goroutine watches the sessions while there are any; a WebSocket has its
// reader and its writer; after Close none is left.
package socketio

import (
	"context"
	"encoding/json"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// Event is something to tell a client: its data becomes JSON.
type Event struct {
	Name string
	Data any
}

// Handler is what a Server serves. Its methods are called from many goroutines.
type Handler interface {
	// Connect is asked before a client is told of its new session; an error
	// refuses it.
	Connect(ctx context.Context, id string) error
	// Greeting is the first event of a session.
	Greeting(id string) Event
	// Disconnect follows every Connect once the session has ended.
	Disconnect(ctx context.Context, id string)
	// Tick is called every Config.Tick while there are sessions, with their
	// ids, and tells them things by emit.
	Tick(ctx context.Context, ids []string, emit func(id string, e Event))
}

// Config adjusts a Server; its zero value works.
type Config struct {
	// PingInterval is how often a connection is proved; default 25 seconds.
	PingInterval time.Duration
	// PingTimeout is how much longer a client may be silent; default 20 seconds.
	PingTimeout time.Duration
	// Life ends every session after this time, whatever it does; clients
	// connect anew by themselves. Default 1 hour.
	Life time.Duration
	// Tick is the time between two calls of Handler.Tick; default 1 second.
	Tick time.Duration
	// MaxSessions is how many there may be in this process; default 2000.
	MaxSessions int
	// MaxPerAddr is how many of them may come from one address; default 20.
	MaxPerAddr int
	// MaxPayload is the longest request or frame of a client in bytes; default 16 KiB.
	MaxPayload int64
	// MaxQueue is how many packets may wait for a client, which is dropped
	// when there are more; default 32.
	MaxQueue int
	// Origins are the web pages that may connect ("https://shop.example", "*"
	// for all) besides those of the server's own host. Programs that are no
	// web pages send no origin and may always.
	Origins []string
	// Addr is the network address of a client; the host part of RemoteAddr by default.
	Addr func(*http.Request) string
	// Logger takes faults; default slog.Default().
	Logger *slog.Logger
}

func (c Config) withDefaults() Config {
	durations := map[*time.Duration]time.Duration{
		&c.PingInterval: 25 * time.Second, &c.PingTimeout: 20 * time.Second, &c.Life: time.Hour, &c.Tick: time.Second,
	}
	for d, def := range durations {
		if *d <= 0 {
			*d = def
		}
	}
	for n, def := range map[*int]int{&c.MaxSessions: 2000, &c.MaxPerAddr: 20, &c.MaxQueue: 32} {
		if *n <= 0 {
			*n = def
		}
	}
	if c.MaxPayload <= 0 {
		c.MaxPayload = 16 << 10
	}
	if c.Addr == nil {
		c.Addr = func(r *http.Request) string {
			if host, _, err := net.SplitHostPort(r.RemoteAddr); err == nil {
				return host
			}
			return r.RemoteAddr
		}
	}
	if c.Logger == nil {
		c.Logger = slog.Default()
	}
	return c
}

// refusal is an answer to a request that cannot be served, as Engine.IO
// numbers them.
type refusal struct {
	status int
	Code   int    `json:"code"`
	Text   string `json:"message"`
}

var (
	errTransport = refusal{http.StatusBadRequest, 0, "Transport unknown"}
	errSession   = refusal{http.StatusBadRequest, 1, "Session ID unknown"}
	errVerb      = refusal{http.StatusBadRequest, 2, "Bad handshake method"}
	errRequest   = refusal{http.StatusBadRequest, 3, "Bad request"}
	errForbidden = refusal{http.StatusForbidden, 4, "Forbidden"}
	errVersion   = refusal{http.StatusBadRequest, 5, "Unsupported protocol version"}
	errCrowded   = refusal{http.StatusTooManyRequests, 4, "Too many connections"}
	errFault     = refusal{http.StatusServiceUnavailable, 4, "Not available"}
)

func (e refusal) write(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(e.status)
	_ = json.NewEncoder(w).Encode(e) // the client may be gone
}

// ServeHTTP serves the one path of the protocol.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if !s.work() {
		errFault.write(w)
		return
	}
	defer s.wg.Done()
	if !s.welcome(r) {
		errForbidden.write(w)
		return
	}
	q := r.URL.Query()
	version := q.Get("EIO")
	transport := q.Get("transport")
	upgrade := strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
	if transport == "" && upgrade {
		transport = "websocket"
	}
	switch {
	case version != "" && version != "3" && version != "4":
		errVersion.write(w)
	case transport != "polling" && transport != "websocket", q.Has("j"), upgrade != (transport == "websocket"):
		errTransport.write(w) // JSONP, for browsers of 2012, is not served
	case q.Get("sid") == "":
		s.open(w, r, version == "4", upgrade)
	default:
		ss := s.find(q.Get("sid"))
		switch {
		case ss == nil:
			errSession.write(w)
		case upgrade:
			s.upgrade(w, r, ss)
		case r.Method == http.MethodGet:
			s.poll(w, r, ss)
		case r.Method == http.MethodPost:
			s.post(w, r, ss)
		default:
			errRequest.write(w)
		}
	}
}

// welcome says whether the page that sends the request may, if it is one.
func (s *Server) welcome(r *http.Request) bool {
	origin := r.Header.Get("Origin")
	if origin == "" || slices.Contains(s.c.Origins, "*") || slices.Contains(s.c.Origins, origin) {
		return true
	}
	u, err := url.Parse(origin)
	return err == nil && u.Host != "" && strings.EqualFold(u.Host, r.Host)
}

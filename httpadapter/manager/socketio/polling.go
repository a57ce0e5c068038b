package socketio

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"
)

// open begins a session by polling or by WebSocket.
func (s *Server) open(w http.ResponseWriter, r *http.Request, v4, socket bool) {
	if r.Method != http.MethodGet {
		errVerb.write(w)
		return
	}
	ss, refused := s.admit(r, v4)
	if refused != nil {
		refused.write(w)
		return
	}
	if socket {
		s.direct(w, r, ss)
		return
	}
	ss.push(false, ss.handshake("websocket"))
	if !v4 {
		s.enter(ss)
	}
	s.answer(w, ss, ss.take())
}

// poll answers with what waits for the client, or waits for it. Two requests
// at once are a client gone wrong.
func (s *Server) poll(w http.ResponseWriter, r *http.Request, ss *session) {
	ss.mu.Lock()
	overlap := ss.polling || ss.socket
	ss.polling = true
	ss.mu.Unlock()
	if overlap {
		errRequest.write(w)
		s.end(ss)
		return
	}
	packets := ss.await(r)
	s.answer(w, ss, packets)
	ss.mu.Lock()
	ss.polling = false
	ss.mu.Unlock()
}

// await is what a polling request brings home: packets; a no-op after a while,
// for the sake of proxies, and as long as a WebSocket is being tried; or the
// end.
func (ss *session) await(r *http.Request) []string {
	hold := time.NewTimer(ss.c.PingInterval)
	defer hold.Stop()
	for {
		if packets := ss.take(); len(packets) > 0 {
			return packets
		}
		ss.mu.Lock()
		probing := ss.probing
		ss.mu.Unlock()
		if probing {
			return []string{packetNoop}
		}
		select {
		case <-ss.wake:
		case <-hold.C:
			return []string{packetNoop}
		case <-ss.ctx.Done():
			return []string{packetClose}
		case <-r.Context().Done():
			return nil
		}
	}
}

// answer writes packets in the form of the session's version.
func (s *Server) answer(w http.ResponseWriter, ss *session, packets []string) {
	w.Header().Set("Content-Type", "text/plain; charset=UTF-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	_, _ = io.WriteString(w, encode(packets, ss.v4)) // a client that is gone falls silent
}

// post takes packets of the client.
func (s *Server) post(w http.ResponseWriter, r *http.Request, ss *session) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, s.c.MaxPayload))
	if err != nil {
		errRequest.write(w)
		s.end(ss)
		return
	}
	packets, ok := decode(string(body), ss.v4)
	for _, p := range packets {
		ok = ok && s.receive(ss, p)
	}
	if !ok {
		s.end(ss)
		if len(packets) == 0 {
			errRequest.write(w)
			return
		}
	}
	w.Header().Set("Content-Type", "text/html")
	_, _ = io.WriteString(w, "ok")
}

// separator stands between packets of version 4.
const separator = "\x1e"

// encode is a body of packets: version 3 writes each with its length before
// it, counted as JavaScript counts, in UTF-16 units.
func encode(packets []string, v4 bool) string {
	if v4 {
		return strings.Join(packets, separator)
	}
	var b strings.Builder
	for _, p := range packets {
		b.WriteString(strconv.Itoa(units(p)))
		b.WriteByte(':')
		b.WriteString(p)
	}
	return b.String()
}

// decode reads a body of packets; false says that it is none, and then there
// are no packets.
func decode(body string, v4 bool) ([]string, bool) {
	if body == "" || !utf8.ValidString(body) {
		return nil, false
	}
	if v4 {
		return strings.Split(body, separator), true
	}
	var packets []string
	for body != "" {
		head, rest, ok := strings.Cut(body, ":")
		n, err := strconv.ParseUint(head, 10, 31)
		if !ok || err != nil || n == 0 {
			return nil, false
		}
		end, ok := cut(rest, int(n))
		if !ok {
			return nil, false
		}
		packets, body = append(packets, rest[:end]), rest[end:]
	}
	return packets, true
}

// units is the length of a text in UTF-16 units.
func units(text string) (n int) {
	for _, c := range text {
		n++
		if c > 0xFFFF {
			n++
		}
	}
	return n
}

// cut is where in text n UTF-16 units end; false when it is shorter or they
// end within a character.
func cut(text string, n int) (end int, ok bool) {
	for i, c := range text {
		if n == 0 {
			return i, true
		}
		n--
		if c > 0xFFFF {
			n--
		}
		if n < 0 {
			return 0, false
		}
	}
	return len(text), n == 0
}

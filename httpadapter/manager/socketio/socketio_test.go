package socketio

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"
)

// play is a Handler that greets in Chinese and says what it is told to say.
type play struct {
	mu     sync.Mutex
	open   map[string]bool
	say    map[string]Event
	refuse bool
}

func (p *play) Connect(_ context.Context, id string) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.refuse {
		return errors.New("refused on purpose")
	}
	p.open[id] = true
	return nil
}

func (p *play) Greeting(id string) Event {
	return Event{"hello", map[string]string{"sid": id, "msg": "连接成功😀"}}
}

func (p *play) Disconnect(_ context.Context, id string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	delete(p.open, id)
}

func (p *play) Tick(_ context.Context, ids []string, emit func(string, Event)) {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, id := range ids {
		if e, ok := p.say[id]; ok {
			delete(p.say, id)
			emit(id, e)
		}
	}
}

func (p *play) tell(id string, e Event) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.say[id] = e
}

func (p *play) count() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return len(p.open)
}

type bundle struct {
	*play
	server *Server
	web    *httptest.Server
	t      *testing.T
}

func setup(t *testing.T, c Config) *bundle {
	t.Helper()
	b := &bundle{play: &play{open: map[string]bool{}, say: map[string]Event{}}, t: t}
	if c.Tick == 0 {
		c.Tick = 5 * time.Millisecond
	}
	b.server = New(b.play, c)
	b.web = httptest.NewServer(b.server)
	t.Cleanup(func() {
		require.NoError(t, b.server.Close(context.Background()))
		b.web.Close()
		require.Zero(t, b.count(), "every Connect has its Disconnect")
	})
	return b
}

func (b *bundle) ask(verb, query, body string, headers ...string) (int, string) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), verb, b.web.URL+"/socket.io/?"+query, strings.NewReader(body))
	require.NoError(b.t, err)
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.web.Client().Do(req)
	require.NoError(b.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	return res.StatusCode, string(text)
}

// poll opens a session by polling and gives its id and the packets that came.
func (b *bundle) poll(eio string) (id string, packets []string) {
	b.t.Helper()
	status, body := b.ask("GET", "transport=polling&EIO="+eio, "")
	require.Equal(b.t, http.StatusOK, status, body)
	packets, ok := decode(body, eio == "4")
	require.True(b.t, ok, body)
	return sidOf(b.t, packets[0]), packets
}

func sidOf(t *testing.T, open string) string {
	t.Helper()
	var in struct{ SID string }
	require.NoError(t, json.Unmarshal([]byte(open[1:]), &in), open)
	require.Len(t, in.SID, 26)
	return in.SID
}

func (b *bundle) dial(query string) *websocket.Conn {
	b.t.Helper()
	conn, _, err := websocket.Dial(b.t.Context(), "ws"+b.web.URL[4:]+"/socket.io/?"+query, nil)
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = conn.CloseNow() })
	return conn
}

func read(t *testing.T, conn *websocket.Conn) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	_, b, err := conn.Read(ctx)
	require.NoError(t, err)
	return string(b)
}

func send(t *testing.T, conn *websocket.Conn, packet string) {
	t.Helper()
	require.NoError(t, conn.Write(t.Context(), websocket.MessageText, []byte(packet)))
}

func greeting(id string) string { return `42["hello",{"msg":"连接成功😀","sid":"` + id + `"}]` }

func TestPolling(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	id, packets := b.poll("3")
	require.Equal(t, []string{"40", greeting(id)}, packets[1:])
	require.Contains(t, packets[0], `"upgrades":["websocket"]`)
	at := "EIO=3&transport=polling&sid=" + id
	_, body := b.ask("POST", at, "1:26:2probe")
	require.Equal(t, "ok", body)
	_, body = b.ask("GET", at, "")
	require.Equal(t, "1:36:3probe", body, "pings are answered")
	b.tell(id, Event{"news", "一二😀"})
	_, body = b.ask("GET", at, "")
	require.Equal(t, `17:42["news","一二😀"]`, body, "the length is in UTF-16 units")
	_, body = b.ask("POST", at, "8:40/admin")
	require.Equal(t, "ok", body)
	_, body = b.ask("GET", at, "")
	require.Equal(t, `28:44/admin,"Invalid namespace"`, body)
	_, body = b.ask("POST", at, "2:41")
	require.Equal(t, "ok", body)
	status, body := b.ask("GET", at, "")
	require.Equal(t, 400, status)
	require.JSONEq(t, `{"code":1,"message":"Session ID unknown"}`, body)
}

func TestPollingVersion4(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{PingInterval: 50 * time.Millisecond, PingTimeout: time.Minute})
	id, packets := b.poll("4")
	require.Len(t, packets, 1, "the client asks to be let in")
	at := "EIO=4&transport=polling&sid=" + id
	b.tell(id, Event{"news", "too early"})
	_, body := b.ask("POST", at, "40\x1e40")
	require.Equal(t, "ok", body)
	require.Eventually(t, func() bool { b.mu.Lock(); defer b.mu.Unlock(); return len(b.say) == 0 }, 5*time.Second, time.Millisecond)
	var got []string
	for !strings.Contains(strings.Join(got, " "), " 2") {
		_, body = b.ask("GET", at, "")
		got = append(got, strings.Split(body, separator)...)
	}
	require.Equal(t, []string{`40{"sid":"` + id + `"}`, greeting(id)}, got[:2], "once, however often it asks")
	_, body = b.ask("POST", at, "3")
	require.Equal(t, "ok", body)
}

func TestWebSocket(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{PingInterval: 200 * time.Millisecond, PingTimeout: 1800 * time.Millisecond})
	for _, query := range []string{"EIO=3&transport=websocket", ""} {
		conn := b.dial(query)
		id := sidOf(t, read(t, conn))
		require.Equal(t, "40", read(t, conn))
		require.Equal(t, greeting(id), read(t, conn))
		send(t, conn, "2")
		require.Equal(t, "3", read(t, conn))
		// A client that only reads answers the pings of WebSocket by itself.
		listening := make(chan string, 1)
		go func() {
			_, packet, _ := conn.Read(context.Background())
			listening <- string(packet)
		}()
		select {
		case <-listening:
			t.Fatal("dropped though it answers pings")
		case <-time.After(2300 * time.Millisecond): // longer than the silent may stay
		}
		b.tell(id, Event{"news", "二维码"})
		require.Equal(t, `42["news","二维码"]`, <-listening)
	}
	conn := b.dial("EIO=4&transport=websocket")
	id := sidOf(t, read(t, conn))
	send(t, conn, "40")
	var got []string
	for len(got) < 4 {
		got = append(got, read(t, conn))
	}
	require.Subset(t, got, []string{`40{"sid":"` + id + `"}`, greeting(id), "2"})
}

func TestUpgrade(t *testing.T) {
	t.Parallel()
	for _, eio := range []string{"3", "4"} {
		b := setup(t, Config{})
		id, _ := b.poll(eio)
		at := "EIO=" + eio + "&sid=" + id
		if eio == "4" {
			b.ask("POST", at+"&transport=polling", "40")
			b.ask("GET", at+"&transport=polling", "")
		}
		waiting := make(chan string)
		go func() {
			_, body := b.ask("GET", at+"&transport=polling", "")
			waiting <- body
		}()
		require.Eventually(t, func() bool { ss := b.server.find(id); ss.mu.Lock(); defer ss.mu.Unlock(); return ss.polling }, 5*time.Second, time.Millisecond)
		conn := b.dial(at + "&transport=websocket")
		send(t, conn, "2probe")
		require.Equal(t, "3probe", read(t, conn))
		require.Equal(t, encode([]string{"6"}, eio == "4"), <-waiting, "the waiting request is let go")
		b.tell(id, Event{"news", 1})
		require.Eventually(t, func() bool { b.mu.Lock(); defer b.mu.Unlock(); return len(b.say) == 0 }, 5*time.Second, time.Millisecond)
		send(t, conn, "5")
		require.Equal(t, `42["news",1]`, read(t, conn), "nothing is lost between")
		status, _ := b.ask("GET", at+"&transport=polling", "")
		require.Equal(t, 400, status, "it is over there now")
	}
}

// TestFailedUpgrade: when the WebSocket goes away polling goes on.
func TestFailedUpgrade(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{})
	id, _ := b.poll("3")
	at := "EIO=3&sid=" + id
	conn := b.dial(at + "&transport=websocket")
	send(t, conn, "2probe")
	require.Equal(t, "3probe", read(t, conn))
	require.NoError(t, conn.CloseNow())
	require.Eventually(t, func() bool { ss := b.server.find(id); ss.mu.Lock(); defer ss.mu.Unlock(); return !ss.probing }, 5*time.Second, time.Millisecond)
	b.tell(id, Event{"news", 1})
	_, body := b.ask("GET", at+"&transport=polling", "")
	require.Equal(t, `12:42["news",1]`, body)
}

func TestRefusals(t *testing.T) {
	t.Parallel()
	b := setup(t, Config{MaxPerAddr: 4, MaxPayload: 100, Origins: []string{"https://shop.example"}})
	for query, code := range map[string]int{
		"EIO=2&transport=polling": 5, "EIO=3": 0, "EIO=3&transport=flash": 0, "EIO=3&transport=polling&j=1": 0,
		"EIO=3&transport=websocket": 0, "EIO=3&transport=polling&sid=nobody": 1,
	} {
		status, body := b.ask("GET", query, "")
		require.Equal(t, 400, status)
		require.Contains(t, body, fmt.Sprintf(`"code":%d`, code), query)
	}
	status, _ := b.ask("POST", "EIO=3&transport=polling", "")
	require.Equal(t, 400, status)
	for origin, want := range map[string]int{"https://evil.example": 403, "null": 403, "https://shop.example": 200, b.web.URL: 200} {
		status, _ = b.ask("GET", "EIO=3&transport=polling", "", "Origin", origin)
		require.Equal(t, want, status, origin)
	}
	_, res, err := websocket.Dial(t.Context(), "ws"+b.web.URL[4:]+"/?EIO=3&transport=websocket", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://evil.example"}}})
	require.Error(t, err)
	require.Equal(t, 403, res.StatusCode)
	for _, bad := range []string{"", "x", "0:", "-1:2", "5:2", "2:2", "1:7", "3:😀😀", "99999999999999999999:2", "2:\xff\xff", strings.Repeat("1:2", 50)} {
		id, _ := b.poll("3")
		b.ask("POST", "EIO=3&transport=polling&sid="+id, bad)
		require.Nil(t, b.server.find(id), "%.20q ends the session", bad)
	}
	require.Equal(t, 2, b.server.Len())
	b.poll("3")
	b.poll("3")
	status, _ = b.ask("GET", "EIO=3&transport=polling", "")
	require.Equal(t, 429, status, "too many from one address")
	b.mu.Lock()
	b.refuse = true
	b.mu.Unlock()
	for _, ss := range b.server.alive() {
		b.server.end(ss)
	}
	status, _ = b.ask("GET", "EIO=3&transport=polling", "")
	require.Equal(t, 503, status)
	require.Zero(t, b.server.Len())
}

// TestBounds: a client that does not fetch what waits, is silent or has been
// there for too long is dropped.
func TestBounds(t *testing.T) {
	t.Parallel()
	gone := func(b *bundle, id string) {
		t.Helper()
		require.Eventually(t, func() bool { return b.server.find(id) == nil }, 5*time.Second, time.Millisecond)
	}
	b := setup(t, Config{MaxQueue: 3})
	id, _ := b.poll("3")
	for range 4 {
		b.server.emit(id, Event{"news", 1})
	}
	require.Nil(t, b.server.find(id), "queue")
	id, _ = b.poll("3")
	go b.ask("GET", "EIO=3&transport=polling&sid="+id, "") //nolint:errcheck // ended by the overlap
	require.Eventually(t, func() bool { ss := b.server.find(id); ss.mu.Lock(); defer ss.mu.Unlock(); return ss.polling }, 5*time.Second, time.Millisecond)
	status, _ := b.ask("GET", "EIO=3&transport=polling&sid="+id, "")
	require.Equal(t, 400, status, "two requests at once")
	gone(b, id)

	b = setup(t, Config{PingInterval: 20 * time.Millisecond, PingTimeout: 20 * time.Millisecond})
	id, _ = b.poll("3")
	gone(b, id) // silent
	b = setup(t, Config{Life: 50 * time.Millisecond})
	conn := b.dial("EIO=3&transport=websocket")
	id = sidOf(t, read(t, conn))
	gone(b, id) // its time is over
}

// TestNothingIsLeft: a hundred sessions of every kind leave no goroutine when
// they end by themselves, and none when the server closes over them.
func TestNothingIsLeft(t *testing.T) {
	b := setup(t, Config{MaxPerAddr: 1000})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	visit := func(n int, stay bool) {
		at := fmt.Sprintf("EIO=%d", 3+n%2)
		if n%3 == 0 {
			conn, _, err := websocket.Dial(context.Background(), "ws"+b.web.URL[4:]+"/?transport=websocket&"+at, nil)
			if err == nil && !stay {
				_ = conn.CloseNow()
			}
			return
		}
		res, err := client.Get(b.web.URL + "/?transport=polling&" + at)
		if err != nil {
			return
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		packets, _ := decode(string(body), n%2 == 1)
		var open struct{ SID string }
		_ = json.Unmarshal([]byte(packets[0][1:]), &open)
		if !stay {
			end := encode([]string{"1"}, n%2 == 1)
			if res, err = client.Post(b.web.URL+"/?transport=polling&"+at+"&sid="+url.QueryEscape(open.SID), "text/plain", strings.NewReader(end)); err == nil {
				_ = res.Body.Close()
			}
		}
	}
	settled := func(most int) {
		t.Helper()
		deadline := time.Now().Add(5 * time.Second)
		for runtime.NumGoroutine() > most {
			if time.Now().After(deadline) {
				stacks := make([]byte, 1<<20)
				t.Fatalf("%d goroutines, not %d:\n%s", runtime.NumGoroutine(), most, stacks[:runtime.Stack(stacks, true)])
			}
			time.Sleep(time.Millisecond)
		}
	}
	visit(1, false)
	require.Eventually(t, func() bool { return b.server.Len() == 0 }, 10*time.Second, time.Millisecond)
	require.Eventually(t, func() bool { b.server.mu.Lock(); defer b.server.mu.Unlock(); return !b.server.watching }, 10*time.Second, time.Millisecond)
	before := runtime.NumGoroutine()
	for n := range 100 {
		visit(n, false)
	}
	require.Eventually(t, func() bool { return b.server.Len() == 0 }, 10*time.Second, time.Millisecond)
	settled(before)
	for n := range 100 {
		visit(n, true)
	}
	require.Equal(t, 100, b.server.Len())
	require.NoError(t, b.server.Close(context.Background()))
	require.Zero(t, b.server.Len())
	b.web.CloseClientConnections()
	require.Eventually(t, func() bool { return !b.server.work() }, time.Second, time.Millisecond)
	status, _ := b.ask("GET", "EIO=3&transport=polling", "")
	require.Equal(t, 503, status)
}

func TestPayload(t *testing.T) {
	t.Parallel()
	for _, packets := range [][]string{{"2"}, {"42[\"二维码已失效\"]", "3"}, {"4😀😀", "6", "4é"}} {
		for _, v4 := range []bool{false, true} {
			got, ok := decode(encode(packets, v4), v4)
			require.True(t, ok)
			require.Equal(t, packets, got)
		}
	}
}

func FuzzDecode(f *testing.F) {
	for _, text := range []string{"1:2", "2:40", "5:42[😀]", "3:😀", ":", "1:", "0:1:2"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		packets, ok := decode(text, false)
		if ok && encode(packets, false) != text {
			// Only the spelling of a length may differ: leading zeros.
			again, ok := decode(encode(packets, false), false)
			require.True(t, ok)
			require.Equal(t, packets, again)
		}
	})
}

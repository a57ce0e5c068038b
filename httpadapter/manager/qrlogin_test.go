package manager_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// process is one server of several on a store.
func process(t *testing.T, store storage.Store) bundle {
	t.Helper()
	return bundle{apitest.New(t, store, func(_ *httpadapter.Ports, _ *httpadapter.Config, a *httpadapter.AdapterConfig) {
		a.Manager.Sockets.Tick = 10 * time.Millisecond
		a.Manager.Sockets.MaxPerAddr = 200
	}), t}
}

// page is a browser's connection.
type page struct {
	t    *testing.T
	conn *websocket.Conn
	sid  string
}

// connect opens a page by WebSocket alone and reads its greeting.
func (b bundle) connect() *page {
	b.t.Helper()
	conn, _, err := websocket.Dial(b.t.Context(), "ws"+b.Server.URL[4:]+"/socket.io/?EIO=3&transport=websocket", nil)
	require.NoError(b.t, err)
	b.t.Cleanup(func() { _ = conn.CloseNow() })
	p := &page{t: b.t, conn: conn}
	hello := p.event("connectSuccess")
	require.Equal(b.t, []any{200.0, true}, []any{hello["status"], hello["state"]})
	p.sid = hello["sid"].(string)
	return p
}

// event reads up to the next event, which must have this name, and gives what it says.
func (p *page) event(name string) map[string]any {
	p.t.Helper()
	ctx, cancel := context.WithTimeout(p.t.Context(), 20*time.Second)
	defer cancel()
	for {
		_, b, err := p.conn.Read(ctx)
		require.NoError(p.t, err, "waiting for %s", name)
		text, ok := strings.CutPrefix(string(b), "42")
		if !ok {
			continue
		}
		var e []any
		require.NoError(p.t, json.Unmarshal([]byte(text), &e), text)
		require.Equal(p.t, name, e[0], text)
		return e[1].(map[string]any)
	}
}

// show asks for a code and gives the state in it.
func (b bundle) show(sid string) (state string) {
	b.t.Helper()
	o := b.get("/users/getQrcode?sid=" + sid)
	require.Equal(b.t, []any{200.0, true}, []any{o["status"], o["state"]}, o)
	u, err := url.Parse(o["scanCodeUrl"].(string))
	require.NoError(b.t, err)
	return u.Query().Get("state")
}

// scan is what the phone is answered; JSON for who comes too late, a page for
// who does not.
func (b bundle) scan(state, code string) (text string, err error) {
	res, err := b.Server.Client().Get(b.Server.URL + "/users/wechatCallBack?" + url.Values{"state": {state}, "code": {code}}.Encode())
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = errors.New(res.Status)
	}
	return string(body), err
}

// TestLoginByQRCode: browser and phone meet different processes.
func TestLoginByQRCode(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		desk, phone := process(t, store), process(t, store)
		p, stranger := desk.connect(), phone.connect()
		state := phone.show(p.sid)
		text, err := phone.scan(state, "sandbox:o1")
		require.NoError(t, err)
		require.Contains(t, text, "<h1>扫码成功</h1>")
		for range 2 {
			text, err = phone.scan(state, "sandbox:o2")
			require.NoError(t, err)
			require.JSONEq(t, `{"state":false,"status":10004,"msg":"二维码已经被扫过了"}`, text)
		}
		told := p.event("scancodeSuccess")
		require.Equal(t, map[string]any{"state": true, "status": 200.0, "msg": "已扫码", "wechatCode": "sandbox:o1"}, told)

		login := desk.get("/users/wechatLogin?wechatCode="+told["wechatCode"].(string)).says(t, 200, true, "微信登入成功")
		require.NotEmpty(t, login["token"])
		require.Equal(t, "微信用户", login["userInfo"].(map[string]any)["nickname"])
		require.NotEmpty(t, login["permission"].(map[string]any)["buttons"])
		o := phone.get("/students/getclasses", "authorization", login["token"].(string))
		require.Equal(t, true, o["state"], "the session is a session everywhere")
		require.Equal(t, "10026", phone.object("POST", "/students/addstu", `{}`, "authorization", login["token"].(string))["code"], "an ordinary user")
		desk.get("/users/wechatLogin?wechatCode=sandbox:o1").says(t, 101, false, "wechatCode无效或已过期")

		// The next login is the same account, and a disabled one is refused.
		who, err := desk.Auth.List(t.Context(), auth.Filter{}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(1), who.Total)
		for _, status := range []auth.Status{auth.Active, auth.Disabled} {
			if status == auth.Disabled {
				require.NoError(t, desk.Auth.SetStatus(t.Context(), mall.System(), who.Items[0].ID, status, ""))
			}
			_, err = phone.scan(desk.show(p.sid), "sandbox:o1")
			require.NoError(t, err)
			code := p.event("scancodeSuccess")["wechatCode"].(string)
			o = phone.get("/users/wechatLogin?wechatCode=" + code)
			require.Equal(t, map[auth.Status]any{auth.Active: 200.0, auth.Disabled: 1007.0}[status], o["status"])
		}

		// Nobody scans: the page is told, and asks for another code.
		old := desk.show(p.sid)
		for _, b := range []bundle{desk, phone} {
			b.Clock.Advance(time.Minute)
		}
		require.Equal(t, map[string]any{"state": false, "status": 10004.0, "msg": "无效的二维码"}, p.event("invalidCode"))
		text, err = phone.scan(old, "sandbox:o1")
		require.NoError(t, err)
		require.JSONEq(t, `{"state":false,"status":10004,"msg":"无效的二维码"}`, text)

		// A page that is gone has no codes any more.
		require.NoError(t, stranger.conn.CloseNow())
		require.Eventually(t, func() bool { return desk.get("/users/getQrcode?sid=" + stranger.sid)["status"] == 1004.0 }, 10*time.Second, 5*time.Millisecond)
	})
}

func TestBadQRLogins(t *testing.T) {
	t.Parallel()
	b := process(t, storagetest.SQLite(t))
	b.get("/users/getQrcode").says(t, 1004, false, "没有传递sid")
	b.get("/users/getQrcode?sid=undefined").says(t, 1004, false, "没有传递sid")
	for _, path := range []string{"/users/getQrcode", "/users/getScancode"} {
		b.get(path+"?sid=nobody").says(t, 1004, false, "socket指定sid错误")
	}
	b.get("/users/wechatLogin").says(t, 1004, false, "请传入wechatCode")
	b.object("POST", "/users/wechatLogin", `{"wechatCode":"sandbox:o1"}`).says(t, 101, false, "wechatCode无效或已过期")
	b.get("/users/wechatLogin?wechatCode=sandbox:o1").says(t, 101, false, "wechatCode无效或已过期")
	p := b.connect()
	b.get("/users/getScancode?sid="+p.sid).says(t, 200, true, "获取成功")
	state := b.show(p.sid)
	for _, bad := range [][2]string{{"", "sandbox:o1"}, {"nobody", "sandbox:o1"}, {state, ""}, {state, strings.Repeat("x", 300)}, {strings.Repeat("x", 300), "c"}} {
		text, err := b.scan(bad[0], bad[1])
		require.NoError(t, err)
		require.JSONEq(t, `{"state":false,"status":10004,"msg":"无效的二维码"}`, text)
	}
	_, err := b.scan(state, "not WeChat's")
	require.NoError(t, err)
	code := url.QueryEscape(p.event("scancodeSuccess")["wechatCode"].(string))
	b.get("/users/wechatLogin?wechatCode="+code).says(t, 101, false, "微信登入失败,请重新扫码")
}

// TestQRLoginRaces: of twenty phones one scans, of twenty browsers one logs in.
func TestQRLoginRaces(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, other := process(t, store), process(t, store)
		p := b.connect()
		state := b.show(p.sid)
		race := func(fn func(b bundle) (bool, error)) int64 {
			var won atomic.Int64
			gate := make(chan struct{})
			var wg sync.WaitGroup
			for i := range 20 {
				wg.Go(func() {
					<-gate
					ok, err := fn([]bundle{b, other}[i%2])
					if err != nil {
						t.Error(err)
					}
					if ok {
						won.Add(1)
					}
				})
			}
			close(gate)
			wg.Wait()
			return won.Load()
		}
		require.Equal(t, int64(1), race(func(b bundle) (bool, error) {
			text, err := b.scan(state, "sandbox:o1")
			return strings.Contains(text, "扫码成功"), err
		}))
		p.event("scancodeSuccess")
		require.Equal(t, int64(1), race(func(b bundle) (bool, error) {
			res, err := b.Server.Client().Get(b.Server.URL + "/users/wechatLogin?wechatCode=sandbox:o1")
			if err != nil {
				return false, err
			}
			defer res.Body.Close()
			var o object
			err = json.NewDecoder(res.Body).Decode(&o)
			return o["state"] == true, err
		}))
	})
}

// TestSocketsFromOtherSites: pages of strangers get no socket, those of the
// CORS list do.
func TestSocketsFromOtherSites(t *testing.T) {
	t.Parallel()
	b := bundle{apitest.New(t, storagetest.SQLite(t), func(_ *httpadapter.Ports, _ *httpadapter.Config, a *httpadapter.AdapterConfig) {
		a.CORS = map[mall.Face]httpadapter.CORS{mall.FaceManager: {Origins: []string{"https://desk.example"}, Credentials: true}}
	}), t}
	for origin, want := range map[string]int{"https://desk.example": 200, "https://evil.example": 403, b.Server.URL: 200} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, b.Server.URL+"/socket.io/?EIO=3&transport=polling", nil)
		require.NoError(t, err)
		req.Header.Set("Origin", origin)
		res, err := b.Server.Client().Do(req)
		require.NoError(t, err)
		_ = res.Body.Close()
		require.Equal(t, want, res.StatusCode, origin)
		if origin == "https://desk.example" {
			require.Equal(t, origin, res.Header.Get("Access-Control-Allow-Origin"))
		}
	}
}

package manager

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/qrlogin"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/httpadapter/manager/socketio"
)

// socketPath is where browsers that wait for a phone connect.
const socketPath = "/socket.io"

// mountSockets adds the channel of logins by QR code.
func (a *api) mountSockets(mux *endpoint.Mux) error {
	c := a.cfg.Sockets
	if c.Addr == nil {
		c.Addr = mux.Addr
	}
	if c.Logger == nil {
		c.Logger = mux.Logger()
	}
	if a.cfg.Public != "" {
		c.Origins = append(c.Origins, a.cfg.Public)
	}
	server := socketio.New(sockets{a.QRLogins, c.Logger}, c)
	mux.OnClose(server.Close)
	return mux.Handle("*", socketPath, "socket.io 通道", server)
}

// sockets tells browsers what becomes of their QR codes. A socket's id is the
// sid of the other routes.
type sockets struct {
	qr  *qrlogin.Service
	log *slog.Logger
}

var _ socketio.Handler = sockets{}

// Connect makes the ticket of a socket.
func (s sockets) Connect(ctx context.Context, id string) error { return s.qr.Open(ctx, id) }

type connectSuccess struct {
	envelope
	SID string `json:"sid"`
}

// Greeting tells a browser its sid.
func (s sockets) Greeting(id string) socketio.Event {
	return socketio.Event{Name: "connectSuccess", Data: connectSuccess{done("连接成功"), id}}
}

// Disconnect forgets the ticket; a sweep does if this fails.
func (s sockets) Disconnect(ctx context.Context, id string) {
	if err := s.qr.Close(ctx, id); err != nil {
		s.log.ErrorContext(ctx, "QR login: closing a ticket", "error", err)
	}
}

type scanCodeSuccess struct {
	envelope
	WeChatCode string `json:"wechatCode"`
}

// Tick tells the sockets of this process what their tickets say.
func (s sockets) Tick(ctx context.Context, ids []string, emit func(string, socketio.Event)) {
	news, err := s.qr.News(ctx, ids)
	for _, n := range news {
		e := socketio.Event{Name: "scancodeSuccess", Data: scanCodeSuccess{done("已扫码"), n.Code}}
		if n.Code == "" {
			e = socketio.Event{Name: "invalidCode", Data: answer(qrlogin.ErrState)}
		}
		emit(n.Socket, e)
	}
	if err != nil && ctx.Err() == nil {
		s.log.ErrorContext(ctx, "QR login: asking for news", "error", err)
	}
}

type qrcodeIn struct {
	SID string `in:"sid"`
}

type qrcodeOut struct {
	envelope
	ScanCodeURL string `json:"scanCodeUrl"`
}

// errNoSocket says that the id of the socket is missing.
var errNoSocket = mall.E(mall.Invalid, "manager.no_socket", "id of the socket is missing")

// getQrcode gives the address that clients draw as a QR code. The one that the
// socket had before is no longer valid.
func (a *api) getQrcode(ctx context.Context, _ mall.Actor, in qrcodeIn) (*qrcodeOut, error) {
	if in.SID == "" {
		return nil, errNoSocket
	}
	address, err := a.QRLogins.Issue(ctx, in.SID)
	if err != nil {
		return nil, err
	}
	return &qrcodeOut{done("获取成功"), address}, nil
}

type callBackIn struct {
	Code  string `in:"code"`
	State string `in:"state"`
}

// scannedPage is what the phone shows.
const scannedPage = `<!doctype html>
<html lang="zh"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>微信登入</title>
<body style="font-family:sans-serif;text-align:center;padding:4em 1em"><h1>扫码成功</h1><p>请在电脑上继续</p></body></html>
`

// wechatCallBack is where WeChat sends the phone. Who scanned a code that is
// not valid, or second, is told so.
func (a *api) wechatCallBack(ctx context.Context, _ mall.Actor, in callBackIn) (endpoint.Raw, error) {
	if err := a.QRLogins.Scan(ctx, in.State, in.Code); err != nil {
		return nil, err
	}
	page := endpoint.Bytes("text/html; charset=utf-8", []byte(scannedPage))
	return endpoint.RawFunc(func(w http.ResponseWriter, r *http.Request) {
		// The address carries the code: it must not reach anybody else.
		w.Header().Set("Referrer-Policy", "no-referrer")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'")
		page.ServeRaw(w, r)
	}), nil
}

type wechatLoginIn struct {
	WeChatCode string `in:"wechatCode"`
}

// errNoWeChatCode says that the code is missing.
var errNoWeChatCode = mall.E(mall.Invalid, "manager.no_wechat_code", "wechatCode is missing")

// wechatLogin opens a session for who scanned the code on the phone.
func (a *api) wechatLogin(ctx context.Context, who mall.Actor, in wechatLoginIn) (*loginOut, error) {
	if in.WeChatCode == "" {
		return nil, errNoWeChatCode
	}
	who.Scope = scopeOf(ctx)
	l, err := a.QRLogins.Login(ctx, who, in.WeChatCode, auth.Device{})
	if err != nil {
		return nil, err
	}
	return a.loginAnswer(ctx, l, who.Scope, done("微信登入成功"))
}

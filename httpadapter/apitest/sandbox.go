package apitest

import (
	"bytes"
	"context"
	"crypto/md5"
	"crypto/rand"
	"encoding/base64"
	"image"
	"image/png"
	"strings"
	"sync"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/cms/file"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
)

// Sandbox plays the outside world in memory: WeChat accepts the codes
// "sandbox:OPENID" and "sandbox-phone:MOBILE", messages and picture answers
// are kept for the test to read.
type Sandbox struct {
	mu   sync.Mutex
	last map[string]string // by number, address or picture key
}

// NewSandbox is an empty Sandbox.
func NewSandbox() *Sandbox { return &Sandbox{last: map[string]string{}} }

// Last is the code that was last sent to a number or mail address, the answer
// of the picture with that key, or the scene of the code that was last drawn
// for an appid; empty when there is none.
func (s *Sandbox) Last(to string) string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.last[to]
}

func (s *Sandbox) keep(to, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.last[to] = code
}

func (s *Sandbox) reveal(_ context.Context, key, answer string) { s.keep(key, answer) }

// SendSMS keeps the code.
func (s *Sandbox) SendSMS(ctx context.Context, m verify.Message) error { return s.send(ctx, m) }

// SendMail keeps the code.
func (s *Sandbox) SendMail(ctx context.Context, m verify.Message) error { return s.send(ctx, m) }

func (s *Sandbox) send(ctx context.Context, m verify.Message) error {
	if mall.InTx(ctx) {
		panic("a message is sent inside a transaction")
	}
	s.keep(m.To, m.Code)
	return nil
}

// SessionKey is the key under which the sandbox encrypts the data of an openid.
func SessionKey(openid string) string {
	sum := md5.Sum([]byte(openid))
	return base64.StdEncoding.EncodeToString(sum[:])
}

// Login takes codes of the form "sandbox:OPENID" or "sandbox:OPENID#UNIONID", at
// AppID and at AppID2.
func (s *Sandbox) Login(ctx context.Context, appid, code string) (wechat.Session, error) {
	openid, ok := strings.CutPrefix(code, "sandbox:")
	switch {
	case mall.InTx(ctx):
		panic("WeChat is called inside a transaction")
	case !ok || openid == "" || appid != "" && appid != AppID && appid != AppID2:
		return wechat.Session{}, wechat.ErrCode
	}
	openid, unionid, _ := strings.Cut(openid, "#")
	return wechat.Session{OpenID: openid, UnionID: unionid, SessionKey: SessionKey(openid)}, nil
}

// Phone takes codes of the form "sandbox-phone:MOBILE".
func (s *Sandbox) Phone(ctx context.Context, _, code string) (string, error) {
	mobile, ok := strings.CutPrefix(code, "sandbox-phone:")
	if mall.InTx(ctx) {
		panic("WeChat is called inside a transaction")
	}
	if !ok {
		return "", wechat.ErrCode
	}
	return mobile, nil
}

// WXACode draws a white picture and keeps the scene, by the appid; the page
// "none" is not known.
func (s *Sandbox) WXACode(_ context.Context, appid string, c wechat.WXACode) ([]byte, error) {
	if c.Page == "none" {
		return nil, wechat.ErrPage
	}
	s.keep(appid, c.Scene)
	return PNG(), nil
}

// ports are the sandbox's ports, with files in the test's directory and a
// payment gateway behind the Kit's own server.
func (k *Kit) ports() httpadapter.Ports {
	dir, err := file.OpenDir(k.t.TempDir())
	require.NoError(k.t, err)
	k.t.Cleanup(func() { _ = dir.Close() })
	k.Secret = rand.Text()
	k.Gateway, err = paytest.NewGateway(k.Books, paytest.Config{NotifyURL: k.Server.URL + "/notify/wxpay", Secret: k.Secret, Now: k.Clock.Now})
	require.NoError(k.t, err)
	provider, err := paytest.NewProvider(paytest.ProviderConfig{BaseURL: k.Server.URL, Secret: k.Secret, Now: k.Clock.Now})
	require.NoError(k.t, err)
	return httpadapter.Ports{WeChat: k.Ports, QRLogin: k.Ports, Weather: k.Ports, SMS: k.Ports, Mail: k.Ports, Blobs: dir, Providers: map[string]payment.Provider{"wxpay": provider}}
}

// Settle pays at the gateway what the package of wx.requestPayment, or a
// prepay id, stands for. The notice has been handled when it returns.
func (k *Kit) Settle(prepay string) {
	k.t.Helper()
	o, ok, err := k.Books.ByPrepay(k.t.Context(), strings.TrimPrefix(prepay, "prepay_id="))
	require.NoError(k.t, err)
	require.True(k.t, ok, "no payment for %q", prepay)
	_, err = k.Gateway.Pay(k.t.Context(), o.Number, "")
	require.NoError(k.t, err)
}

// PNG is a small picture.
func PNG() []byte {
	var b bytes.Buffer
	_ = png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8))) // writing to memory does not fail
	return b.Bytes()
}

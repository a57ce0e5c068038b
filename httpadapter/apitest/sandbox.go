package apitest

import (
	"bytes"
	"context"
	"crypto/md5"
	"encoding/base64"
	"image"
	"image/png"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/cms/file"
	"github.com/gomall-dev/mall/httpadapter"
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

// Last is the code that was last sent to a number or mail address, or the
// answer of the picture with that key; empty when there is none.
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

// Login takes codes of the form "sandbox:OPENID".
func (s *Sandbox) Login(ctx context.Context, appid, code string) (wechat.Session, error) {
	openid, ok := strings.CutPrefix(code, "sandbox:")
	switch {
	case mall.InTx(ctx):
		panic("WeChat is called inside a transaction")
	case !ok || openid == "" || appid != "" && appid != AppID:
		return wechat.Session{}, wechat.ErrCode
	}
	return wechat.Session{OpenID: openid, SessionKey: SessionKey(openid)}, nil
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

// WXACode draws a white picture; the page "none" is not known.
func (s *Sandbox) WXACode(_ context.Context, _ string, c wechat.WXACode) ([]byte, error) {
	if c.Page == "none" {
		return nil, wechat.ErrPage
	}
	var b bytes.Buffer
	err := png.Encode(&b, image.NewGray(image.Rect(0, 0, 8, 8)))
	return b.Bytes(), err
}

// ports are the sandbox's ports, with files in the test's directory.
func (s *Sandbox) ports(t testing.TB, base string, now func() time.Time) httpadapter.Ports {
	dir, err := file.OpenDir(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { _ = dir.Close() })
	return httpadapter.Ports{WeChat: s, SMS: s, Mail: s, Blobs: dir}
}

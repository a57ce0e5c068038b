package sandbox

import (
	"context"
	"crypto/md5"
	"encoding/base64"
	"strings"

	"rsc.io/qr"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/wechat"
)

// The mini programs of the sandbox.
const (
	AppID  = "wxsandbox00000000" // of the default operating centre
	AppID2 = "wxsandbox00000002" // of a second one
)

// WeChat plays WeChat's server: a login code is "sandbox:" and the openid it
// stands for, with "#" and a unionid behind it if it has one; the phone
// button's is "sandbox-phone:" and the number.
type WeChat struct{}

var _ wechat.Client = WeChat{}

// Login accepts "sandbox:OPENID" and "sandbox:OPENID#UNIONID" for its mini
// programs, any number of times. The session
// key is base64(md5(OPENID)), so that a script can encrypt as WeChat does.
func (WeChat) Login(ctx context.Context, appid, code string) (wechat.Session, error) {
	if err := outside(ctx); err != nil {
		return wechat.Session{}, err
	}
	openid, ok := strings.CutPrefix(code, "sandbox:")
	openid, unionid, _ := strings.Cut(openid, "#")
	if !ok || openid == "" || max(len(openid), len(unionid)) > 64 || appid != AppID && appid != AppID2 {
		return wechat.Session{}, wechat.ErrCode
	}
	key := md5.Sum([]byte(openid))
	return wechat.Session{OpenID: openid, UnionID: unionid, SessionKey: base64.StdEncoding.EncodeToString(key[:])}, nil
}

// Phone accepts "sandbox-phone:MOBILE".
func (WeChat) Phone(ctx context.Context, appid, code string) (string, error) {
	if err := outside(ctx); err != nil {
		return "", err
	}
	mobile, ok := strings.CutPrefix(code, "sandbox-phone:")
	if !ok || mobile == "" || appid != AppID && appid != AppID2 {
		return "", wechat.ErrCode
	}
	return mobile, nil
}

// WXACode draws page and scene as a QR code, in place of a mini-program code.
// The page "none" is not released.
func (WeChat) WXACode(ctx context.Context, _ string, c wechat.WXACode) ([]byte, error) {
	if err := outside(ctx); err != nil {
		return nil, err
	}
	page := c.Page
	switch page {
	case "":
		page = "pages/index/index"
	case "none":
		return nil, wechat.ErrPage
	}
	code, err := qr.Encode(page+"?scene="+c.Scene, qr.M)
	if err != nil {
		return nil, mall.ErrInvalid.With("scene").Because(err)
	}
	return code.PNG(), nil
}

// errInTx is what every outside party of the sandbox answers inside a
// transaction: real ones would make others wait there.
var errInTx = mall.E(mall.Internal, "sandbox.in_tx", "outside party called inside a transaction")

func outside(ctx context.Context) error {
	if mall.InTx(ctx) {
		return errInTx
	}
	return nil
}

// Package wechat talks to the WeChat mini-program server API: logins by code,
// the phone button, mini-program codes and the decryption of user data.
//
// Client is the port; New gives the real one over net/http. A sandbox or a
// fake in tests implements the same port. Scenes lets an order be paid in the
// mini program of another operating centre, by a code to scan.
package wechat

import (
	"context"
)

// Client is the part of WeChat that the mall uses. No method may be called
// inside a database transaction.
type Client interface {
	// Login exchanges a code of wx.login, once. ErrCode when WeChat does not
	// accept it.
	Login(ctx context.Context, appid, code string) (Session, error)
	// Phone exchanges a code of the phone button for a mobile number without
	// country code. ErrCode when WeChat does not accept it.
	Phone(ctx context.Context, appid, code string) (string, error)
	// WXACode draws an unlimited mini-program code: the bytes of a PNG or
	// JPEG. ErrPage when WeChat does not know the page.
	WXACode(ctx context.Context, appid string, c WXACode) ([]byte, error)
}

// Session is what a login code stands for. SessionKey is secret and never
// leaves the server.
type Session struct {
	OpenID     string
	UnionID    string // "" when the mini program is bound to no open platform
	SessionKey string // base64
}

// WXACode describes a mini-program code to draw.
type WXACode struct {
	Scene      string // at most 32 characters
	Page       string // "" is the start page
	Width      int    // pixels, 280 to 1280; 0 is 430
	CheckPath  bool   // refuse pages that are not released
	EnvVersion string // "release" (default), "trial" or "develop"
	AutoColor  bool
	Hyaline    bool // transparent background
}

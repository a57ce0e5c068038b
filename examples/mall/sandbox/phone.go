package sandbox

import (
	"context"
	"crypto/rand"
	"html/template"
	"net/http"
	"net/url"
	"strings"

	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/qrlogin"
	"github.com/gomall-dev/mall/auth/wechat"
)

// WebAppID is the official account of the sandbox.
const WebAppID = "wxsandbox0000web0"

// Phone plays WeChat in logins by QR code: the code leads to a page of the
// sandbox with a button in place of the phone's.
type Phone struct {
	// Public is the base URL of the host.
	Public string
}

var _ qrlogin.WeChat = Phone{}

// Address is the page that plays the phone.
func (p Phone) Address(state string) string {
	return p.Public + "/sandbox/wechat?" + url.Values{"state": {state}}.Encode()
}

// Person accepts "sandbox:", some letters that make codes differ, ":" and the
// openid of who agreed.
func (Phone) Person(ctx context.Context, code string) (auth.Registration, error) {
	if err := outside(ctx); err != nil {
		return auth.Registration{}, err
	}
	kind, rest, _ := strings.Cut(code, ":")
	_, openid, ok := strings.Cut(rest, ":")
	if kind != "sandbox" || !ok || openid == "" || len(openid) > 64 {
		return auth.Registration{}, wechat.ErrCode
	}
	return auth.Registration{
		Identity: &auth.Identity{Provider: wechat.ProviderWeb, AppID: WebAppID, OpenID: openid},
		Nick:     "微信用户" + openid[max(0, len(openid)-4):],
	}, nil
}

var phonePage = template.Must(template.New("phone").Parse(`<!doctype html>
<html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1"><title>A phone</title>
<body style="font-family:sans-serif;max-width:22em;margin:4em auto;padding:0 1em">
<h1>This is the phone</h1>
<p>The sandbox plays WeChat: whoever opens this address has scanned the code and may agree to log in at the computer.</p>
<form action="/sandbox/wechat/agree"><input type="hidden" name="state" value="{{.State}}">
<p><label>Who (openid): <input name="openid" value="{{.OpenID}}" maxlength="64" pattern="[A-Za-z0-9_\-]+" required></label></p>
<p><button>Scan and confirm</button></p></form></body></html>
`))

// phone shows the page of the phone: anybody new, or who is asked for.
func (s *Sandbox) phone(w http.ResponseWriter, r *http.Request) {
	openid := r.FormValue("openid")
	if openid == "" {
		openid = "o" + rand.Text()[:10]
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.Header().Set("Cache-Control", "no-store")
	if err := phonePage.Execute(w, struct{ State, OpenID string }{r.FormValue("state"), openid}); err != nil {
		s.log.WarnContext(r.Context(), "sandbox: phone", "error", err)
	}
}

// agree sends the phone back to the shop with a code, like WeChat does.
func (s *Sandbox) agree(w http.ResponseWriter, r *http.Request) {
	code := "sandbox:" + rand.Text()[:8] + ":" + r.FormValue("openid")
	http.Redirect(w, r, "/users/wechatCallBack?"+url.Values{"code": {code}, "state": {r.FormValue("state")}}.Encode(), http.StatusFound)
}

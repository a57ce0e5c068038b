package o2o

import (
	"bytes"
	"context"
	"crypto/sha256"
	_ "embed"
	"encoding/base64"
	"html/template"
	"net/http"
	"regexp"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

// bridgePath is where the document has the page, outside of the prefix.
const bridgePath = "/miniprogram_bridge/pay"

// defaultPage is the page of the target mini program, spelled as it was released.
const defaultPage = "pages/severs/index/index"

var (
	//go:embed page/pay.html
	bridgeHTML string
	//go:embed page/pay.css
	bridgeCSS string

	bridgeTemplate = template.Must(template.New("pay").Parse(bridgeHTML))
	// bridgePolicy lets the page load nothing but its own style and picture.
	bridgePolicy = func() string {
		sum := sha256.Sum256([]byte(bridgeCSS))
		return "default-src 'none'; img-src data:; style-src 'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) +
			"'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	}()
	pageName = regexp.MustCompile(`^/?[0-9A-Za-z_-]+(/[0-9A-Za-z_-]+)*$`)
)

// pages are the routes outside of the prefix.
func (a *api) pages() []endpoint.Route {
	return []endpoint.Route{endpoint.GET(bridgePath, endpoint.Public, "小程序间跳转h5", a.bridge)}
}

type bridgeIn struct {
	TargetOperID mall.ID `in:"targetOperId,required"`
	OrderNo      string  `in:"orderNo,required"`
	UserID       mall.ID `in:"userId,required"`
	Page         string  `in:"page"`
}

// bridgeData is what the page shows: a picture, or a text why there is none.
type bridgeData struct {
	Title   string
	Style   template.CSS
	Picture template.URL
	Centre  string
	Order   string
	Minutes int
	Text    string
}

// bridge shows a mini-program code by which the order can be paid in the mini
// program of the target centre. Anybody may open it with any numbers, so it
// shows nothing of order and user but what the address says; see wechat.Scenes
// for what the code is worth.
func (a *api) bridge(ctx context.Context, who mall.Actor, in bridgeIn) (endpoint.Raw, error) {
	if in.Page == "" {
		in.Page = defaultPage
	}
	if len(in.Page) > 128 || !pageName.MatchString(in.Page) {
		return nil, mall.ErrInvalid.With("page")
	}
	centre, err := a.Operators.Get(ctx, in.TargetOperID)
	if err != nil {
		return nil, err
	}
	if centre.AppID == "" || centre.Closed {
		return nil, errAppID
	}
	picture, err := a.Scenes.Draw(ctx, who, wechat.SceneInput{
		Operator: centre.ID, AppID: centre.AppID, Page: in.Page, Order: in.OrderNo, Account: in.UserID,
	})
	if err != nil {
		return nil, err
	}
	kind := http.DetectContentType(picture)
	if kind != "image/png" && kind != "image/jpeg" {
		return nil, wechat.ErrAnswer
	}
	return bridgePage(http.StatusOK, bridgeData{
		Title: "扫码支付", Centre: centre.Name, Order: in.OrderNo, Minutes: int(a.Scenes.TTL().Minutes()),
		Picture: template.URL("data:" + kind + ";base64," + base64.StdEncoding.EncodeToString(picture)), // bytes of ours, no text of others
	}), nil
}

// bridgePage writes the page whole or not at all.
func bridgePage(status int, d bridgeData) endpoint.Raw {
	return endpoint.RawFunc(func(w http.ResponseWriter, _ *http.Request) {
		d.Style = template.CSS(bridgeCSS) //nolint:gosec // our own file
		var b bytes.Buffer
		if err := bridgeTemplate.Execute(&b, d); err != nil {
			http.Error(w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
			return
		}
		h := w.Header()
		h.Set("Content-Type", "text/html; charset=utf-8")
		h.Set("Content-Security-Policy", bridgePolicy)
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Content-Type-Options", "nosniff")
		w.WriteHeader(status)
		_, _ = w.Write(b.Bytes())
	})
}

// pageDialect answers in pages what dialect answers in envelopes.
type pageDialect struct{ dialect }

// statuses of error pages, by the kind of the error.
var pageStatuses = map[mall.Kind]int{
	mall.Internal: http.StatusInternalServerError, mall.Invalid: http.StatusBadRequest, mall.NotFound: http.StatusNotFound,
	mall.Conflict: http.StatusConflict, mall.Denied: http.StatusForbidden, mall.Unauthenticated: http.StatusForbidden,
	mall.Limit: http.StatusTooManyRequests, mall.State: http.StatusConflict, mall.Unavailable: http.StatusServiceUnavailable,
}

// Fail shows the text of an error.
func (pageDialect) Fail(w http.ResponseWriter, r *http.Request, err error) {
	bridgePage(pageStatuses[mall.KindOf(err)], bridgeData{Title: "无法支付", Text: answer(err).text}).ServeRaw(w, r)
}

// NotFound shows that there is no such page.
func (pageDialect) NotFound(w http.ResponseWriter, r *http.Request) {
	bridgePage(http.StatusNotFound, bridgeData{Title: "无法打开", Text: "页面不存在"}).ServeRaw(w, r)
}

// MethodNotAllowed shows the same for other verbs than GET.
func (d pageDialect) MethodNotAllowed(w http.ResponseWriter, r *http.Request) { d.NotFound(w, r) }

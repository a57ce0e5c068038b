// Package manager serves the management back end documented as "综合管理系统api接口".
//
// Its parts are the dialect (token, envelope), gate.go (who may call what),
// codes.go (errors to numbers and texts), routes.go (the index, one line a
// route) and a file of thin handlers per resource; rules live in the services.
// A token is a JWT with a session row behind it, so it can be revoked at once.
//
//	err := manager.Mount(mux, manager.Deps{Auth: accounts, …}, manager.Config{Keys: keys})
package manager

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/address"
	"github.com/gomall-dev/mall/auth/captcha"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/auth/qrlogin"
	"github.com/gomall-dev/mall/auth/token"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/auth/visitor"
	"github.com/gomall-dev/mall/cart"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/cms/file"
	"github.com/gomall-dev/mall/cms/student"
	"github.com/gomall-dev/mall/cms/weather"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/httpadapter/manager/socketio"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment"
)

// Deps are the services behind the API; all are required but Calendar.
type Deps struct {
	// people
	Auth     *auth.Service
	Captcha  *captcha.Service
	Verify   *verify.Service
	Visitors *visitor.Service
	Members  *member.Service

	// goods and orders
	Addresses *address.Service
	Catalog   *catalog.Service
	Shops     *shop.Service
	Carts     *cart.Service
	Orders    *order.Service
	Payments  *payment.Service
	Files     *file.Service

	// beside the shop
	QRLogins *qrlogin.Service
	Students *student.Service
	Weather  *weather.Service

	Calendar mall.Calendar
}

// Config is what the API must know of its installation; but for Token its
// zero value works.
type Config struct {
	// Token says with which keys JWTs are signed; there is no default key.
	Token token.Config
	// Public is the base URL under which clients reach the server, without a
	// trailing slash. Cookies are marked Secure when it is https.
	Public string
	// CaptchaRequired makes logins by password need a picture code that was
	// checked before in the same cookie session, or comes along as captcha.
	CaptchaRequired bool
	// SelfRegistration opens /users/register to everybody; accounts made so
	// get the default role.
	SelfRegistration bool
	// DefaultRole is the role of new accounts; default auth.RoleStaff.
	DefaultRole string
	// Sockets bounds the connections of browsers that wait for a login by QR
	// code. Its Addr, Logger and further Origins come from the server.
	Sockets socketio.Config

	// MaxPicture is the most bytes of an uploaded picture; default 5 MB.
	MaxPicture int64
	// VIPCategory is the public id of the category whose goods are sold as
	// memberships; default DefaultVIPCategory.
	VIPCategory string
	// Provider names the payment provider; default "wxpay". AppID and Merchant
	// are the accounts there: a client that sends others is refused.
	Provider, AppID, Merchant string
	// AddressRequired refuses orders of parcels when neither the request nor the
	// buyer's address book has an address. Otherwise the buyer fetches them (自提).
	AddressRequired bool
	// DropFullCategories lets categories be deleted that still have goods, which
	// then have none; otherwise that is refused.
	DropFullCategories bool
	// CartRefusesAgain refuses to add what the cart has already; otherwise the
	// pieces add up.
	CartRefusesAgain bool
}

// DefaultVIPCategory is the public id of the VIP category in the document.
const DefaultVIPCategory = "20210827165510715"

// filled gives the defaults to what is left out.
func (c Config) filled() Config {
	if c.MaxPicture <= 0 {
		c.MaxPicture = 5 << 20
	}
	c.DefaultRole = cmp.Or(c.DefaultRole, auth.RoleStaff)
	c.VIPCategory = cmp.Or(c.VIPCategory, DefaultVIPCategory)
	c.Provider = cmp.Or(c.Provider, "wxpay")
	c.Public = strings.TrimRight(c.Public, "/")
	return c
}

// api is the receiver of all handlers.
type api struct {
	Deps
	cfg    Config
	tokens *token.Signer
	lines  []line // what is mounted
}

// prefixes are the first segments under which the API answers unknown paths.
var prefixes = []string{
	"/weather", "/upload", "/getloginlog", "/students", "/users", "/sms", "/verify", "/permission", "/role", "/menus",
	"/category", "/product", "/cart", "/order", "/pay", socketPath,
}

// Mount adds the API to a mux, at the root as documented.
func Mount(mux *endpoint.Mux, d Deps, c Config) error {
	tokens, err := token.New(c.Token)
	if err != nil {
		return err
	}
	a := &api{Deps: d, cfg: c.filled(), tokens: tokens}
	dia := dialect{auth: d.Auth, tokens: tokens}
	for _, prefix := range prefixes {
		if err := mux.Own(dia, prefix); err != nil {
			return err
		}
	}
	place := endpoint.Place{Name: "manager", Dialect: dia}
	a.lines = a.routes()
	for _, l := range a.lines {
		if err := mux.Mount(place, l.gated()); err != nil {
			return err
		}
	}
	return a.mountSockets(mux)
}

// dialect is the envelope {"status":200,"state":true,"msg":"…"} with further
// keys beside them, HTTP status 200 but for unknown paths, and the token in
// the header authorization.
type dialect struct {
	auth   *auth.Service
	tokens *token.Signer
}

var _ endpoint.Dialect = dialect{}

// Face is manager's.
func (dialect) Face() mall.Face { return mall.FaceManager }

// Absent: browser clients send the text "undefined" for what they left out.
func (dialect) Absent(text string) bool { return text == "undefined" }

// errToken is a token that is not or no longer good; clients log out.
var errToken = mall.E(mall.Unauthenticated, "manager.token", "token is not valid")

// tokenOf is the token of a request: in the header authorization, with or
// without "Bearer ", or its spelling authorzation of one route. A field token
// counts in POST requests only: a link must not be able to change anything.
func tokenOf(r *http.Request, field string) string {
	text := cmp.Or(r.Header.Get("authorization"), r.Header.Get("authorzation"))
	if text == "" && r.Method == http.MethodPost {
		text = field
	}
	return strings.TrimPrefix(text, "Bearer ")
}

// Who is the actor of the request's token.
func (d dialect) Who(ctx context.Context, r *http.Request, f endpoint.Fields, addr string) (mall.Actor, error) {
	text := tokenOf(r, f.Get("token"))
	if text == "" || d.Absent(text) {
		return mall.Actor{Face: mall.FaceManager, Addr: addr}, nil
	}
	session, err := d.tokens.Parse(text)
	if err != nil {
		return mall.Actor{}, errToken.Because(err)
	}
	who, err := d.auth.Authenticate(ctx, mall.FaceManager, session, addr)
	if errors.Is(err, mall.ErrUnauthenticated) {
		err = errToken.Because(err)
	}
	return who, err
}

// OK writes a successful answer: data's own keys, which include the
// envelope's, or the envelope alone.
func (dialect) OK(w http.ResponseWriter, _ *http.Request, data any) error {
	if data == nil {
		data = done("操作成功")
	}
	return write(w, http.StatusOK, data)
}

// Fail writes the status and the text of an error.
func (dialect) Fail(w http.ResponseWriter, _ *http.Request, err error) {
	_ = write(w, http.StatusOK, answer(err))
}

// NotFound answers unknown paths with status 404, in both senses.
func (dialect) NotFound(w http.ResponseWriter, _ *http.Request) {
	_ = write(w, http.StatusNotFound, envelope{Status: 404, Msg: "接口地址错误"})
}

// MethodNotAllowed answers wrong verbs as unknown paths.
func (d dialect) MethodNotAllowed(w http.ResponseWriter, r *http.Request) { d.NotFound(w, r) }

// envelope is the part that all answers share.
type envelope struct {
	Status int    `json:"status"`
	State  bool   `json:"state"`
	Msg    string `json:"msg"`
	Code   string `json:"code,omitempty"` // answers of the gate only: clients log out by it
}

// done is the envelope of a success.
func done(msg string) envelope { return envelope{Status: 200, State: true, Msg: msg} }

// write encodes first, so that an answer is whole or not begun.
func write(w http.ResponseWriter, status int, data any) error {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(data); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(status)
	_, err := w.Write(b.Bytes())
	return err
}

package o2o

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/payment/operator"
)

// dialect is the envelope {"code":0,"message":"请求成功","data":{…},"timestamp":…}
// with HTTP status 200 always, and the token in a field or the header token.
type dialect struct {
	auth      *auth.Service
	operators *operator.Service
	now       func() time.Time
}

var _ endpoint.Dialect = dialect{}

var (
	// errToken is a token that is missing, unknown or of another face; clients
	// start again with wx.login.
	errToken = mall.E(mall.Unauthenticated, "o2o.token", "token is not valid")
	// errOpenID is a session without a WeChat identity; clients start again too.
	errOpenID = mall.E(mall.Unauthenticated, "o2o.openid", "session has no openid")
	// errAppID is a mini program that no operating centre has.
	errAppID = mall.E(mall.NotFound, "o2o.appid", "mini program is not known")
)

// Face is o2o's.
func (dialect) Face() mall.Face { return mall.FaceO2O }

// Absent: JavaScript clients send the text "undefined" for what they left out.
func (dialect) Absent(text string) bool { return text == "undefined" }

// Who takes the field token, else the header token. The actor's operating
// centre is that of the mini program in which the session was opened, whatever
// the request says of itself. Sessions here never carry staff rights.
func (d dialect) Who(ctx context.Context, r *http.Request, f endpoint.Fields, addr string) (mall.Actor, error) {
	token := f.Get("token")
	if token == "" || d.Absent(token) {
		token = r.Header.Get("token")
	}
	if token == "" || d.Absent(token) {
		return mall.Actor{}, errToken
	}
	who, err := d.auth.Authenticate(ctx, mall.FaceO2O, token, addr)
	switch {
	case errors.Is(err, mall.ErrUnauthenticated):
		return mall.Actor{}, errToken
	case err != nil:
		return mall.Actor{}, err
	case who.OpenID == "":
		return mall.Actor{}, errOpenID
	}
	centre, err := d.operators.ByAppID(ctx, who.AppID)
	if errors.Is(err, mall.ErrNotFound) {
		return mall.Actor{}, errAppID
	}
	who.Operator = centre.ID
	return who, err
}

// envelope is the form of every answer.
type envelope struct {
	Code      int    `json:"code"`
	Message   string `json:"message"`
	Data      any    `json:"data,omitempty"`
	Timestamp int64  `json:"timestamp"` // seconds
}

// OK writes code 0. Data of a success is always an object.
func (d dialect) OK(w http.ResponseWriter, _ *http.Request, data any) error {
	if data == nil {
		data = struct{}{}
	}
	return d.write(w, envelope{Message: "请求成功", Data: data})
}

// Fail writes the code and the text of an error.
func (d dialect) Fail(w http.ResponseWriter, _ *http.Request, err error) {
	r := answer(err)
	_ = d.write(w, envelope{Code: r.code, Message: r.text})
}

// NotFound answers unknown paths with code 10000.
func (d dialect) NotFound(w http.ResponseWriter, _ *http.Request) {
	_ = d.write(w, envelope{Code: 10000, Message: "接口不存在"})
}

// MethodNotAllowed answers wrong verbs as unknown paths.
func (d dialect) MethodNotAllowed(w http.ResponseWriter, r *http.Request) { d.NotFound(w, r) }

// write encodes first, so that an answer is whole or not begun.
func (d dialect) write(w http.ResponseWriter, e envelope) error {
	e.Timestamp = d.now().Unix()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(e); err != nil {
		return err
	}
	h := w.Header()
	h.Set("Content-Type", "application/json; charset=utf-8")
	h.Set("X-Content-Type-Options", "nosniff")
	_, err := w.Write(b.Bytes())
	return err
}

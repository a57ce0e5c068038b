package wxapi

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"strconv"
	"strings"
	"sync"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

// dialect is the envelope {"code":0,"msg":"success","data":…} with HTTP status
// 200 always, and the token in an ordinary field.
type dialect struct{ auth *auth.Service }

var _ endpoint.Dialect = dialect{}

// Face is wxapi's.
func (dialect) Face() mall.Face { return mall.FaceWXAPI }

// Absent: JavaScript clients send the text "undefined" for what they left out.
func (dialect) Absent(text string) bool { return text == "undefined" }

// Who takes the field token, or, where a route's only field is a JSON text,
// the token in it.
func (d dialect) Who(ctx context.Context, _ *http.Request, f endpoint.Fields, addr string) (mall.Actor, error) {
	token := f.Get("token")
	if post := f.Get("postJsonString"); token == "" && strings.Contains(post, `"token"`) {
		var in struct {
			Token string `json:"token"`
		}
		if json.Unmarshal([]byte(post), &in) == nil {
			token = in.Token
		}
	}
	if token == "" || d.Absent(token) {
		return mall.Actor{Face: mall.FaceWXAPI, Addr: addr}, nil
	}
	return d.auth.Authenticate(ctx, mall.FaceWXAPI, token, addr)
}

// buffers are answers that were sent.
var buffers = sync.Pool{New: func() any { return new([]byte) }}

// maxBuffer is up to which size one is kept for the next.
const maxBuffer = 256 << 10

// OK writes code 0. An answer without data has no data field.
func (dialect) OK(w http.ResponseWriter, _ *http.Request, data any) error {
	return write(w, 0, "success", data)
}

// Fail writes the code and the text of an error, with a value where the
// document wants one.
func (dialect) Fail(w http.ResponseWriter, _ *http.Request, err error) {
	code, text, data := answer(err)
	if write(w, code, text, data) != nil {
		_ = write(w, code, text, nil)
	}
}

// NotFound answers unknown paths with code 404.
func (dialect) NotFound(w http.ResponseWriter, _ *http.Request) {
	_ = write(w, 404, "接口不存在", nil)
}

// MethodNotAllowed answers wrong verbs with code 404 as well.
func (dialect) MethodNotAllowed(w http.ResponseWriter, r *http.Request) {
	_ = write(w, 404, "接口不支持 "+verb(r.Method)+" 请求", nil)
}

// verb is a method's name if it is a usual one: it comes from outside.
func verb(m string) string {
	switch m {
	case http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodHead, http.MethodOptions:
		return m
	}
	return "此类"
}

// write encodes first, so that an answer is whole or not begun.
func write(w http.ResponseWriter, code int, msg string, data any) error {
	kept := buffers.Get().(*[]byte)
	defer buffers.Put(kept)
	b, err := envelope((*kept)[:0], code, msg, data)
	if err != nil {
		return err
	}
	if cap(b) <= maxBuffer {
		*kept = b
	}
	h := w.Header()
	h["Content-Type"] = jsonType
	h["X-Content-Type-Options"] = nosniff
	h.Set("Content-Length", strconv.Itoa(len(b)))
	_, err = w.Write(b)
	if errors.Is(err, http.ErrHandlerTimeout) {
		return nil
	}
	return err
}

func envelope(b []byte, code int, msg string, data any) (_ []byte, err error) {
	b = append(b, `{"code":`...)
	b = strconv.AppendInt(b, int64(code), 10)
	b = append(b, `,"msg":`...)
	if b, err = endpoint.AppendJSON(b, msg); err != nil {
		return nil, err
	}
	if data != nil {
		bare := len(b)
		b = append(b, `,"data":`...)
		if b, err = endpoint.AppendJSON(b, data); err != nil {
			return nil, err
		}
		// A typed nil is no data either.
		if string(b[bare:]) == `,"data":null` {
			b = b[:bare]
		}
	}
	return append(b, '}'), nil
}

var (
	jsonType = []string{"application/json; charset=utf-8"}
	nosniff  = []string{"nosniff"}
)

package wxapi

import (
	"bytes"
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

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

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
	b := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(b)
	b.Reset()
	b.WriteString(`{"code":`)
	b.Write(strconv.AppendInt(b.AvailableBuffer(), int64(code), 10))
	enc := json.NewEncoder(b)
	enc.SetEscapeHTML(false)
	b.WriteString(`,"msg":`)
	if err := enc.Encode(msg); err != nil {
		return err
	}
	b.Truncate(b.Len() - 1) // Encode ends with a newline
	if data != nil {
		b.WriteString(`,"data":`)
		if err := enc.Encode(data); err != nil {
			return err
		}
		b.Truncate(b.Len() - 1)
		// A typed nil is no data either.
		if s := b.Bytes(); bytes.HasSuffix(s, []byte(`,"data":null`)) {
			b.Truncate(b.Len() - len(`,"data":null`))
		}
	}
	b.WriteByte('}')
	h := w.Header()
	h["Content-Type"] = jsonType
	h["X-Content-Type-Options"] = nosniff
	_, err := w.Write(b.Bytes())
	if errors.Is(err, http.ErrHandlerTimeout) {
		return nil
	}
	return err
}

var (
	jsonType = []string{"application/json; charset=utf-8"}
	nosniff  = []string{"nosniff"}
)

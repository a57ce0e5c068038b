package endpoint

import (
	"encoding/json"
	"errors"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

var (
	// ErrRequired says that a field is missing; its argument names it.
	ErrRequired = mall.E(mall.Invalid, "endpoint.required", "missing field")
	// ErrTooLong says that a field's text is over the limit; its argument names it.
	ErrTooLong = mall.E(mall.Invalid, "endpoint.too_long", "text too long in field")
	// ErrText says that a field holds NUL or is no valid UTF-8; its argument names it.
	ErrText = mall.E(mall.Invalid, "endpoint.text", "not plain text in field")
	// ErrTooMany says that a request has more fields than any route takes.
	ErrTooMany = mall.E(mall.Invalid, "endpoint.too_many", "too many fields")
	// ErrBody says that the body cannot be read as what its type says.
	ErrBody = mall.E(mall.Invalid, "endpoint.body", "request body cannot be read")
	// ErrTooLarge says that the body is over the limit.
	ErrTooLarge = mall.E(mall.Invalid, "endpoint.too_large", "request body too large")
)

// Limits bound what one request may bring. A zero number means its default.
type Limits struct {
	Body   int64 // bytes of a body without files; 1 MiB
	Upload int64 // bytes of a body on routes that take a file; 10 MiB
	Field  int   // bytes of one field's text; 64 KiB
	Fields int   // fields of a request; 100
}

func (l Limits) withDefaults() Limits {
	def := func(n *int64, d int64) {
		if *n <= 0 {
			*n = d
		}
	}
	def(&l.Body, 1<<20)
	def(&l.Upload, 10<<20)
	if l.Field <= 0 {
		l.Field = 64 << 10
	}
	if l.Fields <= 0 {
		l.Fields = 100
	}
	return l
}

// Fields are the fields of a request in the order they came, body before query.
type Fields []Field

// Field is one field with its decoded text.
type Field struct{ Name, Text string }

// Get is the text of the first field of that name, empty if there is none.
func (f Fields) Get(name string) string {
	for i := range f {
		if f[i].Name == name {
			return f[i].Text
		}
	}
	return ""
}

// source is what a request struct is bound from.
type source struct {
	fields Fields
	files  map[string][]*multipart.FileHeader
	absent func(string) bool
}

// read takes the fields of a request: body first (form, multipart, or the
// top level of a JSON object), then query. The request's form state is only
// used for multipart bodies; the caller removes their temporary files.
func read(r *http.Request, l Limits, upload bool) (Fields, error) {
	f := make(Fields, 0, 12)
	var err error
	if r.Body != nil && r.Body != http.NoBody && r.ContentLength != 0 {
		if f, err = readBody(f, r, l, upload); err != nil {
			return nil, err
		}
	}
	if f, err = parseForm(f, r.URL.RawQuery, l); err != nil {
		return nil, err
	}
	for i := range f {
		switch t := f[i].Text; {
		case len(t) > l.Field:
			return nil, ErrTooLong.With(nameOf(f[i].Name))
		case strings.IndexByte(t, 0) >= 0 || !utf8.ValidString(t):
			return nil, ErrText.With(nameOf(f[i].Name))
		}
	}
	return f, nil
}

func readBody(f Fields, r *http.Request, l Limits, upload bool) (Fields, error) {
	limit := l.Body
	if upload {
		limit = l.Upload
	}
	r.Body = http.MaxBytesReader(nil, r.Body, limit)
	typ, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil {
		typ = "application/x-www-form-urlencoded"
	}
	switch typ {
	case "multipart/form-data":
		if err := r.ParseMultipartForm(min(limit, 1<<20)); err != nil {
			return nil, bodyError(err)
		}
		for name, vs := range r.MultipartForm.Value {
			if len(f) >= l.Fields {
				return nil, ErrTooMany
			}
			f = append(f, Field{name, vs[0]})
		}
		return f, nil
	case "application/json":
		return readJSON(f, r, l)
	}
	b, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, bodyError(err)
	}
	return parseForm(f, string(b), l)
}

func readJSON(f Fields, r *http.Request, l Limits) (Fields, error) {
	var top map[string]json.RawMessage
	if err := json.NewDecoder(r.Body).Decode(&top); err != nil && !errors.Is(err, io.EOF) {
		return nil, bodyError(err)
	}
	for name, v := range top {
		if len(f) >= l.Fields {
			return nil, ErrTooMany
		}
		text := string(v)
		if len(v) > 0 && v[0] == '"' {
			if err := json.Unmarshal(v, &text); err != nil {
				return nil, bodyError(err)
			}
		} else if text == "null" {
			continue
		}
		f = append(f, Field{name, text})
	}
	return f, nil
}

func bodyError(err error) error {
	if tooLarge, ok := errors.AsType[*http.MaxBytesError](err); ok {
		return ErrTooLarge.With(tooLarge.Limit)
	}
	return ErrBody.Because(err)
}

// parseForm appends the fields of an urlencoded text. Texts without escapes
// are cut from it, not copied.
func parseForm(f Fields, raw string, l Limits) (Fields, error) {
	for raw != "" {
		var pair string
		pair, raw, _ = strings.Cut(raw, "&")
		if pair == "" {
			continue
		}
		if len(f) >= l.Fields {
			return nil, ErrTooMany
		}
		name, text, _ := strings.Cut(pair, "=")
		name, err := unescape(name)
		if err != nil {
			return nil, ErrBody.Because(err)
		}
		if text, err = unescape(text); err != nil {
			return nil, ErrInvalid(name)
		}
		f = append(f, Field{name, text})
	}
	return f, nil
}

func unescape(s string) (string, error) {
	if strings.IndexByte(s, '%') < 0 && strings.IndexByte(s, '+') < 0 {
		return s, nil
	}
	return url.QueryUnescape(s)
}

// ErrInvalid is mall.ErrInvalid for a field.
func ErrInvalid(field string) error { return mall.ErrInvalid.With(nameOf(field)) }

// nameOf makes a field's name printable: names come from outside too.
func nameOf(name string) string {
	if len(name) > 40 {
		name = name[:40]
	}
	return strings.ReplaceAll(strings.ToValidUTF8(name, "?"), "\x00", "?")
}

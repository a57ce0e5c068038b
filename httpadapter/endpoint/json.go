package endpoint

import (
	"bytes"
	"encoding"
	"encoding/json"
	"math"
	"reflect"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"
)

// AppendJSON appends v as encoding/json writes it without escaping HTML. Lists
// of structs with hundreds of fields are what dialects answer most, and there
// it takes a third of the time: the form of a type is looked up once, and
// values with a form of their own (JSONAppender) are written in place. What it
// does not know it leaves to encoding/json.
func AppendJSON(b []byte, v any) ([]byte, error) {
	if v == nil {
		return append(b, "null"...), nil
	}
	rv := reflect.ValueOf(v)
	return encoderOf(rv.Type())(b, rv)
}

// JSONAppender is a value that appends its own JSON, by a method of the value,
// not of a pointer to it. Its MarshalJSON gives the same.
type JSONAppender interface {
	AppendJSON(b []byte) []byte
}

type encoder func(b []byte, v reflect.Value) ([]byte, error)

var encoders sync.Map // reflect.Type → encoder

func encoderOf(t reflect.Type) encoder {
	if known, ok := encoders.Load(t); ok {
		return known.(encoder)
	}
	e := newEncoder(t)
	encoders.Store(t, e)
	return e
}

var (
	appenderType  = reflect.TypeFor[JSONAppender]()
	marshalerType = reflect.TypeFor[json.Marshaler]()
	textType      = reflect.TypeFor[encoding.TextMarshaler]()
)

func newEncoder(t reflect.Type) encoder {
	p := reflect.PointerTo(t)
	switch {
	case t.Kind() == reflect.Pointer:
		return appendPointer
	case t.Implements(appenderType):
		return appendOwn
	case p.Implements(marshalerType) || p.Implements(textType):
		return appendOther
	}
	switch t.Kind() {
	case reflect.Bool:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendBool(b, v.Bool()), nil }
	case reflect.Int, reflect.Int8, reflect.Int16, reflect.Int32, reflect.Int64:
		return func(b []byte, v reflect.Value) ([]byte, error) { return strconv.AppendInt(b, v.Int(), 10), nil }
	case reflect.Float64:
		return appendFloat
	case reflect.String:
		return appendText
	case reflect.Slice:
		if t.Elem().Kind() != reflect.Uint8 {
			return appendSlice
		}
	case reflect.Struct:
		return structEncoder(t)
	}
	return appendOther
}

// appendOther leaves a value to encoding/json, in the same form.
func appendOther(b []byte, v reflect.Value) ([]byte, error) {
	if v.CanAddr() {
		v = v.Addr() // as methods of pointers count there too
	}
	buf := bytes.NewBuffer(b)
	enc := json.NewEncoder(buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(v.Interface()); err != nil {
		return b, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

func appendOwn(b []byte, v reflect.Value) ([]byte, error) {
	if v.CanAddr() {
		v = v.Addr() // a pointer in an interface is not copied to the heap
	}
	return v.Interface().(JSONAppender).AppendJSON(b), nil
}

func appendPointer(b []byte, v reflect.Value) ([]byte, error) {
	if v.IsNil() {
		return append(b, "null"...), nil
	}
	return encoderOf(v.Type().Elem())(b, v.Elem())
}

func appendSlice(b []byte, v reflect.Value) (_ []byte, err error) {
	if v.IsNil() {
		return append(b, "null"...), nil
	}
	b = append(b, '[')
	e := encoderOf(v.Type().Elem())
	for i := range v.Len() {
		if i > 0 {
			b = append(b, ',')
		}
		if b, err = e(b, v.Index(i)); err != nil {
			return b, err
		}
	}
	return append(b, ']'), nil
}

// appendFloat writes whole numbers, which most are.
func appendFloat(b []byte, v reflect.Value) ([]byte, error) {
	f := v.Float()
	if f != math.Trunc(f) || math.Abs(f) >= 1e15 || f == 0 && math.Signbit(f) {
		return appendOther(b, v)
	}
	return strconv.AppendInt(b, int64(f), 10), nil
}

// appendText writes texts in which nothing is to be escaped.
func appendText(b []byte, v reflect.Value) ([]byte, error) {
	s := v.String()
	plain := true
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c < ' ', c == '"', c == '\\':
			return appendOther(b, v)
		case c >= utf8.RuneSelf:
			plain = false
		}
	}
	// The line separators of JavaScript are escaped, broken characters replaced.
	if !plain && (!utf8.ValidString(s) || strings.Contains(s, "\u2028") || strings.Contains(s, "\u2029")) {
		return appendOther(b, v)
	}
	b = append(b, '"')
	b = append(b, s...)
	return append(b, '"'), nil
}

// member is a field of a struct.
type member struct {
	key   string // `"name":`
	at    int
	empty bool // left out when it is empty
	typ   reflect.Type
}

// structEncoder knows fields with a name and omitempty. Embedded structs and
// the other options are encoding/json's.
func structEncoder(t reflect.Type) encoder {
	var ms []member
	seen := map[string]bool{}
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		switch {
		case f.Anonymous:
			return appendOther
		case !f.IsExported() || name == "-" && options == "":
			continue
		case name == "":
			name = f.Name
		}
		if seen[name] || options != "" && options != "omitempty" || strings.Trim(name, letters) != "" {
			return appendOther
		}
		seen[name] = true
		ms = append(ms, member{key: `"` + name + `":`, at: i, empty: options != "", typ: f.Type})
	}
	var once sync.Once // not before the first use: types may hold themselves
	encs := make([]encoder, len(ms))
	return func(b []byte, v reflect.Value) (_ []byte, err error) {
		once.Do(func() {
			for i, m := range ms {
				encs[i] = encoderOf(m.typ)
			}
		})
		b = append(b, '{')
		first := true
		for i, m := range ms {
			f := v.Field(m.at)
			if m.empty && isEmpty(f) {
				continue
			}
			if !first {
				b = append(b, ',')
			}
			first = false
			b = append(b, m.key...)
			if b, err = encs[i](b, f); err != nil {
				return b, err
			}
		}
		return append(b, '}'), nil
	}
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// isEmpty is what omitempty means.
func isEmpty(v reflect.Value) bool {
	switch v.Kind() {
	case reflect.Slice, reflect.Map, reflect.String, reflect.Array:
		return v.Len() == 0
	case reflect.Struct:
		return false
	}
	return v.IsZero()
}

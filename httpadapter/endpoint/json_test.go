package endpoint_test

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"reflect"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

// cents has a JSON of its own.
type cents int64

func (c cents) AppendJSON(b []byte) []byte {
	return strconv.AppendFloat(b, float64(c)/100, 'f', -1, 64)
}
func (c cents) MarshalJSON() ([]byte, error) { return c.AppendJSON(nil), nil }

// loud is encoding/json's.
type loud string

func (l *loud) MarshalJSON() ([]byte, error) { return json.Marshal("!" + string(*l)) }

type inner struct {
	Name  string `json:"name,omitempty"`
	Price cents  `json:"price"`
	Again *inner `json:"again,omitempty"`
	List  []inner
}

type embedding struct {
	inner
	More int `json:"more"`
}

// odd and odder are encoding/json's for their tags.
type odd struct {
	Quoted int `json:"quoted,string"`
}

type odder struct {
	Name int `json:"a<b"`
}

type everything struct {
	Text     string            `json:"text"`
	Int      int               `json:"int"`
	Small    int8              `json:"small"`
	Flag     bool              `json:"flag,omitempty"`
	Float    float64           `json:"float"`
	Maybe    *float64          `json:"maybe"`
	Price    *cents            `json:"price,omitempty"`
	Prices   []cents           `json:"prices"`
	Names    []string          `json:"names,omitempty"`
	Inner    inner             `json:"inner"`
	Inners   []inner           `json:"inners"`
	Embed    embedding         `json:"embed"`
	Map      map[string]string `json:"map,omitempty"`
	Any      any               `json:"any"`
	Raw      json.RawMessage   `json:"raw,omitempty"`
	Bytes    []byte            `json:"bytes"`
	Loud     loud              `json:"loud"`
	At       time.Time         `json:"at"`
	Odd      odd               `json:"odd"`
	Odder    odder             `json:"odder"`
	Hidden   int               `json:"-"`
	Untagged int
	own      int
}

var texts = []string{"", "plain", "纯棉T恤 👕", `a"b`, `\`, "\n\t\x01", "<a href='x'>&", "\u2028", "\u2029x", "\xff\xfe", "\x7f", "\ufffd"}

func fill(r *rand.Rand, v reflect.Value, depth int) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(texts[r.IntN(len(texts))] + texts[r.IntN(len(texts))])
	case reflect.Int, reflect.Int64, reflect.Int8:
		v.SetInt([]int64{0, 7, -1, math.MaxInt8, math.MinInt8}[r.IntN(5)])
		if v.Kind() != reflect.Int8 && r.IntN(3) == 0 {
			v.SetInt([]int64{math.MaxInt64, math.MinInt64, 12345}[r.IntN(3)])
		}
	case reflect.Float64:
		v.SetFloat([]float64{0, math.Copysign(0, -1), 1, -2.5, 1e15, 1e21, 1e-7, 999999, 30.123456789}[r.IntN(9)])
	case reflect.Bool:
		v.SetBool(r.IntN(2) == 1)
	case reflect.Pointer:
		if depth > 0 && r.IntN(2) == 1 {
			v.Set(reflect.New(v.Type().Elem()))
			fill(r, v.Elem(), depth-1)
		}
	case reflect.Slice:
		if v.Type() == reflect.TypeFor[json.RawMessage]() {
			v.Set(reflect.ValueOf(json.RawMessage(`{"a":[1,"<"]}`)))
			return
		}
		if depth == 0 || r.IntN(4) == 0 {
			return
		}
		v.Set(reflect.MakeSlice(v.Type(), r.IntN(3), 3))
		for i := range v.Len() {
			if v.Index(i).Kind() != reflect.Uint8 {
				fill(r, v.Index(i), depth-1)
			}
		}
	case reflect.Map:
		if r.IntN(2) == 1 {
			v.Set(reflect.ValueOf(map[string]string{"<": texts[r.IntN(len(texts))]}))
		}
	case reflect.Interface:
		v.Set(reflect.ValueOf([]any{texts[r.IntN(len(texts))], cents(12), inner{Name: "<"}, 3}[r.IntN(4)]))
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.UnixMilli(r.Int64N(1e12)).UTC()))
			return
		}
		for i := range v.NumField() {
			if v.Field(i).CanSet() {
				fill(r, v.Field(i), depth-1)
			}
		}
	}
}

func plainJSON(t *testing.T, v any) string {
	t.Helper()
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	require.NoError(t, enc.Encode(v))
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n")))
}

// AppendJSON writes what encoding/json writes, byte for byte.
func TestAppendJSON(t *testing.T) {
	t.Parallel()
	r := rand.New(rand.NewPCG(1, 2))
	for range 500 {
		var v everything
		v.own = 1
		fill(r, reflect.ValueOf(&v).Elem(), 4)
		for _, of := range []any{&v, v, []everything{v}, &[]*everything{nil, &v}, map[string]any{"x": v}, v.Any, v.Prices} {
			b, err := endpoint.AppendJSON([]byte("before"), of)
			require.NoError(t, err)
			require.Equal(t, "before"+plainJSON(t, of), string(b))
		}
	}
	for _, of := range []any{nil, (*everything)(nil), []int(nil), "", cents(-5)} {
		b, err := endpoint.AppendJSON(nil, of)
		require.NoError(t, err)
		require.Equal(t, plainJSON(t, of), string(b))
	}
	_, err := endpoint.AppendJSON(nil, math.NaN())
	require.Error(t, err)
	_, err = endpoint.AppendJSON(nil, struct{ F []func() }{make([]func(), 1)})
	require.Error(t, err)
}

func FuzzAppendJSONText(f *testing.F) {
	for _, text := range texts {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		b, err := endpoint.AppendJSON(nil, text)
		require.NoError(t, err)
		require.Equal(t, plainJSON(t, text), string(b))
	})
}

package endpoint_test

import (
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

type pageIn struct {
	Page int64 `in:"page"`
}

type bindIn struct {
	pageIn
	ID     mall.ID     `in:"id,required"`
	Name   string      `in:"name"`
	On     bool        `in:"on"`
	Maybe  *bool       `in:"maybe"`
	Count  *int64      `in:"count"`
	Small  int         `in:"small"`
	Price  mall.Money  `in:"price"`
	Most   *mall.Money `in:"most"`
	Lat    *float64    `in:"lat"`
	IDs    []mall.ID   `in:"ids"`
	Keys   []string    `in:"keys"`
	Things []thing     `in:"things,json"`
	Other  map[string]string
}

type thing struct {
	Goods int64  `json:"goodsId"`
	Note  string `json:"note"`
}

func absent(s string) bool { return s == "undefined" }

func fields(pairs ...string) endpoint.Fields {
	var f endpoint.Fields
	for i := 0; i < len(pairs); i += 2 {
		f = append(f, endpoint.Field{Name: pairs[i], Text: pairs[i+1]})
	}
	return f
}

func TestBind(t *testing.T) {
	t.Parallel()
	var in bindIn
	err := endpoint.Bind(&in, fields("id", "7", "page", "3", "name", "红", "on", "1", "maybe", "false", "count", "-4", "small", "2",
		"price", "12.3", "most", "0.01", "lat", "-30.25", "ids", "1,,2", "keys", "a,b", "things", `[{"goodsId":5,"note":"x"}]`), absent)
	require.NoError(t, err)
	require.Equal(t, mall.ID(7), in.ID)
	require.Equal(t, int64(3), in.Page)
	require.Equal(t, "红", in.Name)
	require.True(t, in.On)
	require.False(t, *in.Maybe)
	require.Equal(t, int64(-4), *in.Count)
	require.Equal(t, 2, in.Small)
	require.Equal(t, mall.Money(1230), in.Price)
	require.Equal(t, mall.Money(1), *in.Most)
	require.InDelta(t, -30.25, *in.Lat, 0)
	require.Equal(t, []mall.ID{1, 2}, in.IDs)
	require.Equal(t, []string{"a", "b"}, in.Keys)
	require.Equal(t, []thing{{5, "x"}}, in.Things)
}

func TestBindAbsent(t *testing.T) {
	t.Parallel()
	var in bindIn
	require.NoError(t, endpoint.Bind(&in, fields("id", "1", "page", "undefined", "count", "", "things", "undefined"), absent))
	require.Equal(t, bindIn{ID: 1}, in)
	require.ErrorIs(t, endpoint.Bind(&in, fields("id", "undefined"), absent), endpoint.ErrRequired)
}

func TestBindRefuses(t *testing.T) {
	t.Parallel()
	for _, pair := range [][2]string{
		{"page", "1e3"}, {"page", "+1"}, {"page", " 1"}, {"page", "1.0"}, {"page", "9223372036854775808"}, {"page", "0x1"}, {"page", "1_0"}, {"page", "１"}, {"page", "NaN"},
		{"on", "yes"}, {"price", "1e3"}, {"price", "-1"}, {"price", "1.234"}, {"most", "NaN"}, {"lat", "NaN"}, {"lat", "1e308"}, {"lat", "Inf"}, {"lat", "1.2.3"},
		{"ids", "1,x"}, {"ids", "1,undefined"}, {"things", "["}, {"things", `[{"goodsId":1e3}]`}, {"things", `[{"goodsId":"1"}]`}, {"things", `[{"note":"\u0000"}]`},
	} {
		var in bindIn
		err := endpoint.Bind(&in, fields("id", "1", pair[0], pair[1]), absent)
		require.ErrorIs(t, err, mall.ErrInvalid, "%v", pair)
		require.Contains(t, err.Error(), pair[0])
	}
}

func TestBindPlans(t *testing.T) {
	t.Parallel()
	require.ErrorContains(t, endpoint.Bind(&struct {
		X chan int `in:"x"`
	}{}, nil, absent), "cannot be bound")
	require.ErrorContains(t, endpoint.Bind(&struct {
		X int `in:"x,maybe"`
	}{}, nil, absent), "unknown option")
	require.ErrorContains(t, endpoint.Bind(&struct {
		x int `in:"x"`
	}{}, nil, absent), "not exported")
	require.Error(t, endpoint.Bind(bindIn{}, nil, absent))
}

func FuzzBind(f *testing.F) {
	for _, s := range []string{"", "1", "1,2", "undefined", `[{"goodsId":1}]`, "12.34", "true", "\x00", "9223372036854775807"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		for _, name := range []string{"page", "name", "on", "maybe", "count", "small", "price", "most", "lat", "ids", "keys", "things"} {
			var in bindIn
			err := endpoint.Bind(&in, fields("id", "1", name, s), absent)
			if err != nil {
				require.Equal(t, mall.Invalid, mall.KindOf(err), "%s=%q", name, s)
				continue
			}
			require.GreaterOrEqual(t, in.Price, mall.Money(0))
			if name == "page" && s != "" && !absent(s) {
				require.LessOrEqual(t, len(strings.TrimLeft(s, "-0")), 19)
			}
		}
	})
}

func BenchmarkBind(b *testing.B) {
	f := fields("page", "3", "pageSize", "20", "categoryId", "11", "orderBy", "priceUp", "id", "4")
	b.ReportAllocs()
	for b.Loop() {
		var in bindIn
		if err := endpoint.Bind(&in, f, absent); err != nil {
			b.Fatal(err)
		}
	}
}

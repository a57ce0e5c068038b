package wxapi

import (
	"encoding/json"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/order"
)

// TestOrderStates: every phase has a number, every number that clients filter
// by has phases, and closed phases are closed on the wire.
func TestOrderStates(t *testing.T) {
	t.Parallel()
	for _, p := range order.Phases() {
		s, ok := orderStates[p]
		require.True(t, ok, "%s", p)
		require.Equal(t, p.Over(), s.status == -1, "%s", p)
		require.NotEmpty(t, s.text)
	}
	for status := int64(-1); status <= 4; status++ {
		require.NotEmpty(t, orderPhases(status), "%d", status)
	}
	require.NotNil(t, orderPhases(9))
	require.Empty(t, orderPhases(9), "a number that is no status matches nothing")
}

func TestAmountsThatClientsMultiply(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]mall.Money{"9.990000000000002": 999, "3.3000000000000003": 330, "0": 0, "29.9": 2990, "1e2": 10000} {
		m, err := product(text)
		require.NoError(t, err, text)
		require.Equal(t, want, *m, text)
	}
	none, err := product("")
	require.NoError(t, err)
	require.Nil(t, none)
	for _, text := range []string{"-1", "NaN", "Inf", "x", "1e300", "0x1p-2x"} {
		_, err := product(text)
		require.Error(t, err, text)
	}
}

func TestLooseNumbers(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]loose{`5`: 5, `"5"`: 5, `""`: 0, `null`: 0, `"undefined"`: 0, `-1`: -1} {
		var n loose
		require.NoError(t, json.Unmarshal([]byte(text), &n), text)
		require.Equal(t, want, n, text)
	}
	for _, text := range []string{`1.5`, `1e99`, `"x"`, `[]`, `{}`, `true`, `"1.0"`} {
		var n loose
		require.Error(t, json.Unmarshal([]byte(text), &n), text)
	}
}

func TestPlaceInputOfAnOrder(t *testing.T) {
	t.Parallel()
	a := &api{Deps: Deps{Regions: geo.Default()}}
	var in orderCreateIn
	err := endpoint.Bind(&in, endpoint.Fields{{Name: "goodsJsonStr", Text: `[{"goodsId":1,"number":2,"propertyChildIds":",1:11,2:21","inviter_id":"undefined","goodsAdditionList":[{"pid":3,"id":4}]}]`},
		{Name: "provinceId", Text: "330000000000"}, {Name: "deductionScore", Text: "-1"}, {Name: "couponId", Text: "7,8"}, {Name: "filterShopId", Text: "0"}}, nil)
	require.NoError(t, err)
	out, err := a.place(in)
	require.NoError(t, err)
	require.Equal(t, []order.WantLine{{Goods: 1, Options: "1:11,2:21", Qty: 2, Addons: []mall.ID{4}}}, out.Lines)
	require.Equal(t, "浙江省", out.Address.ProvinceName)
	require.Equal(t, []string{"coupon:7", "coupon:8"}, out.Offers)
	require.Equal(t, mall.ID(0), *out.ShopFilter)
	for name, value := range map[string]string{"peisongType": "drone", "kjid": "5", "extJsonStr": `"text"`} {
		bad := orderCreateIn{}
		require.NoError(t, endpoint.Bind(&bad, endpoint.Fields{{Name: "goodsJsonStr", Text: "[]"}, {Name: name, Text: value}}, nil))
		_, err := a.place(bad)
		require.ErrorIs(t, err, mall.ErrInvalid, name)
	}
}

// FuzzGoodsJSON: whatever stands in goodsJsonStr is refused or becomes lines
// whose numbers are in range, without a panic.
func FuzzGoodsJSON(f *testing.F) {
	for _, seed := range []string{`[{"goodsId":1,"number":2,"propertyChildIds":"1:11,"}]`, `[]`, `null`, `[null]`, `{`, `[{"goodsId":1e99}]`, `[{"number":"9223372036854775807"}]`, `[[[[`, `[{"goodsAdditionList":[{"id":"1"}]}]`} {
		f.Add(seed)
	}
	a := &api{Deps: Deps{Regions: geo.Default()}}
	f.Fuzz(func(t *testing.T, text string) {
		var in orderCreateIn
		if endpoint.Bind(&in, endpoint.Fields{{Name: "goodsJsonStr", Text: text}}, nil) != nil {
			return
		}
		out, err := a.place(in)
		require.NoError(t, err)
		require.Len(t, out.Lines, len(in.Goods))
		for _, l := range out.Lines {
			require.Less(t, l.Qty, int64(math.MaxInt64/2))
		}
	})
}

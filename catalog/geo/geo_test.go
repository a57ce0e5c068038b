package geo_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall/catalog/geo"
)

func ExampleRegions_Path() {
	for _, r := range geo.Default().Path("330106000000") {
		fmt.Println(r.Level, r.Code, r.Name, r.First, r.Jianpin)
	}
	// Output:
	// 1 330000000000 浙江省 Z zjs
	// 2 330100000000 杭州市 H hzs
	// 3 330106000000 西湖区 X xhq
}

func ExampleDistance() {
	hangzhou, _ := geo.Default().Find("3301")
	shanghai, _ := geo.Default().Find("3101")
	fmt.Printf("%.0f km\n", geo.Distance(hangzhou.Lat, hangzhou.Lng, shanghai.Lat, shanghai.Lng)/1000)
	// Output: 163 km
}

func TestTableIsATree(t *testing.T) {
	t.Parallel()
	r := geo.Default()
	require.Len(t, r.Provinces(), 34)
	require.Len(t, r.Cities(), 369)
	require.Len(t, r.Districts(), 3479)
	seen := map[string]bool{}
	for level, list := range [][]geo.Region{nil, r.Provinces(), r.Cities(), r.Districts()} {
		for _, g := range list {
			require.Equal(t, level, g.Level, g.Name)
			require.Len(t, g.Code, 12)
			require.False(t, seen[g.Code], "%s twice", g.Code)
			seen[g.Code] = true
			require.NotEmpty(t, g.Name)
			require.Equal(t, strings.ToUpper(g.Jianpin[:1]), g.First)
			require.Regexp(t, `^[a-z]+$`, g.Pinyin)
			parent, ok := r.Find(g.Parent)
			require.Equal(t, level > 1, ok, "parent of %s", g.Name)
			require.Equal(t, level-1, parent.Level)
			require.Len(t, r.Path(g.Code), level)
			require.True(t, g.Lng > 73 && g.Lng < 136 && g.Lat > 3 && g.Lat < 54, "centre of %s %s: %v %v", g.Code, g.Name, g.Lng, g.Lat)
		}
	}
	children := 0
	for _, p := range r.Provinces() {
		for _, c := range r.Children(p.Code) {
			require.Equal(t, p.Code, c.Parent)
			children += 1 + len(r.Children(c.Code))
		}
	}
	require.Equal(t, 369+3479, children)
}

func TestFirstLetters(t *testing.T) {
	t.Parallel()
	for code, want := range map[string]string{
		"500000": "C cq", "430100": "C cs", "350200": "X xm", "340100": "H hf", "341500": "L la", "610000": "S sx",
		"330382": "Y yq", "130726": "Y yx", "141000": "L lf", "420116": "H hp", "140428": "Z zz", "510100": "C cd",
		"653100": "K ks", "371722": "S sx", "310112": "M mh",
	} {
		g, ok := geo.Default().Find(code)
		require.True(t, ok, code)
		require.Equal(t, want, g.First+" "+g.Jianpin[:2], g.Name)
	}
}

func TestCodesInAllForms(t *testing.T) {
	t.Parallel()
	r := geo.Default()
	for _, code := range []string{"33", "330000", "330000000000"} {
		g, ok := r.Find(code)
		require.True(t, ok)
		require.Equal(t, "浙江省", g.Name)
		require.Len(t, r.Children(code), 11)
	}
	for _, code := range []string{"", "0", "99", "3301060000001", "'; DROP", "33010600000é", "999999999999"} {
		_, ok := r.Find(code)
		require.False(t, ok, code)
		require.Empty(t, r.Path(code))
	}
	require.Empty(t, r.Children("330106"), "districts have no children")
	require.Empty(t, r.Children("0"))
	require.Equal(t, "330106", geo.Short("330106000000"))
}

func TestNearest(t *testing.T) {
	t.Parallel()
	for name, at := range map[string][2]float64{"杭州市": {30.25, 120.16}, "成都市": {30.66, 104.06}, "厦门市": {24.48, 118.09}} {
		g, ok := geo.Default().Nearest(geo.City, at[0], at[1])
		require.True(t, ok)
		require.Equal(t, name, g.Name)
	}
}

func TestDistance(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lat, lng := rapid.Float64Range(-90, 90), rapid.Float64Range(-180, 180)
		a, b, c, d := lat.Draw(t, "a"), lng.Draw(t, "b"), lat.Draw(t, "c"), lng.Draw(t, "d")
		m := geo.Distance(a, b, c, d)
		require.InDelta(t, m, geo.Distance(c, d, a, b), 1e-6, "symmetric")
		require.GreaterOrEqual(t, m, 0.0)
		require.LessOrEqual(t, m, 20_015_200.0, "half the globe")
		require.Zero(t, geo.Distance(a, b, a, b))
	})
	require.InDelta(t, 111_195, geo.Distance(30, 120, 31, 120), 1)
}

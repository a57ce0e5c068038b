package geo_test

import (
	"context"
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
)

func ExampleRegions_Locate() {
	at, err := geo.Default().Locate(context.Background(), 30.2590, 120.1300)
	fmt.Println(at.Name, at.Code, err)
	_, err = geo.Default().Locate(context.Background(), 48.8584, 2.2945)
	fmt.Println(err)
	// Output:
	// 西湖区 330106000000 <nil>
	// no region of China at this point
}

func TestLocate(t *testing.T) {
	t.Parallel()
	r := geo.Default()
	for want, at := range map[string][2]float64{
		"北京市 东城区": {39.9042, 116.4074}, "上海市 黄浦区": {31.2304, 121.4737}, "广州市 越秀区": {23.1291, 113.2644}, "深圳市 南山区": {22.5333, 113.9300},
		"成都市 锦江区": {30.6550, 104.0830}, "西安市 碑林区": {34.2530, 108.9480}, "拉萨市 城关区": {29.6520, 91.1720}, "喀什地区 喀什市": {39.4704, 75.9898},
		"三亚市 吉阳区": {18.2700, 109.5500}, "海西蒙古族藏族自治州 格尔木市": {36.4030, 94.9030}, "重庆市 渝中区": {29.5560, 106.5700},
		"香港岛 中西区": {22.2830, 114.1500}, "杭州市 余杭区": {30.3000, 119.9800}, "厦门市 思明区": {24.4450, 118.0820},
	} {
		g, err := r.Locate(t.Context(), at[0], at[1])
		require.NoError(t, err, want)
		path := r.Path(g.Code)
		require.Len(t, path, 3, want)
		require.Equal(t, want, path[1].Name+" "+path[2].Name)
	}
	for name, at := range map[string][2]float64{
		"Tokyo": {35.68, 139.69}, "Seoul": {37.57, 126.98}, "Hanoi": {21.03, 105.85}, "Ulaanbaatar": {47.92, 106.92}, "Vladivostok": {43.12, 131.89},
		"Delhi": {28.61, 77.21}, "the Gulf of Guinea": {0, 0}, "open sea": {30, 126}, "north pole": {90, 0}, "antimeridian": {0, 180},
	} {
		_, err := r.Locate(t.Context(), at[0], at[1])
		require.ErrorIs(t, err, geo.ErrOutside, name)
	}
	for _, at := range [][2]float64{{math.NaN(), 120}, {30, math.NaN()}, {91, 120}, {30, 181}, {-90.1, 0}, {30, math.Inf(1)}} {
		_, err := r.Locate(t.Context(), at[0], at[1])
		require.ErrorIs(t, err, mall.ErrInvalid, "%v", at)
	}
}

// TestCentresLieInTheirRegions holds borders and centres, which come from
// different tables, against each other.
func TestCentresLieInTheirRegions(t *testing.T) {
	t.Parallel()
	r, checked, wrong := geo.Default(), 0, 0
	for _, g := range r.Districts() {
		city, _ := r.Find(g.Parent)
		if g.Lat == city.Lat && g.Lng == city.Lng {
			continue // has no centre of its own
		}
		found, err := r.Locate(t.Context(), g.Lat, g.Lng)
		require.NoError(t, err, g.Name)
		checked++
		if found.Parent != g.Parent {
			wrong++
		}
	}
	require.Greater(t, checked, 2500)
	require.Less(t, wrong, checked/50, "centres that lie in another city")
}

func TestEveryPlaceAroundIsInASpan(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lat := rapid.OneOf(rapid.Float64Range(-90, 90), rapid.SampledFrom([]float64{90, -90, 89.999, 0, 30.25})).Draw(t, "lat")
		lng := rapid.OneOf(rapid.Float64Range(-180, 180), rapid.SampledFrom([]float64{180, -180, 179.999, 0, 120.15})).Draw(t, "lng")
		radius := math.Pow(10, rapid.Float64Range(0, 7.5).Draw(t, "log radius"))
		spans := geo.Around(lat, lng, radius)
		require.LessOrEqual(t, len(spans), 256)
		for i, s := range spans {
			require.LessOrEqual(t, s.From, s.To)
			require.True(t, i == 0 || spans[i-1].To < s.From, "in order, without overlap")
		}
		// A point somewhere in the circle, made by walking from its centre.
		way, turn := radius*rapid.Float64Range(0, 1).Draw(t, "way"), rapid.Float64Range(0, 2*math.Pi).Draw(t, "turn")
		la, ln := walk(lat, lng, way, turn)
		if geo.Distance(lat, lng, la, ln) > radius {
			return // rounding carried it over the edge
		}
		cell, in := geo.Cell(la, ln), false
		for _, s := range spans {
			in = in || cell >= s.From && cell <= s.To
		}
		require.True(t, in, "%v,%v lies around %v,%v within %v m", la, ln, lat, lng, radius)
	})
}

// TestSpansHoldLittleElse: what is read and left out again is a small part.
func TestSpansHoldLittleElse(t *testing.T) {
	t.Parallel()
	for _, radius := range []float64{20_000, 100_000, 512_000} {
		cells := 0.0
		for _, s := range geo.Around(30.25, 120.15, radius) {
			cells += float64(s.To - s.From + 1)
		}
		side := 6_371_008.8 * math.Pi / 180 / 50
		circle := math.Pi * radius * radius / (side * side * math.Cos(30.25*math.Pi/180))
		require.InDelta(t, 1.15, cells/circle, 0.15, "%v m", radius)
	}
}

// walk is the point that lies so many metres from another in a direction.
func walk(lat, lng, metres, turn float64) (float64, float64) {
	const degree = math.Pi / 180
	a := metres / 6_371_008.8
	la := math.Asin(math.Sin(lat*degree)*math.Cos(a) + math.Cos(lat*degree)*math.Sin(a)*math.Cos(turn))
	ln := lng*degree + math.Atan2(math.Sin(turn)*math.Sin(a)*math.Cos(lat*degree), math.Cos(a)-math.Sin(lat*degree)*math.Sin(la))
	ln = math.Mod(ln/degree+540, 360) - 180
	return la / degree, ln
}

func TestChordsGrowWithDistances(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		lat, lng := rapid.Float64Range(-90, 90), rapid.Float64Range(-180, 180)
		a, b, c, d := lat.Draw(t, "a"), lng.Draw(t, "b"), lat.Draw(t, "c"), lng.Draw(t, "d")
		x, y, z := geo.Vector(a, b)
		u, v, w := geo.Vector(c, d)
		chord2 := (x-u)*(x-u) + (y-v)*(y-v) + (z-w)*(z-w)
		require.InDelta(t, geo.Chord2(geo.Distance(a, b, c, d)), chord2, 1e-12)
	})
	require.Less(t, geo.Chord2(1), geo.Chord2(2))
	require.InDelta(t, 4, geo.Chord2(geo.FarthestApart), 1e-9)
	require.InDelta(t, 4, geo.Chord2(1e12), 1e-9)
}

func BenchmarkLocate(b *testing.B) {
	r := geo.Default()
	_, err := r.Locate(b.Context(), 30.2590, 120.1300)
	require.NoError(b, err)
	for b.Loop() {
		_, err := r.Locate(b.Context(), 30.2590, 120.1300)
		require.NoError(b, err)
	}
}

func TestListsOfCities(t *testing.T) {
	t.Parallel()
	names := map[string]bool{}
	for _, g := range geo.Default().RealCities() {
		require.NotContains(t, g.Name, "直辖")
		require.NotEqual(t, "县", g.Name)
		names[g.Name] = true
	}
	for _, name := range []string{"杭州市", "济源市", "仙桃市", "石河子市", "北京市", "石柱土家族自治县"} {
		require.True(t, names[name], name)
	}
	hot := geo.Default().Hot()
	require.Len(t, hot, 12)
	require.Equal(t, "北京市", hot[0].Name)
	require.Equal(t, "西安市", hot[11].Name)
}

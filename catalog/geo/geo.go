package geo

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// Levels of a Region.
const (
	Province = 1
	City     = 2
	District = 3
)

// Region is one administrative region (行政区划).
type Region struct {
	Code    string  // 12 digits: the official 6-digit code and six zeros
	Parent  string  // code of the region above, empty for provinces
	Level   int     // Province, City or District
	Name    string  // "杭州市"
	Pinyin  string  // "hangzhoushi", for sorting and search
	Jianpin string  // first letters of the syllables, "hzs"
	First   string  // first letter in upper case, "H"
	Lng     float64 // centre in degrees; a district without one of its own has its city's
	Lat     float64 // both zero when the region has no known centre
}

// Regions is an immutable table of regions, safe for concurrent use. The
// slices that its methods return belong to the table: do not change them.
type Regions struct {
	all  []Region           // parents before children, children of one parent together
	kids map[string][]int32 // first and one past the last child in all, by parent
	at   map[string]int32
}

//go:embed regions.tsv.gz
var packed []byte

var table = sync.OnceValue(unpack)

func unpack() *Regions {
	z, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("geo: embedded table: " + err.Error())
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic("geo: embedded table: " + err.Error())
	}
	return parse(string(text))
}

// Default is the embedded table of all of China: 34 provinces, their cities
// and districts. It is parsed once, at the first call.
func Default() *Regions { return table() }

// parse reads lines "code name pinyin jianpin lng lat" separated by tabs,
// sorted by level and code; lng and lat are in 1/10,000 degree, or empty.
// Names share the memory of text.
func parse(text string) *Regions {
	n := strings.Count(text, "\n")
	r := &Regions{all: make([]Region, 0, n), kids: make(map[string][]int32, 512), at: make(map[string]int32, n)}
	for line := range strings.Lines(text) {
		var f [6]string
		rest := strings.TrimSuffix(line, "\n")
		for i := range f {
			f[i], rest, _ = strings.Cut(rest, "\t")
		}
		g := Region{Code: f[0] + "000000", Name: f[1], Pinyin: f[2], Jianpin: f[3], Lng: degrees(f[4]), Lat: degrees(f[5])}
		g.First = strings.ToUpper(g.Jianpin[:1])
		g.Parent, g.Level = above(f[0])
		r.add(g)
	}
	return r
}

func (r *Regions) add(g Region) {
	i := int32(len(r.all))
	if p, ok := r.at[g.Parent]; ok {
		g.Parent = r.all[p].Code // one string for all siblings
		if g.Lng == 0 && g.Lat == 0 && g.Level == District {
			g.Lng, g.Lat = r.all[p].Lng, r.all[p].Lat
		}
	}
	if span, ok := r.kids[g.Parent]; ok {
		span[1] = i + 1
	} else {
		r.kids[g.Parent] = []int32{i, i + 1}
	}
	r.at[g.Code] = i
	r.all = append(r.all, g)
}

// above gives the parent's 12-digit code and the level that a 6-digit code implies.
func above(code string) (parent string, level int) {
	switch {
	case code[2:] == "0000":
		return "", Province
	case code[4:] == "00":
		return code[:2] + "0000000000", City
	}
	return code[:4] + "00000000", District
}

func degrees(s string) float64 {
	n, _ := strconv.ParseInt(s, 10, 64)
	return float64(n) / 10_000
}

// Provinces lists all provinces in the order of their codes.
func (r *Regions) Provinces() []Region { return r.Children("") }

// Cities lists all cities in the order of their codes.
func (r *Regions) Cities() []Region { return r.level(City) }

// Districts lists all districts in the order of their codes.
func (r *Regions) Districts() []Region { return r.level(District) }

// Heading says whether a region at city level is one in the table only, such
// as 省直辖县 or the 县 of Chongqing: the counties below it stand right under
// their province.
func (g Region) Heading() bool {
	return g.Level == City && (g.Name == "县" || strings.Contains(g.Name, "直辖"))
}

// RealCities lists the cities without those that are a Heading; in their
// place stand the counties below them.
func (r *Regions) RealCities() []Region {
	var list []Region
	for _, g := range r.Cities() {
		if g.Heading() {
			list = append(list, r.Children(g.Code)...)
			continue
		}
		list = append(list, g)
	}
	return list
}

// hot are the cities that most people look for, in the order they are shown.
var hot = []string{"1101", "1201", "3101", "3201", "3205", "3301", "4201", "4401", "4403", "5001", "5101", "6101"}

// Hot lists the cities that most people look for (热门城市).
func (r *Regions) Hot() []Region {
	var list []Region
	for _, code := range hot {
		if g, ok := r.Find(code); ok {
			list = append(list, g)
		}
	}
	return list
}

func (r *Regions) level(n int) []Region {
	lo, _ := slices.BinarySearchFunc(r.all, n, func(g Region, n int) int { return g.Level - n })
	hi, _ := slices.BinarySearchFunc(r.all, n+1, func(g Region, n int) int { return g.Level - n })
	return r.all[lo:hi:hi]
}

// Children lists the regions directly below code, all provinces for the empty
// code, nothing for districts and unknown codes.
func (r *Regions) Children(code string) []Region {
	if code != "" {
		code = Long(code)
	}
	span, ok := r.kids[code]
	if !ok {
		return nil
	}
	return r.all[span[0]:span[1]:span[1]]
}

// Find gives the region of a code in any of its forms (see Long).
func (r *Regions) Find(code string) (Region, bool) {
	i, ok := r.at[Long(code)]
	if !ok {
		return Region{}, false
	}
	return r.all[i], true
}

// Path lists the regions from the province down to code, nothing when the code
// is unknown.
func (r *Regions) Path(code string) []Region {
	g, ok := r.Find(code)
	if !ok {
		return nil
	}
	path := []Region{g}
	for g.Parent != "" {
		g, _ = r.Find(g.Parent)
		path = append(path, g)
	}
	slices.Reverse(path)
	return path
}

// Nearest gives the region of a level whose centre is nearest to a point. It
// is a guess by centres, not by borders.
func (r *Regions) Nearest(level int, lat, lng float64) (Region, bool) {
	best, least := Region{}, math.Inf(1)
	for _, g := range r.level(level) {
		if g.Lng == 0 && g.Lat == 0 {
			continue
		}
		if d := Distance(lat, lng, g.Lat, g.Lng); d < least {
			best, least = g, d
		}
	}
	return best, best.Code != ""
}

// Long is the 12-digit form of a code written with 2, 4, 6 or 12 digits; text
// of another length comes back unchanged, and no region has it as code.
func Long(code string) string {
	switch len(code) {
	case 2, 4, 6:
		return code + "000000000000"[len(code):]
	}
	return code
}

// Short is the 6-digit form of a code.
func Short(code string) string { return Long(code)[:min(6, len(code))] }

// earth is the mean radius in metres.
const earth = 6_371_008.8

// Distance is the great-circle distance of two points in metres; coordinates
// are in degrees.
func Distance(lat1, lng1, lat2, lng2 float64) float64 {
	const rad = math.Pi / 180
	dLat, dLng := (lat2-lat1)*rad/2, (lng2-lng1)*rad/2
	h := math.Sin(dLat)*math.Sin(dLat) + math.Cos(lat1*rad)*math.Cos(lat2*rad)*math.Sin(dLng)*math.Sin(dLng)
	return 2 * earth * math.Asin(math.Sqrt(min(h, 1)))
}

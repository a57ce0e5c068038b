package geo

import (
	"bytes"
	"compress/gzip"
	"context"
	_ "embed"
	"io"
	"math"
	"strconv"
	"strings"
	"sync"

	"github.com/gomall-dev/mall"
)

// Locator says in which region a point lies. *Regions is one without a
// network; map services are others (see geo/tencentmap).
type Locator interface {
	// Locate is the district of a point, or the city where no district is
	// known. ErrOutside when the point lies in no region, mall.ErrInvalid when
	// it is none on the globe. Coordinates are in degrees.
	Locate(ctx context.Context, lat, lng float64) (Region, error)
}

var _ Locator = (*Regions)(nil)

// ErrOutside says that a point lies in no known region.
var ErrOutside = mall.E(mall.NotFound, "geo.outside", "no region of China at this point")

// strip is how far from every border, in metres, a point may lie outside and
// still count as inside: borders are simplified, and harbours reach out of them.
const strip = 5000

// Check is mall.ErrInvalid for what is no point on the globe.
func Check(lat, lng float64) error {
	switch {
	case !(lng >= -180 && lng <= 180): // NaN fails every comparison
		return mall.ErrInvalid.With("lng")
	case !(lat >= -90 && lat <= 90):
		return mall.ErrInvalid.With("lat")
	}
	return nil
}

// Locate looks a point up on embedded borders, which are true to about a
// kilometre. Where they have a city only, its district with the nearest centre
// is the guess.
func (r *Regions) Locate(_ context.Context, lat, lng float64) (Region, error) {
	if err := Check(lat, lng); err != nil {
		return Region{}, err
	}
	code := locate(outlines(), lat, lng)
	found, ok := r.Find(code)
	if !ok {
		return Region{}, ErrOutside
	}
	if found.Level == City {
		return r.nearestChild(found, lat, lng), nil
	}
	return found, nil
}

// nearestChild is the district of a city whose own centre is nearest, the city
// itself when no district has one.
func (r *Regions) nearestChild(city Region, lat, lng float64) Region {
	best, least := city, math.Inf(1)
	for _, g := range r.Children(city.Code) {
		if g.Lat == city.Lat && g.Lng == city.Lng {
			continue // the city's own
		}
		if d := Distance(lat, lng, g.Lat, g.Lng); d < least {
			best, least = g, d
		}
	}
	return best
}

// outline is the border of a region.
type outline struct {
	code                   string
	west, east, south, top float64 // the box around it, in 1/1,000 degree like the rings
	rings                  [][]point
}

type point struct{ x, y float32 }

//go:embed borders.txt.gz
var packedBorders []byte

// outlines are parsed at the first look-up: 200,000 points, 2 MB.
var outlines = sync.OnceValue(func() []outline {
	z, err := gzip.NewReader(bytes.NewReader(packedBorders))
	if err != nil {
		panic("geo: embedded borders: " + err.Error())
	}
	text, err := io.ReadAll(z)
	if err != nil {
		panic("geo: embedded borders: " + err.Error())
	}
	var all []outline
	for line := range strings.Lines(string(text)) {
		all = append(all, readOutline(strings.TrimSuffix(line, "\n")))
	}
	return all
})

// readOutline reads "code ring ring …"; a ring is steps "x,y" joined by ";".
func readOutline(line string) outline {
	code, rest, _ := strings.Cut(line, " ")
	o := outline{code: code, west: math.Inf(1), east: math.Inf(-1), south: math.Inf(1), top: math.Inf(-1)}
	for text := range strings.SplitSeq(rest, " ") {
		ring := make([]point, 0, strings.Count(text, ";")+1)
		x, y := 0, 0
		for step := range strings.SplitSeq(text, ";") {
			dx, dy, _ := strings.Cut(step, ",")
			nx, _ := strconv.Atoi(dx)
			ny, _ := strconv.Atoi(dy)
			x, y = x+nx, y+ny
			ring = append(ring, point{float32(x), float32(y)})
			o.west, o.east = min(o.west, float64(x)), max(o.east, float64(x))
			o.south, o.top = min(o.south, float64(y)), max(o.top, float64(y))
		}
		o.rings = append(o.rings, ring)
	}
	return o
}

// locate is the code of the region that holds a point, a district's before a
// city's; of those around it the nearest one within the strip; "" for none.
func locate(all []outline, lat, lng float64) string {
	x, y := lng*1000, lat*1000
	// A degree of longitude is shorter than one of latitude.
	shrink := math.Cos(lat * math.Pi / 180)
	reach := strip / (earth * math.Pi / 180) * 1000
	wide := reach / max(shrink, 0.1)
	found, near, least := "", "", reach
	for i := range all {
		o := &all[i]
		if x < o.west-wide || x > o.east+wide || y < o.south-reach || y > o.top+reach {
			continue
		}
		if o.holds(x, y) {
			if !strings.HasSuffix(o.code, "00") {
				return o.code
			}
			found = o.code
			continue
		}
		if d := o.away(x, y, shrink); d < least {
			near, least = o.code, d
		}
	}
	if found == "" {
		return near
	}
	return found
}

// holds says whether a point lies in an odd number of rings.
func (o *outline) holds(x, y float64) bool {
	in := false
	for _, ring := range o.rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			ax, ay, bx, by := float64(a.x), float64(a.y), float64(b.x), float64(b.y)
			if (ay > y) != (by > y) && x < (bx-ax)*(y-ay)/(by-ay)+ax {
				in = !in
			}
			a = b
		}
	}
	return in
}

// away is the distance of a point to the border, in 1/1,000 degree of latitude.
func (o *outline) away(x, y, shrink float64) float64 {
	least := math.Inf(1)
	for _, ring := range o.rings {
		a := ring[len(ring)-1]
		for _, b := range ring {
			ax, ay := (float64(a.x)-x)*shrink, float64(a.y)-y
			dx, dy := float64(b.x-a.x)*shrink, float64(b.y-a.y)
			along := 0.0
			if l := dx*dx + dy*dy; l > 0 {
				along = min(max(-(ax*dx+ay*dy)/l, 0), 1)
			}
			least = min(least, math.Hypot(ax+along*dx, ay+along*dy))
			a = b
		}
	}
	return least
}

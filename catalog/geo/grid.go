package geo

import "math"

// The grid cuts the globe into cells of 1/50 degree, about 2 km, numbered row
// by row from the south-west. An index over cell numbers is an index over
// places: a circle is a few spans of numbers, see Around.
const (
	perDegree = 50
	columns   = 360 * perDegree
	rows      = 180 * perDegree
	// maxRows is up to how many rows a circle is cut into spans of its own;
	// beyond, the whole rows are one span.
	maxRows = 1024
)

// Cell is the number of the cell that a point lies in.
func Cell(lat, lng float64) int64 { return row(lat)*columns + wrap(column(lng)) }

func row(lat float64) int64 {
	return min(max(int64(math.Floor((lat+90)*perDegree)), 0), rows-1)
}

func column(lng float64) int64 { return int64(math.Floor((lng + 180) * perDegree)) }

// wrap brings a column beyond the antimeridian (180°) to the other side.
func wrap(c int64) int64 { return ((c % columns) + columns) % columns }

// Span is a run of cell numbers, both ends included.
type Span struct{ From, To int64 }

// Around is a short list of spans that hold every cell of the circle around a
// point, and some more: exact distances are to be asked afterwards. Poles and
// the antimeridian are inside like any other place. The radius is in metres.
func Around(lat, lng, radius float64) []Span {
	const degree = math.Pi / 180
	angle := min(radius/earth, math.Pi)
	// A little more than the circle, so that no rounding loses its edge.
	high := angle/degree + 1e-6
	from, to := row(lat-high), row(lat+high)
	wide := 180.0
	if lat+high < 90 && lat-high > -90 {
		wide = math.Asin(min(math.Sin(angle)/math.Cos(lat*degree), 1))/degree + 1e-6
	}
	left, right := column(lng-wide), column(lng+wide)
	switch {
	case to-from >= maxRows, right-left+1 >= columns:
		return []Span{{from * columns, to*columns + columns - 1}}
	}
	spans := make([]Span, 0, 2*(to-from+1))
	for r := from; r <= to; r++ {
		first := r * columns
		l, h := wrap(left), wrap(right)
		if l <= h {
			spans = append(spans, Span{first + l, first + h})
			continue
		}
		spans = append(spans, Span{first, first + h}, Span{first + l, first + columns - 1})
	}
	return spans
}

// Vector is a point on the globe of radius 1, for databases: they have no
// angles, but the square of the chord between two points is a sum of three
// squares and grows with the distance; see Chord2.
func Vector(lat, lng float64) (x, y, z float64) {
	const degree = math.Pi / 180
	level := math.Cos(lat * degree)
	return level * math.Cos(lng*degree), level * math.Sin(lng*degree), math.Sin(lat * degree)
}

// Chord2 is the square of the chord between two Vectors that are so many
// metres apart.
func Chord2(metres float64) float64 {
	half := math.Sin(min(metres/earth, math.Pi) / 2)
	return 4 * half * half
}

// FarthestApart is half the way around the globe in metres: no distance is longer.
const FarthestApart = earth * math.Pi

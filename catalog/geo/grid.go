package geo

import "math"

// The grid cuts the globe into cells of 1/50 degree, about 2 km. Their numbers
// take the bits of row and column by turns (Z-order), so that every block of
// 2ⁿ by 2ⁿ cells is one run of numbers: an index over cell numbers is an index
// over places, and a circle of any size is a few dozen spans, see Around.
const (
	perDegree = 50
	columns   = 360 * perDegree
	rows      = 180 * perDegree
	// whole is the size of the block that holds the grid.
	whole = 15
	// maxBlocks is up to how many blocks a circle is made of: its edge is then
	// drawn to about a twentieth of the radius.
	maxBlocks = 256
)

// Cell is the number of the cell that a point lies in.
func Cell(lat, lng float64) int64 {
	row := min(max(int64(math.Floor((lat+90)*perDegree)), 0), rows-1)
	column := int64(math.Floor((lng+180)*perDegree)) % columns // 180° is the same meridian as -180°
	return number(row, column)
}

func number(row, column int64) int64 { return spread(row)<<1 | spread(column) }

// spread puts a zero before each bit of a number below 2¹⁶.
func spread(n int64) int64 {
	n = (n | n<<8) & 0x00ff00ff
	n = (n | n<<4) & 0x0f0f0f0f
	n = (n | n<<2) & 0x33333333
	return (n | n<<1) & 0x55555555
}

// Span is a run of cell numbers, both ends included.
type Span struct{ From, To int64 }

// block is a square of cells.
type block struct {
	row, column int64 // of its south-western cell
	size        int   // it has 2ˢⁱᶻᵉ cells a side
	inside      bool  // it lies in the circle, and need not be cut
}

// Around is a short list of spans in rising order that hold every cell of the
// circle around a point, and some more: exact distances are to be asked
// afterwards. Poles and the antimeridian are inside like any other place. The
// radius is in metres.
func Around(lat, lng, radius float64) []Span {
	if radius >= FarthestApart {
		return []Span{{0, 1<<(2*whole) - 1}}
	}
	blocks := []block{{size: whole}}
	for size := whole - 1; size >= 0; size-- {
		finer := make([]block, 0, 2*maxBlocks)
		for _, b := range blocks {
			if b.inside {
				finer = append(finer, b)
				continue
			}
			side := int64(1) << size
			for _, quarter := range [4]block{
				{row: b.row, column: b.column, size: size}, {row: b.row, column: b.column + side, size: size},
				{row: b.row + side, column: b.column, size: size}, {row: b.row + side, column: b.column + side, size: size},
			} {
				if quarter.touches(lat, lng, radius) {
					finer = append(finer, quarter)
				}
			}
		}
		if len(finer) > maxBlocks {
			break
		}
		blocks = finer
	}
	spans := make([]Span, 0, len(blocks))
	for _, b := range blocks {
		from := number(b.row, b.column)
		to := from + 1<<(2*b.size) - 1
		if last := len(spans) - 1; last >= 0 && spans[last].To+1 == from {
			spans[last].To = to
			continue
		}
		spans = append(spans, Span{from, to})
	}
	return spans
}

// touches says whether a block may have a point in a circle: it is held against
// the circle around its centre that goes through the farthest of its corners.
func (b *block) touches(lat, lng, radius float64) bool {
	side := int64(1) << b.size
	if b.row >= rows || b.column >= columns {
		return false
	}
	if b.size > 12 {
		return true // wider than a right angle: corners are not the farthest
	}
	south, north := float64(b.row)/perDegree-90, float64(min(b.row+side, rows))/perDegree-90
	west, east := float64(b.column)/perDegree-180, float64(min(b.column+side, columns))/perDegree-180
	y, x := (south+north)/2, (west+east)/2
	reach := max(Distance(y, x, south, west), Distance(y, x, north, west))
	away := Distance(y, x, lat, lng)
	b.inside = away+reach <= radius
	return away-reach <= radius+1 // a metre, so that no rounding loses the edge
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

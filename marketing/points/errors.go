package points

import "github.com/gomall-dev/mall"

var (
	// ErrShort says that there are fewer points than are to be spent.
	ErrShort = mall.E(mall.State, "points.short", "not enough points")
	// ErrSource says that a source moved another amount before.
	ErrSource = mall.E(mall.Conflict, "points.source", "this was booked before, with another amount")
	// ErrRule says that a deduction rule is malformed.
	ErrRule = mall.E(mall.Invalid, "points.rule", "deduction rule needs points and money above 0")
)

package cart

import "github.com/gomall-dev/mall"

var (
	// ErrNoLine says that the cart has no line of that key.
	ErrNoLine = mall.E(mall.NotFound, "cart.no_line", "no such line in the cart")
	// ErrEmpty says that there is nothing (selected) in the cart.
	ErrEmpty = mall.E(mall.NotFound, "cart.empty", "cart is empty")
	// ErrChanged says that a line was taken or removed meanwhile, for example
	// by another checkout of the same cart.
	ErrChanged = mall.E(mall.Conflict, "cart.changed", "cart was changed meanwhile")
	// ErrQuantity says that a quantity is not between 1 and Config.MaxQuantity,
	// which is its argument.
	ErrQuantity = mall.E(mall.Invalid, "cart.quantity", "quantity must be at least 1 and at most")
	// ErrFull says that the cart has Config.MaxLines lines, its argument.
	ErrFull = mall.E(mall.Limit, "cart.full", "cart is full, lines:")
)

package stock

import "github.com/gomall-dev/mall"

var (
	// ErrShort says that not enough is left; its argument is the counter's Ref.
	ErrShort = mall.E(mall.Limit, "stock.short", "not enough in stock:")
	// ErrHeld says that the source holds the counter already; its argument is the source.
	ErrHeld = mall.E(mall.Conflict, "stock.held", "held already under")
	// ErrNotSold says that more would come back than was sold under the source; its argument is the source.
	ErrNotSold = mall.E(mall.State, "stock.not_sold", "not sold under")
)

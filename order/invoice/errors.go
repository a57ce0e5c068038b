package invoice

import "github.com/gomall-dev/mall"

var (
	// ErrNone says that there is no such invoice, or that it is somebody else's.
	ErrNone = mall.E(mall.NotFound, "invoice.none", "no such invoice")
	// ErrOrder says that the order has an invoice that was not refused.
	ErrOrder = mall.E(mall.Conflict, "invoice.order", "order has an invoice already")
	// ErrSpent says that more is to be invoiced than was spent. Its argument is
	// what is left.
	ErrSpent = mall.E(mall.State, "invoice.spent", "no more can be invoiced than was spent:")
	// ErrDecided says that the invoice was issued or refused before.
	ErrDecided = mall.E(mall.State, "invoice.decided", "invoice was decided before")
)

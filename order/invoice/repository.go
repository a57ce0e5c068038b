package invoice

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Repository keeps invoices and how much of an account's spendings they take.
// Writes need a running mall.Tx.Do.
type Repository interface {
	// Insert stores an invoice and gives it its ID; mall.ErrConflict when its
	// order has one that was not refused.
	Insert(ctx context.Context, i *Invoice) error
	// Get answers one invoice or mall.ErrNotFound.
	Get(ctx context.Context, id mall.ID) (*Invoice, error)
	// OfOrder answers the invoice of an order that was not refused, or
	// mall.ErrNotFound.
	OfOrder(ctx context.Context, order mall.ID) (*Invoice, error)
	// List is one page, newest first.
	List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Invoice], error)
	// Each gives up to limit invoices of an account with ids over after, lowest first.
	Each(ctx context.Context, account, after mall.ID, limit int64) ([]Invoice, error)
	// Decide moves an invoice that is neither issued nor refused to another
	// state; false when it cannot.
	Decide(ctx context.Context, id mall.ID, to State, by mall.ID, file, reason string, at time.Time) (bool, error)
	// Take adds to what is invoiced of an account if the sum stays within most.
	Take(ctx context.Context, account mall.ID, amount, most mall.Money) (bool, error)
	// Invoiced is the sum of what was taken.
	Invoiced(ctx context.Context, account mall.ID) (mall.Money, error)
	// Redact empties the texts of an account's invoices.
	Redact(ctx context.Context, account mall.ID) error
}

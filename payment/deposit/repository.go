package deposit

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Repository keeps deposits. Writes need a running mall.Tx.Do. The moves
// answer whether they happened: each does so from the named states only.
type Repository interface {
	// Insert stores a deposit and gives it its ID; mall.ErrConflict when the
	// number is taken.
	Insert(ctx context.Context, d *Deposit) error
	// Get answers one deposit or mall.ErrNotFound.
	Get(ctx context.Context, id mall.ID) (*Deposit, error)
	// List is one page, newest first.
	List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Deposit], error)
	// Each gives up to limit deposits of an account with ids over after, lowest first.
	Each(ctx context.Context, account, after mall.ID, limit int64) ([]Deposit, error)
	// Pay moves unpaid → paid.
	Pay(ctx context.Context, id mall.ID, at time.Time) (bool, error)
	// Ask moves paid → asked.
	Ask(ctx context.Context, id mall.ID) (bool, error)
	// Refuse moves asked → paid with a reason.
	Refuse(ctx context.Context, id, by mall.ID, reason string, at time.Time) (bool, error)
	// Return moves paid or asked → returning, for at most the deposit's amount.
	Return(ctx context.Context, id, by mall.ID, amount mall.Money, at time.Time) (bool, error)
	// Finish moves returning → returned.
	Finish(ctx context.Context, id mall.ID, at time.Time) (bool, error)
	// Redact empties the buyer's words and the reasons of an account's deposits.
	Redact(ctx context.Context, account mall.ID) error
}

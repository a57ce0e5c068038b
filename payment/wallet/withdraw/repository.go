package withdraw

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Repository keeps withdrawals. Writes need a running mall.Tx.Do.
type Repository interface {
	// Insert stores a withdrawal and gives it its ID; mall.ErrConflict when the
	// number is taken.
	Insert(ctx context.Context, w *Withdrawal) error
	// Get and ByNumber answer one withdrawal or mall.ErrNotFound.
	Get(ctx context.Context, id mall.ID) (*Withdrawal, error)
	ByNumber(ctx context.Context, number string) (*Withdrawal, error)
	// List is one page, newest first.
	List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Withdrawal], error)
	// Each gives up to limit withdrawals of an account with ids over after, lowest first.
	Each(ctx context.Context, account, after mall.ID, limit int64) ([]Withdrawal, error)
	// Decide moves a withdrawal from asked to another state, once; false when
	// it is not asked any more.
	Decide(ctx context.Context, id mall.ID, to State, by mall.ID, reason string, at time.Time) (bool, error)
	// Redact empties the names and reasons of an account's withdrawals.
	Redact(ctx context.Context, account mall.ID) error
}

package points

import (
	"context"

	"github.com/gomall-dev/mall"
)

// Repository keeps accounts of points and growth, their ledger and the
// deduction rules. Writes need a running mall.Tx.Do.
type Repository interface {
	// Get is the account's numbers; zeros when nothing ever moved.
	Get(ctx context.Context, account mall.ID) (Amounts, error)
	// Change adds change to an amount and earned to the sum of what was ever
	// earned, and answers the amount afterwards. With guard it happens only if
	// the amount does not fall below 0; ok says whether it happened. Without
	// guard it always does, and a missing account is made.
	Change(ctx context.Context, account mall.ID, c Currency, change, earned int64, guard bool) (left int64, ok bool, err error)
	// Append stores an entry, or answers false when the account has one of
	// this source and currency already.
	Append(ctx context.Context, e *Entry) (bool, error)
	// FindSource is the entry of a source; mall.ErrNotFound without one.
	FindSource(ctx context.Context, account mall.ID, c Currency, src Source) (*Entry, error)
	// Logs lists entries of a currency, newest first.
	Logs(ctx context.Context, account mall.ID, c Currency, p mall.Page) (mall.Slice[Entry], error)
	// Each gives up to limit entries of a currency with ids over after, lowest first.
	Each(ctx context.Context, account mall.ID, c Currency, after mall.ID, limit int64) ([]Entry, error)
	// Sum adds up the ledger of a currency: it equals Get, always.
	Sum(ctx context.Context, account mall.ID, c Currency) (int64, error)
	// Redact empties the remarks of an account's entries.
	Redact(ctx context.Context, account mall.ID) error

	// Rules lists the deduction rules by Score.
	Rules(ctx context.Context) ([]Rule, error)
	// SaveRule stores a rule, a new one (ID 0) gets its ID; mall.ErrNotFound
	// when there is none of the ID.
	SaveRule(ctx context.Context, r *Rule) error
	// DeleteRule removes a rule; false when there is none.
	DeleteRule(ctx context.Context, id mall.ID) (bool, error)
}

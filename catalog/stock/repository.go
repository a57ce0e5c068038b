package stock

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Repository keeps counters, holds and the log. Every write needs a running Do.
type Repository interface {
	// Hold stores one hold in state Held per need and shifts its pieces from
	// available to held. Needs have distinct keys. Fresh is false when the source
	// has a hold on one of the counters already; n is as with Shift. Unless all
	// went well everything must be undone.
	Hold(ctx context.Context, source string, needs []Need, at time.Time) (fresh bool, n int, err error)
	// MoveHolds takes all holds of a source that are Held to another state and
	// returns them, in any order. Of two callers at once each hold is given to one.
	MoveHolds(ctx context.Context, source string, to State, at time.Time) ([]Need, error)
	// ReturnHold notes that n more pieces of a Sold hold came back; false when
	// there is none or fewer than n are left of it.
	ReturnHold(ctx context.Context, source string, n Need, at time.Time) (bool, error)
	// Shift adds to the numbers of counters, one after the other, and says how
	// many it changed before the first that is not there or of which a number
	// would get below 0: that one stays as it is, and of those behind it
	// nothing is promised, so that all must be undone. Of an unlimited counter
	// available never changes.
	Shift(ctx context.Context, shifts ...Shift) (int, error)
	// Levels gives the counters that exist, in one statement.
	Levels(ctx context.Context, keys []Key) (map[Key]Level, error)
	// Create stores counters with available pieces, or Unlimited, where there
	// are none yet, and returns the keys of those it stored.
	Create(ctx context.Context, counters []Need) (map[Key]bool, error)
	// Set changes available pieces from one value to another; false when it
	// is not from. Both may be Unlimited.
	Set(ctx context.Context, key Key, from, to int64) (bool, error)
	// Log appends adjustments.
	Log(ctx context.Context, entries []Entry) error
	// Entries lists the adjustments of a counter, newest first.
	Entries(ctx context.Context, key Key, p mall.Page) ([]Entry, error)
	// Erase takes the network addresses out of the adjustments of an account.
	Erase(ctx context.Context, account mall.ID) error
}

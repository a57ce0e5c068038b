package cart

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Line is one position of a cart as it is stored.
type Line struct {
	Key       string // 32 hex digits, given by the line's identity; unique in its cart
	Goods     mall.ID
	SKU       mall.ID   // never zero: goods without specifications have one SKU
	Addons    []mall.ID // rising
	Day, Slot string    // of goods sold by day or time slot, else empty
	Qty       int64     // pieces, ≥ 1
	Selected  bool
	AddedAt   time.Time
}

// Repository stores cart lines. Owner is an account; kind names one of its
// carts, "" the usual one. Keys that a cart does not have are passed over.
type Repository interface {
	// Add inserts the line, selected, or raises the quantity of the line with
	// its key and selects it; it gives that line's quantity afterwards, and how
	// many lines the cart has. When the quantity would exceed most it changes
	// nothing, and qty is 0.
	Add(ctx context.Context, owner mall.ID, kind string, l Line, most int64) (qty, lines int64, err error)
	// SetQty sets the quantity of a line and says whether there was one.
	SetQty(ctx context.Context, owner mall.ID, kind, key string, qty int64) (bool, error)
	// Select marks lines and says how many there were.
	Select(ctx context.Context, owner mall.ID, kind string, keys []string, on bool) (int64, error)
	// Remove deletes lines and says how many there were.
	Remove(ctx context.Context, owner mall.ID, kind string, keys []string) (int64, error)
	// Clear empties a cart.
	Clear(ctx context.Context, owner mall.ID, kind string) (int64, error)
	// List gives the lines in the order in which they were first added.
	List(ctx context.Context, owner mall.ID, kind string) ([]Line, error)
	// Find gives one line; ErrNotFound of mall when there is none.
	Find(ctx context.Context, owner mall.ID, kind, key string) (Line, error)
	// Take deletes the lines of the keys (nil: the selected ones) and gives
	// them as they were in that moment. Of two that take one line at the same
	// time, one gets it.
	Take(ctx context.Context, owner mall.ID, kind string, keys []string) ([]Line, error)
	// Kinds names the carts of an owner that have lines.
	Kinds(ctx context.Context, owner mall.ID) ([]string, error)
	// Erase empties every cart of an owner.
	Erase(ctx context.Context, owner mall.ID) error
}

package bill

import (
	"context"

	"github.com/gomall-dev/mall"
)

// Repository keeps paid bills and discount rules. Writes need a running mall.Tx.Do.
type Repository interface {
	// Insert stores a bill and gives it its ID; mall.ErrConflict when its
	// payment has one.
	Insert(ctx context.Context, b *Bill) error
	// List is one page of bills, newest first; account 0 lists everybody's.
	List(ctx context.Context, account mall.ID, p mall.Page) (mall.Slice[Bill], error)
	// Each gives up to limit bills of an account with ids over after, lowest first.
	Each(ctx context.Context, account, after mall.ID, limit int64) ([]Bill, error)

	// Rules lists the rules by Consume.
	Rules(ctx context.Context) ([]Rule, error)
	// SaveRule stores a rule, a new one (ID 0) gets its ID; mall.ErrNotFound
	// when there is none of the ID.
	SaveRule(ctx context.Context, r *Rule) error
	// DeleteRule removes a rule; false when there is none.
	DeleteRule(ctx context.Context, id mall.ID) (bool, error)
}

package shop

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Repository keeps shops and their categories. Writes need a running Do.
type Repository interface {
	// Put stores a shop: a new one, whose ID it sets, or by ID; mall.ErrNotFound.
	Put(ctx context.Context, s *Shop) error
	// Insert stores new shops and sets their IDs, in few statements.
	Insert(ctx context.Context, shops []*Shop) error
	// Decide moves the audit of a shop; false when it is not in from, or not there.
	Decide(ctx context.Context, id mall.ID, from, to Audit, reason string, at time.Time) (bool, error)
	// ByIDs are the shops that are there, in one statement.
	ByIDs(ctx context.Context, ids []mall.ID) (map[mall.ID]Shop, error)
	// List is a page of shops by distance and id if there is a circle, else by
	// sort and id. One statement.
	List(ctx context.Context, q Query, p mall.Page) ([]Shop, error)
	// Total counts the shops of a list, up to atMost+1.
	Total(ctx context.Context, q Query, atMost int64) (int64, error)
	// Matches counts up to atMost+1 shops of each condition that an index tells.
	// At most two statements.
	Matches(ctx context.Context, q Query, atMost int64) (Matches, error)
	// Unindexed are shops whose place and name the indexes do not know, saved
	// before there were such indexes; Put indexes them.
	Unindexed(ctx context.Context, limit int64) ([]Shop, error)

	// PutCategory stores a category: a new one, whose ID it sets, or by ID;
	// mall.ErrNotFound.
	PutCategory(ctx context.Context, c *Category) error
	// DeleteCategory removes a category that has neither children nor shops;
	// false when it has some or is not there.
	DeleteCategory(ctx context.Context, id mall.ID) (bool, error)
	// Categories are all categories by sort and id, in one statement.
	Categories(ctx context.Context) ([]Category, error)
}

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
	// sort and id, whatever their number. One statement.
	List(ctx context.Context, q Query, p mall.Page) ([]Shop, error)
	// Find gathers up to atMost+1 shops where q.First says, in the cells of Spans
	// if there are any, and sorts those that belong to the list like List. One
	// statement; by keyword one more, and none if no index finds it.
	Find(ctx context.Context, q Query, p mall.Page, atMost int64) (Found, error)
	// Total counts the shops of a list, up to atMost+1. At most two statements.
	Total(ctx context.Context, q Query, atMost int64) (int64, error)
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

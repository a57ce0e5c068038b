package cms

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Repository keeps notices and banners. Writes need a running mall.Tx.Do.
type Repository interface {
	// InsertNotice stores a new notice and sets its ID.
	InsertNotice(ctx context.Context, n *Notice) error
	// UpdateNotice overwrites all but ID and CreatedAt; false when it is not there.
	UpdateNotice(ctx context.Context, n *Notice) (bool, error)
	// DeleteNotice says whether there was one.
	DeleteNotice(ctx context.Context, id mall.ID) (bool, error)
	// Notice is one notice, visible or not, or mall.ErrNotFound.
	Notice(ctx context.Context, id mall.ID) (*Notice, error)
	// Notices lists by Sort, newest first among equals, with the exact total.
	Notices(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Notice], error)
	// LatestNotice is the newest notice of a filter whatever its Sort, or mall.ErrNotFound.
	LatestNotice(ctx context.Context, f Filter) (*Notice, error)
	// EachNotice gives up to limit notices that are meant for one account alone,
	// with ids over after, lowest first.
	EachNotice(ctx context.Context, account, after mall.ID, limit int64) ([]Notice, error)
	// EraseNotices removes the notices that are meant for one account alone.
	EraseNotices(ctx context.Context, account mall.ID) error

	// InsertBanner stores a new banner and sets its ID.
	InsertBanner(ctx context.Context, b *Banner) error
	// UpdateBanner overwrites all but ID and CreatedAt; false when it is not there.
	UpdateBanner(ctx context.Context, b *Banner) (bool, error)
	// DeleteBanner says whether there was one.
	DeleteBanner(ctx context.Context, id mall.ID) (bool, error)
	// Banner is one banner, visible or not, or mall.ErrNotFound.
	Banner(ctx context.Context, id mall.ID) (*Banner, error)
	// Banners lists by Sort, newest first among equals, with the exact total.
	Banners(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Banner], error)
}

// Articles keeps articles and their categories. Writes need a running mall.Tx.Do.
type Articles interface {
	// InsertCategory stores a new category and sets its ID.
	InsertCategory(ctx context.Context, c *Category) error
	// UpdateCategory overwrites all but ID and CreatedAt; false when it is not there.
	UpdateCategory(ctx context.Context, c *Category) (bool, error)
	// DeleteCategory removes a category and takes its articles out of it; false
	// when it is not there.
	DeleteCategory(ctx context.Context, id mall.ID) (bool, error)
	// Category is one category, visible or not, or mall.ErrNotFound.
	Category(ctx context.Context, id mall.ID) (*Category, error)
	// Categories lists those visible at a moment (zero: all) by Sort, newest
	// first among equals.
	Categories(ctx context.Context, visible time.Time, p mall.Page) ([]Category, error)

	// InsertArticle stores a new article and sets its ID.
	InsertArticle(ctx context.Context, a *Article) error
	// UpdateArticle overwrites all but ID and CreatedAt; false when it is not there.
	UpdateArticle(ctx context.Context, a *Article) (bool, error)
	// DeleteArticle says whether there was one.
	DeleteArticle(ctx context.Context, id mall.ID) (bool, error)
	// Article is one article with its content, visible or not, or mall.ErrNotFound.
	Article(ctx context.Context, id mall.ID) (*Article, error)
	// Articles lists without contents, with the exact total.
	Articles(ctx context.Context, f ArticleFilter, p mall.Page) (mall.Slice[Article], error)
}

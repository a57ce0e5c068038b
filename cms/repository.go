package cms

import (
	"context"

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

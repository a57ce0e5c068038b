package membership

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Repository keeps prices, purchases and agreements to renew. Writes need a
// running mall.Tx.Do.
type Repository interface {
	// Prices lists the prices of a level, lowest amount first, at most limit.
	Prices(ctx context.Context, level mall.ID, limit int) ([]Price, error)
	// Price answers one price or mall.ErrNotFound.
	Price(ctx context.Context, id mall.ID) (*Price, error)
	// InsertPrice stores a price and gives it its ID.
	InsertPrice(ctx context.Context, p *Price) error
	// DeletePrice removes a price; false when there is none. DeletePrices
	// removes all of a level.
	DeletePrice(ctx context.Context, id mall.ID) (bool, error)
	DeletePrices(ctx context.Context, level mall.ID) error
	// Sell counts a sale of a price; false when there is none any more. Until
	// the transaction ends nobody removes the price.
	Sell(ctx context.Context, id mall.ID) (bool, error)

	// Draft stores an unpaid purchase and gives it its ID. An account has one
	// of a price: that takes over the other's wish to renew and remark, and
	// answers for it, with its ID, Number and Created. mall.ErrConflict when the
	// number is taken, or another transaction drafts the same.
	Draft(ctx context.Context, p *Purchase) error
	// Get answers one purchase or mall.ErrNotFound.
	Get(ctx context.Context, id mall.ID) (*Purchase, error)
	// List is one page, what was paid or else drafted last first.
	List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Purchase], error)
	// Each gives up to limit purchases of an account with ids over after, lowest first.
	Each(ctx context.Context, account, after mall.ID, limit int64) ([]Purchase, error)
	// Tried says whether an account bought a level for nothing, refunded or not.
	Tried(ctx context.Context, account, level mall.ID) (bool, error)
	// Pay moves unpaid → paid.
	Pay(ctx context.Context, id mall.ID, at time.Time) (bool, error)
	// Refund moves paid → refunded, for at most the purchase's amount.
	Refund(ctx context.Context, id, by mall.ID, amount mall.Money, at time.Time) (bool, error)
	// Forget deletes at most limit drafts that nobody asked for again since a
	// moment, and answers how many.
	Forget(ctx context.Context, before time.Time, limit int) (int, error)
	// Redact empties the remarks of an account's purchases.
	Redact(ctx context.Context, account mall.ID) error

	// Renewal is an account's agreement, nil when it has none.
	Renewal(ctx context.Context, account mall.ID) (*Renewal, error)
	// Agree stores an agreement in place of the account's other one; nobody is
	// kept off it.
	Agree(ctx context.Context, r Renewal) error
	// End removes an account's agreement; false when it has none.
	End(ctx context.Context, account mall.ID) (bool, error)
	// Claim takes at most limit agreements that are due, longest first, and
	// keeps other processes off them until the moment lease.
	Claim(ctx context.Context, now, lease time.Time, limit int) ([]Renewal, error)
}

// Package operator knows the operating centres (运营中心): each has a mini
// program and merchant accounts of its own. Number 1 is the default one, which
// is always there.
//
//	centres, err := operator.New(operator.Deps{Tx: store, Outbox: store, Repo: store.Operators()}, operator.Config{})
//	id, err := centres.Save(ctx, staff, operator.Operator{Name: "西湖运营中心", AppID: "wx123", Merchants: map[string]string{"wxpay": "1900000001"}})
//	centre, err := centres.ByAppID(ctx, "wx123")
//	payments, err := payment.New(deps, payment.Config{Merchants: centres})
package operator

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Default is the number of the default operating centre.
const Default mall.ID = 1

// RightManage is the staff right to change operating centres.
const RightManage = "/operators"

// Operator is an operating centre.
type Operator struct {
	ID        mall.ID
	Name      string
	Phone     string            // of the centre, for its merchants and buyers
	AppID     string            // its mini program, "" for none; belongs to one centre only
	Merchants map[string]string // merchant account by name of the provider; missing = the provider's own
	Closed    bool              // its mini program is refused, its merchants stay
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Or is an operator's number, Default for none: what belongs to no centre in
// particular is the default one's.
func Or(id mall.ID) mall.ID {
	if id == 0 {
		return Default
	}
	return id
}

// Repository keeps operating centres. Writes need a running Do.
type Repository interface {
	// Insert stores a new centre and sets its ID; mall.ErrConflict when its
	// mini program is another's.
	Insert(ctx context.Context, o *Operator) error
	// Update stores everything but ID and CreatedAt; mall.ErrNotFound.
	Update(ctx context.Context, o *Operator) error
	// Get is a centre; mall.ErrNotFound. Number 1 is there from the start, empty.
	Get(ctx context.Context, id mall.ID) (*Operator, error)
	// ByAppID is the centre of a mini program, not ""; mall.ErrNotFound.
	ByAppID(ctx context.Context, appid string) (*Operator, error)
	// List is a page of centres by id, with the number of all.
	List(ctx context.Context, p mall.Page) (mall.Slice[Operator], error)
}

var (
	// ErrNone says that there is no such centre; its argument is the id or the
	// mini program.
	ErrNone = mall.E(mall.NotFound, "operator.none", "no such operating centre:")
	// ErrAppID says that a mini program belongs to another centre; its argument
	// is the mini program.
	ErrAppID = mall.E(mall.Conflict, "operator.appid", "mini program belongs to another operating centre:")
)

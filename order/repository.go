package order

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Repository stores orders with their lines, parcels and logs. Writes need a
// running transaction.
type Repository interface {
	// Insert stores a new order with its lines and gives all of them their
	// ids. It answers false and stores nothing when the number, or the buyer's
	// idempotency key, is taken.
	Insert(ctx context.Context, o *Order) (bool, error)
	// Get gives one order with its lines; mall.ErrNotFound.
	Get(ctx context.Context, id mall.ID) (*Order, error)
	// ByIDs gives the orders of the ids that exist, with lines, in any order,
	// by two statements.
	ByIDs(ctx context.Context, ids []mall.ID) ([]*Order, error)
	// Lines fills in the lines of orders, by one statement.
	Lines(ctx context.Context, os []*Order) error
	// FindByNumber is the id of the order with this number, 0 when there is none.
	FindByNumber(ctx context.Context, number string) (mall.ID, error)
	// FindByKey is the id of the buyer's order with this idempotency key, 0 when there is none.
	FindByKey(ctx context.Context, buyer mall.ID, key string) (mall.ID, error)
	// Children are the ids of a parent's orders, lowest first.
	Children(ctx context.Context, parent mall.ID) ([]mall.ID, error)
	// Save writes everything that may change after placing, lines apart, if
	// the stored version is still o.Version, and raises that by one. It answers
	// false when the order was changed meanwhile.
	Save(ctx context.Context, o *Order) (bool, error)
	// SaveLine writes what may change in a line after placing. Only the one
	// whose Save of the order just succeeded calls it.
	SaveLine(ctx context.Context, l *Line) error

	// AddShipment stores a parcel and gives it its id.
	AddShipment(ctx context.Context, p *Shipment) error
	// Shipments gives the parcels of orders, oldest first, by one statement.
	Shipments(ctx context.Context, orders []mall.ID) ([]Shipment, error)
	// AddLog appends to the audit log.
	AddLog(ctx context.Context, entries ...Log) error
	// Logs gives the log of an order, oldest first.
	Logs(ctx context.Context, order mall.ID) ([]Log, error)

	// List gives one page of orders without lines, newest first, with their
	// number; two statements.
	List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[*Order], error)
	// Each gives up to limit orders without lines and with ids over after, lowest first.
	Each(ctx context.Context, f Filter, after mall.ID, limit int64) ([]*Order, error)
	// Counts says how many orders match in each phase; one statement.
	Counts(ctx context.Context, f Filter) (map[Phase]int64, error)

	// Overdue are ids of unpaid orders whose due time passed and whose next
	// try is due, the longest overdue first.
	Overdue(ctx context.Context, now time.Time, limit int64) ([]mall.ID, error)
	// OverdueOf is Overdue among the orders with lines of these SKUs.
	OverdueOf(ctx context.Context, skus []mall.ID, now time.Time, limit int64) ([]mall.ID, error)
	// Due are ids of orders in a state since before a moment, without open
	// claims: shipped ones by the time of shipping, received ones by receipt.
	Due(ctx context.Context, at State, before time.Time, limit int64) ([]mall.ID, error)

	// CountUnpaid counts what a buyer ordered at a face and can still pay, leaving
	// out what is held open. Until the running transaction ends, others that
	// ask for this buyer wait, and then see what it placed.
	CountUnpaid(ctx context.Context, buyer mall.ID, face mall.Face, now time.Time) (UnpaidCount, error)

	// Live says whether the buyer has an order that is neither at its end nor
	// received, or one with an open claim.
	Live(ctx context.Context, buyer mall.ID, now time.Time) (bool, error)
	// Erase overwrites the personal columns of a buyer's orders and logs.
	Erase(ctx context.Context, buyer mall.ID) error
}

// Filter says which orders a list, a count or a walk takes. Zero fields filter
// nothing.
type Filter struct {
	Now    time.Time // the moment that overdue orders are told by; required
	Buyer  mall.ID
	Shop   *mall.ID
	Phases []Phase
	// InClaim asks for orders with (true) or without open claims or refunds.
	InClaim *bool
	// Claiming asks for orders with (true) or without open claims.
	Claiming    *bool
	Number      string
	Grade       *int // orders with a line reviewed so
	AddedFrom   time.Time
	AddedBefore time.Time
	Logistics   *bool // whether a parcel is needed
	Viewer      int64 // HideBuyer, HideMerchant: leaves out what this viewer deleted
	// IDs restricts to these orders; nil does not.
	IDs []mall.ID
}

// ClaimRepository stores after-sale claims.
type ClaimRepository interface {
	// Insert stores a claim and gives it its id.
	Insert(ctx context.Context, c *Claim) error
	// Get gives one claim; mall.ErrNotFound.
	Get(ctx context.Context, id mall.ID) (*Claim, error)
	// Save writes everything that may change if the stored state is from; it
	// answers false when it is not.
	Save(ctx context.Context, c *Claim, from ClaimState) (bool, error)
	// Of gives the claims of orders, newest first, by one statement.
	Of(ctx context.Context, orders []mall.ID) ([]Claim, error)
	// Erase overwrites the personal columns of a buyer's claims.
	Erase(ctx context.Context, buyer mall.ID) error
}

// CodeRepository stores redemption codes and counts wrong tries.
type CodeRepository interface {
	// Insert stores those codes whose text is free among the unused codes of
	// the shop and gives them ids; the others keep id 0.
	Insert(ctx context.Context, codes []Code) error
	// Find gives up to limit codes of this text, for shops may give the same
	// one: unused ones before others, then newest first.
	Find(ctx context.Context, text string, limit int64) ([]Code, error)
	// Of gives the codes of orders by one statement, lowest id first.
	Of(ctx context.Context, orders []mall.ID) ([]Code, error)
	// Use turns an unused code into a used one and says whether it did.
	Use(ctx context.Context, id mall.ID, by mall.ID, at time.Time) (bool, error)
	// Void turns up to n unused codes of a line (0: of the order) void.
	Void(ctx context.Context, order, line mall.ID, n int64) error
	// Try counts one try under a key in a window and says whether most were
	// not used up before it.
	Try(ctx context.Context, key string, window time.Time, most int64) (bool, error)
	// Untry takes a counted try back.
	Untry(ctx context.Context, key string, window time.Time) error
	// Sweep forgets tries of windows before a moment.
	Sweep(ctx context.Context, before time.Time) error
}

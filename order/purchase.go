package order

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

// Purchase is a goods in a buyer's history (购买历史), with its name, picture
// and price of today; deleted goods stay there.
type Purchase struct {
	Goods    mall.ID
	Name     string
	Picture  string
	MinPrice mall.Money
	Sells    int64     // pieces sold to everybody
	At       time.Time // when the buyer last paid for it
}

// PurchaseFilter narrows a history; zero fields do not.
type PurchaseFilter struct {
	Buyer    mall.ID   // set by the service
	Name     string    // part of the goods' name, at most 64 characters
	Category mall.ID   // with everything below it
	From     time.Time // bought last at or after
	Before   time.Time // bought last before
	// NoTotal leaves Total at zero, which spares a statement.
	NoTotal bool
}

// PurchaseRepository keeps which goods each buyer has paid for. Writes need a
// running transaction.
type PurchaseRepository interface {
	// Add notes by one statement that a buyer paid for goods, each named once
	// and in order of their ids; of goods noted before the later moment stays.
	Add(ctx context.Context, buyer mall.ID, goods []mall.ID, at time.Time) error
	// List is a page of f.Buyer's history, newest first, by one statement.
	List(ctx context.Context, f PurchaseFilter, p mall.Page) ([]Purchase, error)
	// Total counts a history up to atMost.
	Total(ctx context.Context, f PurchaseFilter, atMost int64) (int64, error)
	// Remove takes a goods out of a history and says whether it was there.
	Remove(ctx context.Context, buyer, goods mall.ID) (bool, error)
	// Erase removes a buyer's history.
	Erase(ctx context.Context, buyer mall.ID) error
}

const (
	maxNameLike      = 64     // characters
	countedPurchases = 10_000 // how far the total of a history is counted
)

// ErrNoPurchase says that the goods is not in the history.
var ErrNoPurchase = mall.E(mall.NotFound, "order.no_purchase", "not bought")

// ListPurchases is a page of a buyer's history, newest first, in at most two
// statements.
func (s *Service) ListPurchases(ctx context.Context, buyer mall.ID, f PurchaseFilter, p mall.Page) (mall.Slice[Purchase], error) {
	var out mall.Slice[Purchase]
	f.Buyer, f.Name = buyer, strings.TrimSpace(f.Name)
	if utf8.RuneCountInString(f.Name) > maxNameLike {
		return out, mall.ErrInvalid.With("nameLike")
	}
	var err error
	if out.Items, err = s.deps.Purchases.List(ctx, f, p.Clean()); err != nil || f.NoTotal {
		return out, err
	}
	n, err := s.deps.Purchases.Total(ctx, f, countedPurchases+1)
	out.Total, out.AtLeast = min(n, countedPurchases), n > countedPurchases
	return out, err
}

// RemovePurchase takes a goods out of a buyer's history until it is bought
// again; ErrNoPurchase when it is not there.
func (s *Service) RemovePurchase(ctx context.Context, buyer, goods mall.ID) error {
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.deps.Purchases.Remove(ctx, buyer, goods)
		if err == nil && !ok {
			err = ErrNoPurchase
		}
		return err
	})
}

// notePurchases puts the goods of orders that one payment paid into their
// buyer's history. Sorted ids keep payments of one buyer from blocking each
// other crosswise.
func (s *Service) notePurchases(ctx context.Context, os []*Order, at time.Time) error {
	var goods []mall.ID
	for _, o := range os {
		for i := range o.Lines {
			goods = append(goods, o.Lines[i].Goods)
		}
	}
	slices.Sort(goods)
	if err := s.deps.Purchases.Add(ctx, os[0].Buyer, slices.Compact(goods), at); err != nil {
		return fmt.Errorf("order: note purchases: %w", err)
	}
	return nil
}

package o2o

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/payment/operator"
)

// price is money as the document's texts with two decimals: "0.01".
type price mall.Money

// MarshalJSON prints a text.
func (p price) MarshalJSON() ([]byte, error) {
	return []byte(`"` + mall.Money(p).String() + `"`), nil
}

// at is a moment as "2006-01-02 15:04:05" in the shop's zone, nil (null) for none.
func (a *api) at(t time.Time) *string {
	if t.IsZero() {
		return nil
	}
	text := t.In(a.Calendar.Zone()).Format(time.DateTime)
	return &text
}

// listed is the form of paged lists.
type listed[T any] struct {
	Total int64 `json:"total"`
	List  []T   `json:"list"`
}

// pageSize is the length of a page; clients cannot choose it.
const pageSize = 15

// pageIn is the paging field of a request, from 1.
type pageIn struct {
	Page int64 `in:"page"`
}

// window is the page asked for.
func (p pageIn) window() mall.Page { return mall.NumberedPage(p.Page, pageSize) }

// b2i is a flag as 0 or 1.
func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// shops are the shops of ids, the platform's own for what is gone.
func (a *api) shops(ctx context.Context, ids []mall.ID) (func(mall.ID) shop.Shop, error) {
	found, err := a.Shops.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	return func(id mall.ID) shop.Shop { return found[id] }, nil
}

// centreOf is the operating centre of a shop.
func centreOf(s shop.Shop) mall.ID { return operator.Or(s.Operator) }

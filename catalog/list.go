package catalog

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/gomall-dev/mall"
)

// Sort names an order of lists. Every one ends with the id.
type Sort string

const (
	// BySort is by Goods.Sort, newest first among equals: the order without a wish.
	BySort Sort = ""
	// ByPriceUp is cheapest first.
	ByPriceUp Sort = "priceUp"
	// ByPriceDown is dearest first.
	ByPriceDown Sort = "priceDown"
	// ByOrdersUp is least ordered first.
	ByOrdersUp Sort = "ordersUp"
	// ByOrdersDown is most ordered first.
	ByOrdersDown Sort = "ordersDown"
	// ByAddedUp is oldest first.
	ByAddedUp Sort = "addedUp"
	// ByAddedDown is newest first.
	ByAddedDown Sort = "addedDown"
	// ByNameUp is by name.
	ByNameUp Sort = "nameUp"
)

// sorts is the closed set of orders; other texts mean BySort.
var sorts = []Sort{BySort, ByPriceUp, ByPriceDown, ByOrdersUp, ByOrdersDown, ByAddedUp, ByAddedDown, ByNameUp}

// Filter chooses goods of a list. The zero Filter is everything that buyers are
// shown: on sale, not hidden. Deleted goods are in no list.
type Filter struct {
	Category    mall.ID   // with everything below; 0: any
	Shops       []mall.ID // nil: any
	IDs         []mall.ID // nil: any
	Keyword     string    // somewhere in the name
	BarCode     string
	Tag         string // somewhere in the tags
	Recommended *bool
	PriceMin    *mall.Money
	PriceMax    *mall.Money
	OffSale     bool // those off sale, instead of those on sale
	Hidden      bool // those hidden, instead of those shown
	Any         bool // for staff: on sale and off, hidden and shown
	Bargain     *bool
	GroupBuy    *bool
	FlashSale   *bool
	Sort        Sort
	NoTotal     bool // the caller has no use for the total: it is not counted
}

// Query is a Filter as repositories get it: cleaned, and with the tree resolved.
type Query struct {
	Filter
	Categories []mall.ID // nil: any
}

const maxKeyword = 64 // characters

// maxIDs bounds id lists in filters.
const maxIDs = 500

// List is a page of goods. It costs at most four statements: the categories
// below the one asked for, the page, its stock, the total.
func (s *Service) List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Goods], error) {
	q, err := s.query(ctx, f)
	if err != nil {
		return mall.Slice[Goods]{}, err
	}
	p = p.Clean()
	items, err := s.r.Products.List(ctx, q, p)
	if err != nil {
		return mall.Slice[Goods]{}, fmt.Errorf("catalog: list: %w", err)
	}
	if f.NoTotal {
		return mall.Slice[Goods]{Items: items}, nil
	}
	if n := int64(len(items)); n > 0 && n < p.Limit && p.Offset+n <= s.c.CountTo {
		return slice(items, p.Offset+n, s.c.CountTo), nil // the last page
	}
	total, err := s.total(ctx, q)
	if err != nil {
		return mall.Slice[Goods]{}, fmt.Errorf("catalog: list: %w", err)
	}
	return slice(items, total, s.c.CountTo), nil
}

func (s *Service) query(ctx context.Context, f Filter) (Query, error) {
	f.Keyword = strings.TrimSpace(f.Keyword)
	f.Tag = strings.TrimSpace(f.Tag)
	if len([]rune(f.Keyword)) > maxKeyword || len([]rune(f.Tag)) > maxKeyword {
		return Query{}, mall.ErrInvalid.With("keyword")
	}
	if len(f.IDs) > maxIDs || len(f.Shops) > maxIDs {
		return Query{}, mall.ErrInvalid.With("ids")
	}
	if !slices.Contains(sorts, f.Sort) {
		f.Sort = BySort
	}
	q := Query{Filter: f}
	if f.Category != 0 {
		var err error
		if q.Categories, err = s.r.Categories.Below(ctx, f.Category); err != nil {
			return Query{}, fmt.Errorf("catalog: list: %w", err)
		}
		if len(q.Categories) == 0 {
			q.Categories = []mall.ID{f.Category}
		}
	}
	return q, nil
}

// Each walks over all goods by id, deleted ones left out: up to limit with ids
// greater than after. It is for exports and sweeps; lists for people are List.
func (s *Service) Each(ctx context.Context, after mall.ID, limit int64) ([]Goods, error) {
	return s.r.Products.Each(ctx, after, min(max(limit, 1), 1000))
}

func (s *Service) total(ctx context.Context, q Query) (int64, error) {
	q.Sort = BySort
	return s.long.Of(q, s.now(), s.c.CountTo, func() (int64, error) {
		return s.r.Products.Total(ctx, q, s.c.CountTo)
	})
}

package wxapi

import (
	"context"
	"strconv"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

// yuan is money as a JSON number of yuan: 12.5, 0.01, 30.
type yuan mall.Money

// MarshalJSON is AppendJSON for encoding/json.
func (y yuan) MarshalJSON() ([]byte, error) { return y.AppendJSON(nil), nil }

// AppendJSON prints at most two decimals and no trailing zeros.
func (y yuan) AppendJSON(b []byte) []byte {
	m := int64(y)
	if m < 0 {
		b, m = append(b, '-'), -m
	}
	b = strconv.AppendInt(b, m/100, 10)
	switch f := m % 100; {
	case f == 0:
	case f%10 == 0:
		b = append(b, '.', byte('0'+f/10))
	default:
		b = append(b, '.', byte('0'+f/10), byte('0'+f%10))
	}
	return b
}

// rate10 is a share as shops print rebates: 10 is the whole price, 9.5 is 5 % off.
type rate10 mall.Rate

// MarshalJSON prints at most three decimals.
func (r rate10) MarshalJSON() ([]byte, error) {
	return strconv.AppendFloat(nil, float64(r)/1000, 'f', -1, 64), nil
}

// stamp is a moment as "2006-01-02 15:04:05" in the shop's zone; the zero
// stamp is null, so fields that may be missing are of type *stamp.
type stamp struct {
	t    time.Time
	zone *time.Location
}

// MarshalJSON is AppendJSON for encoding/json.
func (s stamp) MarshalJSON() ([]byte, error) { return s.AppendJSON(nil), nil }

// AppendJSON prints local time without a zone.
func (s stamp) AppendJSON(b []byte) []byte {
	if s.t.IsZero() {
		return append(b, "null"...)
	}
	b = append(b, '"')
	b = s.t.In(s.zone).AppendFormat(b, time.DateTime)
	return append(b, '"')
}

// at is a moment for the wire.
func (a *api) at(t time.Time) stamp { return stamp{t, a.Calendar.Zone()} }

// maybe is a moment for the wire, nil (with omitempty: no field) when there is none.
func (a *api) maybe(t time.Time) *stamp {
	if t.IsZero() {
		return nil
	}
	s := a.at(t)
	return &s
}

// regionID is a region's id on the wire: a string of 12 digits.
type regionID = string

// page is the form of the newer lists.
type page[T any] struct {
	Result    []T   `json:"result"`
	TotalRow  int64 `json:"totalRow"`
	TotalPage int64 `json:"totalPage"`
}

// pageIn are the paging fields of a request; both numbers are 1-based and
// brought into their bounds.
type pageIn struct {
	Page     int64 `in:"page"`
	PageSize int64 `in:"pageSize"`
}

// window is the page asked for.
func (p pageIn) window() mall.Page { return mall.NumberedPage(p.Page, p.PageSize) }

// paged is a page of a list in wire form, errNone when it is empty.
func paged[T, W any](s mall.Slice[T], p mall.Page, wire func(T) W) (*page[W], error) {
	if len(s.Items) == 0 {
		return nil, errNone
	}
	return &page[W]{Result: each(s.Items, wire), TotalRow: s.Total, TotalPage: pages(s.Total, p)}, nil
}

// listed is a bare array in wire form, errNone when it is empty.
func listed[T, W any](items []T, wire func(T) W) ([]W, error) {
	if len(items) == 0 {
		return nil, errNone
	}
	return each(items, wire), nil
}

// each maps items, never to nil: the wire has [] and no null.
func each[T, W any](items []T, wire func(T) W) []W {
	ws := make([]W, len(items))
	for i := range items {
		ws[i] = wire(items[i])
	}
	return ws
}

// pages is the number of pages that total rows fill.
func pages(total int64, p mall.Page) int64 { return (total + p.Limit - 1) / p.Limit }

// empty is the answer of operations that return nothing.
func empty(err error) (any, error) { return nil, err }

// formOf is the host form of a request.
func formOf(ctx context.Context) form { return form(endpoint.From(ctx).Place) }

// b2i is a flag as 0 or 1.
func b2i(b bool) int {
	if b {
		return 1
	}
	return 0
}

// kilograms is a weight in grams as a JSON number of kilograms: 0.25.
type kilograms int64

// MarshalJSON is AppendJSON for encoding/json.
func (g kilograms) MarshalJSON() ([]byte, error) { return g.AppendJSON(nil), nil }

// AppendJSON prints at most three decimals.
func (g kilograms) AppendJSON(b []byte) []byte {
	return strconv.AppendFloat(b, float64(g)/1000, 'f', -1, 64)
}

// plenty is what clients are told of stock without limit.
const plenty = 999_999

// stores is a number of available pieces as clients take it: never negative,
// unlimited stock as a big number.
func stores(available int64) int64 {
	if available == catalog.Unlimited {
		return plenty
	}
	return max(available, 0)
}

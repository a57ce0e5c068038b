package shop

import (
	"context"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
)

// maxKeyword is the longest keyword in characters.
const maxKeyword = 64

// few is up to how many shops are looked up and sorted for one page; a page of
// more is found faster in the order of the list.
const few = 2000

// List is a page of shops: by distance and id when Near is given, else by sort
// and id. The platform is not in it. mall.ErrInvalid names what is no position,
// radius or keyword.
//
// The statements are few, whatever the size of the page, and rows
// are read for the page alone: the categories, what conditions match, the page,
// the total; and by distance one for each ring, see near. Lists by distance end
// after Config.CountTo shops. Without a radius they are in the order of staff
// when nothing is within 512 km.
func (s *Service) List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Shop], error) {
	q, found, err := s.query(ctx, f)
	if err != nil {
		return mall.Slice[Shop]{}, err
	}
	p = p.Clean()
	var items []Shop
	if q.Near != nil {
		p.Limit = max(min(p.Limit, s.countTo-p.Offset), 0)
		items, err = s.near(ctx, &q, p)
	} else {
		items, err = s.d.Repo.List(ctx, q, p)
	}
	if err != nil {
		return mall.Slice[Shop]{}, fmt.Errorf("shop: list: %w", err)
	}
	if n := int64(len(items)); n > 0 && n < p.Limit && p.Offset+n <= s.countTo {
		return mall.Slice[Shop]{Items: items, Total: p.Offset + n}, nil // the last page
	}
	total, err := s.total(ctx, q, found)
	if err != nil {
		return mall.Slice[Shop]{}, fmt.Errorf("shop: list: %w", err)
	}
	if total > s.countTo {
		return mall.Slice[Shop]{Items: items, Total: s.countTo, AtLeast: true}, nil
	}
	return mall.Slice[Shop]{Items: items, Total: total}, nil
}

// query checks a filter, resolves its categories and finds out how many shops
// its conditions match, and so what the page is looked up by.
func (s *Service) query(ctx context.Context, f Filter) (Query, Matches, error) {
	f.Keyword, f.NameLike = strings.TrimSpace(f.Keyword), strings.TrimSpace(f.NameLike)
	if utf8.RuneCountInString(f.Keyword) > maxKeyword || utf8.RuneCountInString(f.NameLike) > maxKeyword {
		return Query{}, Matches{}, mall.ErrInvalid.With("keyword")
	}
	for _, code := range []*string{&f.ProvinceID, &f.CityID, &f.DistrictID} {
		*code = geo.Long(*code)
	}
	anyRadius := f.Near != nil && f.Near.Radius == 0
	if f.Near != nil {
		n := *f.Near
		if err := geo.Check(n.Lat, n.Lng); err != nil {
			return Query{}, Matches{}, err
		}
		if !(n.Radius >= 0) {
			return Query{}, Matches{}, mall.ErrInvalid.With("radius")
		}
		if n.Radius == 0 || n.Radius > geo.FarthestApart {
			n.Radius = geo.FarthestApart
		}
		f.Near = &n
	}
	q := Query{Filter: f, anyRadius: anyRadius}
	if f.Category != 0 || f.Keyword != "" {
		if err := s.resolve(ctx, &q); err != nil {
			return Query{}, Matches{}, fmt.Errorf("shop: list: %w", err)
		}
	}
	if f.Any || f.Near == nil && f.Keyword == "" && f.NameLike == "" {
		return q, Matches{-1, -1}, nil
	}
	found, err := s.d.Repo.Matches(ctx, q, s.countTo)
	if err != nil {
		return Query{}, Matches{}, fmt.Errorf("shop: list: %w", err)
	}
	q.First = found.first(few)
	return q, found, nil
}

// first is the condition with the fewest matches, if these are at most so many.
func (m Matches) first(atMost int64) Lookup {
	switch {
	case m.Keyword >= 0 && m.Keyword <= atMost && (m.Place < 0 || m.Keyword <= m.Place):
		return ByKeyword
	case m.Place >= 0 && m.Place <= atMost:
		return ByPlace
	}
	return InOrder
}

// resolve finds the categories below the one asked for, and those that the
// keyword names.
func (s *Service) resolve(ctx context.Context, q *Query) error {
	all, err := s.d.Repo.Categories(ctx)
	if err != nil {
		return err
	}
	if q.Category != 0 {
		q.Categories = below(all, q.Category)
		return nil
	}
	for _, c := range all {
		if strings.EqualFold(c.Name, q.Keyword) {
			q.Named = append(q.Named, below(all, c.ID)...)
		}
	}
	return nil
}

// total counts a list up to countTo+1. It may be looked up by another condition
// than the page: all of it is read, in whatever order.
func (s *Service) total(ctx context.Context, q Query, found Matches) (int64, error) {
	q.First = found.first(s.countTo)
	anywhere := q.Near == nil || q.Near.Radius > wide
	switch {
	case q.First != InOrder && !anywhere && found.first(few) == InOrder:
		q.First = InOrder // the circle has fewer
	case q.First == InOrder && anywhere && found.Keyword >= 0 && found.Place < 0:
		q.First = ByKeyword
	}
	if q.Near != nil && q.First == InOrder && !q.Any {
		q = q.within(q.Near.Radius)
	}
	return s.long.Of(q, s.now(), min(few, s.countTo), func() (int64, error) { return s.d.Repo.Total(ctx, q, s.countTo) })
}

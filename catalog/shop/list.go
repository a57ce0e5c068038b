package shop

import (
	"context"
	"fmt"
	"math"
	"strings"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
)

const (
	// maxKeyword is the longest keyword in characters.
	maxKeyword = 64
	// firstRing is the radius in metres in which a list by distance looks first;
	// each further ring is ringGrowth times as wide.
	firstRing  = 1000
	ringGrowth = 2
)

// List is a page of shops: by distance and id when Near is given, else by sort
// and id. The platform is not in it. mall.ErrInvalid names what is no position,
// radius or keyword.
//
// Lists by distance look around the point in rings, each twice as wide as
// the one before, until the page is full or the radius reached: a statement a
// ring, at most sixteen, whatever the size of the page; rows are read for the page
// alone, however many shops there are. They end after Config.CountTo shops.
func (s *Service) List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Shop], error) {
	q, err := s.query(ctx, f)
	if err != nil {
		return mall.Slice[Shop]{}, err
	}
	p = p.Clean()
	var items []Shop
	if q.Near != nil {
		p.Limit = max(min(p.Limit, s.countTo-p.Offset), 0)
		items, err = s.near(ctx, q, p)
	} else {
		items, err = s.d.Repo.List(ctx, q, p)
	}
	if err != nil {
		return mall.Slice[Shop]{}, fmt.Errorf("shop: list: %w", err)
	}
	if n := int64(len(items)); n > 0 && n < p.Limit && p.Offset+n <= s.countTo {
		return mall.Slice[Shop]{Items: items, Total: p.Offset + n}, nil // the last page
	}
	total, err := s.total(ctx, q)
	if err != nil {
		return mall.Slice[Shop]{}, fmt.Errorf("shop: list: %w", err)
	}
	if total > s.countTo {
		return mall.Slice[Shop]{Items: items, Total: s.countTo, AtLeast: true}, nil
	}
	return mall.Slice[Shop]{Items: items, Total: total}, nil
}

// query checks a filter, resolves its categories and finds out whether it has
// few matches.
func (s *Service) query(ctx context.Context, f Filter) (Query, error) {
	f.Keyword, f.NameLike = strings.TrimSpace(f.Keyword), strings.TrimSpace(f.NameLike)
	if utf8.RuneCountInString(f.Keyword) > maxKeyword || utf8.RuneCountInString(f.NameLike) > maxKeyword {
		return Query{}, mall.ErrInvalid.With("keyword")
	}
	for _, code := range []*string{&f.ProvinceID, &f.CityID, &f.DistrictID} {
		*code = geo.Long(*code)
	}
	if f.Near != nil {
		n := *f.Near
		if err := geo.Check(n.Lat, n.Lng); err != nil {
			return Query{}, err
		}
		if !(n.Radius >= 0) {
			return Query{}, mall.ErrInvalid.With("radius")
		}
		if n.Radius == 0 || n.Radius > geo.FarthestApart {
			n.Radius = geo.FarthestApart
		}
		f.Near = &n
	}
	q := Query{Filter: f}
	if f.Category != 0 || f.Keyword != "" {
		if err := s.resolve(ctx, &q); err != nil {
			return Query{}, fmt.Errorf("shop: list: %w", err)
		}
	}
	if !f.Any && (f.Near != nil || f.Keyword != "" || f.NameLike != "") {
		var err error
		if q.Few, err = s.d.Repo.Few(ctx, q, s.countTo); err != nil {
			return Query{}, fmt.Errorf("shop: list: %w", err)
		}
	}
	return q, nil
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

// near is a page by distance.
func (s *Service) near(ctx context.Context, q Query, p mall.Page) ([]Shop, error) {
	if p.Limit == 0 {
		return nil, nil
	}
	radius := q.Near.Radius
	if q.Few || q.Any {
		return s.d.Repo.List(ctx, q, p)
	}
	for ring := min(firstRing, radius); ; ring = min(ring*ringGrowth, radius) {
		items, err := s.d.Repo.List(ctx, q.within(ring), p)
		// A full page has the nearest shops: whatever is farther than the ring is
		// farther than all of them.
		if err != nil || int64(len(items)) == p.Limit || ring >= radius {
			return items, err
		}
	}
}

// within is the query for a smaller circle, with the cells that hold it.
func (q Query) within(radius float64) Query {
	n := *q.Near
	n.Radius = radius
	q.Near, q.Spans = &n, geo.Around(n.Lat, n.Lng, math.Nextafter(radius, math.Inf(1)))
	return q
}

func (s *Service) total(ctx context.Context, q Query) (int64, error) {
	if q.Near != nil && !q.Few && !q.Any {
		q = q.within(q.Near.Radius)
	}
	return s.d.Repo.Total(ctx, q, s.countTo)
}

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

const (
	// few is up to how many shops of a place, or beyond the page, are gathered
	// and sorted for one page.
	few = 2000
	// rare is up to how many matches of a keyword are: a page of more is found
	// faster in the order of the list, where each match is near the other. With a
	// million shops both ways read about as long.
	rare = 8000
)

// List is a page of shops: by distance and id when Near is given, else by sort
// and id. The platform is not in it. mall.ErrInvalid names what is no position,
// radius or keyword.
//
// The statements are few, whatever the size of the page, and whole rows are
// read for the page alone: the categories; what a keyword with few matches or a
// place with few shops gives, and with it the total; else the page, by distance
// one for each ring, see near; and the total. Lists by distance end after
// Config.CountTo shops. Without a radius they are in the order of staff when
// nothing is within 512 km.
func (s *Service) List(ctx context.Context, f Filter, p mall.Page) (mall.Slice[Shop], error) {
	q, err := s.query(ctx, f)
	if err != nil {
		return mall.Slice[Shop]{}, err
	}
	p = p.Clean()
	if q.Near != nil {
		p.Limit = max(min(p.Limit, s.countTo-p.Offset), 0)
	}
	items, total, err := s.page(ctx, &q, p)
	if err == nil && total < 0 {
		if n := int64(len(items)); n > 0 && n < p.Limit && p.Offset+n <= s.countTo {
			total = p.Offset + n // the last page
		} else {
			total, err = s.total(ctx, q)
		}
	}
	if err != nil {
		return mall.Slice[Shop]{}, fmt.Errorf("shop: list: %w", err)
	}
	if total > s.countTo {
		return mall.Slice[Shop]{Items: items, Total: s.countTo, AtLeast: true}, nil
	}
	return mall.Slice[Shop]{Items: items, Total: total}, nil
}

// page is the shops of a page, with the total of the list if that came to light
// on the way, else -1.
func (s *Service) page(ctx context.Context, q *Query, p mall.Page) ([]Shop, int64, error) {
	if p.Limit == 0 {
		return nil, -1, nil
	}
	if q.Any {
		page, err := s.d.Repo.List(ctx, *q, p)
		return page, -1, err
	}
	for _, first := range q.lookups() {
		found, err := s.find(ctx, *q, first, p)
		if err != nil {
			return nil, 0, err
		}
		if !found.More {
			page, err := s.inOrder(ctx, found.IDs)
			return page, found.Total, err
		}
	}
	if q.Near != nil {
		return s.near(ctx, q, p)
	}
	page, err := s.d.Repo.List(ctx, *q, p)
	return page, -1, err
}

// lookups are the conditions that may have so few shops that they are gathered.
// Without keyword and circle, the indexes of places give the order as well.
func (q *Query) lookups() (by []Lookup) {
	keyword := q.Keyword != "" || q.NameLike != ""
	if keyword && q.Near != nil && q.Near.Radius <= nearby {
		by = append(by, ByCircle)
	}
	if keyword {
		by = append(by, ByKeyword)
	}
	if (keyword || q.Near != nil) && q.placed() {
		by = append(by, ByPlace)
	}
	return by
}

func (q *Query) placed() bool {
	return len(q.Categories) > 0 || q.CityID != "" || q.DistrictID != "" || q.ProvinceID != ""
}

// find looks up a page by one condition. That there are too many is remembered
// like a long total: it only decides how the page is found.
func (s *Service) find(ctx context.Context, q Query, first Lookup, p mall.Page) (found Found, err error) {
	q.First = first
	if first == ByCircle {
		return s.d.Repo.Find(ctx, q.within(q.Near.Radius), p, rare)
	}
	condition := struct {
		TooMany                        Lookup
		Keyword                        [2]string
		ProvinceID, CityID, DistrictID string
		Categories, Named              []mall.ID
		Near                           bool
	}{first, [2]string{q.Keyword, q.NameLike}, q.ProvinceID, q.CityID, q.DistrictID, q.Categories, q.Named, q.Near != nil}
	atMost := int64(few)
	if first == ByKeyword {
		atMost = rare
		condition.ProvinceID, condition.CityID, condition.DistrictID, condition.Categories, condition.Near = "", "", "", nil, false
	}
	more, err := s.long.Of(condition, s.now(), 0, func() (int64, error) {
		if first == ByKeyword && len(q.Named) > 0 {
			if n, err := s.d.Repo.Total(ctx, Query{Categories: q.Named}, few); err != nil || n > few {
				return n, err
			}
		}
		if found, err = s.d.Repo.Find(ctx, q, p, atMost); err != nil || !found.More {
			return 0, err
		}
		return atMost + 1, nil
	})
	if more > 0 {
		found = Found{More: true}
	}
	return found, err
}

// inOrder are shops in the order of their ids.
func (s *Service) inOrder(ctx context.Context, ids []mall.ID) ([]Shop, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	found, err := s.d.Repo.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	list := make([]Shop, 0, len(ids))
	for _, id := range ids {
		if shop, ok := found[id]; ok {
			list = append(list, shop)
		}
	}
	return list, nil
}

// query checks a filter and resolves its categories.
func (s *Service) query(ctx context.Context, f Filter) (Query, error) {
	f.Keyword, f.NameLike = strings.TrimSpace(f.Keyword), strings.TrimSpace(f.NameLike)
	if utf8.RuneCountInString(f.Keyword) > maxKeyword || utf8.RuneCountInString(f.NameLike) > maxKeyword {
		return Query{}, mall.ErrInvalid.With("keyword")
	}
	for _, code := range []*string{&f.ProvinceID, &f.CityID, &f.DistrictID} {
		*code = geo.Long(*code)
	}
	anyRadius := f.Near != nil && f.Near.Radius == 0
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
	q := Query{Filter: f, anyRadius: anyRadius}
	if f.Category != 0 || f.Keyword != "" {
		if err := s.resolve(ctx, &q); err != nil {
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

// total counts a list up to countTo+1. It may be looked up by another condition
// than the page: all of it is read, in whatever order.
func (s *Service) total(ctx context.Context, q Query) (int64, error) {
	keyword, anywhere := q.Keyword != "" || q.NameLike != "", q.Near == nil || q.Near.Radius > wide
	switch {
	case q.Any:
	case keyword && anywhere && !q.placed():
		q.First = ByKeyword
	case q.Near != nil && q.Near.Radius < geo.FarthestApart:
		q = q.within(q.Near.Radius)
	}
	return s.long.Of(q, s.now(), min(few, s.countTo), func() (int64, error) { return s.d.Repo.Total(ctx, q, s.countTo) })
}

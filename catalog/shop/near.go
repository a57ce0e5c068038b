package shop

import (
	"context"
	"math"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
)

const (
	// firstRing is the radius in metres in which a list by distance looks first;
	// each further ring is twice as wide.
	firstRing = 1000
	// farOff is where a list without a radius stops to look for the nearest:
	// 512 km, the tenth ring. If nothing is in it, distance is no order.
	farOff = firstRing << 9
	// wide is from where on a circle may hold more shops than ten thousand of
	// them cost to be looked up one by one.
	wide = firstRing << 6
	// bisections is up to how often a ring is halved that holds too many shops
	// to be sorted, as the first ring that reaches a far coast does.
	bisections = 8
)

// near is a page by distance. It counts in rings around the point until there
// is one that holds the page, and sorts that ring alone: whatever is farther is
// farther than all of the page. A ring costs one statement, and there are at
// most 16 of them and 8 bisections, whatever the size of the page.
func (s *Service) near(ctx context.Context, q *Query, p mall.Page) ([]Shop, error) {
	if p.Limit == 0 {
		return nil, nil
	}
	if q.First != InOrder || q.Any {
		return s.d.Repo.List(ctx, *q, p)
	}
	need, radius := p.Offset+p.Limit, q.Near.Radius
	most := need + few
	inner, ring, n := 0.0, min(firstRing, radius), int64(0)
	for {
		var err error
		if n, err = s.d.Repo.Total(ctx, q.within(ring), most); err != nil {
			return nil, err
		}
		if n >= need || ring >= radius {
			break
		}
		if n == 0 && ring >= farOff && q.anyRadius {
			q.Near = nil
			return s.d.Repo.List(ctx, *q, p)
		}
		inner, ring = ring, min(2*ring, radius)
	}
	for try := 0; n > most && try < bisections; try++ {
		middle := (inner + ring) / 2
		held, err := s.d.Repo.Total(ctx, q.within(middle), most)
		if err != nil {
			return nil, err
		}
		if held < need {
			inner = middle
			continue
		}
		ring, n = middle, held
	}
	return s.d.Repo.List(ctx, q.within(ring), p)
}

// within is the query for a smaller circle, with the cells that hold it.
func (q Query) within(radius float64) Query {
	n := *q.Near
	n.Radius = radius
	q.Near, q.Spans = &n, geo.Around(n.Lat, n.Lng, math.Nextafter(radius, math.Inf(1)))
	return q
}

package shop

import (
	"context"
	"math"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
)

const (
	// firstRing is the radius in metres in which a list by distance looks first.
	firstRing = 1000
	// farOff is where a list without a radius stops to look for the nearest:
	// 512 km. If nothing is in it, distance is no order.
	farOff = firstRing << 9
	// nearby is up to where a circle is taken to have few shops until it shows more.
	nearby = firstRing << 4
	// wide is from where on a circle may hold so many shops that the matches of a
	// keyword are counted sooner wherever they are.
	wide = firstRing << 8
	// bisections is up to how often a ring is halved that holds too many shops
	// to be sorted, as the first ring that reaches a far coast does.
	bisections = 8
)

// near is a page by distance, with the total of the list if that came to light,
// else -1. It looks in rings around the point until one holds the page, and
// sorts that ring alone: whatever is farther is farther than all of the page. A
// ring costs one statement. Mostly there are two or three; there are at most 15,
// 8 bisections and one more, whatever the size of the page.
func (s *Service) near(ctx context.Context, q *Query, p mall.Page) (page []Shop, total int64, err error) {
	need, radius := p.Offset+p.Limit, q.Near.Radius
	most := need + few
	inner, ring := 0.0, min(firstRing, radius)
	look := func(radius float64, atMost int64) (Found, error) {
		return s.d.Repo.Find(ctx, q.within(radius), p, atMost)
	}
	var found Found
	for {
		if found, err = look(ring, most); err != nil {
			return nil, 0, err
		}
		if found.More || found.Total >= need || ring >= radius {
			break
		}
		if found.Total == 0 && ring >= farOff && q.anyRadius {
			q.Near = nil
			page, err = s.d.Repo.List(ctx, *q, p)
			return page, -1, err
		}
		inner, ring = ring, min(wider(ring, found.Total, need), radius)
	}
	for try := 0; found.More && try < bisections; try++ {
		middle := (inner + ring) / 2
		held, err := look(middle, most)
		if err != nil {
			return nil, 0, err
		}
		if !held.More && held.Total < need {
			inner = middle
			continue
		}
		ring, found = middle, held
	}
	if found.More { // in one place
		if found, err = look(ring, math.MaxInt32); err != nil {
			return nil, 0, err
		}
	}
	total = -1
	if ring >= radius {
		total = found.Total
	}
	page, err = s.inOrder(ctx, found.IDs)
	return page, total, err
}

// wider is the next ring after one that holds some shops, but not as many as
// are needed: as wide as it has to be if they lie as densely farther out, and
// between twice and four times as wide. No ring jumps over farOff.
func wider(ring float64, n, need int64) float64 {
	next := 4 * ring
	if n > 0 {
		next = ring * min(max(1.25*math.Sqrt(float64(need)/float64(n)), 2), 4)
	}
	if ring < farOff {
		next = min(next, farOff)
	}
	return next
}

// within is the query for a smaller circle, with the cells that hold it.
func (q Query) within(radius float64) Query {
	n := *q.Near
	n.Radius = radius
	q.Near, q.Spans = &n, geo.Around(n.Lat, n.Lng, math.Nextafter(radius, math.Inf(1)))
	return q
}

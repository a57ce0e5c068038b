package order

import (
	"context"
	"fmt"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/catalog"
)

// ErrLowerLevel says that the buyer holds a higher level than the goods give;
// its argument is the name of the goods.
var ErrLowerLevel = mall.E(mall.State, "order.lower_level", "buyer holds a higher level than")

// Bounds of one line of memberships: every piece is a grant of its own, and
// a grant ends within a lifetime.
const (
	maxGrants    = 100
	maxGrantDays = 36_500
)

// grantable refuses memberships that the buyer cannot have: of a lower level
// than is held now, of one that is not offered, or for too long.
func (s *Service) grantable(ctx context.Context, held member.Level, it catalog.Item) error {
	g := &it.Goods
	if g.Level == 0 {
		return nil
	}
	level, err := s.deps.Members.Level(ctx, g.Level)
	switch {
	case err != nil:
		return err
	case !level.Active:
		return member.ErrNoLevel
	case level.Rank < held.Rank:
		return ErrLowerLevel.With(g.Name)
	case it.Qty > maxGrants || it.Qty*int64(g.LevelDays) > maxGrantDays:
		return ErrQty.With(g.ID)
	}
	return nil
}

// grantSource is what the n-th piece of a line is granted under, from 1.
func grantSource(line mall.ID, n int64) string { return fmt.Sprintf("order_line:%d:%d", line, n) }

// grant gives the memberships of orders that were just paid, once: a grant for
// each piece, so that refunding pieces takes away just theirs. It comes after
// the stock of all the orders, before any ledger.
func (s *Service) grant(ctx context.Context, os []*Order) error {
	for _, o := range os {
		for i := range o.Lines {
			l := &o.Lines[i]
			if l.Level == 0 {
				continue
			}
			for n := range l.Qty {
				if err := s.deps.Members.Give(ctx, o.Buyer, l.Level, member.Days(l.LevelDays), grantSource(l.ID, n+1)); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// ungrant takes back the memberships of pieces that left their orders.
func (s *Service) ungrant(ctx context.Context, off []taken) error {
	for _, t := range off {
		if !t.granted {
			continue
		}
		for n := range t.qty {
			if err := s.deps.Members.Revoke(ctx, grantSource(t.line, t.first+n)); err != nil {
				return err
			}
		}
	}
	return nil
}

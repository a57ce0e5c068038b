package catalog

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"sync"
	"time"

	"github.com/gomall-dev/mall"
)

// DealKind is the moment that a deal tells of.
type DealKind int

const (
	// Ordered is an order placed.
	Ordered DealKind = 0
	// Paid is an order paid.
	Paid DealKind = 1
)

// Deal is a recent purchase for the ticker. The buyer's name is looked up, and
// masked, by who shows it.
type Deal struct {
	ID    mall.ID
	Kind  DealKind
	Goods mall.ID
	Buyer mall.ID
	At    time.Time
	Name  string // of the goods; filled in when read
	Pic   string
}

// keptDeals is how many deals of a kind are kept.
const keptDeals = 100

// tally holds what is counted in memory between two Flushes.
type tally struct {
	sync.Mutex
	counts map[mall.ID]*Counts
	deals  []Deal
}

// counted is the entry of goods, made if it is not there.
func counted(m map[mall.ID]*Counts, goods mall.ID) *Counts {
	c := m[goods]
	if c == nil {
		c = &Counts{Goods: goods}
		m[goods] = c
	}
	return c
}

// inOrder lists counts by goods id, the order in which counters are written.
func inOrder(m map[mall.ID]*Counts) []Counts {
	cs := make([]Counts, 0, len(m))
	for _, c := range m {
		cs = append(cs, *c)
	}
	slices.SortFunc(cs, func(a, b Counts) int { return cmp.Compare(a.Goods, b.Goods) })
	return cs
}

// CountSales notes that goods were sold: so many more orders and pieces
// (negative after a refund). It only adds in memory; Flush writes.
func (s *Service) CountSales(goods mall.ID, orders, pieces int64) {
	s.tally.Lock()
	defer s.tally.Unlock()
	c := counted(s.tally.counts, goods)
	c.Orders += orders
	c.Sells += pieces
}

// CountView notes one view of goods in memory; Flush writes.
func (s *Service) CountView(goods mall.ID) {
	s.tally.Lock()
	defer s.tally.Unlock()
	counted(s.tally.counts, goods).Views++
}

// NoteDeal notes a deal for the ticker in memory; Flush writes. Of many
// between two Flushes the newest are kept.
func (s *Service) NoteDeal(kind DealKind, goods, buyer mall.ID, at time.Time) {
	s.tally.Lock()
	defer s.tally.Unlock()
	s.tally.deals = append(s.tally.deals, Deal{Kind: kind, Goods: goods, Buyer: buyer, At: at})
	if n := len(s.tally.deals); n > 4*keptDeals {
		s.tally.deals = slices.Clone(s.tally.deals[n-2*keptDeals:])
	}
}

// Flush writes the views, sales and deals noted since the last one. It is a
// sweep: safe in many processes; when it fails, the numbers are kept for the
// next one. A process that is killed loses what it had not flushed: these are
// statistics, the books do not depend on them.
func (s *Service) Flush(ctx context.Context) error {
	s.tally.Lock()
	counts, deals := s.tally.counts, s.tally.deals
	s.tally.counts, s.tally.deals = map[mall.ID]*Counts{}, nil
	s.tally.Unlock()
	if len(counts) == 0 && len(deals) == 0 {
		return nil
	}
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.r.Products.Count(ctx, inOrder(counts)); err != nil {
			return err
		}
		return s.r.Reviews.AddDeals(ctx, deals, keptDeals)
	})
	if err != nil {
		s.keep(counts, deals)
		return fmt.Errorf("catalog: flush: %w", err)
	}
	return nil
}

// keep puts back what a failed Flush had taken.
func (s *Service) keep(counts map[mall.ID]*Counts, deals []Deal) {
	s.tally.Lock()
	defer s.tally.Unlock()
	for id, c := range counts {
		k := counted(s.tally.counts, id)
		k.Views += c.Views
		k.Orders += c.Orders
		k.Sells += c.Sells
	}
	s.tally.deals = append(deals, s.tally.deals...)
}

// Deals are the newest deals of a kind whose goods are still shown, those
// that this process has not flushed yet included; they have no ID. At most two
// statements.
func (s *Service) Deals(ctx context.Context, kind DealKind, limit int64) ([]Deal, error) {
	limit = min(max(limit, 1), keptDeals)
	deals, err := s.fresh(ctx, kind)
	if err != nil {
		return nil, fmt.Errorf("catalog: deals: %w", err)
	}
	stored, err := s.r.Reviews.Deals(ctx, kind, limit)
	if err != nil {
		return nil, err
	}
	deals = append(deals, stored...)
	return deals[:min(len(deals), int(limit))], nil
}

// fresh are the deals of a kind in memory, the newest first.
func (s *Service) fresh(ctx context.Context, kind DealKind) ([]Deal, error) {
	var noted []Deal
	var ids []mall.ID
	s.tally.Lock()
	for i := len(s.tally.deals) - 1; i >= 0 && len(noted) < keptDeals; i-- {
		if d := s.tally.deals[i]; d.Kind == kind {
			noted, ids = append(noted, d), append(ids, d.Goods)
		}
	}
	s.tally.Unlock()
	goods, err := s.ByIDs(ctx, ids)
	deals := noted[:0]
	for _, d := range noted {
		if g := goods[d.Goods]; g != nil && g.OnSale && !g.Hidden {
			d.Name, d.Pic = g.Name, g.Pic
			deals = append(deals, d)
		}
	}
	return deals, err
}

// forget drops a buyer's deals in memory.
func (s *Service) forget(buyer mall.ID) {
	s.tally.Lock()
	defer s.tally.Unlock()
	s.tally.deals = slices.DeleteFunc(s.tally.deals, func(d Deal) bool { return d.Buyer == buyer })
}

package catalog

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
)

// MaxQty bounds the pieces of one want.
const MaxQty int64 = 1_000_000

// Want is what a buyer asks for: goods, the SKU by its id or by its options
// (neither: the default SKU), pieces and add-ons.
type Want struct {
	Goods   mall.ID
	SKU     mall.ID
	Options string // "1:11,2:21", commas at either end and any order accepted; instead of SKU
	Qty     int64
	Addons  []mall.ID
}

// Buyer is for whom a price is made. The zero Buyer is an anonymous visitor.
type Buyer struct {
	Account mall.ID
	Level   mall.ID   // membership level, 0 none
	Rebate  mall.Rate // of that level. Price does not apply it: the order's pipeline does, see Off
}

// Off is a price after the level's rebate, rounded half up to the fen.
func (b Buyer) Off(m mall.Money) mall.Money {
	if b.Rebate <= 0 || b.Rebate >= mall.Whole {
		return m
	}
	return b.Rebate.Of(m)
}

// Item is a Want with its price. Amounts are per piece.
type Item struct {
	Goods     Goods
	SKU       SKU // with its stock
	Options   []OptionValue
	Qty       int64
	Addons    []Addon
	List      mall.Money // the SKU's price
	Unit      mall.Money // the lowest of the SKU's price, the quantity step and the level price; without add-ons
	AddonUnit mall.Money // all add-ons together
	Points    int64      // points price
	Limits    []Limit    // those that bind this buyer
}

// Price makes the prices of wants at a moment, in their order; equal wants are
// not merged. It is called inside Place, so it costs two statements, one more
// when extras occur and one more when purchase limits do, however many wants
// there are. The first want that cannot be had is the error, which names the
// goods: ErrGone, ErrOffSale, ErrNeedSKU, ErrNoSKU, ErrNeedAddon, ErrBadAddon,
// ErrMinBuy, ErrQty, ErrNotValid, ErrHours. Stock is not asked.
func (s *Service) Price(ctx context.Context, b Buyer, at time.Time, wants []Want) ([]Item, error) {
	items, problems, err := s.Appraise(ctx, b, at, wants)
	if err != nil {
		return nil, err
	}
	for _, p := range problems {
		if p != nil {
			return nil, p
		}
	}
	return items, nil
}

// Appraise is Price for showing: a want that cannot be had has its error at its
// place in problems, and as much of its Item as is known; the rest stands.
func (s *Service) Appraise(ctx context.Context, b Buyer, at time.Time, wants []Want) (items []Item, problems []error, err error) {
	f, err := s.shelf(ctx, wants)
	if err != nil {
		return nil, nil, fmt.Errorf("catalog: price: %w", err)
	}
	items, problems = make([]Item, len(wants)), make([]error, len(wants))
	for i, w := range wants {
		if items[i], problems[i] = f.item(b, at, w); problems[i] == nil {
			problems[i] = items[i].Goods.usable(s.c.Calendar, at)
		}
	}
	return items, problems, nil
}

// shelf is everything that pricing some wants needs to know.
type shelf struct {
	goods  map[mall.ID]*Goods
	skus   map[mall.ID][]SKU
	addons map[mall.ID][]AddonGroup
	limits map[mall.ID][]Limit
}

func (s *Service) shelf(ctx context.Context, wants []Want) (shelf, error) {
	var f shelf
	ids := make([]mall.ID, 0, len(wants))
	for _, w := range wants {
		ids = append(ids, w.Goods)
	}
	slices.Sort(ids)
	ids = slices.Compact(ids)
	if len(ids) == 0 {
		return f, nil
	}
	goods, skus, err := s.r.Products.WithSKUs(ctx, ids)
	if err != nil {
		return f, err
	}
	f.goods = goods
	f.skus = make(map[mall.ID][]SKU, len(ids))
	for _, k := range skus {
		f.skus[k.Goods] = append(f.skus[k.Goods], k)
	}
	var extras, limited []mall.ID
	for _, id := range ids {
		g := f.goods[id]
		if g != nil && g.HasAddons {
			extras = append(extras, id)
		}
		if g != nil && g.Limited {
			limited = append(limited, id)
		}
	}
	if len(extras) > 0 {
		if f.addons, err = s.r.Products.Addons(ctx, extras); err != nil {
			return f, err
		}
	}
	if len(limited) > 0 {
		f.limits, err = s.r.Limits.ByGoods(ctx, limited)
	}
	return f, err
}

func (f *shelf) item(b Buyer, at time.Time, w Want) (Item, error) {
	it := Item{Qty: w.Qty}
	g := f.goods[w.Goods]
	if g == nil {
		return it, ErrGone.With(w.Goods)
	}
	it.Goods = *g
	if !g.Available(at) {
		// What a greyed-out cart line shows is filled in as far as it goes.
		if k, err := pick(g, f.skus[g.ID], w); err == nil {
			f.price(&it, k, b)
		}
		return it, ErrOffSale.With(g.Name)
	}
	k, err := pick(g, f.skus[g.ID], w)
	if err != nil {
		return it, err
	}
	f.price(&it, k, b)
	if it.Addons, err = choose(g, f.addons[g.ID], w.Addons); err != nil {
		return it, err
	}
	for _, a := range it.Addons {
		it.AddonUnit += a.Price
	}
	switch {
	case w.Qty < 1 || w.Qty > MaxQty || it.Unit+it.AddonUnit > mall.MaxMoney/mall.Money(w.Qty):
		return it, ErrQty.With(g.Name)
	case w.Qty < g.MinBuy:
		return it, ErrMinBuy.With(g.Name, g.MinBuy)
	}
	return it, nil
}

// price fills in what follows from the SKU.
func (f *shelf) price(it *Item, k *SKU, b Buyer) {
	it.SKU, it.Options = *k, k.Options
	it.List, it.Unit, it.Points = k.Price, k.Price, k.Score
	for _, step := range it.Goods.Steps {
		if it.Qty >= step.From {
			it.Unit = min(it.Unit, step.Price)
		}
	}
	if p, ok := k.LevelPrices[b.Level]; ok && b.Level != 0 {
		it.Unit = min(it.Unit, p)
	}
	it.Limits = binding(f.limits[it.Goods.ID], k.ID, b.Level)
}

// pick finds the SKU of a want.
func pick(g *Goods, skus []SKU, w Want) (*SKU, error) {
	key, err := OptionKey(w.Options)
	if err != nil {
		return nil, ErrNoSKU.With(g.Name)
	}
	if w.SKU == 0 && key == "" && len(g.PropertyIDs) > 0 {
		return nil, ErrNeedSKU.With(g.Name)
	}
	for i := range skus {
		if k := &skus[i]; w.SKU != 0 && k.ID == w.SKU || w.SKU == 0 && k.Key == key {
			return k, nil
		}
	}
	return nil, ErrNoSKU.With(g.Name)
}

// choose finds the extras wanted and holds them against the rules of their groups.
func choose(g *Goods, groups []AddonGroup, ids []mall.ID) ([]Addon, error) {
	if len(ids) == 0 && len(groups) == 0 {
		return nil, nil
	}
	var chosen []Addon
	for _, group := range groups {
		n := len(chosen)
		for _, item := range group.Items {
			if slices.Contains(ids, item.ID) {
				chosen = append(chosen, item)
			}
		}
		switch n = len(chosen) - n; {
		case n == 0 && group.Required:
			return nil, ErrNeedAddon.With(g.Name)
		case n > 1 && !group.Multiple:
			return nil, ErrBadAddon.With(g.Name)
		}
	}
	// Fewer were found than were named: one is foreign, or named twice.
	if len(chosen) != len(ids) {
		return nil, ErrBadAddon.With(g.Name)
	}
	return chosen, nil
}

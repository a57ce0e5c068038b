package order

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cart"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/payment"
)

// Sources of ledger entries; the id is the order's.
const (
	pointsPrice = "order.points"
	pointsMoney = "order.deduction"
	pointsBack  = "order.back"
)

// source is the name under which an order holds stock and purchase limits.
func source(id mall.ID) string { return "order:" + strconv.FormatInt(int64(id), 10) }

// Place makes an order: prices, sale state and offers are read, stock is held,
// purchase limits are counted, points are spent and the cart's lines are taken
// in one transaction, all or nothing. What costs nothing is paid at once. When
// stock is short, overdue orders that hold it are expired first, then it is
// tried once more.
//
// With Split, goods of several shops make a parent, which is the answer.
// Refusals come from here (ErrEmpty, ErrQty, ErrManyShops, ErrNoAddress,
// ErrOffer, ErrUnpaidOrders …) and from the rooms below: catalog.ErrOffSale and its kin,
// catalog.ErrLimit, catalog.ErrNotDelivered, shop.ErrClosed, stock.ErrShort,
// cart.ErrChanged.
func (s *Service) Place(ctx context.Context, who mall.Actor, in PlaceInput) (*Order, error) {
	if _, err := who.Buyer(); err != nil {
		return nil, err
	}
	term, err := s.term(ctx, who.Face)
	if err != nil {
		return nil, err
	}
	if in.PickUpShop != 0 {
		at, err := s.deps.Shops.Get(ctx, in.PickUpShop)
		switch {
		case errors.Is(err, mall.ErrNotFound):
			return nil, mall.ErrInvalid.With("pick-up shop")
		case err != nil:
			return nil, err
		case !pickUpAt(at):
			return nil, mall.ErrInvalid.With("pick-up shop")
		}
		in.PickUpName = at.Name
	}
	var o *Order
	var needs []mall.ID
	try := func() error {
		return s.deps.Tx.Do(ctx, func(ctx context.Context) (err error) {
			o, needs, err = s.place(ctx, who, in, term)
			return err
		})
	}
	if err = try(); errors.Is(err, stock.ErrShort) && !mall.InTx(ctx) {
		if n, e := s.expireOf(ctx, needs); e == nil && n > 0 {
			err = try()
		}
	}
	if err != nil {
		if first := s.meanwhile(ctx, who.Account, in.IdempotencyKey); first != nil {
			return first, nil
		}
		return nil, fmt.Errorf("order: place: %w", err)
	}
	return o, nil
}

// meanwhile is the order that the same call made at the same moment, which is
// why this one found its key, its cart lines or the last pieces taken; nil for none.
func (s *Service) meanwhile(ctx context.Context, buyer mall.ID, key string) *Order {
	if key == "" || mall.InTx(ctx) {
		return nil
	}
	id, err := s.deps.Orders.FindByKey(ctx, buyer, key)
	if err != nil || id == 0 {
		return nil
	}
	o, err := s.load(ctx, id)
	if err != nil {
		return nil
	}
	return o
}

func pickUpAt(sh *shop.Shop) bool { return sh != nil && sh.PickUp && sh.Open() }

func (s *Service) term(ctx context.Context, face mall.Face) (time.Duration, error) {
	if s.cfg.Term != nil {
		return s.cfg.Term(ctx, face)
	}
	switch face {
	case mall.FaceManager:
		return 2 * time.Minute, nil
	case mall.FaceO2O:
		return 24 * time.Hour, nil
	}
	return 30 * time.Minute, nil
}

// place is Place within its transaction. It also says which SKUs it needs.
func (s *Service) place(ctx context.Context, who mall.Actor, in PlaceInput, term time.Duration) (*Order, []mall.ID, error) {
	if in.IdempotencyKey != "" {
		if id, err := s.deps.Orders.FindByKey(ctx, who.Account, in.IdempotencyKey); err != nil || id != 0 {
			return s.again(ctx, id, err)
		}
	}
	ds, err := s.drafts(ctx, who, in, s.takeCart)
	if err != nil {
		return nil, nil, err
	}
	if len(ds) > 1 && !in.Split {
		return nil, nil, ErrManyShops
	}
	var needs []mall.ID
	left, wanted := in.Deduction, in.Offers
	for _, d := range ds {
		d.in.Deduction, d.in.Offers = left, wanted
		if err := d.price(ctx); err != nil {
			return nil, nil, err
		}
		if err := d.deliverable(); err != nil {
			return nil, nil, err
		}
		left, wanted = left-d.cost.Score, d.unused()
		if d.o.Due = in.Due; d.o.Due.IsZero() {
			d.o.Due = d.at.Add(term)
		}
		for i := range d.o.Lines {
			needs = append(needs, d.o.Lines[i].SKU)
		}
	}
	if err := insist(wanted, ds); err != nil {
		return nil, nil, err
	}
	if err := s.limitUnpaid(ctx, who, ds); err != nil {
		return nil, nil, err
	}
	head := ds[0].o
	if len(ds) > 1 {
		if head, err = s.parent(ctx, ds); err != nil {
			return nil, nil, err
		}
	}
	for _, d := range ds {
		if err := s.commit(ctx, d); err != nil {
			return nil, needs, err
		}
	}
	for _, d := range ds {
		if d.o.Payable == 0 {
			if _, err := s.deps.Payments.PayNothing(ctx, who, payment.Action{Purpose: payment.Order, Refs: []mall.ID{d.o.ID}}); err != nil {
				return nil, needs, err
			}
			paid, err := s.load(ctx, d.o.ID)
			if err != nil {
				return nil, needs, err
			}
			*d.o = *paid
		}
	}
	return head, needs, nil
}

func (s *Service) again(ctx context.Context, id mall.ID, err error) (*Order, []mall.ID, error) {
	if err != nil {
		return nil, nil, err
	}
	o, err := s.load(ctx, id)
	return o, nil, err
}

// deliverable refuses what a quote only notes.
func (d *draft) deliverable() error {
	a := d.o.Address
	switch {
	case d.NotDelivered != nil:
		return d.NotDelivered
	case d.o.Delivery == Express && (a.LinkMan == "" || a.Mobile == "" || a.Detail == ""):
		return ErrNoAddress
	case d.o.CanRedeem && d.o.Face == mall.FaceO2O && d.o.Pieces() > maxCodes:
		return ErrQty.With(d.o.Lines[0].Goods)
	}
	return nil
}

// parent stores the order that stands for all parts of a checkout.
func (s *Service) parent(ctx context.Context, ds []*draft) (*Order, error) {
	first := ds[0].o
	p := &Order{Parts: true, Buyer: first.Buyer, Level: first.Level, Face: first.Face, Key: first.Key, State: newOrder,
		HeldOpen: first.HeldOpen, Delivery: first.Delivery, Remark: first.Remark, Addr: first.Addr,
		Due: first.Due, Added: first.Added, Updated: first.Updated}
	for _, d := range ds {
		d.o.Key = ""
		p.Payable += d.o.Payable
	}
	if err := s.insert(ctx, p, ds[0].in.Numbering); err != nil {
		return nil, err
	}
	for _, d := range ds {
		d.o.Parent = p.ID
	}
	return p, nil
}

// insert stores the order under a free number. The caller's idempotency key
// was looked for before; that it is taken now means that the same call runs
// twice at this moment.
func (s *Service) insert(ctx context.Context, o *Order, n Numbering) error {
	for range 5 {
		o.Number = s.number(n, o.Face, o.Added)
		ok, err := s.deps.Orders.Insert(ctx, o)
		if err != nil || ok {
			return err
		}
		if o.Key != "" {
			if id, err := s.deps.Orders.FindByKey(ctx, o.Buyer, o.Key); err != nil || id != 0 {
				return errors.Join(err, ErrBusy)
			}
		}
	}
	return ErrBusy
}

// commit writes a priced draft and takes what it needs, in the global order of
// writes: order row, counters by key, grants, ledgers.
func (s *Service) commit(ctx context.Context, d *draft) error {
	o := d.o
	if err := s.insert(ctx, o, d.in.Numbering); err != nil {
		return err
	}
	needs := make([]stock.Need, len(o.Lines))
	for i := range o.Lines {
		needs[i] = stock.Need{Key: stock.SKU(o.Lines[i].SKU), Qty: o.Lines[i].Qty}
	}
	if err := s.deps.Stock.Hold(ctx, source(o.ID), needs); err != nil {
		return err
	}
	if err := s.deps.Catalog.TakeLimits(ctx, o.Buyer, source(o.ID), d.at, d.items); err != nil {
		return err
	}
	if err := d.redeem(ctx); err != nil {
		return err
	}
	if err := s.spend(ctx, o, pointsPrice, points.KindOrder, o.Points); err != nil {
		return err
	}
	if err := s.spend(ctx, o, pointsMoney, points.KindDeduction, o.Deducted); err != nil {
		return err
	}
	s.deps.Tx.OnCommit(ctx, func(context.Context) {
		for i := range o.Lines {
			s.deps.Catalog.NoteDeal(catalog.Ordered, o.Lines[i].Goods, o.Buyer, d.at)
		}
	})
	return s.tell(ctx, Change{Move: MovePlace, Order: *o, Actor: d.who}, map[string]any{"parent": o.Parent, "points": o.Points + o.Deducted})
}

func (s *Service) spend(ctx context.Context, o *Order, why string, kind points.Kind, n int64) error {
	if n == 0 {
		return nil
	}
	return s.deps.Points.Spend(ctx, points.Move{Account: o.Buyer, Kind: kind, Amount: n, Source: points.Source{Type: why, ID: o.ID}, Order: o.ID})
}

// takeCart removes the lines that the order is made of from the cart. With a
// shop filter only that shop's lines go; the cart must not have changed since
// they were looked at.
func (s *Service) takeCart(ctx context.Context, who mall.Actor, in *PlaceInput) error {
	keys := in.Cart.Keys
	if in.ShopFilter != nil {
		var err error
		if keys, err = s.keysOf(ctx, who, in); err != nil {
			return err
		}
	}
	ls, err := s.deps.Carts.Take(ctx, who.Account, in.Cart.Type, keys)
	for _, l := range ls {
		in.Lines = append(in.Lines, WantLine{Goods: l.Goods, SKU: l.SKU, Qty: l.Qty, Addons: l.Addons})
	}
	return err
}

// keysOf are the keys of the chosen cart lines whose goods belong to the shop
// asked for.
func (s *Service) keysOf(ctx context.Context, who mall.Actor, in *PlaceInput) ([]string, error) {
	ls, err := s.deps.Carts.Selected(ctx, who.Account, in.Cart.Type)
	if err != nil {
		return nil, err
	}
	ls = slices.DeleteFunc(ls, func(l cart.Line) bool { return in.Cart.Keys != nil && !slices.Contains(in.Cart.Keys, l.Key) })
	probe := *in
	probe.Lines, probe.Cart = nil, nil
	for _, l := range ls {
		probe.Lines = append(probe.Lines, WantLine{Goods: l.Goods, SKU: l.SKU, Qty: l.Qty, Addons: l.Addons})
	}
	ds, err := s.drafts(ctx, who, probe, nil)
	if err != nil {
		return nil, err
	}
	var mine []mall.ID
	for _, d := range ds {
		for _, it := range d.items {
			mine = append(mine, it.SKU.ID)
		}
	}
	keys := []string{}
	for _, l := range ls {
		if slices.Contains(mine, l.SKU) {
			keys = append(keys, l.Key)
		}
	}
	if len(keys) == 0 {
		return nil, ErrEmpty
	}
	return keys, nil
}

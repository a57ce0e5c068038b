package order

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/marketing"
	"github.com/gomall-dev/mall/marketing/points"
)

// PlaceInput is what a buyer orders. Either Lines or Cart names the goods.
type PlaceInput struct {
	Lines      []WantLine
	Cart       *CartInput
	ShopFilter *mall.ID // only goods of this shop; nil: all
	Split      bool     // goods of several shops make a parent and an order each, else they are refused

	Address    Address
	Delivery   Delivery // "" is Express
	PickUpShop mall.ID  // where goods are fetched, 0: at the order's own shop
	PickUpName string
	CanRedeem  bool // wants a redemption code

	Deduction int64    // points to use at most; 0 and below: none
	Offers    []string // offers to use, "source:ref"; one that cannot be used refuses Place
	Remark    string   // at most 500 characters
	Ext       json.RawMessage
	Inviter   mall.ID

	IdempotencyKey string    // the same key of the same buyer again answers the first order
	Numbering      Numbering // "" goes by the actor's face
	Due            time.Time // zero: Config.Term from now
	HeldOpen       bool      // never expires
}

// WantLine is one position of an order.
type WantLine struct {
	Goods   mall.ID
	SKU     mall.ID
	Options string // "1:11,2:21" instead of SKU
	Qty     int64
	Addons  []mall.ID
	Inviter mall.ID
}

// CartInput takes goods out of one of the buyer's carts.
type CartInput struct {
	Type string
	Keys []string // nil: the selected lines
}

// Quote is what an order would cost now.
type Quote struct {
	Order   Order // as Place would make it, without ids, number and holds
	Applied []marketing.Offer
	Refused []marketing.Refusal
	Usable  []marketing.Offer // what the buyer could choose, each taken alone
	// Rules are the points deduction rules; Best is what they would take off
	// with all of the buyer's points.
	Rules []points.Rule
	// NotDelivered says that the address is out of reach; Place refuses then.
	NotDelivered error
}

// draft is an order while it is being priced.
type draft struct {
	*Service
	in       PlaceInput
	who      mall.Actor
	at       time.Time
	level    member.Level
	items    []catalog.Item
	inviters []mall.ID
	o        *Order
	Quote
	used   map[string][]marketing.Offer // by source
	browse bool                         // the buyer looks around: see marketing.Basket
	cost   points.Deduction
}

// pipeline is the one sequence in which every price is made. Each step works
// on what the steps before it left over, and only takes off (freight and fees
// apart), never below 0.
var pipeline = []func(context.Context, *draft) error{
	unitPrices,              // SKU, quantity step, level price; add-ons beside them
	activities,              // bargain, group price: off each piece
	levelRebate,             // off each piece with its add-ons, rounded half up to the fen
	offers(marketing.Goods), // coupons: spread by largest remainder
	pointsDeduction,         // spread the same way
	freight,                 // by the goods sum before coupons
	offers(marketing.FreightFree),
	offers(marketing.Freight),
	fees,
	freezing, // the manual change comes later, see PriceChange
}

// Quote says what an order would cost, without writing anything. It reads one
// snapshot; Place makes the price anew.
func (s *Service) Quote(ctx context.Context, who mall.Actor, in PlaceInput) (*Quote, error) {
	if _, err := who.Buyer(); err != nil {
		return nil, err
	}
	var q *Quote
	err := s.deps.Tx.View(ctx, func(ctx context.Context) error {
		ds, err := s.drafts(ctx, who, in, s.cartLines)
		if err != nil {
			return err
		}
		if len(ds) > 1 {
			return ErrManyShops
		}
		d := ds[0]
		d.browse = true
		if err := d.price(ctx); err != nil {
			return err
		}
		d.Quote.Order = *d.o
		if d.Rules, err = s.deps.Points.Rules(ctx); err != nil {
			return err
		}
		q = &d.Quote
		return nil
	})
	return q, err
}

// price runs the pipeline.
func (d *draft) price(ctx context.Context) error {
	for _, step := range pipeline {
		if err := step(ctx, d); err != nil {
			return err
		}
	}
	return d.unmet()
}

// drafts reads goods and prices and makes one unpriced draft for each shop, in
// the order in which the shops first appear.
func (s *Service) drafts(ctx context.Context, who mall.Actor, in PlaceInput, fromCart func(context.Context, mall.Actor, *PlaceInput) error) ([]*draft, error) {
	if in.Cart != nil {
		if err := fromCart(ctx, who, &in); err != nil {
			return nil, err
		}
	}
	if err := s.check(&in); err != nil {
		return nil, err
	}
	level, err := s.deps.Members.LevelOf(ctx, who.Account)
	if err != nil {
		return nil, err
	}
	at := s.now()
	wants := make([]catalog.Want, len(in.Lines))
	for i, l := range in.Lines {
		wants[i] = catalog.Want{Goods: l.Goods, SKU: l.SKU, Options: l.Options, Qty: l.Qty, Addons: l.Addons}
	}
	items, problems, err := s.deps.Catalog.Appraise(ctx, catalog.Buyer{Account: who.Account, Level: level.ID, Rebate: level.Rebate}, at, wants)
	if err != nil {
		return nil, err
	}
	var ds []*draft
	byShop := map[mall.ID]*draft{}
	for i, it := range items {
		if in.ShopFilter != nil && it.Goods.ID != 0 && it.Goods.Shop != *in.ShopFilter {
			continue // whether it can be had or not
		}
		if problems[i] != nil {
			return nil, problems[i]
		}
		if err := s.grantable(ctx, level, it); err != nil {
			return nil, err
		}
		d := byShop[it.Goods.Shop]
		if d == nil {
			d = &draft{Service: s, in: in, who: who, at: at, level: level, used: map[string][]marketing.Offer{}}
			byShop[it.Goods.Shop] = d
			ds = append(ds, d)
		}
		d.items = append(d.items, it)
		d.inviters = append(d.inviters, in.Lines[i].Inviter)
	}
	if len(ds) == 0 {
		return nil, ErrEmpty
	}
	shops := make([]mall.ID, len(ds))
	for i, d := range ds {
		shops[i] = d.items[0].Goods.Shop
	}
	return ds, s.deps.Shops.CheckOpen(ctx, shops)
}

// cartLines turns the cart's lines into the input's, leaving them in the cart.
func (s *Service) cartLines(ctx context.Context, who mall.Actor, in *PlaceInput) error {
	ls, err := s.deps.Carts.Selected(ctx, who.Account, in.Cart.Type)
	for _, l := range ls {
		if in.Cart.Keys == nil || slices.Contains(in.Cart.Keys, l.Key) {
			in.Lines = append(in.Lines, WantLine{Goods: l.Goods, SKU: l.SKU, Qty: l.Qty, Addons: l.Addons})
		}
	}
	return err
}

// check refuses what no order may hold, before anything is read.
func (s *Service) check(in *PlaceInput) error {
	switch {
	case len(in.Lines) == 0:
		return ErrEmpty
	case len(in.Lines) > s.cfg.MaxLines:
		return ErrTooMany
	case len([]rune(in.Remark)) > 500:
		return mall.ErrInvalid.With("remark")
	case len(in.Ext) > 16<<10 || len(in.Ext) > 0 && !json.Valid(in.Ext):
		return mall.ErrInvalid.With("extJsonStr")
	case len(in.IdempotencyKey) > 100:
		return mall.ErrInvalid.With("idempotency key")
	}
	for _, l := range in.Lines {
		if l.Qty < 1 || l.Qty > s.cfg.MaxQty {
			return ErrQty.With(l.Goods)
		}
	}
	switch in.Delivery {
	case "":
		in.Delivery = Express
	case Express, PickUp, NoDelivery:
	default:
		return mall.ErrInvalid.With("delivery")
	}
	return nil
}

// parcel says whether goods of a kind travel by parcel or are fetched.
func parcel(k catalog.Kind) bool {
	return k == "" || k == catalog.Parcel || k == catalog.PickUp || k == catalog.Dish
}

func unitPrices(_ context.Context, d *draft) error {
	g := d.items[0].Goods
	o := &Order{Buyer: d.who.Account, Level: d.level.ID, Face: d.who.Face, Shop: g.Shop, Key: d.in.IdempotencyKey, State: newOrder,
		HeldOpen: d.in.HeldOpen, Delivery: NoDelivery, CanRedeem: d.in.CanRedeem, Remark: d.in.Remark, Ext: d.in.Ext,
		Addr: d.who.Addr, Inviter: d.in.Inviter, Added: d.at, Updated: d.at}
	for i, it := range d.items {
		if parcel(it.Goods.Kind) && it.Goods.Kind != catalog.PickUp {
			o.Delivery = d.in.Delivery
		} else if it.Goods.Kind == catalog.PickUp && o.Delivery == NoDelivery {
			o.Delivery = PickUp
		}
		o.CanRedeem = o.CanRedeem || it.Goods.Kind == catalog.Voucher
		l := lineOf(it)
		l.Inviter = d.inviters[i]
		if err := l.setUnit(it.List, it.Unit, it.AddonUnit); err != nil {
			return err
		}
		if it.Points < 0 || it.Points > int64(mall.MaxMoney)/l.Qty {
			return ErrAmount
		}
		l.Points = it.Points * l.Qty
		o.Lines = append(o.Lines, l)
	}
	switch o.Delivery {
	case Express:
		o.Address = d.in.Address
	case PickUp:
		o.PickUpShop, o.PickUpName = d.in.PickUpShop, d.in.PickUpName
		o.Address = d.in.Address.contact()
	case NoDelivery:
		o.Address = d.in.Address.contact() // whom to tell of vouchers
	}
	d.o = o
	return nil
}

// lineOf takes the snapshot of goods.
func lineOf(it catalog.Item) Line {
	l := Line{Goods: it.Goods.ID, SKU: it.SKU.ID, Category: it.Goods.Category, Shop: it.Goods.Shop, Kind: string(it.Goods.Kind),
		Name: it.Goods.Name, Sub: it.Goods.Subtitle, Picture: it.Goods.Pic, BarCode: it.SKU.BarCode, Unit: it.Goods.Unit,
		Qty: it.Qty, Weight: it.SKU.Weight, Template: it.Goods.Freight, Level: it.Goods.Level, LevelDays: it.Goods.LevelDays}
	if it.SKU.Pic != "" {
		l.Picture = it.SKU.Pic
	}
	if l.BarCode == "" {
		l.BarCode = it.Goods.BarCode
	}
	var ids, names, kinds []string
	for _, o := range it.Options {
		ids = append(ids, strconv.FormatInt(int64(o.Property), 10)+":"+strconv.FormatInt(int64(o.Value), 10)+",")
		names = append(names, o.PropertyName+":"+o.Name)
	}
	for _, t := range it.Goods.AfterSale {
		kinds = append(kinds, strconv.Itoa(t))
	}
	l.Options, l.Property, l.Claims = strings.Join(ids, ""), strings.Join(names, ","), strings.Join(kinds, ",")
	for _, a := range it.Addons {
		l.Addons = append(l.Addons, Addon{ID: a.ID, Group: a.Group, Name: a.Name, Title: a.GroupName, Price: a.Price})
	}
	return l
}

func levelRebate(_ context.Context, d *draft) error {
	for i := range d.o.Lines {
		d.o.Lines[i].rebate(d.level.Rebate)
	}
	return nil
}

func pointsDeduction(ctx context.Context, d *draft) error {
	sum := d.o.goodsSum()
	score := d.in.Deduction
	if score <= 0 || sum == 0 {
		return nil
	}
	if price := d.o.pointsSum(); price > 0 { // it is spent besides
		have, err := d.deps.Points.Amounts(ctx, d.who.Account)
		if err != nil {
			return err
		}
		score = min(score, have.Points-price)
	}
	var err error
	if d.cost, err = d.deps.Points.Deduct(ctx, d.who.Account, score, sum); err != nil || d.cost.Money <= 0 {
		return err
	}
	d.o.cutGoods(SourcePoints, strconv.FormatInt(int64(d.cost.Rule), 10), d.cost.Money, nil)
	d.o.spreadDeducted(d.cost.Score)
	return nil
}

func freight(ctx context.Context, d *draft) error {
	o := d.o
	if o.Delivery != Express {
		o.setFreight(make([]mall.Money, len(o.Lines)))
		return nil
	}
	lines := make([]catalog.FreightLine, len(o.Lines))
	for i := range o.Lines {
		l := &o.Lines[i]
		if !parcel(catalog.Kind(l.Kind)) {
			continue
		}
		lines[i] = catalog.FreightLine{Template: l.Template, Qty: l.Qty, Weight: l.Weight * l.Qty, Amount: l.PriceUnit * mall.Money(l.Qty)}
	}
	fees, err := d.deps.Catalog.Freight(ctx, o.Address.Region(), lines)
	if errors.Is(err, catalog.ErrNotDelivered) {
		d.NotDelivered, fees, err = err, make([]mall.Money, len(lines)), nil
	}
	if err != nil {
		return err
	}
	for _, f := range fees {
		if f < 0 || f > mall.MaxMoney {
			return ErrAmount
		}
	}
	o.setFreight(fees)
	return nil
}

func fees(ctx context.Context, d *draft) error {
	if d.cfg.Fees == nil {
		return nil
	}
	fs, err := d.cfg.Fees(ctx, d.o)
	for _, f := range fs {
		if f.Amount < 0 || f.Amount > mall.MaxMoney {
			return ErrAmount
		}
	}
	d.o.Fees = fs
	return err
}

func freezing(_ context.Context, d *draft) error { return d.o.freeze() }

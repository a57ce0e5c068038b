package coupon

import (
	"strconv"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/stock"
)

// Template is what coupons are issued from.
type Template struct {
	ID mall.ID
	Terms
	Promise
	Open    bool // claimed, bought and exchanged only while it is
	Created time.Time
	Updated time.Time
}

// Terms say how coupons are had. Staff may change them at any time.
type Terms struct {
	Name       string // at most 50 characters
	Type       string // a label of the shop's own, by which lists are filtered; at most 32 characters
	Listed     bool   // in the public list; others are claimed by whoever knows the id
	PerAccount int64  // how many an account may claim or buy; 0: any number
	ClaimFrom  time.Time
	ClaimTo    time.Time // from then on nothing is claimed; zero: no end
	// Password (口令) is what claimers must say, at most 64 characters, "" for
	// nothing. It is a slogan that the shop spreads, not a secret.
	Password string
	Points   int64      // points that a coupon costs
	Price    mall.Money // fen that a coupon costs: it is bought, not claimed
}

// Promise is what a coupon is good for. It stands from the template's first
// day, so that no coupon changes in its owner's hands.
type Promise struct {
	// Percent coupons take a share of the price, others an amount.
	Percent bool
	// Min and Max bound the worth that is drawn for every coupon: fen, or of
	// percent coupons 1/10,000.
	Min, Max  int64
	Most      mall.Money // fen that a percent coupon takes off at most; 0: no bound
	Threshold mall.Money // fen that the goods in scope must cost
	// FreightOnly coupons are taken off the freight.
	FreightOnly bool
	Shop        mall.ID // only for orders of this shop; 0: of any
	Scope       []Ref   // goods and categories, with all below them; empty: everything

	Start   StartRule
	StartAt time.Time // of Fixed
	Days    int       // days of 24 hours from the start; 0: until EndAt
	EndAt   time.Time // from then on it is worthless
}

// StartRule says from when on a coupon is good.
type StartRule int

// Rules of the start, by their numbers on the wire.
const (
	Fixed   StartRule = 0 // from StartAt
	AtOnce  StartRule = 1
	NextDay StartRule = 2 // from the beginning of the next day
)

// Ref is something that a coupon is good for.
type Ref struct {
	Kind RefKind
	ID   mall.ID
}

// RefKind says what a Ref names.
type RefKind string

const (
	// Goods names one product.
	Goods RefKind = "goods"
	// Category names a category and all below it.
	Category RefKind = "category"
)

// span is from when until when a coupon is good that is issued now; ok is
// false when that is over already.
func (p Promise) span(now time.Time, c mall.Calendar) (from, until time.Time, ok bool) {
	switch p.Start {
	case Fixed:
		from = p.StartAt
	case NextDay:
		day, err := c.ParseDay(c.Day(now))
		if err != nil {
			return from, until, false
		}
		from = day.AddDate(0, 0, 1).UTC()
	default:
		from = now
	}
	until = p.EndAt
	if p.Days > 0 {
		until = from.Add(time.Duration(p.Days) * 24 * time.Hour)
		if !p.EndAt.IsZero() && p.EndAt.Before(until) {
			until = p.EndAt
		}
	}
	return from, until, until.After(now) && until.After(from)
}

// State of a coupon.
type State string

const (
	// Usable means not used yet; whether it is good is a matter of time.
	Usable State = "usable"
	// Used means used by an order.
	Used State = "used"
	// Expired means that its time is over.
	Expired State = "expired"
	// Merged means that it became others.
	Merged State = "merged"
)

// Source says how a coupon was had.
type Source string

// The sources of coupons.
const (
	Claimed   Source = "claimed"
	Bought    Source = "bought"
	Issued    Source = "issued" // by staff
	Exchanged Source = "exchanged"
	Made      Source = "made" // by merging others
)

// Grant is one issued coupon. Its ID is the number by which it is used.
type Grant struct {
	ID       mall.ID
	Template mall.ID
	Account  mall.ID // who owns it
	Worth    int64   // fen, or of percent coupons 1/10,000
	Start    time.Time
	End      time.Time // from then on it is worthless
	State    State
	Order    mall.ID // that used it
	Source   Source
	From     mall.ID // who gave it to its owner, 0 for nobody
	Created  time.Time
	Updated  time.Time
}

// At is the state at a moment: a usable coupon past its end is expired,
// whether a sweep has come by or not.
func (g *Grant) At(now time.Time) State {
	if g.State == Usable && !now.Before(g.End) {
		return Expired
	}
	return g.State
}

// Coupon is an issued coupon with what it is good for.
type Coupon struct {
	Grant
	Of Template
}

// SourceName is the name of the coupons among the sources of offers.
const SourceName = "coupon"

// Offer is the coupon as orders want it, "coupon:17".
func (g *Grant) Offer() string { return SourceName + ":" + g.ref() }

func (g *Grant) ref() string { return strconv.FormatInt(int64(g.ID), 10) }

// Unlimited is the total of templates that never run out.
const Unlimited = stock.Unlimited

// Counts are how many coupons of a template there are.
type Counts struct {
	Left   int64 // Unlimited when it never runs out
	Issued int64
	Used   int64
}

// Total is all there ever were to have, Unlimited when it never runs out.
func (c Counts) Total() int64 {
	if c.Left == Unlimited {
		return Unlimited
	}
	return c.Left + c.Issued
}

// Counted is a template with its numbers.
type Counted struct {
	Template
	Counts
}

// Part is a number of coupons of one template.
type Part struct {
	Template mall.ID `json:"template"`
	Qty      int64   `json:"qty"`
}

// MergeRule turns coupons into others (合成). Templates occur once in each list.
type MergeRule struct {
	ID      mall.ID
	Name    string
	Inputs  []Part
	Outputs []Part
	Open    bool
}

// Card is exchanged for one coupon by whoever knows its number and secret.
type Card struct {
	ID       mall.ID
	Number   string // 16 digits
	Hash     string // of the secret
	Template mall.ID
	End      time.Time // zero: no end
	Account  mall.ID   // who exchanged it, 0 before
	Grant    mall.ID
	Created  time.Time
	Spent    time.Time
}

// counter is the key of a template's stock.
func counter(template mall.ID) stock.Key { return stock.Key{Kind: "coupon", Ref: template} }

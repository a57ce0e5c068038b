// Package marketing is the port through which reductions come into an order.
// A source of reductions (coupons, bargains, group prices, freight-free rules)
// implements [Source]; the order's pricing pipeline asks it at its stages and
// spreads what it grants over the order's lines.
//
//	type halfPrice struct{}
//
//	func (halfPrice) Name() string              { return "half" }
//	func (halfPrice) Stages() []marketing.Stage { return []marketing.Stage{marketing.Goods} }
//	func (halfPrice) Quote(ctx context.Context, b marketing.Basket) (marketing.Answer, error) {
//		return marketing.Answer{Offers: []marketing.Offer{{Amount: b.Sum() / 2}}}, nil
//	}
package marketing

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
)

// Stage is the place of a source in the pricing pipeline, which is fixed:
// unit price, Activity, add-ons, level rebate, Goods, points, freight,
// FreightFree, Freight.
type Stage uint8

const (
	// Activity changes the price of single pieces: bargain (砍价), group price (拼团).
	Activity Stage = iota
	// Goods takes an amount off the goods: coupons (优惠券).
	Goods
	// FreightFree is a rule that waives freight (包邮).
	FreightFree
	// Freight takes an amount off the freight: freight coupons.
	Freight
)

// Line is an order line as sources see it. Amounts are fen.
type Line struct {
	OrderLine mall.ID // 0 before the order is placed
	Goods     mall.ID
	SKU       mall.ID
	Category  mall.ID
	Shop      mall.ID
	Qty       int64
	Unit      mall.Money // one piece now, without add-ons at stage Activity
	Payable   mall.Money // the line now, after the stages before
	// MaxCoupons is how many coupons an order with these goods takes, ≥ 1; of
	// several lines the least counts.
	MaxCoupons int
}

// Basket is what an offer is asked for: one order of one shop.
type Basket struct {
	Stage   Stage // at which the source is asked
	Buyer   mall.ID
	Level   mall.ID
	Shop    mall.ID
	At      time.Time
	Region  []string // codes from the province down, empty when nothing is delivered
	Lines   []Line
	Freight mall.Money // payable freight so far; 0 before the freight stage
	Wanted  []string   // offers the buyer chose, "source:ref"
	Applied []Offer    // what the order was granted so far
	// Browse says that the buyer looks around: Answer.Usable is wanted.
	Browse bool
}

// Sum is Σ payable of the lines.
func (b Basket) Sum() mall.Money {
	var sum mall.Money
	for _, l := range b.Lines {
		sum += l.Payable
	}
	return sum
}

// Offer is a reduction that a source grants. The pipeline cuts it to what is
// left, never below 0.
type Offer struct {
	Source string       // filled in by the pipeline
	Ref    string       // what is used: the number of a coupon
	Title  string       // for people
	Amount mall.Money   // off the goods or the freight; stages other than Activity
	Lines  []int        // lines that Amount is spread over; nil for all
	Pieces []mall.Money // stage Activity: off each piece, by line
}

// Refusal is an offer that was asked for or near at hand and cannot be used.
type Refusal struct {
	Source string
	Ref    string
	Reason *mall.Error
}

// Answer is what a source says to a basket.
type Answer struct {
	Offers  []Offer
	Refused []Refusal
	// Usable are the offers that the buyer could choose, chosen or not, each as
	// if it were the only one; filled in for a Basket that browses.
	Usable []Offer
}

// Source is one kind of reduction. All methods run in the order's transaction.
type Source interface {
	// Name is short and unique: "coupon". Reductions and wanted offers carry it.
	Name() string
	// Stages are when the source is asked; always the same.
	Stages() []Stage
	// Quote says what applies and what does not. It writes nothing.
	Quote(ctx context.Context, b Basket) (Answer, error)
	// Redeem uses the offers up for an order that is being placed; a refusal
	// undoes the placing.
	Redeem(ctx context.Context, order, buyer mall.ID, offers []Offer) error
	// Release gives back what an order redeemed, because it ended unpaid or
	// was refunded whole. It is idempotent.
	Release(ctx context.Context, order mall.ID) error
}

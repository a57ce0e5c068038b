package membership

import (
	"fmt"
	"strconv"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/payment"
)

// Purpose is the purpose of payments that buy a membership (wxapi nextAction
// type 6). Its reference is a Purchase.
const Purpose payment.Purpose = "membership"

// Price is what a term of a level costs. It never changes: saving other terms
// makes another Price, so that its ID always means what a buyer saw.
type Price struct {
	ID      mall.ID
	Level   mall.ID
	Amount  mall.Money  // fen; 0 gives the level for nothing, to each account once
	Term    member.Term // days, months or years, never for ever
	Sold    int64       // how often it was bought, renewals included
	Created time.Time
}

// Order is what a buyer asks for.
type Order struct {
	Price mall.ID
	// Renew agrees that the same is bought again from the balance, on the day
	// the membership ends, until the buyer buys any membership without it. What
	// costs nothing is not renewed.
	Renew  bool
	Remark string // at most 200 characters; personal
}

// Action is the action of a payment that pays the purchase.
func (d *Purchase) Action() payment.Action {
	return payment.Action{Purpose: Purpose, Refs: []mall.ID{d.ID},
		Params: map[string]string{"price": strconv.FormatInt(int64(d.Price), 10), "renew": strconv.FormatBool(d.Renew)}}
}

// OrderOf is what an action of Purchase.Action buys, without the remark;
// mall.ErrInvalid when it is none.
func OrderOf(a payment.Action) (Order, error) {
	price, err := strconv.ParseInt(a.Params["price"], 10, 64)
	if err != nil || a.Purpose != Purpose {
		return Order{}, mall.ErrInvalid.With("membership")
	}
	return Order{Price: mall.ID(price), Renew: a.Params["renew"] == "true"}, nil
}

// State of a purchase.
type State string

const (
	// Unpaid means drafted.
	Unpaid State = "unpaid"
	// Paid means that the level was given.
	Paid State = "paid"
	// Refunded means that the level was taken back; the money is on its way or back.
	Refunded State = "refunded"
)

// Purchase is a term of a level that an account buys or bought. Level to Term
// are the price's when it was drafted.
type Purchase struct {
	ID       mall.ID
	Number   string // ours, unique
	Account  mall.ID
	Price    mall.ID
	Level    mall.ID
	Name     string // of the level
	Amount   mall.Money
	Term     member.Term
	Renew    bool
	Remark   string
	State    State
	Refunded mall.Money // fen that staff decided to give back, ≤ Amount
	By       mall.ID    // who decided that, zero for the system
	Created  time.Time
	Paid     time.Time // zero before
	Ended    time.Time // when it was refunded
}

// Source names the grant of a purchase and its refund, for member.Service.Revoke
// and payment.Service.SendRefund.
func Source(id mall.ID) string { return fmt.Sprintf("membership:%d", int64(id)) }

// Renewal is an account's agreement to renew; it has at most one.
type Renewal struct {
	Account mall.ID
	Level   mall.ID
	Price   mall.ID
	Due     time.Time // when to look at it next
}

// Filter narrows a list of purchases; zero fields do not.
type Filter struct {
	Account mall.ID
	Level   mall.ID
	States  []State
}

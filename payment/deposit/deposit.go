package deposit

import (
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// Purpose is the purpose of payments that pay a deposit (wxapi nextAction type 5).
const Purpose payment.Purpose = "deposit"

// State of a deposit.
type State string

const (
	// Unpaid means drafted.
	Unpaid State = "unpaid"
	// Paid means that the shop has the money.
	Paid State = "paid"
	// Asked means that the buyer asks for the money.
	Asked State = "asked"
	// Returning means that staff agreed; the money is on its way back.
	Returning State = "returning"
	// Returned means that the money is back.
	Returned State = "returned"
)

// Terms are what a buyer says about a deposit.
type Terms struct {
	Amount  mall.Money        // fen, > 0
	RefCode string            // what it secures, at most 64 characters; "" for nothing in particular
	Remark  string            // at most 200 characters; personal
	Ext     map[string]string // at most 20 entries of 200 characters; personal
}

// Deposit is money left with the shop.
type Deposit struct {
	ID      mall.ID
	Number  string // ours, unique
	Account mall.ID
	Terms
	State    State
	Returned mall.Money // fen that staff decided to give back, ≤ Amount
	Reason   string     // why the last request to return was refused; may name people
	By       mall.ID    // who decided the last request, zero for the system
	Created  time.Time
	Paid     time.Time // zero before
	Decided  time.Time // when the last request was decided
	Done     time.Time // when the money was back
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	Account mall.ID
	States  []State
	Amount  mall.Money
}

package order

import (
	"time"

	"github.com/gomall-dev/mall"
)

// Pay is the column that says what happened to the money.
type Pay string

// Fulfilment is the column that says where the goods are.
type Fulfilment string

// End is the column that says how the order came to its end.
type End string

const (
	Unpaid   Pay = "unpaid"
	Paid     Pay = "paid"
	Refunded Pay = "refunded" // Σ refunds = paid

	Idle      Fulfilment = "none"
	Waiting   Fulfilment = "waiting" // for the rest of a group (拼团)
	Preparing Fulfilment = "preparing"
	Part      Fulfilment = "part" // some pieces are shipped
	Shipped   Fulfilment = "shipped"
	Received  Fulfilment = "received"

	Open      End = "none"
	Cancelled End = "cancelled"
	Expired   End = "expired"
	Invalid   End = "invalid"
	Reviewed  End = "reviewed"
)

// State is the three stored columns together. Only the combinations that the
// table of transitions can reach exist.
type State struct {
	Pay Pay
	Ful Fulfilment
	End End
}

// newOrder is the state of an order that was just placed.
var newOrder = State{Unpaid, Idle, Open}

// Move is a step in an order's life; it names log entries and events too
// ("order.paid" is the event of MovePay).
type Move string

const (
	MovePlace      Move = "placed"
	MovePay        Move = "paid"
	MoveGroup      Move = "grouped" // the group that the order waited for is complete
	MovePrepare    Move = "prepared"
	MoveShip       Move = "shipped"
	MoveReceive    Move = "received"
	MoveRedeem     Move = "redeemed" // a redemption code (核销码) was used
	MoveReview     Move = "reviewed"
	MoveCancel     Move = "cancelled"
	MoveExpire     Move = "expired"
	MoveInvalidate Move = "invalidated"
	MoveReturn     Move = "returned"  // everything left is given back; the refund follows
	MoveRefund     Move = "refunded"  // a refund became final
	MoveRecount    Move = "recounted" // pieces left by refund, ful follows from the rest
	MovePrice      Move = "repriced"
	MoveClaim      Move = "claimed"
	MoveAnswer     Move = "answered" // a claim was accepted, refused, withdrawn or closed
)

// Role is a set of parties.
type Role uint8

const (
	// Buyer is the account that placed the order.
	Buyer Role = 1 << iota
	// Merchant is staff with RightManage, for its own shop or for all.
	Merchant
	// Clerk is an account that may redeem codes.
	Clerk
	// Machine is a sweep, a settled payment, a final refund.
	Machine
)

type transition struct {
	from State
	move Move
	to   State
	who  Role
}

// transitions is the whole life of an order. Moves that keep the state
// (repricing, partial refunds, claims) are listed too, so that everything an
// actor may do now follows from this table alone.
var transitions = build()

func build() []transition {
	var t []transition
	add := func(from State, m Move, to State, who Role) { t = append(t, transition{from, m, to, who}) }

	add(newOrder, MovePay, State{Paid, Idle, Open}, Machine)
	add(newOrder, MovePay, State{Paid, Waiting, Open}, Machine)
	add(newOrder, MovePrice, newOrder, Merchant)
	add(newOrder, MoveCancel, State{Unpaid, Idle, Cancelled}, Buyer|Merchant)
	add(newOrder, MoveExpire, State{Unpaid, Idle, Expired}, Machine)
	add(newOrder, MoveInvalidate, State{Unpaid, Idle, Invalid}, Merchant)

	add(State{Paid, Waiting, Open}, MoveGroup, State{Paid, Idle, Open}, Machine)
	add(State{Paid, Idle, Open}, MovePrepare, State{Paid, Preparing, Open}, Merchant)
	for _, ful := range []Fulfilment{Idle, Preparing, Part} {
		add(State{Paid, ful, Open}, MoveShip, State{Paid, Part, Open}, Merchant)
		add(State{Paid, ful, Open}, MoveShip, State{Paid, Shipped, Open}, Merchant)
		add(State{Paid, ful, Open}, MoveRecount, State{Paid, Shipped, Open}, Machine)
	}
	add(State{Paid, Waiting, Open}, MoveRecount, State{Paid, Received, Open}, Machine)
	for _, ful := range []Fulfilment{Idle, Preparing, Part, Shipped} {
		at := State{Paid, ful, Open}
		add(at, MoveRedeem, at, Merchant|Clerk)
		add(at, MoveRedeem, State{Paid, Received, Open}, Merchant|Clerk)
		add(at, MoveRecount, State{Paid, Received, Open}, Machine)
		add(at, MoveReceive, State{Paid, Received, Open}, receivers(ful))
	}
	add(State{Paid, Received, Open}, MoveReview, State{Paid, Received, Open}, Buyer|Machine)
	add(State{Paid, Received, Open}, MoveReview, State{Paid, Received, Reviewed}, Buyer|Machine)

	for _, ful := range []Fulfilment{Idle, Waiting, Preparing, Part, Shipped, Received} {
		at := State{Paid, ful, Open}
		add(at, MoveInvalidate, State{Paid, ful, Invalid}, Merchant)
		add(State{Paid, ful, Invalid}, MoveRefund, State{Paid, ful, Invalid}, Machine)
		add(State{Paid, ful, Invalid}, MoveRefund, State{Refunded, ful, Invalid}, Machine)
		claims(add, at)
	}
	claims(add, State{Paid, Received, Reviewed})
	return t
}

// receivers says who may call goods received: what is not wholly shipped only
// the merchant, who handed it over.
func receivers(ful Fulfilment) Role {
	if ful == Shipped {
		return Buyer | Merchant | Machine
	}
	return Merchant
}

// claims adds after-sale to a paid state: claims open and close, refunds come.
func claims(add func(State, Move, State, Role), at State) {
	whole := at
	whole.Pay = Refunded
	add(at, MoveClaim, at, Buyer)
	add(at, MoveAnswer, at, Buyer|Merchant|Machine)
	add(at, MoveReturn, at, Buyer|Merchant)
	add(at, MoveRefund, at, Merchant|Machine)
	add(at, MoveRefund, whole, Machine)
	add(whole, MoveAnswer, whole, Buyer|Merchant|Machine)
}

// step says whether the table has this transition for one of the roles.
func step(from State, m Move, to State, who Role) bool {
	for _, t := range transitions {
		if t.from == from && t.move == m && t.to == to && t.who&who != 0 {
			return true
		}
	}
	return false
}

// can says whether the table has any such transition for one of the roles.
func can(from State, m Move, who Role) bool {
	for _, t := range transitions {
		if t.from == from && t.move == m && t.who&who != 0 {
			return true
		}
	}
	return false
}

// Phase is the state of an order in one word, as buttons, filters, counters
// and wire forms need it.
type Phase string

const (
	PhaseUnpaid    Phase = "unpaid"
	PhaseOverdue   Phase = "overdue" // unpaid and past its due time; stored as unpaid until the sweep
	PhaseWaiting   Phase = "waiting"
	PhasePaid      Phase = "paid"
	PhasePreparing Phase = "preparing"
	PhasePart      Phase = "part"
	PhaseShipped   Phase = "shipped"
	PhaseReceived  Phase = "received"
	PhaseReviewed  Phase = "reviewed"
	PhaseCancelled Phase = "cancelled"
	PhaseExpired   Phase = "expired"
	PhaseRefunded  Phase = "refunded"
	PhaseInvalid   Phase = "invalid"
)

// Phases lists every Phase in the order of an order's life, the least
// advanced first.
func Phases() []Phase {
	return []Phase{PhaseUnpaid, PhaseOverdue, PhaseWaiting, PhasePaid, PhasePreparing, PhasePart, PhaseShipped,
		PhaseReceived, PhaseReviewed, PhaseCancelled, PhaseExpired, PhaseRefunded, PhaseInvalid}
}

var phaseOfFul = map[Fulfilment]Phase{Idle: PhasePaid, Waiting: PhaseWaiting, Preparing: PhasePreparing,
	Part: PhasePart, Shipped: PhaseShipped, Received: PhaseReceived}

var phaseOfEnd = map[End]Phase{Cancelled: PhaseCancelled, Expired: PhaseExpired, Invalid: PhaseInvalid, Reviewed: PhaseReviewed}

// Overdue says that the order can no longer be paid although the sweep has
// not ended it yet.
func (o *Order) Overdue(now time.Time) bool {
	return o.State == newOrder && !o.HeldOpen && !o.Due.IsZero() && !now.Before(o.Due)
}

// Phase is the order's state in one word at a moment.
func (o *Order) Phase(now time.Time) Phase {
	switch {
	case o.End == Invalid:
		return PhaseInvalid
	case o.Pay == Refunded:
		return PhaseRefunded
	case o.End != Open:
		return phaseOfEnd[o.End]
	case o.Overdue(now):
		return PhaseOverdue
	case o.Pay == Unpaid:
		return PhaseUnpaid
	}
	return phaseOfFul[o.Ful]
}

// Over says whether the phase is one of the closed ones.
func (p Phase) Over() bool {
	switch p {
	case PhaseOverdue, PhaseCancelled, PhaseExpired, PhaseRefunded, PhaseInvalid:
		return true
	}
	return false
}

// RoleOf is what the actor is to the order; clerks are told apart by the
// service's configuration, see Service.Redeem.
func RoleOf(o *Order, who mall.Actor) Role {
	var r Role
	if who.Account != 0 && who.Account == o.Buyer {
		r |= Buyer
	}
	if who.Has(RightManage) && (who.Shop == 0 || who.Shop == o.Shop) {
		r |= Merchant
	}
	return r
}

// asked are the moves that a party can ask for, in the order of buttons.
// Paying is among them though the machine does it: it is what a buyer may
// start.
var asked = []Move{MovePay, MoveCancel, MovePrice, MovePrepare, MoveShip, MoveReceive, MoveRedeem, MoveReview, MoveClaim, MoveInvalidate}

// Allowed is what the actor may do with the order now: the table of
// transitions for the actor's roles, less what the guards rule out.
func Allowed(o *Order, who mall.Actor, now time.Time) []Move {
	role := RoleOf(o, who)
	var ms []Move
	for _, m := range asked {
		r := role
		if m == MovePay && role&Buyer != 0 {
			r |= Machine
		}
		if can(o.State, m, r) && guard(o, m, now) == nil {
			ms = append(ms, m)
		}
	}
	return ms
}

// guard is what the table cannot say because it depends on more than the state.
func guard(o *Order, m Move, now time.Time) error {
	switch m {
	case MovePay, MovePrice:
		if o.Overdue(now) {
			return ErrOverdue
		}
	case MoveShip, MovePrepare:
		if o.Delivery == NoDelivery || !o.shippable() {
			return ErrNothingToShip
		}
	case MoveReceive:
		switch {
		case o.OpenClaims > 0:
			return ErrClaimOpen
		case o.Returned():
			return ErrReturned
		}
	case MoveRedeem:
		if !o.CanRedeem {
			return ErrNoCode
		}
	case MoveReview:
		if !o.reviewable() {
			return ErrReviewed
		}
	case MoveClaim:
		if !o.claimable() {
			return ErrNoClaim
		}
	}
	return nil
}

func (o *Order) shippable() bool {
	for i := range o.Lines {
		if l := &o.Lines[i]; l.Open() > 0 && l.Claim == 0 {
			return true
		}
	}
	return false
}

func (o *Order) reviewable() bool {
	for i := range o.Lines {
		if l := &o.Lines[i]; l.Review.At.IsZero() && l.Live() > 0 {
			return true
		}
	}
	return false
}

func (o *Order) claimable() bool {
	for i := range o.Lines {
		if l := &o.Lines[i]; l.Claims != "" && l.Claim == 0 && l.Live() > l.Redeemed {
			return true
		}
	}
	return false
}

// rest is the fulfilment that follows from the pieces that are left.
func (o *Order) rest() Fulfilment {
	var live, open, redeemed int64
	for i := range o.Lines {
		l := &o.Lines[i]
		live, open, redeemed = live+l.Live(), open+l.Open(), redeemed+min(l.Redeemed, l.Live())
	}
	switch {
	case o.Ful == Received || open > 0:
		return o.Ful
	case live == redeemed:
		return Received
	}
	return Shipped
}

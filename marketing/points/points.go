package points

import (
	"time"

	"github.com/gomall-dev/mall"
)

// Currency is what an entry counts: points can be spent, growth cannot.
type Currency string

const (
	// Points (积分) are a second money of the shop.
	Points Currency = "points"
	// Growth (成长值) decides the membership level.
	Growth Currency = "growth"
)

// Kind sorts entries by what they are for.
type Kind int

// Kinds of entries, by the numbers of the score log.
const (
	KindRegister  Kind = 0
	KindSignIn    Kind = 1
	KindReview    Kind = 3
	KindOrder     Kind = 11 // earned by an order, or its points price
	KindDeduction Kind = 12 // spent as money off an order
	KindRefund    Kind = 13 // given back, or taken back, by a refund
	KindExchange  Kind = 16
	KindGift      Kind = 17
	KindManual    Kind = 20
)

// Source says what caused an entry: unique per account and currency.
type Source struct {
	Type string // "order.deduction"
	ID   mall.ID
}

// Move is one movement on an account.
type Move struct {
	Account  mall.ID
	Currency Currency // "" = Points
	Kind     Kind
	Amount   int64 // > 0
	Source   Source
	Order    mall.ID
	Remark   string
}

// Amounts are the numbers of one account; zeros when nothing ever moved.
type Amounts struct {
	Points int64 // to spend; negative after a clawback of what was spent
	Growth int64
	Total  int64 // Σ points ever earned
}

// Entry is one line of the ledger. Entries are never changed.
type Entry struct {
	ID       mall.ID
	Account  mall.ID
	Currency Currency
	Kind     Kind
	Change   int64 // signed
	Left     int64 // afterwards
	Source   Source
	Order    mall.ID
	Remark   string
	At       time.Time
}

// Rule turns points into money off an order (积分抵扣): Score points are worth
// Money. With Loop any multiple can be used, without it just once.
type Rule struct {
	ID    mall.ID
	Score int64      // > 0
	Money mall.Money // fen, > 0
	Loop  bool
}

// deduct is the most that the rule takes off amount with at most score points.
func (r Rule) deduct(score int64, amount mall.Money) Deduction {
	n := min(score/r.Score, int64(amount/r.Money))
	if !r.Loop {
		n = min(n, 1)
	}
	if n <= 0 {
		return Deduction{}
	}
	return Deduction{Rule: r.ID, Score: n * r.Score, Money: mall.Money(n) * r.Money}
}

// Deduction is what points take off an amount.
type Deduction struct {
	Rule  mall.ID
	Score int64      // points used
	Money mall.Money // fen off
}

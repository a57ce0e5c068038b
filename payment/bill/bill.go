package bill

import (
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// Purpose is the purpose of payments that pay a bill (wxapi nextAction type 4).
// It has no references; Action makes its action.
const Purpose payment.Purpose = "bill"

// Rule gives Discount to bills of at least Consume, with Loop once for every
// whole Consume. Of all rules the one with the largest discount applies, alone.
type Rule struct {
	ID       mall.ID
	Consume  mall.Money // fen, > 0
	Discount mall.Money // fen, 1 … Consume
	Loop     bool
}

// Off is the rule's discount on an amount, at most the amount.
func (r Rule) Off(amount mall.Money) mall.Money {
	if r.Consume <= 0 || amount < r.Consume {
		return 0
	}
	times := mall.Money(1)
	if r.Loop {
		times = amount / r.Consume
	}
	// Discount ≤ Consume keeps the product within the amount.
	return min(r.Discount*times, amount)
}

// Quote is what a bill comes to.
type Quote struct {
	Amount   mall.Money
	Discount mall.Money // ≤ Amount
	Rule     mall.ID    // the rule that applies, zero for none
}

// Real is what is to be paid.
func (q Quote) Real() mall.Money { return q.Amount - q.Discount }

// Bill is a bill that was paid.
type Bill struct {
	ID       mall.ID
	Account  mall.ID
	Payment  mall.ID    // unique
	Amount   mall.Money // fen that were consumed
	Discount mall.Money // fen of them that were not to be paid
	Paid     time.Time
}

// Action is the action of a payment that pays a bill of an amount.
func Action(amount mall.Money) payment.Action {
	return payment.Action{Purpose: Purpose, Params: map[string]string{"money": amount.String()}}
}

// AmountOf is the amount of the bill that an action pays; mall.ErrInvalid when it
// is no action of Action's.
func AmountOf(a payment.Action) (mall.Money, error) {
	amount, err := mall.ParseYuan(a.Params["money"])
	if err != nil || amount <= 0 || len(a.Refs) != 0 {
		return 0, mall.ErrInvalid.With("money")
	}
	return amount, nil
}

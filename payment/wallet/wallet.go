package wallet

import (
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// Move, Source, Totals and Kind are the wallet's vocabulary; payments declare
// it, because they move wallets without knowing this package.
type (
	// Move is one movement: who, how much, why.
	Move = payment.Move
	// Source is the cause of a movement, unique per account.
	Source = payment.Source
	// Totals are an account's statistics.
	Totals = payment.Totals
	// Kind sorts movements by the numbers of the cash log.
	Kind = payment.MoveKind
)

// Amounts are the numbers of one wallet, in fen. An account that never moved
// anything has zeros.
type Amounts struct {
	Balance mall.Money // to spend; negative after a clawback of what was spent
	Frozen  mall.Money // set aside for open payments and withdrawals
	Totals
	Withdrawn mall.Money // Σ of KindWithdrawn
}

// Entry is one line of the ledger. Entries are never changed.
type Entry struct {
	ID          mall.ID
	Account     mall.ID
	Kind        Kind
	Balance     mall.Money // change of the balance, signed
	Frozen      mall.Money // change of the frozen part, signed
	BalanceLeft mall.Money // balance afterwards
	FrozenLeft  mall.Money // frozen part afterwards
	Source      Source
	Order       mall.ID
	Shop        mall.ID
	Remark      string
	At          time.Time
}

// Net is what came, negative for what left: by a movement between balance and
// frozen part what the balance changed by, else what the wallet did.
func (e *Entry) Net() mall.Money {
	if e.Balance != 0 {
		return e.Balance
	}
	return e.Frozen
}

// Filter narrows cash logs; zero fields do not. Entries of payment.KindFreeze
// are never listed.
type Filter struct {
	Out   *bool // true: only what left, false: only what came
	Kinds []Kind
	Order mall.ID
	From  time.Time // ≤ at
	Till  time.Time // > at
}

// Rule is a recharge rule (充值满赠): who recharges at least Confine gets Send
// besides, with Loop once for every whole Confine. Of all rules the one with
// the largest gift applies, alone.
type Rule struct {
	ID      mall.ID
	Confine mall.Money // fen, > 0
	Send    mall.Money // fen, > 0
	Loop    bool
}

// Gift is what the rule adds to a recharge, at most mall.MaxMoney.
func (r Rule) Gift(amount mall.Money) mall.Money {
	if r.Confine <= 0 || amount < r.Confine {
		return 0
	}
	times := mall.Money(1)
	if r.Loop {
		times = amount / r.Confine
	}
	if r.Send > mall.MaxMoney/times {
		return mall.MaxMoney
	}
	return r.Send * times
}

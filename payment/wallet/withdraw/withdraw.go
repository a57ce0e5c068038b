package withdraw

import (
	"time"

	"github.com/gomall-dev/mall"
)

// State of a withdrawal. Nothing follows paid and refused.
type State string

const (
	// Asked means that the amount is set aside and staff are to decide.
	Asked State = "asked"
	// Paid means that the money was sent and the amount has left the wallet.
	Paid State = "paid"
	// Refused means that the amount is back in the balance.
	Refused State = "refused"
)

// Withdrawal is one request to pay a balance out.
type Withdrawal struct {
	ID      mall.ID
	Number  string // ours, unique
	Account mall.ID
	Amount  mall.Money // fen that leave the wallet
	Fee     mall.Money // fen of Amount that the shop keeps; frozen when asked
	Name    string     // real name of the receiver, "" if not told; personal
	State   State
	Reason  string    // why it was refused; may name people
	By      mall.ID   // who decided, zero for the system
	Face    mall.Face // where it was asked for
	Created time.Time
	Decided time.Time // zero while asked
}

// Payout is what the receiver gets.
func (w *Withdrawal) Payout() mall.Money { return w.Amount - w.Fee }

// Rules are the shop's rules at a moment.
type Rules struct {
	Closed bool
	Min    mall.Money // fen, the least amount; 0 is any
	Rate   mall.Rate  // fee as a share of the amount, rounded half up
	MinFee mall.Money // fen, the least fee
	Gifts  bool       // the gifts of recharges are paid out too; else whoever recharges and withdraws earns them
}

// Fee is what the shop keeps of an amount.
func (r Rules) Fee(amount mall.Money) mall.Money { return max(r.Rate.Of(amount), r.MinFee) }

// Request asks for a withdrawal.
type Request struct {
	Amount   mall.Money // fen, > 0
	Name     string     // at most 64 characters
	Password string     // the pay password, see Config.NeedPassword
}

// Filter narrows a list; zero fields do not.
type Filter struct {
	Account mall.ID
	States  []State
}

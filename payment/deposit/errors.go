package deposit

import "github.com/gomall-dev/mall"

var (
	// ErrNone says that there is no such deposit, or that it is somebody else's.
	ErrNone = mall.E(mall.NotFound, "deposit.none", "no such deposit")
	// ErrState says that the deposit's state does not allow this; its argument is the state.
	ErrState = mall.E(mall.State, "deposit.state", "deposit is in a state that does not allow this:")
	// ErrShort says that the balance does not cover the deposit. Its argument,
	// a mall.Money, is what is left to pay at a gateway.
	ErrShort = mall.E(mall.State, "deposit.short", "balance is too low for the deposit, missing:")
	// ErrAmount says that more is to be returned than was paid. Its argument is what was paid.
	ErrAmount = mall.E(mall.Invalid, "deposit.amount", "no more can be returned than was paid:")
	// ErrTooMany says that too many deposits of the account wait to be paid. Its argument is the limit.
	ErrTooMany = mall.E(mall.Limit, "deposit.too_many", "too many unpaid deposits, at most")
)

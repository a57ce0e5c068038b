package withdraw

import "github.com/gomall-dev/mall"

var (
	// ErrClosed says that the shop pays no balances out.
	ErrClosed = mall.E(mall.Denied, "withdraw.closed", "the shop does not pay balances out")
	// ErrMin says that less is asked for than the shop pays out at once. Its
	// argument is that amount.
	ErrMin = mall.E(mall.Invalid, "withdraw.min", "amount is below the least that is paid out:")
	// ErrFee says that nothing would be left of the amount after the fee, its argument.
	ErrFee = mall.E(mall.Invalid, "withdraw.fee", "amount does not exceed the fee of")
	// ErrTooMany says that too many withdrawals wait for a decision; its argument
	// is how many may.
	ErrTooMany = mall.E(mall.Limit, "withdraw.too_many", "too many withdrawals wait to be decided, at most")
	// ErrShort says that what can be withdrawn of the balance is lower than the
	// amount asked for.
	ErrShort = mall.E(mall.State, "withdraw.short", "balance is too low to withdraw this")
	// ErrNone says that there is no such withdrawal, or that it is somebody else's.
	ErrNone = mall.E(mall.NotFound, "withdraw.none", "no such withdrawal")
	// ErrDecided says that the withdrawal was paid or refused before.
	ErrDecided = mall.E(mall.State, "withdraw.decided", "withdrawal was decided before")
)

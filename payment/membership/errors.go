package membership

import "github.com/gomall-dev/mall"

var (
	// ErrPrice says that a price is malformed.
	ErrPrice = mall.E(mall.Invalid, "membership.price", "price needs an amount within bounds and a term of days, months or years")
	// ErrTooMany says that a level has too many prices. Its argument is the limit.
	ErrTooMany = mall.E(mall.Limit, "membership.too_many", "too many prices of a level, at most")
	// ErrNoPrice says that there is no such price, or no longer: a price that
	// was changed is another one.
	ErrNoPrice = mall.E(mall.NotFound, "membership.no_price", "no such price of a membership")
	// ErrNone says that there is no such purchase, or that it is somebody else's.
	ErrNone = mall.E(mall.NotFound, "membership.none", "no such purchase of a membership")
	// ErrState says that the purchase's state does not allow this; its argument is the state.
	ErrState = mall.E(mall.State, "membership.state", "purchase is in a state that does not allow this:")
	// ErrShort says that the balance does not cover the price. Its arguments,
	// of type mall.Money, are what is missing and the whole price.
	ErrShort = mall.E(mall.State, "membership.short", "balance is too low for the membership, missing:")
	// ErrLower says that the buyer holds a higher level, which would hide the
	// one that is sold. Its argument is the name of the higher one.
	ErrLower = mall.E(mall.State, "membership.lower", "buyer holds a higher level:")
	// ErrLong says that the buyer's membership cannot be lengthened: it is for
	// ever, or would reach further than a hundred years.
	ErrLong = mall.E(mall.State, "membership.long", "membership cannot be lengthened any more")
	// ErrTried says that the buyer had the level for nothing before.
	ErrTried = mall.E(mall.State, "membership.tried", "level is given for nothing once only")
	// ErrAmount says that more is to be refunded than was paid. Its argument is what was paid.
	ErrAmount = mall.E(mall.Invalid, "membership.amount", "no more can be refunded than was paid:")
)

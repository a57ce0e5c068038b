package wallet

import "github.com/gomall-dev/mall"

var (
	// ErrShort says that less is there than is to be spent, frozen or unfrozen.
	ErrShort = mall.E(mall.State, "wallet.short", "balance is too low")
	// ErrSource says that a source moved another amount before.
	ErrSource = mall.E(mall.Conflict, "wallet.source", "this was booked before, with another amount")
	// ErrPasswordSet says that there is a pay password already: it can be modified only.
	ErrPasswordSet = mall.E(mall.Conflict, "wallet.password_set", "pay password is set already")
	// ErrNoPassword says that no pay password was set.
	ErrNoPassword = mall.E(mall.State, "wallet.no_password", "no pay password is set")
	// ErrPassword says that the pay password is wrong. Its argument is the
	// number of tries left.
	ErrPassword = mall.E(mall.Denied, "wallet.password", "pay password is wrong")
	// ErrLocked says that too many wrong pay passwords came. Its argument is
	// when tries are allowed again.
	ErrLocked = mall.E(mall.Limit, "wallet.locked", "too many wrong pay passwords")
	// ErrWeak says that a pay password is too short or too long. Its arguments
	// are the bounds, in characters.
	ErrWeak = mall.E(mall.Invalid, "wallet.weak", "length of a pay password must be within")
	// ErrRule says that a recharge rule is malformed.
	ErrRule = mall.E(mall.Invalid, "wallet.rule", "recharge rule needs amounts above 0")
)

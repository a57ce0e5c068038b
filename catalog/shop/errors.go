package shop

import "github.com/gomall-dev/mall"

var (
	// ErrGone says that there is no such shop; its argument is the id.
	ErrGone = mall.E(mall.NotFound, "shop.gone", "no such shop:")
	// ErrClosed says that a shop is closed or not approved and sells nothing; its
	// argument is the name.
	ErrClosed = mall.E(mall.State, "shop.closed", "shop does not sell:")
	// ErrDecided says that a shop is not in the state of the audit that the call
	// needs; its argument is the id.
	ErrDecided = mall.E(mall.State, "shop.decided", "not in this state of the audit: shop")
	// ErrCategory says that there is no such category; its argument is the id.
	ErrCategory = mall.E(mall.NotFound, "shop.category", "no such category of merchants:")
	// ErrCycle says that a category would become its own ancestor.
	ErrCycle = mall.E(mall.Invalid, "shop.cycle", "a category cannot lie below itself")
	// ErrInUse says that a category still has merchants or children.
	ErrInUse = mall.E(mall.Conflict, "shop.in_use", "category still has merchants or children")
)

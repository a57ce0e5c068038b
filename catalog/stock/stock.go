package stock

import (
	"cmp"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

// Unlimited is the stock of what never runs out.
const Unlimited = catalog.Unlimited

// MaxQty bounds every number of pieces, so that sums stay far from overflow.
const MaxQty int64 = 1_000_000_000

// KindSKU is the kind of the counters of catalog SKUs; Ref is the SKU's id.
const KindSKU = "sku"

// Key names a counter: a SKU, a SKU on a day, a time slot of a day, a seat, a
// coupon rule; rooms choose their kinds.
type Key struct {
	Kind string
	Ref  mall.ID
	Day  string // YYYY-MM-DD, or empty
	Slot string // or empty
}

// SKU is the Key of a SKU's plain stock.
func SKU(id mall.ID) Key { return Key{Kind: KindSKU, Ref: id} }

// compare orders keys; every transaction that touches several counters does
// so in this order, which keeps them free of deadlocks.
func (k Key) compare(o Key) int {
	return cmp.Or(cmp.Compare(k.Kind, o.Kind), cmp.Compare(k.Ref, o.Ref), cmp.Compare(k.Day, o.Day), cmp.Compare(k.Slot, o.Slot))
}

// Need is a number of pieces of a counter.
type Need struct {
	Key Key
	Qty int64
}

// Shift is what is added to the numbers of a counter.
type Shift struct {
	Key                   Key
	Available, Held, Sold int64
}

// Level is the state of a counter. Available is Unlimited when it never runs out.
type Level struct{ Available, Held, Sold int64 }

// Has says whether n pieces are available.
func (l Level) Has(n int64) bool { return l.Available == Unlimited || l.Available >= n }

// State is where the pieces of a hold are.
type State int

const (
	// Held is placed and unpaid.
	Held State = iota
	// Sold is paid; parts of it may have been returned.
	Sold
	// Released is given back before payment.
	Released
)

// Entry is a logged adjustment. Before and After are available pieces or Unlimited.
type Entry struct {
	ID            mall.ID
	Key           Key
	Before, After int64
	Actor         mall.ID // account, 0 for the host itself
	Face          mall.Face
	Addr          string
	Reason        string
	At            time.Time
}

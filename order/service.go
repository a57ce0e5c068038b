package order

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/cart"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/marketing"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/payment"
)

// RightManage is the staff right to work on orders, by the path of the
// management back end that needs it. An actor that is bound to a shop has it
// for that shop's orders only.
const RightManage = "/order/ship"

// Deps are what the service needs; all of them are required.
type Deps struct {
	Tx        mall.Tx
	Outbox    mall.Outbox
	Orders    Repository
	Claims    ClaimRepository
	Codes     CodeRepository
	Purchases PurchaseRepository
	Catalog   *catalog.Service
	Stock     *stock.Service
	Shops     *shop.Service
	Carts     *cart.Service
	Members   *member.Service
	Payments  *payment.Service // New registers the purpose payment.Order there
	Points    *points.Service
}

// Config works at its zero value.
type Config struct {
	// Term is how long an order of a face can be paid; nil: manager 2 minutes,
	// o2o 24 hours, others 30 minutes.
	Term func(ctx context.Context, face mall.Face) (time.Duration, error)
	// Rearm is how long an order of a face can be paid from the moment its first
	// payment opens, if that is longer than it could be anyway; 0 changes
	// nothing; nil: manager 2 minutes, others 0.
	Rearm func(ctx context.Context, face mall.Face) (time.Duration, error)
	// MaxUnpaid is how much of a face a buyer may have unpaid at once, for it
	// keeps stock from everybody else; a field that is 0 limits nothing; nil:
	// o2o, whose orders wait for a day, 20 orders with 100 pieces together,
	// others no limit.
	MaxUnpaid func(ctx context.Context, face mall.Face) (UnpaidCount, error)
	// Returnable says which orders their buyers may give back at once, without
	// a claim (Service.Return); nil: those placed at manager.
	Returnable func(o *Order) bool
	// ReceiveAfter is when shipped orders count as received; 0 switches it off.
	ReceiveAfter func(ctx context.Context) (time.Duration, error)
	// ReviewAfter is when received orders get the standard good review; 0 switches it off.
	ReviewAfter func(ctx context.Context) (time.Duration, error)
	// AutoRemark is the text of the standard review; default "系统默认好评".
	AutoRemark string
	// Clerk says whether an account without staff rights may redeem codes of a
	// shop; nil: nobody may.
	Clerk func(ctx context.Context, account, shop mall.ID) (bool, error)
	// Offers are the sources of reductions, asked in this order within a stage.
	Offers []marketing.Source
	// Fees adds extra items, service and tax to an order that is being
	// priced; nil adds none. It must not change the order.
	Fees func(ctx context.Context, o *Order) ([]Fee, error)
	// Guards may refuse a move, in order, inside its transaction.
	Guards []Guard
	// Watchers hear of a move after its commit, in order, best effort.
	Watchers []Watcher
	// MaxLines of one order; default 200. MaxQty of one line; default 99,999.
	MaxLines int
	MaxQty   int64
	// CodeTries is how many wrong redemption codes an account may try in an hour; default 10.
	CodeTries int64
	// Grace is how long after the due time an order with an unknown payment
	// is kept; default 30 minutes.
	Grace time.Duration
	// Calendar makes the dates in numbers; the zero value is Shanghai's.
	Calendar mall.Calendar
	// Now is the clock; nil: the system's.
	Now func() time.Time
}

// Change is a move that is about to happen (Guard) or has happened (Watcher).
// Order is a copy with the new state.
type Change struct {
	Move   Move
	From   State
	Order  Order
	Actor  mall.Actor
	Reason string
}

// Guard refuses a move by an error. It runs inside the transaction, after the
// table of transitions has allowed the move, and may be called again for the
// same move.
type Guard func(ctx context.Context, c Change) error

// Watcher is told of a committed move. What must happen belongs into a
// consumer of the outbox instead.
type Watcher func(ctx context.Context, c Change)

// Service is all orders of a store.
type Service struct {
	deps Deps
	cfg  Config
	now  func() time.Time
}

// New builds the service and registers the purpose payment.Order, so it comes
// before payments are sealed. A missing dependency is an error that names it.
func New(d Deps, c Config) (*Service, error) {
	for name, missing := range map[string]bool{
		"Tx": d.Tx == nil, "Outbox": d.Outbox == nil, "Orders": d.Orders == nil, "Claims": d.Claims == nil,
		"Codes": d.Codes == nil, "Purchases": d.Purchases == nil, "Catalog": d.Catalog == nil, "Stock": d.Stock == nil, "Shops": d.Shops == nil,
		"Carts": d.Carts == nil, "Members": d.Members == nil, "Payments": d.Payments == nil, "Points": d.Points == nil,
	} {
		if missing {
			return nil, fmt.Errorf("order: Deps.%s is missing", name)
		}
	}
	if c.MaxLines <= 0 {
		c.MaxLines = 200
	}
	if c.MaxQty <= 0 {
		c.MaxQty = 99_999
	}
	if c.CodeTries <= 0 {
		c.CodeTries = 10
	}
	if c.Grace <= 0 {
		c.Grace = 30 * time.Minute
	}
	if c.AutoRemark == "" {
		c.AutoRemark = "系统默认好评"
	}
	s := &Service{deps: d, cfg: c, now: mall.Clock(c.Now)}
	d.Payments.Handle(payment.Order, payment.Handler{Price: s.payPrice, Run: s.payRun, Kind: payment.KindOrder})
	d.Payments.OnRefund(payment.Order, s.onRefund)
	return s, nil
}

// Ref names an order by its id or by its number.
type Ref struct {
	ID     mall.ID
	Number string
}

// resolve is the id of the order that a Ref names; ErrNoOrder.
func (s *Service) resolve(ctx context.Context, r Ref) (mall.ID, error) {
	if r.ID != 0 || r.Number == "" {
		return r.ID, nil
	}
	id, err := s.deps.Orders.FindByNumber(ctx, r.Number)
	if err == nil && id == 0 {
		err = ErrNoOrder
	}
	return id, err
}

// Get gives an order to whoever may see it: its buyer, unless they deleted it,
// and the staff of its shop. ErrNoOrder for everybody else. A parent has the
// state and the due time of its least advanced live part.
func (s *Service) Get(ctx context.Context, who mall.Actor, ref Ref) (*Order, error) {
	id, err := s.resolve(ctx, ref)
	if err != nil {
		return nil, err
	}
	o, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if err := s.sum(ctx, o); err != nil {
		return nil, err
	}
	role := RoleOf(o, who)
	if role == 0 || role == Buyer && o.HiddenBy&HideBuyer != 0 {
		return nil, ErrNoOrder
	}
	return o, nil
}

// GetOf gives a buyer's own order that they have not deleted; ErrNoOrder.
func (s *Service) GetOf(ctx context.Context, buyer mall.ID, ref Ref) (*Order, error) {
	id, err := s.resolve(ctx, ref)
	if err != nil {
		return nil, err
	}
	o, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	if buyer == 0 || o.Buyer != buyer {
		return nil, ErrNoOrder
	}
	if err := s.sum(ctx, o); err != nil {
		return nil, err
	}
	if o.HiddenBy&HideBuyer != 0 {
		return nil, ErrNoOrder
	}
	return o, nil
}

// PartsOf are the orders of a parent, lowest first; none for other orders.
func (s *Service) PartsOf(ctx context.Context, o *Order) ([]*Order, error) {
	if !o.Parts {
		return nil, nil
	}
	return s.parts(ctx, o.ID)
}

func (s *Service) parts(ctx context.Context, parent mall.ID) ([]*Order, error) {
	ids, err := s.deps.Orders.Children(ctx, parent)
	if err != nil {
		return nil, err
	}
	os, err := s.deps.Orders.ByIDs(ctx, ids)
	slices.SortFunc(os, func(a, b *Order) int { return cmp.Compare(a.ID, b.ID) })
	return os, err
}

// sum gives a parent the state and the due time of its least advanced live
// child, or of any when none lives; it is hidden from whom all of them are.
func (s *Service) sum(ctx context.Context, o *Order) error {
	if !o.Parts {
		return nil
	}
	children, err := s.parts(ctx, o.ID)
	if err != nil || len(children) == 0 {
		return err
	}
	all, now := Phases(), s.now()
	rank := func(c *Order) int {
		p := c.Phase(now)
		if p.Over() {
			return len(all)
		}
		return slices.Index(all, p)
	}
	least := slices.MinFunc(children, func(a, b *Order) int { return cmp.Compare(rank(a), rank(b)) })
	o.State, o.Due = least.State, least.Due
	o.HiddenBy = HideBuyer | HideMerchant
	for _, c := range children {
		o.HiddenBy &= c.HiddenBy
	}
	return nil
}

func (s *Service) load(ctx context.Context, id mall.ID) (*Order, error) {
	o, err := s.deps.Orders.Get(ctx, id)
	if errors.Is(err, mall.ErrNotFound) {
		return nil, ErrNoOrder
	}
	return o, err
}

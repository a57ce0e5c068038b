package paytest

import (
	"context"
	"slices"
	"sync"
	"time"
)

// Books keep the gateway's orders. NewBooks keeps them in memory; a host that
// wants them to outlive it implements the three methods on a table.
type Books interface {
	// Order and ByPrepay find an order by its number or prepay id; ok says
	// whether there is one.
	Order(ctx context.Context, number string) (o Order, ok bool, err error)
	ByPrepay(ctx context.Context, prepay string) (o Order, ok bool, err error)
	// Save stores an order if Version is the stored one's (0: there is none
	// of its number yet), and raises the stored version by one; false when
	// somebody else was faster.
	Save(ctx context.Context, o Order) (bool, error)
}

// State of an order at the gateway, by the names of its protocol.
type State string

// The states.
const (
	Open    State = "NOTPAY"
	Paid    State = "SUCCESS"
	Ended   State = "CLOSED"
	Failed  State = "PAYERROR"   // the payer's try failed; another may succeed
	Typing  State = "USERPAYING" // payment codes: the payer is asked for the password
	Revoked State = "REVOKED"    // payment codes: closed, or given back
)

// Order is one payment as the gateway knows it. It has a JSON form.
type Order struct {
	Number      string    `json:"out_trade_no"`
	Merchant    string    `json:"mchid"`
	Prepay      string    `json:"prepay_id"`
	AppID       string    `json:"appid"`
	OpenID      string    `json:"openid"`
	Title       string    `json:"description"`
	Scene       string    `json:"scene"`
	Amount      int64     `json:"total"` // fen
	Due         time.Time `json:"time_expire"`
	State       State     `json:"trade_state"`
	Transaction string    `json:"transaction_id"`
	PaidAt      time.Time `json:"success_time"`
	Refunds     []Refund  `json:"refunds"`
	Version     int64     `json:"version"`

	Protocol  string `json:"protocol,omitempty"` // "" is the sandbox's own
	NotifyURL string `json:"notify_url,omitempty"`
	Currency  string `json:"currency,omitempty"` // "" is CNY
	Partner   string `json:"sp_mchid,omitempty"` // service provider, "" without one
	PartnerID string `json:"sp_appid,omitempty"`
}

// Refund is money that the gateway gave back.
type Refund struct {
	Number  string    `json:"out_refund_no"`
	Receipt string    `json:"refund_id"`
	Amount  int64     `json:"refund"` // fen
	At      time.Time `json:"success_time"`

	State     RefundState `json:"status,omitempty"`
	NotifyURL string      `json:"notify_url,omitempty"`
}

// RefundState of a refund at the gateway; "" is RefundDone.
type RefundState string

// The states of refunds.
const (
	RefundDone     RefundState = "SUCCESS"
	RefundPending  RefundState = "PROCESSING"
	RefundAbnormal RefundState = "ABNORMAL" // the payer's account does not take it
)

// Ledger are books that can be read as a whole, as bills need them.
type Ledger interface {
	Books
	// All lists the orders, in no order.
	All() []Order
}

// refunded is the sum that was given back.
func (o *Order) refunded() int64 {
	sum := int64(0)
	for _, r := range o.Refunds {
		sum += r.Amount
	}
	return sum
}

// Memory are books that end with the process.
type Memory struct {
	mu      sync.Mutex
	orders  map[string]Order
	prepays map[string]string // prepay id → number
}

// NewBooks makes empty books in memory.
func NewBooks() *Memory { return &Memory{orders: map[string]Order{}, prepays: map[string]string{}} }

// Order implements Books.
func (m *Memory) Order(_ context.Context, number string) (Order, bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o, ok := m.orders[number]
	o.Refunds = slices.Clone(o.Refunds)
	return o, ok, nil
}

// ByPrepay implements Books.
func (m *Memory) ByPrepay(ctx context.Context, prepay string) (Order, bool, error) {
	m.mu.Lock()
	number := m.prepays[prepay]
	m.mu.Unlock()
	return m.Order(ctx, number)
}

// Save implements Books.
func (m *Memory) Save(_ context.Context, o Order) (bool, error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.orders[o.Number].Version != o.Version {
		return false, nil
	}
	o.Version++
	o.Refunds = slices.Clone(o.Refunds)
	m.orders[o.Number], m.prepays[o.Prepay] = o, o.Number
	return true, nil
}

// All implements Ledger.
func (m *Memory) All() []Order {
	m.mu.Lock()
	defer m.mu.Unlock()
	list := make([]Order, 0, len(m.orders))
	for _, o := range m.orders {
		o.Refunds = slices.Clone(o.Refunds)
		list = append(list, o)
	}
	return list
}

// Falsify changes an order behind the gateway's back, for comparing books that
// do not agree. A change that empties Number removes the order.
func (m *Memory) Falsify(number string, change func(o *Order)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	o := m.orders[number]
	o.Refunds = slices.Clone(o.Refunds)
	delete(m.orders, number)
	if change(&o); o.Number != "" {
		m.orders[o.Number], m.prepays[o.Prepay] = o, o.Number
	}
}

// booking is one line of a bill.
type booking struct {
	at    time.Time
	order Order
	back  *Refund // nil for the payment itself
}

// booked are what books hold of a day in Beijing, in order of time. Alipay's
// bills have refunds once they are done, WeChat Pay's from when they are asked for.
func booked(books Ledger, protocol, day string, mine func(Order) bool) []booking {
	on := func(t time.Time) bool { return t.In(beijing).Format(time.DateOnly) == day }
	var list []booking
	for _, o := range books.All() {
		if o.Protocol != protocol || o.PaidAt.IsZero() || !mine(o) {
			continue
		}
		if on(o.PaidAt) {
			list = append(list, booking{o.PaidAt, o, nil})
		}
		for _, r := range o.Refunds {
			done := r.State == "" || r.State == RefundDone
			if on(r.At) && (done || protocol != protocolAlipay) {
				list = append(list, booking{r.At, o, &r})
			}
		}
	}
	slices.SortStableFunc(list, func(a, b booking) int { return a.at.Compare(b.at) })
	return list
}

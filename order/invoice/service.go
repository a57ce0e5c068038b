package invoice

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment/wallet"
)

// Right is the staff right to see and decide invoices.
const Right = "order.invoices"

// Orders are the orders; *order.Service is them.
type Orders interface {
	// GetOf gives a buyer's own order.
	GetOf(ctx context.Context, buyer mall.ID, ref order.Ref) (*order.Order, error)
}

// Spendings tell what accounts spent; *wallet.Service does.
type Spendings interface {
	Amounts(ctx context.Context, account mall.ID) (wallet.Amounts, error)
}

// Deps are what the service needs; all of them are required.
type Deps struct {
	Repo    Repository
	Tx      mall.Tx
	Outbox  mall.Outbox
	Orders  Orders
	Wallets Spendings
}

// Config works at its zero value.
type Config struct {
	Now func() time.Time // default: the system clock
}

// Service is the invoices of a shop.
type Service struct {
	d   Deps
	now func() time.Time
}

// New builds the service; a missing dependency is an error that names it.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Repo == nil:
		return nil, errors.New("invoice: Deps.Repo is missing")
	case d.Tx == nil:
		return nil, errors.New("invoice: Deps.Tx is missing")
	case d.Outbox == nil:
		return nil, errors.New("invoice: Deps.Outbox is missing")
	case d.Orders == nil:
		return nil, errors.New("invoice: Deps.Orders is missing")
	case d.Wallets == nil:
		return nil, errors.New("invoice: Deps.Wallets is missing")
	}
	return &Service{d: d, now: mall.Clock(c.Now)}, nil
}

// Apply asks for an invoice. For an order it is at most what was paid for it
// and not refunded, and the only one: ErrOrder. The sum of all invoices of an
// account, those of orders among them, stays within what it consumed: ErrSpent.
func (s *Service) Apply(ctx context.Context, who mall.Actor, in Request) (*Invoice, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	if in, err = in.cleaned(); err != nil {
		return nil, err
	}
	var i *Invoice
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.covered(ctx, account, in); err != nil {
			return err
		}
		i = &Invoice{Account: account, Request: in, State: Asked, Created: s.now()}
		if err := s.d.Repo.Insert(ctx, i); errors.Is(err, mall.ErrConflict) {
			return ErrOrder
		} else if err != nil {
			return err
		}
		a, err := s.d.Wallets.Amounts(ctx, account)
		if err != nil {
			return err
		}
		ok, err := s.d.Repo.Take(ctx, account, in.Amount, a.Consumed)
		if err != nil {
			return err
		}
		if !ok {
			taken, err := s.d.Repo.Invoiced(ctx, account)
			if err != nil {
				return err
			}
			return ErrSpent.With(max(a.Consumed-taken, 0))
		}
		return s.event(ctx, i)
	})
	if err != nil {
		return nil, err
	}
	return i, nil
}

// covered refuses more than what was paid for the order of a request.
func (s *Service) covered(ctx context.Context, account mall.ID, in Request) error {
	if in.Order == 0 {
		return nil
	}
	o, err := s.d.Orders.GetOf(ctx, account, order.Ref{ID: in.Order})
	if err != nil {
		return err
	}
	if left := o.Paid - o.Refunded; in.Amount > left {
		return ErrSpent.With(max(left, 0))
	}
	return nil
}

// Work notes that staff are at an invoice. It needs Right.
func (s *Service) Work(ctx context.Context, who mall.Actor, id mall.ID) (*Invoice, error) {
	return s.decide(ctx, who, id, Working, "", "")
}

// Issue hands an invoice out, once, as the file at a web address. ErrDecided
// when it was issued or refused before, ErrSpent when refunds since have left
// less than it says: refuse it then. It needs Right.
func (s *Service) Issue(ctx context.Context, who mall.Actor, id mall.ID, file string) (*Invoice, error) {
	if !webAddress(file) {
		return nil, mall.ErrInvalid.With("file")
	}
	return s.decide(ctx, who, id, Issued, file, "")
}

// Refuse ends a request with a reason that the account may read; its amount
// can be invoiced anew. ErrDecided when it was issued or refused before. It
// needs Right.
func (s *Service) Refuse(ctx context.Context, who mall.Actor, id mall.ID, reason string) (*Invoice, error) {
	reason = strings.TrimSpace(reason)
	if n := utf8.RuneCountInString(reason); n == 0 || n > maxText {
		return nil, mall.ErrInvalid.With("reason")
	}
	return s.decide(ctx, who, id, Refused, "", reason)
}

func (s *Service) decide(ctx context.Context, who mall.Actor, id mall.ID, to State, file, reason string) (*Invoice, error) {
	if err := who.Must(Right); err != nil {
		return nil, err
	}
	var i *Invoice
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repo.Decide(ctx, id, to, who.Account, file, reason, s.now())
		if err != nil {
			return err
		}
		if i, err = s.get(ctx, id); err != nil {
			return err
		}
		switch {
		case !ok:
			return ErrDecided
		case to == Refused:
			_, err = s.d.Repo.Take(ctx, i.Account, -i.Amount, mall.MaxMoney)
		case to == Issued:
			err = s.still(ctx, i)
		}
		if err != nil {
			return err
		}
		return s.event(ctx, i)
	})
	if err != nil {
		return nil, err
	}
	return i, nil
}

// still is ErrSpent when an invoice exceeds what is left of its order, or all
// invoices of the account what is left of its spendings.
func (s *Service) still(ctx context.Context, i *Invoice) error {
	if err := s.covered(ctx, i.Account, i.Request); err != nil {
		return err
	}
	a, err := s.d.Wallets.Amounts(ctx, i.Account)
	if err != nil {
		return err
	}
	taken, err := s.d.Repo.Invoiced(ctx, i.Account)
	if err == nil && taken > a.Consumed {
		err = ErrSpent.With(max(a.Consumed-taken+i.Amount, 0))
	}
	return err
}

func (s *Service) get(ctx context.Context, id mall.ID) (*Invoice, error) {
	i, err := s.d.Repo.Get(ctx, id)
	if errors.Is(err, mall.ErrNotFound) {
		return nil, ErrNone
	}
	return i, err
}

// GetOf is one of the actor's own invoices; ErrNone for anybody else's.
func (s *Service) GetOf(ctx context.Context, who mall.Actor, id mall.ID) (*Invoice, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	i, err := s.get(ctx, id)
	if err == nil && i.Account != account {
		return nil, ErrNone
	}
	return i, err
}

// OfOrder is the invoice of one of the actor's own orders that was not refused;
// ErrNone without one, and for anybody else's.
func (s *Service) OfOrder(ctx context.Context, who mall.Actor, id mall.ID) (*Invoice, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	i, err := s.d.Repo.OfOrder(ctx, id)
	if errors.Is(err, mall.ErrNotFound) || err == nil && i.Account != account {
		return nil, ErrNone
	}
	return i, err
}

// ListOf is one page of the actor's own invoices, newest first.
func (s *Service) ListOf(ctx context.Context, who mall.Actor, f Filter, p mall.Page) (mall.Slice[Invoice], error) {
	account, err := who.Buyer()
	if err != nil {
		return mall.Slice[Invoice]{}, err
	}
	f.Account = account
	return s.d.Repo.List(ctx, f, p.Clean())
}

// List is one page of all invoices, newest first. It needs Right.
func (s *Service) List(ctx context.Context, who mall.Actor, f Filter, p mall.Page) (mall.Slice[Invoice], error) {
	if err := who.Must(Right); err != nil {
		return mall.Slice[Invoice]{}, err
	}
	return s.d.Repo.List(ctx, f, p.Clean())
}

// Eraser is the room's part in auth.Service.Erase: refused while an invoice is
// to be made; the books are kept without texts.
func (s *Service) Eraser() auth.Eraser {
	return auth.Eraser{
		Busy: func(ctx context.Context, account mall.ID) error {
			list, err := s.d.Repo.List(ctx, Filter{Account: account, States: []State{Asked, Working}}, mall.Page{Limit: 1})
			if err == nil && list.Total > 0 {
				return auth.ErrOpen.With("invoices")
			}
			return err
		},
		Erase: s.d.Repo.Redact,
		Export: func(ctx context.Context, account mall.ID) (any, error) {
			return mall.All(ctx, account, s.d.Repo.Each, func(i Invoice) mall.ID { return i.ID })
		},
	}
}

// event tells of an invoice's move: "invoice.asked", ".working", ".issued", ".refused".
func (s *Service) event(ctx context.Context, i *Invoice) error {
	facts, err := json.Marshal(struct {
		Account mall.ID    `json:"account"`
		Amount  mall.Money `json:"amount"`
		Order   mall.ID    `json:"order,omitempty"`
		By      mall.ID    `json:"by,omitempty"`
	}{i.Account, i.Amount, i.Order, i.By})
	if err != nil {
		return fmt.Errorf("invoice: facts: %w", err)
	}
	return s.d.Outbox.Append(ctx, mall.Event{Kind: "invoice." + string(i.State), Version: 1, Aggregate: i.ID, Facts: facts, At: s.now()})
}

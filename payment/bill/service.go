package bill

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// Right is the staff right to change discount rules and to see bills.
const Right = "payment.bills"

// Deps are what the service needs; all of them are required.
type Deps struct {
	Repo     Repository
	Tx       mall.Tx
	Outbox   mall.Outbox
	Payments *payment.Service // New registers Purpose there
}

// Config works at its zero value.
type Config struct {
	Now func() time.Time // default: the system clock
}

// Service is the bills of a shop.
type Service struct {
	d   Deps
	now func() time.Time
}

// New builds the service and registers its purpose; a missing dependency is an
// error that names it.
func New(d Deps, c Config) (*Service, error) {
	switch {
	case d.Repo == nil:
		return nil, errors.New("bill: Deps.Repo is missing")
	case d.Tx == nil:
		return nil, errors.New("bill: Deps.Tx is missing")
	case d.Outbox == nil:
		return nil, errors.New("bill: Deps.Outbox is missing")
	case d.Payments == nil:
		return nil, errors.New("bill: Deps.Payments is missing")
	}
	s := &Service{d: d, now: mall.Clock(c.Now)}
	d.Payments.Handle(Purpose, payment.Handler{Price: s.price, Run: s.run, Kind: payment.KindBill})
	return s, nil
}

// Quote is what a bill of an amount comes to now.
func (s *Service) Quote(ctx context.Context, amount mall.Money) (Quote, error) {
	if amount <= 0 || amount > mall.MaxMoney {
		return Quote{}, mall.ErrInvalid.With("money")
	}
	rules, err := s.d.Repo.Rules(ctx)
	if err != nil {
		return Quote{}, err
	}
	q := Quote{Amount: amount}
	for _, r := range rules {
		if off := r.Off(amount); off > q.Discount {
			q.Discount, q.Rule = off, r.ID
		}
	}
	return q, nil
}

// PayFromWallet pays a bill from the balance, as payment.Service.PayFromWallet
// does and with its errors; a bill that the discount covers costs nothing. It
// is called outside of transactions.
func (s *Service) PayFromWallet(ctx context.Context, who mall.Actor, amount mall.Money, password string) (*payment.Payment, error) {
	if amount <= 0 || amount > mall.MaxMoney {
		return nil, mall.ErrInvalid.With("money")
	}
	return s.d.Payments.PayFromWallet(ctx, who, Action(amount), password)
}

// List is one page of all paid bills, newest first. It needs Right.
func (s *Service) List(ctx context.Context, who mall.Actor, p mall.Page) (mall.Slice[Bill], error) {
	if err := who.Must(Right); err != nil {
		return mall.Slice[Bill]{}, err
	}
	return s.d.Repo.List(ctx, 0, p.Clean())
}

// ListOf is one page of the actor's own paid bills, newest first.
func (s *Service) ListOf(ctx context.Context, who mall.Actor, p mall.Page) (mall.Slice[Bill], error) {
	account, err := who.Buyer()
	if err != nil {
		return mall.Slice[Bill]{}, err
	}
	return s.d.Repo.List(ctx, account, p.Clean())
}

// Export is what an account is told about its bills: all of them. They hold no
// words that an erasure would take.
func (s *Service) Export(ctx context.Context, account mall.ID) (any, error) {
	return mall.All(ctx, account, s.d.Repo.Each, func(b Bill) mall.ID { return b.ID })
}

// price is the quote of the moment at which the payment opens; it is frozen there.
func (s *Service) price(ctx context.Context, _ mall.Actor, a payment.Action) (payment.Price, error) {
	amount, err := AmountOf(a)
	if err != nil {
		return payment.Price{}, err
	}
	q, err := s.Quote(ctx, amount)
	return payment.Price{Amount: q.Real(), Title: "优惠买单"}, err
}

// run books the bill: what was not paid of its amount was the discount.
func (s *Service) run(ctx context.Context, p *payment.Payment) error {
	amount, err := AmountOf(p.Action)
	if err != nil || len(p.Parts) != 1 {
		return mall.ErrInvalid.With("bill")
	}
	b := &Bill{Account: p.Payer, Payment: p.ID, Amount: amount, Discount: amount - p.Parts[0].Amount, Paid: s.now()}
	if err := s.d.Repo.Insert(ctx, b); err != nil {
		return err
	}
	facts, err := json.Marshal(struct {
		Account  mall.ID    `json:"account"`
		Payment  mall.ID    `json:"payment"`
		Amount   mall.Money `json:"amount"`
		Discount mall.Money `json:"discount"`
	}{b.Account, b.Payment, b.Amount, b.Discount})
	if err != nil {
		return fmt.Errorf("bill: facts: %w", err)
	}
	return s.d.Outbox.Append(ctx, mall.Event{Kind: "bill.paid", Version: 1, Aggregate: b.ID, Facts: facts, At: b.Paid})
}

// Rules lists the discount rules, smallest Consume first.
func (s *Service) Rules(ctx context.Context) ([]Rule, error) { return s.d.Repo.Rules(ctx) }

// SaveRule stores a discount rule; a new one has ID 0 and gets its own. It needs Right.
func (s *Service) SaveRule(ctx context.Context, who mall.Actor, r Rule) (Rule, error) {
	if err := who.Must(Right); err != nil {
		return Rule{}, err
	}
	if r.Discount <= 0 || r.Consume < r.Discount || r.Consume > mall.MaxMoney {
		return Rule{}, ErrRule
	}
	saved := r
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		saved = r
		return s.d.Repo.SaveRule(ctx, &saved)
	})
	return saved, err
}

// DeleteRule removes a discount rule. It needs Right.
func (s *Service) DeleteRule(ctx context.Context, who mall.Actor, id mall.ID) error {
	if err := who.Must(Right); err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repo.DeleteRule(ctx, id)
		if err == nil && !ok {
			return mall.ErrNotFound
		}
		return err
	})
}

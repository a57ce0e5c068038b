package order

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/payment"
)

// payPrice says what an order costs to the payments: the buyer's own, unpaid
// and not overdue ones only. A parent costs what its unpaid children cost. The
// first payment of an order gives it a new term, see Config.Rearm.
func (s *Service) payPrice(ctx context.Context, who mall.Actor, a payment.Action) (payment.Price, error) {
	if len(a.Refs) != 1 {
		return payment.Price{}, mall.ErrInvalid.With("order")
	}
	head, os, err := s.payables(ctx, who.Account, a.Refs[0])
	if err != nil {
		return payment.Price{}, err
	}
	var p payment.Price
	for _, o := range os {
		if o, err = s.rearm(ctx, o); err != nil {
			return payment.Price{}, err
		}
		if o.State != newOrder {
			return payment.Price{}, ErrState.With(string(MovePay), string(o.Phase(s.now())))
		}
		if o.Overdue(s.now()) {
			return payment.Price{}, ErrOverdue
		}
		p.Amount += o.Payable
		if !o.HeldOpen && (p.Due.IsZero() || o.Due.Before(p.Due)) {
			p.Due = o.Due
		}
	}
	p.Title, p.Subject = os[0].Lines[0].Name, head.Number
	if head.Face == mall.FaceManager {
		p.Number = head.Number
	}
	return p, nil
}

// rearm starts an order's term anew when its first payment opens, in that
// payment's transaction, and gives the order as it is then. The order's row
// decides between it and the expiry: who writes it first wins.
func (s *Service) rearm(ctx context.Context, o *Order) (*Order, error) {
	if o.State != newOrder || o.HeldOpen || o.Payable == 0 {
		return o, nil
	}
	term, err := s.rearmTerm(ctx, o.Face)
	if err != nil || term <= 0 {
		return o, err
	}
	now := o
	err = s.changeFrom(ctx, o, func(ctx context.Context, o *Order) error {
		now = o
		due := s.now().Add(term)
		if o.State != newOrder || o.Overdue(s.now()) || !o.Due.Before(due) {
			return nil // payPrice says what is wrong
		}
		for _, ref := range payRefs(o) {
			if n, err := s.deps.Payments.Attempts(ctx, payment.Order, ref); err != nil || n > 0 {
				return err
			}
		}
		o.Due = due
		return s.put(ctx, o)
	})
	return now, err
}

func (s *Service) rearmTerm(ctx context.Context, face mall.Face) (time.Duration, error) {
	if s.cfg.Rearm != nil {
		return s.cfg.Rearm(ctx, face)
	}
	if face == mall.FaceManager {
		return 2 * time.Minute, nil
	}
	return 0, nil
}

// payables are a referred order and the orders that paying it pays: itself, or
// the unpaid children of a parent, lowest first. account 0 asks for no owner.
func (s *Service) payables(ctx context.Context, account, ref mall.ID) (head *Order, os []*Order, err error) {
	o, err := s.load(ctx, ref)
	if err != nil {
		return nil, nil, err
	}
	if account != 0 && o.Buyer != account {
		return nil, nil, ErrNoOrder
	}
	if !o.Parts {
		return o, []*Order{o}, nil
	}
	parts, err := s.parts(ctx, o.ID)
	if err != nil {
		return nil, nil, err
	}
	var unpaid []*Order
	for _, c := range parts {
		if c.State == newOrder {
			unpaid = append(unpaid, c)
		}
	}
	if len(unpaid) == 0 {
		return nil, nil, ErrState.With(string(MovePay), string(parts[0].Phase(s.now())))
	}
	return o, unpaid, nil
}

// payRun carries a payment out in the transaction that records its success. A
// dead or paid order and an amount that no longer fits are refusals: the
// payments then see to the money.
func (s *Service) payRun(ctx context.Context, p *payment.Payment) error {
	if len(p.Parts) != 1 {
		return mall.ErrInvalid.With("order")
	}
	_, os, err := s.payables(ctx, 0, p.Parts[0].Ref)
	if err != nil {
		return err
	}
	var sum mall.Money
	for _, o := range os {
		sum += o.Payable
	}
	if sum != p.Parts[0].Amount {
		return payment.ErrAmount.With(sum, p.Parts[0].Amount)
	}
	who := mall.Actor{Account: p.Payer, Face: p.Face}
	for _, o := range os {
		if err := s.pay(ctx, who, o, p); err != nil {
			return err
		}
	}
	if err := s.grant(ctx, os); err != nil {
		return err
	}
	return s.notePurchases(ctx, os, s.paidAt(p))
}

// paidAt is when a payment was made: what its provider says, else now.
func (s *Service) paidAt(p *payment.Payment) time.Time {
	if p.Paid.IsZero() {
		return s.now()
	}
	return p.Paid
}

// pay moves one order to paid: held stock is sold, codes are made, sales are
// counted after the commit.
func (s *Service) pay(ctx context.Context, who mall.Actor, o *Order, p *payment.Payment) error {
	var paid *Order
	id, amount := o.ID, o.Payable
	err := s.changeFrom(ctx, o, func(ctx context.Context, o *Order) error {
		if o.Payable != amount {
			return payment.ErrAmount.With(o.Payable, amount)
		}
		o.Paid, o.PaidAt, o.Payment, o.PaidAs = o.Payable, s.paidAt(p), p.ID, p.Parts[0].Ref
		paid = o
		return s.save(ctx, o, move{Move: MovePay, who: who, role: Machine, to: State{Paid, Idle, Open},
			facts: map[string]any{"payment": p.ID, "provider": p.Provider}})
	})
	if err != nil {
		return err
	}
	if err := s.deps.Stock.Sell(ctx, source(id)); err != nil {
		return err
	}
	if paid.CanRedeem {
		if err := s.makeCodes(ctx, paid); err != nil {
			return err
		}
	}
	lines := paid.Lines
	s.deps.Tx.OnCommit(ctx, func(context.Context) {
		for i := range lines {
			s.deps.Catalog.CountSales(lines[i].Goods, 1, lines[i].Qty)
			s.deps.Catalog.NoteDeal(catalog.Paid, lines[i].Goods, paid.Buyer, paid.PaidAt)
		}
	})
	return nil
}

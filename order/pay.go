package order

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/payment"
)

// payPrice says what an order costs to the payments: the buyer's own, unpaid
// and not overdue ones only. A parent costs what its unpaid children cost.
func (s *Service) payPrice(ctx context.Context, who mall.Actor, a payment.Action) (payment.Price, error) {
	if len(a.Refs) != 1 {
		return payment.Price{}, mall.ErrInvalid.With("order")
	}
	os, err := s.payables(ctx, who.Account, a.Refs[0])
	if err != nil {
		return payment.Price{}, err
	}
	var p payment.Price
	for _, o := range os {
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
	p.Title, p.Subject = os[0].Lines[0].Name, os[0].Number
	if os[0].Face == mall.FaceManager && os[0].Parent == 0 {
		p.Number = os[0].Number
	}
	return p, nil
}

// payables are the orders that paying a reference pays: itself, or the unpaid
// children of a parent. account 0 asks for no owner.
func (s *Service) payables(ctx context.Context, account, ref mall.ID) ([]*Order, error) {
	o, err := s.load(ctx, ref)
	if err != nil {
		return nil, err
	}
	if account != 0 && o.Buyer != account {
		return nil, ErrNoOrder
	}
	if !o.Parts {
		return []*Order{o}, nil
	}
	ids, err := s.deps.Orders.Children(ctx, o.ID)
	if err != nil {
		return nil, err
	}
	os, err := s.deps.Orders.ByIDs(ctx, ids)
	if err != nil {
		return nil, err
	}
	var unpaid []*Order
	for _, c := range os {
		if c.State == newOrder {
			unpaid = append(unpaid, c)
		}
	}
	if len(unpaid) == 0 {
		return nil, ErrState.With(string(MovePay), string(os[0].Phase(s.now())))
	}
	return unpaid, nil
}

// payRun carries a payment out in the transaction that records its success. A
// dead or paid order and an amount that no longer fits are refusals: the
// payments then see to the money.
func (s *Service) payRun(ctx context.Context, p *payment.Payment) error {
	if len(p.Parts) != 1 {
		return mall.ErrInvalid.With("order")
	}
	os, err := s.payables(ctx, 0, p.Parts[0].Ref)
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

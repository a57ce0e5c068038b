package order

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/payment"
)

// errPending says that a payment of the order is open at a gateway.
var errPending = errors.New("order: payment pending")

// Cancel ends an unpaid order for its buyer or the merchant and gives
// everything back that it held. Open payments are closed at their gateways
// first: ErrPaidMeanwhile when one of them turns out to be paid,
// ErrPaymentUnknown when a gateway does not tell. One whose time to pay is over
// expires instead, as it would have anyway.
func (s *Service) Cancel(ctx context.Context, who mall.Actor, ref Ref, reason string) error {
	id, err := s.resolve(ctx, ref)
	if err != nil {
		return err
	}
	ids, err := s.family(ctx, id)
	if err != nil {
		return err
	}
	done := 0
	for _, id := range ids {
		err := s.endUnpaid(ctx, id, move{Move: MoveCancel, who: who, to: State{Unpaid, Idle, Cancelled}, reason: reason})
		if err != nil && !(len(ids) > 1 && errors.Is(err, ErrState)) {
			return err
		}
		if err == nil {
			done++
		}
	}
	if done == 0 {
		return ErrState.With(string(MoveCancel), "")
	}
	return nil
}

// family is the order itself, or the children of a parent.
func (s *Service) family(ctx context.Context, id mall.ID) ([]mall.ID, error) {
	o, err := s.load(ctx, id)
	if err != nil || !o.Parts {
		return []mall.ID{id}, err
	}
	return s.deps.Orders.Children(ctx, id)
}

// endUnpaid moves an unpaid order to an end, outside of a transaction because
// gateways may have to be asked. A payment that opens in between is closed in
// the next round.
func (s *Service) endUnpaid(ctx context.Context, id mall.ID, m move) error {
	for range 3 {
		err := s.deps.Tx.Do(ctx, func(ctx context.Context) error { return s.endIdle(ctx, id, m) })
		if !errors.Is(err, errPending) {
			return err
		}
		if err := s.closePayments(ctx, id); err != nil {
			return err
		}
	}
	return ErrPaymentUnknown
}

// closePayments closes the open payments of an order at their gateways.
func (s *Service) closePayments(ctx context.Context, id mall.ID) error {
	o, err := s.load(ctx, id)
	if err != nil {
		return err
	}
	for _, ref := range payRefs(o) {
		switch outcome, err := s.deps.Payments.CloseFor(ctx, payment.Order, ref); {
		case err != nil:
			return err
		case outcome == payment.Settled:
			return ErrPaidMeanwhile
		case outcome != payment.Closed:
			return ErrPaymentUnknown
		}
	}
	return nil
}

// payRefs are the references under which payments may know an order: its own
// id and its parent's.
func payRefs(o *Order) []mall.ID {
	if o.Parent != 0 {
		return []mall.ID{o.ID, o.Parent}
	}
	return []mall.ID{o.ID}
}

// idle is errPending when a payment of the order is open.
func (s *Service) idle(ctx context.Context, o *Order) error {
	for _, ref := range payRefs(o) {
		n, err := s.deps.Payments.PendingFor(ctx, payment.Order, ref)
		if err != nil {
			return err
		}
		if n > 0 {
			return errPending
		}
	}
	return nil
}

// endIdle moves an unpaid order without open payments to an end and gives back
// what it held, in the running transaction; errPending when a payment is open.
func (s *Service) endIdle(ctx context.Context, id mall.ID, m move) error {
	var ended *Order
	err := s.change(ctx, id, func(ctx context.Context, o *Order) error {
		m := m
		if m.role != Machine {
			role, err := as(o, m.who, Buyer|Merchant)
			if err != nil {
				return err
			}
			m.role = role
			if m.Move == MoveCancel && o.Overdue(s.now()) {
				// It counts as expired already, and stays so.
				m.Move, m.to, m.role = MoveExpire, toExpired.to, Machine
			}
		}
		if !step(o.State, m.Move, m.to, m.role) {
			return ErrState.With(string(m.Move), string(o.Phase(s.now())))
		}
		if m.Move == MoveExpire && !o.Overdue(s.now()) {
			return ErrState.With(string(m.Move), string(o.Phase(s.now())))
		}
		if err := s.idle(ctx, o); err != nil {
			return err
		}
		o.Ended = s.now()
		ended = o
		return s.save(ctx, o, m)
	})
	if err != nil {
		return err
	}
	return s.giveBack(ctx, ended)
}

// giveBack returns everything that an order which ended unpaid had taken.
// Every part of it is idempotent.
func (s *Service) giveBack(ctx context.Context, o *Order) error {
	if err := s.deps.Stock.Release(ctx, source(o.ID)); err != nil {
		return err
	}
	if err := s.deps.Catalog.GiveLimits(ctx, source(o.ID)); err != nil {
		return err
	}
	if err := s.releaseOffers(ctx, o.ID); err != nil {
		return err
	}
	return s.earn(ctx, o, points.Source{Type: pointsBack, ID: o.ID}, o.Points+o.Deducted)
}

func (s *Service) releaseOffers(ctx context.Context, id mall.ID) error {
	for _, src := range s.cfg.Offers {
		if err := src.Release(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// earn gives points back that were spent on the order.
func (s *Service) earn(ctx context.Context, o *Order, from points.Source, n int64) error {
	if n == 0 {
		return nil
	}
	return s.deps.Points.Return(ctx, points.Move{Account: o.Buyer, Kind: points.KindRefund, Amount: n, Source: from, Order: o.ID})
}

// Delete hides an order from the lists of whoever asks, its buyer or the
// merchant. A live unpaid one is cancelled first; one that is still on its way
// cannot be hidden. A parent goes with all its orders.
func (s *Service) Delete(ctx context.Context, who mall.Actor, ref Ref) error {
	id, err := s.resolve(ctx, ref)
	if err != nil {
		return err
	}
	ids, err := s.family(ctx, id)
	if err != nil {
		return err
	}
	for _, id := range ids {
		o, err := s.load(ctx, id)
		if err != nil {
			return err
		}
		if _, err := as(o, who, Buyer|Merchant); err != nil {
			return err
		}
		if o.State == newOrder {
			m := move{Move: MoveCancel, who: who, to: State{Unpaid, Idle, Cancelled}, reason: "deleted"}
			if err := s.endUnpaid(ctx, id, m); err != nil {
				return err
			}
		}
	}
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		hidden := 0
		for _, id := range ids {
			err := s.hide(ctx, who, id)
			switch {
			case err == nil:
				hidden++
			case len(ids) == 1 || !errors.Is(err, ErrNoOrder): // those were hidden before
				return err
			}
		}
		if hidden == 0 {
			return ErrNoOrder
		}
		return nil
	})
}

func (s *Service) hide(ctx context.Context, who mall.Actor, id mall.ID) error {
	return s.change(ctx, id, func(ctx context.Context, o *Order) error {
		flag := HideMerchant
		if RoleOf(o, who)&Buyer != 0 {
			flag = HideBuyer
		}
		switch p := o.Phase(s.now()); {
		case o.HiddenBy&flag != 0:
			return ErrNoOrder
		case o.OpenClaims > 0:
			return ErrClaimOpen
		case !p.Over() && p != PhaseReceived && p != PhaseReviewed:
			return ErrState.With("deleted", string(p))
		}
		o.HiddenBy |= flag
		if err := s.put(ctx, o); err != nil {
			return err
		}
		return s.deps.Orders.AddLog(ctx, Log{Order: o.ID, Move: "deleted", Actor: who.Account, Face: who.Face, Addr: who.Addr,
			From: o.State, To: o.State, At: s.now()})
	})
}

// PriceChange is a merchant's new price of an unpaid order, in fen; fees stay.
type PriceChange struct {
	Goods   mall.Money
	Freight mall.Money
	Reason  string
}

// ofMerchant is an order that the actor may handle as its merchant.
func (s *Service) ofMerchant(ctx context.Context, who mall.Actor, ref Ref) (*Order, error) {
	id, err := s.resolve(ctx, ref)
	if err != nil {
		return nil, err
	}
	o, err := s.load(ctx, id)
	if err != nil {
		return nil, err
	}
	_, err = as(o, who, Merchant)
	return o, err
}

// Reprice lets the merchant change what an unpaid order costs: the difference
// becomes a reduction "manual" and the shares are frozen anew. Open payments
// are closed first, for they would pay the old price; see Cancel. Of a checkout
// over several shops each order is repriced by itself (ErrManyShops).
func (s *Service) Reprice(ctx context.Context, who mall.Actor, ref Ref, in PriceChange) error {
	o, err := s.ofMerchant(ctx, who, ref)
	if err != nil {
		return err
	}
	if o.Parts {
		return ErrManyShops
	}
	for range 3 {
		err := s.reprice(ctx, who, o, in)
		if !errors.Is(err, errPending) {
			return err
		}
		if err := s.closePayments(ctx, o.ID); err != nil {
			return err
		}
	}
	return ErrPaymentUnknown
}

// reprice is Reprice of an order without open payments, else errPending.
func (s *Service) reprice(ctx context.Context, who mall.Actor, o *Order, in PriceChange) error {
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		err := s.change(ctx, o.ID, func(ctx context.Context, o *Order) error {
			if err := guard(o, MovePrice, s.now()); err != nil {
				return err
			}
			if err := s.idle(ctx, o); err != nil {
				return err
			}
			old := o.Payable
			if err := o.reprice(in.Goods, in.Freight, ""); err != nil {
				return err
			}
			lines := make([]*Line, len(o.Lines))
			for i := range o.Lines {
				lines[i] = &o.Lines[i]
			}
			return s.save(ctx, o, move{Move: MovePrice, who: who, role: Merchant, to: newOrder, reason: in.Reason, lines: lines,
				facts: map[string]any{"old": old}})
		})
		if err != nil {
			return err
		}
		if in.Goods+in.Freight > 0 || o.FeeSum() > 0 {
			return nil
		}
		buyer := mall.Actor{Account: o.Buyer, Face: o.Face}
		_, err = s.deps.Payments.PayNothing(ctx, buyer, payment.Action{Purpose: payment.Order, Refs: []mall.ID{o.ID}})
		return err
	})
}

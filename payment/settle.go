package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"github.com/gomall-dev/mall"
)

// settle books a success that the provider told of, in one transaction: see record.
func (s *Service) settle(ctx context.Context, number string, r Result) (*Payment, error) {
	var p *Payment
	err := s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		if p, err = s.deps.Repo.ByNumber(ctx, number); err != nil {
			return err
		}
		p, err = s.record(ctx, p, r)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("payment: settle %s: %w", number, err)
	}
	return p, nil
}

// record books a success, inside Do and once, whatever state the payment is in:
// it stores the success, carries out the action for each reference under a
// savepoint, and remedies what was refused. The same success again answers the
// same; another amount, merchant, appid or transaction is ErrNotice and moves nothing.
// An error other than a refusal rolls everything back.
func (s *Service) record(ctx context.Context, p *Payment, r Result) (*Payment, error) {
	switch {
	case r.Amount != p.Amount:
		return nil, ErrNotice.With("amount")
	case p.Merchant != "" && r.Merchant != p.Merchant:
		return nil, ErrNotice.With("merchant")
	case p.AppID != "" && r.AppID != "" && r.AppID != p.AppID:
		return nil, ErrNotice.With("appid")
	case r.Transaction == "":
		return nil, ErrNotice.With("transaction")
	}
	now := s.now()
	paid := r.Paid
	if paid.IsZero() {
		paid = now
	}
	share, moved, err := s.deps.Repo.Succeed(ctx, p.ID, r.Transaction, paid, now)
	if err != nil {
		return nil, err
	}
	if !moved {
		if p, err = s.deps.Repo.Get(ctx, p.ID); err != nil {
			return nil, err
		}
		if p.State != StateSucceeded || p.Transaction != r.Transaction {
			return nil, ErrNotice.With("transaction")
		}
		return p, nil
	}
	p.State, p.Transaction, p.Paid, p.Updated, p.ShareState = StateSucceeded, r.Transaction, paid, now, share
	return p, s.carryOut(ctx, p)
}

// carryOut runs the action of a payment that just succeeded and books what
// follows. Orders are written before ledgers.
func (s *Service) carryOut(ctx context.Context, p *Payment) error {
	h := s.handlers[p.Action.Purpose]
	late := p.ShareState == ShareReleased
	run := func(ctx context.Context) error {
		for i := range p.Parts {
			if err := s.runPart(ctx, h, p, i); err != nil {
				return err
			}
		}
		return s.spendShare(ctx, h, p, late)
	}
	if late {
		// The share went back to the balance when the payment closed: it must
		// still be there, or the whole action is refused.
		parts := slices.Clone(p.Parts)
		err := s.deps.Tx.Try(ctx, run)
		if err != nil && !mall.Refused(err) {
			return err
		}
		if err != nil {
			p.Parts = parts
			for i := range p.Parts {
				p.Parts[i].refuse(err)
			}
		}
	} else if err := run(ctx); err != nil {
		return err
	}
	totals := Totals{Paid: p.Amount, Payments: 1}
	for i := range p.Parts {
		part := &p.Parts[i]
		if part.State != PartDone {
			if err := s.remedy(ctx, h, p, part, late); err != nil {
				return err
			}
			continue
		}
		totals.Paid += part.Share
		if p.Action.Purpose != Recharge {
			totals.Consumed += part.Amount
		}
	}
	switch {
	case p.Share == 0:
	case totals.Paid > p.Amount:
		p.ShareState = ShareSpent
	default:
		p.ShareState = ShareReleased
	}
	if err := s.deps.Wallet.Count(ctx, p.Payer, totals); err != nil {
		return err
	}
	if err := s.deps.Repo.SaveParts(ctx, p.ID, p.ShareState, p.Parts); err != nil {
		return err
	}
	return s.event(ctx, "payment.succeeded", p)
}

// runPart carries out one reference under a savepoint. A reference that another
// payment paid for refuses, and so does a purpose whose handler is gone.
func (s *Service) runPart(ctx context.Context, h Handler, p *Payment, i int) error {
	err := error(ErrPurpose.With(string(p.Action.Purpose)))
	if h.Run != nil {
		if err = s.unpaid(ctx, p.Action.Purpose, p.Parts[i].Ref); err == nil {
			err = s.deps.Tx.Try(ctx, func(ctx context.Context) error { return h.Run(ctx, p.only(i)) })
		}
	}
	switch {
	case err == nil:
		p.Parts[i].State = PartDone
	case !mall.Refused(err):
		return err
	default:
		p.Parts[i].refuse(err)
	}
	return nil
}

// unpaid is ErrPaid when a reference was paid for and carried out.
func (s *Service) unpaid(ctx context.Context, purpose Purpose, ref mall.ID) error {
	if ref == 0 {
		return nil
	}
	_, err := s.deps.Repo.PaidPart(ctx, purpose, ref)
	switch {
	case err == nil:
		return ErrPaid
	case errors.Is(err, mall.ErrNotFound):
		return nil
	}
	return err
}

// spendShare takes the wallet share of what was carried out.
func (s *Service) spendShare(ctx context.Context, h Handler, p *Payment, late bool) error {
	spend := s.deps.Wallet.SpendFrozen
	if late {
		spend = s.deps.Wallet.Spend
	}
	for _, part := range p.Parts {
		if part.State != PartDone || part.Share == 0 {
			continue
		}
		err := spend(ctx, Move{Account: p.Payer, Kind: h.Kind, Amount: part.Share, Order: p.orderOf(part),
			Source: Source{Type: "payment.share", ID: part.ID}, Remark: part.Subject})
		if err != nil {
			return err
		}
	}
	return nil
}

// remedy gives the money of a refused reference to the payer, once: the share
// out of its freeze, the gateway's part into the wallet or back to its origin.
func (s *Service) remedy(ctx context.Context, h Handler, p *Payment, part *Part, late bool) error {
	if part.Share > 0 && !late {
		err := s.deps.Wallet.Unfreeze(ctx, Move{Account: p.Payer, Amount: part.Share, Source: Source{Type: "payment.unfreeze", ID: part.ID}})
		if err != nil {
			return err
		}
	}
	keep := p.Face == mall.FaceWXAPI
	if h.Keep != nil {
		keep = *h.Keep
	}
	part.State = PartReturned
	if keep {
		part.State = PartKept
	}
	money := part.Amount - part.Share
	switch {
	case money == 0:
		return nil
	case keep:
		return s.deps.Wallet.Earn(ctx, Move{Account: p.Payer, Kind: KindRefund, Amount: money, Order: p.orderOf(*part),
			Source: Source{Type: "payment.kept", ID: part.ID}, Remark: part.Subject})
	}
	return s.giveBack(ctx, p, part, &Refund{Source: fmt.Sprintf("payment_part:%d", part.ID), Amount: money, Gateway: money,
		Reason: part.Refusal, Remedy: true})
}

// refuse notes why a part was not carried out.
func (part *Part) refuse(err error) {
	part.State, part.Refusal, part.Message = PartWaiting, mall.CodeOf(err), err.Error()
	if e, ok := errors.AsType[*mall.Error](err); ok {
		part.Message = e.Msg
	}
}

// orderOf is the order that the wallet's log shows beside a part.
func (p *Payment) orderOf(part Part) mall.ID {
	if p.Action.Purpose != Order {
		return 0
	}
	return part.Ref
}

// end closes or fails an open payment and releases its share.
func (s *Service) end(ctx context.Context, p *Payment, to State, failure string) (bool, error) {
	moved := false
	err := s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		ok, frozen, err := s.deps.Repo.End(ctx, p.ID, to, failure, s.now())
		if moved = ok; err != nil || !ok {
			return err
		}
		if frozen {
			err := s.deps.Wallet.Unfreeze(ctx, Move{Account: p.Payer, Amount: p.Share, Source: Source{Type: "payment.release", ID: p.ID}})
			if err != nil {
				return err
			}
		}
		ended := *p
		ended.State = to
		return s.event(ctx, "payment."+string(to), &ended)
	})
	return moved, err
}

// event tells of a move of a payment.
func (s *Service) event(ctx context.Context, kind string, p *Payment) error {
	facts, err := json.Marshal(paymentFacts{p.Number, p.Payer, p.Action.Purpose, p.Action.Refs, p.Amount, p.Share, p.Provider, p.State})
	if err != nil {
		return fmt.Errorf("payment: facts: %w", err)
	}
	return s.deps.Outbox.Append(ctx, mall.Event{Kind: kind, Version: 1, Aggregate: p.ID, Facts: facts, At: s.now()})
}

// paymentFacts are the facts of the events "payment.*".
type paymentFacts struct {
	Number   string     `json:"number"`
	Payer    mall.ID    `json:"payer"`
	Purpose  Purpose    `json:"purpose"`
	Refs     []mall.ID  `json:"refs"`
	Amount   mall.Money `json:"amount"`
	Share    mall.Money `json:"share"`
	Provider string     `json:"provider"`
	State    State      `json:"state"`
}

package payment

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gomall-dev/mall"
)

// Refund sends back money that was paid for a reference, inside the caller's
// transaction (mall.ErrNoTx without one). It writes rows only: the wallet's part
// is back at once, the gateway's part is moved by SweepRefunds under the
// refund's number. Both parts follow the proportion in which was paid. The sum
// of refunds never exceeds what was paid: ErrRefund; ErrNotPaid when nothing
// was. The same source again answers the refund it made.
func (s *Service) Refund(ctx context.Context, who mall.Actor, in RefundInput) (*Refund, error) {
	if !mall.InTx(ctx) {
		return nil, mall.ErrNoTx
	}
	if in.Amount <= 0 || in.Source == "" {
		return nil, mall.ErrInvalid.With("refund")
	}
	var r *Refund
	err := s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		if r, err = s.asked(ctx, in); err != nil || r != nil {
			return err
		}
		p, err := s.deps.Repo.PaidPart(ctx, in.Purpose, in.Ref)
		if errors.Is(err, mall.ErrNotFound) {
			return ErrNotPaid
		}
		if err != nil {
			return err
		}
		r = &Refund{Source: in.Source, Amount: in.Amount, Reason: in.Reason, By: who.Account, Face: who.Face}
		refused := s.deps.Tx.Try(ctx, func(ctx context.Context) error { return s.giveBack(ctx, p, &p.Parts[0], r) })
		if !errors.Is(refused, mall.ErrConflict) && !errors.Is(refused, ErrRefund) {
			return refused
		}
		// Perhaps the same was asked for a moment ago.
		if r, err = s.asked(ctx, in); err != nil || r != nil {
			return err
		}
		return refused
	})
	if err != nil {
		return nil, err
	}
	return r, nil
}

// asked is the refund that a source made before, nil when it made none.
func (s *Service) asked(ctx context.Context, in RefundInput) (*Refund, error) {
	r, err := s.deps.Repo.RefundBySource(ctx, in.Source)
	switch {
	case errors.Is(err, mall.ErrNotFound):
		return nil, nil
	case err != nil:
		return nil, err
	case r.Purpose != in.Purpose || r.Ref != in.Ref || r.Amount != in.Amount:
		return nil, mall.ErrConflict
	}
	return r, nil
}

// giveBack takes the refund's amount off a part, stores the refund, and moves
// the wallet's part of it. A remedy names its gateway part itself.
func (s *Service) giveBack(ctx context.Context, p *Payment, part *Part, r *Refund) error {
	sum, ok, err := s.deps.Repo.TakeRefund(ctx, p.ID, part.ID, r.Amount)
	if err != nil {
		return err
	}
	if !ok {
		return ErrRefund.With(part.Amount - part.Refunded)
	}
	part.Refunded = sum
	if !r.Remedy {
		r.Wallet = mall.Portion(p.fromWallet(*part), int64(sum-r.Amount), int64(sum), int64(part.Amount))
		r.Gateway = r.Amount - r.Wallet
	}
	now := s.now()
	r.Payment, r.Part, r.Payer, r.Purpose, r.Ref = p.ID, part.ID, p.Payer, p.Action.Purpose, part.Ref
	r.Provider, r.State, r.Created = p.Provider, RefundCreated, now
	if r.Gateway == 0 {
		r.State, r.Done = RefundSucceeded, now
	}
	r.Number = "R" + s.number(now)
	if err := s.deps.Repo.InsertRefund(ctx, r); err != nil {
		return err
	}
	if err := s.refundEvent(ctx, "refund.created", r); err != nil {
		return err
	}
	if err := s.refundBooks(ctx, p, part, r); err != nil {
		return err
	}
	if r.Gateway > 0 {
		return nil
	}
	return s.final(ctx, r)
}

// refundBooks moves the wallet's part, and takes the amount off what the payer consumed.
func (s *Service) refundBooks(ctx context.Context, p *Payment, part *Part, r *Refund) error {
	totals := Totals{Consumed: -r.Amount}
	if r.Remedy || p.Action.Purpose == Recharge {
		totals = Totals{}
	}
	switch {
	case r.Wallet > 0:
		kind := cmp.Or(s.handlers[p.Action.Purpose].BackKind, KindRefund)
		return s.deps.Wallet.Earn(ctx, Move{Account: p.Payer, Kind: kind, Amount: r.Wallet, Order: p.orderOf(*part),
			Source: Source{Type: "refund", ID: r.ID}, Remark: part.Subject, Totals: totals})
	case totals != Totals{}:
		return s.deps.Wallet.Count(ctx, p.Payer, totals)
	}
	return nil
}

// finish books a refund that the provider carried out, once.
func (s *Service) finish(ctx context.Context, r *Refund, receipt string) error {
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		now := s.now()
		ok, err := s.deps.Repo.FinishRefund(ctx, r.ID, receipt, now)
		if err != nil || !ok {
			return err
		}
		done := *r
		done.State, done.Receipt, done.Done = RefundSucceeded, receipt, now
		return s.final(ctx, &done)
	})
}

// final tells of a refund that is over.
func (s *Service) final(ctx context.Context, r *Refund) error {
	if fn := s.refunded[r.Purpose]; fn != nil && !r.Remedy {
		if err := fn(ctx, r); err != nil {
			return err
		}
	}
	return s.refundEvent(ctx, "refund.succeeded", r)
}

const (
	refundMost  = time.Hour       // longest pause between two questions about a refund
	failedFirst = 5 * time.Minute // first pause after the provider refused
	failedMost  = 6 * time.Hour
)

// SweepRefunds asks the providers to carry out refunds that are due for it, at
// most limit, and answers how many it looked at. A refund whose answer did not
// come is asked for before it is sent again, always with the same number. Any
// number of processes may run it.
func (s *Service) SweepRefunds(ctx context.Context, limit int) (int, error) {
	var until time.Time
	var due []Refund
	err := s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		now := s.now()
		until = now.Add(lease)
		due, err = s.deps.Repo.ClaimRefunds(ctx, now, until, limit)
		return err
	})
	if err != nil {
		return 0, err
	}
	var failed error
	for i := range due {
		if err := ctx.Err(); err != nil {
			return i, errors.Join(failed, err)
		}
		if !s.now().Before(until) {
			return i, failed // the rest may be somebody else's by now
		}
		if err := s.sendBack(ctx, &due[i]); err != nil {
			s.log.ErrorContext(ctx, "payment: refund failed", "number", due[i].Number, "error", err)
			failed = errors.Join(failed, err)
		}
	}
	return len(due), failed
}

// sendBack carries one refund to its provider and books the answer.
func (s *Service) sendBack(ctx context.Context, r *Refund) error {
	next := s.now().Add(backoff(r.Tries, firstCheck, refundMost))
	provider := s.cfg.Providers[r.Provider]
	if provider == nil {
		return errors.Join(ErrProvider.With(r.Provider), s.delay(ctx, r, RefundPending, "provider", next))
	}
	p, err := s.deps.Repo.Get(ctx, r.Payment)
	if err != nil {
		return err
	}
	req := p.refundRequest(r)
	a := RefundResult{Outcome: Absent}
	if r.State != RefundCreated {
		a, err = provider.QueryRefund(ctx, req)
	}
	if err == nil && (a.Outcome == Absent || a.Outcome == Failed) {
		a, err = provider.Refund(ctx, req)
	}
	if err != nil {
		return errors.Join(err, s.delay(ctx, r, RefundPending, mall.CodeOf(err), next))
	}
	switch a.Outcome {
	case Settled:
		if a.Amount != 0 && a.Amount != r.Gateway {
			return errors.Join(ErrNotice.With("refund amount"), s.delay(ctx, r, RefundFailed, "amount", next))
		}
		return s.finish(ctx, r, a.Receipt)
	case Failed, Closed:
		return s.delay(ctx, r, RefundFailed, a.Code, s.now().Add(backoff(r.Tries, failedFirst, failedMost)))
	}
	return s.delay(ctx, r, RefundPending, a.Code, next)
}

// refundRequest asks for a refund of the payment.
func (p *Payment) refundRequest(r *Refund) RefundRequest {
	return RefundRequest{Number: p.Number, RefundNumber: r.Number, Transaction: p.Transaction, Merchant: p.Merchant,
		Total: p.Amount, Amount: r.Gateway, Reason: r.Reason}
}

func (s *Service) delay(ctx context.Context, r *Refund, to RefundState, failure string, next time.Time) error {
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.deps.Repo.DelayRefund(ctx, r.ID, to, failure, next)
		if err != nil || !ok || to == r.State {
			return err
		}
		late := *r
		late.State = to
		return s.refundEvent(ctx, "refund."+string(to), &late)
	})
}

func (s *Service) refundEvent(ctx context.Context, kind string, r *Refund) error {
	facts, err := json.Marshal(refundFacts{r.Number, r.Payment, r.Purpose, r.Ref, r.Amount, r.Gateway, r.Wallet, r.State})
	if err != nil {
		return fmt.Errorf("payment: facts: %w", err)
	}
	return s.deps.Outbox.Append(ctx, mall.Event{Kind: kind, Version: 1, Aggregate: r.ID, Facts: facts, At: s.now()})
}

// refundFacts are the facts of the events "refund.*".
type refundFacts struct {
	Number  string      `json:"number"`
	Payment mall.ID     `json:"payment"`
	Purpose Purpose     `json:"purpose"`
	Ref     mall.ID     `json:"ref"`
	Amount  mall.Money  `json:"amount"`
	Gateway mall.Money  `json:"gateway"`
	Wallet  mall.Money  `json:"wallet"`
	State   RefundState `json:"state"`
}

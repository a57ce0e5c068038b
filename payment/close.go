package payment

import (
	"context"

	"github.com/gomall-dev/mall"
)

// openLimit bounds how many open payments of one reference are closed in a call.
const openLimit = 20

// PendingFor is the number of open gateway payments of a reference.
func (s *Service) PendingFor(ctx context.Context, p Purpose, ref mall.ID) (int, error) {
	return s.deps.Repo.CountOpen(ctx, p, ref)
}

// Attempts is how many payments were opened for a reference, whatever became
// of them.
func (s *Service) Attempts(ctx context.Context, p Purpose, ref mall.ID) (int, error) {
	return s.deps.Repo.CountFor(ctx, p, ref)
}

// CloseFor closes the open payments of a reference at their providers, outside
// of any transaction. Settled says that one of them turned out to be paid and is
// booked now, Unknown that one could not be closed for certain (ask again
// later), Closed that none can be paid any more.
func (s *Service) CloseFor(ctx context.Context, p Purpose, ref mall.ID) (Outcome, error) {
	if mall.InTx(ctx) {
		return Unknown, ErrInTx
	}
	open, err := s.deps.Repo.OpenFor(ctx, p, ref, openLimit)
	if err != nil {
		return Unknown, err
	}
	answer := Closed
	if len(open) == openLimit {
		answer = Unknown
	}
	for i := range open {
		o, err := s.close(ctx, &open[i])
		if err != nil {
			return Unknown, err
		}
		if o == Settled || answer == Closed {
			answer = o
		}
	}
	return answer, nil
}

// SpendableOn is what a payer can spend from the balance on a reference of a
// price, in fen, at least 0. Shares of the balance that open payments of the
// reference hold are set free first if without them it does not suffice. It is
// called outside of transactions.
func (s *Service) SpendableOn(ctx context.Context, payer mall.ID, p Purpose, ref mall.ID, price mall.Money) (mall.Money, error) {
	balance, err := s.deps.Wallet.Available(ctx, payer)
	if err != nil || balance >= price {
		return balance, err
	}
	open, err := s.deps.Repo.CountOpen(ctx, p, ref)
	if err != nil || open == 0 {
		return max(balance, 0), err
	}
	if _, err := s.CloseFor(ctx, p, ref); err != nil {
		return 0, err
	}
	balance, err = s.deps.Wallet.Available(ctx, payer)
	return max(balance, 0), err
}

// closeEarlier closes what the payer left open for the same references, from a
// share of the wallet on, and says how many payments are over by that. Payments
// that do not answer stay as they are: should two succeed, the second is
// refused by its action and remedied.
func (s *Service) closeEarlier(ctx context.Context, payer mall.ID, a Action, share mall.Money) (int, error) {
	n := 0
	for _, ref := range a.Refs {
		open, err := s.deps.Repo.OpenFor(ctx, a.Purpose, ref, openLimit)
		if err != nil {
			return n, err
		}
		for i := range open {
			if open[i].Payer != payer || open[i].Share < share {
				continue
			}
			o, err := s.close(ctx, &open[i])
			if err != nil {
				return n, err
			}
			if o != Unknown {
				n++
			}
		}
	}
	return n, nil
}

// close ends a payment at its provider and books what that answers: Closed,
// Settled or Unknown.
func (s *Service) close(ctx context.Context, p *Payment) (Outcome, error) {
	provider := s.cfg.Providers[p.Provider]
	if provider == nil {
		return Unknown, nil
	}
	q := p.query()
	r, err := provider.Close(ctx, q)
	if err != nil {
		return Unknown, err
	}
	if r.Outcome == Settled && r.Transaction == "" {
		if r, err = provider.Query(ctx, q); err != nil {
			return Unknown, err
		}
	}
	return s.apply(ctx, p, r)
}

// apply books what a provider answered about a payment. Absent closes it: there
// was nothing to pay, and what was created later meets the rule for late money.
func (s *Service) apply(ctx context.Context, p *Payment, r Result) (Outcome, error) {
	to := StateClosed
	switch r.Outcome {
	case Settled:
		_, err := s.settle(ctx, p.Number, r)
		return Settled, err
	case Failed:
		to = StateFailed
	case Closed, Absent:
	default:
		return Unknown, nil
	}
	if _, err := s.end(ctx, p, to, r.Code); err != nil {
		return Unknown, err
	}
	return Closed, nil
}

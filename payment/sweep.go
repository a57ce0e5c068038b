package payment

import (
	"context"
	"errors"
	"time"

	"github.com/gomall-dev/mall"
)

const (
	firstCheck = 20 * time.Second // after which an open payment is asked for
	checkMost  = time.Hour        // longest pause between two questions
	lease      = time.Minute      // how long one process owns what it claimed
	unheard    = time.Minute      // after which a created payment the provider never heard of is over
)

// SweepPayments asks the providers about open payments that are due for it, at
// most limit: it books successes whose notice did not come, and closes what is
// past its due time. It answers how many it looked at. Any number of processes
// may run it: each payment is claimed by one at a time.
func (s *Service) SweepPayments(ctx context.Context, limit int) (int, error) {
	var until time.Time
	var open []Payment
	err := s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		now := s.now()
		until = now.Add(lease)
		open, err = s.deps.Repo.Claim(ctx, now, until, limit)
		return err
	})
	if err != nil {
		return 0, err
	}
	var failed error
	for i := range open {
		if err := ctx.Err(); err != nil {
			return i, errors.Join(failed, err)
		}
		if !s.now().Before(until) {
			return i, failed // the rest may be somebody else's by now
		}
		if err := s.check(ctx, &open[i]); err != nil {
			s.log.ErrorContext(ctx, "payment: check failed", "number", open[i].Number, "error", err)
			failed = errors.Join(failed, err)
		}
	}
	return len(open), failed
}

// check asks about one open payment and books the answer or the next question.
func (s *Service) check(ctx context.Context, p *Payment) error {
	provider := s.cfg.Providers[p.Provider]
	if provider == nil {
		return s.later(ctx, p)
	}
	r, err := provider.Query(ctx, p.query())
	if err != nil {
		return errors.Join(err, s.later(ctx, p))
	}
	now := s.now()
	outcome := Unknown
	switch {
	case r.Outcome == Waiting && !now.Before(p.Due):
		outcome, err = s.close(ctx, p)
	case r.Outcome == Absent && now.Before(p.Due) && (p.State != StateCreated || now.Sub(p.Created) < unheard):
	default:
		outcome, err = s.apply(ctx, p, r)
	}
	if err != nil || outcome == Unknown {
		return errors.Join(err, s.later(ctx, p))
	}
	return nil
}

// later sets the next question: in growing steps, and right after the due time.
func (s *Service) later(ctx context.Context, p *Payment) error {
	now := s.now()
	next := now.Add(backoff(p.Tries, firstCheck, checkMost))
	if now.Before(p.Due) && next.After(p.Due) {
		next = p.Due.Add(time.Second)
	}
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error { return s.deps.Repo.Later(ctx, p.ID, next) })
}

// backoff doubles from base to most.
func backoff(tries int, base, most time.Duration) time.Duration {
	return min(base<<min(max(tries, 0), 16), most)
}

// SweepNotices deletes lines of the notice log that are older than
// Config.KeepNotices, at most limit, and answers how many.
func (s *Service) SweepNotices(ctx context.Context, limit int) (int, error) {
	n := 0
	err := s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		n, err = s.deps.Repo.PurgeNotices(ctx, s.now().Add(-s.cfg.KeepNotices), limit)
		return err
	})
	return n, err
}

// SweepOldBills deletes what Config.KeepBills does not keep of the comparisons
// with the providers' bills, at most limit rows, and answers how many. Payments
// and refunds stay.
func (s *Service) SweepOldBills(ctx context.Context, limit int) (int, error) {
	n := 0
	err := s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		n, err = s.deps.Repo.PurgeBills(ctx, s.now().Add(-s.cfg.KeepBills), limit)
		return err
	})
	return n, err
}

// Check asks the provider about one of the payer's own payments right now, if
// it is open, and answers how it stands then; for clients that poll. A
// provider that does not answer leaves it as it is.
func (s *Service) Check(ctx context.Context, who mall.Actor, number string) (*Payment, error) {
	p, err := s.GetOf(ctx, who, number)
	if err != nil || !p.Open() || mall.InTx(ctx) {
		return p, err
	}
	provider := s.cfg.Providers[p.Provider]
	if provider == nil {
		return p, nil
	}
	r, err := provider.Query(ctx, p.query())
	if err != nil || r.Outcome == Waiting || r.Outcome == Absent {
		return p, nil //nolint:nilerr // the sweep asks again
	}
	if _, err := s.apply(ctx, p, r); err != nil {
		return nil, err
	}
	return s.GetOf(ctx, who, number)
}

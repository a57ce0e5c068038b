package membership

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/gomall-dev/mall"
)

const (
	renewLease = 5 * time.Minute // how long a sweep keeps others off what it claimed
	renewAgain = time.Hour       // pause after a renewal that was refused
)

// Renewing is the level that an account agreed to renew, zero for none.
func (s *Service) Renewing(ctx context.Context, account mall.ID) (level mall.ID, err error) {
	r, err := s.d.Repo.Renewal(ctx, account)
	if err != nil || r == nil {
		return 0, err
	}
	return r.Level, nil
}

// StopRenewing ends the actor's own agreement to renew; without one it does nothing.
func (s *Service) StopRenewing(ctx context.Context, who mall.Actor) error {
	account, err := who.Buyer()
	if err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.d.Members.Own(ctx, account); err != nil {
			return err
		}
		r, err := s.d.Repo.Renewal(ctx, account)
		if err != nil || r == nil {
			return err
		}
		return s.stop(ctx, r)
	})
}

// agree notes what a purchase says about renewing: the newest one decides.
func (s *Service) agree(ctx context.Context, d *Purchase) error {
	if !d.Renew || d.Amount == 0 {
		_, err := s.d.Repo.End(ctx, d.Account)
		return err
	}
	until, _, err := s.d.Members.EndOf(ctx, d.Account, d.Level)
	if err != nil {
		return err
	}
	day, err := s.dayOf(until)
	if err != nil {
		return err
	}
	return s.d.Repo.Agree(ctx, Renewal{Account: d.Account, Level: d.Level, Price: d.Price, Due: day})
}

// dayOf is when the day of a moment begins.
func (s *Service) dayOf(t time.Time) (time.Time, error) {
	return s.cfg.Calendar.ParseDay(s.cfg.Calendar.Day(t))
}

// SweepRenewals renews memberships from the balance, at most limit, on the day
// they end, and answers how many it looked at. What is refused, because the
// balance is too low or the price is gone, is tried again every hour, until
// Config.RenewFor after the end; then the agreement is over. Any number of
// processes may run it: each renewal happens once.
func (s *Service) SweepRenewals(ctx context.Context, limit int) (int, error) {
	var due []Renewal
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		var err error
		now := s.now()
		due, err = s.d.Repo.Claim(ctx, now, now.Add(renewLease), limit)
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
		if err := s.renew(ctx, &due[i]); err != nil {
			failed = errors.Join(failed, fmt.Errorf("membership: renew for account %d: %w", due[i].Account, err))
		}
	}
	return len(due), failed
}

// renew buys once more what an account agreed to, or puts that off.
func (s *Service) renew(ctx context.Context, r *Renewal) error {
	err := s.agreed(ctx, r, func(ctx context.Context) error {
		now := s.now()
		until, ok, err := s.d.Members.EndOf(ctx, r.Account, r.Level)
		if err != nil {
			return err
		}
		if !ok || until.IsZero() || !now.Before(until.Add(s.cfg.RenewFor)) {
			return s.stop(ctx, r)
		}
		day, err := s.dayOf(until)
		if err != nil {
			return err
		}
		if now.Before(day) { // lengthened by something else
			return s.d.Repo.Agree(ctx, Renewal{Account: r.Account, Level: r.Level, Price: r.Price, Due: day})
		}
		d, err := s.draft(ctx, r.Account, Order{Price: r.Price, Renew: true, Remark: "自动续费"})
		if err != nil {
			return err
		}
		_, err = s.d.Payments.PayAgreed(ctx, mall.Actor{Account: r.Account, Face: mall.FaceHost}, d.Action())
		return err
	})
	if !mall.Refused(err) {
		return err
	}
	return s.agreed(ctx, r, func(ctx context.Context) error {
		return s.d.Repo.Agree(ctx, Renewal{Account: r.Account, Level: r.Level, Price: r.Price, Due: s.now().Add(renewAgain)})
	})
}

// agreed runs fn in a transaction that has the account's memberships to itself,
// unless another agreement or none is in place by now. Who comes second, the
// lease of the first being over, finds the membership lengthened.
func (s *Service) agreed(ctx context.Context, r *Renewal, fn func(ctx context.Context) error) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.d.Members.Own(ctx, r.Account); err != nil {
			return err
		}
		now, err := s.d.Repo.Renewal(ctx, r.Account)
		if err != nil || now == nil || now.Price != r.Price {
			return err
		}
		return fn(ctx)
	})
}

// stop ends an agreement, inside Do, and tells of it.
func (s *Service) stop(ctx context.Context, r *Renewal) error {
	ok, err := s.d.Repo.End(ctx, r.Account)
	if err != nil || !ok {
		return err
	}
	facts, err := json.Marshal(struct {
		Level mall.ID `json:"level"`
		Price mall.ID `json:"price"`
	}{r.Level, r.Price})
	if err != nil {
		return fmt.Errorf("membership: facts: %w", err)
	}
	return s.d.Outbox.Append(ctx, mall.Event{Kind: "membership.renewal_ended", Version: 1, Aggregate: r.Account, Facts: facts, At: s.now()})
}

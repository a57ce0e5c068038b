package order

import (
	"context"
	"errors"
	"time"

	"github.com/gomall-dev/mall"
)

// SweepExpire ends up to limit overdue orders and says how many it ended. One
// without an open payment is expired at once, with everything given back in
// the same transaction. For one with an open payment the gateway is asked: the
// order is expired when the payment is closed and left alone when it was paid;
// an unknown answer is asked again with growing pauses until Config.Grace
// after the due time. A success that comes later still is the payments' to
// settle. Idempotent and safe with many processes.
func (s *Service) SweepExpire(ctx context.Context, limit int) (int, error) {
	ids, err := s.deps.Orders.Overdue(ctx, s.now(), int64(limit))
	if err != nil {
		return 0, err
	}
	n := 0
	var errs error
	for _, id := range ids {
		if err := ctx.Err(); err != nil {
			return n, errors.Join(errs, err)
		}
		ok, err := s.expire(ctx, id)
		if ok {
			n++
		}
		errs = errors.Join(errs, err)
	}
	return n, errs
}

var toExpired = move{Move: MoveExpire, who: mall.System(), role: Machine, to: State{Unpaid, Idle, Expired}}

// expire ends one overdue order if it can, and says whether it did.
func (s *Service) expire(ctx context.Context, id mall.ID) (bool, error) {
	err := s.expireIdle(ctx, id)
	if !errors.Is(err, errPending) {
		return err == nil, gone(err)
	}
	switch err := s.closePayments(ctx, id); {
	case err == nil:
		err = s.expireIdle(ctx, id)
		if errors.Is(err, errPending) {
			return false, nil
		}
		return err == nil, gone(err)
	case errors.Is(err, ErrPaidMeanwhile):
		return false, nil
	case errors.Is(err, ErrPaymentUnknown):
		return s.later(ctx, id)
	default:
		// It must not stand in the way of the others that are overdue.
		ok, e := s.later(ctx, id)
		return ok, errors.Join(err, e)
	}
}

// gone forgives that the order was moved by somebody else in the meantime.
func gone(err error) error {
	if errors.Is(err, ErrState) {
		return nil
	}
	return err
}

func (s *Service) expireIdle(ctx context.Context, id mall.ID) error {
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error { return s.endIdle(ctx, id, toExpired) })
}

// later notes when an order whose payment is unknown is looked at again: after
// as long as it is overdue already, at least a minute. Once the grace is over
// the order is expired without knowing.
func (s *Service) later(ctx context.Context, id mall.ID) (bool, error) {
	expired := false
	err := s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		expired = false
		var ended *Order
		err := s.change(ctx, id, func(ctx context.Context, o *Order) error {
			now := s.now()
			end := o.Due.Add(s.cfg.Grace)
			if !now.Before(end) {
				o.Ended = now
				ended = o
				return s.save(ctx, o, toExpired)
			}
			ended = nil
			if o.State != newOrder {
				return nil
			}
			o.Tried = now.Add(max(now.Sub(o.Due), time.Minute))
			if o.Tried.After(end) {
				o.Tried = end
			}
			return s.put(ctx, o)
		})
		if err != nil || ended == nil {
			return gone(err)
		}
		expired = true
		return s.giveBack(ctx, ended)
	})
	return expired, err
}

// expireOf expires overdue orders without open payments that hold one of the
// SKUs, so that a shop without sweeps still sells. Other processes may do the
// same at this moment.
func (s *Service) expireOf(ctx context.Context, skus []mall.ID) (int, error) {
	ids, err := s.deps.Orders.OverdueOf(ctx, skus, s.now(), 20)
	n := 0
	for _, id := range ids {
		if s.expireIdle(ctx, id) == nil {
			n++
		}
	}
	return n, err
}

// SweepReceive counts shipped orders as received once Config.ReceiveAfter has
// passed since the last parcel. Orders with an open claim wait for its end.
func (s *Service) SweepReceive(ctx context.Context, limit int) (int, error) {
	return s.after(ctx, s.cfg.ReceiveAfter, State{Paid, Shipped, Open}, limit, func(ctx context.Context, id mall.ID) error {
		return s.receive(ctx, id, mall.System(), Machine)
	})
}

// SweepReview gives received orders the standard good review once
// Config.ReviewAfter has passed since the receipt.
func (s *Service) SweepReview(ctx context.Context, limit int) (int, error) {
	return s.after(ctx, s.cfg.ReviewAfter, State{Paid, Received, Open}, limit, s.autoReview)
}

func (s *Service) after(ctx context.Context, wait func(context.Context) (time.Duration, error), at State, limit int, fn func(context.Context, mall.ID) error) (int, error) {
	if wait == nil {
		return 0, nil
	}
	d, err := wait(ctx)
	if err != nil || d <= 0 {
		return 0, err
	}
	ids, err := s.deps.Orders.Due(ctx, at, s.now().Add(-d), int64(limit))
	if err != nil {
		return 0, err
	}
	n := 0
	var errs error
	for _, id := range ids {
		switch err := s.deps.Tx.Do(ctx, func(ctx context.Context) error { return fn(ctx, id) }); {
		case err == nil:
			n++
		case !mall.Refused(err):
			errs = errors.Join(errs, err)
		}
	}
	return n, errs
}

// SweepCodes forgets counted tries of redemption codes that no limit needs any more.
func (s *Service) SweepCodes(ctx context.Context) error {
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error { return s.deps.Codes.Sweep(ctx, s.now().Add(-2*time.Hour)) })
}

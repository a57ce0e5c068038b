package payment

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
)

const (
	billDays       = 3                // so many days are compared after the fact
	billLease      = 10 * time.Minute // how long one process owns a day
	billPause      = 30 * time.Minute // until a bill that could not be had is asked for again
	billMerchants  = 200              // accounts of a provider
	billPage       = 500              // rows read at a time
	maxDifferences = 1000             // noted of a day
	recently       = 30               // days in which an account was used
	// leastKept keeps a day longer than SweepBills looks at it: forgotten sooner
	// it would be compared, and its differences told, again.
	leastKept = 7 * 24 * time.Hour
)

// SweepBills compares the bills of yesterday and the two days before, by
// Config.Calendar, with the books: of every provider that is a Biller and every
// merchant account that it was paid at lately. A day of an account that was
// compared is left alone, so what was missed is caught up. It compares at most
// limit of them and answers how many. Any number of processes may run it: each
// day of an account is claimed by one at a time.
//
// Every difference is stored, told as the event "payment.difference" and logged,
// once. What is paid there and not here is booked when the provider confirms
// it; nothing else is changed by a bill.
func (s *Service) SweepBills(ctx context.Context, limit int) (int, error) {
	today, err := s.cfg.Calendar.ParseDay(s.cfg.Calendar.Day(s.now()))
	if err != nil {
		return 0, err
	}
	n, failed := 0, error(nil)
	for back := billDays; back > 0; back-- {
		from := today.AddDate(0, 0, -back)
		for _, name := range slices.Sorted(maps.Keys(s.cfg.Providers)) {
			if _, ok := s.cfg.Providers[name].(Biller); !ok {
				continue
			}
			merchants, err := s.deps.Repo.MerchantsOf(ctx, name, from.AddDate(0, 0, -recently), from.AddDate(0, 0, 1), billMerchants)
			if err != nil {
				return n, errors.Join(failed, err)
			}
			if len(merchants) == 0 {
				merchants = []string{""}
			}
			for _, merchant := range merchants {
				if n == limit || ctx.Err() != nil {
					return n, errors.Join(failed, ctx.Err())
				}
				b, err := s.compare(ctx, name, merchant, from, false)
				switch {
				case back == 1 && errors.Is(err, ErrBillNotReady): // as every morning; it is asked for again
				case err != nil:
					s.log.ErrorContext(ctx, "payment: bill not compared", "provider", name, "merchant", merchant, "day", s.cfg.Calendar.Day(from), "error", err)
					failed = errors.Join(failed, err)
				}
				if b != nil {
					n++
				}
			}
		}
	}
	return n, failed
}

// Reconcile compares a past day of a merchant account at once, again if it was
// compared before: differences that are gone are resolved then. It needs
// RightReconcile. ErrProvider says that the provider has no bills, mall.ErrBusy
// that another process is at it, ErrBillNotReady that the bill is not there yet,
// ErrBill that it cannot be had.
func (s *Service) Reconcile(ctx context.Context, who mall.Actor, provider, merchant, day string) (*Bill, error) {
	if err := who.Must(RightReconcile); err != nil {
		return nil, err
	}
	from, err := s.cfg.Calendar.ParseDay(day)
	if err != nil {
		return nil, err
	}
	if _, ok := s.cfg.Providers[provider].(Biller); !ok {
		return nil, ErrProvider.With(provider)
	}
	if s.now().Before(from.AddDate(0, 0, 1)) {
		return nil, mall.ErrInvalid.With("day")
	}
	b, err := s.compare(ctx, provider, merchant, from, true)
	if err == nil && b == nil {
		return nil, mall.ErrBusy
	}
	return b, err
}

// Differences is one page of what was found, newest first. It needs RightReconcile.
func (s *Service) Differences(ctx context.Context, who mall.Actor, f DifferenceFilter, p mall.Page) (mall.Slice[Difference], error) {
	if err := who.Must(RightReconcile); err != nil {
		return mall.Slice[Difference]{}, err
	}
	return s.deps.Repo.Differences(ctx, f, p.Clean())
}

// compare claims a day of an account and compares it, outside of transactions;
// nil when it is compared already or somebody else is at it.
func (s *Service) compare(ctx context.Context, provider, merchant string, from time.Time, again bool) (*Bill, error) {
	if mall.InTx(ctx) {
		return nil, ErrInTx
	}
	c := &comparison{Service: s, gateway: s.cfg.Providers[provider], from: from, to: from.AddDate(0, 0, 1), begun: s.now(),
		bill: Bill{Provider: provider, Merchant: merchant, Day: s.cfg.Calendar.Day(from)}}
	claimed := false
	err := s.deps.Tx.Do(ctx, func(ctx context.Context) (err error) {
		now := s.now()
		claimed, err = s.deps.Repo.ClaimBill(ctx, provider, merchant, c.bill.Day, again, now, now.Add(billLease))
		return err
	})
	if err != nil || !claimed {
		return nil, err
	}
	if err := c.run(ctx); err != nil {
		delayed := s.deps.Tx.Do(context.WithoutCancel(ctx), func(ctx context.Context) error {
			return s.deps.Repo.DelayBill(ctx, provider, merchant, c.bill.Day, s.now().Add(billPause))
		})
		if delayed != nil {
			return nil, fmt.Errorf("payment: bill of %s is not delayed: %w, after: %v", c.bill.Day, delayed, err)
		}
		return nil, err
	}
	return &c.bill, nil
}

// comparison is one day of one account being compared.
type comparison struct {
	*Service
	gateway  Provider
	bill     Bill
	from, to time.Time
	begun    time.Time
	found    []Difference
}

func (c *comparison) run(ctx context.Context) error {
	lines, err := c.gateway.(Biller).Bill(ctx, c.bill.Day, c.bill.Merchant)
	if err != nil {
		return err
	}
	c.bill.Lines = len(lines)
	paid, back := map[string]BillLine{}, map[string]BillLine{}
	revoked := map[string]bool{}
	for _, l := range lines {
		switch {
		case !l.Refund:
			paid[l.Number] = l
		case l.RefundNumber != "":
			back[l.RefundNumber] = l
		default:
			revoked[l.Number] = true
		}
	}
	for _, step := range []func() error{
		func() error { return c.theirPayments(ctx, paid, revoked) },
		func() error { return c.ourPayments(ctx, paid) },
		func() error { return c.theirRefunds(ctx, back) },
		func() error { return c.ourRefunds(ctx, back) },
	} {
		if err := step(); err != nil {
			return err
		}
	}
	return c.report(ctx)
}

// note keeps a difference, unless there are too many to be of use.
func (c *comparison) note(d Difference) {
	if c.bill.Differences++; len(c.found) < maxDifferences {
		d.Provider, d.Merchant, d.Day = c.bill.Provider, c.bill.Merchant, c.bill.Day
		c.found = append(c.found, d)
	}
}

// report stores and tells what was found, resolves what is gone, and ends the day.
func (c *comparison) report(ctx context.Context) error {
	var fresh []Difference
	for chunk := range slices.Chunk(c.found, 100) {
		var first []Difference
		err := c.deps.Tx.Do(ctx, func(ctx context.Context) error {
			first = nil
			for _, d := range chunk {
				d.Found = c.now()
				isNew, err := c.deps.Repo.PutDifference(ctx, &d, c.now())
				if err != nil {
					return err
				}
				if !isNew {
					continue
				}
				if err := c.tell(ctx, d); err != nil {
					return err
				}
				first = append(first, d)
			}
			return nil
		})
		if err != nil {
			return err
		}
		fresh = append(fresh, first...)
	}
	for _, d := range fresh {
		c.log.WarnContext(ctx, "payment: books differ", "provider", d.Provider, "merchant", d.Merchant, "day", d.Day, "kind", d.Kind,
			"number", d.Number, "refund", d.RefundNumber, "ours", d.Ours, "theirs", d.Theirs)
	}
	return c.deps.Tx.Do(ctx, func(ctx context.Context) error {
		now := c.now()
		if err := c.deps.Repo.ResolveDifferences(ctx, c.bill.Provider, c.bill.Merchant, c.bill.Day, c.begun, now); err != nil {
			return err
		}
		return c.deps.Repo.FinishBill(ctx, c.bill, now)
	})
}

// tell appends the event of a difference.
func (c *comparison) tell(ctx context.Context, d Difference) error {
	facts, err := json.Marshal(differenceFacts{d.Provider, d.Merchant, d.Day, d.Kind, d.Number, d.RefundNumber, d.Transaction, d.Ours, d.Theirs})
	if err != nil {
		return fmt.Errorf("payment: facts: %w", err)
	}
	return c.deps.Outbox.Append(ctx, mall.Event{Kind: "payment.difference", Version: 1, Aggregate: d.ID, Facts: facts, At: d.Found})
}

// differenceFacts are the facts of the event "payment.difference".
type differenceFacts struct {
	Provider    string         `json:"provider"`
	Merchant    string         `json:"merchant"`
	Day         string         `json:"day"`
	Kind        DifferenceKind `json:"kind"`
	Number      string         `json:"number"`
	Refund      string         `json:"refund"`
	Transaction string         `json:"transaction"`
	Ours        mall.Money     `json:"ours"`
	Theirs      mall.Money     `json:"theirs"`
}

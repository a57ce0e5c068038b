package payment

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
)

// skew is how far our clock may be off the provider's at midnight.
const skew = 5 * time.Minute

// theirPayments looks for each payment of the bill in the books. One that was
// revoked at the till again need not be there.
func (c *comparison) theirPayments(ctx context.Context, paid map[string]BillLine, revoked map[string]bool) error {
	for numbers := range slices.Chunk(slices.Sorted(maps.Keys(paid)), billPage) {
		list, err := c.deps.Repo.ByNumbers(ctx, numbers)
		if err != nil {
			return err
		}
		ours := make(map[string]*Payment, len(list))
		for i := range list {
			ours[list[i].Number] = &list[i]
		}
		for _, number := range numbers {
			p, l := ours[number], paid[number]
			d := Difference{Number: number, Transaction: l.Transaction, Theirs: l.Amount}
			if p == nil || p.Provider != c.bill.Provider {
				d.Kind = MissingHere
				c.note(d)
				continue
			}
			if p.State != StateSucceeded && !revoked[number] {
				missed, err := c.bookMissed(ctx, p)
				if err != nil {
					return err
				}
				if missed {
					d.Kind = MissingHere
					c.note(d)
				}
				continue
			}
			d.Ours = p.Amount
			switch {
			case p.State != StateSucceeded:
			case revoked[number]:
				d.Kind = RefundMissingHere
				c.note(d)
			case p.Amount != l.Amount:
				d.Kind = AmountDiffers
				c.note(d)
			case p.Transaction != l.Transaction:
				d.Kind = TransactionDiffers
				c.note(d)
			}
		}
	}
	return nil
}

// bookMissed books a payment that the bill tells of, as far as its provider
// confirms it. One that was still open is what sweeps are for; any other, or
// one that does not fit, is a difference.
func (c *comparison) bookMissed(ctx context.Context, p *Payment) (missed bool, err error) {
	r, err := c.gateway.Query(ctx, p.query())
	switch {
	case err != nil:
		return false, err
	case r.Outcome == Unknown:
		return false, ErrGateway.With(string(Unknown))
	case r.Outcome != Settled:
		return true, nil
	}
	if _, err := c.settle(ctx, p.Number, r); mall.Refused(err) {
		return true, nil
	} else if err != nil {
		return false, err
	}
	return !p.Open(), nil
}

// ourPayments looks for each payment of the books in the bill.
func (c *comparison) ourPayments(ctx context.Context, paid map[string]BillLine) error {
	for after := mall.ID(0); ; {
		list, err := c.deps.Repo.PaidOn(ctx, c.bill.Provider, c.bill.Merchant, c.from, c.to, after, billPage)
		if err != nil {
			return err
		}
		for i := range list {
			p := &list[i]
			if after = p.ID; paid[p.Number].Number != "" || p.Amount == 0 || len(c.found) == maxDifferences {
				continue
			}
			r, err := c.gateway.Query(ctx, p.query())
			switch {
			case err != nil:
				return err
			case r.Outcome == Unknown:
				return ErrGateway.With(string(Unknown))
			case r.Outcome == Settled && r.Transaction == p.Transaction && !r.Paid.IsZero() && c.cfg.Calendar.Day(r.Paid) != c.bill.Day:
				continue // in the bill of another day
			}
			c.note(Difference{Kind: MissingThere, Number: p.Number, Transaction: p.Transaction, Ours: p.Amount})
		}
		if len(list) < billPage {
			return nil
		}
	}
}

// theirRefunds looks for each refund of the bill in the books.
func (c *comparison) theirRefunds(ctx context.Context, back map[string]BillLine) error {
	for numbers := range slices.Chunk(slices.Sorted(maps.Keys(back)), billPage) {
		list, err := c.deps.Repo.RefundsByNumbers(ctx, numbers)
		if err != nil {
			return err
		}
		ours := make(map[string]*Refund, len(list))
		for i := range list {
			ours[list[i].Number] = &list[i]
		}
		for _, number := range numbers {
			r, l := ours[number], back[number]
			d := Difference{Number: l.Number, RefundNumber: number, Transaction: l.Receipt, Theirs: l.Amount}
			switch {
			case r == nil || r.Provider != c.bill.Provider:
				d.Kind = RefundMissingHere
				c.note(d)
			case r.Gateway != l.Amount, l.Outcome == Failed && r.State == RefundSucceeded:
				d.Kind, d.Ours = RefundDiffers, r.Gateway
				c.note(d)
			case l.Outcome == Settled && r.State != RefundSucceeded:
				err := c.deps.Tx.Do(ctx, func(ctx context.Context) error { return c.deps.Repo.HurryRefund(ctx, r.ID, c.now()) })
				if err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// ourRefunds looks for each refund of the books in the bill. Bills have them on
// the day they were asked for, which may be one before: then the provider is
// asked whether it knows them.
func (c *comparison) ourRefunds(ctx context.Context, back map[string]BillLine) error {
	for after := mall.ID(0); ; {
		list, err := c.deps.Repo.RefundedOn(ctx, c.bill.Provider, c.bill.Merchant, c.from, c.to, after, billPage)
		if err != nil {
			return err
		}
		for i := range list {
			r := &list[i]
			if after = r.ID; back[r.Number].RefundNumber != "" || len(c.found) == maxDifferences {
				continue
			}
			elsewhere, number, err := c.inAnotherBill(ctx, r)
			if err != nil {
				return err
			}
			if !elsewhere {
				c.note(Difference{Kind: RefundMissingThere, Number: number, RefundNumber: r.Number, Transaction: r.Receipt, Ours: r.Gateway})
			}
		}
		if len(list) < billPage {
			return nil
		}
	}
}

// inAnotherBill says whether a refund that a bill lacks can be in that of
// another day, and gives the number of its payment.
func (c *comparison) inAnotherBill(ctx context.Context, r *Refund) (elsewhere bool, number string, err error) {
	p, err := c.deps.Repo.Get(ctx, r.Payment)
	if err != nil {
		return false, "", err
	}
	if !r.Created.Before(c.from.Add(skew)) && r.Done.Before(c.to.Add(-skew)) {
		return false, p.Number, nil
	}
	a, err := c.gateway.QueryRefund(ctx, p.refundRequest(r))
	if err == nil && a.Outcome == Unknown {
		err = ErrGateway.With(string(Unknown))
	}
	return a.Outcome == Settled || a.Outcome == Waiting, p.Number, err
}

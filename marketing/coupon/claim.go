package coupon

import (
	"cmp"
	"context"
	"crypto/subtle"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/marketing/points"
)

// Check says why the actor cannot claim a coupon of a template, nil if that
// is possible now: ErrNone, ErrClosed, ErrOver, ErrPassword, ErrTries,
// ErrLimit, ErrGone, ErrPoints, and ErrPrice with the price for coupons that
// must be bought. It writes nothing but the tried password.
func (s *Service) Check(ctx context.Context, who mall.Actor, template mall.ID, password string) error {
	_, err := s.claimable(ctx, who, template, password)
	return err
}

// Claim gives the actor one coupon of a template, for its points, or refuses
// as Check does. Totals and limits hold however many claim at once.
func (s *Service) Claim(ctx context.Context, who mall.Actor, template mall.ID, password string) (*Coupon, error) {
	t, err := s.claimable(ctx, who, template, password)
	if err != nil {
		return nil, err
	}
	return s.acquire(ctx, who.Account, t, Claimed)
}

func (s *Service) claimable(ctx context.Context, who mall.Actor, template mall.ID, password string) (*Template, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	t, err := s.template(ctx, template)
	if err != nil {
		return nil, err
	}
	if err := s.running(t); err != nil {
		return nil, err
	}
	if err := s.checkPassword(ctx, who, t, password); err != nil {
		return nil, err
	}
	if err := s.within(ctx, account, t); err != nil {
		return nil, err
	}
	if t.Price > 0 {
		return nil, ErrPrice.With(t.Price)
	}
	return t, nil
}

// running refuses a template whose coupons are not had now.
func (s *Service) running(t *Template) error {
	now := s.now()
	_, _, worth := t.span(now, s.cfg.Calendar)
	switch {
	case !t.Open || now.Before(t.ClaimFrom):
		return ErrClosed
	case !t.ClaimTo.IsZero() && !now.Before(t.ClaimTo), !worth:
		return ErrOver
	}
	return nil
}

// within refuses an account that has claimed enough, a template that has run
// out and a balance of points that is too low.
func (s *Service) within(ctx context.Context, account mall.ID, t *Template) error {
	if t.PerAccount > 0 {
		taken, err := s.d.Repo.Taken(ctx, t.ID, account)
		if err != nil {
			return err
		}
		if taken >= t.PerAccount {
			return ErrLimit.With(t.PerAccount)
		}
	}
	levels, err := s.d.Stock.Levels(ctx, []stock.Key{counter(t.ID)})
	if err != nil {
		return err
	}
	if !levels[counter(t.ID)].Has(1) {
		return ErrGone
	}
	if t.Points > 0 {
		have, err := s.d.Points.Amounts(ctx, account)
		if err != nil {
			return err
		}
		if have.Points < t.Points {
			return ErrPoints.With(t.Points)
		}
	}
	return nil
}

// checkPassword compares what was said; a missing password counts as no try.
func (s *Service) checkPassword(ctx context.Context, who mall.Actor, t *Template, said string) error {
	switch {
	case t.Password == "":
		return nil
	case said == "":
		return ErrPassword
	}
	if err := s.try(ctx, who, fmt.Sprintf("password %d", t.ID), s.cfg.Tries); err != nil {
		return err
	}
	if subtle.ConstantTimeCompare([]byte(said), []byte(t.Password)) != 1 {
		return ErrPassword
	}
	return nil
}

// acquire issues one coupon to an account, counts it as claimed and spends its points.
func (s *Service) acquire(ctx context.Context, account mall.ID, t *Template, src Source) (*Coupon, error) {
	var c *Coupon
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		gs, err := s.issue(ctx, []*Template{t}, []mall.ID{account}, src)
		if err != nil {
			return err
		}
		most := cmp.Or(t.PerAccount, math.MaxInt64)
		ok, err := s.d.Repo.Take(ctx, t.ID, account, most)
		if err != nil {
			return err
		}
		if !ok {
			return ErrLimit.With(most)
		}
		if t.Points > 0 {
			err := s.d.Points.Spend(ctx, points.Move{Account: account, Kind: points.KindExchange, Amount: t.Points,
				Source: points.Source{Type: "coupon", ID: gs[0].ID}})
			if err != nil {
				return refused(err, points.ErrShort, ErrPoints.With(t.Points))
			}
		}
		c = &Coupon{gs[0], *t}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// issue makes coupons, the i-th of the i-th template for the i-th account, in
// the running transaction, and takes them off their totals: the new rows
// first, then the counters by key. ErrGone when a total has run out.
func (s *Service) issue(ctx context.Context, ts []*Template, accounts []mall.ID, src Source) ([]Grant, error) {
	now := s.now()
	gs := make([]Grant, len(ts))
	for i, t := range ts {
		from, until, ok := t.span(now, s.cfg.Calendar)
		if !ok {
			return nil, ErrOver
		}
		gs[i] = Grant{Template: t.ID, Account: accounts[i], Worth: t.Min + rand.Int64N(t.Max-t.Min+1), Start: from, End: until,
			State: Usable, Source: src, Created: now, Updated: now}
	}
	if err := s.d.Repo.InsertGrants(ctx, gs); err != nil {
		return nil, err
	}
	needs := make([]stock.Need, len(gs))
	for i, g := range gs {
		needs[i] = stock.Need{Key: counter(g.Template), Qty: 1}
	}
	source := SourceName + ":" + gs[0].ref()
	if err := s.d.Stock.Hold(ctx, source, needs); err != nil {
		return nil, refused(err, stock.ErrShort, ErrGone)
	}
	if err := s.d.Stock.Sell(ctx, source); err != nil {
		return nil, err
	}
	return gs, s.events(ctx, "issued", gs...)
}

// sortByID brings coupons into the order in which they are written.
func sortByID(gs []Grant) {
	slices.SortFunc(gs, func(a, b Grant) int { return cmp.Compare(a.ID, b.ID) })
}

package coupon

import (
	"context"
	"encoding/json"
	"fmt"
	"time"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/stock"
)

// Draft is a new template.
type Draft struct {
	Terms
	Promise
	Total int64 // how many coupons there are, ≤ stock.MaxQty, or Unlimited
}

const (
	maxName   = 50
	maxType   = 32
	maxWord   = 64
	maxScope  = 200
	maxDays   = 3660
	maxIssued = 100
)

// Create stores an open template. It needs Right; staff of a shop write
// templates of that shop only.
func (s *Service) Create(ctx context.Context, who mall.Actor, d Draft) (*Template, error) {
	if err := mayEdit(who, d.Shop); err != nil {
		return nil, err
	}
	if err := d.Terms.check(); err != nil {
		return nil, err
	}
	now := s.now()
	if err := d.Promise.check(now); err != nil {
		return nil, err
	}
	if badTotal(d.Total) {
		return nil, mall.ErrInvalid.With("numberTotle")
	}
	var t *Template
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		t = &Template{Terms: d.Terms, Promise: d.Promise, Open: true, Created: now, Updated: now}
		if err := s.d.Repo.InsertTemplate(ctx, t); err != nil {
			return err
		}
		if err := s.d.Stock.Put(ctx, who, counter(t.ID), d.Total, ""); err != nil {
			return err
		}
		return s.edited(ctx, "template_created", who, t)
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// Edit replaces the terms of a template; what issued coupons are good for stays. It needs Right.
func (s *Service) Edit(ctx context.Context, who mall.Actor, template mall.ID, terms Terms) (*Template, error) {
	if err := terms.check(); err != nil {
		return nil, err
	}
	return s.change(ctx, who, template, "template_edited", func(ctx context.Context) (bool, error) {
		return s.d.Repo.SaveTerms(ctx, template, terms, s.now())
	})
}

// Close ends the issuing of coupons; those that were issued stay good. It needs Right.
func (s *Service) Close(ctx context.Context, who mall.Actor, template mall.ID) (*Template, error) {
	return s.change(ctx, who, template, "template_closed", func(ctx context.Context) (bool, error) {
		return s.d.Repo.SetOpen(ctx, template, false, s.now())
	})
}

// Reopen undoes Close. It needs Right.
func (s *Service) Reopen(ctx context.Context, who mall.Actor, template mall.ID) (*Template, error) {
	return s.change(ctx, who, template, "template_reopened", func(ctx context.Context) (bool, error) {
		return s.d.Repo.SetOpen(ctx, template, true, s.now())
	})
}

// change carries out a change of a template in one transaction and tells of it.
func (s *Service) change(ctx context.Context, who mall.Actor, template mall.ID, kind string, edit func(ctx context.Context) (bool, error)) (*Template, error) {
	if _, err := s.ofStaff(ctx, who, template); err != nil {
		return nil, err
	}
	var t *Template
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := edit(ctx)
		if err != nil {
			return err
		}
		if !ok {
			return ErrNone
		}
		if t, err = s.template(ctx, template); err != nil {
			return err
		}
		return s.edited(ctx, kind, who, t)
	})
	if err != nil {
		return nil, err
	}
	return t, nil
}

// SetTotal changes how many coupons of a template there are in all, or lets
// them never run out; ErrTotal below what was issued. It needs Right.
func (s *Service) SetTotal(ctx context.Context, who mall.Actor, template mall.ID, total int64, reason string) error {
	if _, err := s.ofStaff(ctx, who, template); err != nil {
		return err
	}
	if badTotal(total) || utf8.RuneCountInString(reason) > 200 {
		return mall.ErrInvalid.With("numberTotle")
	}
	key := counter(template)
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		// Claims move coupons from left to issued meanwhile; the sum of both is
		// what they leave alone, and by which this is found to be done.
		for range 20 {
			levels, err := s.d.Stock.Levels(ctx, []stock.Key{key})
			if err != nil {
				return err
			}
			l := levels[key]
			left := total
			switch {
			case total == Unlimited && l.Available == Unlimited, l.Available != Unlimited && l.Available+l.Held+l.Sold == total:
				return nil
			case total != Unlimited:
				left = total - l.Held - l.Sold
			}
			if left < 0 && total != Unlimited {
				return ErrTotal.With(l.Held + l.Sold)
			}
			if err := s.d.Stock.Put(ctx, who, key, left, reason); err != nil {
				return err
			}
		}
		return mall.ErrBusy
	})
}

// IssueTo gives every account (at most 100) a coupon of a template, whatever
// its terms, all or none: ErrReceiver when one of them is no living account. It
// needs Right.
func (s *Service) IssueTo(ctx context.Context, who mall.Actor, template mall.ID, accounts []mall.ID) ([]Grant, error) {
	t, err := s.ofStaff(ctx, who, template)
	if err != nil {
		return nil, err
	}
	switch {
	case len(accounts) < 1 || len(accounts) > maxIssued:
		return nil, mall.ErrInvalid.With("accounts")
	case !t.Open:
		return nil, ErrClosed
	}
	ts := make([]*Template, len(accounts))
	for i, a := range accounts {
		if _, err := s.receiver(ctx, Receiver{Account: a}); err != nil {
			return nil, err
		}
		ts[i] = t
	}
	var gs []Grant
	err = s.d.Tx.Do(ctx, func(ctx context.Context) (err error) {
		gs, err = s.issue(ctx, ts, accounts, Issued)
		return err
	})
	if err != nil {
		return nil, err
	}
	return gs, nil
}

// List is one page of all templates, newest first. It needs Right.
func (s *Service) List(ctx context.Context, who mall.Actor, p mall.Page) (mall.Slice[Counted], error) {
	if err := who.Must(Right); err != nil {
		return mall.Slice[Counted]{}, err
	}
	return s.list(ctx, TemplateFilter{Shop: own(who)}, p)
}

// Grants is one page of the coupons of an account or a template, or all of
// them, newest first. It needs Right.
func (s *Service) Grants(ctx context.Context, who mall.Actor, account, template mall.ID, p mall.Page) (mall.Slice[Coupon], error) {
	if err := who.Must(Right); err != nil {
		return mall.Slice[Coupon]{}, err
	}
	return s.grants(ctx, GrantFilter{Account: account, Template: template, Shop: own(who)}, p)
}

// own is the shop that staff is bound to, nil for none.
func own(who mall.Actor) *mall.ID {
	if who.Shop == 0 {
		return nil
	}
	return &who.Shop
}

// platform demands the right of somebody who is not bound to a shop.
func platform(who mall.Actor) error { return mayEdit(who, 0) }

// mayEdit demands the right for the coupons of a shop.
func mayEdit(who mall.Actor, shop mall.ID) error {
	if err := who.Must(Right); err != nil {
		return err
	}
	if who.Shop != 0 && who.Shop != shop {
		return mall.ErrDenied
	}
	return nil
}

// ofStaff is a template that the actor may handle.
func (s *Service) ofStaff(ctx context.Context, who mall.Actor, id mall.ID) (*Template, error) {
	if err := who.Must(Right); err != nil {
		return nil, err
	}
	t, err := s.template(ctx, id)
	if err != nil {
		return nil, err
	}
	return t, mayEdit(who, t.Shop)
}

// edited tells who changed a template.
func (s *Service) edited(ctx context.Context, kind string, who mall.Actor, t *Template) error {
	facts, err := json.Marshal(struct {
		By   mall.ID `json:"by"`
		Shop mall.ID `json:"shop"`
		Open bool    `json:"open"`
	}{who.Account, t.Shop, t.Open})
	if err != nil {
		return fmt.Errorf("coupon: facts: %w", err)
	}
	return s.d.Outbox.Append(ctx, mall.Event{Kind: "coupon." + kind, Version: 1, Aggregate: t.ID, Facts: facts, At: t.Updated})
}

func badTotal(n int64) bool { return n != Unlimited && (n < 0 || n > stock.MaxQty) }

func (t Terms) check() error {
	n := utf8.RuneCountInString(t.Name)
	switch {
	case n == 0 || n > maxName:
		return mall.ErrInvalid.With("name")
	case utf8.RuneCountInString(t.Type) > maxType:
		return mall.ErrInvalid.With("type")
	case t.PerAccount < 0 || t.PerAccount > stock.MaxQty:
		return mall.ErrInvalid.With("numberPersonMax")
	case !t.ClaimTo.IsZero() && !t.ClaimTo.After(t.ClaimFrom):
		return mall.ErrInvalid.With("claim period")
	case utf8.RuneCountInString(t.Password) > maxWord:
		return mall.ErrInvalid.With("pwd")
	case t.Points < 0 || t.Points > int64(mall.MaxMoney):
		return mall.ErrInvalid.With("needScore")
	case t.Price < 0 || t.Price > mall.MaxMoney:
		return mall.ErrInvalid.With("needAmount")
	case t.Price > 0 && t.Password != "": // a payment says no password
		return mall.ErrInvalid.With("pwd")
	}
	return nil
}

func (p Promise) check(now time.Time) error {
	most := int64(mall.MaxMoney)
	if p.Percent {
		most = int64(mall.Whole)
	}
	switch {
	case p.Min < 1 || p.Max < p.Min || p.Max > most:
		return mall.ErrInvalid.With("money")
	case p.Most < 0 || p.Most > mall.MaxMoney || p.Most > 0 && !p.Percent:
		return mall.ErrInvalid.With("most")
	case p.Threshold < 0 || p.Threshold > mall.MaxMoney:
		return mall.ErrInvalid.With("moneyHreshold")
	case p.Shop < 0:
		return mall.ErrInvalid.With("shopId")
	case p.Days < 0 || p.Days > maxDays || p.Days == 0 && p.EndAt.IsZero():
		return mall.ErrInvalid.With("dateEndDays")
	case !p.EndAt.IsZero() && !p.EndAt.After(now):
		return mall.ErrInvalid.With("dateEnd")
	case p.Start < Fixed || p.Start > NextDay || (p.Start == Fixed) != !p.StartAt.IsZero():
		return mall.ErrInvalid.With("dateStart")
	case !p.EndAt.IsZero() && !p.EndAt.After(p.StartAt):
		return mall.ErrInvalid.With("dateEnd")
	case len(p.Scope) > maxScope:
		return mall.ErrInvalid.With("couponRefs")
	}
	seen := map[Ref]bool{}
	for _, r := range p.Scope {
		if r.ID <= 0 || r.Kind != Goods && r.Kind != Category || seen[r] {
			return mall.ErrInvalid.With("couponRefs")
		}
		seen[r] = true
	}
	return nil
}

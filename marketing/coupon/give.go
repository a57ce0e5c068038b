package coupon

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// Receiver names who gets a gift: an account, or the one with a mobile number.
type Receiver struct {
	Account mall.ID
	Mobile  string
}

// Give hands one of the actor's own usable coupons to another account, for good;
// it keeps its end. ErrNone, ErrUsed, ErrExpired; ErrReceiver when nobody, or
// only the giver, is meant; ErrTries after Config.Gifts in an hour, found or
// not, so that numbers cannot be tried at will.
func (s *Service) Give(ctx context.Context, who mall.Actor, id mall.ID, to Receiver) error {
	account, err := who.Buyer()
	if err != nil {
		return err
	}
	g, err := s.mine(ctx, account, id)
	if err != nil {
		return err
	}
	if err := s.spendable(g); err != nil {
		return err
	}
	if err := s.try(ctx, who, "give", s.cfg.Gifts); err != nil {
		return err
	}
	receiver, err := s.receiver(ctx, to)
	if err != nil {
		return err
	}
	if receiver == account {
		return ErrReceiver
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		now := s.now()
		ok, err := s.d.Repo.Give(ctx, id, account, receiver, now)
		if err != nil {
			return err
		}
		if !ok {
			return ErrUsed
		}
		given := *g
		given.Account, given.From, given.Updated = receiver, account, now
		return s.events(ctx, "given", given)
	})
}

// spendable refuses a coupon that is used, merged or past its end.
func (s *Service) spendable(g *Grant) error {
	switch g.At(s.now()) {
	case Usable:
		return nil
	case Expired:
		return ErrExpired
	}
	return ErrUsed
}

// receiver is the account that can own a coupon; ErrReceiver.
func (s *Service) receiver(ctx context.Context, to Receiver) (mall.ID, error) {
	var a *auth.Account
	var err error
	switch {
	case to.Account > 0:
		a, err = s.d.Accounts.Get(ctx, to.Account)
	case to.Mobile != "":
		a, err = s.d.Accounts.Find(ctx, auth.ByMobile, to.Mobile)
	default:
		return 0, ErrReceiver
	}
	switch {
	case err != nil && !errors.Is(err, mall.ErrNotFound):
		return 0, err
	case err != nil || a == nil || a.Status != auth.Active:
		return 0, ErrReceiver
	}
	return a.ID, nil
}

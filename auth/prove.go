package auth

import (
	"context"

	"github.com/gomall-dev/mall"
)

// Prove runs fn for the account with a mobile number, once the caller has
// proved by a verification code that the number is theirs: fn shares the
// transaction that uses the code up, so that a refusal leaves the code good.
// ErrNotRegistered for a number that nobody has, ErrDisabled for an account
// that may not sign in. It is called outside of transactions.
func (s *Service) Prove(ctx context.Context, who mall.Actor, mobile, code string, fn func(ctx context.Context, account mall.ID) error) error {
	if err := s.d.Codes.Check(ctx, who.Face, mobile, code); err != nil {
		return err
	}
	a, err := s.d.Repository.Find(ctx, ByMobile, mobile)
	switch {
	case err != nil:
		return err
	case a == nil:
		return ErrNotRegistered
	case a.Status != Active:
		return ErrDisabled
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := fn(ctx, a.ID); err != nil {
			return err
		}
		return s.d.Codes.Use(ctx, who.Face, mobile, code)
	})
}

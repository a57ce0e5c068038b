package wallet

import (
	"context"

	"github.com/gomall-dev/mall"
)

// RightRules is the staff right to change recharge rules.
const RightRules = "wallet.rules"

// Rules lists the recharge rules, smallest Confine first.
func (s *Service) Rules(ctx context.Context) ([]Rule, error) { return s.d.Repo.Rules(ctx) }

// SaveRule stores a recharge rule; a new one has ID 0 and gets its own.
func (s *Service) SaveRule(ctx context.Context, who mall.Actor, r Rule) (Rule, error) {
	if err := who.Must(RightRules); err != nil {
		return Rule{}, err
	}
	if r.Confine <= 0 || r.Send <= 0 || r.Confine > mall.MaxMoney || r.Send > mall.MaxMoney {
		return Rule{}, ErrRule
	}
	saved := r
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		saved = r
		return s.d.Repo.SaveRule(ctx, &saved)
	})
	return saved, err
}

// DeleteRule removes a recharge rule.
func (s *Service) DeleteRule(ctx context.Context, who mall.Actor, id mall.ID) error {
	if err := who.Must(RightRules); err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repo.DeleteRule(ctx, id)
		if err == nil && !ok {
			return mall.ErrNotFound
		}
		return err
	})
}

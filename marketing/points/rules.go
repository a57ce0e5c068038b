package points

import (
	"context"

	"github.com/gomall-dev/mall"
)

// RightRules is the staff right to change deduction rules.
const RightRules = "points.rules"

// Rules lists the deduction rules, smallest Score first.
func (s *Service) Rules(ctx context.Context) ([]Rule, error) { return s.d.Repo.Rules(ctx) }

// Deduct is the largest useful deduction: with at most score points and no more
// than the account has, the most money off that does not exceed amount; of
// equal ones the one that takes fewer points. A zero Deduction means none. It
// only reads: Spend the score when the order is placed.
func (s *Service) Deduct(ctx context.Context, account mall.ID, score int64, amount mall.Money) (Deduction, error) {
	if score <= 0 || amount <= 0 {
		return Deduction{}, nil
	}
	have, err := s.d.Repo.Get(ctx, account)
	if err != nil || have.Points <= 0 {
		return Deduction{}, err
	}
	rules, err := s.d.Repo.Rules(ctx)
	if err != nil {
		return Deduction{}, err
	}
	score = min(score, have.Points)
	var best Deduction
	for _, r := range rules {
		d := r.deduct(score, amount)
		if d.Money > best.Money || d.Money == best.Money && d.Score < best.Score {
			best = d
		}
	}
	return best, nil
}

// SaveRule stores a deduction rule; a new one has ID 0 and gets its own.
func (s *Service) SaveRule(ctx context.Context, who mall.Actor, r Rule) (Rule, error) {
	if err := who.Must(RightRules); err != nil {
		return Rule{}, err
	}
	if r.Score <= 0 || r.Money <= 0 || r.Score > maxAmount || r.Money > mall.MaxMoney {
		return Rule{}, ErrRule
	}
	saved := r
	err := s.d.Tx.Do(ctx, func(ctx context.Context) error {
		saved = r
		return s.d.Repo.SaveRule(ctx, &saved)
	})
	return saved, err
}

// DeleteRule removes a deduction rule.
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

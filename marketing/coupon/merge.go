package coupon

import (
	"context"
	"errors"
	"slices"
	"unicode/utf8"

	"github.com/gomall-dev/mall"
)

// MergeRules lists the open rules, and the names of the templates in them.
func (s *Service) MergeRules(ctx context.Context) ([]MergeRule, map[mall.ID]string, error) {
	rules, err := s.d.Repo.MergeRules(ctx, true)
	if err != nil {
		return nil, nil, err
	}
	var ids []mall.ID
	for _, r := range rules {
		for _, p := range slices.Concat(r.Inputs, r.Outputs) {
			if !slices.Contains(ids, p.Template) {
				ids = append(ids, p.Template)
			}
		}
	}
	ts, err := s.d.Repo.Templates(ctx, ids)
	names := make(map[mall.ID]string, len(ts))
	for id, t := range ts {
		names[id] = t.Name
	}
	return rules, names, err
}

// Merge turns the actor's own usable coupons into others by a rule, all or
// none: the ids must name exactly what the rule takes, else ErrMerge. ErrNone
// for an unknown or closed rule, ErrUsed, ErrExpired, ErrGone, ErrOver.
func (s *Service) Merge(ctx context.Context, who mall.Actor, rule mall.ID, ids []mall.ID) ([]Coupon, error) {
	account, err := who.Buyer()
	if err != nil {
		return nil, err
	}
	r, err := s.d.Repo.MergeRule(ctx, rule)
	if errors.Is(err, mall.ErrNotFound) || err == nil && !r.Open {
		return nil, ErrNone
	}
	if err != nil {
		return nil, err
	}
	inputs, err := s.inputs(ctx, account, r, ids)
	if err != nil {
		return nil, err
	}
	templates := make([]mall.ID, len(r.Outputs))
	for i, p := range r.Outputs {
		templates[i] = p.Template
	}
	ts, err := s.d.Repo.Templates(ctx, templates)
	if err != nil {
		return nil, err
	}
	var outputs []*Template
	var owners []mall.ID
	for _, p := range r.Outputs {
		t := ts[p.Template]
		if t == nil || !t.Open {
			return nil, ErrClosed
		}
		for range p.Qty {
			outputs, owners = append(outputs, t), append(owners, account)
		}
	}
	var made []Grant
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if made, err = s.issue(ctx, outputs, owners, Made); err != nil {
			return err
		}
		now := s.now()
		merged := slices.Clone(inputs)
		for i := range merged {
			ok, err := s.d.Repo.Merge(ctx, merged[i].ID, account, now)
			if err != nil {
				return err
			}
			if !ok {
				return ErrUsed
			}
			merged[i].Updated = now
		}
		return s.events(ctx, "merged", merged...)
	})
	if err != nil {
		return nil, err
	}
	return s.with(ctx, made)
}

// inputs are the coupons of the ids, lowest first, if they are what the rule takes.
func (s *Service) inputs(ctx context.Context, account mall.ID, r *MergeRule, ids []mall.ID) ([]Grant, error) {
	if len(ids) == 0 || len(ids) > maxMerged {
		return nil, ErrMerge
	}
	gs, err := s.d.Repo.Grants(ctx, ids)
	if err != nil {
		return nil, err
	}
	left := map[mall.ID]int64{}
	for _, p := range r.Inputs {
		left[p.Template] = p.Qty
	}
	for i := range gs {
		if gs[i].Account != account {
			return nil, ErrNone
		}
		if err := s.spendable(&gs[i]); err != nil {
			return nil, err
		}
		left[gs[i].Template]--
	}
	if len(gs) != len(ids) { // one is unknown, or named twice
		return nil, ErrMerge
	}
	for _, n := range left {
		if n != 0 {
			return nil, ErrMerge
		}
	}
	return gs, nil
}

// maxMerged bounds the coupons that a rule takes, and those that it makes.
const maxMerged = 50

// SaveMergeRule stores a rule; a new one has ID 0 and gets its own. It needs
// Right. ErrNone when it names an unknown template or is itself unknown.
func (s *Service) SaveMergeRule(ctx context.Context, who mall.Actor, r MergeRule) (MergeRule, error) {
	if err := platform(who); err != nil {
		return MergeRule{}, err
	}
	if n := utf8.RuneCountInString(r.Name); n == 0 || n > maxName {
		return MergeRule{}, mall.ErrInvalid.With("name")
	}
	var ids []mall.ID
	for _, parts := range [][]Part{r.Inputs, r.Outputs} {
		sum, seen := int64(0), map[mall.ID]bool{}
		for _, p := range parts {
			if p.Qty < 1 || p.Qty > maxMerged || seen[p.Template] {
				return MergeRule{}, mall.ErrInvalid.With("rules")
			}
			seen[p.Template] = true
			sum += p.Qty
			ids = append(ids, p.Template)
		}
		if sum < 1 || sum > maxMerged {
			return MergeRule{}, mall.ErrInvalid.With("rules")
		}
	}
	ts, err := s.d.Repo.Templates(ctx, ids)
	if err != nil {
		return MergeRule{}, err
	}
	for _, id := range ids {
		if ts[id] == nil {
			return MergeRule{}, ErrNone
		}
	}
	saved := r
	err = s.d.Tx.Do(ctx, func(ctx context.Context) error {
		saved = r
		return s.d.Repo.SaveMergeRule(ctx, &saved)
	})
	return saved, refused(err, mall.ErrNotFound, ErrNone)
}

// DeleteMergeRule removes a rule; ErrNone. It needs Right.
func (s *Service) DeleteMergeRule(ctx context.Context, who mall.Actor, id mall.ID) error {
	if err := platform(who); err != nil {
		return err
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.d.Repo.DeleteMergeRule(ctx, id)
		if err == nil && !ok {
			return ErrNone
		}
		return err
	})
}

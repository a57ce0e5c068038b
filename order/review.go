package order

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
)

// ReviewInput is the buyer's opinion on one line.
type ReviewInput struct {
	Line     mall.ID
	Grade    int // Bad, Fair, Good
	Stars    int // 1 to 5; 0 follows the grade
	Remark   string
	Pictures []string
}

// Review stores the buyer's opinions on lines of a received order, each line
// once. The order is reviewed when all its lines are.
func (s *Service) Review(ctx context.Context, who mall.Actor, ref Ref, in []ReviewInput) error {
	id, err := s.resolve(ctx, ref)
	if err != nil {
		return err
	}
	if len(in) == 0 || len(in) > s.cfg.MaxLines {
		return mall.ErrInvalid.With("reputations")
	}
	for i := range in {
		if err := in[i].check(); err != nil {
			return err
		}
	}
	return s.deps.Tx.Do(ctx, func(ctx context.Context) error {
		return s.change(ctx, id, func(ctx context.Context, o *Order) error {
			if _, err := as(o, who, Buyer); err != nil {
				return err
			}
			return s.review(ctx, who, Buyer, o, in)
		})
	})
}

func (r *ReviewInput) check() error {
	switch {
	case r.Grade < Bad || r.Grade > Good:
		return mall.ErrInvalid.With("reputation")
	case r.Stars < 0 || r.Stars > 5:
		return mall.ErrInvalid.With("reputationNumber")
	case len([]rune(r.Remark)) > 1000:
		return mall.ErrInvalid.With("remark")
	case len(r.Pictures) > 9:
		return mall.ErrInvalid.With("pics")
	}
	for _, p := range r.Pictures {
		if len(p) > 500 {
			return mall.ErrInvalid.With("pics")
		}
	}
	if r.Stars == 0 {
		r.Stars = 1 + 2*r.Grade
	}
	return nil
}

func (s *Service) review(ctx context.Context, who mall.Actor, role Role, o *Order, in []ReviewInput) error {
	if !can(o.State, MoveReview, role) {
		if o.End == Reviewed {
			return ErrReviewed
		}
		return ErrState.With(string(MoveReview), string(o.Phase(s.now())))
	}
	now := s.now()
	var lines []*Line
	var reviews []catalog.Review
	for _, r := range in {
		l := o.Line(r.Line)
		if l == nil {
			return ErrNoLine
		}
		if !l.Review.At.IsZero() {
			return ErrReviewed
		}
		l.Review = Review{Grade: r.Grade, Stars: r.Stars, Remark: r.Remark, Pictures: r.Pictures, At: now}
		lines = append(lines, l)
		reviews = append(reviews, catalog.Review{OrderLine: l.ID, Order: o.ID, Goods: l.Goods, SKU: l.SKU, Buyer: o.Buyer,
			Name: l.Name, Pic: l.Picture, Property: l.Property, Qty: l.Qty, Amount: l.Payable, Score: l.Points,
			Rank: catalog.Rank(r.Grade), Stars: r.Stars, Remark: r.Remark, Pics: r.Pictures, CreatedAt: now})
	}
	to := o.State
	if !o.reviewable() {
		to.End, o.Ended = Reviewed, now
	}
	if err := s.save(ctx, o, move{Move: MoveReview, who: who, role: role, to: to, lines: lines}); err != nil {
		return err
	}
	return s.deps.Catalog.AddReviews(ctx, reviews)
}

// autoReview gives the lines that nobody reviewed the standard good review.
func (s *Service) autoReview(ctx context.Context, id mall.ID) error {
	return s.change(ctx, id, func(ctx context.Context, o *Order) error {
		var in []ReviewInput
		for i := range o.Lines {
			if l := &o.Lines[i]; l.Review.At.IsZero() && l.Live() > 0 {
				in = append(in, ReviewInput{Line: l.ID, Grade: Good, Stars: 5, Remark: s.cfg.AutoRemark})
			}
		}
		return s.review(ctx, mall.System(), Machine, o, in)
	})
}

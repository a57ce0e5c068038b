package catalog

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/gomall-dev/mall"
)

// Rank is the verdict of a review.
type Rank int

const (
	// Bad is 差评.
	Bad Rank = 0
	// Middle is 中评.
	Middle Rank = 1
	// Good is 好评.
	Good Rank = 2
)

// Review is a buyer's opinion on one order line. Who wrote it is the account
// only: names and portraits are looked up when shown.
type Review struct {
	ID        mall.ID
	OrderLine mall.ID // reviewed once
	Order     mall.ID
	Goods     mall.ID
	SKU       mall.ID
	Buyer     mall.ID
	Name      string // goods name when bought
	Pic       string
	Property  string // "颜色:红,尺寸:L"
	Qty       int64
	Amount    mall.Money // of the line
	Score     int64      // points of the line
	Rank      Rank
	Stars     int // 1…5; 0 when given: derived from Rank
	Remark    string
	Pics      []string
	Reply     string
	RepliedAt time.Time
	Hidden    bool // by staff
	CreatedAt time.Time
}

// ReviewFilter chooses reviews.
type ReviewFilter struct {
	Goods mall.ID
	Rank  *Rank // nil: all
}

const (
	maxRemark     = 2000 // characters
	maxReviewPics = 9
)

// check refuses what no form may send, and derives the stars.
func (r *Review) check() error {
	switch {
	case r.OrderLine == 0 || r.Goods == 0 || r.Buyer == 0:
		return mall.ErrInvalid.With("order line")
	case r.Rank < Bad || r.Rank > Good:
		return mall.ErrInvalid.With("reputation")
	case r.Stars < 0 || r.Stars > 5:
		return mall.ErrInvalid.With("stars")
	case len([]rune(r.Remark)) > maxRemark:
		return mall.ErrInvalid.With("remark")
	case len(r.Pics) > maxReviewPics || slices.ContainsFunc(r.Pics, badURL):
		return mall.ErrInvalid.With("pics")
	}
	if r.Stars == 0 {
		r.Stars = 1 + 2*int(r.Rank)
	}
	return nil
}

// AddReviews stores reviews and counts them at their goods, inside Do.
// ErrReviewed when one of the order lines has a review already; then nothing is stored.
func (s *Service) AddReviews(ctx context.Context, reviews []Review) error {
	if len(reviews) == 0 {
		return nil
	}
	reviews = slices.Clone(reviews)
	counts := map[mall.ID]*Counts{}
	for i := range reviews {
		r := &reviews[i]
		if err := r.check(); err != nil {
			return err
		}
		if r.CreatedAt.IsZero() {
			r.CreatedAt = s.now()
		}
		c := counted(counts, r.Goods)
		c.Reviews++
		if r.Rank == Good {
			c.GoodReviews++
		}
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		if err := s.r.Reviews.Add(ctx, reviews); err != nil {
			if errors.Is(err, mall.ErrConflict) {
				return ErrReviewed.With(reviews[0].OrderLine)
			}
			return fmt.Errorf("catalog: review: %w", err)
		}
		return s.r.Products.Count(ctx, inOrder(counts))
	})
}

// ListReviews is a page of the visible reviews of goods, newest first.
func (s *Service) ListReviews(ctx context.Context, f ReviewFilter, p mall.Page) (mall.Slice[Review], error) {
	reviews, total, err := s.r.Reviews.List(ctx, f, p.Clean(), s.c.CountTo)
	if err != nil {
		return mall.Slice[Review]{}, fmt.Errorf("catalog: reviews: %w", err)
	}
	return slice(reviews, total, s.c.CountTo), nil
}

// ReplyReview stores the shop's answer to a review; an empty text takes it away.
func (s *Service) ReplyReview(ctx context.Context, id mall.ID, text string) error {
	if len([]rune(text)) > maxRemark {
		return mall.ErrInvalid.With("reply")
	}
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		ok, err := s.r.Reviews.Reply(ctx, id, text, s.now())
		if err == nil && !ok {
			err = mall.ErrNotFound
		}
		return err
	})
}

// HideReview takes a review out of sight, or shows it again, and keeps the
// counters of its goods true. It is idempotent.
func (s *Service) HideReview(ctx context.Context, id mall.ID, hidden bool) error {
	return s.d.Tx.Do(ctx, func(ctx context.Context) error {
		r, err := s.r.Reviews.Hide(ctx, id, hidden)
		if errors.Is(err, mall.ErrNotFound) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("catalog: hide review: %w", err)
		}
		c := Counts{Goods: r.Goods, Reviews: 1}
		if r.Rank == Good {
			c.GoodReviews = 1
		}
		if hidden {
			c.Reviews, c.GoodReviews = -c.Reviews, -c.GoodReviews
		}
		return s.r.Products.Count(ctx, []Counts{c})
	})
}

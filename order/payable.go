package order

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/payment/operator"
)

// Payable refuses what the buyer cannot pay now at an operating centre:
// ErrNoOrder for orders of others, ErrCentre for those of another centre's
// shops, ErrOverdue and ErrState for those that are no longer open. It only reads.
func (s *Service) Payable(ctx context.Context, buyer mall.ID, ref Ref, centre mall.ID) error {
	o, err := s.GetOf(ctx, buyer, ref)
	if err != nil {
		return err
	}
	at, err := s.deps.Shops.Get(ctx, o.Shop)
	switch {
	case errors.Is(err, shop.ErrGone):
		return ErrCentre
	case err != nil:
		return err
	case operator.Or(at.Operator) != centre:
		return ErrCentre
	case o.State != newOrder:
		return ErrState.With(string(MovePay), string(o.Phase(s.now())))
	case o.Overdue(s.now()):
		return ErrOverdue
	}
	return nil
}

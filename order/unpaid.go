package order

import (
	"context"
	"fmt"

	"github.com/gomall-dev/mall"
)

// UnpaidCount is how much a buyer has ordered at a face and can still pay. It holds
// stock until it is paid, cancelled or overdue.
type UnpaidCount struct {
	Orders int64
	Pieces int64 // in all of them together
}

// maxUnpaid is Config.MaxUnpaid with its default.
func (s *Service) maxUnpaid(ctx context.Context, face mall.Face) (UnpaidCount, error) {
	if s.cfg.MaxUnpaid != nil {
		return s.cfg.MaxUnpaid(ctx, face)
	}
	if face == mall.FaceO2O {
		return UnpaidCount{Orders: 20, Pieces: 100}, nil // its document has no way to cancel
	}
	return UnpaidCount{}, nil
}

// limitUnpaid refuses drafts with which the buyer would have more unpaid than
// Config.MaxUnpaid allows. Of one buyer one transaction at a time counts and
// places, so checkouts in parallel cannot exceed it together. It costs two
// statements where there is a limit. What costs nothing is paid at once, and
// what is held open is the merchant's to end: neither counts.
func (s *Service) limitUnpaid(ctx context.Context, who mall.Actor, ds []*draft) error {
	most, err := s.maxUnpaid(ctx, who.Face)
	if err != nil || most.Orders <= 0 && most.Pieces <= 0 {
		return err
	}
	var more UnpaidCount
	for _, d := range ds {
		if d.o.Payable > 0 && !d.o.HeldOpen {
			more.Orders++
			more.Pieces += d.o.Pieces()
		}
	}
	if more.Orders == 0 {
		return nil
	}
	have, err := s.deps.Orders.CountUnpaid(ctx, who.Account, who.Face, s.now())
	switch {
	case err != nil:
		return fmt.Errorf("unpaid: %w", err)
	case most.Orders > 0 && have.Orders+more.Orders > most.Orders:
		return ErrUnpaidOrders.With(most.Orders)
	case most.Pieces > 0 && have.Pieces+more.Pieces > most.Pieces:
		return ErrUnpaidPieces.With(most.Pieces)
	}
	return nil
}

package payment

import (
	"context"
	"errors"

	"github.com/gomall-dev/mall"
)

// SendRefund asks the provider for the refund of a source at once, not at the
// next sweep, and answers the refund as it is then; mall.ErrNotFound when the
// source has none. Beside a sweep it is safe: both send the same number, and
// one of them books the answer. A provider that cannot be reached is no error:
// the refund stays due and the sweep goes on with it. It is called outside of
// transactions.
func (s *Service) SendRefund(ctx context.Context, source string) (*Refund, error) {
	if mall.InTx(ctx) {
		return nil, ErrInTx
	}
	r, err := s.deps.Repo.RefundBySource(ctx, source)
	if err != nil || r.State == RefundSucceeded {
		return r, err
	}
	sent := s.sendBack(ctx, r)
	if sent != nil {
		s.log.ErrorContext(ctx, "payment: refund failed", "number", r.Number, "error", sent)
	}
	now, err := s.deps.Repo.RefundBySource(ctx, source)
	if err != nil {
		return nil, errors.Join(err, sent)
	}
	return now, nil
}

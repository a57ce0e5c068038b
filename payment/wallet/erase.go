package wallet

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

// Eraser is the wallet's part in auth.Service.Erase: refused while money is
// there or owed; the books are kept without their remarks, the pay password goes.
func (s *Service) Eraser() auth.Eraser {
	return auth.Eraser{Busy: s.busy, Erase: s.d.Repo.Redact, Export: s.export}
}

func (s *Service) busy(ctx context.Context, account mall.ID) error {
	a, err := s.d.Repo.Get(ctx, account)
	if err == nil && (a.Balance != 0 || a.Frozen != 0) {
		return auth.ErrOpen.With("wallet")
	}
	return err
}

// export leaves out what moved between balance and frozen part, as CashLogs
// does: the entries add up to both together.
func (s *Service) export(ctx context.Context, account mall.ID) (any, error) {
	a, err := s.d.Repo.Get(ctx, account)
	if err != nil {
		return nil, err
	}
	entries, err := mall.All(ctx, account, s.d.Repo.Each, func(e Entry) mall.ID { return e.ID })
	return struct {
		Amounts Amounts
		Entries []Entry
	}{a, entries}, err
}

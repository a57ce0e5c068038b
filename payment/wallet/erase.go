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

// export holds the newest 1,000 entries; older ones are asked for by CashLogs.
func (s *Service) export(ctx context.Context, account mall.ID) (any, error) {
	a, err := s.d.Repo.Get(ctx, account)
	if err != nil {
		return nil, err
	}
	logs, err := s.d.Repo.Logs(ctx, account, Filter{}, mall.Page{Limit: 1000})
	return struct {
		Amounts Amounts
		Entries []Entry
	}{a, logs.Items}, err
}

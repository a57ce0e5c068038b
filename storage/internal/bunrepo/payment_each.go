package bunrepo

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

func (p payments) Each(ctx context.Context, payer, after mall.ID, limit int64) ([]payment.Payment, error) {
	rows, err := each(ctx, p.sel(ctx).Where("payer = ?", payer), after, limit, func(row *paymentRow) paymentRow { return *row })
	if err != nil {
		return nil, err
	}
	return p.withParts(ctx, rows)
}

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

// ofPayer finds the refunds of a payer, for no index has them all, by what the
// refunded payments were for: payments_payer, payment_parts_payment, refunds_ref.
const ofPayer = `payer = ? AND (purpose, ref) IN (SELECT t.purpose, t.ref FROM ?(ns)payments AS p
	JOIN ?(ns)payment_parts AS t ON t.payment_id = p.id WHERE p.payer = ? AND p.refunded > 0)`

func (p payments) EachRefund(ctx context.Context, payer, after mall.ID, limit int64) ([]payment.Refund, error) {
	return each(ctx, p.sel(ctx).Where(ofPayer, payer, payer), after, limit, refundFromRow)
}

func (p payments) RedactRefunds(ctx context.Context, payer mall.ID) error {
	_, err := p.upd(ctx).Model((*refundRow)(nil)).Set("reason = ''").Where(ofPayer, payer, payer).Exec(ctx)
	return err
}

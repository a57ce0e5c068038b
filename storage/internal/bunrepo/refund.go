package bunrepo

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// isUnfinished is the condition of the index refunds_due.
const isUnfinished = "state <> 'succeeded'"

func (p payments) PaidPart(ctx context.Context, purpose payment.Purpose, ref mall.ID) (*payment.Payment, error) {
	var part paymentPartRow
	err := p.sel(ctx).Model(&part).Where("purpose = ? AND ref = ? AND state = ?", purpose, ref, payment.PartDone).
		Order("id DESC").Limit(1).Scan(ctx)
	if err != nil {
		return nil, one(err)
	}
	var row paymentRow
	if err := p.sel(ctx).Model(&row).Where("id = ?", part.PaymentID).Scan(ctx); err != nil {
		return nil, one(err)
	}
	pay := paymentFromRow(&row)
	pay.Parts = []payment.Part{paymentPartFromRow(&part)}
	if ref != 0 {
		pay.Action.Refs = []mall.ID{ref}
	}
	return &pay, nil
}

func (p payments) TakeRefund(ctx context.Context, pay, part mall.ID, amount mall.Money) (mall.Money, bool, error) {
	ok, err := hit(p.upd(ctx).Model((*paymentRow)(nil)).Set("refunded = refunded + ?", amount).
		Where("id = ? AND state = ? AND refunded + ? <= amount + share", pay, payment.StateSucceeded, amount).Exec(ctx))
	if err != nil || !ok {
		return 0, false, err
	}
	var sum mall.Money
	err = p.upd(ctx).Model((*paymentPartRow)(nil)).Set("refunded = refunded + ?", amount).
		Where("id = ? AND payment_id = ? AND refunded + ? <= amount", part, pay, amount).
		Returning("refunded").Scan(ctx, &sum)
	if !errors.Is(err, sql.ErrNoRows) {
		return sum, err == nil, err
	}
	_, err = p.upd(ctx).Model((*paymentRow)(nil)).Set("refunded = refunded - ?", amount).Where("id = ?", pay).Exec(ctx)
	return 0, false, err
}

func (p payments) InsertRefund(ctx context.Context, r *payment.Refund) error {
	row := refundToRow(r)
	err := p.ins(ctx).Model(row).On("CONFLICT DO NOTHING").Returning("id").Scan(ctx, &row.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return mall.ErrConflict
	}
	r.ID = mall.ID(row.ID)
	return err
}

func (p payments) RefundBySource(ctx context.Context, source string) (*payment.Refund, error) {
	return p.firstRefund(ctx, "source = ?", source)
}

func (p payments) RefundByNumber(ctx context.Context, number string) (*payment.Refund, error) {
	return p.firstRefund(ctx, "number = ?", number)
}

func (p payments) firstRefund(ctx context.Context, where, arg string) (*payment.Refund, error) {
	var row refundRow
	if err := p.sel(ctx).Model(&row).Where(where, arg).Scan(ctx); err != nil {
		return nil, one(err)
	}
	r := refundFromRow(&row)
	return &r, nil
}

func (p payments) Refunds(ctx context.Context, purpose payment.Purpose, ref mall.ID) ([]payment.Refund, error) {
	var rows []refundRow
	err := p.sel(ctx).Model(&rows).Where("purpose = ? AND ref = ?", purpose, ref).Order("id").Scan(ctx)
	return refundsFromRows(rows), err
}

func (p payments) FinishRefund(ctx context.Context, id mall.ID, receipt string, at time.Time) (bool, error) {
	return hit(p.upd(ctx).Model((*refundRow)(nil)).
		Set("state = ?", payment.RefundSucceeded).Set("receipt = ?", receipt).Set("failure = ''").Set("done_at = ?", millis(at)).
		Where("id = ?", id).Where(isUnfinished).Exec(ctx))
}

func (p payments) DelayRefund(ctx context.Context, id mall.ID, to payment.RefundState, failure string, next time.Time) (bool, error) {
	return hit(p.upd(ctx).Model((*refundRow)(nil)).
		Set("state = ?", to).Set("failure = ?", failure).Set("next_try_at = ?", millis(next)).
		Set("leased_until = 0").Set("tries = tries + 1").
		Where("id = ?", id).Where(isUnfinished).Exec(ctx))
}

func (p payments) HurryRefund(ctx context.Context, id mall.ID, at time.Time) error {
	_, err := p.upd(ctx).Model((*refundRow)(nil)).Set("next_try_at = ?", millis(at)).
		Where("id = ?", id).Where(isUnfinished).Exec(ctx)
	return err
}

func (p payments) ClaimRefunds(ctx context.Context, now, lease time.Time, limit int) ([]payment.Refund, error) {
	ids, err := p.claim(ctx, "refunds", isUnfinished, "next_try_at", now, lease, limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var rows []refundRow
	err = p.sel(ctx).Model(&rows).Where("id IN (?)", bun.List(ids)).Order("id").Scan(ctx)
	return refundsFromRows(rows), err
}

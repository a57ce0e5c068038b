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

// paidWithin is the condition of the index payments_paid.
const paidWithin = "state = 'succeeded' AND provider = ? AND paid_at >= ? AND paid_at < ?"

func (p payments) MerchantsOf(ctx context.Context, provider string, from, to time.Time, limit int) ([]string, error) {
	var merchants []string
	err := p.sel(ctx).Model((*paymentRow)(nil)).Distinct().Column("merchant").
		Where(paidWithin, provider, millis(from), millis(to)).Order("merchant").Limit(int64(limit)).Scan(ctx, &merchants)
	return merchants, err
}

// ofBill is the condition on one day of an account.
const ofBill = "day = ? AND provider = ? AND merchant = ?"

func (p payments) ClaimBill(ctx context.Context, provider, merchant, day string, again bool, now, lease time.Time) (bool, error) {
	row := paymentBillRow{Provider: provider, Merchant: merchant, Day: day, NextTryAt: *millis(lease)}
	ok, err := hit(p.ins(ctx).Model(&row).ExcludeColumn("id").On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx))
	if err != nil || ok {
		return ok, err
	}
	return hit(p.upd(ctx).Model((*paymentBillRow)(nil)).Set("next_try_at = ?", millis(lease)).
		Where(ofBill, day, provider, merchant).Where("next_try_at <= ? AND (NOT done OR ?)", millis(now), again).Exec(ctx))
}

func (p payments) DelayBill(ctx context.Context, provider, merchant, day string, next time.Time) error {
	_, err := p.upd(ctx).Model((*paymentBillRow)(nil)).Set("next_try_at = ?", millis(next)).Set("tries = tries + 1").
		Where(ofBill, day, provider, merchant).Exec(ctx)
	return err
}

func (p payments) FinishBill(ctx context.Context, b payment.Bill, at time.Time) error {
	_, err := p.upd(ctx).Model((*paymentBillRow)(nil)).Set("done = ?", true).Set("next_try_at = ?", millis(at)).
		Set("lines = ?", b.Lines).Set("differences = ?", b.Differences).Set("compared_at = ?", millis(at)).
		Where(ofBill, b.Day, b.Provider, b.Merchant).Exec(ctx)
	return err
}

func (p payments) ByNumbers(ctx context.Context, numbers []string) ([]payment.Payment, error) {
	var rows []paymentRow
	err := p.sel(ctx).Model(&rows).Where("number IN (?)", bun.List(numbers)).Scan(ctx)
	return paymentsFromRows(rows), err
}

func (p payments) RefundsByNumbers(ctx context.Context, numbers []string) ([]payment.Refund, error) {
	var rows []refundRow
	err := p.sel(ctx).Model(&rows).Where("number IN (?)", bun.List(numbers)).Scan(ctx)
	return refundsFromRows(rows), err
}

func (p payments) PaidOn(ctx context.Context, provider, merchant string, from, to time.Time, after mall.ID, limit int) ([]payment.Payment, error) {
	var rows []paymentRow
	err := p.sel(ctx).Model(&rows).Where(paidWithin, provider, millis(from), millis(to)).
		Where("merchant = ? AND id > ?", merchant, after).Order("id").Limit(int64(limit)).Scan(ctx)
	return paymentsFromRows(rows), err
}

func (p payments) RefundedOn(ctx context.Context, provider, merchant string, from, to time.Time, after mall.ID, limit int) ([]payment.Refund, error) {
	var rows []refundRow
	err := p.sel(ctx).Model(&rows).
		Where("state = 'succeeded' AND provider = ? AND done_at >= ? AND done_at < ? AND gateway > 0", provider, millis(from), millis(to)).
		Where("payment_id IN (SELECT o.id FROM ?(ns)payments AS o WHERE o.merchant = ?)", merchant).
		Where("id > ?", after).Order("id").Limit(int64(limit)).Scan(ctx)
	return refundsFromRows(rows), err
}

func (p payments) PutDifference(ctx context.Context, d *payment.Difference, seen time.Time) (bool, error) {
	row := differenceToRow(d, seen)
	err := p.ins(ctx).Model(row).On("CONFLICT DO NOTHING").Returning("id").Scan(ctx, &row.ID)
	if err == nil {
		d.ID = mall.ID(row.ID)
		return true, nil
	}
	if !errors.Is(err, sql.ErrNoRows) {
		return false, err
	}
	_, err = p.upd(ctx).Model((*differenceRow)(nil)).Set("seen_at = ?", row.SeenAt).Set("resolved_at = NULL").
		Set("ours = ?", row.Ours).Set("theirs = ?", row.Theirs).Where(ofBill, row.Day, row.Provider, row.Merchant).
		Where("kind = ? AND number = ? AND refund_number = ? AND transaction_id = ?", row.Kind, row.Number, row.RefundNumber, row.Transaction).Exec(ctx)
	return false, err
}

func (p payments) ResolveDifferences(ctx context.Context, provider, merchant, day string, before, at time.Time) error {
	_, err := p.upd(ctx).Model((*differenceRow)(nil)).Set("resolved_at = ?", millis(at)).
		Where(ofBill, day, provider, merchant).Where("seen_at < ? AND resolved_at IS NULL", millis(before)).Exec(ctx)
	return err
}

func (p payments) PurgeBills(ctx context.Context, before time.Time, limit int) (int, error) {
	seen, err := count(p.del(ctx).Model((*differenceRow)(nil)).
		Where("id IN (SELECT o.id FROM ?(ns)payment_differences AS o WHERE o.seen_at < ? ORDER BY o.seen_at LIMIT ?)", millis(before), limit).Exec(ctx))
	if err != nil || int(seen) >= limit {
		return int(seen), err
	}
	days, err := count(p.del(ctx).Model((*paymentBillRow)(nil)).
		Where("id IN (SELECT o.id FROM ?(ns)payment_bills AS o WHERE o.next_try_at < ? ORDER BY o.next_try_at LIMIT ?)", millis(before), limit-int(seen)).Exec(ctx))
	return int(seen + days), err
}

func (p payments) Differences(ctx context.Context, f payment.DifferenceFilter, page mall.Page) (mall.Slice[payment.Difference], error) {
	var rows []differenceRow
	q := p.sel(ctx).Model(&rows)
	if f.Provider != "" {
		q = q.Where("provider = ?", f.Provider)
	}
	if f.Day != "" {
		q = q.Where("day = ?", f.Day)
	}
	if f.Kind != "" {
		q = q.Where("kind = ?", f.Kind)
	}
	if f.Open {
		q = q.Where("resolved_at IS NULL")
	}
	total, err := q.Order("id DESC").Offset(page.Offset).Limit(page.Limit).ScanAndCount(ctx)
	if err != nil {
		return mall.Slice[payment.Difference]{}, err
	}
	list := make([]payment.Difference, len(rows))
	for i := range rows {
		list[i] = differenceFromRow(&rows[i])
	}
	return mall.Slice[payment.Difference]{Items: list, Total: total}, nil
}

package bunrepo

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/storage/internal/txn"
)

// Payments is the repository of payments, refunds and the log of notices.
func (s *Store) Payments() payment.Repository { return payments{s} }

type payments struct{ *Store }

// isOpen is the condition of the index payments_check.
const isOpen = "state IN ('created', 'pending')"

func (p payments) Insert(ctx context.Context, pay *payment.Payment, next time.Time) error {
	row := paymentToRow(pay)
	row.NextCheckAt = millis(next)
	err := p.ins(ctx).Model(row).On("CONFLICT (number) DO NOTHING").Returning("id").Scan(ctx, &row.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return mall.ErrConflict
	}
	if err != nil {
		return err
	}
	pay.ID = mall.ID(row.ID)
	parts := make([]paymentPartRow, len(pay.Parts))
	for i, t := range pay.Parts {
		parts[i] = paymentPartToRow(pay.Action.Purpose, row.ID, t)
	}
	if _, err := p.ins(ctx).Model(&parts).Returning("id").Exec(ctx); err != nil {
		return err
	}
	for i := range parts {
		pay.Parts[i].ID, pay.Parts[i].Payment = mall.ID(parts[i].ID), pay.ID
	}
	return nil
}

func (p payments) Get(ctx context.Context, id mall.ID) (*payment.Payment, error) {
	return p.first(ctx, "id = ?", int64(id))
}

func (p payments) ByNumber(ctx context.Context, number string) (*payment.Payment, error) {
	return p.first(ctx, "number = ?", number)
}

func (p payments) first(ctx context.Context, where string, arg any) (*payment.Payment, error) {
	var found payment.Payment
	if err := p.together(ctx, p.whole(&found, where, arg)...); err != nil {
		return nil, err
	}
	if found.ID == 0 {
		return nil, mall.ErrNotFound
	}
	return &found, nil
}

// whole reads a payment and its parts; without one found stays as it is.
func (p payments) whole(found *payment.Payment, where string, arg any) []reading {
	head := read(p.Store, func(row *paymentRow) error {
		*found = paymentFromRow(row)
		return nil
	}, "SELECT "+selecting[paymentRow](p.Store, "p")+" FROM ?(ns)payments AS p WHERE "+where, arg)
	parts := read(p.Store, func(row *paymentPartRow) error {
		addPart(found, row)
		return nil
	}, "SELECT "+selecting[paymentPartRow](p.Store, "t")+" FROM ?(ns)payment_parts AS t WHERE t.payment_id = (SELECT id FROM ?(ns)payments WHERE "+where+
		") ORDER BY t.id", arg)
	return []reading{head, parts}
}

func addPart(pay *payment.Payment, row *paymentPartRow) {
	pay.Parts = append(pay.Parts, paymentPartFromRow(row))
	if ref := mall.ID(row.Ref); ref != 0 {
		pay.Action.Refs = append(pay.Action.Refs, ref)
	}
}

// withParts reads the parts of all rows in one statement.
func (p payments) withParts(ctx context.Context, rows []paymentRow) ([]payment.Payment, error) {
	list := make([]payment.Payment, len(rows))
	if len(rows) == 0 {
		return list, nil
	}
	at := make(map[int64]*payment.Payment, len(rows))
	ids := make([]int64, len(rows))
	for i := range rows {
		list[i] = paymentFromRow(&rows[i])
		ids[i], at[rows[i].ID] = rows[i].ID, &list[i]
	}
	var parts []paymentPartRow
	if err := p.sel(ctx).Model(&parts).Where("payment_id IN (?)", bun.List(ids)).Order("payment_id", "id").Scan(ctx); err != nil {
		return nil, err
	}
	for i := range parts {
		addPart(at[parts[i].PaymentID], &parts[i])
	}
	return list, nil
}

func (p payments) List(ctx context.Context, f payment.Filter, page mall.Page) (mall.Slice[payment.Payment], error) {
	var rows []paymentRow
	q := p.sel(ctx).Model(&rows)
	if f.Payer != 0 {
		q = q.Where("payer = ?", f.Payer)
	}
	if f.States != nil {
		q = q.Where("state IN (?)", bun.List(f.States))
	}
	if f.Purpose != "" {
		q = q.Where("purpose = ?", f.Purpose)
	}
	if f.Paying {
		q = q.Where("provider <> ?", payment.ProviderNone)
	}
	if f.Number != "" {
		q = q.Where("(number = ? OR id IN (SELECT t.payment_id FROM ?(ns)payment_parts AS t WHERE t.subject = ?))", f.Number, f.Number)
	}
	total, err := q.Order("id DESC").Offset(page.Offset).Limit(page.Limit).ScanAndCount(ctx)
	if err != nil {
		return mall.Slice[payment.Payment]{}, err
	}
	list, err := p.withParts(ctx, rows)
	return mall.Slice[payment.Payment]{Items: list, Total: total}, err
}

// ofRef is the condition for payments of a reference.
const ofRef = "id IN (SELECT t.payment_id FROM ?(ns)payment_parts AS t WHERE t.purpose = ? AND t.ref = ?)"

func (p payments) OpenFor(ctx context.Context, purpose payment.Purpose, ref mall.ID, limit int) ([]payment.Payment, error) {
	var rows []paymentRow
	err := p.sel(ctx).Model(&rows).Where(isOpen).Where(ofRef, purpose, ref).Order("id").Limit(int64(limit)).Scan(ctx)
	if err != nil {
		return nil, err
	}
	return p.withParts(ctx, rows)
}

func (p payments) CountOpen(ctx context.Context, purpose payment.Purpose, ref mall.ID) (int, error) {
	n, err := p.sel(ctx).Model((*paymentRow)(nil)).Where(isOpen).Where(ofRef, purpose, ref).Count(ctx)
	return int(n), err
}

func (p payments) CountFor(ctx context.Context, purpose payment.Purpose, ref mall.ID) (int, error) {
	n, err := p.sel(ctx).Model((*paymentPartRow)(nil)).Where("purpose = ? AND ref = ?", purpose, ref).Count(ctx)
	return int(n), err
}

func (p payments) HasOpen(ctx context.Context, payer mall.ID) (bool, error) {
	open, err := p.sel(ctx).Model((*paymentRow)(nil)).Where("payer = ?", payer).Where(isOpen).Exists(ctx)
	if err != nil || open {
		return open, err
	}
	return p.sel(ctx).Model((*refundRow)(nil)).Where("payer = ?", payer).Where(isUnfinished).Exists(ctx)
}

func (p payments) Pend(ctx context.Context, id mall.ID, prepay string, next, at time.Time) (bool, error) {
	return hit(p.upd(ctx).Model((*paymentRow)(nil)).
		Set("state = ?", payment.StatePending).Set("prepay = ?", prepay).
		Set("next_check_at = ?", millis(next)).Set("updated_at = ?", millis(at)).
		Where("id = ? AND state = ?", id, payment.StateCreated).Exec(ctx))
}

func (p payments) End(ctx context.Context, id mall.ID, to payment.State, failure string, at time.Time) (moved, frozen bool, err error) {
	var shares []string
	err = p.upd(ctx).Model((*paymentRow)(nil)).
		Set("state = ?", to).Set("failure = ?", failure).Set("updated_at = ?", millis(at)).
		Set("share_state = CASE WHEN share > 0 THEN ? ELSE share_state END", payment.ShareReleased).
		Where("id = ?", id).Where(isOpen).Returning("share_state").Scan(ctx, &shares)
	return len(shares) > 0, len(shares) > 0 && shares[0] == string(payment.ShareReleased), err
}

func (p payments) Succeed(ctx context.Context, id mall.ID, transaction string, paid, at time.Time) (payment.ShareState, bool, error) {
	var shares []string
	err := p.upd(ctx).Model((*paymentRow)(nil)).
		Set("state = ?", payment.StateSucceeded).Set("transaction_id = ?", transaction).
		Set("paid_at = ?", millis(paid)).Set("updated_at = ?", millis(at)).
		Where("id = ? AND state <> ?", id, payment.StateSucceeded).
		Where("NOT EXISTS (SELECT 1 FROM ?(ns)payments AS o WHERE o.provider = p.provider AND o.transaction_id = ?)", transaction).
		Returning("share_state").Scan(ctx, &shares)
	if err != nil || len(shares) == 0 {
		return "", false, err
	}
	return payment.ShareState(shares[0]), true, nil
}

func (p payments) SaveParts(ctx context.Context, id mall.ID, share payment.ShareState, parts []payment.Part) error {
	for _, t := range parts {
		_, err := p.upd(ctx).Model((*paymentPartRow)(nil)).
			Set("state = ?", t.State).Set("refusal = ?", t.Refusal).Set("message = ?", t.Message).
			Where("id = ? AND payment_id = ?", t.ID, id).Exec(txn.Later(ctx))
		if err != nil {
			return err
		}
	}
	if share == payment.ShareNone {
		return nil
	}
	_, err := p.upd(ctx).Model((*paymentRow)(nil)).Set("share_state = ?", share).Where("id = ?", id).Exec(txn.Later(ctx))
	return err
}

func (p payments) Claim(ctx context.Context, now, lease time.Time, limit int) ([]payment.Payment, error) {
	ids, err := p.claim(ctx, "payments", isOpen, "next_check_at", now, lease, limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var rows []paymentRow
	if err := p.sel(ctx).Model(&rows).Where("id IN (?)", bun.List(ids)).Order("id").Scan(ctx); err != nil {
		return nil, err
	}
	return p.withParts(ctx, rows)
}

func (p payments) Later(ctx context.Context, id mall.ID, next time.Time) error {
	_, err := p.upd(ctx).Model((*paymentRow)(nil)).
		Set("next_check_at = ?", millis(next)).Set("leased_until = 0").Set("tries = tries + 1").
		Where("id = ?", id).Where(isOpen).Exec(ctx)
	return err
}

func (p payments) LogNotice(ctx context.Context, n payment.NoticeLog) (bool, error) {
	return hit(p.ins(ctx).Model(paymentNoticeToRow(n)).On("CONFLICT DO NOTHING").Returning("NULL").Exec(ctx))
}

func (p payments) TakeNotice(ctx context.Context, n payment.NoticeLog) (bool, *payment.Payment, error) {
	if !p.postgres() {
		first, err := p.LogNotice(ctx, n)
		if err != nil || !first {
			return false, nil, err
		}
		pay, err := p.ByNumber(ctx, n.Number)
		return true, pay, err
	}
	text, args, err := inserting(p.Store, []paymentNoticeRow{*paymentNoticeToRow(n)}, "ON CONFLICT DO NOTHING RETURNING id")
	if err != nil {
		return false, nil, err
	}
	var found payment.Payment
	first := false
	line := reading{text, args, func(rows *sql.Rows) error {
		first = rows.Next()
		return rows.Err()
	}}
	err = p.togetherOn(ctx, p.engine.Writer(ctx), append([]reading{line}, p.whole(&found, "number = ?", n.Number)...))
	switch {
	case err != nil || !first:
		return false, nil, err
	case found.ID == 0:
		return true, nil, mall.ErrNotFound
	}
	return true, &found, nil
}

func (p payments) PurgeNotices(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := count(p.del(ctx).Model((*paymentNoticeRow)(nil)).
		Where("id IN (SELECT o.id FROM ?(ns)payment_notices AS o WHERE o.at < ? ORDER BY o.at LIMIT ?)", millis(before), limit).Exec(ctx))
	return int(n), err
}

func (p payments) Redact(ctx context.Context, payer mall.ID) error {
	_, err := p.upd(ctx).Model((*paymentRow)(nil)).Set("openid = ''").Set("title = ''").Set("remark = ''").
		Where("payer = ?", payer).Exec(ctx)
	return err
}

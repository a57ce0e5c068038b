package bunrepo

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/storage/internal/txn"
)

// Wallets is the repository of wallets, pay passwords and recharge rules.
func (s *Store) Wallets() wallet.Repository { return wallets{s} }

type wallets struct{ *Store }

func (w wallets) Get(ctx context.Context, account mall.ID) (wallet.Amounts, error) {
	var row walletRow
	err := w.sel(ctx).Model(&row).Where("account = ?", account).Scan(ctx)
	if errors.Is(err, sql.ErrNoRows) {
		return wallet.Amounts{}, nil
	}
	return walletFromRow(&row), err
}

func (w wallets) Change(ctx context.Context, account mall.ID, d wallet.Amounts, guard bool) (wallet.Amounts, bool, error) {
	row := walletToRow(account, d)
	var err error
	if guard || row.Frozen < 0 { // a row that can have less frozen is there
		q := w.upd(ctx).Model((*walletRow)(nil)).Where("account = ?", account).
			Set("balance = balance + ?", row.Balance).Set("frozen = frozen + ?", row.Frozen).
			Set("consumed = consumed + ?", row.Consumed).Set("paid = paid + ?", row.Paid).
			Set("payments = payments + ?", row.Payments).Set("withdrawn = withdrawn + ?", row.Withdrawn)
		if guard && row.Balance < 0 {
			q = q.Where("balance >= ?", -row.Balance)
		}
		if guard && row.Frozen < 0 {
			q = q.Where("frozen >= ?", -row.Frozen)
		}
		err = q.Returning("*").Scan(ctx, row)
	} else {
		err = w.ins(ctx).Model(row).On("CONFLICT (account) DO UPDATE").
			Set("balance = w.balance + EXCLUDED.balance").Set("frozen = w.frozen + EXCLUDED.frozen").
			Set("consumed = w.consumed + EXCLUDED.consumed").Set("paid = w.paid + EXCLUDED.paid").
			Set("payments = w.payments + EXCLUDED.payments").Set("withdrawn = w.withdrawn + EXCLUDED.withdrawn").
			Returning("*").Scan(ctx)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return wallet.Amounts{}, false, nil
	}
	return walletFromRow(row), err == nil, err
}

func (w wallets) Count(ctx context.Context, account mall.ID, t wallet.Totals) error {
	_, err := insert(txn.Later(ctx), w.Store, []walletRow{*walletToRow(account, wallet.Amounts{Totals: t})},
		"ON CONFLICT (account) DO UPDATE SET consumed = w.consumed + EXCLUDED.consumed, paid = w.paid + EXCLUDED.paid, payments = w.payments + EXCLUDED.payments")
	return err
}

func (w wallets) Append(ctx context.Context, e *wallet.Entry) (bool, error) {
	row := walletEntryToRow(e)
	err := w.ins(ctx).Model(row).On("CONFLICT (account, source_type, source_id) DO NOTHING").Returning("id").Scan(ctx, &row.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	e.ID = mall.ID(row.ID)
	return err == nil, err
}

func (w wallets) FindSource(ctx context.Context, account mall.ID, src wallet.Source) (*wallet.Entry, error) {
	var row walletEntryRow
	err := w.sel(ctx).Model(&row).
		Where("account = ? AND source_type = ? AND source_id = ?", account, src.Type, src.ID).Scan(ctx)
	if err != nil {
		return nil, one(err)
	}
	e := walletEntryFromRow(&row)
	return &e, nil
}

// walletNet is wallet.Entry.Net.
const walletNet = "CASE WHEN balance <> 0 THEN balance ELSE frozen END"

func (w wallets) Logs(ctx context.Context, account mall.ID, f wallet.Filter, p mall.Page) (mall.Slice[wallet.Entry], error) {
	var rows []walletEntryRow
	q := w.sel(ctx).Model(&rows).Where("account = ? AND kind >= 0", account)
	if f.Out != nil && *f.Out {
		q = q.Where(walletNet + " < 0")
	} else if f.Out != nil {
		q = q.Where(walletNet + " >= 0")
	}
	if f.Kinds != nil {
		q = q.Where("kind IN (?)", bun.List(f.Kinds))
	}
	if f.Order != 0 {
		q = q.Where("order_id = ?", f.Order)
	}
	if !f.From.IsZero() {
		q = q.Where("at >= ?", *millis(f.From))
	}
	if !f.Till.IsZero() {
		q = q.Where("at < ?", *millis(f.Till))
	}
	total, err := q.Order("id DESC").Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	list := mall.Slice[wallet.Entry]{Items: make([]wallet.Entry, len(rows)), Total: total}
	for i := range rows {
		list.Items[i] = walletEntryFromRow(&rows[i])
	}
	return list, err
}

func (w wallets) Each(ctx context.Context, account, after mall.ID, limit int64) ([]wallet.Entry, error) {
	return each(ctx, w.sel(ctx).Where("account = ? AND kind >= 0", account), after, limit, walletEntryFromRow)
}

func (w wallets) Sum(ctx context.Context, account mall.ID) (balance, frozen mall.Money, err error) {
	err = w.sel(ctx).Model((*walletEntryRow)(nil)).
		ColumnExpr("CAST(COALESCE(SUM(balance), 0) AS BIGINT), CAST(COALESCE(SUM(frozen), 0) AS BIGINT)").
		Where("account = ?", account).Scan(ctx, &balance, &frozen)
	return balance, frozen, err
}

func (w wallets) Gifts(ctx context.Context, account mall.ID) (mall.Money, error) {
	// least is the lowest that the wallet ever stood without gifts, and without
	// what came back: below 0 it had to spend gifts.
	var gifts, back, least int64
	err := w.rawRead(ctx, `SELECT CAST(COALESCE(SUM(gift), 0) AS BIGINT), CAST(COALESCE(SUM(back), 0) AS BIGINT), CAST(COALESCE(MIN(own), 0) AS BIGINT) FROM (
		SELECT gift, back, SUM(balance + frozen - gift - back) OVER (ORDER BY id) AS own FROM (
			SELECT id, balance, frozen, CASE WHEN kind = ? THEN balance ELSE 0 END AS gift, CASE WHEN kind IN (?, ?) THEN balance ELSE 0 END AS back
			FROM ?(ns)wallet_entries WHERE account = ?) AS e) AS s`,
		payment.KindGift, payment.KindRefund, payment.KindDepositBack, account).Scan(ctx, &gifts, &back, &least)
	return mall.Money(max(gifts+min(least+back, 0), 0)), err
}

func (w wallets) Redact(ctx context.Context, account mall.ID) error {
	if _, err := w.upd(ctx).Model((*walletEntryRow)(nil)).Set("remark = ''").
		Where("account = ? AND remark <> ''", account).Exec(ctx); err != nil {
		return err
	}
	_, err := w.del(ctx).Model((*walletPasswordRow)(nil)).Where("account = ?", account).Exec(ctx)
	return err
}

func (w wallets) Password(ctx context.Context, account mall.ID) (string, error) {
	var row walletPasswordRow
	err := w.sel(ctx).Model(&row).Where("account = ?", account).Scan(ctx)
	return row.Hash, one(err)
}

func (w wallets) SetPassword(ctx context.Context, account mall.ID, hash string, at time.Time) (bool, error) {
	row := &walletPasswordRow{Account: int64(account), Hash: hash, UpdatedAt: at.UnixMilli()}
	return hit(w.ins(ctx).Model(row).On("CONFLICT (account) DO NOTHING").Returning("NULL").Exec(ctx))
}

func (w wallets) ReplacePassword(ctx context.Context, account mall.ID, old, hash string, at time.Time) (bool, error) {
	return hit(w.upd(ctx).Model((*walletPasswordRow)(nil)).
		Set("hash = ?", hash).Set("tries = 0").Set("updated_at = ?", at.UnixMilli()).
		Where("account = ? AND hash = ?", account, old).Exec(ctx))
}

func (w wallets) PutPassword(ctx context.Context, account mall.ID, hash string, at time.Time) error {
	row := &walletPasswordRow{Account: int64(account), Hash: hash, UpdatedAt: at.UnixMilli()}
	_, err := w.ins(ctx).Model(row).On("CONFLICT (account) DO UPDATE").Set("hash = EXCLUDED.hash").
		Set("tries = 0").Set("tries_until = 0").Set("updated_at = EXCLUDED.updated_at").Returning("NULL").Exec(ctx)
	return err
}

func (w wallets) TakeTry(ctx context.Context, account mall.ID, most int, now, until time.Time) (tries int, ok bool, err error) {
	at := now.UnixMilli()
	err = w.upd(ctx).Model((*walletPasswordRow)(nil)).
		Set("tries = CASE WHEN tries_until <= ? THEN 1 ELSE tries + 1 END", at).Set("tries_until = ?", until.UnixMilli()).
		Where("account = ? AND (tries < ? OR tries_until <= ?)", account, most, at).
		Returning("tries").Scan(ctx, &tries)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return tries, err == nil, err
}

func (w wallets) LockedUntil(ctx context.Context, account mall.ID) (time.Time, error) {
	var row walletPasswordRow
	err := w.sel(ctx).Model(&row).Where("account = ?", account).Scan(ctx)
	return moment(&row.Until), one(err)
}

func (w wallets) ForgetTries(ctx context.Context, account mall.ID) error {
	_, err := w.upd(ctx).Model((*walletPasswordRow)(nil)).Set("tries = 0").Where("account = ?", account).Exec(ctx)
	return err
}

func (w wallets) Rules(ctx context.Context) ([]wallet.Rule, error) {
	var rows []rechargeRuleRow
	err := w.sel(ctx).Model(&rows).Order("confine", "id").Limit(mall.MaxLimit).Scan(ctx)
	rules := make([]wallet.Rule, len(rows))
	for i := range rows {
		rules[i] = rechargeRuleFromRow(&rows[i])
	}
	return rules, err
}

func (w wallets) SaveRule(ctx context.Context, r *wallet.Rule) error {
	row := rechargeRuleToRow(r)
	if r.ID == 0 {
		_, err := w.ins(ctx).Model(row).Returning("id").Exec(ctx)
		r.ID = mall.ID(row.ID)
		return err
	}
	ok, err := hit(w.upd(ctx).Model(row).ExcludeColumn("id").WherePK().Exec(ctx))
	if err == nil && !ok {
		return mall.ErrNotFound
	}
	return err
}

func (w wallets) DeleteRule(ctx context.Context, id mall.ID) (bool, error) {
	return hit(w.del(ctx).Model((*rechargeRuleRow)(nil)).Where("id = ?", id).Exec(ctx))
}

package bunrepo

import (
	"context"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/membership"
)

// Memberships is the repository of memberships that are sold.
func (s *Store) Memberships() membership.Repository { return memberships{s} }

type memberships struct{ *Store }

func (m memberships) Prices(ctx context.Context, level mall.ID, limit int) ([]membership.Price, error) {
	var rows []levelPriceRow
	err := m.sel(ctx).Model(&rows).Where("level_id = ?", level).Order("amount", "id").Limit(int64(limit)).Scan(ctx)
	list := make([]membership.Price, len(rows))
	for i := range rows {
		list[i] = levelPriceFromRow(&rows[i])
	}
	return list, err
}

func (m memberships) Price(ctx context.Context, id mall.ID) (*membership.Price, error) {
	var row levelPriceRow
	if err := one(m.sel(ctx).Model(&row).Where("id = ?", id).Scan(ctx)); err != nil {
		return nil, err
	}
	p := levelPriceFromRow(&row)
	return &p, nil
}

func (m memberships) InsertPrice(ctx context.Context, p *membership.Price) error {
	row := levelPriceToRow(p)
	_, err := m.ins(ctx).Model(row).ExcludeColumn("id").Returning("id").Exec(ctx)
	p.ID = mall.ID(row.ID)
	return err
}

func (m memberships) DeletePrice(ctx context.Context, id mall.ID) (bool, error) {
	return hit(m.del(ctx).Model((*levelPriceRow)(nil)).Where("id = ?", id).Exec(ctx))
}

func (m memberships) DeletePrices(ctx context.Context, level mall.ID) error {
	_, err := m.del(ctx).Model((*levelPriceRow)(nil)).Where("level_id = ?", level).Exec(ctx)
	return err
}

func (m memberships) Sell(ctx context.Context, id mall.ID) (bool, error) {
	return hit(m.upd(ctx).Model((*levelPriceRow)(nil)).Set("sold = sold + 1").Where("id = ?", id).Exec(ctx))
}

func (m memberships) Draft(ctx context.Context, p *membership.Purchase) error {
	row := levelPurchaseToRow(p)
	found, err := m.redraft(ctx, row)
	if err == nil && !found {
		found, err = hit(m.ins(ctx).Model(row).ExcludeColumn("id").On("CONFLICT DO NOTHING").Returning("id").Exec(ctx))
	}
	if err == nil && !found {
		err = mall.ErrConflict
	}
	p.ID, p.Number, p.Created = mall.ID(row.ID), row.Number, moment(&row.CreatedAt)
	return err
}

// redraft writes the wishes of a purchase into the account's draft of the same
// price; false when there is none.
func (m memberships) redraft(ctx context.Context, row *levelPurchaseRow) (bool, error) {
	return hit(m.upd(ctx).Model(row).Set("renew = ?", row.Renew).Set("remark = ?", row.Remark).Set("listed_at = ?", row.ListedAt).
		Where("account_id = ? AND price_id = ? AND state = ?", row.AccountID, row.PriceID, membership.Unpaid).
		Returning("id, number, created_at").Exec(ctx))
}

func (m memberships) Get(ctx context.Context, id mall.ID) (*membership.Purchase, error) {
	var row levelPurchaseRow
	if err := one(m.sel(ctx).Model(&row).Where("id = ?", id).Scan(ctx)); err != nil {
		return nil, err
	}
	p := levelPurchaseFromRow(&row)
	return &p, nil
}

func (m memberships) List(ctx context.Context, f membership.Filter, p mall.Page) (mall.Slice[membership.Purchase], error) {
	var rows []levelPurchaseRow
	q := m.sel(ctx).Model(&rows)
	if f.Account != 0 {
		q = q.Where("account_id = ?", f.Account)
	}
	if f.Level != 0 {
		q = q.Where("level_id = ?", f.Level)
	}
	if f.States != nil {
		q = q.Where("state IN (?)", bun.List(f.States))
	}
	total, err := q.Order("listed_at DESC", "id DESC").Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	list := mall.Slice[membership.Purchase]{Items: make([]membership.Purchase, len(rows)), Total: total}
	for i := range rows {
		list.Items[i] = levelPurchaseFromRow(&rows[i])
	}
	return list, err
}

func (m memberships) Each(ctx context.Context, account, after mall.ID, limit int64) ([]membership.Purchase, error) {
	return each(ctx, m.sel(ctx).Where("account_id = ?", account), after, limit, levelPurchaseFromRow)
}

func (m memberships) Tried(ctx context.Context, account, level mall.ID) (bool, error) {
	return m.sel(ctx).Model((*levelPurchaseRow)(nil)).
		Where("account_id = ? AND level_id = ? AND amount = 0 AND state <> ?", account, level, membership.Unpaid).Exists(ctx)
}

func (m memberships) Pay(ctx context.Context, id mall.ID, at time.Time) (bool, error) {
	return hit(m.upd(ctx).Model((*levelPurchaseRow)(nil)).Set("state = ?", membership.Paid).Set("paid_at = ?", at.UnixMilli()).Set("listed_at = ?", at.UnixMilli()).
		Where("id = ? AND state = ?", id, membership.Unpaid).Exec(ctx))
}

func (m memberships) Refund(ctx context.Context, id, by mall.ID, amount mall.Money, at time.Time) (bool, error) {
	return hit(m.upd(ctx).Model((*levelPurchaseRow)(nil)).Set("state = ?", membership.Refunded).Set("refunded = ?", amount).
		Set("by_account = ?", by).Set("ended_at = ?", at.UnixMilli()).
		Where("id = ? AND state = ? AND amount >= ?", id, membership.Paid, amount).Exec(ctx))
}

func (m memberships) Forget(ctx context.Context, before time.Time, limit int) (int, error) {
	n, err := count(m.del(ctx).Model((*levelPurchaseRow)(nil)).
		Where("id IN (SELECT o.id FROM ?(ns)level_purchases AS o WHERE o.state = ? AND o.listed_at < ? ORDER BY o.listed_at LIMIT ?)",
			membership.Unpaid, before.UnixMilli(), limit).Exec(ctx))
	return int(n), err
}

func (m memberships) Redact(ctx context.Context, account mall.ID) error {
	_, err := m.upd(ctx).Model((*levelPurchaseRow)(nil)).Set("remark = ''").Where("account_id = ?", account).Exec(ctx)
	return err
}

func (m memberships) Renewal(ctx context.Context, account mall.ID) (*membership.Renewal, error) {
	var row levelRenewalRow
	err := one(m.sel(ctx).Model(&row).Where("account_id = ?", account).Scan(ctx))
	if errors.Is(err, mall.ErrNotFound) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	r := levelRenewalFromRow(&row)
	return &r, nil
}

func (m memberships) Agree(ctx context.Context, r membership.Renewal) error {
	row := &levelRenewalRow{AccountID: int64(r.Account), LevelID: int64(r.Level), PriceID: int64(r.Price), DueAt: r.Due.UnixMilli()}
	q := m.ins(ctx).Model(row).ExcludeColumn("id").On("CONFLICT (account_id) DO UPDATE")
	for _, c := range []string{"level_id", "price_id", "due_at", "leased_until"} {
		q = q.Set("? = EXCLUDED.?", bun.Ident(c), bun.Ident(c))
	}
	_, err := q.Returning("NULL").Exec(ctx)
	return err
}

func (m memberships) End(ctx context.Context, account mall.ID) (bool, error) {
	return hit(m.del(ctx).Model((*levelRenewalRow)(nil)).Where("account_id = ?", account).Exec(ctx))
}

func (m memberships) Claim(ctx context.Context, now, lease time.Time, limit int) ([]membership.Renewal, error) {
	ids, err := m.claim(ctx, "level_renewals", "due_at > 0", "due_at", now, lease, limit)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	var rows []levelRenewalRow
	if err := m.sel(ctx).Model(&rows).Where("id IN (?)", bun.List(ids)).Order("due_at", "id").Scan(ctx); err != nil {
		return nil, err
	}
	list := make([]membership.Renewal, len(rows))
	for i := range rows {
		list[i] = levelRenewalFromRow(&rows[i])
	}
	return list, nil
}

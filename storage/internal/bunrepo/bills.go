package bunrepo

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/bill"
)

// Bills is the repository of bills paid on the spot and of their discount rules.
func (s *Store) Bills() bill.Repository { return bills{s} }

type bills struct{ *Store }

type billRow struct {
	bun.BaseModel `bun:"table:?(ns)bills,alias:b"`

	ID        int64 `bun:"id,pk,autoincrement"`
	Account   int64 `bun:"account"`
	PaymentID int64 `bun:"payment_id"`
	Amount    int64 `bun:"amount"`
	Discount  int64 `bun:"discount"`
	PaidAt    int64 `bun:"paid_at"`
}

func billFromRow(r *billRow) bill.Bill {
	return bill.Bill{ID: mall.ID(r.ID), Account: mall.ID(r.Account), Payment: mall.ID(r.PaymentID),
		Amount: mall.Money(r.Amount), Discount: mall.Money(r.Discount), Paid: moment(&r.PaidAt)}
}

type billRuleRow struct {
	bun.BaseModel `bun:"table:?(ns)bill_rules,alias:r"`

	ID       int64 `bun:"id,pk,autoincrement"`
	Consume  int64 `bun:"consume"`
	Discount int64 `bun:"discount"`
	Repeats  bool  `bun:"repeats"`
}

func (b bills) Insert(ctx context.Context, x *bill.Bill) error {
	row := &billRow{Account: int64(x.Account), PaymentID: int64(x.Payment), Amount: int64(x.Amount), Discount: int64(x.Discount), PaidAt: x.Paid.UnixMilli()}
	err := b.ins(ctx).Model(row).On("CONFLICT (payment_id) DO NOTHING").Returning("id").Scan(ctx, &row.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return mall.ErrConflict
	}
	x.ID = mall.ID(row.ID)
	return err
}

func (b bills) List(ctx context.Context, account mall.ID, p mall.Page) (mall.Slice[bill.Bill], error) {
	var rows []billRow
	q := b.sel(ctx).Model(&rows)
	if account != 0 {
		q = q.Where("account = ?", account)
	}
	total, err := q.Order("id DESC").Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	list := mall.Slice[bill.Bill]{Items: make([]bill.Bill, len(rows)), Total: total}
	for i := range rows {
		list.Items[i] = billFromRow(&rows[i])
	}
	return list, err
}

func (b bills) Each(ctx context.Context, account, after mall.ID, limit int64) ([]bill.Bill, error) {
	return each(ctx, b.sel(ctx).Where("account = ?", account), after, limit, billFromRow)
}

func (b bills) Rules(ctx context.Context) ([]bill.Rule, error) {
	var rows []billRuleRow
	err := b.sel(ctx).Model(&rows).Order("consume", "id").Limit(mall.MaxLimit).Scan(ctx)
	rules := make([]bill.Rule, len(rows))
	for i, r := range rows {
		rules[i] = bill.Rule{ID: mall.ID(r.ID), Consume: mall.Money(r.Consume), Discount: mall.Money(r.Discount), Loop: r.Repeats}
	}
	return rules, err
}

func (b bills) SaveRule(ctx context.Context, r *bill.Rule) error {
	row := &billRuleRow{ID: int64(r.ID), Consume: int64(r.Consume), Discount: int64(r.Discount), Repeats: r.Loop}
	if r.ID == 0 {
		_, err := b.ins(ctx).Model(row).Returning("id").Exec(ctx)
		r.ID = mall.ID(row.ID)
		return err
	}
	ok, err := hit(b.upd(ctx).Model(row).ExcludeColumn("id").WherePK().Exec(ctx))
	if err == nil && !ok {
		return mall.ErrNotFound
	}
	return err
}

func (b bills) DeleteRule(ctx context.Context, id mall.ID) (bool, error) {
	return hit(b.del(ctx).Model((*billRuleRow)(nil)).Where("id = ?", id).Exec(ctx))
}

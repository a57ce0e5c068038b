package bunrepo

import (
	"context"
	"database/sql"
	"errors"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/points"
)

// Points is the repository of points and growth.
func (s *Store) Points() points.Repository { return pointAccounts{s} }

type pointAccounts struct{ *Store }

type pointAccountRow struct {
	bun.BaseModel `bun:"table:?(ns)point_accounts,alias:a"`

	Account  int64  `bun:"account,pk"`
	Currency string `bun:"currency,pk"`
	Amount   int64  `bun:"amount"`
	Earned   int64  `bun:"earned"`
}

type pointEntryRow struct {
	bun.BaseModel `bun:"table:?(ns)point_entries,alias:e"`

	ID         int64  `bun:"id,pk,autoincrement"`
	Account    int64  `bun:"account"`
	Currency   string `bun:"currency"`
	Kind       int    `bun:"kind"`
	Change     int64  `bun:"change"`
	Left       int64  `bun:"amount_left"`
	SourceType string `bun:"source_type"`
	SourceID   int64  `bun:"source_id"`
	OrderID    int64  `bun:"order_id"`
	Remark     string `bun:"remark"`
	At         int64  `bun:"at"`
}

func pointEntryToRow(e *points.Entry) *pointEntryRow {
	return &pointEntryRow{Account: int64(e.Account), Currency: string(e.Currency), Kind: int(e.Kind), Change: e.Change, Left: e.Left,
		SourceType: e.Source.Type, SourceID: int64(e.Source.ID), OrderID: int64(e.Order), Remark: e.Remark, At: e.At.UnixMilli()}
}

func pointEntryFromRow(r *pointEntryRow) points.Entry {
	return points.Entry{ID: mall.ID(r.ID), Account: mall.ID(r.Account), Currency: points.Currency(r.Currency), Kind: points.Kind(r.Kind),
		Change: r.Change, Left: r.Left, Source: points.Source{Type: r.SourceType, ID: mall.ID(r.SourceID)}, Order: mall.ID(r.OrderID),
		Remark: r.Remark, At: moment(&r.At)}
}

type pointRuleRow struct {
	bun.BaseModel `bun:"table:?(ns)point_rules,alias:r"`

	ID      int64 `bun:"id,pk,autoincrement"`
	Score   int64 `bun:"score"`
	Money   int64 `bun:"money"`
	Repeats bool  `bun:"repeats"`
}

func (a pointAccounts) Get(ctx context.Context, account mall.ID) (points.Amounts, error) {
	var rows []pointAccountRow
	err := a.sel(ctx).Model(&rows).Where("account = ?", account).Scan(ctx)
	var out points.Amounts
	for _, r := range rows {
		switch points.Currency(r.Currency) {
		case points.Points:
			out.Points, out.Total = r.Amount, r.Earned
		case points.Growth:
			out.Growth = r.Amount
		}
	}
	return out, err
}

func (a pointAccounts) Change(ctx context.Context, account mall.ID, c points.Currency, change, earned int64, guard bool) (int64, bool, error) {
	row := &pointAccountRow{Account: int64(account), Currency: string(c), Amount: change, Earned: earned}
	var err error
	if guard {
		err = a.upd(ctx).Model((*pointAccountRow)(nil)).
			Set("amount = amount + ?", change).Set("earned = earned + ?", earned).
			Where("account = ? AND currency = ? AND amount + ? >= 0", account, c, change).
			Returning("*").Scan(ctx, row)
	} else {
		err = a.ins(ctx).Model(row).On("CONFLICT (account, currency) DO UPDATE").
			Set("amount = a.amount + EXCLUDED.amount").Set("earned = a.earned + EXCLUDED.earned").
			Returning("*").Scan(ctx)
	}
	if errors.Is(err, sql.ErrNoRows) {
		return 0, false, nil
	}
	return row.Amount, err == nil, err
}

func (a pointAccounts) Append(ctx context.Context, e *points.Entry) (bool, error) {
	row := pointEntryToRow(e)
	err := a.ins(ctx).Model(row).On("CONFLICT (account, currency, source_type, source_id) DO NOTHING").Returning("id").Scan(ctx, &row.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	e.ID = mall.ID(row.ID)
	return err == nil, err
}

func (a pointAccounts) FindSource(ctx context.Context, account mall.ID, c points.Currency, src points.Source) (*points.Entry, error) {
	var row pointEntryRow
	err := a.sel(ctx).Model(&row).
		Where("account = ? AND currency = ? AND source_type = ? AND source_id = ?", account, c, src.Type, src.ID).Scan(ctx)
	if err != nil {
		return nil, one(err)
	}
	e := pointEntryFromRow(&row)
	return &e, nil
}

func (a pointAccounts) Logs(ctx context.Context, account mall.ID, c points.Currency, p mall.Page) (mall.Slice[points.Entry], error) {
	var rows []pointEntryRow
	total, err := a.sel(ctx).Model(&rows).Where("account = ? AND currency = ?", account, c).
		Order("id DESC").Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	list := mall.Slice[points.Entry]{Items: make([]points.Entry, len(rows)), Total: total}
	for i := range rows {
		list.Items[i] = pointEntryFromRow(&rows[i])
	}
	return list, err
}

func (a pointAccounts) Each(ctx context.Context, account mall.ID, c points.Currency, after mall.ID, limit int64) ([]points.Entry, error) {
	return each(ctx, a.sel(ctx).Where("account = ? AND currency = ?", account, c), after, limit, pointEntryFromRow)
}

func (a pointAccounts) Sum(ctx context.Context, account mall.ID, c points.Currency) (int64, error) {
	var sum int64
	err := a.sel(ctx).Model((*pointEntryRow)(nil)).ColumnExpr("CAST(COALESCE(SUM(change), 0) AS BIGINT)").
		Where("account = ? AND currency = ?", account, c).Scan(ctx, &sum)
	return sum, err
}

func (a pointAccounts) Redact(ctx context.Context, account mall.ID) error {
	_, err := a.upd(ctx).Model((*pointEntryRow)(nil)).Set("remark = ''").
		Where("account = ? AND remark <> ''", account).Exec(ctx)
	return err
}

func (a pointAccounts) Rules(ctx context.Context) ([]points.Rule, error) {
	var rows []pointRuleRow
	err := a.sel(ctx).Model(&rows).Order("score", "id").Limit(mall.MaxLimit).Scan(ctx)
	rules := make([]points.Rule, len(rows))
	for i, r := range rows {
		rules[i] = points.Rule{ID: mall.ID(r.ID), Score: r.Score, Money: mall.Money(r.Money), Loop: r.Repeats}
	}
	return rules, err
}

func (a pointAccounts) SaveRule(ctx context.Context, r *points.Rule) error {
	row := &pointRuleRow{ID: int64(r.ID), Score: r.Score, Money: int64(r.Money), Repeats: r.Loop}
	if r.ID == 0 {
		_, err := a.ins(ctx).Model(row).Returning("id").Exec(ctx)
		r.ID = mall.ID(row.ID)
		return err
	}
	ok, err := hit(a.upd(ctx).Model(row).ExcludeColumn("id").WherePK().Exec(ctx))
	if err == nil && !ok {
		return mall.ErrNotFound
	}
	return err
}

func (a pointAccounts) DeleteRule(ctx context.Context, id mall.ID) (bool, error) {
	return hit(a.del(ctx).Model((*pointRuleRow)(nil)).Where("id = ?", id).Exec(ctx))
}

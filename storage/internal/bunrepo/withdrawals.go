package bunrepo

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/wallet/withdraw"
)

// Withdrawals is the repository of withdrawals.
func (s *Store) Withdrawals() withdraw.Repository { return withdrawals{s} }

type withdrawals struct{ *Store }

type withdrawalRow struct {
	bun.BaseModel `bun:"table:?(ns)withdrawals,alias:w"`

	ID        int64  `bun:"id,pk,autoincrement"`
	Number    string `bun:"number"`
	Account   int64  `bun:"account"`
	Amount    int64  `bun:"amount"`
	Fee       int64  `bun:"fee"`
	Name      string `bun:"name"`
	State     string `bun:"state"`
	Reason    string `bun:"reason"`
	ByAccount int64  `bun:"by_account"`
	Face      string `bun:"face"`
	CreatedAt int64  `bun:"created_at"`
	DecidedAt *int64 `bun:"decided_at"`
}

func withdrawalToRow(w *withdraw.Withdrawal) *withdrawalRow {
	return &withdrawalRow{ID: int64(w.ID), Number: w.Number, Account: int64(w.Account), Amount: int64(w.Amount), Fee: int64(w.Fee), Name: w.Name,
		State: string(w.State), Reason: w.Reason, ByAccount: int64(w.By), Face: string(w.Face), CreatedAt: w.Created.UnixMilli(), DecidedAt: millis(w.Decided)}
}

func withdrawalFromRow(r *withdrawalRow) withdraw.Withdrawal {
	return withdraw.Withdrawal{ID: mall.ID(r.ID), Number: r.Number, Account: mall.ID(r.Account), Amount: mall.Money(r.Amount), Fee: mall.Money(r.Fee),
		Name: r.Name, State: withdraw.State(r.State), Reason: r.Reason, By: mall.ID(r.ByAccount), Face: mall.Face(r.Face),
		Created: moment(&r.CreatedAt), Decided: moment(r.DecidedAt)}
}

func (w withdrawals) Insert(ctx context.Context, x *withdraw.Withdrawal) error {
	row := withdrawalToRow(x)
	err := w.ins(ctx).Model(row).On("CONFLICT DO NOTHING").Returning("id").Scan(ctx, &row.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return mall.ErrConflict
	}
	x.ID = mall.ID(row.ID)
	return err
}

func (w withdrawals) Get(ctx context.Context, id mall.ID) (*withdraw.Withdrawal, error) {
	return w.find(ctx, "id = ?", id)
}

func (w withdrawals) ByNumber(ctx context.Context, number string) (*withdraw.Withdrawal, error) {
	return w.find(ctx, "number = ?", number)
}

func (w withdrawals) find(ctx context.Context, where string, arg any) (*withdraw.Withdrawal, error) {
	var row withdrawalRow
	if err := w.sel(ctx).Model(&row).Where(where, arg).Scan(ctx); err != nil {
		return nil, one(err)
	}
	x := withdrawalFromRow(&row)
	return &x, nil
}

func (w withdrawals) List(ctx context.Context, f withdraw.Filter, p mall.Page) (mall.Slice[withdraw.Withdrawal], error) {
	var rows []withdrawalRow
	q := w.sel(ctx).Model(&rows)
	if f.Account != 0 {
		q = q.Where("account = ?", f.Account)
	}
	if f.States != nil {
		q = q.Where("state IN (?)", bun.List(f.States))
	}
	total, err := q.Order("id DESC").Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	list := mall.Slice[withdraw.Withdrawal]{Items: make([]withdraw.Withdrawal, len(rows)), Total: total}
	for i := range rows {
		list.Items[i] = withdrawalFromRow(&rows[i])
	}
	return list, err
}

func (w withdrawals) Each(ctx context.Context, account, after mall.ID, limit int64) ([]withdraw.Withdrawal, error) {
	return each(ctx, w.sel(ctx).Where("account = ?", account), after, limit, withdrawalFromRow)
}

func (w withdrawals) Decide(ctx context.Context, id mall.ID, to withdraw.State, by mall.ID, reason string, at time.Time) (bool, error) {
	return hit(w.upd(ctx).Model((*withdrawalRow)(nil)).Set("state = ?", to).Set("by_account = ?", by).
		Set("reason = ?", reason).Set("decided_at = ?", at.UnixMilli()).
		Where("id = ? AND state = ?", id, withdraw.Asked).Exec(ctx))
}

func (w withdrawals) Redact(ctx context.Context, account mall.ID) error {
	_, err := w.upd(ctx).Model((*withdrawalRow)(nil)).Set("name = ''").Set("reason = ''").Where("account = ?", account).Exec(ctx)
	return err
}

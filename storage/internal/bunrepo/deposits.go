package bunrepo

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/deposit"
)

// Deposits is the repository of deposits.
func (s *Store) Deposits() deposit.Repository { return deposits{s} }

type deposits struct{ *Store }

type depositRow struct {
	bun.BaseModel `bun:"table:?(ns)deposits,alias:d"`

	ID        int64             `bun:"id,pk,autoincrement"`
	Number    string            `bun:"number"`
	Account   int64             `bun:"account"`
	Amount    int64             `bun:"amount"`
	RefCode   string            `bun:"ref_code"`
	Remark    string            `bun:"remark"`
	Ext       map[string]string `bun:"ext,type:text"`
	State     string            `bun:"state"`
	Returned  int64             `bun:"returned"`
	Reason    string            `bun:"reason"`
	ByAccount int64             `bun:"by_account"`
	CreatedAt int64             `bun:"created_at"`
	PaidAt    *int64            `bun:"paid_at"`
	DecidedAt *int64            `bun:"decided_at"`
	DoneAt    *int64            `bun:"done_at"`
}

func depositToRow(d *deposit.Deposit) *depositRow {
	return &depositRow{ID: int64(d.ID), Number: d.Number, Account: int64(d.Account), Amount: int64(d.Amount), RefCode: d.RefCode, Remark: d.Remark,
		Ext: filledMap(d.Ext), State: string(d.State), Returned: int64(d.Returned), Reason: d.Reason, ByAccount: int64(d.By),
		CreatedAt: d.Created.UnixMilli(), PaidAt: millis(d.Paid), DecidedAt: millis(d.Decided), DoneAt: millis(d.Done)}
}

func depositFromRow(r *depositRow) deposit.Deposit {
	return deposit.Deposit{ID: mall.ID(r.ID), Number: r.Number, Account: mall.ID(r.Account),
		Terms: deposit.Terms{Amount: mall.Money(r.Amount), RefCode: r.RefCode, Remark: r.Remark, Ext: r.Ext},
		State: deposit.State(r.State), Returned: mall.Money(r.Returned), Reason: r.Reason, By: mall.ID(r.ByAccount),
		Created: moment(&r.CreatedAt), Paid: moment(r.PaidAt), Decided: moment(r.DecidedAt), Done: moment(r.DoneAt)}
}

func (d deposits) Insert(ctx context.Context, x *deposit.Deposit) error {
	row := depositToRow(x)
	err := d.ins(ctx).Model(row).On("CONFLICT DO NOTHING").Returning("id").Scan(ctx, &row.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return mall.ErrConflict
	}
	x.ID = mall.ID(row.ID)
	return err
}

func (d deposits) Get(ctx context.Context, id mall.ID) (*deposit.Deposit, error) {
	var row depositRow
	if err := d.sel(ctx).Model(&row).Where("id = ?", id).Scan(ctx); err != nil {
		return nil, one(err)
	}
	x := depositFromRow(&row)
	return &x, nil
}

func (d deposits) List(ctx context.Context, f deposit.Filter, p mall.Page) (mall.Slice[deposit.Deposit], error) {
	var rows []depositRow
	q := d.sel(ctx).Model(&rows)
	if f.Account != 0 {
		q = q.Where("account = ?", f.Account)
	}
	if f.States != nil {
		q = q.Where("state IN (?)", bun.List(f.States))
	}
	if f.Amount != 0 {
		q = q.Where("amount = ?", f.Amount)
	}
	total, err := q.Order("id DESC").Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	list := mall.Slice[deposit.Deposit]{Items: make([]deposit.Deposit, len(rows)), Total: total}
	for i := range rows {
		list.Items[i] = depositFromRow(&rows[i])
	}
	return list, err
}

func (d deposits) Each(ctx context.Context, account, after mall.ID, limit int64) ([]deposit.Deposit, error) {
	return each(ctx, d.sel(ctx).Where("account = ?", account), after, limit, depositFromRow)
}

// move is a compare-and-set of the state from one of several.
func (d deposits) move(ctx context.Context, id mall.ID, to deposit.State, from ...deposit.State) *bun.UpdateQuery {
	return d.upd(ctx).Model((*depositRow)(nil)).Set("state = ?", to).Where("id = ? AND state IN (?)", id, bun.List(from))
}

func (d deposits) Pay(ctx context.Context, id mall.ID, at time.Time) (bool, error) {
	return hit(d.move(ctx, id, deposit.Paid, deposit.Unpaid).Set("paid_at = ?", at.UnixMilli()).Exec(ctx))
}

func (d deposits) Ask(ctx context.Context, id mall.ID) (bool, error) {
	return hit(d.move(ctx, id, deposit.Asked, deposit.Paid).Exec(ctx))
}

func (d deposits) Refuse(ctx context.Context, id, by mall.ID, reason string, at time.Time) (bool, error) {
	return hit(d.move(ctx, id, deposit.Paid, deposit.Asked).Set("by_account = ?", by).Set("reason = ?", reason).
		Set("decided_at = ?", at.UnixMilli()).Exec(ctx))
}

func (d deposits) Return(ctx context.Context, id, by mall.ID, amount mall.Money, at time.Time) (bool, error) {
	return hit(d.move(ctx, id, deposit.Returning, deposit.Paid, deposit.Asked).Set("returned = ?", amount).Set("by_account = ?", by).
		Set("decided_at = ?", at.UnixMilli()).Where("amount >= ?", amount).Exec(ctx))
}

func (d deposits) Finish(ctx context.Context, id mall.ID, at time.Time) (bool, error) {
	return hit(d.move(ctx, id, deposit.Returned, deposit.Returning).Set("done_at = ?", at.UnixMilli()).Exec(ctx))
}

func (d deposits) Redact(ctx context.Context, account mall.ID) error {
	_, err := d.upd(ctx).Model((*depositRow)(nil)).Set("ref_code = ''").Set("remark = ''").Set("ext = '{}'").Set("reason = ''").
		Where("account = ?", account).Exec(ctx)
	return err
}

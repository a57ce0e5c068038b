package bunrepo

import (
	"context"
	"database/sql"
	"errors"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order/invoice"
)

// Invoices is the repository of invoices.
func (s *Store) Invoices() invoice.Repository { return invoices{s} }

type invoices struct{ *Store }

type invoiceRow struct {
	bun.BaseModel `bun:"table:?(ns)invoices,alias:i"`

	ID          int64             `bun:"id,pk,autoincrement"`
	Account     int64             `bun:"account"`
	OrderID     int64             `bun:"order_id"`
	Amount      int64             `bun:"amount"`
	Title       string            `bun:"title"`
	TaxNumber   string            `bun:"tax_number"`
	Consumption string            `bun:"consumption"`
	Remark      string            `bun:"remark"`
	Mail        string            `bun:"mail"`
	Ext         map[string]string `bun:"ext,type:text"`
	State       string            `bun:"state"`
	File        string            `bun:"file"`
	Reason      string            `bun:"reason"`
	ByAccount   int64             `bun:"by_account"`
	CreatedAt   int64             `bun:"created_at"`
	DecidedAt   *int64            `bun:"decided_at"`
}

func invoiceToRow(i *invoice.Invoice) *invoiceRow {
	return &invoiceRow{ID: int64(i.ID), Account: int64(i.Account), OrderID: int64(i.Order), Amount: int64(i.Amount), Title: i.Title, TaxNumber: i.TaxNumber,
		Consumption: i.For, Remark: i.Remark, Mail: i.Mail, Ext: filledMap(i.Ext), State: string(i.State), File: i.File, Reason: i.Reason,
		ByAccount: int64(i.By), CreatedAt: i.Created.UnixMilli(), DecidedAt: millis(i.Decided)}
}

func invoiceFromRow(r *invoiceRow) invoice.Invoice {
	return invoice.Invoice{ID: mall.ID(r.ID), Account: mall.ID(r.Account),
		Request: invoice.Request{Title: r.Title, TaxNumber: r.TaxNumber, Amount: mall.Money(r.Amount), For: r.Consumption, Remark: r.Remark, Mail: r.Mail,
			Ext: r.Ext, Order: mall.ID(r.OrderID)},
		State: invoice.State(r.State), File: r.File, Reason: r.Reason, By: mall.ID(r.ByAccount), Created: moment(&r.CreatedAt), Decided: moment(r.DecidedAt)}
}

func (i invoices) Insert(ctx context.Context, x *invoice.Invoice) error {
	row := invoiceToRow(x)
	err := i.ins(ctx).Model(row).On("CONFLICT DO NOTHING").Returning("id").Scan(ctx, &row.ID)
	if errors.Is(err, sql.ErrNoRows) {
		return mall.ErrConflict
	}
	x.ID = mall.ID(row.ID)
	return err
}

func (i invoices) Get(ctx context.Context, id mall.ID) (*invoice.Invoice, error) {
	return i.where(ctx, "id = ?", id)
}

func (i invoices) OfOrder(ctx context.Context, order mall.ID) (*invoice.Invoice, error) {
	return i.where(ctx, "order_id = ? AND order_id <> 0 AND state <> 'refused'", order) // as the index invoices_order has it
}

func (i invoices) where(ctx context.Context, condition string, arg any) (*invoice.Invoice, error) {
	var row invoiceRow
	if err := i.sel(ctx).Model(&row).Where(condition, arg).Scan(ctx); err != nil {
		return nil, one(err)
	}
	x := invoiceFromRow(&row)
	return &x, nil
}

func (i invoices) List(ctx context.Context, f invoice.Filter, p mall.Page) (mall.Slice[invoice.Invoice], error) {
	var rows []invoiceRow
	q := i.sel(ctx).Model(&rows)
	if f.Account != 0 {
		q = q.Where("account = ?", f.Account)
	}
	if f.States != nil {
		q = q.Where("state IN (?)", bun.List(f.States))
	}
	total, err := q.Order("id DESC").Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	list := mall.Slice[invoice.Invoice]{Items: make([]invoice.Invoice, len(rows)), Total: total}
	for n := range rows {
		list.Items[n] = invoiceFromRow(&rows[n])
	}
	return list, err
}

func (i invoices) Each(ctx context.Context, account, after mall.ID, limit int64) ([]invoice.Invoice, error) {
	return each(ctx, i.sel(ctx).Where("account = ?", account), after, limit, invoiceFromRow)
}

func (i invoices) Decide(ctx context.Context, id mall.ID, to invoice.State, by mall.ID, file, reason string, at time.Time) (bool, error) {
	return hit(i.upd(ctx).Model((*invoiceRow)(nil)).Set("state = ?", to).Set("by_account = ?", by).Set("file = ?", file).
		Set("reason = ?", reason).Set("decided_at = ?", at.UnixMilli()).
		Where("id = ? AND state IN (?) AND state <> ?", id, bun.List([]invoice.State{invoice.Asked, invoice.Working}), to).Exec(ctx))
}

func (i invoices) Take(ctx context.Context, account mall.ID, amount, most mall.Money) (bool, error) {
	if _, err := i.rawWrite(ctx, "INSERT INTO ?(ns)invoice_sums (account, invoiced) VALUES (?, 0) ON CONFLICT DO NOTHING", account).Exec(ctx); err != nil {
		return false, err
	}
	return hit(i.rawWrite(ctx, "UPDATE ?(ns)invoice_sums SET invoiced = invoiced + ? WHERE account = ? AND invoiced + ? <= ?", amount, account, amount, most).Exec(ctx))
}

func (i invoices) Invoiced(ctx context.Context, account mall.ID) (sum mall.Money, err error) {
	err = i.rawRead(ctx, "SELECT invoiced FROM ?(ns)invoice_sums WHERE account = ?", account).Scan(ctx, &sum)
	if errors.Is(err, sql.ErrNoRows) {
		return 0, nil
	}
	return sum, err
}

func (i invoices) Redact(ctx context.Context, account mall.ID) error {
	q := i.upd(ctx).Model((*invoiceRow)(nil)).Where("account = ?", account).Set("ext = '{}'")
	for _, column := range []string{"title", "tax_number", "consumption", "remark", "mail", "file", "reason"} {
		q = q.Set("? = ''", bun.Ident(column))
	}
	_, err := q.Exec(ctx)
	return err
}

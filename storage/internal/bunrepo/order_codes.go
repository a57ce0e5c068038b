package bunrepo

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

// RedemptionCodes is the repository of redemption codes.
func (s *Store) RedemptionCodes() order.CodeRepository { return orderCodes{s} }

type orderCodes struct{ *Store }

type orderCodeRow struct {
	bun.BaseModel `bun:"table:?(ns)order_codes,alias:c"`

	ID     mall.ID `bun:"id,pk,autoincrement"`
	Order  mall.ID `bun:"order_id"`
	Line   mall.ID `bun:"line_id"`
	Shop   mall.ID `bun:"shop_id"`
	Text   string  `bun:"code"`
	State  string  `bun:"state"`
	UsedBy mall.ID `bun:"used_by"`
	UsedAt *int64  `bun:"used_at"`
	Added  int64   `bun:"created_at"`
}

func orderCodeToRow(c *order.Code) orderCodeRow {
	return orderCodeRow{ID: c.ID, Order: c.Order, Line: c.Line, Shop: c.Shop, Text: c.Text, State: string(c.State),
		UsedBy: c.UsedBy, UsedAt: millis(c.UsedAt), Added: c.Added.UnixMilli()}
}

func orderCodeFromRow(r *orderCodeRow) order.Code {
	return order.Code{ID: r.ID, Order: r.Order, Line: r.Line, Shop: r.Shop, Text: r.Text, State: order.CodeState(r.State),
		UsedBy: r.UsedBy, UsedAt: moment(r.UsedAt), Added: moment(&r.Added)}
}

type orderCodeTryRow struct {
	bun.BaseModel `bun:"table:?(ns)order_code_tries,alias:t"`

	Key    string `bun:"try_key,pk"`
	Window int64  `bun:"window_at,pk"`
	N      int64  `bun:"n"`
}

func (r orderCodes) Insert(ctx context.Context, codes []order.Code) error {
	rows := make([]orderCodeRow, len(codes))
	for i := range codes {
		rows[i] = orderCodeToRow(&codes[i])
	}
	var made []struct {
		ID   mall.ID `bun:"id"`
		Text string  `bun:"code"`
	}
	err := r.ins(ctx).Model(&rows).ExcludeColumn("id").On("CONFLICT DO NOTHING").Returning("id, code").Scan(ctx, &made)
	if err != nil {
		return err
	}
	ids := make(map[string]mall.ID, len(made))
	for _, m := range made {
		ids[m.Text] = m.ID
	}
	for i := range codes {
		// Two equal texts in one call: the first one has got it.
		codes[i].ID = ids[codes[i].Text]
		delete(ids, codes[i].Text)
	}
	return nil
}

func (r orderCodes) Find(ctx context.Context, text string, limit int64) ([]order.Code, error) {
	return r.scan(ctx, r.sel(ctx).Model((*orderCodeRow)(nil)).Where("code = ?", text).
		OrderExpr("CASE WHEN state = 'unused' THEN 0 ELSE 1 END, id DESC").Limit(limit))
}

func (r orderCodes) Of(ctx context.Context, ids []mall.ID) ([]order.Code, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	return r.scan(ctx, r.sel(ctx).Model((*orderCodeRow)(nil)).Where("order_id IN (?)", bun.List(ids)).Order("id"))
}

func (r orderCodes) scan(ctx context.Context, q *bun.SelectQuery) ([]order.Code, error) {
	var rows []orderCodeRow
	err := q.Scan(ctx, &rows)
	cs := make([]order.Code, len(rows))
	for i := range rows {
		cs[i] = orderCodeFromRow(&rows[i])
	}
	return cs, err
}

func (r orderCodes) Use(ctx context.Context, id, by mall.ID, at time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*orderCodeRow)(nil)).Set("state = 'used'").Set("used_by = ?", by).Set("used_at = ?", at.UnixMilli()).
		Where("id = ? AND state = 'unused'", id).Exec(ctx))
}

func (r orderCodes) Void(ctx context.Context, id, line mall.ID, n int64) error {
	some := r.sel(ctx).TableExpr("?(ns)order_codes").Column("id").Where("order_id = ? AND state = 'unused'", id).Order("id").Limit(n)
	if line != 0 {
		some = some.Where("line_id = ?", line)
	}
	_, err := r.upd(ctx).Model((*orderCodeRow)(nil)).Set("state = 'void'").Where("c.id IN (?)", some).Exec(ctx)
	return err
}

func (r orderCodes) Try(ctx context.Context, key string, window time.Time, most int64) (bool, error) {
	return hit(r.ins(ctx).Model(&orderCodeTryRow{Key: key, Window: window.UnixMilli(), N: 1}).
		On("CONFLICT (try_key, window_at) DO UPDATE").Set("n = t.n + 1").Where("t.n < ?", most).Returning("NULL").Exec(ctx))
}

func (r orderCodes) Untry(ctx context.Context, key string, window time.Time) error {
	_, err := r.upd(ctx).Model((*orderCodeTryRow)(nil)).Set("n = n - 1").
		Where("try_key = ? AND window_at = ? AND n > 0", key, window.UnixMilli()).Exec(ctx)
	return err
}

func (r orderCodes) Sweep(ctx context.Context, before time.Time) error {
	_, err := r.del(ctx).Model((*orderCodeTryRow)(nil)).Where("window_at < ?", before.UnixMilli()).Exec(ctx)
	return err
}

package bunrepo

import (
	"cmp"
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/storage/internal/txn"
)

// Orders is the repository of orders with their lines, parcels and logs.
func (s *Store) Orders() order.Repository { return orders{s} }

type orders struct{ *Store }

func (r orders) Insert(ctx context.Context, o *order.Order) (bool, error) {
	ids, err := insertNumbered(ctx, r.Store, []orderRow{*orderToRow(o)}, "ON CONFLICT DO NOTHING")
	if err != nil || len(ids) == 0 {
		return false, err
	}
	o.ID = mall.ID(ids[0])
	if len(o.Lines) == 0 {
		return true, nil
	}
	rows := make([]orderLineRow, len(o.Lines))
	for i := range o.Lines {
		o.Lines[i].Order = o.ID
		rows[i] = *orderLineToRow(&o.Lines[i], i)
	}
	ids, err = insertNumbered(ctx, r.Store, rows, "")
	for i, id := range ids {
		o.Lines[i].ID = mall.ID(id)
	}
	return err == nil, err
}

func (r orders) Get(ctx context.Context, id mall.ID) (*order.Order, error) {
	os, err := r.ByIDs(ctx, []mall.ID{id})
	if err == nil && len(os) == 0 {
		err = mall.ErrNotFound
	}
	if err != nil {
		return nil, err
	}
	return os[0], nil
}

func (r orders) ByIDs(ctx context.Context, ids []mall.ID) ([]*order.Order, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	os := make([]*order.Order, 0, len(ids))
	at := make(map[mall.ID]*order.Order, len(ids))
	heads := read(r.Store, func(row *orderRow) error {
		o := orderFromRow(row)
		os, at[o.ID] = append(os, o), o
		return nil
	}, "SELECT "+selecting[orderRow](r.Store, "o")+" FROM ?(ns)orders AS o WHERE o.id IN ("+marks(len(ids))+") ORDER BY o.id", anys(ids)...)
	return os, r.together(ctx, heads, r.lines(ids, at))
}

func (r orders) scan(ctx context.Context, q *bun.SelectQuery) ([]*order.Order, error) {
	var rows []orderRow
	if err := q.Scan(ctx, &rows); err != nil {
		return nil, err
	}
	os := make([]*order.Order, len(rows))
	for i := range rows {
		os[i] = orderFromRow(&rows[i])
	}
	return os, nil
}

func (r orders) Lines(ctx context.Context, os []*order.Order) error {
	if len(os) == 0 {
		return nil
	}
	at := make(map[mall.ID]*order.Order, len(os))
	ids := make([]mall.ID, len(os))
	for i, o := range os {
		ids[i], at[o.ID], o.Lines = o.ID, o, nil
	}
	return r.together(ctx, r.lines(ids, at))
}

// lines reads the lines of orders to those that are in at.
func (r orders) lines(ids []mall.ID, at map[mall.ID]*order.Order) reading {
	return read(r.Store, func(row *orderLineRow) error {
		if o := at[row.Order]; o != nil {
			o.Lines = append(o.Lines, orderLineFromRow(row))
		}
		return nil
	}, "SELECT "+selecting[orderLineRow](r.Store, "l")+" FROM ?(ns)order_lines AS l WHERE l.order_id IN ("+marks(len(ids))+
		") ORDER BY l.order_id, l.pos", anys(ids)...)
}

func (r orders) FindByNumber(ctx context.Context, number string) (mall.ID, error) {
	return r.find(ctx, "number = ?", number)
}

func (r orders) FindByKey(ctx context.Context, buyer mall.ID, key string) (mall.ID, error) {
	return r.find(ctx, "buyer_id = ? AND idem_key = ? AND idem_key <> ''", buyer, key)
}

func (r orders) find(ctx context.Context, where string, args ...any) (mall.ID, error) {
	ids, err := r.ids(ctx, r.sel(ctx).Model((*orderRow)(nil)).Where(where, args...).Limit(1))
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	return ids[0], nil
}

func (r orders) ids(ctx context.Context, q *bun.SelectQuery) ([]mall.ID, error) {
	var ids []mall.ID
	err := q.Column("o.id").Scan(ctx, &ids)
	return ids, err
}

func (r orders) Children(ctx context.Context, parent mall.ID) ([]mall.ID, error) {
	return r.ids(ctx, r.sel(ctx).Model((*orderRow)(nil)).Where("parent_id = ? AND parent_id <> 0", parent).Order("o.id"))
}

func (r orders) Save(ctx context.Context, o *order.Order) (bool, error) {
	row := orderToRow(o)
	row.Version++
	ok, err := hit(r.upd(ctx).Model(row).
		Column("pay_state", "ful_state", "end_state", "version", "open_claims", "held_open", "freight", "reduced", "freight_cuts",
			"payable", "paid", "refunded", "payment_id", "paid_as", "due_at", "tried_at", "updated_at", "paid_at", "shipped_at",
			"received_at", "ended_at", "hidden_by").
		Where("o.id = ? AND o.version = ?", o.ID, o.Version).Exec(ctx))
	if ok {
		o.Version++
	}
	return ok, err
}

func (r orders) SaveLine(ctx context.Context, l *order.Line) error {
	_, err := r.upd(ctx).Model(orderLineToRow(l, 0)).
		Column("payable", "freight", "reductions", "shipped", "redeemed", "refunded", "refunded_money", "freight_back", "claim_id", "last_claim_id",
			"review_grade", "review_stars", "review_remark", "review_pics", "reviewed_at").
		Where("l.id = ?", l.ID).Exec(txn.Later(ctx))
	return err
}

func (r orders) AddShipment(ctx context.Context, p *order.Shipment) error {
	row := orderShipmentToRow(p)
	err := r.ins(ctx).Model(row).ExcludeColumn("id").Returning("id").Scan(ctx)
	p.ID = row.ID
	return err
}

func (r orders) Shipments(ctx context.Context, ids []mall.ID) ([]order.Shipment, error) {
	var rows []orderShipmentRow
	if len(ids) == 0 {
		return nil, nil
	}
	err := r.sel(ctx).Model(&rows).Where("order_id IN (?)", bun.List(ids)).Order("id").Scan(ctx)
	ps := make([]order.Shipment, len(rows))
	for i := range rows {
		ps[i] = orderShipmentFromRow(&rows[i])
	}
	return ps, err
}

func (r orders) AddLog(ctx context.Context, entries ...order.Log) error {
	rows := make([]orderLogRow, len(entries))
	for i := range entries {
		rows[i] = orderLogToRow(&entries[i])
	}
	_, err := insert(txn.Later(ctx), r.Store, rows, "")
	return err
}

func (r orders) Logs(ctx context.Context, id mall.ID) ([]order.Log, error) {
	var rows []orderLogRow
	err := r.sel(ctx).Model(&rows).Where("order_id = ?", id).Order("id").Scan(ctx)
	ls := make([]order.Log, len(rows))
	for i := range rows {
		ls[i] = orderLogFromRow(&rows[i])
	}
	return ls, err
}

// unpaid and the conditions in Due are written as the partial indexes are.
const unpaid = "pay_state = 'unpaid' AND end_state = 'none'"

func (r orders) overdue(ctx context.Context, now time.Time, limit int64) *bun.SelectQuery {
	return r.sel(ctx).Model((*orderRow)(nil)).Where(unpaid+" AND NOT held_open AND due_at <= ?", now.UnixMilli()).
		Where("NOT parts").Order("due_at").Limit(limit)
}

func (r orders) Overdue(ctx context.Context, now time.Time, limit int64) ([]mall.ID, error) {
	return r.ids(ctx, r.overdue(ctx, now, limit).Where("(tried_at IS NULL OR tried_at <= ?)", now.UnixMilli()))
}

func (r orders) OverdueOf(ctx context.Context, skus []mall.ID, now time.Time, limit int64) ([]mall.ID, error) {
	if len(skus) == 0 {
		return nil, nil
	}
	lines := r.sel(ctx).Model((*orderLineRow)(nil)).ColumnExpr("1").Where("l.order_id = o.id AND l.sku_id IN (?)", bun.List(skus))
	return r.ids(ctx, r.overdue(ctx, now, limit).Where("EXISTS (?)", lines))
}

func (r orders) Due(ctx context.Context, at order.State, before time.Time, limit int64) ([]mall.ID, error) {
	since := "shipped_at"
	if at.Ful == order.Received {
		since = "received_at"
	}
	return r.ids(ctx, r.sel(ctx).Model((*orderRow)(nil)).
		Where("pay_state = ? AND ful_state = ? AND end_state = ?", string(at.Pay), string(at.Ful), string(at.End)).
		Where("? <= ?", bun.Ident(since), before.UnixMilli()).Where("open_claims = 0 AND NOT parts").
		OrderExpr("?", bun.Ident(since)).Limit(limit))
}

// orderTurnRow is whose transaction may count the unpaid orders of a buyer.
type orderTurnRow struct {
	bun.BaseModel `bun:"table:?(ns)order_turns,alias:t"`

	Buyer mall.ID `bun:"buyer_id,pk"`
	Turns int64   `bun:"turns"`
}

func (r orders) CountUnpaid(ctx context.Context, buyer mall.ID, face mall.Face, now time.Time) (order.UnpaidCount, error) {
	_, err := r.ins(ctx).Model(&orderTurnRow{Buyer: buyer, Turns: 1}).On("CONFLICT (buyer_id) DO UPDATE").Set("turns = t.turns + 1").Returning("NULL").Exec(ctx)
	if err != nil {
		return order.UnpaidCount{}, err
	}
	where := "o.buyer_id = ? AND " + unpaid + " AND o.face = ? AND NOT o.held_open AND (o.due_at IS NULL OR o.due_at > ?)"
	if face != mall.FaceWXAPI {
		where += " AND o.face <> 'wxapi'" // as the index orders_unpaid has it
	}
	rows, err := r.query(ctx, `SELECT COUNT(DISTINCT o.id), COALESCE(SUM(l.qty), 0) FROM ?(ns)orders AS o JOIN ?(ns)order_lines AS l ON l.order_id = o.id
		WHERE `+where, int64(buyer), string(face), now.UnixMilli())
	if err != nil {
		return order.UnpaidCount{}, err
	}
	defer rows.Close()
	var n order.UnpaidCount
	if rows.Next() {
		err = rows.Scan(&n.Orders, &n.Pieces)
	}
	return n, cmp.Or(err, rows.Err())
}

func (r orders) Live(ctx context.Context, buyer mall.ID, now time.Time) (bool, error) {
	ids, err := r.ids(ctx, r.sel(ctx).Model((*orderRow)(nil)).Where("buyer_id = ? AND NOT parts", buyer).
		Where("(open_claims > 0 OR ("+unpaid+" AND (held_open OR due_at IS NULL OR due_at > ?)) OR "+
			"(pay_state = 'paid' AND end_state = 'none' AND ful_state <> 'received'))", now.UnixMilli()).
		Limit(1))
	return len(ids) > 0, err
}

func (r orders) Erase(ctx context.Context, buyer mall.ID) error {
	_, err := r.upd(ctx).Model((*orderRow)(nil)).Set("address = '{}'").Set("remark = ''").Set("ext = ''").Set("addr = ''").
		Where("buyer_id = ?", buyer).Exec(ctx)
	if err != nil {
		return err
	}
	mine := r.sel(ctx).Model((*orderRow)(nil)).Column("o.id").Where("buyer_id = ?", buyer)
	_, err = r.upd(ctx).Model((*orderLineRow)(nil)).Set("review_remark = ''").Set("review_pics = '[]'").
		Where("order_id IN (?)", mine).Exec(ctx)
	if err != nil {
		return err
	}
	// Reasons on their orders, whoever gave them, and their own traces anywhere:
	// what they placed is their orders.
	_, err = r.upd(ctx).Model((*orderLogRow)(nil)).Set("reason = ''").Set("addr = CASE WHEN actor_id = ? THEN '' ELSE addr END", buyer).
		Where("order_id IN (?)", mine).Exec(ctx)
	if err != nil {
		return err
	}
	_, err = r.upd(ctx).Model((*orderLogRow)(nil)).Set("addr = ''").Set("reason = ''").
		Where("actor_id = ? AND actor_id <> 0 AND move <> 'placed'", buyer).Exec(ctx)
	return err
}

package bunrepo

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/operator"
)

// Operators is the repository of operating centres.
func (s *Store) Operators() operator.Repository { return operators{s} }

type operators struct{ *Store }

type operatorRow struct {
	bun.BaseModel `bun:"table:?(ns)operators,alias:o"`

	ID        int64             `bun:"id,pk,autoincrement"`
	Name      string            `bun:"name"`
	Phone     string            `bun:"phone"`
	AppID     string            `bun:"appid"`
	Merchants map[string]string `bun:"merchants,type:text"`
	Closed    bool              `bun:"closed"`
	CreatedAt int64             `bun:"created_at"`
	UpdatedAt int64             `bun:"updated_at"`
}

func operatorToRow(o *operator.Operator) *operatorRow {
	return &operatorRow{
		ID: int64(o.ID), Name: o.Name, Phone: o.Phone, AppID: o.AppID, Merchants: filledMap(o.Merchants), Closed: o.Closed,
		CreatedAt: o.CreatedAt.UnixMilli(), UpdatedAt: o.UpdatedAt.UnixMilli(),
	}
}

func operatorFromRow(r *operatorRow) operator.Operator {
	return operator.Operator{
		ID: mall.ID(r.ID), Name: r.Name, Phone: r.Phone, AppID: r.AppID, Merchants: r.Merchants, Closed: r.Closed,
		CreatedAt: moment(&r.CreatedAt), UpdatedAt: moment(&r.UpdatedAt),
	}
}

func (r operators) Insert(ctx context.Context, o *operator.Operator) error {
	var id int64
	err := one(r.ins(ctx).Model(operatorToRow(o)).ExcludeColumn("id").On("CONFLICT DO NOTHING").Returning("id").Scan(ctx, &id))
	if mall.KindOf(err) == mall.NotFound {
		return mall.ErrConflict.With("appid")
	}
	o.ID = mall.ID(id)
	return err
}

func (r operators) Update(ctx context.Context, o *operator.Operator) error {
	ok, err := hit(r.upd(ctx).Model(operatorToRow(o)).ExcludeColumn("id", "created_at").Where("id = ?", o.ID).Exec(ctx))
	if err == nil && !ok {
		return mall.ErrNotFound
	}
	return err
}

func (r operators) Get(ctx context.Context, id mall.ID) (*operator.Operator, error) {
	return r.find(ctx, "id = ?", id)
}

func (r operators) ByAppID(ctx context.Context, appid string) (*operator.Operator, error) {
	return r.find(ctx, "appid = ? AND appid <> ''", appid)
}

func (r operators) find(ctx context.Context, where string, arg any) (*operator.Operator, error) {
	var row operatorRow
	if err := r.sel(ctx).Model(&row).Where(where, arg).Scan(ctx); err != nil {
		return nil, one(err)
	}
	o := operatorFromRow(&row)
	return &o, nil
}

func (r operators) List(ctx context.Context, p mall.Page) (mall.Slice[operator.Operator], error) {
	var rows []operatorRow
	total, err := r.sel(ctx).Model(&rows).Order("id").Limit(p.Limit).Offset(p.Offset).ScanAndCount(ctx)
	list := mall.Slice[operator.Operator]{Items: make([]operator.Operator, len(rows)), Total: int64(total)}
	for i := range rows {
		list.Items[i] = operatorFromRow(&rows[i])
	}
	return list, err
}

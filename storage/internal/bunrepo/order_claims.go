package bunrepo

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

// Claims is the repository of after-sale claims.
func (s *Store) Claims() order.ClaimRepository { return orderClaims{s} }

type orderClaims struct{ *Store }

type orderClaimRow struct {
	bun.BaseModel `bun:"table:?(ns)order_claims,alias:c"`

	ID       mall.ID      `bun:"id,pk,autoincrement"`
	Order    mall.ID      `bun:"order_id"`
	Line     mall.ID      `bun:"line_id"`
	Buyer    mall.ID      `bun:"buyer_id"`
	Shop     mall.ID      `bun:"shop_id"`
	Kind     int          `bun:"kind"`
	State    string       `bun:"state"`
	Received bool         `bun:"received"`
	Qty      int64        `bun:"qty"`
	Amount   int64        `bun:"amount"`
	Reason   string       `bun:"reason"`
	Remark   string       `bun:"remark"`
	Pictures []string     `bun:"pictures,type:text"`
	Answer   string       `bun:"answer"`
	BackTo   order.BackTo `bun:"back_to,type:text"`
	Added    int64        `bun:"created_at"`
	Updated  int64        `bun:"updated_at"`
	Ended    *int64       `bun:"ended_at"`
}

func orderClaimToRow(c *order.Claim) *orderClaimRow {
	return &orderClaimRow{ID: c.ID, Order: c.Order, Line: c.Line, Buyer: c.Buyer, Shop: c.Shop, Kind: int(c.Type), State: string(c.State),
		Received: c.Received, Qty: c.Qty, Amount: int64(c.Amount), Reason: c.Reason, Remark: c.Remark, Pictures: filled(c.Pictures),
		Answer: c.Answer, BackTo: c.BackTo, Added: c.Added.UnixMilli(), Updated: c.Updated.UnixMilli(), Ended: millis(c.Ended)}
}

func orderClaimFromRow(r *orderClaimRow) order.Claim {
	return order.Claim{ID: r.ID, Order: r.Order, Line: r.Line, Buyer: r.Buyer, Shop: r.Shop, Type: order.ClaimType(r.Kind),
		State: order.ClaimState(r.State), Received: r.Received, Qty: r.Qty, Amount: mall.Money(r.Amount), Reason: r.Reason,
		Remark: r.Remark, Pictures: emptied(r.Pictures), Answer: r.Answer, BackTo: r.BackTo, Added: moment(&r.Added), Updated: moment(&r.Updated), Ended: moment(r.Ended)}
}

func (r orderClaims) Insert(ctx context.Context, c *order.Claim) error {
	row := orderClaimToRow(c)
	err := r.ins(ctx).Model(row).ExcludeColumn("id").Returning("id").Scan(ctx)
	c.ID = row.ID
	return err
}

func (r orderClaims) Get(ctx context.Context, id mall.ID) (*order.Claim, error) {
	var row orderClaimRow
	if err := r.sel(ctx).Model(&row).Where("c.id = ?", id).Scan(ctx); err != nil {
		return nil, one(err)
	}
	c := orderClaimFromRow(&row)
	return &c, nil
}

func (r orderClaims) Save(ctx context.Context, c *order.Claim, from order.ClaimState) (bool, error) {
	return hit(r.upd(ctx).Model(orderClaimToRow(c)).Column("state", "amount", "answer", "back_to", "updated_at", "ended_at").
		Where("c.id = ? AND c.state = ?", c.ID, string(from)).Exec(ctx))
}

func (r orderClaims) Of(ctx context.Context, ids []mall.ID) ([]order.Claim, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []orderClaimRow
	err := r.sel(ctx).Model(&rows).Where("order_id IN (?)", bun.List(ids)).Order("c.id DESC").Scan(ctx)
	cs := make([]order.Claim, len(rows))
	for i := range rows {
		cs[i] = orderClaimFromRow(&rows[i])
	}
	return cs, err
}

func (r orderClaims) Erase(ctx context.Context, buyer mall.ID) error {
	_, err := r.upd(ctx).Model((*orderClaimRow)(nil)).Set("reason = ''").Set("remark = ''").Set("pictures = '[]'").Set("back_to = '{}'").
		Set("answer = ''").Where("buyer_id = ?", buyer).Exec(ctx)
	return err
}

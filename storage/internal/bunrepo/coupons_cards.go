package bunrepo

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/coupon"
)

func (r coupons) InsertCards(ctx context.Context, cards []coupon.Card) error {
	rows := make([]couponCardRow, len(cards))
	for i := range cards {
		rows[i] = couponCardToRow(&cards[i])
	}
	n, err := count(r.ins(ctx).Model(&rows).ExcludeColumn("id").On("CONFLICT (number) DO NOTHING").Returning("NULL").Exec(ctx))
	if err == nil && n < int64(len(rows)) {
		return mall.ErrConflict
	}
	return err
}

func (r coupons) Card(ctx context.Context, number string) (*coupon.Card, error) {
	var row couponCardRow
	if err := r.sel(ctx).Model(&row).Where("number = ?", number).Scan(ctx); err != nil {
		return nil, one(err)
	}
	c := couponCardFromRow(&row)
	return &c, nil
}

func (r coupons) Spend(ctx context.Context, id, account, grant mall.ID, now time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*couponCardRow)(nil)).Set("account_id = ?", account).Set("grant_id = ?", grant).
		Set("spent_at = ?", now.UnixMilli()).Where("id = ? AND spent_at IS NULL", id).Exec(ctx))
}

func (r coupons) MergeRules(ctx context.Context, open bool) ([]coupon.MergeRule, error) {
	var rows []couponMergeRow
	q := r.sel(ctx).Model(&rows)
	if open {
		q = q.Where("is_open = TRUE")
	}
	err := q.Order("id").Limit(mall.MaxLimit).Scan(ctx)
	rules := make([]coupon.MergeRule, len(rows))
	for i := range rows {
		rules[i] = couponMergeFromRow(&rows[i])
	}
	return rules, err
}

func (r coupons) MergeRule(ctx context.Context, id mall.ID) (*coupon.MergeRule, error) {
	var row couponMergeRow
	if err := r.sel(ctx).Model(&row).Where("id = ?", id).Scan(ctx); err != nil {
		return nil, one(err)
	}
	rule := couponMergeFromRow(&row)
	return &rule, nil
}

func (r coupons) SaveMergeRule(ctx context.Context, m *coupon.MergeRule) error {
	row := &couponMergeRow{ID: int64(m.ID), Name: m.Name, Inputs: filled(m.Inputs), Outputs: filled(m.Outputs), Open: m.Open}
	if m.ID == 0 {
		err := r.ins(ctx).Model(row).ExcludeColumn("id").Returning("id").Scan(ctx, &row.ID)
		m.ID = mall.ID(row.ID)
		return err
	}
	ok, err := hit(r.upd(ctx).Model(row).ExcludeColumn("id").WherePK().Exec(ctx))
	if err == nil && !ok {
		return mall.ErrNotFound
	}
	return err
}

func (r coupons) DeleteMergeRule(ctx context.Context, id mall.ID) (bool, error) {
	return hit(r.del(ctx).Model((*couponMergeRow)(nil)).Where("id = ?", id).Exec(ctx))
}

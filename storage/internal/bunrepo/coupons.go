package bunrepo

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/coupon"
)

// Coupons is the repository of coupons, their templates, cards and merging rules.
func (s *Store) Coupons() coupon.Repository { return coupons{s} }

type coupons struct{ *Store }

func (r coupons) InsertTemplate(ctx context.Context, t *coupon.Template) error {
	row := couponTemplateToRow(t)
	if err := r.ins(ctx).Model(row).ExcludeColumn("id").Returning("id").Scan(ctx, &row.ID); err != nil {
		return err
	}
	t.ID = mall.ID(row.ID)
	if len(t.Scope) == 0 {
		return nil
	}
	scopes := make([]couponScopeRow, len(t.Scope))
	for i, ref := range t.Scope {
		scopes[i] = couponScopeRow{Template: row.ID, Kind: string(ref.Kind), Ref: int64(ref.ID)}
	}
	_, err := r.ins(ctx).Model(&scopes).Exec(ctx)
	return err
}

func (r coupons) SaveTerms(ctx context.Context, id mall.ID, t coupon.Terms, at time.Time) (bool, error) {
	return hit(r.upd(ctx).Model(couponTemplateToRow(&coupon.Template{ID: id, Terms: t, Updated: at})).
		Column("name", "type", "listed", "per_account", "claim_from", "claim_to", "password", "points", "price", "updated_at").WherePK().Exec(ctx))
}

func (r coupons) SetOpen(ctx context.Context, id mall.ID, open bool, at time.Time) (bool, error) {
	return hit(r.upd(ctx).Model((*couponTemplateRow)(nil)).Set("is_open = ?", open).Set("updated_at = ?", at.UnixMilli()).Where("id = ?", id).Exec(ctx))
}

func (r coupons) Templates(ctx context.Context, ids []mall.ID) (map[mall.ID]*coupon.Template, error) {
	found := make(map[mall.ID]*coupon.Template, len(ids))
	if len(ids) == 0 {
		return found, nil
	}
	var rows []couponTemplateRow
	if err := r.sel(ctx).Model(&rows).Where("id IN (?)", bun.List(ids)).Scan(ctx); err != nil {
		return nil, err
	}
	list, err := r.scoped(ctx, rows)
	for i := range list {
		found[list[i].ID] = &list[i]
	}
	return found, err
}

// scoped makes templates of rows, with their scopes by one statement if any has one.
func (r coupons) scoped(ctx context.Context, rows []couponTemplateRow) ([]coupon.Template, error) {
	list := make([]coupon.Template, len(rows))
	at := map[int64]int{}
	var ids []int64
	for i := range rows {
		list[i] = couponTemplateFromRow(&rows[i])
		if rows[i].Scoped {
			at[rows[i].ID] = i
			ids = append(ids, rows[i].ID)
		}
	}
	if len(ids) == 0 {
		return list, nil
	}
	var scopes []couponScopeRow
	err := r.sel(ctx).Model(&scopes).Where("template_id IN (?)", bun.List(ids)).Order("template_id", "kind", "ref").Scan(ctx)
	for _, s := range scopes {
		t := &list[at[s.Template]]
		t.Scope = append(t.Scope, coupon.Ref{Kind: coupon.RefKind(s.Kind), ID: mall.ID(s.Ref)})
	}
	return list, err
}

func (r coupons) ListTemplates(ctx context.Context, f coupon.TemplateFilter, p mall.Page) (mall.Slice[coupon.Template], error) {
	var rows []couponTemplateRow
	q := r.sel(ctx).Model(&rows)
	if f.IDs != nil {
		q = q.Where("t.id IN (?)", bun.List(f.IDs))
	}
	if f.Type != "" {
		q = q.Where("t.type = ?", f.Type)
	}
	if f.Shop != nil {
		q = q.Where("t.shop_id = ?", *f.Shop)
	}
	if f.Open || f.Shown {
		q = q.Where("t.is_open = TRUE")
	}
	if f.Shown {
		q = q.Where("t.listed = TRUE")
	}
	if !f.Before.IsZero() {
		now := f.Before.UnixMilli()
		q = q.Where("(t.claim_to IS NULL OR t.claim_to > ?)", now).Where("(t.end_at IS NULL OR t.end_at > ?)", now)
	}
	if f.For != nil {
		covers := r.sel(ctx).Model((*couponScopeRow)(nil)).ColumnExpr("1").Where("s.template_id = t.id").
			Where("(s.kind = ? AND s.ref = ? OR s.kind = ? AND s.ref IN (?))", coupon.Goods, f.For.Goods, coupon.Category, bun.List(f.For.Categories))
		q = q.Where("t.shop_id IN (0, ?)", f.For.Shop).Where("(t.scoped = FALSE OR EXISTS (?))", covers)
	}
	total, err := q.Order("t.id DESC").Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	if err != nil {
		return mall.Slice[coupon.Template]{}, err
	}
	list, err := r.scoped(ctx, rows)
	return mall.Slice[coupon.Template]{Items: list, Total: total}, err
}

func (r coupons) UsedOf(ctx context.Context, templates []mall.ID) (map[mall.ID]int64, error) {
	used := map[mall.ID]int64{}
	if len(templates) == 0 {
		return used, nil
	}
	var rows []struct {
		Template int64 `bun:"template_id"`
		N        int64 `bun:"n"`
	}
	err := r.sel(ctx).Model((*couponGrantRow)(nil)).Column("template_id").ColumnExpr("count(*) AS n").
		Where("template_id IN (?)", bun.List(templates)).Where("state = 'used'").Group("template_id").Scan(ctx, &rows)
	for _, row := range rows {
		used[mall.ID(row.Template)] = row.N
	}
	return used, err
}

func (r coupons) Take(ctx context.Context, template, account mall.ID, most int64) (bool, error) {
	return hit(r.ins(ctx).Model(&couponClaimRow{Template: int64(template), Account: int64(account), Taken: 1}).
		On("CONFLICT (template_id, account_id) DO UPDATE").Set("taken = c.taken + 1").Where("c.taken < ?", most).Exec(ctx))
}

func (r coupons) Taken(ctx context.Context, template, account mall.ID) (n int64, err error) {
	var rows []couponClaimRow
	err = r.sel(ctx).Model(&rows).Where("template_id = ? AND account_id = ?", template, account).Scan(ctx)
	if len(rows) > 0 {
		n = rows[0].Taken
	}
	return n, err
}

func (r coupons) InsertGrants(ctx context.Context, gs []coupon.Grant) error {
	rows := make([]couponGrantRow, len(gs))
	for i := range gs {
		rows[i] = couponGrantToRow(&gs[i])
	}
	var ids []int64
	if err := r.ins(ctx).Model(&rows).ExcludeColumn("id").Returning("id").Scan(ctx, &ids); err != nil {
		return err
	}
	for i := range ids {
		gs[i].ID = mall.ID(ids[i])
	}
	return nil
}

func (r coupons) Grants(ctx context.Context, ids []mall.ID) ([]coupon.Grant, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	var rows []couponGrantRow
	err := r.sel(ctx).Model(&rows).Where("id IN (?)", bun.List(ids)).Order("id").Scan(ctx)
	return couponGrantsFromRows(rows), err
}

func (r coupons) GrantsOf(ctx context.Context, order mall.ID) ([]coupon.Grant, error) {
	var rows []couponGrantRow
	err := r.sel(ctx).Model(&rows).Where("order_id = ? AND state = 'used'", order).Order("id").Scan(ctx)
	return couponGrantsFromRows(rows), err
}

func (r coupons) ListGrants(ctx context.Context, f coupon.GrantFilter, p mall.Page) (mall.Slice[coupon.Grant], error) {
	var rows []couponGrantRow
	q := r.sel(ctx).Model(&rows)
	if f.Account != 0 {
		q = q.Where("g.account_id = ?", f.Account)
	}
	if f.Template != 0 {
		q = q.Where("g.template_id = ?", f.Template)
	}
	templates := func() *bun.SelectQuery { return r.sel(ctx).Model((*couponTemplateRow)(nil)).Column("t.id") }
	if f.Shop != nil {
		q = q.Where("g.template_id IN (?)", templates().Where("t.shop_id = ?", *f.Shop))
	}
	if f.Reached != nil {
		q = q.Where("g.template_id IN (?)", templates().Where("t.threshold <= ?", *f.Reached))
	}
	if f.States != nil {
		now := f.Now.UnixMilli()
		q = q.WhereGroup(" AND ", func(q *bun.SelectQuery) *bun.SelectQuery {
			for _, s := range f.States {
				switch s {
				case coupon.Usable:
					q = q.WhereOr("g.state = 'usable' AND g.end_at > ?", now)
				case coupon.Expired:
					q = q.WhereOr("g.state = 'expired' OR g.state = 'usable' AND g.end_at <= ?", now)
				default:
					q = q.WhereOr("g.state = ?", s)
				}
			}
			return q
		})
	}
	total, err := q.Order("g.id DESC").Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	return mall.Slice[coupon.Grant]{Items: couponGrantsFromRows(rows), Total: total}, err
}

func (r coupons) EachGrant(ctx context.Context, account, after mall.ID, limit int64) ([]coupon.Grant, error) {
	return each(ctx, r.sel(ctx).Where("account_id = ?", account), after, limit, couponGrantFromRow)
}

func (r coupons) Good(ctx context.Context, account mall.ID, at time.Time, limit int64) ([]coupon.Grant, error) {
	var rows []couponGrantRow
	ms := at.UnixMilli()
	err := r.sel(ctx).Model(&rows).Where("account_id = ? AND state = 'usable' AND end_at > ? AND start_at <= ?", account, ms, ms).
		Order("end_at", "id").Limit(limit).Scan(ctx)
	return couponGrantsFromRows(rows), err
}

// move changes a coupon that is in a state, and says whether it did.
func (r coupons) move(ctx context.Context, id mall.ID, from, to coupon.State, now time.Time) *bun.UpdateQuery {
	return r.upd(ctx).Model((*couponGrantRow)(nil)).Set("state = ?", to).Set("updated_at = ?", now.UnixMilli()).
		Where("id = ? AND state = ?", id, from)
}

func (r coupons) Use(ctx context.Context, id, account, order mall.ID, now time.Time) (bool, error) {
	ms := now.UnixMilli()
	return hit(r.move(ctx, id, coupon.Usable, coupon.Used, now).Set("order_id = ?", order).
		Where("account_id = ? AND start_at <= ? AND end_at > ?", account, ms, ms).Exec(ctx))
}

func (r coupons) Return(ctx context.Context, id, order mall.ID, now time.Time) (bool, error) {
	return hit(r.move(ctx, id, coupon.Used, coupon.Usable, now).Set("order_id = 0").Where("order_id = ?", order).Exec(ctx))
}

func (r coupons) Give(ctx context.Context, id, from, to mall.ID, now time.Time) (bool, error) {
	return hit(r.move(ctx, id, coupon.Usable, coupon.Usable, now).Set("account_id = ?", to).Set("from_id = ?", from).
		Where("account_id = ? AND end_at > ?", from, now.UnixMilli()).Exec(ctx))
}

func (r coupons) Merge(ctx context.Context, id, account mall.ID, now time.Time) (bool, error) {
	return hit(r.move(ctx, id, coupon.Usable, coupon.Merged, now).
		Where("account_id = ? AND end_at > ?", account, now.UnixMilli()).Exec(ctx))
}

func (r coupons) Due(ctx context.Context, now time.Time, limit int) ([]coupon.Grant, error) {
	var rows []couponGrantRow
	err := r.sel(ctx).Model(&rows).Where("state = 'usable' AND end_at <= ?", now.UnixMilli()).Order("end_at").Limit(int64(limit)).Scan(ctx)
	return couponGrantsFromRows(rows), err
}

func (r coupons) Expire(ctx context.Context, id mall.ID, now time.Time) (bool, error) {
	return hit(r.move(ctx, id, coupon.Usable, coupon.Expired, now).Exec(ctx))
}

func (r coupons) ExpireOf(ctx context.Context, account mall.ID, now time.Time) error {
	_, err := r.upd(ctx).Model((*couponGrantRow)(nil)).Set("state = ?", coupon.Expired).Set("updated_at = ?", now.UnixMilli()).
		Where("account_id = ? AND state = 'usable'", account).Exec(ctx)
	return err
}

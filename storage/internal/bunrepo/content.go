package bunrepo

import (
	"context"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms"
)

// Content is the repository of notices and banners.
func (s *Store) Content() cms.Repository { return content{s} }

type content struct{ *Store }

// narrow states cms.Filter and cms.Visibility.At as a query.
func narrow(q *bun.SelectQuery, f cms.Filter, targeted bool) *bun.SelectQuery {
	if f.Type != "" {
		q = q.Where("type = ?", f.Type)
	}
	if f.Shop != 0 {
		q = q.Where("shop_id = ?", f.Shop)
	}
	if at := millis(f.Visible); at != nil {
		q = q.Where("shown").
			Where("shown_from IS NULL OR shown_from <= ?", *at).
			Where("shown_until IS NULL OR shown_until > ?", *at)
		if targeted {
			q = q.Where("account_id IN (0, ?)", f.Account)
		}
	}
	return q
}

func (c content) InsertNotice(ctx context.Context, n *cms.Notice) error {
	row := noticeToRow(n)
	if _, err := c.ins(ctx).Model(row).Returning("id").Exec(ctx); err != nil {
		return err
	}
	n.ID = mall.ID(row.ID)
	return nil
}

func (c content) UpdateNotice(ctx context.Context, n *cms.Notice) (bool, error) {
	return hit(c.upd(ctx).Model(noticeToRow(n)).ExcludeColumn("id", "created_at").WherePK().Exec(ctx))
}

func (c content) DeleteNotice(ctx context.Context, id mall.ID) (bool, error) {
	return hit(c.del(ctx).Model((*noticeRow)(nil)).Where("id = ?", id).Exec(ctx))
}

func (c content) Notice(ctx context.Context, id mall.ID) (*cms.Notice, error) {
	var row noticeRow
	if err := c.sel(ctx).Model(&row).Where("id = ?", id).Scan(ctx); err != nil {
		return nil, one(err)
	}
	return noticeFromRow(&row), nil
}

func (c content) Notices(ctx context.Context, f cms.Filter, p mall.Page) (mall.Slice[cms.Notice], error) {
	var rows []noticeRow
	total, err := narrow(c.sel(ctx).Model(&rows), f, true).
		Order("sort", "id DESC").Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	list := mall.Slice[cms.Notice]{Items: make([]cms.Notice, len(rows)), Total: int64(total)}
	for i := range rows {
		list.Items[i] = *noticeFromRow(&rows[i])
	}
	return list, err
}

func (c content) LatestNotice(ctx context.Context, f cms.Filter) (*cms.Notice, error) {
	var row noticeRow
	if err := narrow(c.sel(ctx).Model(&row), f, true).Order("id DESC").Limit(1).Scan(ctx); err != nil {
		return nil, one(err)
	}
	return noticeFromRow(&row), nil
}

// personalNotice has the condition of the index notices_account.
const personalNotice = "account_id = ? AND account_id <> 0"

func (c content) EachNotice(ctx context.Context, account, after mall.ID, limit int64) ([]cms.Notice, error) {
	return each(ctx, c.sel(ctx).Where(personalNotice, account), after, limit, func(r *noticeRow) cms.Notice { return *noticeFromRow(r) })
}

func (c content) EraseNotices(ctx context.Context, account mall.ID) error {
	_, err := c.del(ctx).Model((*noticeRow)(nil)).Where(personalNotice, account).Exec(ctx)
	return err
}

func (c content) InsertBanner(ctx context.Context, b *cms.Banner) error {
	row := bannerToRow(b)
	if _, err := c.ins(ctx).Model(row).Returning("id").Exec(ctx); err != nil {
		return err
	}
	b.ID = mall.ID(row.ID)
	return nil
}

func (c content) UpdateBanner(ctx context.Context, b *cms.Banner) (bool, error) {
	return hit(c.upd(ctx).Model(bannerToRow(b)).ExcludeColumn("id", "created_at").WherePK().Exec(ctx))
}

func (c content) DeleteBanner(ctx context.Context, id mall.ID) (bool, error) {
	return hit(c.del(ctx).Model((*bannerRow)(nil)).Where("id = ?", id).Exec(ctx))
}

func (c content) Banner(ctx context.Context, id mall.ID) (*cms.Banner, error) {
	var row bannerRow
	if err := c.sel(ctx).Model(&row).Where("id = ?", id).Scan(ctx); err != nil {
		return nil, one(err)
	}
	return bannerFromRow(&row), nil
}

func (c content) Banners(ctx context.Context, f cms.Filter, p mall.Page) (mall.Slice[cms.Banner], error) {
	var rows []bannerRow
	total, err := narrow(c.sel(ctx).Model(&rows), f, false).
		Order("sort", "id DESC").Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	list := mall.Slice[cms.Banner]{Items: make([]cms.Banner, len(rows)), Total: int64(total)}
	for i := range rows {
		list.Items[i] = *bannerFromRow(&rows[i])
	}
	return list, err
}

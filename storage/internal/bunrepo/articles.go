package bunrepo

import (
	"context"
	"time"

	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms"
)

// Articles is the repository of articles and their categories.
func (s *Store) Articles() cms.Articles { return articles{s} }

type articles struct{ *Store }

func (r articles) InsertCategory(ctx context.Context, c *cms.Category) error {
	row := articleCategoryToRow(c)
	if _, err := r.ins(ctx).Model(row).Returning("id").Exec(ctx); err != nil {
		return err
	}
	c.ID = mall.ID(row.ID)
	return nil
}

func (r articles) UpdateCategory(ctx context.Context, c *cms.Category) (bool, error) {
	return hit(r.upd(ctx).Model(articleCategoryToRow(c)).ExcludeColumn("id", "created_at").WherePK().Exec(ctx))
}

func (r articles) DeleteCategory(ctx context.Context, id mall.ID) (bool, error) {
	if _, err := r.upd(ctx).Model((*articleRow)(nil)).Set("category_id = 0").Where("category_id = ? AND category_id <> 0", id).Exec(ctx); err != nil {
		return false, err
	}
	return hit(r.del(ctx).Model((*articleCategoryRow)(nil)).Where("id = ?", id).Exec(ctx))
}

func (r articles) Category(ctx context.Context, id mall.ID) (*cms.Category, error) {
	var row articleCategoryRow
	if err := r.sel(ctx).Model(&row).Where("id = ?", id).Scan(ctx); err != nil {
		return nil, one(err)
	}
	c := articleCategoryFromRow(&row)
	return &c, nil
}

func (r articles) Categories(ctx context.Context, visible time.Time, p mall.Page) ([]cms.Category, error) {
	var rows []articleCategoryRow
	err := narrow(r.sel(ctx).Model(&rows), cms.Filter{Visible: visible}, false).
		Order("sort", "id DESC").Offset(p.Offset).Limit(p.Limit).Scan(ctx)
	list := make([]cms.Category, len(rows))
	for i := range rows {
		list[i] = articleCategoryFromRow(&rows[i])
	}
	return list, err
}

func (r articles) InsertArticle(ctx context.Context, a *cms.Article) error {
	row := articleToRow(a)
	if _, err := r.ins(ctx).Model(row).Returning("id").Exec(ctx); err != nil {
		return err
	}
	a.ID = mall.ID(row.ID)
	return nil
}

func (r articles) UpdateArticle(ctx context.Context, a *cms.Article) (bool, error) {
	return hit(r.upd(ctx).Model(articleToRow(a)).ExcludeColumn("id", "created_at").WherePK().Exec(ctx))
}

func (r articles) DeleteArticle(ctx context.Context, id mall.ID) (bool, error) {
	return hit(r.del(ctx).Model((*articleRow)(nil)).Where("id = ?", id).Exec(ctx))
}

func (r articles) Article(ctx context.Context, id mall.ID) (*cms.Article, error) {
	var row articleRow
	if err := r.sel(ctx).Model(&row).Where("id = ?", id).Scan(ctx); err != nil {
		return nil, one(err)
	}
	return articleFromRow(&row), nil
}

// articleOrders are the orders that a list may have.
var articleOrders = map[cms.ArticleOrder][]string{
	cms.BySort: {"sort", "id DESC"}, cms.ByNewest: {"id DESC"}, cms.ByOldest: {"id"},
}

func (r articles) Articles(ctx context.Context, f cms.ArticleFilter, p mall.Page) (mall.Slice[cms.Article], error) {
	order, ok := articleOrders[f.Order]
	if !ok {
		return mall.Slice[cms.Article]{}, mall.ErrInvalid.With("order")
	}
	var rows []articleRow
	q := narrow(r.sel(ctx).Model(&rows).ExcludeColumn("content"), cms.Filter{Visible: f.Visible}, false)
	total, err := r.narrowed(q, f).Order(order...).Offset(p.Offset).Limit(p.Limit).ScanAndCount(ctx)
	list := mall.Slice[cms.Article]{Items: make([]cms.Article, len(rows)), Total: int64(total)}
	for i := range rows {
		list.Items[i] = *articleFromRow(&rows[i])
	}
	return list, err
}

// narrowed states the filter's own fields.
func (r articles) narrowed(q *bun.SelectQuery, f cms.ArticleFilter) *bun.SelectQuery {
	if f.ID != 0 {
		q = q.Where("id = ?", f.ID)
	}
	if f.Category != 0 {
		q = q.Where("category_id = ?", f.Category)
	}
	if f.Recommended != nil {
		q = q.Where("recommended = ?", *f.Recommended)
	}
	for _, d := range []struct {
		column string
		span   cms.Span
	}{{"created_at", f.Added}, {"updated_at", f.Changed}} {
		if at := millis(d.span.From); at != nil {
			q = q.Where(d.column+" >= ?", *at)
		}
		if at := millis(d.span.Until); at != nil {
			q = q.Where(d.column+" < ?", *at)
		}
	}
	for _, part := range []struct{ column, text string }{{"title", f.Title}, {"keywords", f.Keyword}, {"tags", f.Tag}} {
		if part.text != "" {
			q = like(q, r.postgres(), part.column, part.text)
		}
	}
	return q
}

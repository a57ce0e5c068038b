package bunrepo

import (
	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms"
)

type articleCategoryRow struct {
	bun.BaseModel `bun:"table:?(ns)article_categories,alias:c"`

	ID         int64  `bun:"id,pk,autoincrement"`
	Key        string `bun:"cat_key"`
	Type       string `bun:"type"`
	Name       string `bun:"name"`
	Icon       string `bun:"icon"`
	Shown      bool   `bun:"shown"`
	ShownFrom  *int64 `bun:"shown_from"`
	ShownUntil *int64 `bun:"shown_until"`
	Sort       int64  `bun:"sort"`
	CreatedAt  *int64 `bun:"created_at"`
	UpdatedAt  *int64 `bun:"updated_at"`
}

func articleCategoryToRow(c *cms.Category) *articleCategoryRow {
	return &articleCategoryRow{
		ID: int64(c.ID), Key: c.Key, Type: c.Type, Name: c.Name, Icon: c.Icon, Shown: c.Shown, ShownFrom: millis(c.From),
		ShownUntil: millis(c.Until), Sort: c.Sort, CreatedAt: millis(c.CreatedAt), UpdatedAt: millis(c.UpdatedAt),
	}
}

func articleCategoryFromRow(r *articleCategoryRow) cms.Category {
	return cms.Category{
		ID: mall.ID(r.ID), Key: r.Key, Type: r.Type, Name: r.Name, Icon: r.Icon,
		Visibility: cms.Visibility{Shown: r.Shown, From: moment(r.ShownFrom), Until: moment(r.ShownUntil), Sort: r.Sort},
		CreatedAt:  moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt),
	}
}

type articleRow struct {
	bun.BaseModel `bun:"table:?(ns)articles,alias:a"`

	ID          int64  `bun:"id,pk,autoincrement"`
	CategoryID  int64  `bun:"category_id"`
	Author      string `bun:"author"`
	Title       string `bun:"title"`
	Summary     string `bun:"summary"`
	Content     string `bun:"content"`
	Picture     string `bun:"picture"`
	Keywords    string `bun:"keywords"`
	Tags        string `bun:"tags"`
	Recommended bool   `bun:"recommended"`
	Shown       bool   `bun:"shown"`
	ShownFrom   *int64 `bun:"shown_from"`
	ShownUntil  *int64 `bun:"shown_until"`
	Sort        int64  `bun:"sort"`
	CreatedAt   *int64 `bun:"created_at"`
	UpdatedAt   *int64 `bun:"updated_at"`
}

func articleToRow(a *cms.Article) *articleRow {
	return &articleRow{
		ID: int64(a.ID), CategoryID: int64(a.Category), Author: a.Author, Title: a.Title, Summary: a.Summary, Content: a.Content,
		Picture: a.Picture, Keywords: a.Keywords, Tags: a.Tags, Recommended: a.Recommended, Shown: a.Shown, ShownFrom: millis(a.From),
		ShownUntil: millis(a.Until), Sort: a.Sort, CreatedAt: millis(a.CreatedAt), UpdatedAt: millis(a.UpdatedAt),
	}
}

func articleFromRow(r *articleRow) *cms.Article {
	return &cms.Article{
		ID: mall.ID(r.ID), Category: mall.ID(r.CategoryID), Author: r.Author, Title: r.Title, Summary: r.Summary, Content: r.Content,
		Picture: r.Picture, Keywords: r.Keywords, Tags: r.Tags, Recommended: r.Recommended,
		Visibility: cms.Visibility{Shown: r.Shown, From: moment(r.ShownFrom), Until: moment(r.ShownUntil), Sort: r.Sort},
		CreatedAt:  moment(r.CreatedAt), UpdatedAt: moment(r.UpdatedAt),
	}
}

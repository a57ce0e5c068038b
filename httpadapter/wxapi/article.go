package wxapi

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms"
)

type articleCategoryOut struct {
	ID      mall.ID `json:"id"`
	Key     string  `json:"key"`
	Name    string  `json:"name"`
	Type    string  `json:"type"`
	Icon    string  `json:"icon"`
	Paixu   int64   `json:"paixu"`
	IsUse   bool    `json:"isUse"`
	DateAdd stamp   `json:"dateAdd"`
}

func (a *api) articleCategoryOf(c cms.Category) articleCategoryOut {
	return articleCategoryOut{ID: c.ID, Key: c.Key, Name: c.Name, Type: c.Type, Icon: c.Icon, Paixu: c.Sort, IsUse: c.Shown, DateAdd: a.at(c.CreatedAt)}
}

func (a *api) cmsCategories(ctx context.Context, _ mall.Actor, _ struct{}) ([]articleCategoryOut, error) {
	list, err := a.Content.Categories(ctx)
	if err != nil {
		return nil, err
	}
	return listed(list, a.articleCategoryOf)
}

type articleIn struct {
	ID mall.ID `in:"id,required"`
}

type infoOut[T any] struct {
	Info    T                 `json:"info"`
	ExtJSON map[string]string `json:"extJson"`
}

func (a *api) cmsCategoryDetail(ctx context.Context, who mall.Actor, in articleIn) (*infoOut[articleCategoryOut], error) {
	c, err := a.Content.GetCategory(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &infoOut[articleCategoryOut]{a.articleCategoryOf(*c), map[string]string{}}, nil
}

type cmsArticlesIn struct {
	pageIn
	ID              mall.ID `in:"id"`
	CategoryID      mall.ID `in:"categoryId"`
	K               string  `in:"k"`
	TitleLike       string  `in:"titleLike"`
	KeywordsLike    string  `in:"keywordsLike"`
	TagsLike        string  `in:"tagsLike"`
	IsRecommend     *bool   `in:"isRecommend"`
	OrderBy         string  `in:"orderBy"`
	DateAddBegin    string  `in:"dateAddBegin"`
	DateAddEnd      string  `in:"dateAddEnd"`
	DateUpdateBegin string  `in:"dateUpdateBegin"`
	DateUpdateEnd   string  `in:"dateUpdateEnd"`
}

// articleOrders are the words for orders that lists of goods have too; others
// leave the order as it is.
var articleOrders = map[string]cms.ArticleOrder{"addedUp": cms.ByOldest, "addedDown": cms.ByNewest}

func (a *api) articleFilter(in cmsArticlesIn) (cms.ArticleFilter, error) {
	f := cms.ArticleFilter{ID: in.ID, Category: in.CategoryID, Title: in.TitleLike, Keyword: in.KeywordsLike, Tag: in.TagsLike,
		Recommended: in.IsRecommend, Order: articleOrders[in.OrderBy]}
	if in.K != "" {
		f.Title = in.K
	}
	for _, d := range []struct {
		name, begin, end string
		span             *cms.Span
	}{{"dateAdd", in.DateAddBegin, in.DateAddEnd, &f.Added}, {"dateUpdate", in.DateUpdateBegin, in.DateUpdateEnd, &f.Changed}} {
		var err error
		if d.span.From, _, err = a.moment(d.begin); err != nil {
			return f, mall.ErrInvalid.With(d.name + "Begin")
		}
		if _, d.span.Until, err = a.moment(d.end); err != nil {
			return f, mall.ErrInvalid.With(d.name + "End")
		}
	}
	return f, nil
}

type articleRowOut struct {
	ID          mall.ID `json:"id"`
	CategoryID  mall.ID `json:"categoryId"`
	Title       string  `json:"title"`
	Author      string  `json:"author"`
	Descript    string  `json:"descript"`
	Content     string  `json:"content,omitempty"` // of the detail only
	Pic         string  `json:"pic"`
	Keywords    string  `json:"keywords"`
	Tags        string  `json:"tags"`
	IsRecommend bool    `json:"isRecommend"`
	Paixu       int64   `json:"paixu"`
	DateAdd     stamp   `json:"dateAdd"`
	DateUpdate  *stamp  `json:"dateUpdate,omitempty"`
}

func (a *api) articleOf(r cms.Article) articleRowOut {
	return articleRowOut{
		ID: r.ID, CategoryID: r.Category, Title: r.Title, Author: r.Author, Descript: r.Summary, Content: r.Content, Pic: r.Picture,
		Keywords: r.Keywords, Tags: r.Tags, IsRecommend: r.Recommended, Paixu: r.Sort, DateAdd: a.at(r.CreatedAt), DateUpdate: a.maybe(r.UpdatedAt),
	}
}

// cmsArticles is the older list, a bare array.
func (a *api) cmsArticles(ctx context.Context, _ mall.Actor, in cmsArticlesIn) ([]articleRowOut, error) {
	list, _, err := a.articles(ctx, in)
	if err != nil {
		return nil, err
	}
	return listed(list.Items, a.articleOf)
}

func (a *api) cmsArticlesV3(ctx context.Context, _ mall.Actor, in cmsArticlesIn) (*page[articleRowOut], error) {
	list, p, err := a.articles(ctx, in)
	if err != nil {
		return nil, err
	}
	return paged(list, p, a.articleOf)
}

func (a *api) articles(ctx context.Context, in cmsArticlesIn) (mall.Slice[cms.Article], mall.Page, error) {
	p := in.window()
	f, err := a.articleFilter(in)
	if err != nil {
		return mall.Slice[cms.Article]{}, p, err
	}
	list, err := a.Content.Articles(ctx, f, p)
	return list, p, err
}

// cmsArticleDetail has the form of the cms host at every host.
func (a *api) cmsArticleDetail(ctx context.Context, who mall.Actor, in articleIn) (*infoOut[articleRowOut], error) {
	r, err := a.Content.GetArticle(ctx, who, in.ID)
	if err != nil {
		return nil, err
	}
	return &infoOut[articleRowOut]{a.articleOf(*r), map[string]string{}}, nil
}

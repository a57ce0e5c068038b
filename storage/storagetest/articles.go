package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms"
)

func testArticles(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Articles(), t.Context()
	do := func(fn func(ctx context.Context) error) {
		t.Helper()
		require.NoError(t, store.Do(ctx, fn))
	}

	help := &cms.Category{Key: "help", Type: "faq", Name: "帮助 ☀", Icon: "https://shop.example/i.png",
		Visibility: cms.Visibility{Shown: true, From: noon, Until: noon.Add(time.Hour), Sort: 2}, CreatedAt: noon, UpdatedAt: noon}
	news := &cms.Category{Name: "news", Visibility: cms.Visibility{Shown: true, Sort: 1}, CreatedAt: noon, UpdatedAt: noon}
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.InsertCategory(ctx, news)) })
	_, err := repo.Category(ctx, news.ID)
	require.ErrorIs(t, err, mall.ErrNotFound)
	do(func(ctx context.Context) error {
		news.ID = 0
		require.NoError(t, repo.InsertCategory(ctx, help))
		return repo.InsertCategory(ctx, news)
	})
	got, err := repo.Category(ctx, help.ID)
	require.NoError(t, err)
	require.Equal(t, help, got)
	all, err := repo.Categories(ctx, time.Time{}, mall.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []cms.Category{*news, *help}, all)
	shown, err := repo.Categories(ctx, noon.Add(time.Hour), mall.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []cms.Category{*news}, shown)

	yes := true
	full := &cms.Article{Category: help.ID, Author: "店小二", Title: "How_to 100% pay", Summary: "s", Content: "<p>付款</p>", Picture: "p",
		Keywords: "pay,付款", Tags: "new,hot", Recommended: true, Visibility: cms.Visibility{Shown: true, From: noon, Sort: 5}, CreatedAt: noon, UpdatedAt: noon}
	plain := &cms.Article{Category: help.ID, Title: "b", Visibility: cms.Visibility{Shown: true}, CreatedAt: noon.Add(time.Minute), UpdatedAt: noon}
	loose := &cms.Article{Title: "c", Visibility: cms.Visibility{Shown: true}, CreatedAt: noon.Add(time.Hour), UpdatedAt: noon.Add(time.Hour)}
	hidden := &cms.Article{Category: news.ID, Title: "d", CreatedAt: noon, UpdatedAt: noon}
	do(func(ctx context.Context) error {
		for _, a := range []*cms.Article{full, plain, loose, hidden} {
			require.NoError(t, repo.InsertArticle(ctx, a))
		}
		return nil
	})
	one, err := repo.Article(ctx, full.ID)
	require.NoError(t, err)
	require.Equal(t, full, one)
	titles := func(f cms.ArticleFilter) (names []string) {
		t.Helper()
		list, err := repo.Articles(ctx, f, mall.Page{Limit: 10})
		require.NoError(t, err)
		require.Len(t, list.Items, int(list.Total))
		for _, a := range list.Items {
			require.Empty(t, a.Content)
			names = append(names, a.Title[:1])
		}
		return names
	}
	for _, c := range []struct {
		f    cms.ArticleFilter
		want []string
	}{
		{cms.ArticleFilter{}, []string{"d", "c", "b", "H"}},
		{cms.ArticleFilter{Visible: noon}, []string{"c", "b", "H"}},
		{cms.ArticleFilter{Visible: noon.Add(-time.Second)}, []string{"c", "b"}},
		{cms.ArticleFilter{Category: help.ID}, []string{"b", "H"}},
		{cms.ArticleFilter{ID: plain.ID}, []string{"b"}},
		{cms.ArticleFilter{Recommended: &yes}, []string{"H"}},
		{cms.ArticleFilter{Title: "to 100%"}, []string{"H"}},
		{cms.ArticleFilter{Title: "w_t"}, []string{"H"}},
		{cms.ArticleFilter{Title: "%pay%"}, nil},
		{cms.ArticleFilter{Keyword: "付款"}, []string{"H"}},
		{cms.ArticleFilter{Tag: "hot"}, []string{"H"}},
		{cms.ArticleFilter{Added: cms.Span{From: noon.Add(time.Minute), Until: noon.Add(time.Hour)}}, []string{"b"}},
		{cms.ArticleFilter{Changed: cms.Span{From: noon.Add(time.Minute)}}, []string{"c"}},
		{cms.ArticleFilter{Order: cms.ByNewest}, []string{"d", "c", "b", "H"}},
		{cms.ArticleFilter{Order: cms.ByOldest}, []string{"H", "b", "c", "d"}},
	} {
		require.Equal(t, c.want, titles(c.f), "%+v", c.f)
	}
	_, err = repo.Articles(ctx, cms.ArticleFilter{Order: "id; DROP"}, mall.Page{Limit: 10})
	require.ErrorIs(t, err, mall.ErrInvalid)
	page, err := repo.Articles(ctx, cms.ArticleFilter{}, mall.Page{Offset: 3, Limit: 2})
	require.NoError(t, err)
	require.Equal(t, int64(4), page.Total)
	require.Len(t, page.Items, 1)

	plain.Title, plain.Category = "changed", news.ID
	do(func(ctx context.Context) error {
		ok, err := repo.UpdateArticle(ctx, plain)
		require.True(t, ok)
		return err
	})
	one, err = repo.Article(ctx, plain.ID)
	require.NoError(t, err)
	require.Equal(t, plain, one)
	help.Name = "Help"
	do(func(ctx context.Context) error {
		ok, err := repo.UpdateCategory(ctx, help)
		require.True(t, ok)
		require.NoError(t, err)
		ok, err = repo.DeleteCategory(ctx, help.ID)
		require.True(t, ok)
		require.NoError(t, err)
		ok, err = repo.DeleteCategory(ctx, help.ID)
		require.False(t, ok)
		require.NoError(t, err)
		ok, err = repo.UpdateCategory(ctx, help)
		require.False(t, ok)
		return err
	})
	one, err = repo.Article(ctx, full.ID)
	require.NoError(t, err)
	require.Zero(t, one.Category, "its articles stay")
	require.Equal(t, []string{"d", "c"}, titles(cms.ArticleFilter{Category: news.ID}))
	do(func(ctx context.Context) error {
		ok, err := repo.DeleteArticle(ctx, full.ID)
		require.True(t, ok)
		require.NoError(t, err)
		ok, err = repo.UpdateArticle(ctx, full)
		require.False(t, ok)
		return err
	})
}

package cms_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func ExampleNew() {
	ctx := context.Background()
	dir, err := os.MkdirTemp("", "mall")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	content, err := cms.New(cms.Deps{Repo: store.Content(), Articles: store.Articles(), Tx: store}, cms.Config{})
	if err != nil {
		panic(err)
	}
	err = content.SaveNotice(ctx, mall.System(), &cms.Notice{Title: "Closed on Monday", Visibility: cms.Visibility{Shown: true}})
	fmt.Println(err)
	n, err := content.LatestNotice(ctx, mall.Actor{}, "")
	fmt.Println(n.Title, err)
	// Output:
	// <nil>
	// Closed on Monday <nil>
}

type bundle struct {
	*cms.Service
	now time.Time
}

func setup(t *testing.T, store storage.Store) *bundle {
	t.Helper()
	b := &bundle{now: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
	s, err := cms.New(cms.Deps{Repo: store.Content(), Articles: store.Articles(), Tx: store}, cms.Config{Now: func() time.Time { return b.now }})
	require.NoError(t, err)
	b.Service = s
	return b
}

var (
	staff   = mall.Actor{Account: 1, Face: mall.FaceManager, Rights: []string{cms.RightContent}}
	visitor = mall.Actor{Face: mall.FaceWXAPI}
	buyer   = mall.Actor{Account: 7, Face: mall.FaceWXAPI}
)

func TestNewNamesWhatIsMissing(t *testing.T) {
	t.Parallel()
	_, err := cms.New(cms.Deps{}, cms.Config{})
	require.ErrorContains(t, err, "Repo")
}

func TestNoticeLife(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		n := &cms.Notice{Type: "news", Title: "春节", Content: "<p>放假</p>", Visibility: cms.Visibility{Shown: true, From: b.now.Add(time.Hour), Until: b.now.Add(2 * time.Hour)}}
		require.NoError(t, b.SaveNotice(ctx, staff, n))
		require.NotZero(t, n.ID)
		require.Equal(t, b.now, n.CreatedAt)

		_, err := b.GetNotice(ctx, visitor, n.ID)
		require.ErrorIs(t, err, cms.ErrGone, "before its time")
		_, err = b.LatestNotice(ctx, visitor, "")
		require.ErrorIs(t, err, cms.ErrGone)
		_, err = b.GetNotice(ctx, staff, n.ID)
		require.NoError(t, err, "staff see it")

		b.now = b.now.Add(time.Hour)
		got, err := b.GetNotice(ctx, visitor, n.ID)
		require.NoError(t, err)
		require.Equal(t, "<p>放假</p>", got.Content)
		list, err := b.Notices(ctx, visitor, "news", mall.Page{})
		require.NoError(t, err)
		require.Len(t, list.Items, 1)

		n.Title = "春节快乐"
		require.NoError(t, b.SaveNotice(ctx, staff, n))
		got, err = b.LatestNotice(ctx, visitor, "news")
		require.NoError(t, err)
		require.Equal(t, "春节快乐", got.Title)
		require.Equal(t, n.CreatedAt, got.CreatedAt)

		b.now = b.now.Add(time.Hour)
		_, err = b.LatestNotice(ctx, visitor, "")
		require.ErrorIs(t, err, cms.ErrGone, "after its time")
		require.NoError(t, b.DeleteNotice(ctx, staff, n.ID))
		require.ErrorIs(t, b.DeleteNotice(ctx, staff, n.ID), cms.ErrGone)
		require.ErrorIs(t, b.SaveNotice(ctx, staff, n), cms.ErrGone)
	})
}

func TestTargetedNoticeIsOneAccounts(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		n := &cms.Notice{Title: "yours", Account: buyer.Account, Visibility: cms.Visibility{Shown: true}}
		require.NoError(t, b.SaveNotice(ctx, staff, n))
		for _, who := range []mall.Actor{visitor, {Account: 8}} {
			_, err := b.GetNotice(ctx, who, n.ID)
			require.ErrorIs(t, err, cms.ErrGone)
			list, err := b.Notices(ctx, who, "", mall.Page{})
			require.NoError(t, err)
			require.Empty(t, list.Items)
		}
		_, err := b.GetNotice(ctx, buyer, n.ID)
		require.NoError(t, err)
		require.NoError(t, b.Erase(ctx, buyer.Account))
		_, err = b.GetNotice(ctx, staff, n.ID)
		require.ErrorIs(t, err, cms.ErrGone)
	})
}

func TestBannersOfAType(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		for i, kind := range []string{"index", "app", "index"} {
			require.NoError(t, b.SaveBanner(ctx, staff, &cms.Banner{Type: kind, Picture: fmt.Sprint(i), Visibility: cms.Visibility{Shown: true, Sort: int64(-i)}}))
		}
		hidden := &cms.Banner{Type: "index", Picture: "h"}
		require.NoError(t, b.SaveBanner(ctx, staff, hidden))
		list, err := b.Banners(ctx, "index")
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Equal(t, "2", list[0].Picture)
		hidden.Shown = true
		require.NoError(t, b.SaveBanner(ctx, staff, hidden))
		list, err = b.Banners(ctx, "")
		require.NoError(t, err)
		require.Len(t, list, 4)
		require.NoError(t, b.DeleteBanner(ctx, staff, hidden.ID))
		all, err := b.ListBanners(ctx, staff, cms.Filter{}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(3), all.Total)
	})
}

func TestContentIsStaffWork(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t)), t.Context()
	n, p := &cms.Notice{Title: "x"}, &cms.Banner{Picture: "x"}
	require.ErrorIs(t, b.SaveNotice(ctx, visitor, n), mall.ErrUnauthenticated)
	require.ErrorIs(t, b.SaveNotice(ctx, buyer, n), mall.ErrDenied)
	require.ErrorIs(t, b.DeleteNotice(ctx, buyer, 1), mall.ErrDenied)
	require.ErrorIs(t, b.SaveBanner(ctx, buyer, p), mall.ErrDenied)
	require.ErrorIs(t, b.DeleteBanner(ctx, buyer, 1), mall.ErrDenied)
	_, err := b.ListNotices(ctx, buyer, cms.Filter{}, mall.Page{})
	require.ErrorIs(t, err, mall.ErrDenied)
	_, err = b.ListBanners(ctx, buyer, cms.Filter{}, mall.Page{})
	require.ErrorIs(t, err, mall.ErrDenied)
}

func TestBadContent(t *testing.T) {
	t.Parallel()
	b, ctx := setup(t, storagetest.SQLite(t)), t.Context()
	long := string(make([]byte, 300_000))
	for _, n := range []*cms.Notice{
		{}, {Title: long}, {Title: "x", Content: long}, {Title: "x", Type: long},
		{Title: "x", Visibility: cms.Visibility{From: b.now, Until: b.now}},
	} {
		require.ErrorIs(t, b.SaveNotice(ctx, staff, n), mall.ErrInvalid)
		require.Zero(t, n.ID)
	}
	for _, p := range []*cms.Banner{{}, {Picture: long}, {Picture: "p", LinkType: 2}, {Picture: "p", LinkType: cms.LinkMiniProgram}, {Picture: "p", Link: long}} {
		require.ErrorIs(t, b.SaveBanner(ctx, staff, p), mall.ErrInvalid)
	}
}

func TestArticleLife(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b, ctx := setup(t, store), t.Context()
		c := &cms.Category{Name: "help", Visibility: cms.Visibility{Shown: true}}
		require.NoError(t, b.SaveCategory(ctx, staff, c))
		a := &cms.Article{Category: c.ID, Title: "付款", Content: "<p>…</p>", Visibility: cms.Visibility{Shown: true, From: b.now.Add(time.Hour)}}
		require.NoError(t, b.SaveArticle(ctx, staff, a))
		_, err := b.GetArticle(ctx, visitor, a.ID)
		require.ErrorIs(t, err, cms.ErrGone, "before its time")
		_, err = b.GetArticle(ctx, staff, a.ID)
		require.NoError(t, err, "staff see it")
		all, err := b.ListArticles(ctx, staff, cms.ArticleFilter{}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(1), all.Total)
		b.now = b.now.Add(time.Hour)
		list, err := b.Articles(ctx, cms.ArticleFilter{Category: c.ID}, mall.Page{})
		require.NoError(t, err)
		require.Len(t, list.Items, 1)

		require.NoError(t, b.DeleteCategory(ctx, staff, c.ID))
		require.ErrorIs(t, b.DeleteCategory(ctx, staff, c.ID), cms.ErrGone)
		_, err = b.GetCategory(ctx, staff, c.ID)
		require.ErrorIs(t, err, cms.ErrGone)
		got, err := b.GetArticle(ctx, visitor, a.ID)
		require.NoError(t, err)
		require.Zero(t, got.Category)
		require.ErrorIs(t, b.SaveArticle(ctx, staff, a), mall.ErrInvalid, "into a category that is gone")
		require.NoError(t, b.DeleteArticle(ctx, staff, a.ID))
		require.ErrorIs(t, b.SaveArticle(ctx, staff, got), cms.ErrGone)
		require.ErrorIs(t, b.DeleteArticle(ctx, buyer, a.ID), mall.ErrDenied)
		require.ErrorIs(t, b.SaveArticle(ctx, buyer, a), mall.ErrDenied)
		require.ErrorIs(t, b.SaveCategory(ctx, buyer, c), mall.ErrDenied)
		require.ErrorIs(t, b.SaveCategory(ctx, staff, &cms.Category{}), mall.ErrInvalid)
		require.ErrorIs(t, b.SaveArticle(ctx, staff, &cms.Article{}), mall.ErrInvalid)
	})
}

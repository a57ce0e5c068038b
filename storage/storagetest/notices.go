package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms"
)

var noon = time.UnixMilli(1_790_000_000_123).UTC()

func notice(title string, sort int64) *cms.Notice {
	return &cms.Notice{Type: "news", Title: title, Content: "<p>" + title + "</p>", Visibility: cms.Visibility{Shown: true, Sort: sort}, CreatedAt: noon, UpdatedAt: noon}
}

func testNotices(t *testing.T, open Open) {
	store := open(t)
	repo := store.Content()
	ctx := t.Context()

	rolledBack(t, store, func(ctx context.Context) {
		n := notice("gone", 0)
		require.NoError(t, repo.InsertNotice(ctx, n))
		got, err := repo.Notice(ctx, n.ID)
		require.NoError(t, err)
		require.Equal(t, n, got, "a transaction reads its own writes")
	})
	list, err := repo.Notices(ctx, cms.Filter{}, mall.Page{Limit: 10})
	require.NoError(t, err)
	require.Empty(t, list.Items)
	require.ErrorIs(t, repo.InsertNotice(ctx, notice("x", 0)), mall.ErrNoTx)

	full := notice("full", 3)
	full.Shop, full.Remind = 4, true
	full.From, full.Until = noon.Add(-time.Hour), noon.Add(time.Hour)
	hidden, mine, first, last, ended := notice("hidden", 0), notice("mine", 5), notice("first", 1), notice("last", 1), notice("ended", 0)
	hidden.Shown, mine.Account, ended.Until, first.Type = false, 7, noon, "other"
	all := []*cms.Notice{full, hidden, mine, first, last, ended}
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		for _, n := range all {
			n.ID = 0
			if err := repo.InsertNotice(ctx, n); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, n := range all {
		got, err := repo.Notice(ctx, n.ID)
		require.NoError(t, err)
		require.Equal(t, n, got)
	}

	titles := func(f cms.Filter, p mall.Page) ([]string, int64) {
		list, err := repo.Notices(ctx, f, p)
		require.NoError(t, err)
		var names []string
		for _, n := range list.Items {
			names = append(names, n.Title)
		}
		return names, list.Total
	}
	for _, c := range []struct {
		name string
		f    cms.Filter
		p    mall.Page
		want []string
		n    int64
	}{
		{"staff see everything in order", cms.Filter{}, mall.Page{Limit: 10}, []string{"ended", "hidden", "last", "first", "full", "mine"}, 6},
		{"public", cms.Filter{Visible: noon}, mall.Page{Limit: 10}, []string{"last", "first", "full"}, 3},
		{"a page with the total", cms.Filter{Visible: noon}, mall.Page{Offset: 1, Limit: 1}, []string{"first"}, 3},
		{"past the end", cms.Filter{Visible: noon}, mall.Page{Offset: 9, Limit: 1}, nil, 3},
		{"by type", cms.Filter{Visible: noon, Type: "other"}, mall.Page{Limit: 10}, []string{"first"}, 1},
		{"by shop", cms.Filter{Shop: 4}, mall.Page{Limit: 10}, []string{"full"}, 1},
		{"for one account", cms.Filter{Visible: noon, Account: 7}, mall.Page{Limit: 10}, []string{"last", "first", "full", "mine"}, 4},
		{"before its time", cms.Filter{Visible: noon.Add(-time.Hour - 1)}, mall.Page{Limit: 10}, []string{"ended", "last", "first"}, 3},
		{"after its time", cms.Filter{Visible: noon.Add(time.Hour)}, mall.Page{Limit: 10}, []string{"last", "first"}, 2},
	} {
		got, n := titles(c.f, c.p)
		require.Equal(t, c.want, got, c.name)
		require.Equal(t, c.n, n, c.name)
	}

	latest, err := repo.LatestNotice(ctx, cms.Filter{Visible: noon})
	require.NoError(t, err)
	require.Equal(t, "last", latest.Title)
	_, err = repo.LatestNotice(ctx, cms.Filter{Visible: noon, Type: "none"})
	require.ErrorIs(t, err, mall.ErrNotFound)

	change := func(fn func(ctx context.Context) (bool, error)) (ok bool) {
		require.NoError(t, store.Do(ctx, func(ctx context.Context) (err error) {
			ok, err = fn(ctx)
			return err
		}))
		return ok
	}
	edited := *full
	edited.Title, edited.CreatedAt, edited.UpdatedAt, edited.Until = "edited", noon.Add(time.Hour), noon.Add(time.Minute), time.Time{}
	require.True(t, change(func(ctx context.Context) (bool, error) { return repo.UpdateNotice(ctx, &edited) }))
	got, err := repo.Notice(ctx, full.ID)
	require.NoError(t, err)
	edited.CreatedAt = noon
	require.Equal(t, &edited, got, "all but the time of creation")
	edited.ID = 999
	require.False(t, change(func(ctx context.Context) (bool, error) { return repo.UpdateNotice(ctx, &edited) }))
	require.True(t, change(func(ctx context.Context) (bool, error) { return repo.DeleteNotice(ctx, full.ID) }))
	require.False(t, change(func(ctx context.Context) (bool, error) { return repo.DeleteNotice(ctx, full.ID) }))
	own := func(n cms.Notice) mall.ID { return n.ID }
	walked(t, 7, repo.EachNotice, own, *mine)
	walked(t, 0, repo.EachNotice, own)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.EraseNotices(ctx, 7) }))
	_, err = repo.Notice(ctx, mine.ID)
	require.ErrorIs(t, err, mall.ErrNotFound)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.EraseNotices(ctx, 0) }))
	_, err = repo.Notice(ctx, first.ID)
	require.NoError(t, err, "account 0 is everybody, whose notices stay")
}

package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms"
)

func testBanners(t *testing.T, open Open) {
	store := open(t)
	repo := store.Content()
	ctx := t.Context()

	full := &cms.Banner{
		Shop: 2, Type: "index", Title: "夏天 ☀", Picture: "https://shop.example/files/a.png", Link: "pages/goods/index?id=7",
		LinkType: cms.LinkMiniProgram, AppID: "wx1", Remark: "r", Business: 7,
		Visibility: cms.Visibility{Shown: true, From: noon, Until: noon.Add(time.Hour), Sort: -1}, CreatedAt: noon, UpdatedAt: noon,
	}
	plain := &cms.Banner{Type: "index", Picture: "p", Visibility: cms.Visibility{Shown: true}, CreatedAt: noon, UpdatedAt: noon}
	newer := &cms.Banner{Type: "index", Picture: "n", Visibility: cms.Visibility{Shown: true}, CreatedAt: noon, UpdatedAt: noon}
	hidden := &cms.Banner{Type: "index", Picture: "h", CreatedAt: noon, UpdatedAt: noon}
	other := &cms.Banner{Type: "app", Picture: "o", Visibility: cms.Visibility{Shown: true}, CreatedAt: noon, UpdatedAt: noon}
	all := []*cms.Banner{full, plain, newer, hidden, other}

	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.InsertBanner(ctx, plain)) })
	_, err := repo.Banner(ctx, plain.ID)
	require.ErrorIs(t, err, mall.ErrNotFound)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		for _, b := range all {
			b.ID = 0
			if err := repo.InsertBanner(ctx, b); err != nil {
				return err
			}
		}
		return nil
	}))
	for _, b := range all {
		got, err := repo.Banner(ctx, b.ID)
		require.NoError(t, err)
		require.Equal(t, b, got)
	}
	pictures := func(f cms.Filter) (names []string) {
		list, err := repo.Banners(ctx, f, mall.Page{Limit: 10})
		require.NoError(t, err)
		require.Len(t, list.Items, int(list.Total))
		for _, b := range list.Items {
			names = append(names, b.Picture)
		}
		return names
	}
	require.Equal(t, []string{full.Picture, "n", "p"}, pictures(cms.Filter{Type: "index", Visible: noon}))
	require.Equal(t, []string{"n", "p"}, pictures(cms.Filter{Type: "index", Visible: noon.Add(time.Hour)}))
	require.Equal(t, []string{full.Picture, "h", "n", "p"}, pictures(cms.Filter{Type: "index"}))
	require.Len(t, pictures(cms.Filter{}), 5)
	require.Empty(t, pictures(cms.Filter{Type: "none"}))

	plain.Title, plain.From = "changed", noon.Add(time.Minute)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		ok, err := repo.UpdateBanner(ctx, plain)
		require.True(t, ok)
		return err
	}))
	got, err := repo.Banner(ctx, plain.ID)
	require.NoError(t, err)
	require.Equal(t, plain, got)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		ok, err := repo.DeleteBanner(ctx, plain.ID)
		require.True(t, ok)
		return err
	}))
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		ok, err := repo.UpdateBanner(ctx, plain)
		require.False(t, ok)
		return err
	}))
}

package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/site"
)

func testSettings(t *testing.T, open Open) {
	store := open(t)
	repo := store.Site()
	ctx := t.Context()
	do := func(fn func(ctx context.Context) error) {
		t.Helper()
		require.NoError(t, store.Do(ctx, fn))
	}
	name := site.Setting{Key: "mallName", Value: "茶馆 🍵", Remark: "shown on top", Access: site.Public, UpdatedAt: noon}
	secret := site.Setting{Key: "aesKey", Value: "s3cret", Access: site.Secret, UpdatedAt: noon}

	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.SaveSetting(ctx, name)) })
	list, err := repo.Settings(ctx)
	require.NoError(t, err)
	require.Empty(t, list)
	require.ErrorIs(t, repo.SaveSetting(ctx, name), mall.ErrNoTx)

	do(func(ctx context.Context) error { return repo.SaveSetting(ctx, name) })
	do(func(ctx context.Context) error { return repo.SaveSetting(ctx, secret) })
	list, err = repo.Settings(ctx)
	require.NoError(t, err)
	require.Equal(t, []site.Setting{secret, name}, list, "by key")

	name.Value, name.Remark, name.Access, name.UpdatedAt = "", "", site.Private, noon.Add(time.Second)
	do(func(ctx context.Context) error { return repo.SaveSetting(ctx, name) })
	do(func(ctx context.Context) error {
		ok, err := repo.AddSetting(ctx, site.Setting{Key: "mallName", Value: "kept out", UpdatedAt: noon})
		require.False(t, ok)
		return err
	})
	list, err = repo.Settings(ctx)
	require.NoError(t, err)
	require.Equal(t, name, list[1])
	do(func(ctx context.Context) error {
		ok, err := repo.AddSetting(ctx, site.Setting{Key: "zero", UpdatedAt: noon})
		require.True(t, ok)
		return err
	})
	do(func(ctx context.Context) error {
		ok, err := repo.DeleteSetting(ctx, "zero")
		require.True(t, ok)
		return err
	})
	do(func(ctx context.Context) error {
		ok, err := repo.DeleteSetting(ctx, "zero")
		require.False(t, ok)
		return err
	})
}

func testAdPositions(t *testing.T, open Open) {
	store := open(t)
	repo := store.Site()
	ctx := t.Context()
	pop := site.AdPosition{Key: "indexPop", Picture: "p.png", Link: "pages/index", Shown: true, UpdatedAt: noon}

	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.SaveAdPosition(ctx, pop)) })
	_, err := repo.AdPosition(ctx, "indexPop")
	require.ErrorIs(t, err, mall.ErrNotFound)
	for range 2 {
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.SaveAdPosition(ctx, pop) }))
		got, err := repo.AdPosition(ctx, "indexPop")
		require.NoError(t, err)
		require.Equal(t, &pop, got)
		pop.Picture, pop.Link, pop.Shown, pop.UpdatedAt = "q.png", "", false, noon.Add(time.Second)
	}
	list, err := repo.AdPositions(ctx)
	require.NoError(t, err)
	require.Equal(t, []site.AdPosition{pop}, list)
	for _, want := range []bool{true, false} {
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			ok, err := repo.DeleteAdPosition(ctx, "indexPop")
			require.Equal(t, want, ok)
			return err
		}))
	}
}

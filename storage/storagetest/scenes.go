package storagetest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/wechat"
)

var scene0 = wechat.Scene{Hash: "h", Operator: 2, Page: "pages/a", Order: "O1", Account: 7, CreatedAt: moment0, ExpiresAt: moment0.Add(time.Minute)}

func testScenes(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Scenes(), t.Context()
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.Insert(ctx, scene0)) })
	none, err := repo.Find(ctx, "h")
	require.NoError(t, err)
	require.Nil(t, none)

	must(t, store, func(ctx context.Context) error { return repo.Insert(ctx, scene0) })
	got, err := repo.Find(ctx, "h")
	require.NoError(t, err)
	require.Equal(t, scene0, *got)
	use := func(hash string, operator mall.ID, at time.Time) (ok bool) {
		must(t, store, func(ctx context.Context) (err error) {
			ok, err = repo.Use(ctx, hash, operator, at)
			return err
		})
		return ok
	}
	require.False(t, use("x", 2, moment0), "unknown")
	require.False(t, use("h", 1, moment0), "another centre")
	require.False(t, use("h", 2, moment0.Add(time.Minute)), "expired")
	require.True(t, use("h", 2, moment0))
	require.False(t, use("h", 2, moment0), "once")
	got, err = repo.Find(ctx, "h")
	require.NoError(t, err)
	require.Equal(t, moment0, got.UsedAt)
	must(t, store, func(ctx context.Context) error {
		n, err := repo.Forget(ctx, moment0.Add(time.Minute), 10)
		require.Zero(t, n)
		require.NoError(t, err)
		n, err = repo.Forget(ctx, moment0.Add(time.Hour), 10)
		require.Equal(t, int64(1), n)
		return err
	})
}

func testSceneRaces(t *testing.T, open Open) {
	store := open(t)
	must(t, store, func(ctx context.Context) error { return store.Scenes().Insert(ctx, scene0) })
	var won atomic.Int64
	together(20, func(int) {
		_ = store.Do(t.Context(), func(ctx context.Context) error {
			ok, err := store.Scenes().Use(ctx, "h", 2, moment0)
			if ok {
				won.Add(1)
			}
			return err
		})
	})
	require.Equal(t, int64(1), won.Load())
}

package storagetest

import (
	"context"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

func testSessions(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Sessions(), t.Context()
	anna := account("anna", "13800000001")
	must(t, store, func(ctx context.Context) error { return store.Accounts().Insert(ctx, anna, "") })
	s := &auth.Session{
		Hash: "h1", Account: anna.ID, Face: mall.FaceWXAPI, Scope: "general", AppID: "wx1", OpenID: "o1", UnionID: "u1",
		DeviceID: "d", DeviceName: "phone", Addr: "192.0.2.1",
		CreatedAt: moment0, SeenAt: moment0, ExpiresAt: moment0.Add(time.Hour),
	}
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.Open(ctx, s)) })
	_, _, err := repo.ByHash(ctx, "h1")
	require.ErrorIs(t, err, mall.ErrNotFound)

	visitor := &auth.Session{Hash: "h2", Face: mall.FaceO2O, OpenID: "o2", CreatedAt: moment0, SeenAt: moment0, ExpiresAt: moment0.Add(time.Hour)}
	must(t, store, func(ctx context.Context) error { return repo.Open(ctx, s) })
	must(t, store, func(ctx context.Context) error { return repo.Open(ctx, visitor) })
	statements := Statements(ctx, t, func(ctx context.Context) error {
		got, h, err := repo.ByHash(ctx, "h1")
		require.Equal(t, *s, got)
		require.Equal(t, auth.Holder{Status: auth.Active, Role: auth.RoleStaff}, h)
		return err
	})
	require.Len(t, statements, 1, "every request pays for this")
	got, h, err := repo.ByHash(ctx, "h2")
	require.NoError(t, err)
	require.Equal(t, *visitor, got)
	require.Zero(t, h)

	walked(t, anna.ID, repo.Each, func(s auth.Session) mall.ID { return s.ID }, *s)
	rolledBack(t, store, func(ctx context.Context) {
		ok, err := repo.Assign(ctx, visitor.ID, anna.ID, "")
		require.True(t, ok)
		require.NoError(t, err)
	})
	must(t, store, func(ctx context.Context) error {
		ok, err := repo.Assign(ctx, visitor.ID, 0, "pay")
		require.True(t, ok)
		require.NoError(t, err)
		ok, err = repo.Assign(ctx, visitor.ID+100, 0, "pay")
		require.False(t, ok, "no such session")
		return err
	})
	got, _, err = repo.ByHash(ctx, "h2")
	require.NoError(t, err)
	require.Equal(t, "pay", got.Scope)
	require.Zero(t, got.Account)

	later := moment0.Add(time.Minute)
	must(t, store, func(ctx context.Context) error {
		ok, err := repo.Prolong(ctx, s.ID, later, later, later)
		require.False(t, ok, "somebody else was faster")
		require.NoError(t, err)
		ok, err = repo.Prolong(ctx, s.ID, moment0, later, moment0.Add(2*time.Hour))
		require.True(t, ok)
		return err
	})
	must(t, store, func(ctx context.Context) error {
		n, err := repo.Forget(ctx, moment0.Add(90*time.Minute), 10)
		require.Equal(t, int64(1), n)
		return err
	})
	must(t, store, func(ctx context.Context) error { return repo.CloseAll(ctx, anna.ID, s.ID) })
	_, _, err = repo.ByHash(ctx, "h1")
	require.NoError(t, err)
	must(t, store, func(ctx context.Context) error { return repo.CloseIdentity(ctx, "wx2", "o1") })
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.CloseIdentity(ctx, "wx1", "o1")) })
	_, _, err = repo.ByHash(ctx, "h1")
	require.NoError(t, err, "of another mini program")
	again := *s
	again.Hash, again.Account = "h3", 0
	must(t, store, func(ctx context.Context) error { return repo.Open(ctx, &again) })
	must(t, store, func(ctx context.Context) error { return repo.CloseIdentity(ctx, "wx1", "o1") })
	for _, hash := range []string{"h1", "h3"} {
		_, _, err = repo.ByHash(ctx, hash)
		require.ErrorIs(t, err, mall.ErrNotFound, "whatever account they have")
	}
	again.Hash, again.Account = "h1", anna.ID
	must(t, store, func(ctx context.Context) error { return repo.Open(ctx, &again) })
	must(t, store, func(ctx context.Context) error { return repo.CloseAll(ctx, anna.ID, 0) })
	must(t, store, func(ctx context.Context) error { return repo.Close(ctx, s.ID) })
	_, _, err = repo.ByHash(ctx, "h1")
	require.ErrorIs(t, err, mall.ErrNotFound)
}

func testLimits(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Limits(), t.Context()
	take := func(at time.Time) (ok bool) {
		must(t, store, func(ctx context.Context) (err error) {
			ok, err = repo.Take(ctx, "k", 2, time.Minute, at)
			return err
		})
		return ok
	}
	reached := func(at time.Time) bool {
		full, err := repo.Reached(ctx, "k", 2, at)
		require.NoError(t, err)
		return full
	}
	require.False(t, reached(moment0))
	require.True(t, take(moment0))
	require.True(t, take(moment0.Add(time.Second)))
	require.True(t, reached(moment0))
	require.False(t, take(moment0.Add(59*time.Second)), "the window began with the first use")
	require.False(t, reached(moment0.Add(time.Minute)))
	require.True(t, take(moment0.Add(time.Minute)))
	must(t, store, func(ctx context.Context) error { return repo.Reset(ctx, "k") })
	require.True(t, take(moment0))
	must(t, store, func(ctx context.Context) error {
		n, err := repo.Forget(ctx, moment0.Add(time.Hour), 10)
		require.Equal(t, int64(1), n)
		return err
	})
}

func testLimitRaces(t *testing.T, open Open) {
	store := open(t)
	var won atomic.Int64
	together(30, func(int) {
		_ = store.Do(t.Context(), func(ctx context.Context) error {
			ok, err := store.Limits().Take(ctx, "k", 7, time.Minute, moment0)
			if ok {
				won.Add(1)
			}
			return err
		})
	})
	require.Equal(t, int64(7), won.Load())
}

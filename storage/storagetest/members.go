package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
)

func testMembers(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Members(), t.Context()
	silver := &member.Level{Name: "银卡", Rank: 1, Sort: 9, Rebate: 9500, Active: true, CreatedAt: moment0, UpdatedAt: moment0}
	gold := &member.Level{Name: "金卡", Rank: 2, Rebate: 9000, Active: true, Ext: map[string]string{"生日": "蛋糕🎂"}, CreatedAt: moment0, UpdatedAt: moment0}
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.Save(ctx, silver)) })
	silver.ID = 0
	must(t, store, func(ctx context.Context) error { return repo.Save(ctx, silver) })
	must(t, store, func(ctx context.Context) error { return repo.Save(ctx, gold) })
	got, err := repo.Level(ctx, silver.ID)
	require.NoError(t, err)
	require.Equal(t, silver, got)
	_, err = repo.Level(ctx, 999)
	require.ErrorIs(t, err, mall.ErrNotFound)
	levels, err := repo.Levels(ctx)
	require.NoError(t, err)
	require.Equal(t, []member.Level{*silver, *gold}, levels)

	extra := &member.Level{Name: "试", Rebate: mall.Whole, CreatedAt: moment0, UpdatedAt: moment0}
	must(t, store, func(ctx context.Context) error {
		extra.ID = 0
		require.NoError(t, repo.Save(ctx, extra))
		for _, want := range []bool{true, false} {
			ok, err := repo.Delete(ctx, extra.ID)
			require.NoError(t, err)
			require.Equal(t, want, ok)
		}
		return nil
	})

	held := func(at time.Time) member.Level {
		l, err := repo.Held(ctx, 5, at)
		require.NoError(t, err)
		return l
	}
	require.Zero(t, held(moment0))
	end := moment0.Add(time.Hour)
	must(t, store, func(ctx context.Context) error {
		require.NoError(t, repo.Own(ctx, 5))
		require.NoError(t, repo.Own(ctx, 5))
		require.NoError(t, repo.Hold(ctx, 5, silver.ID, moment0, time.Time{}))
		return repo.Hold(ctx, 5, gold.ID, moment0, end)
	})
	l := held(moment0)
	require.Equal(t, gold.ID, l.ID, "the highest rank counts")
	require.Equal(t, end, l.ExpiresAt)
	for at, want := range map[time.Time]int64{moment0: 1, end: 0} {
		n, err := repo.Holders(ctx, gold.ID, at)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	best, err := repo.HeldBy(ctx, []mall.ID{5, 6}, moment0)
	require.NoError(t, err)
	require.Equal(t, map[mall.ID]member.Level{5: l}, best, "the same for many at once")
	l = held(end)
	require.Equal(t, silver.ID, l.ID, "after its end the next one does")
	require.True(t, l.ExpiresAt.IsZero())
	must(t, store, func(ctx context.Context) error { return repo.Drop(ctx, 5, silver.ID) })
	require.Zero(t, held(end))

	g := &member.Grant{Account: 5, Level: gold.ID, Source: "payment:1", Term: member.Term{N: 2, Unit: mall.Yearly}, CreatedAt: moment0}
	must(t, store, func(ctx context.Context) error { return repo.Insert(ctx, g) })
	twin := *g
	require.ErrorIs(t, store.Do(ctx, func(ctx context.Context) error { return repo.Insert(ctx, &twin) }), mall.ErrConflict)
	bySource, err := repo.BySource(ctx, "payment:1")
	require.NoError(t, err)
	require.Equal(t, g, bySource)
	standing, err := repo.Standing(ctx, 5, gold.ID)
	require.NoError(t, err)
	require.Equal(t, []member.Grant{*g}, standing)
	must(t, store, func(ctx context.Context) error {
		ok, err := repo.Revoke(ctx, g.ID, moment0)
		require.True(t, ok)
		require.NoError(t, err)
		ok, err = repo.Revoke(ctx, g.ID, moment0)
		require.False(t, ok)
		return err
	})
	standing, err = repo.Standing(ctx, 5, gold.ID)
	require.NoError(t, err)
	require.Empty(t, standing)
}

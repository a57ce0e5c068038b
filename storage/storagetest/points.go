package storagetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/points"
)

func pointEntry(c points.Currency, change int64, source mall.ID) *points.Entry {
	return &points.Entry{Account: 5, Currency: c, Kind: points.KindGift, Change: change, Left: 3,
		Source: points.Source{Type: "test", ID: source}, Order: 9, Remark: "生日🎂", At: moneyDay}
}

func testPoints(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Points(), t.Context()
	fill := func(ctx context.Context) {
		left, ok, err := repo.Change(ctx, 5, points.Points, 10, 10, false)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, int64(10), left)
		ok, err = repo.Append(ctx, pointEntry(points.Points, 10, 1))
		require.NoError(t, err)
		require.True(t, ok)
		require.NoError(t, repo.SaveRule(ctx, &points.Rule{Score: 100, Money: 100, Loop: true}))
	}
	rolledBack(t, store, fill)
	a, err := repo.Get(ctx, 5)
	require.NoError(t, err)
	require.Zero(t, a)
	rules, err := repo.Rules(ctx)
	require.NoError(t, err)
	require.Empty(t, rules)

	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		fill(ctx)
		_, ok, err := repo.Change(ctx, 5, points.Points, -11, 0, true)
		require.NoError(t, err)
		require.False(t, ok)
		_, ok, err = repo.Change(ctx, 5, points.Growth, -1, 0, true)
		require.NoError(t, err)
		require.False(t, ok, "no account, nothing to spend")
		left, ok, err := repo.Change(ctx, 5, points.Points, -12, -2, false)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, int64(-2), left)
		_, _, err = repo.Change(ctx, 5, points.Growth, 4, 4, false)
		require.NoError(t, err)
		ok, err = repo.Append(ctx, pointEntry(points.Points, 1, 1))
		require.NoError(t, err)
		require.False(t, ok, "one entry a source")
		ok, err = repo.Append(ctx, pointEntry(points.Growth, 4, 1))
		require.NoError(t, err)
		require.True(t, ok, "and currency")
		return nil
	}))
	a, err = repo.Get(ctx, 5)
	require.NoError(t, err)
	require.Equal(t, points.Amounts{Points: -2, Growth: 4, Total: 8}, a)
	want := pointEntry(points.Growth, 4, 1)
	got, err := repo.FindSource(ctx, 5, points.Growth, want.Source)
	require.NoError(t, err)
	want.ID = got.ID
	require.Equal(t, want, got)
	_, err = repo.FindSource(ctx, 5, points.Growth, points.Source{Type: "other", ID: 1})
	require.ErrorIs(t, err, mall.ErrNotFound)
	list, err := repo.Logs(ctx, 5, points.Growth, mall.Page{Limit: 10})
	require.NoError(t, err)
	require.Equal(t, []points.Entry{*want}, list.Items)
	walked(t, 5, func(ctx context.Context, owner, after mall.ID, limit int64) ([]points.Entry, error) {
		return repo.Each(ctx, owner, points.Growth, after, limit)
	}, func(e points.Entry) mall.ID { return e.ID }, *want)
	sum, err := repo.Sum(ctx, 5, points.Points)
	require.NoError(t, err)
	require.Equal(t, int64(10), sum)

	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		rules, err := repo.Rules(ctx)
		require.NoError(t, err)
		require.Len(t, rules, 1)
		rules[0].Money = 50
		require.NoError(t, repo.SaveRule(ctx, &rules[0]))
		require.ErrorIs(t, repo.SaveRule(ctx, &points.Rule{ID: 999, Score: 1, Money: 1}), mall.ErrNotFound)
		again, err := repo.Rules(ctx)
		require.NoError(t, err)
		require.Equal(t, rules, again)
		ok, err := repo.DeleteRule(ctx, rules[0].ID)
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = repo.DeleteRule(ctx, rules[0].ID)
		require.NoError(t, err)
		require.False(t, ok)
		return repo.Redact(ctx, 5)
	}))
	got, err = repo.FindSource(ctx, 5, points.Growth, want.Source)
	require.NoError(t, err)
	require.Empty(t, got.Remark)
	_, _, err = repo.Change(ctx, 5, points.Points, 1, 1, false)
	require.ErrorIs(t, err, mall.ErrNoTx)
}

// testPointRaces: 20 parallel spendings of 3 out of 10 happen 3 times.
func testPointRaces(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Points(), t.Context()
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		_, _, err := repo.Change(ctx, 1, points.Points, 10, 10, false)
		return err
	}))
	require.Equal(t, int64(3), winners(t, store, 20, func(ctx context.Context) (bool, error) {
		_, ok, err := repo.Change(ctx, 1, points.Points, -3, 0, true)
		return ok, err
	}))
}

package points_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func setup(t *testing.T, store storage.Store) *points.Service {
	svc, err := points.New(points.Deps{Repo: store.Points(), Tx: store, Outbox: store},
		points.Config{Now: func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }})
	require.NoError(t, err)
	return svc
}

func move(amount int64, kind string, id mall.ID) points.Move {
	return points.Move{Account: 1, Kind: points.KindGift, Amount: amount, Source: points.Source{Type: kind, ID: id}, Remark: "r"}
}

func TestLedger(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		svc, ctx := setup(t, store), t.Context()
		growth := move(7, "e", 1)
		growth.Currency = points.Growth
		require.ErrorIs(t, svc.Spend(ctx, move(1, "s", 1)), points.ErrShort)
		for range 2 { // the same again moves nothing
			require.NoError(t, svc.Earn(ctx, move(100, "e", 1)))
			require.NoError(t, svc.Earn(ctx, growth), "a currency of its own")
			require.NoError(t, svc.Spend(ctx, move(90, "s", 1)))
		}
		require.ErrorIs(t, svc.Earn(ctx, move(99, "e", 1)), points.ErrSource)
		require.NoError(t, svc.Return(ctx, move(40, "r", 1)))
		require.NoError(t, svc.Clawback(ctx, move(100, "c", 1)))
		require.ErrorIs(t, svc.Spend(ctx, move(1, "s", 2)), points.ErrShort)
		a, err := svc.Amounts(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, points.Amounts{Points: -50, Growth: 7, Total: 0}, a)
		sum, err := store.Points().Sum(ctx, 1, points.Points)
		require.NoError(t, err)
		require.Equal(t, a.Points, sum)
		logs, err := svc.Logs(ctx, 1, points.Points, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(4), logs.Total)
		require.Equal(t, int64(-100), logs.Items[0].Change)
		for _, m := range []points.Move{move(0, "x", 1), move(-1, "x", 1), move(1, "", 1), {Amount: 1, Source: points.Source{Type: "x"}}} {
			require.ErrorIs(t, svc.Earn(ctx, m), mall.ErrInvalid)
		}

		e := svc.Eraser()
		require.NoError(t, e.Busy(ctx, 1))
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return e.Erase(ctx, 1) }))
		logs, err = svc.Logs(ctx, 1, points.Points, mall.Page{})
		require.NoError(t, err)
		require.Empty(t, logs.Items[0].Remark)
	})
}

func TestDeduct(t *testing.T) {
	t.Parallel()
	svc, ctx := setup(t, storagetest.SQLite(t)), t.Context()
	_, err := svc.SaveRule(ctx, mall.Actor{Account: 1}, points.Rule{Score: 1, Money: 1})
	require.ErrorIs(t, err, mall.ErrDenied)
	_, err = svc.SaveRule(ctx, mall.System(), points.Rule{Score: 0, Money: 1})
	require.ErrorIs(t, err, points.ErrRule)
	loop, err := svc.SaveRule(ctx, mall.System(), points.Rule{Score: 100, Money: 100, Loop: true})
	require.NoError(t, err)
	once, err := svc.SaveRule(ctx, mall.System(), points.Rule{Score: 250, Money: 400})
	require.NoError(t, err)
	require.NoError(t, svc.Earn(ctx, move(700, "e", 1)))

	for _, c := range []struct {
		score  int64
		amount mall.Money
		want   points.Deduction
	}{
		{-1, 5000, points.Deduction{}},
		{99, 5000, points.Deduction{}},
		{100, 99, points.Deduction{}},
		{100, 5000, points.Deduction{Rule: loop.ID, Score: 100, Money: 100}},
		{199, 5000, points.Deduction{Rule: loop.ID, Score: 100, Money: 100}},
		{300, 5000, points.Deduction{Rule: once.ID, Score: 250, Money: 400}},
		{300, 399, points.Deduction{Rule: loop.ID, Score: 300, Money: 300}},
		{400, 5000, points.Deduction{Rule: once.ID, Score: 250, Money: 400}},
		{9999, 5000, points.Deduction{Rule: loop.ID, Score: 700, Money: 700}},
		{9999, 650, points.Deduction{Rule: loop.ID, Score: 600, Money: 600}},
	} {
		d, err := svc.Deduct(ctx, 1, c.score, c.amount)
		require.NoError(t, err)
		require.Equal(t, c.want, d, "%d points, %s", c.score, c.amount)
	}
	d, err := svc.Deduct(ctx, 2, 100, 5000)
	require.NoError(t, err)
	require.Zero(t, d, "nobody has points there")

	rapid.Check(t, func(rt *rapid.T) {
		score, amount := rapid.Int64Range(-5, 2000).Draw(rt, "score"), mall.Money(rapid.Int64Range(-5, 2000).Draw(rt, "amount"))
		d, err := svc.Deduct(ctx, 1, score, amount)
		require.NoError(rt, err)
		require.LessOrEqual(rt, d.Score, max(min(score, 700), 0))
		require.LessOrEqual(rt, d.Money, max(amount, 0))
		require.Equal(rt, d.Score == 0, d.Money == 0)
	})
	require.NoError(t, svc.DeleteRule(ctx, mall.System(), loop.ID))
	require.ErrorIs(t, svc.DeleteRule(ctx, mall.System(), loop.ID), mall.ErrNotFound)
}

package member_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

const day = 24 * time.Hour

func TestMembership(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		ctx, at := t.Context(), time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
		s, err := member.New(member.Deps{Tx: store, Outbox: store, Repository: store.Members()}, member.Config{Now: func() time.Time { return at }})
		require.NoError(t, err)
		silver := &member.Level{Name: "银卡", Rank: 1, Rebate: 9500, Active: true}
		gold := &member.Level{Name: "金卡", Rank: 2, Rebate: 9000, Active: true}
		require.NoError(t, s.Save(ctx, mall.System(), silver))
		require.NoError(t, s.Save(ctx, mall.System(), gold))
		require.ErrorIs(t, s.Save(ctx, mall.Actor{Account: 1}, gold), mall.ErrDenied)
		require.ErrorIs(t, s.Save(ctx, mall.System(), &member.Level{Name: "x", Rebate: 10_001}), mall.ErrInvalid)
		require.ErrorIs(t, s.Give(ctx, 5, 999, 1, "x"), member.ErrNoLevel)

		level := func() member.Level {
			t.Helper()
			l, err := s.LevelOf(ctx, 5)
			require.NoError(t, err)
			return l
		}
		require.Equal(t, member.Level{Rebate: mall.Whole}, level())
		require.NoError(t, s.Give(ctx, 5, silver.ID, 0, "gift:1"))
		require.Equal(t, silver.ID, level().ID)

		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() { _ = s.Give(ctx, 5, gold.ID, 3, fmt.Sprint("payment:", i%5)) })
		}
		wg.Wait()
		require.Equal(t, at.Add(15*day), level().ExpiresAt, "five payments, each counted once")
		require.NoError(t, s.Revoke(ctx, "payment:2"))
		require.NoError(t, s.Revoke(ctx, "payment:2"))
		require.NoError(t, s.Revoke(ctx, "payment:99"))
		require.Equal(t, at.Add(12*day), level().ExpiresAt, "a refund takes its own days only")
		at = at.Add(12 * day)
		require.Equal(t, silver.ID, level().ID, "what is left counts")
		require.NoError(t, s.Revoke(ctx, "gift:1"))
		require.Equal(t, mall.Whole, level().Rebate)
	})
}

// TestBuyingNeverMovesTheEndBack, whatever was bought and refunded before.
func TestBuyingNeverMovesTheEndBack(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
		var grants []member.Grant
		for range rapid.IntRange(0, 8).Draw(t, "n") {
			at = at.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "wait")) * day)
			grants = append(grants, member.Grant{Days: rapid.IntRange(0, 40).Draw(t, "days"), CreatedAt: at})
		}
		_, before, held := member.Span(grants)
		at = at.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "wait")) * day)
		days := rapid.IntRange(1, 40).Draw(t, "days")
		_, after, ok := member.Span(append(grants, member.Grant{Days: days, CreatedAt: at}))
		require.True(t, ok)
		switch {
		case held && before.IsZero():
			require.True(t, after.IsZero(), "for ever stays for ever")
		case held && before.After(at):
			require.Equal(t, before.Add(time.Duration(days)*day), after)
		default:
			require.Equal(t, at.Add(time.Duration(days)*day), after)
		}
	})
}

// TestSetRank: staff say which level somebody holds, whatever was given before.
func TestSetRank(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		ctx, at := t.Context(), time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
		s, err := member.New(member.Deps{Tx: store, Outbox: store, Repository: store.Members()}, member.Config{Now: func() time.Time { return at }})
		require.NoError(t, err)
		for rank, active := range []bool{true, true, false} {
			require.NoError(t, s.Save(ctx, mall.System(), &member.Level{Name: "l", Rank: rank + 1, Rebate: mall.Whole, Active: active}))
		}
		levels, err := s.Levels(ctx)
		require.NoError(t, err)
		rank := func() int {
			t.Helper()
			l, err := s.LevelOf(ctx, 5)
			require.NoError(t, err)
			many, err := s.LevelsOf(ctx, []mall.ID{5, 6})
			require.NoError(t, err)
			require.Equal(t, l.Rank, many[5].Rank)
			require.NotContains(t, many, mall.ID(6))
			return l.Rank
		}
		clerk := mall.Actor{Account: 9, Rights: []string{"/order/ship"}}
		require.ErrorIs(t, s.SetRank(ctx, clerk, 5, 1), mall.ErrDenied)
		require.NoError(t, s.Give(ctx, 5, levels[1].ID, 30, "payment:1"))
		require.Equal(t, 2, rank())
		for _, bad := range []int{3, 4, -1} {
			require.ErrorIs(t, s.SetRank(ctx, mall.System(), 5, bad), member.ErrNoLevel, "not offered: %d", bad)
		}
		require.Equal(t, 2, rank(), "a refusal changes nothing")
		for _, want := range []int{1, 0, 1, 2, 1, 0} { // at one moment
			require.NoError(t, s.SetRank(ctx, mall.System(), 5, want))
			require.Equal(t, want, rank())
		}
		require.NoError(t, s.Revoke(ctx, "payment:1"), "a later refund finds nothing left")
		require.Zero(t, rank())
	})
}

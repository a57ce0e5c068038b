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
		require.ErrorIs(t, s.Give(ctx, 5, 999, member.Days(1), "x"), member.ErrNoLevel)

		level := func() member.Level {
			t.Helper()
			l, err := s.LevelOf(ctx, 5)
			require.NoError(t, err)
			return l
		}
		require.Equal(t, member.Level{Rebate: mall.Whole}, level())
		require.NoError(t, s.Give(ctx, 5, silver.ID, member.Term{}, "gift:1"))
		require.Equal(t, silver.ID, level().ID)

		var wg sync.WaitGroup
		for i := range 10 {
			wg.Go(func() { _ = s.Give(ctx, 5, gold.ID, member.Days(3), fmt.Sprint("payment:", i%5)) })
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

// TestBuyingNeverMovesTheEndBack, whatever was bought and refunded before: a
// term ends no sooner than its own length after the end or the moment it is
// bought at, and what follows no term of months ends just then.
func TestBuyingNeverMovesTheEndBack(t *testing.T) {
	t.Parallel()
	var calendar mall.Calendar
	term := rapid.Custom(func(t *rapid.T) member.Term {
		unit := rapid.SampledFrom([]mall.Span{mall.Daily, mall.Weekly, mall.Monthly, mall.Yearly}).Draw(t, "unit")
		return member.Term{N: rapid.IntRange(0, 14).Draw(t, "n"), Unit: unit}
	})
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
		var grants []member.Grant
		months := false
		for range rapid.IntRange(0, 8).Draw(t, "n") {
			at = at.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "wait")) * day)
			g := member.Grant{Term: term.Draw(t, "term"), CreatedAt: at}
			grants, months = append(grants, g), months || g.Term.Unit > mall.Weekly
		}
		_, before, held := member.Span(calendar, grants)
		at = at.Add(time.Duration(rapid.IntRange(0, 60).Draw(t, "wait")) * day)
		bought := term.Filter(func(m member.Term) bool { return m.N > 0 }).Draw(t, "bought")
		_, after, ok := member.Span(calendar, append(grants, member.Grant{Term: bought, CreatedAt: at}))
		require.True(t, ok)
		from := at
		if held && before.After(at) {
			from = before
		}
		switch end := calendar.Add(from, bought.Unit, bought.N); {
		case held && before.IsZero():
			require.True(t, after.IsZero(), "for ever stays for ever")
		case months && from.Equal(before) && bought.Unit > mall.Weekly:
			require.False(t, after.Before(end))
			require.True(t, after.Before(end.Add(4*day)))
		default:
			require.Equal(t, end, after)
		}
	})
}

// TestMonthsKeepTheirDay: months that follow each other end on the day of the
// month that the first began on, wherever it is missing in between.
func TestMonthsKeepTheirDay(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 1, 31, 2, 0, 0, 0, time.UTC) // ten in the morning in the shop's zone
	month := member.Grant{Term: member.Term{N: 1, Unit: mall.Monthly}, CreatedAt: at}
	year := member.Grant{Term: member.Term{N: 1, Unit: mall.Yearly}, CreatedAt: at.Add(day)}
	for _, c := range []struct {
		grants []member.Grant
		want   time.Time
	}{
		{[]member.Grant{month}, time.Date(2026, 2, 28, 2, 0, 0, 0, time.UTC)},
		{[]member.Grant{month, month}, time.Date(2026, 3, 31, 2, 0, 0, 0, time.UTC)},
		{[]member.Grant{month, year}, time.Date(2027, 2, 28, 2, 0, 0, 0, time.UTC)},
		{[]member.Grant{month, year, month}, time.Date(2027, 3, 31, 2, 0, 0, 0, time.UTC)},
		{[]member.Grant{month, {Term: member.Days(3), CreatedAt: at}, month}, time.Date(2026, 4, 3, 2, 0, 0, 0, time.UTC)},
		{[]member.Grant{month, {CreatedAt: at}}, time.Time{}},
	} {
		since, until, ok := member.Span(mall.Calendar{}, c.grants)
		require.True(t, ok)
		require.Equal(t, at, since)
		require.Equal(t, c.want, until)
	}
}

// TestDeleteLevel: a level goes once nobody holds it.
func TestDeleteLevel(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		ctx, at := t.Context(), time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
		s, err := member.New(member.Deps{Tx: store, Outbox: store, Repository: store.Members()}, member.Config{Now: func() time.Time { return at }})
		require.NoError(t, err)
		l := &member.Level{Name: "银卡", Rebate: mall.Whole, Active: true, Ext: map[string]string{"": "x"}}
		require.ErrorIs(t, s.Save(ctx, mall.System(), l), mall.ErrInvalid)
		l.Ext = map[string]string{"生日": "蛋糕"}
		require.NoError(t, s.Save(ctx, mall.System(), l))
		require.ErrorIs(t, s.Give(ctx, 5, l.ID, member.Term{N: 101, Unit: mall.Yearly}, "x"), mall.ErrInvalid)
		require.ErrorIs(t, s.Give(ctx, 5, l.ID, member.Term{N: 1, Unit: 9}, "x"), mall.ErrInvalid)
		require.NoError(t, s.Give(ctx, 5, l.ID, member.Days(3), "gift:1"))
		until, ok, err := s.EndOf(ctx, 5, l.ID)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, at.Add(3*day), until)
		require.ErrorIs(t, s.Delete(ctx, mall.Actor{Account: 1}, l.ID), mall.ErrDenied)
		require.ErrorIs(t, s.Delete(ctx, mall.System(), l.ID), member.ErrHeld)
		got, err := s.Level(ctx, l.ID)
		require.NoError(t, err)
		require.Equal(t, l, got, "a refusal changes nothing")
		at = until
		require.NoError(t, s.Delete(ctx, mall.System(), l.ID))
		require.ErrorIs(t, s.Delete(ctx, mall.System(), l.ID), member.ErrNoLevel)
		require.NoError(t, s.Revoke(ctx, "gift:1"), "a late refund finds nothing left")
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
		require.NoError(t, s.Give(ctx, 5, levels[1].ID, member.Days(30), "payment:1"))
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

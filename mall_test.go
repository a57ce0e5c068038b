package mall_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
)

func ExampleParseYuan() {
	m, err := mall.ParseYuan("19.99")
	fmt.Println(int64(m), m, err)
	_, err = mall.ParseYuan("1e3")
	fmt.Println(err)
	// Output:
	// 1999 19.99 <nil>
	// not an amount in yuan: [1e3]
}

func ExampleSpread() {
	fmt.Println(mall.Spread(100, []int64{1, 1, 1}))
	// Output: [0.34 0.33 0.33]
}

func TestParseYuanRefuses(t *testing.T) {
	t.Parallel()
	for _, s := range []string{"", ".", ".5", "5.", "+5", "-1", " 1", "1 ", "1.234", "NaN", "Inf", "1e3", "1_000", "0x1", "１", "99999999999", "999999999999", "undefined", "1,5"} {
		_, err := mall.ParseYuan(s)
		require.ErrorIs(t, err, mall.ErrMoney, "%q", s)
	}
}

func TestMoneyRoundTrip(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		m := mall.Money(rapid.Int64Range(0, int64(mall.MaxMoney)).Draw(t, "m"))
		back, err := mall.ParseYuan(m.String())
		require.NoError(t, err)
		require.Equal(t, m, back)
	})
	require.Equal(t, "-0.05", mall.Money(-5).String())
}

func TestSpreadConserves(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := mall.Money(rapid.Int64Range(0, int64(mall.MaxMoney)).Draw(t, "total"))
		ws := rapid.SliceOfN(rapid.Int64Range(0, int64(mall.MaxMoney)), 1, 30).Draw(t, "weights")
		parts := mall.Spread(total, ws)
		var sum, weight mall.Money
		for i, p := range parts {
			require.GreaterOrEqual(t, p, mall.Money(0))
			sum += p
			weight += mall.Money(ws[i])
		}
		require.Equal(t, total, sum)
		if weight >= total {
			for i, p := range parts {
				require.LessOrEqual(t, p, mall.Money(ws[i]), "a part never exceeds its own weight")
			}
		}
	})
}

func TestPortionsAddUp(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		total := mall.Money(rapid.Int64Range(0, int64(mall.MaxMoney)).Draw(t, "total"))
		n := rapid.Int64Range(1, 1_000_000).Draw(t, "n")
		a := rapid.Int64Range(0, n).Draw(t, "a")
		b := rapid.Int64Range(a, n).Draw(t, "b")
		require.Equal(t, total, mall.Portion(total, 0, a, n)+mall.Portion(total, a, b, n)+mall.Portion(total, b, n, n))
	})
}

func TestRateRounds(t *testing.T) {
	t.Parallel()
	require.Equal(t, mall.Money(10), mall.Rate(9500).Of(10))
	require.Equal(t, mall.Money(9), mall.Rate(9500).Floor(10))
	require.Equal(t, mall.Money(-10), mall.Rate(9500).Of(-10))
	require.Equal(t, mall.MaxMoney, mall.Whole.Of(mall.MaxMoney))
}

func TestCalendarSpans(t *testing.T) {
	t.Parallel()
	var c mall.Calendar
	at := time.Date(2026, 3, 1, 16, 30, 0, 0, time.UTC) // Monday 2 March, 00:30 in Shanghai
	require.Equal(t, "2026-03-02", c.Day(at))
	require.Equal(t, "2026-03-02", c.Start(at, mall.Weekly, 1))
	require.Equal(t, "2026-02-23", c.Start(at, mall.Weekly, 2))
	require.Equal(t, "2026-02-01", c.Start(at, mall.Monthly, 2))
	require.Equal(t, "2026-01-01", c.Start(at, mall.Yearly, 1))
	require.Equal(t, "2026-02-28", c.Start(at, mall.Daily, 3))
	require.Equal(t, "2026-03-01", mall.NewCalendar(time.UTC).Day(at))
}

func TestCalendarAdds(t *testing.T) {
	t.Parallel()
	berlin, err := time.LoadLocation("Europe/Berlin")
	require.NoError(t, err)
	for _, c := range []struct {
		zone *time.Location
		from string
		span mall.Span
		n    int
		want string
	}{
		{nil, "2026-01-31T16:30:00Z", mall.Monthly, 1, "2026-02-28T16:30:00Z"}, // 1 February in Shanghai
		{nil, "2026-01-31T15:30:00Z", mall.Monthly, 1, "2026-02-28T15:30:00Z"},
		{nil, "2026-01-31T15:30:00Z", mall.Monthly, 2, "2026-03-31T15:30:00Z"},
		{nil, "2028-02-29T00:00:00Z", mall.Yearly, 1, "2029-02-28T00:00:00Z"},
		{nil, "2026-12-31T00:00:00Z", mall.Monthly, 14, "2028-02-29T00:00:00Z"},
		{nil, "2026-12-31T00:00:00Z", mall.Daily, 1, "2027-01-01T00:00:00Z"},
		{nil, "2026-12-31T00:00:00Z", mall.Weekly, 2, "2027-01-14T00:00:00Z"},
		{berlin, "2026-03-28T11:00:00Z", mall.Daily, 1, "2026-03-29T10:00:00Z"}, // noon on both days
		{berlin, "2026-10-24T22:30:00Z", mall.Monthly, 1, "2026-11-24T23:30:00Z"},
	} {
		from, err := time.Parse(time.RFC3339, c.from)
		require.NoError(t, err)
		require.Equal(t, c.want, mall.NewCalendar(c.zone).Add(from, c.span, c.n).Format(time.RFC3339), "%v", c)
	}
}

func TestErrorChain(t *testing.T) {
	t.Parallel()
	cause := errors.New("boom")
	err := fmt.Errorf("order: place: %w", mall.ErrConflict.With("no").Because(cause))
	require.ErrorIs(t, err, mall.ErrConflict)
	require.ErrorIs(t, err, cause)
	require.NotErrorIs(t, err, mall.ErrNotFound)
	require.Equal(t, mall.Conflict, mall.KindOf(err))
	require.Equal(t, mall.Internal, mall.KindOf(cause))
	require.True(t, mall.Refused(err))
	require.False(t, mall.Refused(cause))
	require.False(t, mall.Refused(nil))
}

func TestNumberedPage(t *testing.T) {
	t.Parallel()
	require.Equal(t, mall.Page{Offset: 0, Limit: 20}, mall.NumberedPage(-1, 0))
	require.Equal(t, mall.Page{Offset: 200, Limit: 100}, mall.NumberedPage(3, 1e9))
	require.Equal(t, mall.Page{Offset: mall.MaxOffset, Limit: 10}, mall.NumberedPage(1<<62, 10))
}

// TestAll: a list is read to its end in parts; rows that come in meanwhile
// push none out and double none.
func TestAll(t *testing.T) {
	t.Parallel()
	ids := make([]mall.ID, 1001)
	for i := range ids {
		ids[i] = mall.ID(i + 1)
	}
	newest := mall.ID(2000)
	parts := 0
	each := func(_ context.Context, owner, after mall.ID, limit int64) ([]mall.ID, error) {
		require.Equal(t, mall.ID(7), owner)
		parts++
		from, _ := slices.BinarySearch(ids, after+1)
		part := slices.Clone(ids[from:min(from+int(limit), len(ids))])
		if parts == 1 {
			newest++
			ids = append(ids, newest)
		}
		return part, nil
	}
	own := func(id mall.ID) mall.ID { return id }
	all, err := mall.All(t.Context(), 7, each, own)
	require.NoError(t, err)
	require.Equal(t, ids, all)
	require.Greater(t, parts, 2, "parts are bounded")

	all, err = mall.All(t.Context(), 7, func(context.Context, mall.ID, mall.ID, int64) ([]mall.ID, error) { return nil, nil }, own)
	require.NoError(t, err)
	require.Equal(t, []mall.ID{}, all, "nothing is [] in JSON")
	broken := errors.New("broken")
	_, err = mall.All(t.Context(), 7, func(_ context.Context, _, after mall.ID, _ int64) ([]mall.ID, error) {
		if after > 0 {
			return nil, broken
		}
		return ids[:1], nil
	}, own)
	require.ErrorIs(t, err, broken, "half a list is none")
}

package totals_test

import (
	"errors"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/catalog/internal/totals"
)

func TestMemory(t *testing.T) {
	t.Parallel()
	m, at, counted := totals.New(time.Minute), time.Now(), 0
	of := func(query any, at time.Time, n int64) int64 {
		t.Helper()
		got, err := m.Of(query, at, 10, func() (int64, error) { counted++; return n, nil })
		require.NoError(t, err)
		return got
	}
	require.EqualValues(t, 11, of("long", at, 11))
	require.EqualValues(t, 11, of("long", at.Add(59*time.Second), 12), "remembered")
	require.EqualValues(t, 12, of("long", at.Add(time.Minute), 12), "for a minute")
	require.EqualValues(t, 10, of("short", at, 10))
	require.EqualValues(t, 9, of("short", at, 9), "short lists are counted each time")
	for i := range 2000 { // whatever is asked for, the memory stays small
		of(i, at, 11)
	}
	require.Equal(t, 2004, counted)
	failed := errors.New("no database")
	_, err := m.Of("other", at, 10, func() (int64, error) { return 99, failed })
	require.ErrorIs(t, err, failed)
	require.EqualValues(t, 13, of("other", at, 13), "failures are not remembered")
}

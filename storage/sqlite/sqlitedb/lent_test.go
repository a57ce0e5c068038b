package sqlitedb_test

import (
	"context"
	"database/sql"
	"errors"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/storage/sqlite/sqlitedb"
)

func begin(t *testing.T, s *sqlitedb.Store) *sql.Tx {
	t.Helper()
	tx, err := s.BeginTx(t.Context())
	require.NoError(t, err)
	return tx
}

func TestOtherWritesWaitForALentWriter(t *testing.T) {
	t.Parallel()
	s := open(t)
	tx := begin(t, s)
	ctx, lent := s.Within(t.Context(), tx)
	require.NoError(t, s.Do(ctx, func(ctx context.Context) error { return say(ctx, s, "host's") }))

	var wg sync.WaitGroup
	start := time.Now()
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() {
			errs[i] = s.Do(t.Context(), func(ctx context.Context) error { return say(ctx, s, "too early") })
		})
	}
	wg.Wait()
	for _, err := range errs {
		require.ErrorIs(t, err, sqlitedb.ErrWriterLent)
	}
	require.Greater(t, time.Since(start), 900*time.Millisecond)
	require.Less(t, time.Since(start), 3*time.Second)
	require.Empty(t, said(t, s), "reads go on")

	done := make(chan error)
	go func() { done <- s.Do(t.Context(), func(ctx context.Context) error { return say(ctx, s, "waited") }) }()
	require.NoError(t, tx.Commit())
	lent.Committed()
	require.NoError(t, <-done)
	require.Equal(t, []string{"host's", "waited"}, said(t, s))
}

func TestHostThatHoldsTheWriterUntold(t *testing.T) {
	t.Parallel()
	s := open(t)
	tx := begin(t, s)
	err := s.Do(t.Context(), func(context.Context) error { panic("must not run") })
	require.ErrorIs(t, err, sqlitedb.ErrWriterLent)
	require.NoError(t, tx.Rollback())
	require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error { return say(ctx, s, "a") }))
}

func TestLendingAmongWriters(t *testing.T) {
	t.Parallel()
	s := open(t)
	var wg sync.WaitGroup
	for i := range 6 {
		wg.Go(func() {
			for range 20 {
				err := s.Do(t.Context(), func(ctx context.Context) error { return say(ctx, s, "ours") })
				if i < 2 {
					err = errors.Join(err, lendOnce(t.Context(), s))
				}
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	require.Len(t, said(t, s), 160)
}

func lendOnce(ctx context.Context, s *sqlitedb.Store) error {
	tx, err := s.BeginTx(ctx)
	if err != nil {
		return err
	}
	inside, lent := s.Within(ctx, tx)
	if err := s.Do(inside, func(ctx context.Context) error { return say(ctx, s, "lent") }); err != nil {
		defer lent.RolledBack()
		return errors.Join(err, tx.Rollback())
	}
	defer lent.Committed()
	return tx.Commit()
}

package storagetest

import (
	"context"
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
)

// testHost: the host's own statements in our transaction, and ours in the host's.
func testHost(t *testing.T, open Open) {
	t.Run("its statements commit and roll back with ours", func(t *testing.T) {
		store := open(t)
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			_, err := store.SQL(ctx).ExecContext(ctx, "CREATE TABLE storagetest_host (n INTEGER)")
			return err
		}))
		dropped := func() {
			err := store.Do(context.Background(), func(ctx context.Context) error {
				_, err := store.SQL(ctx).ExecContext(ctx, "DROP TABLE storagetest_host")
				return err
			})
			require.NoError(t, err)
		}
		defer dropped()
		insert := func(ctx context.Context) {
			_, err := store.SQL(ctx).ExecContext(ctx, "INSERT INTO storagetest_host (n) VALUES (1)")
			require.NoError(t, err)
			require.NoError(t, say(ctx, store, "ours"))
		}
		rolledBack(t, store, insert)
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error { insert(ctx); return nil }))
		var n int
		err := store.SQL(t.Context()).QueryRowContext(t.Context(), "SELECT COUNT(*) FROM storagetest_host").Scan(&n)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Len(t, said(t.Context(), t, store), 1)
	})
	t.Run("lends its transaction and commits", func(t *testing.T) {
		store := open(t)
		tx, err := store.BeginTx(t.Context())
		require.NoError(t, err)
		ctx, lent := store.Within(t.Context(), tx)
		require.True(t, mall.InTx(ctx))
		var got []string
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			store.OnCommit(ctx, func(ctx context.Context) { got = said(ctx, t, store) })
			return say(ctx, store, "kept")
		}))
		require.ErrorIs(t, store.Do(ctx, func(ctx context.Context) error {
			store.OnCommit(ctx, func(context.Context) { panic("must not run") })
			require.NoError(t, say(ctx, store, "undone"))
			return errRefused
		}), errRefused)
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return say(ctx, store, "nested") }))
			return store.Try(ctx, func(ctx context.Context) error { return say(ctx, store, "tried") })
		}))
		require.NoError(t, tx.Commit())
		require.Empty(t, got)
		lent.Committed()
		lent.RolledBack() // too late to count
		require.Equal(t, []string{"kept", "nested", "tried"}, got)
		require.ErrorIs(t, say(ctx, store, "late"), mall.ErrTxDone)
	})
	t.Run("lends its transaction and rolls back", func(t *testing.T) {
		store := open(t)
		tx, err := store.BeginTx(t.Context())
		require.NoError(t, err)
		ctx, lent := store.Within(t.Context(), tx)
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			store.OnCommit(ctx, func(context.Context) { panic("must not run") })
			return say(ctx, store, "a")
		}))
		require.NoError(t, tx.Rollback())
		lent.RolledBack()
		require.Empty(t, said(t.Context(), t, store))
	})
	t.Run("a lent transaction that is over fails cleanly", func(t *testing.T) {
		store := open(t)
		tx, err := store.BeginTx(t.Context())
		require.NoError(t, err)
		require.NoError(t, tx.Rollback())
		ctx, lent := store.Within(t.Context(), tx)
		defer lent.RolledBack()
		err = store.Do(ctx, func(ctx context.Context) error { return say(ctx, store, "a") })
		require.ErrorIs(t, err, sql.ErrTxDone)
	})
}

package sqlitedb_test

import (
	"context"
	"database/sql"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/sqlite/sqlitedb"
)

// onKept runs fn on one connection that keeps its statements.
func onKept(t *testing.T, fn func(ctx context.Context, db *sql.DB)) {
	t.Helper()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "mall.db"), &sqlite.Options{Unchecked: true, Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	writer := sqlitedb.Writer(store)
	fn(t.Context(), writer)
}

func TestKeptStatements(t *testing.T) {
	t.Parallel()
	onKept(t, func(ctx context.Context, db *sql.DB) {
		exec := func(query string, args ...any) {
			t.Helper()
			_, err := db.ExecContext(ctx, query, args...)
			require.NoError(t, err)
		}
		count := func(query string, args ...any) (n int) {
			t.Helper()
			require.NoError(t, db.QueryRowContext(ctx, query, args...).Scan(&n))
			return n
		}
		exec("CREATE TABLE numbers (n INTEGER PRIMARY KEY)")
		for n := range 3 {
			exec("INSERT INTO numbers VALUES (?)", n)
		}
		require.Equal(t, 3, count("SELECT COUNT(*) FROM numbers"))

		// More texts than are kept, twice.
		for range 2 {
			for i := range 300 {
				require.Equal(t, i, count(fmt.Sprintf("SELECT %d + COUNT(*) FROM numbers WHERE n > 5", i)))
			}
		}

		// A failure leaves nothing behind for the next use.
		_, err := db.ExecContext(ctx, "INSERT INTO numbers VALUES (?)", 1)
		require.Error(t, err)
		exec("INSERT INTO numbers VALUES (?)", 7)

		// The schema may change under them.
		const all = "SELECT * FROM numbers ORDER BY n"
		require.Zero(t, count(all))
		exec("ALTER TABLE numbers ADD COLUMN more TEXT DEFAULT 'x'")
		var n int
		var more string
		require.NoError(t, db.QueryRowContext(ctx, all).Scan(&n, &more))
		require.Equal(t, "x", more)
		exec("DROP TABLE numbers")
		require.ErrorContains(t, db.QueryRowContext(ctx, all).Err(), "no such table")
	})
}

func TestKeptStatementWhileItsRowsAreRead(t *testing.T) {
	t.Parallel()
	onKept(t, func(ctx context.Context, db *sql.DB) {
		tx, err := db.BeginTx(ctx, nil)
		require.NoError(t, err)
		defer tx.Rollback() //nolint:errcheck // a test
		const query = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < ?) SELECT i FROM n"
		read := func(upTo int) (rows *sql.Rows) {
			rows, err := tx.QueryContext(ctx, query, upTo)
			require.NoError(t, err)
			require.True(t, rows.Next())
			return rows
		}
		left := func(rows *sql.Rows) (n int) {
			for rows.Next() {
				n++
			}
			require.NoError(t, rows.Err())
			return n
		}
		outer := read(5)
		inner := read(3)
		require.Equal(t, 2, left(inner))
		require.Equal(t, 4, left(outer))
		require.Equal(t, 6, left(read(7)))
	})
}

package postgres

import (
	"database/sql"
	"fmt"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/storage/internal/txn"
)

// setsOf gives the rows of queries that are sent together, a text a row.
func setsOf(on querier, t *testing.T, queries ...string) (all [][]string, err error) {
	t.Helper()
	rows, err := on.QueryContext(t.Context(), queries[0], txn.Sign{Then: queries[1:]})
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for more := true; more; more = rows.NextResultSet() {
		columns, err := rows.Columns()
		require.NoError(t, err)
		got := []string{strings.Join(columns, " ")}
		for rows.Next() {
			values := make([]sql.NullString, len(columns))
			dest := make([]any, len(columns))
			for i := range values {
				dest[i] = &values[i]
			}
			require.NoError(t, rows.Scan(dest...))
			got = append(got, fmt.Sprint(values))
		}
		all = append(all, got)
	}
	return all, rows.Err()
}

// Queries that are sent together cost one message, and give what they give one
// by one, by prepared statements and by the simple protocol.
func TestTogether(t *testing.T) {
	t.Parallel()
	byProtocols(t, func(t *testing.T, cfg *pgx.ConnConfig) {
		trips := counting(cfg)
		pool := sql.OpenDB(newConnector(cfg))
		defer pool.Close()
		c := onConn(t, pool)
		_, err := c.ExecContext(t.Context(), `CREATE TABLE things (id BIGINT PRIMARY KEY, n INTEGER, name TEXT NOT NULL);
			INSERT INTO things VALUES (77, 1, 'it''s'), (78, NULL, ''), (79, -3, '商城')`)
		require.NoError(t, err)
		queries := []string{"SELECT id, n, name FROM things WHERE id IN (77, 78, 79) ORDER BY id", "SELECT name FROM things WHERE id = 99",
			"SELECT COUNT(*) AS many, 'x%' AS what FROM things WHERE name LIKE 'it%'", "UPDATE things SET n = n + 10 WHERE id = 77 RETURNING n"}
		want := [][]string{{"id n name", "[{77 true} {1 true} {it's true}]", "[{78 true} { false} { true}]", "[{79 true} {-3 true} {商城 true}]"},
			{"name"}, {"many what", "[{1 true} {x% true}]"}, {"n", "[{11 true}]"}}
		for i := range 4 {
			before := trips.Load()
			got, err := setsOf(c, t, queries...)
			require.NoError(t, err)
			require.Equal(t, want, got)
			if i == 3 {
				require.EqualValues(t, 1, trips.Load()-before)
			}
			run(t, c, "UPDATE things SET n = 1 WHERE id = 77")
		}

		tx, err := c.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		before := trips.Load()
		_, err = tx.ExecContext(t.Context(), "UPDATE things SET n = 7 WHERE id = 79", txn.Sign{Later: true})
		require.NoError(t, err)
		got, err := setsOf(tx, t, "SELECT n FROM things WHERE id = 79", "SELECT name FROM things WHERE id = 99")
		require.NoError(t, err)
		require.Equal(t, [][]string{{"n", "[{7 true}]"}, {"name"}}, got, "they see what is owed")
		if cfg.DefaultQueryExecMode == pgx.QueryExecModeSimpleProtocol {
			require.EqualValues(t, 1, trips.Load()-before, "with BEGIN and what is owed")
		}
		_, err = setsOf(tx, t, "SELECT n FROM things WHERE id = 79", "SELECT 1 / (id - id) AS n FROM things WHERE id = 79")
		require.ErrorContains(t, err, "division")
		_, err = setsOf(tx, t, "SELECT n FROM things WHERE id = 79", "SELECT name FROM things WHERE id = 99")
		require.Error(t, err, "the transaction has failed")
		require.NoError(t, tx.Rollback())
		_, err = setsOf(c, t, "SELECT nothing FROM things", "SELECT n FROM things WHERE id = 79")
		require.ErrorContains(t, err, "nothing")
		got, err = setsOf(c, t, "SELECT n FROM things WHERE id = 79", "SELECT n FROM things WHERE id = 79")
		require.NoError(t, err)
		require.Equal(t, [][]string{{"n", "[{-3 true}]"}, {"n", "[{-3 true}]"}}, got)
	})
}

// A value that we cannot read is an error, and nothing is sent twice for it.
func TestTogetherUnread(t *testing.T) {
	t.Parallel()
	byProtocols(t, func(t *testing.T, cfg *pgx.ConnConfig) {
		pool := sql.OpenDB(newConnector(cfg))
		defer pool.Close()
		c := onConn(t, pool)
		_, err := c.ExecContext(t.Context(), "CREATE TABLE things (id BIGINT)")
		require.NoError(t, err)
		for i := range 3 {
			tx, err := c.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			_, err = tx.ExecContext(t.Context(), "INSERT INTO things VALUES (77)", txn.Sign{Later: true})
			require.NoError(t, err)
			_, err = setsOf(tx, t, "SELECT id FROM things WHERE id = 77", "SELECT 'infinity'::date AS day FROM things WHERE id = 77")
			require.Error(t, err)
			require.NoError(t, tx.Commit())
			require.Equal(t, fmt.Sprint(i+1), read(t, c, "SELECT COUNT(*) FROM things"))
		}
	})
}

// A plan that is lost, of whichever query, costs no more than a second message;
// inside a transaction that was already speaking the whole one runs again.
func TestTogetherWithoutPlans(t *testing.T) {
	t.Parallel()
	c := onConn(t, onPool(t))
	run(t, c, "INSERT INTO things (id, name) VALUES (77, 'a')")
	both := []string{"SELECT name FROM things WHERE id = 77", "SELECT * FROM things WHERE id = 77"}
	ask := func(on querier) ([][]string, error) { return setsOf(on, t, both...) }
	for range 3 {
		_, err := ask(c)
		require.NoError(t, err)
	}
	require.GreaterOrEqual(t, keptOn(t, c), 2)
	_, err := c.ExecContext(t.Context(), "ALTER TABLE things ADD COLUMN more TEXT")
	require.NoError(t, err)
	got, err := ask(c)
	require.NoError(t, err)
	require.Equal(t, []string{"id n name more", "[{77 true} {0 true} {a true} { false}]"}, got[1])
	for range 3 {
		_, err = ask(c)
		require.NoError(t, err)
	}
	for _, lost := range []string{"ALTER TABLE things DROP COLUMN more", "DEALLOCATE ALL"} {
		tx, err := c.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		_, err = tx.ExecContext(t.Context(), lost)
		require.NoError(t, err)
		_, err = ask(tx)
		require.True(t, txn.Again(err), "%v", err)
		require.NoError(t, tx.Rollback())
		for range 3 {
			_, err = ask(c)
			require.NoError(t, err)
		}
	}
}

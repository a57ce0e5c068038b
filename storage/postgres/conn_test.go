package postgres

import (
	"context"
	"database/sql"
	"fmt"
	"net"
	"os"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/storage/internal/txn"
	"github.com/gomall-dev/mall/storage/storagetest/pgtest"
)

// counted counts the messages that a client sends.
type counted struct {
	net.Conn
	writes *atomic.Int64
}

func (c counted) Write(b []byte) (int, error) {
	c.writes.Add(1)
	return c.Conn.Write(b)
}

// counting makes connections count their messages.
func counting(cfg *pgx.ConnConfig) *atomic.Int64 {
	var writes atomic.Int64
	dial := cfg.DialFunc
	cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		return counted{c, &writes}, err
	}
	return &writes
}

// onServer is a configuration for a server of this test alone.
func onServer(t *testing.T) *pgx.ConnConfig {
	t.Helper()
	dsn, stop, err := pgtest.Start()
	if err != nil && os.Getenv("MALL_REQUIRE_POSTGRES") == "1" && os.Getenv("MALL_TEST_POSTGRES_DSN") == "" {
		t.Fatalf("MALL_REQUIRE_POSTGRES is 1, but there is no PostgreSQL: %v", err)
	}
	if err != nil {
		t.Skipf("needs a PostgreSQL of its own: %v", err)
	}
	t.Cleanup(func() { require.NoError(t, stop()) })
	cfg, err := pgx.ParseConfig(dsn)
	require.NoError(t, err)
	return cfg
}

// byProtocols runs a test by prepared statements and by the simple protocol.
func byProtocols(t *testing.T, test func(t *testing.T, cfg *pgx.ConnConfig)) {
	t.Helper()
	for name, mode := range map[string]pgx.QueryExecMode{"prepared": pgx.QueryExecModeCacheStatement, "simple": pgx.QueryExecModeSimpleProtocol} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cfg := onServer(t)
			cfg.DefaultQueryExecMode = mode
			test(t, cfg)
		})
	}
}

// A transaction of n statements takes n+1 round trips, an empty one none.
func TestRoundTrips(t *testing.T) {
	t.Parallel()
	cfg := onServer(t)
	writes := counting(cfg)
	s, err := open(t.Context(), cfg, &Options{Migrate: true, Conns: 1})
	require.NoError(t, err)
	defer s.Close()

	trips := func(run func(context.Context, func(context.Context) error) error, queries ...string) int64 {
		require.NoError(t, s.Ping(t.Context())) // a connection that was idle is pinged first
		before := writes.Load()
		require.NoError(t, run(t.Context(), func(ctx context.Context) error {
			for _, q := range queries {
				var n int
				if err := s.SQL(ctx).QueryRowContext(ctx, q).Scan(&n); err != nil {
					return err
				}
			}
			return nil
		}))
		return writes.Load() - before
	}
	require.EqualValues(t, 0, trips(s.Do))
	require.EqualValues(t, 2, trips(s.Do, "SELECT 1"))
	require.EqualValues(t, 3, trips(s.Do, "SELECT 1", "SELECT 2"))
	require.EqualValues(t, 0, trips(s.View))
	require.EqualValues(t, 2, trips(s.View, "SELECT 1"))
}

// A host's statement with arguments takes what is owed along. One that cannot
// be written leaves the transaction as it was.
func TestArgumentsBehindWhatIsOwed(t *testing.T) {
	t.Parallel()
	cfg := onServer(t)
	trips := counting(cfg)
	pool := sql.OpenDB(newConnector(cfg))
	defer pool.Close()
	c := onConn(t, pool)
	_, err := c.ExecContext(t.Context(), "CREATE TABLE notes (id BIGINT PRIMARY KEY, t TEXT)")
	require.NoError(t, err)
	const insert = "INSERT INTO notes VALUES ($1, $2), ($1 + 1, $2)"
	for i, unwritten := range []bool{false, true, false, true} {
		before := trips.Load()
		tx, err := c.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		if i >= 2 {
			_, err = tx.ExecContext(t.Context(), "SELECT 1")
			require.NoError(t, err)
			_, err = tx.ExecContext(t.Context(), "SAVEPOINT a", txn.Sign{})
			require.NoError(t, err)
		}
		if unwritten {
			_, err = tx.ExecContext(t.Context(), insert, 70, struct{ A int }{1})
			require.Error(t, err)
		}
		for from := range 3 {
			args := []any{100*i + 10*from, "it's \\ 商城"}
			if from == 2 {
				args = append([]any{pgx.QueryExecModeExec}, args...)
			}
			res, err := tx.ExecContext(t.Context(), insert, args...)
			require.NoError(t, err)
			n, err := res.RowsAffected()
			require.NoError(t, err)
			require.EqualValues(t, 2, n)
		}
		_, err = tx.ExecContext(t.Context(), "INSERT INTO notes SELECT 0 WHERE $1", i < 0)
		require.NoError(t, err)
		if i == 0 {
			require.EqualValues(t, 4, trips.Load()-before)
		}
		if i%2 == 0 {
			require.NoError(t, tx.Commit())
		} else {
			require.NoError(t, tx.Rollback())
		}
		_, err = c.ExecContext(t.Context(), insert, 1000, "other") // of a connection that is no longer in a transaction
		require.NoError(t, err)
		_, err = c.ExecContext(t.Context(), "DELETE FROM notes WHERE t = $1", "other")
		require.NoError(t, err)
	}
	var all, same int
	require.NoError(t, c.QueryRowContext(t.Context(), `SELECT COUNT(*), COUNT(*) FILTER (WHERE t = 'it''s \ 商城') FROM notes`).Scan(&all, &same))
	require.Equal(t, []int{12, 12}, []int{all, same}, "what was rolled back is not there")

	tx, err := c.BeginTx(t.Context(), nil)
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), insert, 2000, "x")
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), insert, 2000, "x")
	require.ErrorContains(t, err, "notes_pkey")
	_, err = tx.ExecContext(t.Context(), insert, 3000, "x")
	require.Error(t, err, "the transaction has failed")
	require.NoError(t, tx.Rollback())
}

// A first statement that the server cannot read, or that is not sent, takes BEGIN
// with it: what comes next is inside the transaction all the same.
func TestFirstStatementsThatAreNotDone(t *testing.T) {
	t.Parallel()
	c := onConn(t, onPool(t))
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	var n int
	unread := func() string { // is never seen twice, and so never prepared
		n++
		return fmt.Sprintf("SELECT 1 FRM x%d", n)
	}
	firsts := map[string]func(tx *sql.Tx) error{
		"a statement":    func(tx *sql.Tx) error { _, err := tx.ExecContext(t.Context(), "SELEC 1"); return err },
		"with arguments": func(tx *sql.Tx) error { _, err := tx.ExecContext(t.Context(), "SELEC $1", 1); return err },
		"a query":        func(tx *sql.Tx) error { return tx.QueryRowContext(t.Context(), "SELEC 1").Scan(&n) },
		"a repository's": func(tx *sql.Tx) error { _, err := tx.ExecContext(t.Context(), unread(), txn.Sign{}); return err },
		"several":        func(tx *sql.Tx) error { _, err := setsOf(tx, t, unread(), unread()); return err },
		"cancelled":      func(tx *sql.Tx) error { _, err := tx.ExecContext(ended, "SELECT 1"); return err },
		"a query that is cancelled": func(tx *sql.Tx) error {
			return tx.QueryRowContext(ended, "SELECT COUNT(*) FROM things WHERE id = 77", txn.Sign{}).Scan(&n)
		},
	}
	for name, fails := range firsts {
		for _, commit := range []bool{false, true} {
			tx, err := c.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			require.Error(t, fails(tx), name)
			_, err = tx.ExecContext(t.Context(), "INSERT INTO things (id) VALUES (7)")
			require.NoError(t, err, name)
			if commit {
				require.NoError(t, tx.Commit(), name)
			} else {
				require.NoError(t, tx.Rollback(), name)
			}
			require.Equal(t, map[bool]string{true: "1", false: "0"}[commit], read(t, c, "SELECT COUNT(*) FROM things"), name)
			_, err = c.ExecContext(t.Context(), "DELETE FROM things")
			require.NoError(t, err)
			tx, err = c.BeginTx(t.Context(), nil)
			require.NoError(t, err)
			require.Error(t, fails(tx), name)
			require.NoError(t, tx.Commit(), "nothing was done")
			_, err = c.ExecContext(t.Context(), "INSERT INTO things (id) VALUES (8); DELETE FROM things")
			require.NoError(t, err, "outside of transactions nothing is owed")
		}
	}
}

// The first query of a transaction is read by us, others by pgx: both give the
// same values.
func TestFirstQueryGivesWhatOthersGive(t *testing.T) {
	t.Parallel()
	cfg := onServer(t)
	pool := sql.OpenDB(newConnector(cfg))
	defer pool.Close()
	const query = `SELECT true AS b, false, 1::int2, -2::int4, 3::int8, 1.5::float4, 2.5::float8, 'é''"' AS t, NULL::int, NULL::text,
		'\x00ff'::bytea, '{"a": 1}'::jsonb, '[1]'::json, 12.30::numeric, DATE '2026-01-02', TIMESTAMP '2026-01-02 03:04:05.678',
		TIMESTAMPTZ '2026-01-02 03:04:05.678+08', '{1,2}'::int[], 'a'::varchar(3), sum(n), count(*) FROM generate_series(1, 3) AS n`
	read := func(tx *sql.Tx) (columns []string, values []any) {
		rows, err := tx.QueryContext(t.Context(), query)
		require.NoError(t, err)
		defer rows.Close()
		columns, err = rows.Columns()
		require.NoError(t, err)
		values = make([]any, len(columns))
		into := make([]any, len(columns))
		for i := range values {
			into[i] = &values[i]
		}
		require.True(t, rows.Next())
		require.NoError(t, rows.Scan(into...))
		require.False(t, rows.Next())
		require.NoError(t, rows.Err())
		for i, v := range values {
			if at, ok := v.(time.Time); ok {
				values[i] = at.UTC()
			}
		}
		return columns, values
	}
	for _, o := range []*sql.TxOptions{nil, {ReadOnly: true, Isolation: sql.LevelRepeatableRead}} {
		tx, err := pool.BeginTx(t.Context(), o)
		require.NoError(t, err)
		ours, first := read(tx)
		theirs, second := read(tx)
		require.Equal(t, theirs, ours)
		require.Equal(t, second, first)
		require.NoError(t, tx.Commit())
	}
}

func TestOwedBegin(t *testing.T) {
	t.Parallel()
	cfg := onServer(t)
	pool := sql.OpenDB(newConnector(cfg))
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	exec := func(tx *sql.Tx, query string, args ...any) {
		_, err := tx.ExecContext(t.Context(), query, args...)
		require.NoError(t, err)
	}
	begin := func() *sql.Tx {
		tx, err := pool.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		return tx
	}
	count := func() (n int) {
		require.NoError(t, pool.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM owed").Scan(&n))
		return n
	}
	tx := begin()
	exec(tx, "CREATE TABLE owed (n INT PRIMARY KEY)")
	require.NoError(t, tx.Commit())

	tx = begin()
	exec(tx, "INSERT INTO owed VALUES (1), (2)")
	require.NoError(t, tx.Rollback())
	require.Zero(t, count())

	tx = begin() // with arguments BEGIN goes alone
	exec(tx, "INSERT INTO owed VALUES ($1)", 7)
	require.NoError(t, tx.Rollback())
	require.Zero(t, count())

	tx = begin() // a first statement that fails
	_, err := tx.QueryContext(t.Context(), "INSERT INTO owed VALUES (1), (1) RETURNING n")
	require.Error(t, err)
	require.ErrorIs(t, tx.Commit(), pgx.ErrTxCommitRollback)
	require.Zero(t, count())

	tx = begin() // a first query that is no query
	rows, err := tx.QueryContext(t.Context(), "INSERT INTO owed VALUES (1)")
	require.NoError(t, err)
	require.False(t, rows.Next())
	require.NoError(t, errClose(rows))
	require.NoError(t, tx.Commit())
	require.Equal(t, 1, count())

	for range 2 { // unsent: nothing is left of it on the connection
		require.NoError(t, begin().Commit())
		require.NoError(t, begin().Rollback())
	}
	res, err := pool.ExecContext(t.Context(), "DELETE FROM owed")
	require.NoError(t, err)
	n, err := res.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 1, n)
	tx = begin()
	res, err = tx.ExecContext(t.Context(), "INSERT INTO owed VALUES (1), (2), (3)")
	require.NoError(t, err)
	n, err = res.RowsAffected()
	require.NoError(t, err)
	require.EqualValues(t, 3, n, "the result is the statement's, not BEGIN's")
	require.NoError(t, tx.Rollback())
}

func errClose(rows *sql.Rows) error {
	if err := rows.Err(); err != nil {
		return err
	}
	return rows.Close()
}

package postgres

import (
	"bytes"
	"context"
	"database/sql"
	"database/sql/driver"
	"encoding/binary"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/storage/internal/txn"
)

// querier is a pool, a connection or a transaction.
type querier interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
	QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row
}

// keptOn is how many of our statements a connection keeps prepared.
func keptOn(t *testing.T, on querier) (n int) {
	t.Helper()
	require.NoError(t, on.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM pg_prepared_statements WHERE name LIKE 'mall%'").Scan(&n))
	return n
}

// run sends a statement as repositories do.
func run(t *testing.T, on querier, query string) {
	t.Helper()
	_, err := on.ExecContext(t.Context(), query, txn.Sign{})
	require.NoError(t, err, query)
}

// read gives the one value of a query, sent as repositories do.
func read(t *testing.T, on querier, query string) (v string) {
	t.Helper()
	require.NoError(t, on.QueryRowContext(t.Context(), query, txn.Sign{}).Scan(&v), query)
	return v
}

// onPool is a pool on a server of this test alone, with a table.
func onPool(t *testing.T) *sql.DB {
	t.Helper()
	pool := sql.OpenDB(newConnector(onServer(t)))
	t.Cleanup(func() { require.NoError(t, pool.Close()) })
	_, err := pool.ExecContext(t.Context(), `CREATE TABLE things (id BIGINT PRIMARY KEY, n INTEGER NOT NULL DEFAULT 0, name TEXT NOT NULL DEFAULT '')`)
	require.NoError(t, err)
	return pool
}

func onConn(t *testing.T, pool *sql.DB) *sql.Conn {
	t.Helper()
	c, err := pool.Conn(t.Context())
	require.NoError(t, err)
	t.Cleanup(func() { _ = c.Close() })
	return c
}

func TestRepeatedStatementsArePrepared(t *testing.T) {
	t.Parallel()
	c := onConn(t, onPool(t))
	for i := range 20 {
		run(t, c, fmt.Sprintf("INSERT INTO things VALUES (%d, %d, 'it''s %d')", i, i, i))
		if i == 0 {
			require.Zero(t, keptOn(t, c), "once may be never again")
		}
	}
	require.Equal(t, 1, keptOn(t, c))
	for i := range 20 {
		require.Equal(t, fmt.Sprintf("it's %d", i), read(t, c, fmt.Sprintf("SELECT name FROM things WHERE id = %d AND n <> 77", i)))
	}
	require.Equal(t, 2, keptOn(t, c), "ids of one digit have shapes of their own, each used once here")
	var generic int
	require.NoError(t, c.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM pg_prepared_statements WHERE generic_plans > 0").Scan(&generic))
	require.NotZero(t, generic, "the plan is kept as well")
}

// Values come back as they went, prepared or not.
func TestValuesArePassedOnUnchanged(t *testing.T) {
	t.Parallel()
	c := onConn(t, onPool(t))
	values := []string{"", "'", "''", `\`, `\'`, "$1", "?", "商城", "😀", "\n\t\x01", "paid", "7", "-7", "NULL", "9223372036854775807", "x' OR '1' = '1", strings.Repeat("long ", 3000)}
	for range 3 {
		for _, v := range values {
			quoted := "'" + strings.ReplaceAll(v, "'", "''") + "'"
			require.Equal(t, v, read(t, c, "SELECT t FROM (VALUES ("+quoted+", 1)) AS v (t, n)"))
		}
		for _, n := range []string{"0", "9", "10", "-1", "-10", "999999999999999999", "9223372036854775807", "-9223372036854775808"} {
			require.Equal(t, n, read(t, c, "SELECT n FROM (VALUES ('x', "+n+")) AS v (t, n)"))
			require.Equal(t, n, read(t, c, "SELECT CASE WHEN 10 < 11 THEN "+n+" ELSE 12 END"))
		}
		require.Equal(t, "3", read(t, c, "SELECT SUM(n) FROM (VALUES (1), (2)) AS v (n) WHERE n IN (1, 2, 33)"))
	}
	require.NotZero(t, keptOn(t, c))
}

// A statement that cannot be prepared, as left knows no BIGINT, runs all the
// same, and does not break the transaction that it is in.
func TestRefusedStatements(t *testing.T) {
	t.Parallel()
	pool := onPool(t)
	pool.SetMaxOpenConns(1)
	for i := range 3 {
		tx, err := pool.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		run(t, tx, fmt.Sprintf("INSERT INTO things (id) VALUES (%d)", i))
		for n := 10; n < 13; n++ {
			require.Equal(t, strings.Repeat("x", n), read(t, tx, fmt.Sprintf("SELECT left('%s', %d)", strings.Repeat("x", 20), n)))
		}
		_, err = tx.ExecContext(t.Context(), "SAVEPOINT a")
		require.NoError(t, err)
		_, err = tx.ExecContext(t.Context(), "INSERT INTO nowhere VALUES (77)", txn.Sign{})
		require.Equal(t, "42P01", txn.SQLState(err), "what is wrong either way stays an error")
		_, err = tx.ExecContext(t.Context(), "ROLLBACK TO SAVEPOINT a")
		require.NoError(t, err)
		require.NoError(t, tx.Commit())
		for range 2 { // the same outside of transactions
			require.Equal(t, "xxxxxxxxxx", read(t, pool, "SELECT left('xxxxxxxxxxxxxxx', 10) || ''"))
		}
	}
	require.Equal(t, "3", read(t, pool, "SELECT COUNT(*) FROM things"))
}

// A table changes under prepared statements of several connections: no
// statement fails for it but those in the middle of a transaction, and these
// say that it may be run again.
func TestTablesChangeUnderPreparedStatements(t *testing.T) {
	t.Parallel()
	pool := onPool(t)
	conns := []*sql.Conn{onConn(t, pool), onConn(t, pool), onConn(t, pool), onConn(t, pool)}
	const all = "SELECT * FROM things WHERE id = 77"
	width := func(on querier) (int, error) {
		rows, err := on.QueryContext(t.Context(), all, txn.Sign{})
		if err != nil {
			return 0, err
		}
		defer rows.Close()
		columns, err := rows.Columns()
		return len(columns), err
	}
	must := func(on querier, want int) {
		t.Helper()
		n, err := width(on)
		require.NoError(t, err)
		require.Equal(t, want, n)
	}
	for range 3 {
		for _, c := range conns {
			must(c, 3)
		}
	}
	_, err := pool.ExecContext(t.Context(), "ALTER TABLE things ADD COLUMN more TEXT NOT NULL DEFAULT 'x'")
	require.NoError(t, err)

	must(conns[0], 4) // alone

	_, err = pool.ExecContext(t.Context(), "ALTER TABLE things ADD COLUMN evenmore TEXT NOT NULL DEFAULT 'x'")
	require.NoError(t, err)
	for range 2 {
		must(conns[0], 5)
	}
	_, err = pool.ExecContext(t.Context(), "ALTER TABLE things DROP COLUMN evenmore")
	require.NoError(t, err)
	tx, err := conns[0].BeginTx(t.Context(), &sql.TxOptions{ReadOnly: true, Isolation: sql.LevelRepeatableRead})
	require.NoError(t, err)
	must(tx, 4) // first of a transaction
	require.NoError(t, tx.Commit())
	for _, c := range conns[1:] {
		for range 3 {
			must(c, 4)
		}
	}

	_, err = pool.ExecContext(t.Context(), "ALTER TABLE things DROP COLUMN more")
	require.NoError(t, err)
	tx, err = conns[1].BeginTx(t.Context(), nil)
	require.NoError(t, err)
	run(t, tx, "INSERT INTO things (id) VALUES (1)")
	_, err = width(tx)
	require.True(t, txn.Again(err), "in the middle of one: %v", err)
	require.NoError(t, tx.Rollback())
	tx, err = conns[1].BeginTx(t.Context(), nil) // again
	require.NoError(t, err)
	run(t, tx, "INSERT INTO things (id) VALUES (1)")
	must(tx, 3)
	require.NoError(t, tx.Commit())
	for _, c := range conns[2:] { // the others have learnt of it
		tx, err := c.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		run(t, tx, "INSERT INTO things (id) SELECT 100 + COUNT(*) FROM things")
		must(tx, 3)
		require.NoError(t, tx.Commit())
	}
}

// A host may discard what a session has: then nothing is prepared there again.
func TestDiscardedStatements(t *testing.T) {
	t.Parallel()
	c := onConn(t, onPool(t))
	const query = "SELECT COUNT(*) FROM things WHERE id = 77"
	for range 3 {
		require.Equal(t, "0", read(t, c, query))
	}
	require.Equal(t, 1, keptOn(t, c))
	_, err := c.ExecContext(t.Context(), "DISCARD ALL")
	require.NoError(t, err)
	for range 3 {
		require.Equal(t, "0", read(t, c, query))
	}
	require.Zero(t, keptOn(t, c))
}

// A host that discards everything takes the prepared BEGIN along: transactions go
// on without.
func TestDiscardedBegin(t *testing.T) {
	t.Parallel()
	c := onConn(t, onPool(t))
	begin := func() *sql.Tx {
		tx, err := c.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		return tx
	}
	count := func(want string) {
		t.Helper()
		require.Equal(t, want, read(t, c, "SELECT COUNT(*) FROM things"))
	}
	tx := begin()
	run(t, tx, "INSERT INTO things (id) VALUES (1)")
	_, err := tx.ExecContext(t.Context(), "DEALLOCATE ALL")
	require.NoError(t, err)
	require.NoError(t, tx.Commit())
	count("1")
	for i := 10; i < 13; i++ {
		tx := begin()
		run(t, tx, fmt.Sprintf("INSERT INTO things (id) VALUES (%d)", i))
		require.NoError(t, tx.Commit())
		tx = begin()
		run(t, tx, fmt.Sprintf("DELETE FROM things WHERE id = %d", i))
		require.NoError(t, tx.Rollback())
	}
	count("4")

	c = onConn(t, onPool(t))
	_, err = c.ExecContext(t.Context(), "DISCARD ALL")
	require.NoError(t, err)
	for i := range 3 {
		tx := begin()
		run(t, tx, fmt.Sprintf("INSERT INTO things (id) VALUES (%d)", i))
		run(t, tx, fmt.Sprintf("UPDATE things SET n = 1 WHERE id = %d", i))
		if i == 1 {
			require.NoError(t, tx.Rollback())
		} else {
			require.NoError(t, tx.Commit())
		}
	}
	count("2")
}

func TestPreparedStatementsAreBounded(t *testing.T) {
	t.Parallel()
	c := onConn(t, onPool(t))
	for range 3 {
		for i := range 3 * maxKept {
			require.Equal(t, "77", read(t, c, fmt.Sprintf("SELECT 77 AS c%d", i%(2*maxKept))))
			require.Equal(t, "77", read(t, c, fmt.Sprintf("SELECT 77 AS c%d", i%(2*maxKept))))
		}
	}
	require.Equal(t, maxKept, keptOn(t, c))
	known := &shapes{}
	for i := range 3 * maxShapes {
		known.worth(fmt.Append(nil, i))
		require.LessOrEqual(t, len(known.known), maxShapes)
	}
}

// A statement that is prepared, is cancelled, waits for a lock or breaks a key
// fails as one that is not.
func TestFailuresOfPreparedStatements(t *testing.T) {
	t.Parallel()
	pool := onPool(t)
	c := onConn(t, pool)
	for i := 10; i < 13; i++ {
		run(t, c, fmt.Sprintf("INSERT INTO things (id) VALUES (%d)", i))
	}
	_, err := c.ExecContext(t.Context(), "INSERT INTO things (id) VALUES (12)", txn.Sign{})
	require.Equal(t, "23505", txn.SQLState(err))
	_, err = c.QueryContext(t.Context(), "INSERT INTO things (id) VALUES (12)", txn.Sign{})
	require.Equal(t, "23505", txn.SQLState(err))
	for range 3 {
		_, err = c.ExecContext(t.Context(), "INSERT INTO things (id, n) VALUES (1000, 3000000000)", txn.Sign{})
		require.Equal(t, "22003", txn.SQLState(err))
	}
	tx, err := c.BeginTx(t.Context(), nil) // first of a transaction
	require.NoError(t, err)
	_, err = tx.ExecContext(t.Context(), "INSERT INTO things (id) VALUES (12)", txn.Sign{})
	require.Equal(t, "23505", txn.SQLState(err))
	require.Error(t, tx.Commit())

	for range 3 {
		ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
		_, err = pool.ExecContext(ctx, "SELECT pg_sleep(10)", txn.Sign{})
		cancel()
		require.ErrorIs(t, err, context.DeadlineExceeded)
	}
	var pid string
	for range 3 {
		pid = read(t, pool, "SELECT pg_backend_pid() + 10 - 10")
	}
	_, err = c.ExecContext(t.Context(), "SELECT pg_terminate_backend($1)", pid)
	require.NoError(t, err)
	require.Eventually(t, func() bool {
		var n int
		return c.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM pg_stat_activity WHERE pid = $1", pid).Scan(&n) == nil && n == 0
	}, 5*time.Second, 5*time.Millisecond)
	require.ErrorIs(t, pool.PingContext(t.Context()), driver.ErrBadConn)
	require.NotEqual(t, pid, read(t, pool, "SELECT pg_backend_pid() + 10 - 10"), "a dead connection is replaced")
}

// The BEGIN of a transaction goes with its first statement, prepared too.
func TestRoundTripsPrepared(t *testing.T) {
	t.Parallel()
	cfg := onServer(t)
	writes := counting(cfg)
	pool := sql.OpenDB(newConnector(cfg))
	defer pool.Close()
	pool.SetMaxOpenConns(1)
	trip := func() int64 {
		before := writes.Load()
		tx, err := pool.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		require.Equal(t, "77", read(t, tx, "SELECT 77 AS a"))
		require.Equal(t, "78", read(t, tx, "SELECT 78 AS b"))
		require.NoError(t, tx.Commit())
		return writes.Load() - before
	}
	for range 3 {
		trip()
	}
	require.EqualValues(t, 3, trip())
	require.Equal(t, 2, keptOn(t, pool))
}

// Behind a proxy, which announces a process of its own, nothing is prepared.
func TestNothingIsPreparedBehindAProxy(t *testing.T) {
	t.Parallel()
	cfg := onServer(t)
	dial := cfg.DialFunc
	cfg.DialFunc = func(ctx context.Context, network, addr string) (net.Conn, error) {
		c, err := dial(ctx, network, addr)
		return &proxied{Conn: c}, err
	}
	pool := sql.OpenDB(newConnector(cfg))
	defer pool.Close()
	c := onConn(t, pool)
	require.NoError(t, c.Raw(func(inner any) error {
		require.EqualValues(t, proxyPID, inner.(*conn).Conn.Conn().PgConn().PID())
		return nil
	}))
	for i := range 10 {
		require.Equal(t, "10", read(t, c, fmt.Sprintf("SELECT %d - %d", 20+i, 10+i)))
	}
	require.Zero(t, keptOn(t, c))

	// Nor where the host says so.
	plain := onServer(t)
	named, err := Connector(plain.ConnString() + "&default_query_exec_mode=simple_protocol")
	require.NoError(t, err)
	simple := sql.OpenDB(named)
	defer simple.Close()
	for range 3 {
		require.Equal(t, "10", read(t, simple, "SELECT 20 - 10"))
	}
	require.Zero(t, keptOn(t, simple))
}

const proxyPID = 0x7a7a7a7a

// proxied answers as a pooling proxy does: the process in the message
// BackendKeyData is not the server's.
type proxied struct {
	net.Conn
	seen bool
}

func (p *proxied) Read(b []byte) (int, error) {
	n, err := p.Conn.Read(b)
	key := []byte{'K', 0, 0, 0, 12}
	if at := bytes.Index(b[:n], key); !p.seen && at >= 0 && at+len(key)+4 <= n {
		p.seen = true
		binary.BigEndian.PutUint32(b[at+len(key):], proxyPID)
	}
	return n, err
}

// Without that sign nothing is prepared either if literals mean something else.
func TestOnlyWhereLiteralsAreRead(t *testing.T) {
	t.Parallel()
	cfg := onServer(t)
	cfg.RuntimeParams["standard_conforming_strings"] = "off"
	pg, err := pgconn.ConnectConfig(t.Context(), &cfg.Config)
	require.NoError(t, err)
	defer pg.Close(context.Background())
	direct, err := isDirect(t.Context(), pg)
	require.NoError(t, err)
	require.False(t, direct)
}

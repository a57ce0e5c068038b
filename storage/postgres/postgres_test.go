package postgres_test

import (
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/postgres"
	"github.com/gomall-dev/mall/storage/postgres/postgresdb"
	"github.com/gomall-dev/mall/storage/storagetest"
)

var quiet = slog.New(slog.DiscardHandler)

// schema is a fresh name, dropped when the test ends.
func schema(t *testing.T) string {
	t.Helper()
	name := "p_" + strings.ToLower(rand.Text()[:12])
	pool := pool(t)
	t.Cleanup(func() {
		_, err := pool.ExecContext(context.Background(), `DROP SCHEMA IF EXISTS "`+name+`" CASCADE`)
		require.NoError(t, err)
	})
	return name
}

func pool(t *testing.T) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", storagetest.PostgresDSN(t)+"&default_query_exec_mode=simple_protocol")
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, db.Close()) })
	return db
}

func open(t *testing.T, o *postgres.Options) *postgres.Store {
	t.Helper()
	o.Logger = quiet
	s, err := postgres.Open(t.Context(), storagetest.PostgresDSN(t), o)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, s.Close()) })
	return s
}

func say(ctx context.Context, s *postgres.Store, kind string) error {
	return s.Append(ctx, mall.Event{Kind: kind, At: time.UnixMilli(1)})
}

func said(t *testing.T, s *postgres.Store) int {
	t.Helper()
	events, err := s.Events(t.Context(), 0, 1000)
	require.NoError(t, err)
	return len(events)
}

func TestSchemasAreTenants(t *testing.T) {
	t.Parallel()
	a := open(t, &postgres.Options{Schema: schema(t), Migrate: true})
	b := open(t, &postgres.Options{Schema: schema(t), Migrate: true})
	require.NoError(t, a.Do(t.Context(), func(ctx context.Context) error { return say(ctx, a, "a") }))
	require.Equal(t, 1, said(t, a))
	require.Equal(t, 0, said(t, b))
}

// Tenants may share a pool of the host's, and with it what is prepared there.
func TestTenantsOnOnePool(t *testing.T) {
	t.Parallel()
	connector, err := postgres.Connector(storagetest.PostgresDSN(t))
	require.NoError(t, err)
	p := sql.OpenDB(connector)
	t.Cleanup(func() { require.NoError(t, p.Close()) })
	p.SetMaxOpenConns(1)
	tenants := make([]*postgres.Store, 2)
	for i := range tenants {
		tenants[i], err = postgresdb.New(t.Context(), p, &postgresdb.Options{Schema: schema(t), Migrate: true, Logger: quiet})
		require.NoError(t, err)
	}
	for n := range 8 {
		for i, s := range tenants {
			require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error { return say(ctx, s, strconv.Itoa(i)) }))
			require.Equal(t, n+1, said(t, s))
		}
	}
	for i, s := range tenants {
		events, err := s.Events(t.Context(), 0, 100)
		require.NoError(t, err)
		for _, e := range events {
			require.Equal(t, strconv.Itoa(i), e.Kind)
		}
	}
	require.NotZero(t, prepared(t, p))
}

func prepared(t *testing.T, on *sql.DB) (n int) {
	t.Helper()
	require.NoError(t, on.QueryRowContext(t.Context(), "SELECT COUNT(*) FROM pg_prepared_statements").Scan(&n))
	return n
}

// A lent transaction may be of any driver, and cannot be run again: there
// statements go as they are.
func TestNothingIsPreparedInALentTransaction(t *testing.T) {
	t.Parallel()
	s := open(t, &postgres.Options{Schema: schema(t), Migrate: true})
	host := pool(t)
	host.SetMaxOpenConns(1)
	for range 5 {
		tx, err := host.BeginTx(t.Context(), nil)
		require.NoError(t, err)
		ctx, lent := s.Within(t.Context(), tx)
		require.NoError(t, s.Do(ctx, func(ctx context.Context) error { return say(ctx, s, "lent") }))
		require.NoError(t, tx.Commit())
		lent.Committed()
	}
	require.Zero(t, prepared(t, host))
	require.Equal(t, 5, said(t, s))
	for range 5 {
		tx, err := s.BeginTx(t.Context())
		require.NoError(t, err)
		ctx, lent := s.Within(t.Context(), tx)
		require.NoError(t, s.Do(ctx, func(ctx context.Context) error { return say(ctx, s, "lent") }))
		require.NoError(t, tx.Commit())
		lent.Committed()
	}
	require.Equal(t, 10, said(t, s))
}

func TestBadSchema(t *testing.T) {
	t.Parallel()
	for _, name := range []string{"Mall", "1a", "a-b", `a"b`, "a;drop"} {
		_, err := postgres.Open(t.Context(), storagetest.PostgresDSN(t), &postgres.Options{Schema: name, Migrate: true})
		require.ErrorContains(t, err, "must match", name)
	}
	// A reserved word is a fine name.
	pool := pool(t)
	s := open(t, &postgres.Options{Schema: "order", Migrate: true})
	require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error { return say(ctx, s, "a") }))
	_, err := pool.ExecContext(t.Context(), `DROP SCHEMA "order" CASCADE`)
	require.NoError(t, err)
}

func TestSerializationFailureIsRepeated(t *testing.T) {
	t.Parallel()
	s := open(t, &postgres.Options{Schema: schema(t), Migrate: true})
	raise := func(ctx context.Context, state string) error {
		_, err := s.SQL(ctx).ExecContext(ctx, "DO $$ BEGIN RAISE EXCEPTION USING ERRCODE = '"+state+"'; END $$")
		return err
	}
	for _, state := range []string{"40001", "40P01"} {
		runs, hooks := 0, 0
		require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error {
			s.OnCommit(ctx, func(context.Context) { hooks++ })
			require.NoError(t, say(ctx, s, "a"))
			if runs++; runs < 4 {
				return raise(ctx, state)
			}
			return nil
		}))
		require.Equal(t, 4, runs)
		require.Equal(t, 1, hooks)
		runs = 0
		err := s.Do(t.Context(), func(ctx context.Context) error { runs++; return raise(ctx, state) })
		require.ErrorIs(t, err, mall.ErrBusy)
		require.Equal(t, 4, runs)
	}
	runs := 0
	require.Error(t, s.Do(t.Context(), func(ctx context.Context) error { runs++; return raise(ctx, "23514") }))
	require.Equal(t, 1, runs)
	require.Equal(t, 2, said(t, s))
}

func TestDeadlockIsRepeated(t *testing.T) {
	t.Parallel()
	s := open(t, &postgres.Options{Schema: schema(t), Migrate: true})
	name := schema(t)
	exec := func(ctx context.Context, q string) {
		_, err := s.SQL(ctx).ExecContext(ctx, q)
		require.NoError(t, err)
	}
	require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error {
		exec(ctx, "CREATE SCHEMA "+name)
		exec(ctx, "CREATE TABLE "+name+".d (id INT PRIMARY KEY, n INT NOT NULL)")
		exec(ctx, "INSERT INTO "+name+".d VALUES (1, 0), (2, 0)")
		return nil
	}))
	var both, wg sync.WaitGroup
	both.Add(2)
	for i := range 2 {
		wg.Go(func() {
			runs := 0
			err := s.Do(t.Context(), func(ctx context.Context) error {
				runs++
				for j := range 2 {
					row := (i+j)%2 + 1
					_, err := s.SQL(ctx).ExecContext(ctx, "UPDATE "+name+".d SET n = n + 1 WHERE id = $1", row)
					if err != nil {
						return err
					}
					if j == 0 && runs == 1 {
						both.Done()
						both.Wait()
					}
				}
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	var sum int
	require.NoError(t, s.SQL(t.Context()).QueryRowContext(t.Context(), "SELECT SUM(n) FROM "+name+".d").Scan(&sum))
	require.Equal(t, 4, sum)
}

func TestCancelledStatementRollsBackAndTheStoreGoesOn(t *testing.T) {
	t.Parallel()
	s := open(t, &postgres.Options{Schema: schema(t), Migrate: true, Conns: 1})
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	start := time.Now()
	err := s.Do(ctx, func(ctx context.Context) error {
		require.NoError(t, say(ctx, s, "a"))
		time.AfterFunc(50*time.Millisecond, cancel)
		_, err := s.SQL(ctx).ExecContext(ctx, "SELECT pg_sleep(10)")
		return err
	})
	require.ErrorIs(t, err, context.Canceled)
	require.Less(t, time.Since(start), 5*time.Second)
	require.Zero(t, said(t, s))
	require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error { return say(ctx, s, "b") }))
}

// A connection that the server ended while it lay in the pool is replaced.
func TestDeadConnectionsAreReplaced(t *testing.T) {
	t.Parallel()
	s := open(t, &postgres.Options{Schema: schema(t), Migrate: true, Conns: 2})
	var pid int
	require.NoError(t, s.SQL(t.Context()).QueryRowContext(t.Context(), "SELECT pg_backend_pid()").Scan(&pid))
	_, err := pool(t).ExecContext(t.Context(), "SELECT pg_terminate_backend($1)", pid)
	require.NoError(t, err)
	require.NoError(t, s.Do(t.Context(), func(ctx context.Context) error { return say(ctx, s, "a") }))
	require.Equal(t, 1, said(t, s))
}

// A failure that only comes while rows are read is not committed over.
func TestLateRowErrorIsNotCommitted(t *testing.T) {
	t.Parallel()
	s := open(t, &postgres.Options{Schema: schema(t), Migrate: true})
	err := s.Do(t.Context(), func(ctx context.Context) error {
		require.NoError(t, say(ctx, s, "a"))
		rows, err := s.SQL(ctx).QueryContext(ctx, "SELECT 1 / (2 - n) FROM generate_series(1, 3) AS n")
		require.NoError(t, err)
		for rows.Next() {
		}
		require.Error(t, rows.Err())
		return rows.Close()
	})
	require.Error(t, err)
	require.Zero(t, said(t, s))
}

func TestManyProcessesMigrateAtOnce(t *testing.T) {
	t.Parallel()
	name, dsn := schema(t), storagetest.PostgresDSN(t)
	var wg sync.WaitGroup
	errs := make([]error, 6)
	for i := range errs {
		wg.Go(func() {
			s, err := postgres.Open(t.Context(), dsn, &postgres.Options{Schema: name, Migrate: true})
			if errs[i] = err; err == nil {
				errs[i] = s.Close()
			}
		})
	}
	wg.Wait()
	require.NoError(t, errors.Join(errs...))
	open(t, &postgres.Options{Schema: name})
}

func TestOlderAndNewerDatabasesAreRefused(t *testing.T) {
	t.Parallel()
	name, dsn := schema(t), storagetest.PostgresDSN(t)
	_, err := postgres.Open(t.Context(), dsn, &postgres.Options{Schema: name})
	require.ErrorIs(t, err, storage.ErrOlder)
	s := open(t, &postgres.Options{Schema: name, Unchecked: true})
	tx, err := s.BeginTx(t.Context())
	require.NoError(t, err)
	applied, err := s.MigrateTx(t.Context(), tx)
	require.NoError(t, err)
	require.Contains(t, applied, 1)
	require.NoError(t, tx.Commit())
	_, err = pool(t).ExecContext(t.Context(), `INSERT INTO "`+name+`".versions (number, name, applied_at) VALUES (9999, 'later', 0)`)
	require.NoError(t, err)
	for _, migrate := range []bool{false, true} {
		_, err = postgres.Open(t.Context(), dsn, &postgres.Options{Schema: name, Migrate: migrate})
		require.ErrorIs(t, err, storage.ErrNewer)
	}
}

// As behind a proxy that pools by transaction: no connection lives longer than
// a statement or a transaction, so nothing may rest on a session.
func TestWithoutSessions(t *testing.T) {
	t.Parallel()
	storagetest.PostgresDSN(t)
	storagetest.Transactions(t, func(t *testing.T) storage.Store {
		p := pool(t)
		p.SetMaxIdleConns(-1)
		s, err := postgresdb.New(t.Context(), p, &postgresdb.Options{Schema: schema(t), Migrate: true, Logger: quiet})
		require.NoError(t, err)
		return s
	})
}

func TestHostWithAMigratorOfItsOwn(t *testing.T) {
	t.Parallel()
	name, host := schema(t), pool(t)
	files, err := postgresdb.Migrations(name)
	require.NoError(t, err)
	list, err := fs.ReadDir(files, ".")
	require.NoError(t, err)
	for _, f := range list {
		script, err := fs.ReadFile(files, f.Name())
		require.NoError(t, err)
		_, err = host.ExecContext(t.Context(), string(script))
		require.NoError(t, err, f.Name())
	}
	open(t, &postgres.Options{Schema: name})
}

// A commit that the server refuses is no commit: nothing runs after it.
func TestFailedCommit(t *testing.T) {
	t.Parallel()
	s := open(t, &postgres.Options{Schema: schema(t), Migrate: true})
	table := schema(t)
	_, err := pool(t).ExecContext(t.Context(), `CREATE SCHEMA "`+table+`";
		CREATE TABLE "`+table+`".late (n INT UNIQUE DEFERRABLE INITIALLY DEFERRED)`)
	require.NoError(t, err)
	err = s.Do(t.Context(), func(ctx context.Context) error {
		s.OnCommit(ctx, func(context.Context) { panic("must not run") })
		require.NoError(t, say(ctx, s, "a"))
		_, err := s.SQL(ctx).ExecContext(ctx, `INSERT INTO "`+table+`".late VALUES (1), (1)`)
		return err
	})
	require.Error(t, err)
	require.Zero(t, said(t, s))
}

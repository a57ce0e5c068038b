package storagetest

import (
	"context"
	"crypto/rand"
	"database/sql"
	"net/url"
	"os"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/postgres"
	"github.com/gomall-dev/mall/storage/storagetest/pgtest"
)

// server is the PostgreSQL of this test process, started at first use.
var server = sync.OnceValues(func() (string, error) {
	if dsn := os.Getenv("MALL_TEST_POSTGRES_DSN"); dsn != "" {
		return dsn, nil
	}
	dsn, _, err := pgtest.Start() // it ends with the process
	return dsn, err
})

// PostgresDSN leads, as a URL, to a server for tests: the one of MALL_TEST_POSTGRES_DSN,
// else a throw-away cluster. Without server binaries the test is skipped, or
// fails if MALL_REQUIRE_POSTGRES is 1.
func PostgresDSN(t testing.TB) string {
	t.Helper()
	dsn, err := server()
	if err != nil {
		if os.Getenv("MALL_REQUIRE_POSTGRES") == "1" {
			t.Fatalf("MALL_REQUIRE_POSTGRES is 1, but there is no PostgreSQL: %v", err)
		}
		t.Skipf("no PostgreSQL: %v", err)
	}
	return dsn
}

// Postgres is an empty store in a schema of its own, dropped when the test ends.
func Postgres(t testing.TB) storage.Store {
	t.Helper()
	return PostgresWith(t, "")
}

// PostgresWith is Postgres with parameters added to those of PostgresDSN.
func PostgresWith(t testing.TB, params string) storage.Store {
	t.Helper()
	dsn := PostgresDSN(t)
	if params != "" {
		dsn += "&" + params
	}
	schema := "t_" + strings.ToLower(rand.Text()[:12])
	s, err := postgres.Open(t.Context(), dsn, &postgres.Options{Schema: schema, Migrate: true, Logger: quiet})
	require.NoError(t, err)
	t.Cleanup(func() {
		require.NoError(t, s.Close())
		admin(t, dsn, `DROP SCHEMA IF EXISTS "`+schema+`" CASCADE`)
	})
	return s
}

// PostgresDatabase leads to an empty database of its own on the server for
// tests, dropped when the test ends.
func PostgresDatabase(t testing.TB) string {
	t.Helper()
	dsn, err := url.Parse(PostgresDSN(t))
	require.NoError(t, err)
	name := "t_" + strings.ToLower(rand.Text()[:12])
	admin(t, dsn.String(), `CREATE DATABASE "`+name+`"`)
	t.Cleanup(func() { admin(t, PostgresDSN(t), `DROP DATABASE IF EXISTS "`+name+`" WITH (FORCE)`) })
	dsn.Path = "/" + name
	return dsn.String()
}

// admin runs one statement on the server itself.
func admin(t testing.TB, dsn, query string) {
	t.Helper()
	db, err := sql.Open("pgx", dsn)
	require.NoError(t, err)
	defer db.Close()
	_, err = db.ExecContext(context.Background(), query)
	require.NoError(t, err)
}

package storagetest_test

import (
	"database/sql"
	"os"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/internal/txn"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// The suite sends most of its statements once: each is prepared all the same.
func TestMain(m *testing.M) {
	txn.PrepareFirst = true
	os.Exit(m.Run())
}

func TestSQLite(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storage.Store { return storagetest.SQLite(t) })
}

func TestPostgres(t *testing.T) {
	// Tables of the host's that bear names of ours lie in the search path, and
	// the stores of the suite are tenants of one database.
	pool, err := sql.Open("pgx", storagetest.PostgresDSN(t))
	require.NoError(t, err)
	defer pool.Close()
	for _, table := range []string{"orders", "accounts", "outbox", "versions"} {
		_, err := pool.ExecContext(t.Context(), "CREATE TABLE IF NOT EXISTS public."+table+" (foreign_column TEXT)")
		require.NoError(t, err)
	}
	storagetest.Run(t, func(t *testing.T) storage.Store { return storagetest.Postgres(t) })
}

// As behind a proxy that pools by transaction, where nothing is prepared.
func TestPostgresBySimpleProtocol(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storage.Store {
		return storagetest.PostgresWith(t, "default_query_exec_mode=simple_protocol")
	})
}

package storagetest_test

import (
	"database/sql"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

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

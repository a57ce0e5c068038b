package storagetest

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func testMigrated(t *testing.T, open Open) {
	store := open(t)
	have, want, err := store.Version(t.Context())
	require.NoError(t, err)
	require.Equal(t, want, have)
	applied, err := store.Migrate(t.Context())
	require.NoError(t, err)
	require.Empty(t, applied, "nothing is applied twice")
	tx, err := store.BeginTx(t.Context())
	require.NoError(t, err)
	applied, err = store.MigrateTx(t.Context(), tx)
	require.NoError(t, err)
	require.Empty(t, applied)
	require.NoError(t, tx.Rollback())
	require.NoError(t, store.Ping(t.Context()))
}

package storagetest_test

import (
	"testing"

	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestSQLite(t *testing.T) {
	storagetest.Run(t, func(t *testing.T) storage.Store { return storagetest.SQLite(t) })
}

func TestPostgres(t *testing.T) {
	storagetest.PostgresDSN(t)
	storagetest.Run(t, func(t *testing.T) storage.Store { return storagetest.Postgres(t) })
}

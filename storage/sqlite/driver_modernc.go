//go:build !cgosqlite

package sqlite

import (
	"database/sql"

	sqlite3 "modernc.org/sqlite" // the driver in pure Go

	"github.com/gomall-dev/mall/storage/sqlite/sqlitedb"
)

func openPool(dsn string) (*sql.DB, error) {
	return sql.OpenDB(sqlitedb.Connector(&sqlite3.Driver{}, dsn, nil)), nil
}

//go:build cgosqlite

package sqlite

import (
	"database/sql"
	"errors"

	"github.com/mattn/go-sqlite3" // the driver in C

	"github.com/gomall-dev/mall/storage/sqlite/sqlitedb"
)

func openPool(dsn string) (*sql.DB, error) {
	return sql.OpenDB(sqlitedb.Connector(&sqlite3.SQLiteDriver{}, dsn, code)), nil
}

func code(err error) int {
	if e, ok := errors.AsType[sqlite3.Error](err); ok {
		return int(e.ExtendedCode)
	}
	return 0
}

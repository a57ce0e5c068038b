//go:build !cgosqlite

package sqlite

import (
	"database/sql"

	_ "modernc.org/sqlite" // the driver in pure Go
)

func openPool(dsn string) (*sql.DB, error) { return sql.Open("sqlite", dsn) }

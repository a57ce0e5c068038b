//go:build cgosqlite

package sqlite

import _ "github.com/mattn/go-sqlite3" // the driver in C

const driverName = "sqlite3"

//go:build cgosqlite

package sqlitedb_test

const driverName = "sqlite3"

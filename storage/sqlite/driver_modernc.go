//go:build !cgosqlite

package sqlite

import _ "modernc.org/sqlite" // the driver in pure Go

const driverName = "sqlite"

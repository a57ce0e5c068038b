package sqlite

import "github.com/gomall-dev/mall"

// ErrLocked says that another store, in this process or another, has the file.
// Two processes on one file would wait for each other at every commit and
// outrun the counters they keep in memory; take PostgreSQL for that.
var ErrLocked = mall.E(mall.Unavailable, "sqlite.locked", "another process has the database file open")

// Package pgtest starts a throw-away PostgreSQL cluster from the server
// binaries of the machine, for tests and demonstrations. Nothing in it is kept:
// it runs without fsync.
//
//	dsn, stop, err := pgtest.Start()
package pgtest

import "errors"

// ErrNoServer says that the machine has no PostgreSQL server binaries.
var ErrNoServer = errors.New("pgtest: no initdb and postgres found on PATH or in /usr/lib/postgresql")

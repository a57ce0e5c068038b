// Package sqlite opens a store in one SQLite file.
//
//	store, err := sqlite.Open(ctx, "mall.db", &sqlite.Options{Migrate: true})
//
// The driver is pure Go; the build tag cgosqlite takes the one in C instead.
// Add the tag sqlite_fts5 to it: without, keyword search reads every name, and
// a database that was made with full-text search is refused (ErrNoFTS5).
// Hosts with pools of their own use package sqlitedb.
package sqlite

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"strings"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/sqlite/sqlitedb"
)

// Store is a store on SQLite.
type Store = sqlitedb.Store

var _ storage.Store = (*Store)(nil)

// Options of Open; the zero value works.
type Options struct {
	// Prefix begins every table and index name; default "mall_".
	Prefix string
	// Readers is how many connections read at a time; default 6.
	Readers int
	// Migrate brings the database to the version of the code.
	Migrate bool
	// Unchecked opens whatever version there is, so that Migrate can be called.
	Unchecked bool
	// Logger takes warnings; default slog.Default().
	Logger *slog.Logger
}

const defaultReaders = 6

// ErrNoFile says that the path names no file of its own. A store writes through
// one connection and reads through several, and of a database in memory each
// of them would see its own, empty one. Tests take a file in t.TempDir().
var ErrNoFile = mall.E(mall.Invalid, "sqlite.no_file", "a store needs a database file: its connections would not share one in memory")

// Open opens the store in a file and makes it if it is not there. path is the
// name of a file, not a URI; ":memory:", "" and "file:…" are ErrNoFile. One process
// holds a file at a time: another gets ErrLocked. Close the store at the end.
func Open(ctx context.Context, path string, o *Options) (*Store, error) {
	if path == "" || strings.HasPrefix(path, ":memory:") || strings.HasPrefix(path, "file:") {
		return nil, fmt.Errorf("%w: %q", ErrNoFile, path)
	}
	if o == nil {
		o = &Options{}
	}
	unlock, err := lock(path)
	if err != nil {
		return nil, err
	}
	s, err := open(ctx, path, o)
	if err != nil {
		return nil, errors.Join(err, unlock())
	}
	s.OnClose(unlock)
	return s, nil
}

func open(ctx context.Context, path string, o *Options) (*Store, error) {
	writer, err := openPool(dsn(path, false))
	if err != nil {
		return nil, err
	}
	readers, err := openPool(dsn(path, true))
	if err != nil {
		return nil, errors.Join(err, writer.Close())
	}
	writer.SetMaxOpenConns(1)
	n := o.Readers
	if n <= 0 {
		n = defaultReaders
	}
	readers.SetMaxOpenConns(n)
	readers.SetMaxIdleConns(n)
	closePools := func() error { return errors.Join(readers.Close(), writer.Close()) }
	// The writer comes first: it makes the file and turns WAL on.
	if err := writer.PingContext(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("sqlite: open %s: %w", path, err), closePools())
	}
	s, err := sqlitedb.New(ctx, writer, readers, &sqlitedb.Options{Prefix: o.Prefix, Migrate: o.Migrate, Unchecked: o.Unchecked, Logger: o.Logger})
	if err != nil {
		return nil, errors.Join(err, closePools())
	}
	s.OnClose(closePools)
	return s, nil
}

// dsn is understood by both drivers.
func dsn(path string, reader bool) string {
	// What savepoints save for a rollback stays in memory: each closure of a
	// group has one, and SQLite would make and drop a file for it. (So does the
	// sorting of an index that a migration builds.) The log is copied into the
	// file every 16 MB instead of 4: each time two more syncs hold the writer up.
	q := "_busy_timeout=5000&_journal_mode=WAL&_synchronous=FULL&_foreign_keys=1&_txlock=immediate&_pragma=temp_store(memory)&_pragma=wal_autocheckpoint(4000)"
	if reader {
		q = "_busy_timeout=5000&_foreign_keys=1&_query_only=1"
	}
	return "file:" + strings.ReplaceAll(url.PathEscape(path), "%2F", "/") + "?" + q
}

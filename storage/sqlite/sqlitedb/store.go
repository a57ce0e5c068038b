// Package sqlitedb builds a store on SQLite pools that the host has opened.
// It imports no driver; package sqlite does.
package sqlitedb

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"
	"os"
	"time"

	"github.com/gomall-dev/mall/storage/internal/bunrepo"
	"github.com/gomall-dev/mall/storage/internal/txn"
)

// migrationTime is how long steps may hold the writer without a warning.
const migrationTime = time.Minute

// DefaultPrefix begins the names of all tables and indexes.
const DefaultPrefix = "mall_"

// Options of a store; the zero value works.
type Options struct {
	// Prefix begins every table and index name; default "mall_". It matches
	// ^[a-z_][a-z0-9_]{0,30}$.
	Prefix string
	// Migrate brings the database to the version of the code at New. Without
	// it a database that is older or newer than the code is refused.
	Migrate bool
	// Unchecked leaves the version alone at New, for hosts that call Migrate
	// or MigrateTx themselves before anything else.
	Unchecked bool
	// Logger takes warnings; default slog.Default().
	Logger *slog.Logger
}

// Store is every repository on SQLite.
type Store struct {
	*bunrepo.Store
	*engine
	schema  bunrepo.Schema
	closers []func() error
}

// New builds a store on two pools of one database file: one connection that
// writes (WAL, synchronous=FULL, foreign keys on), and readers, best with
// query_only. Closing the store leaves the pools to the host.
func New(ctx context.Context, writer, readers *sql.DB, o *Options) (*Store, error) {
	if o == nil {
		o = &Options{}
	}
	prefix, log := o.Prefix, o.Logger
	if prefix == "" {
		prefix = DefaultPrefix
	}
	if log == nil {
		log = slog.Default()
	}
	if writer == nil || readers == nil {
		return nil, errors.New("sqlitedb: New needs a writing and a reading pool")
	}
	db, err := bunrepo.SQLite(readers, prefix)
	if err != nil {
		return nil, err
	}
	e := newEngine(writer, &txn.Base{Pool: readers, Log: log, Lasting: true, Kept: true}, prefix)
	s := &Store{Store: bunrepo.New(db, handles{e}), engine: e, schema: bunrepo.Schema{Name: prefix}}
	if err := s.inspect(ctx, log); err != nil {
		return nil, err
	}
	if err := s.ready(ctx, o); err != nil {
		_ = s.Close()
		return nil, err
	}
	return s, nil
}

// inspect warns about settings of the writing connection under which commits
// may be lost with the power, or slow down readers.
func (s *Store) inspect(ctx context.Context, log *slog.Logger) error {
	for pragma, wanted := range map[string]string{"journal_mode": "wal", "synchronous": "2", "foreign_keys": "1"} {
		var has string
		if err := s.writer.QueryRowContext(ctx, "PRAGMA "+pragma).Scan(&has); err != nil {
			return err
		}
		if has != wanted {
			log.WarnContext(ctx, "mall: the SQLite writer is not set as it should be", "pragma", pragma, "has", has, "wanted", wanted)
		}
	}
	return nil
}

func (s *Store) ready(ctx context.Context, o *Options) error {
	if err := s.schema.CheckSearch(ctx, s.base.Pool); err != nil {
		return err
	}
	if o.Migrate {
		_, err := s.Migrate(ctx)
		return err
	}
	if o.Unchecked {
		return nil
	}
	applied, err := s.schema.Applied(ctx, s.base.Pool)
	if err != nil {
		return err
	}
	return s.schema.Check(applied)
}

// Migrate applies the missing steps in one immediate transaction and gives
// their numbers.
func (s *Store) Migrate(ctx context.Context) (applied []int, err error) {
	have, err := s.schema.Applied(ctx, s.base.Pool)
	if err != nil || s.schema.Check(have) == nil {
		return nil, err
	}
	err = s.do(ctx, func(ctx context.Context) (err error) {
		applied, err = s.schema.Apply(ctx, s.base.Writer(ctx))
		return err
	}, migrationTime)
	return applied, err
}

// MigrateTx applies the missing steps on the host's own transaction, which
// must be immediate, and gives their numbers. The host commits.
func (s *Store) MigrateTx(ctx context.Context, tx *sql.Tx) ([]int, error) {
	return s.schema.Apply(ctx, tx)
}

// Version is the highest step of the database and of the code.
func (s *Store) Version(ctx context.Context) (have, want int, err error) {
	applied, err := s.schema.Applied(ctx, s.base.Pool)
	if err != nil {
		return 0, 0, err
	}
	return s.schema.Versions(applied)
}

// Migrations is all steps as SQL files for hosts with a migrator of their own:
// run each once, in the order of names. They note the version that New checks.
// An empty prefix is the default.
func Migrations(prefix string) (fs.FS, error) {
	if prefix == "" {
		prefix = DefaultPrefix
	}
	return bunrepo.Schema{Name: prefix}.FS()
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return s.base.Pool.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// OnClose adds something to be ended by Close, after the store's own.
func (s *Store) OnClose(fn func() error) { s.closers = append(s.closers, fn) }

// Close waits for a running Do and ends the store's hold on the writer.
func (s *Store) Close() error {
	err := s.engine.close()
	for _, fn := range s.closers {
		err = errors.Join(err, fn())
	}
	s.closers = nil
	return err
}

// Backup writes a consistent copy of the whole database, host's tables
// included, to a new file while the store goes on working. The copy is compact
// and can be opened as it is.
func (s *Store) Backup(ctx context.Context, path string) error {
	if _, err := os.Stat(path); err == nil {
		return &fs.PathError{Op: "backup", Path: path, Err: fs.ErrExist}
	}
	conn, err := s.base.Pool.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	defer discard(conn) // as it could write from here on
	if _, err := conn.ExecContext(ctx, "PRAGMA query_only = 0"); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, "VACUUM INTO ?", path)
	return err
}

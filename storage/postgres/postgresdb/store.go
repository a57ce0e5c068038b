// Package postgresdb builds a store on a PostgreSQL pool that the host has
// opened. It imports no driver; package postgres does.
package postgresdb

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"log/slog"

	"github.com/gomall-dev/mall/storage/internal/bunrepo"
	"github.com/gomall-dev/mall/storage/internal/txn"
)

// DefaultSchema holds all tables.
const DefaultSchema = "mall"

// Options of a store; the zero value works.
type Options struct {
	// Schema holds every table; default "mall". It matches
	// ^[a-z_][a-z0-9_]{0,30}$. Several stores share a database by schemas.
	Schema string
	// Migrate brings the database to the version of the code at New. Without
	// it a database that is older or newer than the code is refused.
	Migrate bool
	// Unchecked leaves the version alone at New, for hosts that call Migrate
	// or MigrateTx themselves before anything else.
	Unchecked bool
	// Logger takes warnings; default slog.Default().
	Logger *slog.Logger
}

// Store is every repository on PostgreSQL.
type Store struct {
	*bunrepo.Store
	*engine
	schema  bunrepo.Schema
	closers []func() error
}

// New builds a store on a pool, best on a connector of package postgres. To
// another driver statements go with their literals, so it should use the simple
// protocol and no statement cache. Closing the store leaves the pool to the host.
func New(ctx context.Context, pool *sql.DB, o *Options) (*Store, error) {
	if o == nil {
		o = &Options{}
	}
	schema, log := o.Schema, o.Logger
	if schema == "" {
		schema = DefaultSchema
	}
	if log == nil {
		log = slog.Default()
	}
	if pool == nil {
		return nil, errors.New("postgresdb: New needs a pool")
	}
	db, err := bunrepo.Postgres(pool, schema)
	if err != nil {
		return nil, err
	}
	_, signed := pool.Driver().(txn.KnowsSign)
	e := &engine{base: &txn.Base{Pool: pool, Log: log, Signed: signed}, pool: pool}
	s := &Store{Store: bunrepo.New(db, handles{e}), engine: e, schema: bunrepo.Schema{Postgres: true, Name: schema}}
	if err := s.ready(ctx, o); err != nil {
		return nil, err
	}
	return s, nil
}

func (s *Store) ready(ctx context.Context, o *Options) error {
	if o.Migrate {
		_, err := s.Migrate(ctx)
		return err
	}
	if o.Unchecked {
		return nil
	}
	applied, err := s.schema.Applied(ctx, s.pool)
	if err != nil {
		return err
	}
	return s.schema.Check(applied)
}

// Migrate applies the missing steps in one transaction, one process at a time,
// and gives their numbers.
func (s *Store) Migrate(ctx context.Context) (applied []int, err error) {
	have, err := s.schema.Applied(ctx, s.pool)
	if err != nil || s.schema.Check(have) == nil {
		return nil, err
	}
	err = s.Do(ctx, func(ctx context.Context) (err error) {
		applied, err = s.schema.Apply(ctx, s.base.Writer(ctx))
		return err
	})
	return applied, err
}

// MigrateTx applies the missing steps on the host's own transaction and gives
// their numbers. The host commits.
func (s *Store) MigrateTx(ctx context.Context, tx *sql.Tx) ([]int, error) {
	return s.schema.Apply(ctx, tx)
}

// Version is the highest step of the database and of the code.
func (s *Store) Version(ctx context.Context) (have, want int, err error) {
	applied, err := s.schema.Applied(ctx, s.pool)
	if err != nil {
		return 0, 0, err
	}
	return s.schema.Versions(applied)
}

// Migrations is all steps as SQL files for hosts with a migrator of their own:
// run each once, in the order of names. They note the version that New checks.
// An empty schema is the default.
func Migrations(schema string) (fs.FS, error) {
	if schema == "" {
		schema = DefaultSchema
	}
	return bunrepo.Schema{Postgres: true, Name: schema}.FS()
}

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error {
	var one int
	return s.pool.QueryRowContext(ctx, "SELECT 1").Scan(&one)
}

// OnClose adds something to be ended by Close.
func (s *Store) OnClose(fn func() error) { s.closers = append(s.closers, fn) }

// Close ends what the store has opened itself.
func (s *Store) Close() error {
	var err error
	for _, fn := range s.closers {
		err = errors.Join(err, fn())
	}
	s.closers = nil
	return err
}

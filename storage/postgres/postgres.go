// Package postgres opens a store in a schema of a PostgreSQL database, which
// any number of processes may share.
//
//	store, err := postgres.Open(ctx, "postgres://user@host/db", &postgres.Options{Migrate: true})
//
// Hosts with a pool of their own use package postgresdb.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/postgres/postgresdb"
)

// Store is a store on PostgreSQL.
type Store = postgresdb.Store

var _ storage.Store = (*Store)(nil)

// Options of Open; the zero value works.
type Options struct {
	// Schema holds every table; default "mall".
	Schema string
	// Conns is how many connections are open at most; default 16.
	Conns int
	// Migrate brings the database to the version of the code.
	Migrate bool
	// Unchecked opens whatever version there is, so that Migrate can be called.
	Unchecked bool
	// Logger takes warnings; default slog.Default().
	Logger *slog.Logger
}

const (
	defaultConns = 16
	// idleFor ends connections that a burst has left behind.
	idleFor = 5 * time.Minute
)

// Open opens the store. It sends no SET and holds no session state, so dsn may
// lead to a transaction-pooling proxy.
func Open(ctx context.Context, dsn string, o *Options) (*Store, error) {
	if o == nil {
		o = &Options{}
	}
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	// Statements carry their literals: caching them would cost a round trip each.
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	return open(ctx, cfg, o)
}

func open(ctx context.Context, cfg *pgx.ConnConfig, o *Options) (*Store, error) {
	pool := sql.OpenDB(connector{stdlib.GetConnector(*cfg)})
	n := o.Conns
	if n <= 0 {
		n = defaultConns
	}
	size(pool, n)
	s, err := postgresdb.New(ctx, pool, &postgresdb.Options{Schema: o.Schema, Migrate: o.Migrate, Unchecked: o.Unchecked, Logger: o.Logger})
	if err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	s.OnClose(pool.Close)
	return s, nil
}

func size(pool *sql.DB, n int) {
	pool.SetMaxOpenConns(n)
	pool.SetMaxIdleConns(n)
	pool.SetConnMaxIdleTime(idleFor)
}

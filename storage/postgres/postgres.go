// Package postgres opens a store in a schema of a PostgreSQL database, which
// any number of processes may share.
//
//	store, err := postgres.Open(ctx, "postgres://user@host/db", &postgres.Options{Migrate: true})
//
// Hosts with a pool of their own use package postgresdb, on a [Connector] if
// statements are to be prepared there too.
//
// # Proxies and prepared statements
//
// The store works behind a proxy that gives connections to others between
// transactions, such as PgBouncer: it sends no SET and rests on no session.
// On a connection that leads to the server itself the repositories' statements
// are prepared, because planning them costs more than running most of them. At
// connect the process number that was announced is compared with
// pg_backend_pid(): proxies announce numbers of their own, and behind them
// statements go by the simple protocol with their values in the text. So they
// do for default_query_exec_mode=simple_protocol in the DSN, in transactions
// that are lent by Within, and for the host's own statements.
//
// A statement is prepared at its second use, without its values; what looks
// like a state, a flag or a kind stays in the text of a condition, so that
// partial indexes serve it. One that the server refuses to prepare goes as it
// is, and its transaction with it. A connection keeps at most 128. After a
// migration that changes what prepared statements give, they are prepared
// anew; a Do in whose middle that happens is run again, a View fails. A session
// that has lost its statements (DISCARD ALL) prepares none any more.
package postgres

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"

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
	// lifetime bounds what a server process gathers: memory, and plans that
	// were made when tables were small.
	lifetime = 30 * time.Minute
)

// Open opens the store. The DSN may lead to a transaction-pooling proxy.
func Open(ctx context.Context, dsn string, o *Options) (*Store, error) {
	if o == nil {
		o = &Options{}
	}
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return open(ctx, cfg, o)
}

func open(ctx context.Context, cfg *pgx.ConnConfig, o *Options) (*Store, error) {
	pool := sql.OpenDB(newConnector(cfg))
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
	pool.SetConnMaxLifetime(lifetime)
}

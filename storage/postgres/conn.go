package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/gomall-dev/mall/storage/internal/txn"
)

// Connector opens connections for a pool of the host's own, which may then be
// given to postgresdb.New: sql.OpenDB(connector). They are those of Open.
func Connector(dsn string) (driver.Connector, error) {
	cfg, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, fmt.Errorf("postgres: %w", err)
	}
	return newConnector(cfg), nil
}

func newConnector(cfg *pgx.ConnConfig) connector {
	var known *shapes
	if cfg.DefaultQueryExecMode != pgx.QueryExecModeSimpleProtocol {
		known = &shapes{first: txn.PrepareFirst}
	}
	// A host's statements are seldom the same: caching them would cost a round trip each.
	cfg.DefaultQueryExecMode = pgx.QueryExecModeSimpleProtocol
	return connector{stdlib.GetConnector(*cfg), known}
}

// connector opens connections of pgx on which statements without a result go to
// the server together with the next one: a round trip less for each; see owed.
type connector struct {
	driver.Connector
	shapes *shapes // nil: nothing is prepared
}

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := inner.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(errors.New("postgres: not a connection of pgx"), inner.Close())
	}
	made := &conn{Conn: full}
	if c.shapes != nil {
		direct, err := isDirect(ctx, full.Conn().PgConn())
		if err != nil {
			return nil, errors.Join(err, inner.Close())
		}
		if direct {
			if made.prepared, err = newPrepared(ctx, full.Conn().PgConn(), c.shapes); err != nil {
				return nil, errors.Join(err, inner.Close())
			}
		}
	}
	return made, nil
}

// Driver is pgx's, which knows the sign of repositories' statements here.
func (c connector) Driver() driver.Driver { return signedDriver{c.Connector.Driver()} }

type signedDriver struct{ driver.Driver }

func (signedDriver) KnowsSign() {}

// conn is a connection that may owe the server statements.
type conn struct {
	*stdlib.Conn
	owes     []owed    // have not been sent yet
	prepared *prepared // nil: every statement goes by the simple protocol
}

// BeginTx notes the BEGIN for the first statement.
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	switch {
	case o.Isolation == driver.IsolationLevel(sql.LevelDefault) && !o.ReadOnly:
		c.oweBegin(begin)
	case o.Isolation == driver.IsolationLevel(sql.LevelRepeatableRead) && o.ReadOnly:
		c.oweBegin(beginView)
	default:
		return c.Conn.BeginTx(ctx, o)
	}
	return tx{c}, nil
}

// ExecContext sends what is owed in front of a statement, or owes this one too.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if sign, ok := txn.Signed(args); ok {
		if waits, err := c.later(ctx, query, sign.Later); waits || err != nil {
			return driver.ResultNoRows, err
		}
		if res, err := c.keptExec(ctx, query); res != nil || err != nil {
			return res, err
		}
		args = nil
	}
	if c.undone(query) {
		return driver.ResultNoRows, nil
	}
	if len(args) > 0 && len(c.owes) > 0 {
		return c.execBehind(ctx, query, args)
	}
	before := c.settle()
	res, err := c.Conn.ExecContext(ctx, texts(before, query), args)
	if err != nil {
		c.stillOwed(before)
	}
	return res, err
}

// QueryContext sends what is owed in front of a query.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if sign, ok := txn.Signed(args); ok {
		if len(sign.Then) > 0 {
			return c.together(ctx, append([]string{query}, sign.Then...))
		}
		if rows, err := c.keptQuery(ctx, query); rows != nil || err != nil {
			return rows, err
		}
		args = nil
	}
	if len(args) > 0 { // the driver wants these statements alone
		if err := c.flush(ctx); err != nil {
			return nil, err
		}
	}
	if len(c.owes) > 0 {
		return c.owedQuery(ctx, c.settle(), query)
	}
	return c.Conn.QueryContext(ctx, query, args)
}

// PrepareContext sends first what is owed.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.flush(ctx); err != nil {
		return nil, err
	}
	return c.Conn.PrepareContext(ctx, query)
}

// endTime bounds a COMMIT or ROLLBACK that gets no answer.
const endTime = 30 * time.Second

// tx is a transaction whose BEGIN may not have been sent yet; see owed.go.
type tx struct{ conn *conn }

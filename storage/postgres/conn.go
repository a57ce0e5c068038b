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

// connector opens connections of pgx whose BEGIN goes to the server together
// with the first statement: a round trip less for every transaction.
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
			made.prepared = &prepared{pg: full.Conn().PgConn(), shapes: c.shapes}
		}
	}
	return made, nil
}

// Driver is pgx's, which knows the sign of repositories' statements here.
func (c connector) Driver() driver.Driver { return signedDriver{c.Connector.Driver()} }

type signedDriver struct{ driver.Driver }

func (signedDriver) KnowsSign() {}

// conn is a connection that may owe the server a BEGIN.
type conn struct {
	*stdlib.Conn
	begin    string    // has not been sent yet
	prepared *prepared // nil: every statement goes by the simple protocol
}

// BeginTx notes the BEGIN for the first statement.
func (c *conn) BeginTx(ctx context.Context, o driver.TxOptions) (driver.Tx, error) {
	switch {
	case o.Isolation == driver.IsolationLevel(sql.LevelDefault) && !o.ReadOnly:
		c.begin = "begin"
	case o.Isolation == driver.IsolationLevel(sql.LevelRepeatableRead) && o.ReadOnly:
		c.begin = "begin isolation level repeatable read read only"
	default:
		return c.Conn.BeginTx(ctx, o)
	}
	return tx{c}, nil
}

// owed gives the BEGIN that is to be sent now.
func (c *conn) owed() string {
	begin := c.begin
	c.begin = ""
	return begin
}

// flush sends the BEGIN by itself.
func (c *conn) flush(ctx context.Context) error {
	begin := c.owed()
	if begin == "" {
		return nil
	}
	_, err := c.Conn.ExecContext(ctx, begin, nil)
	return err
}

// ExecContext sends the owed BEGIN in front of a statement.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if txn.IsSigned(args) {
		if res, err := c.keptExec(ctx, query); res != nil || err != nil {
			return res, err
		}
		args = nil
	}
	if len(args) > 0 { // the driver wants these statements alone
		if err := c.flush(ctx); err != nil {
			return nil, err
		}
	} else if begin := c.owed(); begin != "" {
		query = begin + "; " + query
	}
	return c.Conn.ExecContext(ctx, query, args)
}

// QueryContext sends the owed BEGIN in front of a query.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if txn.IsSigned(args) {
		if rows, err := c.keptQuery(ctx, query); rows != nil || err != nil {
			return rows, err
		}
		args = nil
	}
	if len(args) > 0 {
		if err := c.flush(ctx); err != nil {
			return nil, err
		}
	} else if begin := c.owed(); begin != "" {
		return c.beginQuery(ctx, begin, query)
	}
	return c.Conn.QueryContext(ctx, query, args)
}

// PrepareContext sends the owed BEGIN first.
func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	if err := c.flush(ctx); err != nil {
		return nil, err
	}
	return c.Conn.PrepareContext(ctx, query)
}

// endTime bounds a COMMIT or ROLLBACK that gets no answer.
const endTime = 30 * time.Second

// tx is a transaction whose BEGIN may not have been sent yet.
type tx struct{ conn *conn }

// Commit commits. A transaction that the server has given up answers COMMIT
// with ROLLBACK: that is an error.
func (t tx) Commit() error {
	if t.conn.owed() != "" {
		return nil
	}
	return t.end("commit")
}

// Rollback rolls back.
func (t tx) Rollback() error {
	if t.conn.owed() != "" {
		return nil
	}
	return t.end("rollback")
}

func (t tx) end(how string) error {
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	inner := t.conn.Conn.Conn()
	tag, err := inner.Exec(ctx, how)
	switch {
	case err != nil:
		if inner.PgConn().TxStatus() != 'I' {
			_ = inner.Close(ctx)
		}
		return err
	case how == "commit" && tag.String() == "ROLLBACK":
		return pgx.ErrTxCommitRollback
	}
	return nil
}

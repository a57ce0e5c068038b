package postgres

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
)

// connector opens connections of pgx whose BEGIN goes to the server together
// with the first statement: a round trip less for every transaction.
type connector struct{ driver.Connector }

func (c connector) Connect(ctx context.Context) (driver.Conn, error) {
	inner, err := c.Connector.Connect(ctx)
	if err != nil {
		return nil, err
	}
	full, ok := inner.(*stdlib.Conn)
	if !ok {
		return nil, errors.Join(errors.New("postgres: not a connection of pgx"), inner.Close())
	}
	return &conn{Conn: full}, nil
}

// conn is a connection that may owe the server a BEGIN.
type conn struct {
	*stdlib.Conn
	begin string // has not been sent yet
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

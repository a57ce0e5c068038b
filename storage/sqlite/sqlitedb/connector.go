package sqlitedb

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// Connector adapts a SQLite driver for sql.OpenDB as the store likes it best:
// statements are kept prepared by their text. A driver whose errors have no
// method Code() int, such as github.com/mattn/go-sqlite3, needs code, which
// gives SQLite's extended result code of an error and 0 for others; its queries
// then report their failure at the call instead of at the first row. Code is
// nil for modernc.org/sqlite. Package sqlite opens its pools this way.
func Connector(d driver.Driver, dsn string, code func(error) int) driver.Connector {
	return connector{d, dsn, code}
}

type connector struct {
	driver driver.Driver
	dsn    string
	code   func(error) int
}

func (c connector) Driver() driver.Driver { return c.driver }

func (c connector) Connect(context.Context) (driver.Conn, error) {
	inner, err := c.driver.Open(c.dsn)
	if err != nil {
		return nil, c.coded(err)
	}
	full, ok := inner.(fullConn)
	if !ok {
		return nil, errors.Join(errors.New("sqlitedb: driver is too old: it knows no contexts"), inner.Close())
	}
	return &conn{fullConn: full, connector: c}, nil
}

// fullConn is what today's drivers' connections do.
type fullConn interface {
	driver.Conn
	driver.ConnBeginTx
	driver.ConnPrepareContext
	driver.ExecerContext
	driver.QueryerContext
}

type conn struct {
	fullConn
	connector connector
	statements
}

// ExecContext runs the statement as a kept one if it is of that kind.
func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (res driver.Result, err error) {
	s, err := c.statements.take(ctx, c.fullConn, query, len(args))
	switch {
	case err != nil:
	case s != nil:
		res, err = s.ExecContext(ctx, args)
	default:
		res, err = c.fullConn.ExecContext(ctx, query, args)
	}
	return res, c.connector.coded(err)
}

// QueryContext runs the query up to its first row, as a kept one if it is of
// that kind.
func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (inner driver.Rows, err error) {
	s, err := c.statements.take(ctx, c.fullConn, query, len(args))
	switch {
	case err != nil:
	case s != nil:
		inner, err = s.query(ctx, args)
	default:
		inner, err = c.fullConn.QueryContext(ctx, query, args)
	}
	if err != nil {
		return nil, c.connector.coded(err)
	}
	if c.connector.code == nil {
		return inner, nil
	}
	r := &rows{Rows: inner, connector: c.connector, first: make([]driver.Value, len(inner.Columns()))}
	r.err = c.connector.coded(inner.Next(r.first))
	if r.err != nil && r.err != io.EOF {
		return nil, errors.Join(r.err, inner.Close())
	}
	r.ahead = true
	return r, nil
}

// ResetSession and IsValid are the driver's, if it has them.
func (c *conn) ResetSession(ctx context.Context) error {
	if r, ok := c.fullConn.(driver.SessionResetter); ok {
		return r.ResetSession(ctx)
	}
	return nil
}

// IsValid says whether the connection may go back to its pool.
func (c *conn) IsValid() bool {
	v, ok := c.fullConn.(driver.Validator)
	return !ok || v.IsValid()
}

// Close ends the kept statements and the connection.
func (c *conn) Close() error { return errors.Join(c.statements.close(), c.fullConn.Close()) }

type rows struct {
	driver.Rows
	connector connector
	first     []driver.Value
	err       error
	ahead     bool // first and err wait to be handed out
}

// Next hands out the first row that is there already, then the others.
func (r *rows) Next(dest []driver.Value) error {
	if r.ahead {
		r.ahead = false
		copy(dest, r.first)
		return r.err
	}
	if r.err != nil {
		return r.err
	}
	return r.connector.coded(r.Rows.Next(dest))
}

// codedError is a driver's error with its extended result code.
type codedError struct {
	error
	code int
}

func (e codedError) Code() int     { return e.code }
func (e codedError) Unwrap() error { return e.error }

func (c connector) coded(err error) error {
	if err == nil || err == io.EOF || c.code == nil {
		return err
	}
	if code := c.code(err); code != 0 {
		return codedError{err, code}
	}
	return err
}

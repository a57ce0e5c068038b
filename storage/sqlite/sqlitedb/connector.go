package sqlitedb

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
)

// Connector adapts a SQLite driver that does not behave as the store needs it,
// such as github.com/mattn/go-sqlite3, for sql.OpenDB: its errors get a method
// Code() int by code, which gives SQLite's extended result code and 0 for other
// errors, and a query reports its failure at the call instead of at the first
// row. Package sqlite does this itself under the build tag cgosqlite.
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
	return conn{full, c}, nil
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
}

// ExecContext gives errors their codes.
func (c conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	res, err := c.fullConn.ExecContext(ctx, query, args)
	return res, c.connector.coded(err)
}

// QueryContext runs the query up to its first row.
func (c conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	inner, err := c.fullConn.QueryContext(ctx, query, args)
	if err != nil {
		return nil, c.connector.coded(err)
	}
	r := &rows{Rows: inner, connector: c.connector, first: make([]driver.Value, len(inner.Columns()))}
	r.err = c.connector.coded(inner.Next(r.first))
	if r.err != nil && r.err != io.EOF {
		return nil, errors.Join(r.err, inner.Close())
	}
	r.ahead = true
	return r, nil
}

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
	if err == nil || err == io.EOF {
		return err
	}
	if code := c.code(err); code != 0 {
		return codedError{err, code}
	}
	return err
}

package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"
)

// together sends queries in one message, behind what is owed. All rows are read
// at once, so that the message can be sent again when a plan was lost.
func (c *conn) together(ctx context.Context, queries []string) (driver.Rows, error) {
	all := make([]owed, len(queries))
	for i, q := range queries {
		var err error
		if all[i], err = c.owe(ctx, q); err != nil {
			return nil, err
		}
	}
	pg := c.Conn.Conn().PgConn()
	if slices.ContainsFunc(all, func(o owed) bool { return o.statement != nil }) {
		before := c.settle()
		s, err := c.readSets(pg.ExecBatch(ctx, batch(slices.Concat(before, all))), len(before))
		if err == nil || errors.As(err, new(unread)) {
			return s, err
		}
		if err := c.failed(ctx, before, err); err != nil {
			return nil, err
		}
	}
	before := c.settle()
	s, err := c.readSets(pg.Exec(ctx, texts(before, strings.Join(queries, "; "))), len(before))
	if err == nil || errors.As(err, new(unread)) {
		return s, err
	}
	c.stillOwed(before)
	return nil, retriable(err)
}

// unread is a value that was not understood. What was sent is done then.
type unread struct{ error }

// readSets reads the rows of all statements of a message but the first ones.
func (c *conn) readSets(results *pgconn.MultiResultReader, skip int) (*sets, error) {
	r := rows{types: c.Conn.Conn().TypeMap()}
	read := &sets{}
	for i := 0; results.NextResult(); i++ {
		if i < skip {
			continue
		}
		r.ResultReader = results.ResultReader()
		s, err := r.all()
		if err != nil {
			return nil, errors.Join(unread{err}, results.Close())
		}
		read.left = append(read.left, s)
	}
	return read, results.Close()
}

// all reads every row that is left.
func (r *rows) all() (set, error) {
	s := set{columns: r.Columns()}
	fields := r.FieldDescriptions()
	for r.NextRow() {
		for i, text := range r.Values() {
			v, err := r.value(fields[i].DataTypeOID, text)
			if err != nil {
				return set{}, err
			}
			s.values = append(s.values, v)
		}
	}
	return s, nil
}

// set is the rows of one query.
type set struct {
	columns []string
	values  []driver.Value // of all rows, one behind the other
}

// sets are the rows of several queries; the first set is the one that is read.
type sets struct{ left []set }

func (s *sets) Columns() []string      { return s.left[0].columns }
func (s *sets) HasNextResultSet() bool { return len(s.left) > 1 }
func (s *sets) Close() error           { return nil }

func (s *sets) NextResultSet() error {
	if !s.HasNextResultSet() {
		return io.EOF
	}
	s.left = s.left[1:]
	return nil
}

func (s *sets) Next(dest []driver.Value) error {
	now := &s.left[0]
	if len(now.values) == 0 {
		return io.EOF
	}
	n := copy(dest, now.values)
	now.values = now.values[n:]
	return nil
}

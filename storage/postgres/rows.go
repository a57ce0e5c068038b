package postgres

import (
	"context"
	"database/sql/driver"
	"encoding/hex"
	"io"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
)

// owedQuery sends a query behind what is owed, as one message. pgx gives the rows
// of a message's first statement only, so those of the last are read here.
func (c *conn) owedQuery(ctx context.Context, all []owed, query string) (driver.Rows, error) {
	r := &rows{types: c.Conn.Conn().TypeMap()}
	err := r.behind(c.Conn.Conn().PgConn().Exec(ctx, texts(all, query)), len(all))
	if err == nil {
		err = r.start()
	}
	if err != nil {
		c.stillOwed(all)
		return nil, retriable(err)
	}
	return r, nil
}

// rows reads the text form of the values.
type rows struct {
	*pgconn.ResultReader
	results *pgconn.MultiResultReader // nil: there is one result alone
	types   *pgtype.Map
	columns []string
	ahead   bool // a row is there already
}

// behind goes to the answer of the statement behind n others.
func (r *rows) behind(results *pgconn.MultiResultReader, n int) error {
	r.results = results
	for range n + 1 {
		if !results.NextResult() {
			err := results.Close()
			if err == nil {
				err = io.ErrUnexpectedEOF
			}
			return err
		}
	}
	r.ResultReader = results.ResultReader()
	return nil
}

// start reads the first row: as with pgx, a statement that fails does so at
// the call.
func (r *rows) start() error {
	if r.ahead = r.NextRow(); !r.ahead {
		return r.Close()
	}
	return nil
}

func (r *rows) Columns() []string {
	if r.columns != nil {
		return r.columns
	}
	fields := r.FieldDescriptions()
	names := make([]string, len(fields))
	for i, f := range fields {
		names[i] = f.Name
	}
	return names
}

// Close ends reading.
func (r *rows) Close() error {
	_, err := r.ResultReader.Close()
	if r.results != nil {
		err = r.results.Close()
	}
	return err
}

func (r *rows) Next(dest []driver.Value) error {
	if !r.ahead && !r.NextRow() {
		if err := r.Close(); err != nil {
			return err
		}
		return io.EOF
	}
	r.ahead = false
	fields := r.FieldDescriptions()
	for i, text := range r.Values() {
		v, err := r.value(fields[i].DataTypeOID, text)
		if err != nil {
			return err
		}
		dest[i] = v
	}
	return nil
}

// value gives what pgx gives for the same column through database/sql.
func (r *rows) value(oid uint32, text []byte) (driver.Value, error) {
	if text == nil {
		return nil, nil
	}
	switch oid {
	case pgtype.BoolOID:
		return text[0] == 't', nil
	case pgtype.Int8OID, pgtype.Int4OID, pgtype.Int2OID, pgtype.OIDOID:
		return strconv.ParseInt(string(text), 10, 64)
	case pgtype.Float8OID, pgtype.Float4OID:
		return strconv.ParseFloat(string(text), 64)
	case pgtype.ByteaOID:
		return hex.DecodeString(string(text[len(`\x`):]))
	case pgtype.JSONOID, pgtype.JSONBOID:
		return append([]byte(nil), text...), nil
	case pgtype.DateOID, pgtype.TimestampOID, pgtype.TimestamptzOID:
		var t time.Time
		err := r.types.Scan(oid, pgtype.TextFormatCode, text, &t)
		return t, err
	}
	return string(text), nil
}

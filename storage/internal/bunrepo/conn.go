// Package bunrepo is the one implementation of every repository, on bun, for
// both databases. What differs between them lies in the Engine that runs
// transactions and in the few places that ask for the dialect.
package bunrepo

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"io"
	"sync"
	"sync/atomic"
	"time"

	"github.com/uptrace/bun"
	"github.com/uptrace/bun/dialect"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/storage/internal/txn"
)

// Engine runs transactions and hands out the handle for the next statement.
type Engine interface {
	mall.Tx
	// Reader is the running transaction or snapshot of ctx, else the reading pool.
	Reader(ctx context.Context) bun.IConn
	// Writer is the running Do of ctx; outside of one, a handle whose every
	// call fails with mall.ErrNoTx.
	Writer(ctx context.Context) bun.IConn
}

// Store implements every repository. Its accessors lie beside the
// repositories, one file an aggregate.
type Store struct {
	engine Engine
	db     *bun.DB

	searchable atomic.Pointer[bool] // see products.searchIndexed; nil: not asked yet
	shapes     sync.Map             // reflect.Type → *shape
	texts      sync.Map             // statements as written → as the database gets them
	textCount  atomic.Int64         // how many of these were stored since there were none

	goodsTotals totals
}

// New builds the repositories over an engine. db carries the dialect and the
// named argument ns, the prefix of every table name; its own pool is never
// used for statements: sel, ins, upd, del, raw, query and exec choose the handle.
func New(db *bun.DB, e Engine) *Store { return &Store{engine: e, db: db} }

func (s *Store) postgres() bool { return s.db.Dialect().Name() == dialect.PG }

func (s *Store) sel(ctx context.Context) *bun.SelectQuery {
	return s.db.NewSelect().Conn(s.engine.Reader(ctx))
}

func (s *Store) ins(ctx context.Context) *bun.InsertQuery {
	return s.db.NewInsert().Conn(s.engine.Writer(ctx))
}

func (s *Store) upd(ctx context.Context) *bun.UpdateQuery {
	return s.db.NewUpdate().Conn(s.engine.Writer(ctx))
}

func (s *Store) del(ctx context.Context) *bun.DeleteQuery {
	return s.db.NewDelete().Conn(s.engine.Writer(ctx))
}

// rawRead and rawWrite are statements in SQL; tables are written ?(ns)name.
func (s *Store) rawRead(ctx context.Context, query string, args ...any) *bun.RawQuery {
	return s.db.NewRaw(query, args...).Conn(s.engine.Reader(ctx))
}

func (s *Store) rawWrite(ctx context.Context, query string, args ...any) *bun.RawQuery {
	return s.db.NewRaw(query, args...).Conn(s.engine.Writer(ctx))
}

// query reads by a statement in SQL: tables are written ?(ns)name, arguments ?.
// A limit stands in the text: SQLite plans by it, and so makes a new plan
// whenever one is bound.
func (s *Store) query(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	text, args = s.sent(text, args)
	return s.engine.Reader(ctx).QueryContext(ctx, text, args...)
}

// reading is one of the queries of together and what takes its rows.
type reading struct {
	text string
	args []any
	scan func(*sql.Rows) error
}

// read is a reading that calls add for each row; see scanEach.
func read[R any](s *Store, add func(*R) error, text string, args ...any) reading {
	return reading{text, args, func(rows *sql.Rows) error { return scanRows(s, rows, add) }}
}

// together runs queries that do not need each other's rows. PostgreSQL gets
// them in one message; outside of a transaction each has its own snapshot all
// the same.
func (s *Store) together(ctx context.Context, all ...reading) error {
	return s.togetherOn(ctx, s.engine.Reader(ctx), all)
}

// togetherOn is together on a handle.
func (s *Store) togetherOn(ctx context.Context, conn bun.IConn, all []reading) error {
	if s.postgres() && len(all) > 1 {
		texts := make([]string, len(all))
		for i, q := range all {
			texts[i], _ = s.sent(q.text, q.args)
		}
		rows, err := txn.Together(ctx, conn, texts)
		if rows != nil || err != nil {
			return scanSets(rows, err, all)
		}
	}
	for _, q := range all {
		text, args := s.sent(q.text, q.args)
		rows, err := conn.QueryContext(ctx, text, args...)
		if err := scanSets(rows, err, []reading{q}); err != nil {
			return err
		}
	}
	return nil
}

// scanSets takes the rows of each reading from the result set at its place.
func scanSets(rows *sql.Rows, err error, all []reading) error {
	if err != nil {
		return err
	}
	defer rows.Close()
	for i, q := range all {
		if i > 0 && !rows.NextResultSet() {
			return cmp.Or(rows.Err(), io.ErrUnexpectedEOF)
		}
		if err := q.scan(rows); err != nil {
			return err
		}
	}
	return rows.Err()
}

// exec writes by a statement in SQL.
func (s *Store) exec(ctx context.Context, text string, args ...any) (sql.Result, error) {
	text, args = s.sent(text, args)
	return s.engine.Writer(ctx).ExecContext(ctx, text, args...)
}

// execGiving is exec with a RETURNING.
func (s *Store) execGiving(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	text, args = s.sent(text, args)
	return s.engine.Writer(ctx).QueryContext(ctx, text, args...)
}

// sent is a statement as the database gets it: SQLite the arguments apart, so
// that the driver keeps the statement prepared by its text, PostgreSQL with
// literals, like every other statement.
func (s *Store) sent(text string, args []any) (string, []any) {
	if s.postgres() {
		return s.db.QueryGen().FormatQuery(text, args...), nil
	}
	if known, ok := s.texts.Load(text); ok {
		return known.(string), args
	}
	full := s.db.QueryGen().FormatQuery(text)
	if len(args) <= maxTextArgs {
		if s.textCount.Add(1) > maxTexts {
			s.textCount.Store(0)
			s.texts.Clear()
		}
		s.texts.Store(text, full)
	}
	return full, args
}

const (
	// maxTextArgs bounds the statements whose text is remembered: long lists
	// come in many lengths.
	maxTextArgs = 250
	// maxTexts is how many are; then all are forgotten: filters come in any
	// number of combinations.
	maxTexts = 1000
)

// one turns "no rows" into mall.ErrNotFound.
func one(err error) error {
	if errors.Is(err, sql.ErrNoRows) {
		return mall.ErrNotFound
	}
	return err
}

// hit says whether a compare-and-set statement changed a row.
func hit(res sql.Result, err error) (bool, error) {
	n, err := count(res, err)
	return n > 0, err
}

// count is the number of rows that a statement changed.
func count(res sql.Result, err error) (int64, error) {
	if err != nil {
		return 0, err
	}
	return res.RowsAffected()
}

// inserted is mall.ErrConflict when an INSERT … ON CONFLICT DO NOTHING found
// its unique key taken.
func inserted(res sql.Result, err error) error {
	ok, err := hit(res, err)
	if err == nil && !ok {
		return mall.ErrConflict
	}
	return err
}

// millis is the stored form of a moment: Unix milliseconds UTC, none is NULL.
func millis(t time.Time) *int64 {
	if t.IsZero() {
		return nil
	}
	ms := t.UnixMilli()
	return &ms
}

// moment reads a stored moment; NULL is the zero Time.
func moment(ms *int64) time.Time {
	if ms == nil {
		return time.Time{}
	}
	return time.UnixMilli(*ms).UTC()
}

package postgres

import (
	"context"
	"database/sql/driver"
	"errors"
	"strconv"
	"strings"

	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gomall-dev/mall/storage/internal/txn"
)

// maxKept is how many statements a connection keeps prepared: each costs the
// server up to some 50 kB for its plan.
const maxKept = 128

// isDirect says whether nothing stands between a connection and its server: a
// proxy that gives connections to others between transactions announces a
// process number of its own. The server must read literals as txn.Shape does.
func isDirect(ctx context.Context, pg *pgconn.PgConn) (bool, error) {
	if pg.ParameterStatus("standard_conforming_strings") != "on" {
		return false, nil
	}
	results, err := pg.Exec(ctx, "SELECT pg_backend_pid()").ReadAll()
	if err != nil {
		return false, err
	}
	return len(results) == 1 && len(results[0].Rows) == 1 &&
		string(results[0].Rows[0][0]) == strconv.FormatUint(uint64(pg.PID()), 10), nil
}

// prepared is what a direct connection keeps prepared of the repositories'
// statements. Like its connection it is used by one goroutine at a time.
type prepared struct {
	pg         *pgconn.PgConn
	shapes     *shapes
	kept       map[string]*statement // by the text of the shape
	turn       int64                 // grows with each use
	generation int64                 // of the shapes when these were prepared
	next       txn.Shape             // of the statement that is to be sent now
	begins     map[string]*statement // by their text
}

// The beginnings of transactions, which are prepared from the start. COMMIT is
// not: on a connection that lost its statements it would fail with all before it.
const (
	begin     = "begin"
	beginView = "begin isolation level repeatable read read only"
)

func newPrepared(ctx context.Context, pg *pgconn.PgConn, s *shapes) (*prepared, error) {
	p := &prepared{pg: pg, shapes: s, begins: map[string]*statement{}}
	for i, text := range []string{begin, beginView} {
		description, err := pg.Prepare(ctx, "begin_mall_"+strconv.Itoa(i), text, nil)
		if err != nil {
			return nil, err
		}
		p.begins[text] = &statement{StatementDescription: description}
	}
	return p, nil
}

// statement is a prepared one.
type statement struct {
	*pgconn.StatementDescription
	columns []string
	used    int64 // the turn of its last use
}

// statement gives the prepared statement for a query, whose values are then in
// next; nil if the query is to be sent as it is. It may send what is owed.
func (c *conn) statement(ctx context.Context, query string) (*statement, error) {
	p := c.prepared
	if p == nil || p.pg.IsClosed() || !p.next.Read(query) {
		return nil, nil
	}
	if now := p.shapes.generation.Load(); p.generation != now {
		if err := p.forgetAll(ctx); err != nil {
			return nil, retriable(err)
		}
		p.generation = now
	}
	p.turn++
	s := p.kept[string(p.next.Text)]
	if s == nil {
		shape := p.shapes.worth(p.next.Text)
		if shape == nil {
			return nil, nil
		}
		if err := c.flush(ctx); err != nil {
			return nil, err
		}
		var err error
		if s, err = p.prepare(ctx, shape); s == nil || err != nil {
			return nil, retriable(err)
		}
	}
	s.used = p.turn
	return s, nil
}

// prepare prepares a shape; it gives nil for one that the server refuses. A
// refusal would break a running transaction: until some connection has
// prepared the shape, a savepoint stands before it.
func (p *prepared) prepare(ctx context.Context, s *shape) (*statement, error) {
	guarded := !s.proved.Load() && p.pg.TxStatus() == 'T'
	if guarded {
		if err := p.exec(ctx, "SAVEPOINT mall_prepare"); err != nil {
			return nil, err
		}
	}
	description, err := p.pg.Prepare(ctx, s.name, s.text, nil)
	var refusal *pgconn.PgError
	switch {
	case err != nil && !errors.As(err, &refusal):
		return nil, err
	case err != nil && !guarded && p.pg.TxStatus() != 'I':
		s.proved.Store(false)
		return nil, err
	case err != nil:
		s.refused.Store(isRefusal(refusal.Code))
	}
	if guarded && err != nil {
		return nil, p.exec(ctx, "ROLLBACK TO SAVEPOINT mall_prepare; RELEASE SAVEPOINT mall_prepare")
	}
	if guarded {
		if err := p.exec(ctx, "RELEASE SAVEPOINT mall_prepare"); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, nil
	}
	s.proved.Store(true)
	return p.keep(ctx, s, description)
}

// isRefusal tells what a server says about a statement itself (its types, its
// syntax, what it does not support) from locks, time-outs and the like.
func isRefusal(state string) bool {
	return strings.HasPrefix(state, "42") || strings.HasPrefix(state, "22") || strings.HasPrefix(state, "0A")
}

// keep remembers a statement, in the place of the one not used for longest.
func (p *prepared) keep(ctx context.Context, s *shape, d *pgconn.StatementDescription) (*statement, error) {
	if len(p.kept) >= maxKept {
		var oldest string
		least := p.turn + 1
		for text, s := range p.kept {
			if s.used < least {
				oldest, least = text, s.used
			}
		}
		if err := p.pg.Deallocate(ctx, p.kept[oldest].Name); err != nil {
			return nil, err
		}
		delete(p.kept, oldest)
	}
	if p.kept == nil {
		p.kept = make(map[string]*statement)
	}
	made := &statement{StatementDescription: d, columns: make([]string, len(d.Fields))}
	for i, f := range d.Fields {
		made.columns[i] = f.Name
	}
	p.kept[s.text] = made
	return made, nil
}

func (p *prepared) forgetAll(ctx context.Context) error {
	for text, s := range p.kept {
		if err := p.pg.Deallocate(ctx, s.Name); err != nil {
			return err
		}
		delete(p.kept, text)
	}
	return nil
}

func (p *prepared) exec(ctx context.Context, query string) error {
	return p.pg.Exec(ctx, query).Close()
}

// keptExec runs a repository's statement prepared. Nil without an error means
// that it is to be sent as it is.
func (c *conn) keptExec(ctx context.Context, query string) (driver.Result, error) {
	s, err := c.statement(ctx, query)
	if s == nil || err != nil {
		return nil, err
	}
	before := c.settle()
	r, err := c.send(ctx, before, s)
	if err == nil {
		err = r.Close()
	}
	if err != nil {
		return nil, c.failed(ctx, before, err)
	}
	tag, err := r.ResultReader.Close()
	return driver.RowsAffected(tag.RowsAffected()), err
}

// keptQuery is keptExec for a query.
func (c *conn) keptQuery(ctx context.Context, query string) (driver.Rows, error) {
	s, err := c.statement(ctx, query)
	if s == nil || err != nil {
		return nil, err
	}
	before := c.settle()
	r, err := c.send(ctx, before, s)
	if err == nil {
		err = r.start()
	}
	if err != nil {
		return nil, c.failed(ctx, before, err)
	}
	return r, nil
}

// send runs a prepared statement with the values of next behind others.
func (c *conn) send(ctx context.Context, before []owed, s *statement) (*rows, error) {
	p := c.prepared
	r := &rows{types: c.Conn.Conn().TypeMap(), columns: s.columns}
	if len(before) == 0 {
		r.ResultReader = p.pg.ExecStatement(ctx, s.StatementDescription, p.next.Values, nil, nil)
		return r, nil
	}
	all := batch(before)
	all.ExecStatement(s.StatementDescription, p.next.Values, nil, nil)
	return r, r.behind(p.pg.ExecBatch(ctx, all), len(before))
}

// failed looks at what a message with a prepared statement failed with. Two
// failures are not a statement's own: its result has changed with the table, and the server
// does not know it (a host has discarded it, or there is a proxy after all).
// Where nothing is lost by it the answer is nil: it is sent again, as it is.
// Inside a transaction the whole one must be run again.
func (c *conn) failed(ctx context.Context, before []owed, err error) error {
	var e *pgconn.PgError
	if !errors.As(err, &e) {
		c.stillOwed(before)
		return retriable(err)
	}
	p := c.prepared
	switch {
	case e.Code == "26000":
		c.prepared = nil
	case e.Code == "0A000" && e.Routine == "RevalidateCachedQuery":
		p.shapes.generation.Add(1)
	default:
		return err
	}
	switch {
	case p.pg.TxStatus() == 'I':
		return nil
	case begins(before): // nothing was sent before this message
		for i := range before {
			before[i].statement = nil
		}
		c.owes = before
		return p.exec(ctx, "rollback")
	}
	return lostPlan{err}
}

// lostPlan is a failure of a plan, not of its statement: SQLSTATE says that
// the transaction may be run again.
type lostPlan struct{ error }

func (lostPlan) SQLState() string { return "40001" }
func (l lostPlan) Unwrap() error  { return l.error }

// retriable turns a failure before anything was sent into the error at which
// database/sql takes another connection.
func retriable(err error) error {
	if err != nil && pgconn.SafeToRetry(err) {
		return driver.ErrBadConn
	}
	return err
}

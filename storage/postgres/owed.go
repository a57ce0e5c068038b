package postgres

import (
	"context"
	"database/sql/driver"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/gomall-dev/mall/storage/internal/txn"
)

// owed is a statement whose result nobody looks at: a BEGIN, a savepoint and
// its end, a write that txn.Later marks. It goes to the server together with
// the next statement of its transaction, and fails with that one.
type owed struct {
	text      string
	begin     bool       // it begins the transaction, which the server does not know of yet
	write     bool       // it writes
	statement *statement // nil: it is sent as a text
	values    [][]byte   // of the statement
}

// oweBegin notes the beginning of a transaction.
func (c *conn) oweBegin(text string) {
	o := owed{text: text, begin: true}
	if c.prepared != nil {
		o.statement = c.prepared.begins[text]
	}
	c.owes = []owed{o}
}

// settle gives what is to be sent now.
func (c *conn) settle() []owed {
	all := c.owes
	c.owes = nil
	return all
}

// stillOwed is called when a message failed that had these statements in front.
// A transaction that has not failed with it shows that none of it was done: the
// message was not sent, or the server could not read it. Without this the next
// statement would run outside of any transaction.
func (c *conn) stillOwed(before []owed) {
	if pg := c.Conn.Conn().PgConn(); !pg.IsClosed() && pg.TxStatus() != 'E' {
		c.owes = before
	}
}

// texts is a message of the simple protocol with everything owed in front.
func texts(all []owed, query string) string {
	if len(all) == 0 {
		return query
	}
	var b strings.Builder
	for _, o := range all {
		b.WriteString(o.text)
		b.WriteString("; ")
	}
	b.WriteString(query)
	return b.String()
}

// batch is everything owed as a message of the extended protocol.
func batch(all []owed) *pgconn.Batch {
	var b pgconn.Batch
	for _, o := range all {
		if o.statement != nil {
			b.ExecStatement(o.statement.StatementDescription, o.values, nil, nil)
		} else {
			b.ExecParams(o.text, nil, nil, nil, nil)
		}
	}
	return &b
}

// execBehind sends a host's statement with arguments behind what is owed. Some of
// pgx's arguments say how to send: such a statement goes alone.
func (c *conn) execBehind(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	values := make([]any, len(args))
	for i, a := range args {
		switch a.Value.(type) {
		case pgx.QueryExecMode, pgx.QueryResultFormats, pgx.QueryResultFormatsByOID:
			if err := c.flush(ctx); err != nil {
				return nil, err
			}
			return c.Conn.ExecContext(ctx, query, args)
		}
		values[i] = a.Value
	}
	var b pgx.Batch
	before := c.settle()
	for _, o := range before {
		b.Queue(o.text)
	}
	b.Queue(query, values...)
	results := c.Conn.Conn().SendBatch(ctx, &b)
	var tag pgconn.CommandTag
	for range b.Len() {
		var err error
		if tag, err = results.Exec(); err != nil {
			_ = results.Close() // the same error
			c.stillOwed(before)
			return nil, retriable(err)
		}
	}
	return driver.RowsAffected(tag.RowsAffected()), results.Close()
}

// flush sends what is owed by itself.
func (c *conn) flush(ctx context.Context) error {
	all := c.settle()
	if len(all) == 0 {
		return nil
	}
	last := len(all) - 1
	_, err := c.Conn.ExecContext(ctx, texts(all[:last], all[last].text), nil)
	if err != nil {
		c.stillOwed(all)
	}
	return err
}

// later keeps a statement that may wait, and says whether it does.
func (c *conn) later(ctx context.Context, query string, waits bool) (bool, error) {
	switch {
	case len(c.owes) == 0 && c.Conn.Conn().PgConn().TxStatus() != 'T':
		return false, nil // outside of a transaction, or in one that has failed
	case strings.HasPrefix(query, txn.Savepoint), strings.HasPrefix(query, txn.Release):
		c.owes = append(c.owes, owed{text: query})
		return true, nil
	case !waits:
		return false, nil
	}
	o, err := c.owe(ctx, query)
	if err != nil {
		return false, err
	}
	o.write = true
	c.owes = append(c.owes, o)
	return true, nil
}

// owe is a repository's statement with values that outlast the next one's.
func (c *conn) owe(ctx context.Context, query string) (owed, error) {
	s, err := c.statement(ctx, query)
	o := owed{text: query, statement: s}
	if s != nil {
		o.values = make([][]byte, len(c.prepared.next.Values))
		for i, v := range c.prepared.next.Values {
			o.values[i] = append([]byte{}, v...)
		}
	}
	return o, err
}

// undone forgets what was to come after a savepoint that is undone, and says
// whether the savepoint itself was, so that there is nothing to undo.
func (c *conn) undone(query string) bool {
	name, undoes := strings.CutPrefix(query, txn.Undo)
	if !undoes {
		return false
	}
	name, _, _ = strings.Cut(name, ";")
	i := slices.IndexFunc(c.owes, func(o owed) bool { return o.text == txn.Savepoint+name })
	if i >= 0 {
		c.owes = c.owes[:i]
		return true
	}
	if !begins(c.owes) { // the savepoint was sent before everything that is owed
		c.owes = nil
	}
	return false
}

func begins(all []owed) bool { return len(all) > 0 && all[0].begin }

// Commit commits. A transaction that the server has given up answers COMMIT
// with ROLLBACK: that is an error. A connection that was dead all the time must
// be told from one that died over the COMMIT, after which nobody knows whether
// there was one: so COMMIT never is in a transaction's first message.
func (t tx) Commit() error {
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	defer func() { t.conn.owes = nil }() // whatever failed
	if all := t.conn.owes; begins(all) {
		if !slices.ContainsFunc(all, func(o owed) bool { return o.write }) {
			return nil // nothing was done
		}
		if err := t.conn.flush(ctx); err != nil {
			return txn.Uncommitted{Err: t.conn.gaveUp(ctx, err)}
		}
	}
	tag, err := t.conn.commit(ctx, t.conn.settle())
	switch {
	case err != nil:
		return t.conn.gaveUp(ctx, err)
	case tag == "ROLLBACK":
		return pgx.ErrTxCommitRollback
	}
	return nil
}

// commit sends COMMIT behind what is owed and gives its tag.
func (c *conn) commit(ctx context.Context, all []owed) (string, error) {
	pg := c.Conn.Conn().PgConn()
	const commit = "commit"
	if !slices.ContainsFunc(all, func(o owed) bool { return o.statement != nil }) {
		return lastTag(pg.Exec(ctx, texts(all, commit)))
	}
	tag, err := lastTag(pg.ExecBatch(ctx, batch(append(all, owed{text: commit}))))
	if err == nil {
		return tag, nil
	}
	if lost := c.failed(ctx, all, err); lost != nil {
		err = lost
	}
	return tag, err
}

// lastTag is what the last statement of a message did.
func lastTag(results *pgconn.MultiResultReader) (tag string, err error) {
	for results.NextResult() {
		last, _ := results.ResultReader().Close() // results.Close gives the error as well
		tag = last.String()
	}
	return tag, results.Close()
}

// gaveUp leaves the connection without a transaction after a COMMIT that failed,
// or closes it.
func (c *conn) gaveUp(ctx context.Context, err error) error {
	inner := c.Conn.Conn()
	if inner.PgConn().TxStatus() == 'E' {
		_, _ = inner.Exec(ctx, "rollback")
	}
	if inner.PgConn().TxStatus() != 'I' {
		_ = inner.Close(ctx)
	}
	return err
}

// Rollback rolls back.
func (t tx) Rollback() error {
	all := t.conn.settle()
	if begins(all) {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), endTime)
	defer cancel()
	if _, err := t.conn.Conn.Conn().Exec(ctx, "rollback"); err != nil {
		return t.conn.gaveUp(ctx, err)
	}
	return nil
}

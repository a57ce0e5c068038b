package sqlitedb

import (
	"context"
	"database/sql/driver"
	"strings"
)

const (
	// maxStatements is how many statements a connection keeps prepared.
	maxStatements = 80
	// maxStatementText is how long, in bytes, the text of one may be, and
	// maxStatementArgs how many arguments it may have: long lists come in many
	// lengths, and each would take memory for itself. The lines of an order are
	// one statement with some forty arguments a line.
	maxStatementText = 8 << 10
	maxStatementArgs = 250
)

// statements keeps the statements of one connection prepared, by their text:
// preparing costs more than running most of them. SQLite prepares them again
// by itself when the schema has changed. Like its connection it is used by one
// goroutine at a time.
type statements struct {
	kept map[string]*statement
	turn int64 // grows with each use
}

// statement is a prepared one. It is busy while its rows are read.
type statement struct {
	preparedStmt
	busy bool
	used int64 // the turn of its last use
}

// preparedStmt is what today's drivers' statements do.
type preparedStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

// take gives the statement for a text, nil for one that is not kept: scripts,
// settings, changes of the schema, and one that is busy.
func (l *statements) take(ctx context.Context, conn fullConn, query string, args int) (*statement, error) {
	l.turn++
	if s := l.kept[query]; s != nil {
		if s.busy {
			return nil, nil
		}
		s.used = l.turn
		return s, nil
	}
	if args > maxStatementArgs || !keepable(query) {
		return nil, nil
	}
	made, err := conn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	full, ok := made.(preparedStmt)
	if !ok {
		return nil, made.Close()
	}
	if l.kept == nil {
		l.kept = make(map[string]*statement, maxStatements)
	}
	if len(l.kept) >= maxStatements {
		l.forget()
	}
	s := &statement{preparedStmt: full, used: l.turn}
	l.kept[query] = s
	return s, nil
}

// keepable: one statement that can be run twice from one preparation. A PRAGMA
// may do its work while it is prepared.
func keepable(query string) bool {
	if len(query) > maxStatementText || strings.IndexByte(query, ';') >= 0 {
		return false
	}
	switch verb, _, _ := strings.Cut(query, " "); strings.ToUpper(verb) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH", "BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE":
		return true
	}
	return false
}

// forget closes the statement that was not used for longest.
func (l *statements) forget() {
	var oldest string
	least := l.turn + 1
	for text, s := range l.kept {
		if !s.busy && s.used < least {
			oldest, least = text, s.used
		}
	}
	if s := l.kept[oldest]; s != nil {
		delete(l.kept, oldest)
		_ = s.Close()
	}
}

func (l *statements) close() (err error) {
	for _, s := range l.kept {
		if e := s.Close(); err == nil {
			err = e
		}
	}
	l.kept = nil
	return err
}

// query runs the statement and is busy until its rows are closed.
func (s *statement) query(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	inner, err := s.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	s.busy = true
	return &keptRows{inner, s}, nil
}

type keptRows struct {
	driver.Rows
	of *statement
}

// Close makes the statement ready for its next use.
func (r *keptRows) Close() error {
	r.of.busy = false
	return r.Rows.Close()
}

// ColumnTypeDatabaseTypeName is the declared type of a column.
func (r *keptRows) ColumnTypeDatabaseTypeName(i int) string {
	if t, ok := r.Rows.(driver.RowsColumnTypeDatabaseTypeName); ok {
		return t.ColumnTypeDatabaseTypeName(i)
	}
	return ""
}

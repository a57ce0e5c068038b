package bunrepo

import (
	"context"
	"database/sql"
	"fmt"
	"reflect"
	"strings"

	"github.com/gomall-dev/mall"
)

// insert adds rows by one statement; tail is what follows their values.
func insert[R any](ctx context.Context, s *Store, rows []R, tail string) (sql.Result, error) {
	text, args, err := inserting(s, rows, tail)
	if err != nil {
		return nil, err
	}
	return s.exec(ctx, text, args...)
}

// insertNumbered is insert into a table whose keys the database gives: these,
// in the order of rows. A single row may have a conflict by tail; then there are
// none. On PostgreSQL they come by RETURNING; SQLite would make a table in
// memory for that, and numbers the rows of one statement without gaps, last
// the last.
func insertNumbered[R any](ctx context.Context, s *Store, rows []R, tail string) ([]int64, error) {
	if !s.postgres() {
		res, err := insert(ctx, s, rows, tail)
		n, err := count(res, err)
		if err != nil || n == 0 {
			return nil, err
		}
		last, err := res.LastInsertId()
		ids := make([]int64, n)
		for i := range ids {
			ids[i] = last - n + 1 + int64(i)
		}
		return ids, err
	}
	text, args, err := inserting(s, rows, strings.TrimPrefix(tail+" RETURNING id", " "))
	if err != nil {
		return nil, err
	}
	made, err := s.execGiving(ctx, text, args...)
	return numbers(made, err, len(rows))
}

func inserting[R any](s *Store, rows []R, tail string) (text string, args []any, err error) {
	sh := shapeOf[R](s)
	args = make([]any, 0, len(rows)*len(sh.stored))
	for i := range rows {
		v := reflect.ValueOf(&rows[i]).Elem()
		for _, c := range sh.stored {
			arg, err := c.arg(v.FieldByIndex(c.at))
			if err != nil {
				return "", nil, fmt.Errorf("storage: column %s: %w", c.name, err)
			}
			args = append(args, arg)
		}
	}
	return sh.insertText(len(rows), tail), args, nil
}

// insertion is what the text of an INSERT depends on.
type insertion struct {
	rows int
	tail string
}

func (sh *shape) insertText(rows int, tail string) string {
	key := insertion{rows, tail}
	if known, ok := sh.texts.Load(key); ok {
		return known.(string)
	}
	var b strings.Builder
	b.WriteString("INSERT INTO " + sh.table + " (")
	for i, c := range sh.stored {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(`"` + c.name + `"`)
	}
	b.WriteString(") VALUES ")
	for i := range rows {
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString("(" + marks(len(sh.stored)) + ")")
	}
	if tail != "" {
		b.WriteString(" " + tail)
	}
	if rows*len(sh.stored) <= maxTextArgs {
		sh.texts.Store(key, b.String())
	}
	return b.String()
}

// marks is n placeholders.
func marks(n int) string { return strings.TrimSuffix(strings.Repeat("?, ", n), ", ") }

// anys is ids as arguments.
func anys(ids []mall.ID) []any {
	args := make([]any, len(ids))
	for i, id := range ids {
		args[i] = int64(id)
	}
	return args
}

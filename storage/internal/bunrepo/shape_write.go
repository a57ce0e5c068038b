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

// insertGiving is insert with a RETURNING in its tail.
func insertGiving[R any](ctx context.Context, s *Store, rows []R, tail string) (*sql.Rows, error) {
	text, args, err := inserting(s, rows, tail)
	if err != nil {
		return nil, err
	}
	return s.execGiving(ctx, text, args...)
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

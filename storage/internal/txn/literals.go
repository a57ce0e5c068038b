package txn

import (
	"context"
	"database/sql"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
)

// ours is a connection as the repositories use it.
func (b *Base) ours(conn bun.IConn) bun.IConn {
	if b.Kept {
		return kept{conn}
	}
	return conn
}

// kept sends statements without literals.
type kept struct{ bun.IConn }

func (k kept) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	query, args = bare(query, args)
	return k.IConn.ExecContext(ctx, query, args...)
}

func (k kept) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	query, args = bare(query, args)
	return k.IConn.QueryContext(ctx, query, args...)
}

func (k kept) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	query, args = bare(query, args)
	return k.IConn.QueryRowContext(ctx, query, args...)
}

func bare(query string, args []any) (string, []any) {
	if len(args) > 0 {
		return query, args
	}
	return Bare(query)
}

// maxLiterals is up to how many literals a statement is worth to be kept by
// its text; longer ones are rarely sent twice in the same shape.
const maxLiterals = 400

// Bare takes the literals out of a statement and gives them as arguments, so
// that statements which differ in values alone have one text, under which the
// driver keeps them prepared. A statement that it does not read with certainty
// comes back as it is: anything but one SELECT, INSERT, UPDATE, DELETE or WITH
// without comments, placeholders and fractions. TRUE, FALSE, NULL and limits
// stay.
func Bare(query string) (string, []any) {
	if !repeatable(query) {
		return query, nil
	}
	args := make([]any, 0, 32)
	var b strings.Builder
	b.Grow(len(query))
	kept := 0 // what was copied so far
	for i := 0; i < len(query); {
		from := i
		switch c := query[i]; {
		case c == '\'':
			text, end, ok := quoted(query, i)
			if !ok {
				return query, nil
			}
			args, i = append(args, text), end
		case isDigit(c):
			i = after(query, i, isWord)
			n, err := strconv.ParseInt(query[from:i], 10, 64)
			if err != nil || from > 0 && query[from-1] == '.' || i < len(query) && query[i] == '.' {
				return query, nil // a fraction, or too big
			}
			args = append(args, n)
		case isWord(c):
			if i = after(query, i, isWord); i < len(query) && query[i] == '\'' {
				return query, nil // x'00'
			}
			switch word := query[from:i]; {
			case strings.EqualFold(word, "by") && i+1 < len(query) && isDigit(query[i+1]):
				return query, nil // a column by its number
			case strings.EqualFold(word, "limit") && i < len(query):
				i = after(query, i+1, isDigit) // SQLite plans anew for each LIMIT it is given
			}
			continue
		case c == '"':
			end := strings.IndexByte(query[i+1:], '"')
			if end < 0 {
				return query, nil
			}
			i += end + 2
			continue
		case strings.IndexByte("?:@$#;`[", c) >= 0, c == '-' && strings.HasPrefix(query[i:], "--"), c == '/' && strings.HasPrefix(query[i:], "/*"):
			return query, nil
		default:
			i++
			continue
		}
		if len(args) > maxLiterals {
			return query, nil
		}
		b.WriteString(query[kept:from])
		b.WriteByte('?')
		kept = i
	}
	b.WriteString(query[kept:])
	return b.String(), args
}

func repeatable(query string) bool {
	switch verb, _, _ := strings.Cut(query, " "); strings.ToUpper(verb) {
	case "SELECT", "INSERT", "UPDATE", "DELETE", "WITH":
		return true
	}
	return false
}

// quoted reads the text literal that begins at i: its value and its end.
func quoted(query string, i int) (text string, end int, ok bool) {
	doubled := false
	for end = i + 1; end < len(query); end++ {
		if query[end] != '\'' {
			continue
		}
		if end+1 == len(query) || query[end+1] != '\'' {
			text = query[i+1 : end]
			if doubled {
				text = strings.ReplaceAll(text, "''", "'")
			}
			return text, end + 1, true
		}
		doubled = true
		end++
	}
	return "", 0, false
}

// after is the end of what follows i and consists of one kind of characters.
func after(query string, i int, kind func(byte) bool) int {
	for i < len(query) && kind(query[i]) {
		i++
	}
	return i
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

// isWord: letters beyond ASCII belong to names as well.
func isWord(c byte) bool {
	return isDigit(c) || c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= 0x80
}

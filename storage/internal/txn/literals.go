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
	switch {
	case b.Kept:
		return kept{conn}
	case b.Signed:
		return signed{conn}
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
// comes back as it is; see literals. TRUE, FALSE, NULL and limits stay.
func Bare(query string) (string, []any) {
	args := make([]any, 0, 32)
	var b strings.Builder
	b.Grow(len(query))
	copied := 0
	ok := literals(query, false, func(l literal) bool {
		if l.number {
			n, err := strconv.ParseInt(l.text, 10, 64)
			if err != nil {
				return false // too big
			}
			args = append(args, n)
		} else {
			args = append(args, l.text)
		}
		b.WriteString(query[copied:l.from])
		b.WriteByte('?')
		copied = l.to
		return len(args) <= maxLiterals
	})
	if !ok {
		return query, nil
	}
	b.WriteString(query[copied:])
	return b.String(), args
}

// fewNumbers is up to how many numbers of an IN are literals of their own. A
// plan for a list of any length takes it for ten: for fewer numbers it is worse
// than one of their own, and PostgreSQL would plan each time.
const fewNumbers = 8

// literal is a number or a text in a statement.
type literal struct {
	from, to int    // where it stands
	text     string // its value
	number   bool
	list     bool   // many numbers in the parentheses of IN, which it begins at
	stored   bool   // among VALUES or after SET, not in a condition
	column   string // the word before it: in a condition, what it is compared with
}

// literals gives the literals of a statement in order, without those after
// LIMIT: of these a plan depends. With lists, the numbers of a long IN are one
// literal. It gives false for a statement that it does not read with certainty,
// which is anything but one SELECT, INSERT, UPDATE, DELETE or WITH without
// comments, placeholders and fractions; and when each gives false.
func literals(query string, lists bool, each func(literal) bool) bool {
	if !repeatable(query) {
		return false
	}
	stored, last, column := false, "", ""
	for i := 0; i < len(query); {
		l := literal{from: i, stored: stored, column: column}
		switch c := query[i]; {
		case c == '\'':
			var ok bool
			if l.text, l.to, ok = quoted(query, i); !ok {
				return false
			}
		case isDigit(c):
			l.to, l.number = after(query, i, isWord), true
			l.text = query[i:l.to]
			if after(l.text, 0, isDigit) < len(l.text) || i > 0 && query[i-1] == '.' || l.to < len(query) && query[l.to] == '.' {
				return false // a fraction, or no number
			}
		case isWord(c):
			end := after(query, i, isWord)
			word := query[i:end]
			switch {
			case end == len(query):
			case query[end] == '\'':
				return false // x'00'
			case strings.EqualFold(word, "by") && isDigit(query[min(end+1, len(query)-1)]):
				return false // a column by its number
			case strings.EqualFold(word, "limit"):
				end = after(query, end+1, isDigit)
			case lists && word == "IN" && last != "NOT":
				l.text, l.to = numbers(query, end)
				l.list = l.to > end
			default:
				stored = storing(word, stored)
			}
			if last = word; word != "IN" && word != "NOT" {
				column = word
			}
			if !l.list {
				i = end
				continue
			}
		case c == '"':
			end := strings.IndexByte(query[i+1:], '"')
			if end < 0 {
				return false
			}
			i += end + 2
			continue
		case c == ':' && strings.HasPrefix(query[i:], "::"):
			i += len("::")
			continue
		case strings.IndexByte("?:@$#;`[", c) >= 0, c == '-' && strings.HasPrefix(query[i:], "--"), c == '/' && strings.HasPrefix(query[i:], "/*"):
			return false
		default:
			i++
			continue
		}
		if !each(l) {
			return false
		}
		i = l.to
	}
	return true
}

// numbers reads a list of more than fewNumbers in parentheses: what stands in
// them and its end, which is i for anything else.
func numbers(query string, i int) (inner string, end int) {
	list, _, found := strings.Cut(query[i:], ")")
	inner, open := strings.CutPrefix(list, " (")
	if !found || !open {
		return "", i
	}
	count := 0
	for n := range strings.SplitSeq(inner, ", ") {
		n = strings.TrimPrefix(n, "-")
		if n == "" || after(n, 0, isDigit) < len(n) {
			return "", i
		}
		count++
	}
	if count <= fewNumbers {
		return "", i
	}
	return inner, i + len(list) + len(")")
}

// storing says whether what follows a word is stored. Words are as the
// repositories write them.
func storing(word string, before bool) bool {
	switch word {
	case "SET", "VALUES":
		return true
	case "SELECT", "FROM", "WHERE", "ON", "RETURNING":
		return false
	}
	return before
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

package txn

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"strconv"
	"strings"

	"github.com/uptrace/bun"
)

// Sign is the only argument of a repository's statement whose literals may be
// taken out. A host's statements have none, or arguments of their own.
type Sign struct {
	Later bool     // nobody looks at its result; see Later
	Then  []string // queries whose rows are this one's further result sets; see Together
}

var sign, laterSign = []any{Sign{}}, []any{Sign{Later: true}}

type laterKey struct{}

// Later marks the context of a write whose result nobody looks at: it may go to
// the server together with the next statement of its transaction, or with the
// COMMIT, and fails with that one.
func Later(ctx context.Context) context.Context {
	return context.WithValue(ctx, laterKey{}, true)
}

// KnowsSign is what a driver says that takes signed statements.
type KnowsSign interface{ KnowsSign() }

// PrepareFirst makes new pools prepare signed statements at their first use
// instead of the second: the conformance suite proves every one of them so.
var PrepareFirst bool

// Signed gives the sign of a statement, if that is its argument.
func Signed(args []driver.NamedValue) (Sign, bool) {
	if len(args) != 1 {
		return Sign{}, false
	}
	s, ok := args[0].Value.(Sign)
	return s, ok
}

// signed sends statements with the sign.
type signed struct{ bun.IConn }

func (s signed) ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error) {
	if len(args) == 0 && ctx.Value(laterKey{}) != nil {
		args = laterSign
	}
	return s.IConn.ExecContext(ctx, query, signing(args)...)
}

func (s signed) QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error) {
	return s.IConn.QueryContext(ctx, query, signing(args)...)
}

func (s signed) QueryRowContext(ctx context.Context, query string, args ...any) *sql.Row {
	return s.IConn.QueryRowContext(ctx, query, signing(args)...)
}

func signing(args []any) []any {
	if len(args) > 0 {
		return args
	}
	return sign
}

const (
	// maxShapeText is how long, in bytes, and maxValues how many values a
	// statement may have that is kept prepared: long lists come in many lengths.
	maxShapeText = 8 << 10
	maxValues    = 200
	// maxData is how much memory for values, in bytes, is used again.
	maxData = 64 << 10
	// maxWord is up to how long a word is taken for a state or a kind.
	maxWord = 24
)

// Shape is a statement of PostgreSQL without its values. One plan must be good
// for all statements of a shape, so what a plan may depend on stays in the
// text: TRUE, FALSE, NULL, limits, and in conditions whatever looks like a
// state, a flag or a kind, which is a number of one digit, a word of
// lower-case letters, and the empty text; but not what an id is compared with, 0
// apart, or buyers with numbers of one digit would each have their own shapes.
// The zero value is ready to Read.
type Shape struct {
	Text   []byte   // with $1::bigint for numbers, = ANY($2::bigint[]) for IN with many of them, and $3 for texts
	Values [][]byte // as text
	data   []byte   // what the values lie in
}

// Read takes a statement apart, into the memory of the one before. It gives
// false for one that must go as it is: it is not read with certainty, is long,
// jumps over rows or looks for a pattern, where the plan depends on how far and
// what for.
func (s *Shape) Read(query string) bool {
	if s.data == nil || cap(s.data) > maxData { // an empty text is not nil: that is NULL
		s.data = make([]byte, 0, 1<<10)
	}
	s.Text, s.Values, s.data = s.Text[:0], s.Values[:0], s.data[:0]
	if strings.Contains(query, " OFFSET ") || strings.Contains(query, "LIKE ") {
		return false
	}
	copied := 0
	ok := literals(query, true, func(l literal) bool {
		if !l.stored && l.meaning() {
			return true
		}
		if l.number && len(l.text) > len("999999999999999999") {
			return false // may be too big
		}
		s.Text = append(s.Text, query[copied:l.from]...)
		copied = l.to
		s.put(l)
		return len(s.Values) <= maxValues
	})
	if !ok {
		return false
	}
	s.Text = append(s.Text, query[copied:]...)
	return len(s.Text) <= maxShapeText
}

// put takes a literal out.
func (s *Shape) put(l literal) {
	from := len(s.data)
	if l.list {
		s.data = append(append(append(s.data, '{'), l.text...), '}')
		s.Text = append(s.Text, "= ANY("...)
	} else {
		s.data = append(s.data, l.text...)
	}
	s.Values = append(s.Values, s.data[from:len(s.data):len(s.data)])
	s.Text = strconv.AppendInt(append(s.Text, '$'), int64(len(s.Values)), 10)
	switch {
	case l.list:
		s.Text = append(s.Text, "::bigint[])"...)
	case l.number:
		s.Text = append(s.Text, "::bigint"...)
	}
}

// meaning says whether a literal looks like a state, a flag or a kind.
func (l literal) meaning() bool {
	if l.list {
		return false
	}
	if l.number {
		return l.text == "0" || len(l.text) == 1 && !isKey(l.column)
	}
	return len(l.text) <= maxWord && after(l.text, 0, isLower) == len(l.text)
}

// isKey says whether a column holds ids, by its name.
func isKey(column string) bool {
	switch column {
	case "owner", "account", "buyer", "payer", "ref":
		return true
	}
	return strings.HasSuffix(column, "id")
}

func isLower(c byte) bool { return c >= 'a' && c <= 'z' || c == '_' }

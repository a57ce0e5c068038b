package txn

import (
	"context"
	"fmt"
	"strings"
	"sync"
)

type traceKey struct{}

// Trace is a list of statements in the order in which they were sent, so that
// tests can count them and look at the order of writes.
type Trace struct {
	mu         sync.Mutex
	statements []statement
}

// statement is one that was sent, and the transaction it belongs to; nil for
// reads outside of transactions.
type statement struct {
	in   *unit
	text string
}

// WithTrace marks a context: statements under it are put on the trace.
func WithTrace(ctx context.Context) (context.Context, *Trace) {
	t := &Trace{}
	return context.WithValue(ctx, traceKey{}, t), t
}

// Statements is what was seen so far.
func (t *Trace) Statements() []string {
	t.mu.Lock()
	defer t.mu.Unlock()
	texts := make([]string, len(t.statements))
	for i, s := range t.statements {
		texts[i] = s.text
	}
	return texts
}

// Transactions is what was seen so far inside of transactions: the statements
// of each in order, the transactions by their first statement. A transaction
// that was run again is there twice.
func (t *Trace) Transactions() [][]string {
	t.mu.Lock()
	defer t.mu.Unlock()
	var all [][]string
	at := map[*unit]int{}
	for _, s := range t.statements {
		if s.in == nil {
			continue
		}
		i, seen := at[s.in]
		if !seen {
			i = len(all)
			at[s.in], all = i, append(all, nil)
		}
		all[i] = append(all[i], s.text)
	}
	return all
}

func saw(ctx context.Context, in *unit, query string, args []any) {
	t, _ := ctx.Value(traceKey{}).(*Trace)
	if t == nil {
		return
	}
	t.mu.Lock()
	t.statements = append(t.statements, statement{in, filled(query, args)})
	t.mu.Unlock()
}

// filled is a statement with its arguments for the placeholders "?".
func filled(query string, args []any) string {
	if len(args) == 0 {
		return query
	}
	parts := strings.Split(query, "?")
	var b strings.Builder
	for i, part := range parts {
		b.WriteString(part)
		switch {
		case i == len(parts)-1:
		case i >= len(args):
			b.WriteByte('?')
		default:
			if text, ok := args[i].(string); ok {
				b.WriteString("'" + strings.ReplaceAll(text, "'", "''") + "'")
			} else {
				fmt.Fprint(&b, args[i])
			}
		}
	}
	return b.String()
}

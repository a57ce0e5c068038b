package storagetest

import (
	"context"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/storage/internal/txn"
)

// Statements runs fn with a context under which the stores of this module note
// what they send, and gives the statements in order; BEGIN and COMMIT are not
// among them. A list must send the same number whatever the size of its page.
func Statements(ctx context.Context, t testing.TB, fn func(ctx context.Context) error) []string {
	t.Helper()
	ctx, trace := txn.WithTrace(ctx)
	require.NoError(t, fn(ctx))
	return trace.Statements()
}

// ByTransaction is Statements without those outside of transactions: a list for
// each transaction, one that was run again included.
func ByTransaction(ctx context.Context, t testing.TB, fn func(ctx context.Context) error) [][]string {
	t.Helper()
	ctx, trace := txn.WithTrace(ctx)
	require.NoError(t, fn(ctx))
	return trace.Transactions()
}

var written = regexp.MustCompile(`(?i)^\s*(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM)\s+([^\s(]+)`)

// Written lists the tables that statements write to, without schema or prefix,
// in the order of the writes.
func Written(statements []string) []string {
	var tables []string
	for _, s := range statements {
		if m := written.FindStringSubmatch(s); m != nil {
			tables = append(tables, bare(m[1]))
		}
	}
	return tables
}

// bare strips quotes, a schema and the default prefix.
func bare(table string) string {
	table = strings.ReplaceAll(table, `"`, "")
	return strings.TrimPrefix(table[strings.LastIndexByte(table, '.')+1:], "mall_")
}

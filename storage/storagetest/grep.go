package storagetest

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/storage"
)

var accountsTable = regexp.MustCompile(`"([a-z0-9_]+)"\."accounts"`)

// Grep lists the columns, as "table.column", in which some row holds one of
// the words: after an erasure nobody's data may be left anywhere.
func Grep(t *testing.T, store storage.Store, words ...string) []string {
	t.Helper()
	tables := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%'"
	prefix := ""
	sent := Statements(t.Context(), t, func(ctx context.Context) error {
		_, err := store.Accounts().Find(ctx, auth.ByID, "0")
		return err
	})
	if m := accountsTable.FindStringSubmatch(sent[0]); m != nil { // PostgreSQL
		tables = "SELECT table_name FROM information_schema.tables WHERE table_schema = '" + m[1] + "'"
		prefix = `"` + m[1] + `".`
	}
	var found []string
	for _, name := range column(t, store, tables) {
		rows, err := store.SQL(t.Context()).QueryContext(t.Context(), "SELECT * FROM "+prefix+`"`+name+`"`)
		require.NoError(t, err)
		cols, err := rows.Columns()
		require.NoError(t, err)
		for rows.Next() {
			values, into := make([]any, len(cols)), make([]any, len(cols))
			for i := range values {
				into[i] = &values[i]
			}
			require.NoError(t, rows.Scan(into...))
			for i, v := range values {
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				text := fmt.Sprint(v)
				if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, w) }) {
					found = append(found, strings.TrimPrefix(name, "mall_")+"."+cols[i])
				}
			}
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
	}
	slices.Sort(found)
	return slices.Compact(found)
}

// column is the single column of a query.
func column(t *testing.T, store storage.Store, query string) (values []string) {
	t.Helper()
	rows, err := store.SQL(t.Context()).QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var v string
		require.NoError(t, rows.Scan(&v))
		values = append(values, v)
	}
	require.NoError(t, rows.Err())
	return values
}

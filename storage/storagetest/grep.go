package storagetest

import (
	"context"
	"database/sql"
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
// the words, whatever its case: after an erasure nobody's data may be left anywhere.
func Grep(t *testing.T, store storage.Store, words ...string) []string {
	t.Helper()
	var found []string
	everything(t, store, func(table, column, text string, _ int) {
		text = strings.ToLower(text)
		if slices.ContainsFunc(words, func(w string) bool { return strings.Contains(text, strings.ToLower(w)) }) {
			found = append(found, table+"."+column)
		}
	})
	slices.Sort(found)
	return slices.Compact(found)
}

// Dump lists every row of every table but those left out, as "table
// column=value …", sorted: two dumps tell whether something was written.
func Dump(t *testing.T, store storage.Store, except ...string) []string {
	t.Helper()
	rows := map[string]map[int]string{}
	everything(t, store, func(table, column, text string, row int) {
		if slices.Contains(except, table) {
			return
		}
		if rows[table] == nil {
			rows[table] = map[int]string{}
		}
		rows[table][row] += " " + column + "=" + text
	})
	var lines []string
	for table, texts := range rows {
		for _, text := range texts {
			lines = append(lines, table+text)
		}
	}
	slices.Sort(lines)
	return lines
}

// Counts gives a function that says how many rows each table has but those
// left out, in one statement: quicker than Dump, and blind to changed rows.
func Counts(t *testing.T, store storage.Store, except ...string) func() string {
	t.Helper()
	var parts []string
	for name, from := range tablesOf(t, store) {
		if !slices.Contains(except, name) {
			parts = append(parts, "SELECT '"+name+" ' || count(*) AS n FROM "+from)
		}
	}
	query := strings.Join(parts, " UNION ALL ") + " ORDER BY n"
	return func() string { return strings.Join(Texts(t, store, query), ", ") }
}

// tablesOf are the tables of a store as statements name them, by their names
// without a prefix.
func tablesOf(t *testing.T, store storage.Store) map[string]string {
	t.Helper()
	query := "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND sql NOT LIKE 'CREATE VIRTUAL%'"
	schema := schemaOf(t, store)
	if schema != "" {
		query = "SELECT table_name FROM information_schema.tables WHERE table_schema = '" + schema + "'"
		schema = `"` + schema + `".`
	}
	tables := map[string]string{}
	for _, name := range Texts(t, store, query) {
		tables[strings.TrimPrefix(name, "mall_")] = schema + `"` + name + `"`
	}
	return tables
}

// everything visits every value of every table; row counts within a table.
func everything(t *testing.T, store storage.Store, visit func(table, column, text string, row int)) {
	t.Helper()
	for name, from := range tablesOf(t, store) {
		rows, err := store.SQL(t.Context()).QueryContext(t.Context(), "SELECT * FROM "+from)
		require.NoError(t, err)
		cols, err := rows.Columns()
		require.NoError(t, err)
		for n := 0; rows.Next(); n++ {
			values, into := make([]any, len(cols)), make([]any, len(cols))
			for i := range values {
				into[i] = &values[i]
			}
			require.NoError(t, rows.Scan(into...))
			for i, v := range values {
				if b, ok := v.([]byte); ok {
					v = string(b)
				}
				visit(name, cols[i], fmt.Sprint(v), n)
			}
		}
		require.NoError(t, rows.Err())
		require.NoError(t, rows.Close())
	}
}

// schemaOf is the schema of a store on PostgreSQL, empty on SQLite.
func schemaOf(t *testing.T, store storage.Store) string {
	t.Helper()
	sent := Statements(t.Context(), t, func(ctx context.Context) error {
		_, err := store.Accounts().Find(ctx, auth.ByID, "0")
		return err
	})
	if m := accountsTable.FindStringSubmatch(sent[0]); m != nil {
		return m[1]
	}
	return ""
}

var braced = regexp.MustCompile(`\{([a-z_]+)\}`)

// Texts is the single column of a query as texts, NULL as the empty one; tables
// of a store with the default prefix may be written {orders}.
func Texts(t *testing.T, store storage.Store, query string) (values []string) {
	t.Helper()
	if braced.MatchString(query) {
		table := "mall_$1"
		if schema := schemaOf(t, store); schema != "" {
			table = `"` + schema + `"."$1"`
		}
		query = braced.ReplaceAllString(query, table)
	}
	rows, err := store.SQL(t.Context()).QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer rows.Close()
	for rows.Next() {
		var v sql.NullString
		require.NoError(t, rows.Scan(&v))
		values = append(values, v.String)
	}
	require.NoError(t, rows.Err())
	return values
}

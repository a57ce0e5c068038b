package bunrepo_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/storage/sqlite"
)

// Every column that a row struct names is in the migrated schema, so that a
// forgotten migration fails here and not at a customer's.
func TestRowsMatchTheSchema(t *testing.T) {
	t.Parallel()
	store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "mall.db"), &sqlite.Options{Migrate: true})
	require.NoError(t, err)
	defer store.Close()
	seen := 0
	for _, row := range rowStructs(t) {
		rows, err := store.SQL(t.Context()).QueryContext(t.Context(), "SELECT name FROM pragma_table_info('mall_"+row.table+"')")
		require.NoError(t, err)
		have := []string{"rowid"}
		for rows.Next() {
			var c string
			require.NoError(t, rows.Scan(&c))
			have = append(have, c)
		}
		require.NoError(t, rows.Close())
		require.Greater(t, len(have), 1, "%s: there is no table %s", row.name, row.table)
		for _, c := range row.columns {
			require.True(t, slices.Contains(have, c), "%s: table %s has no column %s", row.name, row.table, c)
		}
		seen++
	}
	require.NotZero(t, seen)
}

type rowStruct struct {
	name, table string
	columns     []string
}

// rowStructs reads the structs with a table tag from the sources.
func rowStructs(t *testing.T) []rowStruct {
	t.Helper()
	files, err := filepath.Glob("*.go")
	require.NoError(t, err)
	var found []rowStruct
	for _, f := range files {
		src, err := os.ReadFile(f)
		require.NoError(t, err)
		parsed, err := parser.ParseFile(token.NewFileSet(), f, src, 0)
		require.NoError(t, err)
		ast.Inspect(parsed, func(n ast.Node) bool {
			if spec, ok := n.(*ast.TypeSpec); ok {
				if s, ok := spec.Type.(*ast.StructType); ok {
					if r := readStruct(spec.Name.Name, s); r.table != "" {
						found = append(found, r)
					}
				}
			}
			return true
		})
	}
	return found
}

func readStruct(name string, s *ast.StructType) rowStruct {
	r := rowStruct{name: name}
	for _, f := range s.Fields.List {
		if f.Tag == nil {
			continue
		}
		tag := reflect.StructTag(strings.Trim(f.Tag.Value, "`")).Get("bun")
		first, rest, _ := strings.Cut(tag, ",")
		switch {
		case strings.HasPrefix(first, "table:?(ns)"):
			r.table = strings.TrimPrefix(first, "table:?(ns)")
		case first != "" && first != "-" && !strings.Contains(first, ":") && !strings.Contains(rest, "scanonly"):
			r.columns = append(r.columns, first)
		}
	}
	return r
}

package txn_test

import (
	"database/sql"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	_ "modernc.org/sqlite"

	"github.com/gomall-dev/mall/storage/internal/txn"
)

func TestBare(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		query, text string
		args        []any
	}{
		{"SELECT 1", "SELECT ?", []any{int64(1)}},
		{"SELECT a1, t2.b FROM t2 WHERE c = 'it''s ''?''' LIMIT 20 OFFSET 40", "SELECT a1, t2.b FROM t2 WHERE c = ? LIMIT 20 OFFSET ?", []any{"it's '?'", int64(40)}},
		{`UPDATE "a'1" SET x = -5, y = TRUE, z = NULL WHERE n IN (1,2)`, `UPDATE "a'1" SET x = -?, y = TRUE, z = NULL WHERE n IN (?,?)`, []any{int64(5), int64(1), int64(2)}},
		{"DELETE FROM 表1 WHERE a = '商''城'", "DELETE FROM 表1 WHERE a = ?", []any{"商'城"}},
		{"INSERT INTO t VALUES ('', 0)", "INSERT INTO t VALUES (?, ?)", []any{"", int64(0)}},
		{"WITH a AS (SELECT 7) SELECT * FROM a", "WITH a AS (SELECT ?) SELECT * FROM a", []any{int64(7)}},
	} {
		text, args := txn.Bare(c.query)
		require.Equal(t, c.text, text)
		require.Equal(t, c.args, args)
	}
	for _, q := range []string{
		"", "BEGIN", "CREATE TABLE t (a TEXT DEFAULT 'x')", "PRAGMA cache_size = 10", "SAVEPOINT a1",
		"SELECT 1; SELECT 2", "SELECT 'a", `SELECT "a`, "SELECT x'00'", "SELECT 1.5", "SELECT .5", "SELECT 1e3", "SELECT 0x10",
		"SELECT 9223372036854775808", "SELECT 1 -- 2", "SELECT 1 /* 2 */", "SELECT ?", "SELECT :a", "SELECT @a", "SELECT `a`, 1",
		"SELECT a FROM t ORDER BY 1", "SELECT a FROM t GROUP by 1", "INSERT INTO t VALUES (" + strings.Repeat("1,", 500) + "1)",
	} {
		text, args := txn.Bare(q)
		require.Equal(t, q, text)
		require.Nil(t, args)
	}
}

// FuzzBare: whatever a text is, the statement gives the same with arguments as
// with literals.
func FuzzBare(f *testing.F) {
	db, err := sql.Open("sqlite", ":memory:")
	require.NoError(f, err)
	db.SetMaxOpenConns(1)
	f.Cleanup(func() { _ = db.Close() })
	f.Add("it's")
	f.Add("''")
	f.Add("a\"b--c/*?;1.5")
	f.Fuzz(func(t *testing.T, text string) {
		if strings.IndexByte(text, 0) >= 0 {
			t.Skip("no literal of SQLite")
		}
		quoted := "'" + strings.ReplaceAll(text, "'", "''") + "'"
		query, args := txn.Bare("SELECT " + quoted + " || 'x''y', (9) + 0, " + quoted)
		require.Len(t, args, 5)
		var a, b string
		var nine int64
		require.NoError(t, db.QueryRow(query, args...).Scan(&a, &nine, &b))
		require.Equal(t, text+"x'y", a)
		require.EqualValues(t, 9, nine)
		require.Equal(t, text, b)
	})
}

package txn_test

import (
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/storage/internal/txn"
)

func TestShape(t *testing.T) {
	t.Parallel()
	var s txn.Shape
	for _, c := range []struct {
		query, text string
		values      []string
	}{
		{
			// What is stored goes out, whatever it looks like.
			`INSERT INTO "mall"."orders" ("id", "state", "memo", "n", "at") VALUES (12, 'paid', '', 1, NULL), (13, 'it''s', 'x', -1, TRUE)`,
			`INSERT INTO "mall"."orders" ("id", "state", "memo", "n", "at") VALUES ($1::bigint, $2, $3, $4::bigint, NULL), ($5::bigint, $6, $7, -$8::bigint, TRUE)`,
			[]string{"12", "paid", "", "1", "13", "it's", "x", "1"},
		},
		{
			// In conditions states, flags and kinds stay, and limits.
			"SELECT a1 FROM t WHERE id = 120 AND state = 'un_paid' AND flag = 1 AND code = 'A1' AND bar <> '' AND name = '商城' LIMIT 20",
			"SELECT a1 FROM t WHERE id = $1::bigint AND state = 'un_paid' AND flag = 1 AND code = $2 AND bar <> '' AND name = $3 LIMIT 20",
			[]string{"120", "A1", "商城"},
		},
		{
			"UPDATE t SET state = 'paid', n = n + 1 WHERE state = 'new' AND n + 10 <= 9 RETURNING n + 5",
			"UPDATE t SET state = $1, n = n + $2::bigint WHERE state = 'new' AND n + $3::bigint <= 9 RETURNING n + 5",
			[]string{"paid", "1", "10"},
		},
		{
			"INSERT INTO t VALUES (5) ON CONFLICT (id) WHERE id > 0 DO UPDATE SET n = t.n + 7 WHERE t.n < 5",
			"INSERT INTO t VALUES ($1::bigint) ON CONFLICT (id) WHERE id > 0 DO UPDATE SET n = t.n + $2::bigint WHERE t.n < 5",
			[]string{"5", "7"},
		},
		{"DELETE FROM t WHERE a @> '{1}'", "", nil},
		{"SELECT '{1,2}'::integer[]", "", nil},
		{"SELECT 'A1'::text", "SELECT $1::text", []string{"A1"}},
		{
			// Many numbers are one value, however many.
			"SELECT 1 FROM t WHERE id IN (10, 2, -30, 4, 5, 6, 7, 8, 9) AND n NOT IN (10, 2, 3, 4, 5, 6, 7, 8, 9) AND kind IN ('a', 'B') AND id IN (SELECT 77)",
			"SELECT 1 FROM t WHERE id = ANY($1::bigint[]) AND n NOT IN ($2::bigint, 2, 3, 4, 5, 6, 7, 8, 9) AND kind IN ('a', $3) AND id IN (SELECT $4::bigint)",
			[]string{"{10, 2, -30, 4, 5, 6, 7, 8, 9}", "10", "B", "77"},
		},
		{"SELECT 1 FROM t WHERE n IN (5, 60) AND (a, b) IN ((10, 2))", "SELECT 1 FROM t WHERE n IN (5, $1::bigint) AND (a, b) IN (($2::bigint, 2))", []string{"60", "10"}},
		{
			// Ids go out however small they are, but for 0, which says that there is none.
			`SELECT 1 FROM t WHERE t.id IN (5, 6) AND "buyer_id" = 7 AND owner = 8 AND kind = 9 AND parent_id <> 0`,
			`SELECT 1 FROM t WHERE t.id IN ($1::bigint, $2::bigint) AND "buyer_id" = 7 AND owner = $3::bigint AND kind = 9 AND parent_id <> 0`,
			[]string{"5", "6", "8"},
		},
	} {
		require.Equal(t, c.values != nil, s.Read(c.query), c.query)
		if c.values == nil {
			continue
		}
		require.Equal(t, c.text, string(s.Text))
		require.Len(t, s.Values, len(c.values))
		for i, v := range c.values {
			require.NotNil(t, s.Values[i], "nil would be NULL")
			require.Equal(t, v, string(s.Values[i]))
		}
	}
	for _, q := range []string{
		"", "BEGIN", "SAVEPOINT try1", "SELECT 1; SELECT 2", "SELECT $1", "SELECT 12.5", "SELECT 1e3", "SELECT 12 -- 3",
		"SELECT a FROM t WHERE b LIKE '%x%'", "SELECT a FROM t WHERE b ILIKE '%x%' ESCAPE '\\'", "SELECT a FROM t LIMIT 20 OFFSET 40",
		"SELECT 9223372036854775808", "SELECT a IN (1.5)", "SELECT E'a'", "SELECT 'a", "SELECT a FROM t GROUP BY 1",
		"INSERT INTO t VALUES (" + strings.Repeat("1,", 300) + "1)", "INSERT INTO t VALUES ('" + strings.Repeat("x", 9000) + "')" + strings.Repeat(" ", 9000),
	} {
		require.False(t, s.Read(q), q)
	}
}

// FuzzShape: with its values put back, a shape is the statement that was read.
func FuzzShape(f *testing.F) {
	f.Add("SELECT a FROM t WHERE b = 'it''s ''' AND c IN (1, 23, -45) AND d = '' LIMIT 5")
	f.Add("SELECT a FROM t WHERE b IN (5, -6, 7, 8, 9, 10, 11, 12, 13) AND c NOT IN (7)")
	f.Add("INSERT INTO t (\"a'1\") VALUES ('x', 5), ('', 0) ON CONFLICT DO NOTHING")
	f.Fuzz(func(t *testing.T, query string) {
		var s txn.Shape
		if !s.Read(query) {
			return
		}
		rest, back := string(s.Text), ""
		for i, v := range s.Values {
			before, after, found := strings.Cut(rest, "$"+strconv.Itoa(i+1))
			require.True(t, found)
			back += before
			if rest = after; len(back) < len(query) && query[len(back)] == '\'' {
				back += "'" + strings.ReplaceAll(string(v), "'", "''") + "'"
				continue
			}
			if list, ok := strings.CutPrefix(rest, "::bigint[])"); ok && strings.HasSuffix(back, "= ANY(") {
				rest, back = list, strings.TrimSuffix(back, "= ANY(")+"IN ("+strings.Trim(string(v), "{}")+")"
				continue
			}
			require.True(t, strings.HasPrefix(rest, "::bigint"))
			rest, back = rest[len("::bigint"):], back+string(v)
		}
		require.Equal(t, query, back+rest)
	})
}

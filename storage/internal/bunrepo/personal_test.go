package bunrepo

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var (
	created = regexp.MustCompile(`(?s)^CREATE TABLE ([a-z_]+) \((.*)\)`)
	added   = regexp.MustCompile(`^ALTER TABLE ([a-z_]+) ADD COLUMN ([a-z_]+) `)
	named   = regexp.MustCompile(`^\s+([a-z_]+) (?:TEXT|BIGINT|INTEGER|BOOLEAN|DOUBLE)`)
	telling = regexp.MustCompile(`mobile|phone|mail|^addr$|_addr$|^address$|openid|unionid|link_man|nick|birthday|^remark$|device|province|city|district|street`)
)

// TestPersonalColumns: the table of personal columns fits the schema, and no
// column with a telling name is missing in it.
func TestPersonalColumns(t *testing.T) {
	t.Parallel()
	steps, err := Schema{Name: ""}.Steps()
	require.NoError(t, err)
	schema := map[string][]string{}
	for _, s := range steps {
		for _, q := range s.Statements {
			if m := added.FindStringSubmatch(q); m != nil {
				schema[m[1]] = append(schema[m[1]], m[2])
			}
			m := created.FindStringSubmatch(q)
			if m == nil {
				continue
			}
			for line := range strings.Lines(m[2]) {
				if c := named.FindStringSubmatch(line); c != nil {
					schema[m[1]] = append(schema[m[1]], c[1])
				}
			}
		}
	}
	for _, list := range []map[string][]string{personal, impersonal} {
		for table, columns := range list {
			for _, c := range columns {
				require.True(t, len(schema[table]) > 0 && (c == whole || slices.Contains(schema[table], c)), "%s.%s is not in the schema", table, c)
			}
		}
	}
	for table, columns := range schema {
		if slices.Contains(personal[table], whole) {
			continue
		}
		for _, c := range columns {
			if telling.MatchString(c) && !slices.Contains(personal[table], c) && !slices.Contains(impersonal[table], c) {
				t.Errorf("%s.%s: personal or impersonal?", table, c)
			}
		}
	}
}

package o2o

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

// extensions are mounted though the document does not have them.
var extensions = []string{
	"/logout",
	"/area/cites/withHot", // the path as servers had it first
	"/order/pay",
	"/order/cancel",
	"/verification",
}

// documented are the rows of testdata/routes.tsv: section, verb, path, auth.
func documented(t *testing.T) [][]string {
	t.Helper()
	b, err := os.ReadFile("testdata/routes.tsv")
	require.NoError(t, err)
	var rows [][]string
	for line := range strings.Lines(string(b)) {
		if cells := strings.Split(strings.TrimSpace(line), "\t"); cells[0] != "section" {
			require.Len(t, cells, 4)
			rows = append(rows, cells)
		}
	}
	return rows
}

// mounted are the routes by path; a path has one route, some on any verb.
func mounted() map[string]endpoint.Route {
	a, all := &api{}, map[string]endpoint.Route{}
	for _, r := range append(a.routes(), a.pages()...) {
		all[r.Path] = r
	}
	return all
}

// levels are the document's words for who may call.
var levels = map[endpoint.Access]string{endpoint.Public: "none", endpoint.Visitor: "token", endpoint.Buyer: "user"}

// TestMountedIsDocumented: what is served is in the list, with its verb and
// access, or a named extension.
func TestMountedIsDocumented(t *testing.T) {
	t.Parallel()
	rows := map[string][]string{}
	for _, row := range documented(t) {
		rows[row[2]] = row
	}
	for path, r := range mounted() {
		row, ok := rows[path]
		if !ok {
			require.Contains(t, extensions, path)
			continue
		}
		require.Contains(t, []string{row[1], ""}, r.Verb, path)
		level := levels[r.Access]
		if path == "/order/detail" { // open to sessions of a scene too, which have no account
			level = r.Level()
		}
		require.Equal(t, row[3], level, path)
	}
}

// TestDocumentedIsMounted: nothing of the list is missing.
func TestDocumentedIsMounted(t *testing.T) {
	t.Parallel()
	all := mounted()
	for _, row := range documented(t) {
		require.Contains(t, all, row[2])
	}
}

// TestOrderOfTheDocument: the index reads as the document does.
func TestOrderOfTheDocument(t *testing.T) {
	t.Parallel()
	var want, got []string
	for _, row := range documented(t) {
		want = append(want, row[2])
	}
	for _, r := range (&api{}).routes() {
		if slices.Contains(want, r.Path) {
			got = append(got, r.Path)
		}
	}
	want = slices.DeleteFunc(want, func(p string) bool { return !slices.Contains(got, p) })
	require.Equal(t, want, got)
}

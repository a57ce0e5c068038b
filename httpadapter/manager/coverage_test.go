package manager

import (
	"flag"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

var update = flag.Bool("update", false, "rewrite testdata/pending.tsv")

// extensions are paths that are served though the document does not print
// them, with who may call them: what its own server has besides.
var extensions = map[string]level{
	// users
	"/users/wechatCallBack": public, "/users/deleteUser": role,
	// permission
	"/permission/getPermissionPath": role,
	"/role/getRole":                 role, "/role/addRole": role, "/role/updateRole": role, "/role/delRole": role, "/role/grantRole": role,
	"/role/getRolePermission": role, "/role/roleAssignment": role,
	"/menus/getMenus": role, "/menus/addMenus": role, "/menus/updateMenus": role, "/menus/delMenus": role, "/menus/getRoleMenus": role,
	"/menus/assignmentMenu": role,
	// order
	"/order/receive": user, // the buyer's side of ship with action 2
}

// levels are the readings of who may call a path where the list of routes
// says something else.
var levels = map[string]level{
	"/upload/uploadImg": anyone, // open, and pictures of visitors are counted by address
	"/users/register":   role,   // root in v2.0, then "use addUser": root, or a role with the right
}

// unread are documented fields that no handler binds: the gate reads token.
var unread = map[string][]string{}

// documented are the rows of testdata/routes.tsv: section, title, verb, path,
// version, auth, params. The socket is no route of this kind.
func documented(t *testing.T) [][]string {
	t.Helper()
	b, err := os.ReadFile("testdata/routes.tsv")
	require.NoError(t, err)
	var rows [][]string
	for text := range strings.Lines(string(b)) {
		cells := strings.Split(strings.TrimRight(text, "\n"), "\t")
		require.Len(t, cells, 7)
		if cells[0] != "section" && cells[3] != "/socket.io/" {
			rows = append(rows, cells)
		}
	}
	return rows
}

// pathOf is the path of a row without the query that tells variants apart.
func pathOf(cells []string) string {
	path, _, _ := strings.Cut(cells[3], "?")
	return path
}

// mounted are the routes by path; a path with different handlers for its
// verbs has a line for each.
func mounted() map[string][]line {
	all := map[string][]line{}
	for _, l := range (&api{}).routes() {
		all[l.Path] = append(all[l.Path], l)
	}
	return all
}

// serves says whether the line answers a documented verb; "*" is any.
func (l line) serves(verb string) bool {
	return l.Verb == "*" || l.Verb == verb || l.Verb == "" && verb != "*"
}

// TestMountedIsDocumented: what is served is in the list, with its level and
// its fields, or it is another spelling of such a path, or a named extension.
func TestMountedIsDocumented(t *testing.T) {
	t.Parallel()
	byPath := map[string][][]string{}
	for _, cells := range documented(t) {
		byPath[pathOf(cells)] = append(byPath[pathOf(cells)], cells)
	}
	for path, lines := range mounted() {
		for _, l := range lines {
			rows := byPath[l.right]
			if len(byPath[path]) == 0 {
				want, named := extensions[path]
				require.True(t, l.right != path || named, "%s is neither documented nor a named extension", path)
				if named {
					require.Equal(t, want, l.level, path)
				}
			}
			for _, cells := range rows {
				want, reading := levels[l.right]
				if !reading {
					require.Equal(t, cells[5], l.level.String(), path)
					continue
				}
				require.Equal(t, want, l.level, path)
			}
		}
	}
	for path := range extensions {
		require.NotEmpty(t, mounted()[path], path)
		require.Empty(t, byPath[path], "%s is documented", path)
	}
}

// TestFieldsAreRead: every documented field of a served path is bound.
func TestFieldsAreRead(t *testing.T) {
	t.Parallel()
	all := mounted()
	for _, cells := range documented(t) {
		path := pathOf(cells)
		if len(all[path]) == 0 {
			continue
		}
		var fields []string
		for _, l := range all[path] {
			fields = append(fields, l.Fields()...)
		}
		for _, name := range names(cells[6]) {
			if name != "token" && !slices.Contains(unread[path], name) {
				require.Contains(t, fields, name, path)
			}
		}
	}
}

var remark = regexp.MustCompile(`\([^)]*\)`)

// names are the field names in a cell like "page?; img*(file); unid*(v2.5) or
// uId*(v2.0); O: key?".
func names(params string) []string {
	var out []string
	params = strings.ReplaceAll(remark.ReplaceAllString(params, ""), " or ", ";")
	for part := range strings.SplitSeq(params, ";") {
		part = strings.TrimPrefix(strings.TrimSpace(part), "O: ")
		if i := strings.IndexAny(part, "*?="); i >= 0 {
			part = part[:i]
		}
		if part != "" && !strings.Contains(part, " ") {
			out = append(out, part)
		}
	}
	return out
}

// TestAliasesCount: another spelling has the level of the path it stands for,
// so that a right to the one is a right to the other.
func TestAliasesCount(t *testing.T) {
	t.Parallel()
	all := mounted()
	for path, lines := range all {
		for _, l := range lines {
			if l.right == path {
				continue
			}
			require.NotEmpty(t, all[l.right], "%s stands for %s, which is not served", path, l.right)
			require.Equal(t, all[l.right][0].level, l.level, path)
		}
	}
}

// TestOwned: unknown paths beside every served one are answered by this API.
func TestOwned(t *testing.T) {
	t.Parallel()
	for path := range mounted() {
		first, _, _ := strings.Cut(path[1:], "/")
		require.Contains(t, prefixes, "/"+first)
	}
}

// TestReadme: the table of README.md has a row for every route, with its verbs
// and its level, and none beside.
func TestReadme(t *testing.T) {
	t.Parallel()
	b, err := os.ReadFile("README.md")
	require.NoError(t, err)
	var want, got []string
	for _, l := range (&api{}).routes() {
		verb := map[string]string{"": "GET POST", "*": "any"}[l.Verb]
		if verb == "" {
			verb = l.Verb
		}
		who := l.level.String()
		if l.level <= anyone {
			who = []string{"public", "anyone"}[l.level]
		}
		want = append(want, verb+" "+l.Path+" | "+who)
	}
	for text := range strings.Lines(string(b)) {
		cells := strings.Split(text, " | ")
		if route := strings.TrimPrefix(cells[0], "| "); len(cells) >= 3 && strings.Contains(route, " /") && !strings.Contains(route, ",") {
			got = append(got, route+" | "+strings.TrimSpace(cells[1]))
		}
	}
	require.ElementsMatch(t, want, got)
}

// TestPending: what is documented and not served is testdata/pending.tsv,
// exactly; run with -update after mounting more.
func TestPending(t *testing.T) {
	t.Parallel()
	all, lines := mounted(), []string{}
	for _, cells := range documented(t) {
		if !slices.ContainsFunc(all[pathOf(cells)], func(l line) bool { return l.serves(cells[2]) }) {
			lines = append(lines, strings.Join(cells[2:6], "\t"))
		}
	}
	slices.Sort(lines)
	got := ""
	for _, text := range lines {
		got += text + "\n"
	}
	if *update {
		require.NoError(t, os.WriteFile("testdata/pending.tsv", []byte(got), 0o644))
	}
	want, err := os.ReadFile("testdata/pending.tsv")
	require.NoError(t, err)
	require.Equal(t, string(want), got)
}

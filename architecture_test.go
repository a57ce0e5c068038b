package mall_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"go/ast"
	"go/parser"
	"go/token"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

const module = "github.com/gomall-dev/mall"

// floor is the storey of each room: a package may import its own room (see
// sameRoom) and rooms of lower storeys, nothing else of this module.
var floor = map[string]int{
	"":                 0,
	"catalog/geo":      1,
	"auth":             2,
	"payment":          3,
	"catalog":          4,
	"cms":              4,
	"cart":             5,
	"marketing/points": 5,
	"marketing":        6,
	"order":            7,
	"storage":          8,
	"httpadapter":      9,
	"examples":         10,
}

// room is the longest entry of floor that a package lies in.
func room(pkg string) string {
	best := ""
	for r := range floor {
		if len(r) > len(best) && (pkg == r || strings.HasPrefix(pkg, r+"/")) {
			best = r
		}
	}
	return best
}

// allowed says whether a package may import another of the module.
func allowed(from, to string) bool {
	fr, tr := room(from), room(to)
	switch {
	case tr == "":
		return true
	case fr == tr:
		// Storage, the adapters and the examples are trees in which parents
		// assemble their children. In domain rooms children look up to their
		// parents, and neither down nor at each other; what lies in internal/
		// knows none of them and serves all.
		return strings.HasPrefix(to, tr+"/internal/") || fr == "storage" || fr == "httpadapter" || fr == "examples" || to == tr || strings.HasPrefix(from, to+"/")
	}
	return floor[tr] < floor[fr]
}

type listed struct {
	ImportPath string
	Imports    []string
}

func packages(t *testing.T) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports", "./...").Output()
	require.NoError(t, err)
	var ps []listed
	for d := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listed
		err := d.Decode(&p)
		if errors.Is(err, io.EOF) {
			return ps
		}
		require.NoError(t, err)
		ps = append(ps, p)
	}
}

func TestImportsPointOneWay(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		from := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		for _, imp := range p.Imports {
			if to, ok := strings.CutPrefix(imp, module); ok && !allowed(from, strings.TrimPrefix(to, "/")) {
				t.Errorf("%s imports %s against the arrow", p.ImportPath, imp)
			}
		}
	}
}

// TestDialectsKnowServicesOnly holds that an API never reaches past the
// services; its tools and tests may.
func TestDialectsKnowServicesOnly(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		switch pkg := strings.TrimPrefix(p.ImportPath, module+"/"); pkg {
		case "httpadapter/endpoint", "httpadapter/wxapi", "httpadapter/manager", "httpadapter/o2o":
			for _, imp := range p.Imports {
				if strings.HasPrefix(imp, module+"/storage") || strings.HasPrefix(imp, "github.com/uptrace/bun") || imp == "database/sql" {
					t.Errorf("%s imports %s", p.ImportPath, imp)
				}
			}
		}
	}
}

// callsOut are the domain packages that speak to the outside by HTTP.
var callsOut = []string{"auth/verify/aliyun", "auth/wechat", "catalog/geo/tencentmap", "cms/weather", "payment/alipay", "payment/internal/outgoing", "payment/paytest", "payment/paytest/npmtest", "payment/wechatpay"}

func TestDomainsAreFreeOfStorageAndHTTP(t *testing.T) {
	t.Parallel()
	for _, p := range packages(t) {
		pkg := strings.TrimPrefix(strings.TrimPrefix(p.ImportPath, module), "/")
		if r := room(pkg); r == "storage" || r == "httpadapter" || r == "examples" {
			continue
		}
		for _, imp := range p.Imports {
			if strings.HasPrefix(imp, "github.com/uptrace/bun") || strings.HasPrefix(imp, "database/sql") ||
				strings.HasPrefix(imp, "net/http") && !slices.Contains(callsOut, pkg) {
				t.Errorf("domain package %s imports %s", p.ImportPath, imp)
			}
		}
	}
}

func TestRootIsALeaf(t *testing.T) {
	t.Parallel()
	files := 0
	for _, f := range sources(t) {
		if filepath.Dir(f) == "." && !strings.HasSuffix(f, "_test.go") {
			files++
		}
	}
	require.LessOrEqual(t, files, 6, "files of the root package")
	for _, p := range packages(t) {
		if p.ImportPath == module {
			for _, imp := range p.Imports {
				require.NotContains(t, imp, ".", "the root package imports the standard library only")
			}
		}
	}
}

// sources are the Go files of the module, relative to its root.
func sources(t *testing.T) []string {
	t.Helper()
	var found []string
	require.NoError(t, filepath.WalkDir(".", func(p string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && p != "." && (strings.HasPrefix(d.Name(), ".") || d.Name() == "node_modules" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if strings.HasSuffix(p, ".go") {
			found = append(found, filepath.ToSlash(p))
		}
		return nil
	}))
	return found
}

func TestFileSizes(t *testing.T) {
	t.Parallel()
	var sizes []int
	for _, f := range sources(t) {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		n := bytes.Count(b, []byte("\n"))
		if n > 700 {
			t.Errorf("%s has %d lines, 700 are the limit", f, n)
		}
		if !strings.HasSuffix(f, "_test.go") {
			sizes = append(sizes, n)
		}
	}
	slices.Sort(sizes)
	require.LessOrEqual(t, sizes[len(sizes)*9/10], 450, "nine files in ten stay under 450 lines")
}

// TestClockAndZone holds that domains take the time from their Config and days
// from mall.Calendar.
func TestClockAndZone(t *testing.T) {
	t.Parallel()
	for _, f := range sources(t) {
		r := room(filepath.ToSlash(filepath.Dir(f)))
		if strings.HasSuffix(f, "_test.go") || r == "" || r == "storage" || r == "httpadapter" || r == "examples" {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), f, nil, parser.SkipObjectResolution)
		require.NoError(t, err)
		if strings.Contains(file.Name.Name, "main") {
			continue
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if s, ok := n.(*ast.SelectorExpr); ok {
				if x, ok := s.X.(*ast.Ident); ok && x.Name == "time" && slices.Contains([]string{"Now", "Local", "Since", "Until"}, s.Sel.Name) {
					t.Errorf("%s uses time.%s", f, s.Sel.Name)
				}
			}
			return true
		})
	}
}

// TestRepositoriesUseTheRunningTransaction holds that statements go through
// sel, ins, upd, del, rawRead, rawWrite, query and exec: a base handle would leave the
// transaction, and on SQLite wait for itself.
func TestRepositoriesUseTheRunningTransaction(t *testing.T) {
	t.Parallel()
	base := regexp.MustCompile(`\.db\.(New|Exec|Query|RunInTx|Begin|Prepare|Ping)|\.Bun\(\)|\bsql\.(Open|DB)\b`)
	for _, f := range sources(t) {
		if filepath.ToSlash(filepath.Dir(f)) != "storage/internal/bunrepo" || strings.HasSuffix(f, "_test.go") || f == "storage/internal/bunrepo/conn.go" {
			continue
		}
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		if m := base.Find(b); m != nil && !slices.Contains(engineFiles, filepath.Base(f)) {
			t.Errorf("%s uses the base handle: %s", f, m)
		}
	}
}

// engineFiles implement the handles themselves.
var engineFiles = []string{"dialect.go", "migrate.go"}

func TestNoUnfinishedMarks(t *testing.T) {
	t.Parallel()
	mark := regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|X` + `XX)\b`)
	for _, f := range sources(t) {
		b, err := os.ReadFile(f)
		require.NoError(t, err)
		if m := mark.Find(b); m != nil {
			t.Errorf("%s has an unfinished mark %s", f, m)
		}
	}
}

// TestReadmeProgram holds that the README's first program is the tested one.
func TestReadmeProgram(t *testing.T) {
	t.Parallel()
	readme, err := os.ReadFile("README.md")
	require.NoError(t, err)
	program, err := os.ReadFile("examples/embed/main.go")
	require.NoError(t, err)
	require.Contains(t, string(readme), "```go\n"+string(program)+"```")
	require.LessOrEqual(t, bytes.Count(program, []byte("\n")), 40)
}

package wxapi

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
)

// declared are the codes of all mall.E calls in the module, with their kinds.
func declared(t *testing.T) map[string]string {
	t.Helper()
	codes := map[string]string{}
	require.NoError(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		switch {
		case err != nil:
			return err
		case d.IsDir() && (d.Name() == "examples" || d.Name() == "node_modules" || d.Name() == ".git"):
			return filepath.SkipDir
		case d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go"):
			return nil
		}
		f, err := parser.ParseFile(token.NewFileSet(), path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		ast.Inspect(f, func(n ast.Node) bool {
			if call, ok := n.(*ast.CallExpr); ok && len(call.Args) == 3 && callee(call.Fun) == "E" {
				if lit, ok := call.Args[1].(*ast.BasicLit); ok && lit.Kind == token.STRING {
					code, _ := strconv.Unquote(lit.Value)
					codes[code] = callee(call.Args[0])
				}
			}
			return true
		})
		return nil
	}))
	return codes
}

func callee(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.SelectorExpr:
		return e.Sel.Name
	case *ast.Ident:
		return e.Name
	}
	return ""
}

// TestEveryKindHasARow: a new Kind is a new row here.
func TestEveryKindHasARow(t *testing.T) {
	t.Parallel()
	for _, k := range mall.Kinds() {
		r, ok := kinds[k]
		require.True(t, ok, k)
		require.NotZero(t, r.code, k)
		require.NotEmpty(t, r.text, k)
	}
}

// TestCodes: every row belongs to a declared error, and every declared error
// of a known Kind has an answer.
func TestCodes(t *testing.T) {
	t.Parallel()
	all := declared(t)
	require.NotEmpty(t, all)
	for code, r := range codes {
		require.Contains(t, all, code, "no error of this code is declared")
		require.NotZero(t, r.code, code)
	}
	names := map[string]mall.Kind{"Internal": mall.Internal, "Invalid": mall.Invalid, "NotFound": mall.NotFound, "Conflict": mall.Conflict, "Denied": mall.Denied,
		"Unauthenticated": mall.Unauthenticated, "Limit": mall.Limit, "State": mall.State, "Unavailable": mall.Unavailable}
	for code, kind := range all {
		k, ok := names[kind]
		require.True(t, ok, "%s has kind %q", code, kind)
		n, text, _ := answer(mall.E(k, code, "x"))
		require.NotZero(t, n, code)
		require.NotContains(t, text, "%", code)
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	n, text, data := answer(errors.New("disk on fire"))
	require.Equal(t, -1, n)
	require.NotContains(t, text, "disk")
	require.Nil(t, data)
	n, text, _ = answer(fmt.Errorf("order: %w", mall.ErrInvalid.With("page")))
	require.Equal(t, 300, n)
	require.Contains(t, text, "page")
	_, text, data = answer(&withData{mall.ErrInvalid, 5})
	require.Equal(t, "参数错误:", text)
	require.Equal(t, 5, data)
}

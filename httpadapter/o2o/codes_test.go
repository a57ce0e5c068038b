package o2o

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

// TestEveryKindHasARow: a new Kind is a new row here, and has a status as a page.
func TestEveryKindHasARow(t *testing.T) {
	t.Parallel()
	for _, k := range mall.Kinds() {
		r, ok := kinds[k]
		require.True(t, ok, k)
		require.NotZero(t, r.code, k)
		require.NotEmpty(t, r.text, k)
		require.NotContains(t, r.text, "%", k)
		require.GreaterOrEqual(t, pageStatuses[k], 400, k)
	}
}

// TestCodes: every row belongs to an error that the module declares.
func TestCodes(t *testing.T) {
	t.Parallel()
	declared, all := regexp.MustCompile(`\bE\((?:mall\.)?[A-Z][A-Za-z]+, "([a-z0-9_.]+)"`), map[string]bool{}
	require.NoError(t, filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		src, err := os.ReadFile(path)
		for _, m := range declared.FindAllStringSubmatch(string(src), -1) {
			all[m[1]] = true
		}
		return err
	}))
	require.Greater(t, len(all), 50)
	for code, r := range codes {
		require.True(t, all[code], "no error of code %s is declared", code)
		require.NotZero(t, r.code, code)
		require.NotEmpty(t, r.text, code)
	}
}

func TestAnswer(t *testing.T) {
	t.Parallel()
	r := answer(errors.New("disk on fire"))
	require.Equal(t, 500, r.code)
	require.NotContains(t, r.text, "disk")
	require.Equal(t, row{10001, "参数不合法:page"}, answer(fmt.Errorf("order: %w", mall.ErrInvalid.With("page"))))
	require.Equal(t, row{10001, "参数不合法:"}, answer(mall.ErrInvalid))
	require.Equal(t, "a起购数量为", answer(mall.E(mall.Invalid, "catalog.min_buy", "").With("a")).text)
	require.Equal(t, "起购数量为b", answer(mall.E(mall.Invalid, "catalog.min_buy", "").With("%v", "b")).text, "arguments are no text to be filled")
}

// TestCallersMistakes are refusals: they fill no log of faults.
func TestCallersMistakes(t *testing.T) {
	t.Parallel()
	for _, err := range []error{errToken, errOpenID, errAppID} {
		require.True(t, mall.Refused(err), err)
	}
}

// TestStatuses: every order has exactly one of the document's states, which is
// the filter that finds it.
func TestStatuses(t *testing.T) {
	t.Parallel()
	for _, phase := range order.Phases() {
		for _, claims := range []int64{0, 2} {
			var found []int64
			for n, s := range statuses {
				for _, p := range s.phases {
					if p == phase && (s.claiming == nil || *s.claiming == (claims > 0)) {
						found = append(found, n)
					}
				}
			}
			require.Len(t, found, 1, "%s with %d claims", phase, claims)
			require.Equal(t, found[0], statusOf(&order.Order{OpenClaims: claims}, phase))
		}
	}
}

// TestMasked: what others see of a person is too little to reach them.
func TestMasked(t *testing.T) {
	t.Parallel()
	require.Equal(t, "138****8001", masked("13800138001"))
	require.Equal(t, "****", masked("1380013"))
	require.Equal(t, "****", masked(""))
	require.Equal(t, "138****8001", nameOf("", "13800138001"))
}

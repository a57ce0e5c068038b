package manage_test

import (
	"io/fs"
	"net/http/httptest"
	"os"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/examples/mall/manage"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestThePageIsServedUnderAStrictPolicy: every file comes with its type and
// the policy, which allows nothing inline and no other host's scripts.
func TestThePageIsServedUnderAStrictPolicy(t *testing.T) {
	t.Parallel()
	h, err := manage.Handler("https://shop.example/base")
	require.NoError(t, err)
	for path, kind := range map[string]string{
		"": "text/html; charset=utf-8", "app.js": "text/javascript; charset=utf-8", "style.css": "text/css; charset=utf-8", "icon.svg": "image/svg+xml",
	} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", manage.Path+path, nil))
		require.Equal(t, 200, w.Code, path)
		require.Equal(t, kind, w.Header().Get("Content-Type"), path)
		require.Equal(t, "nosniff", w.Header().Get("X-Content-Type-Options"), path)
		policy := w.Header().Get("Content-Security-Policy")
		require.Contains(t, policy, "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: https://shop.example;")
		require.NotContains(t, policy, "unsafe", path)
	}
	for _, path := range []string{"nothing.js", "manage.go", "static/app.js"} {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest("GET", manage.Path+path, nil))
		require.Equal(t, 404, w.Code, path)
	}
	_, err = manage.Handler("http://%zz")
	require.Error(t, err)
}

// TestThePageWritesNoHTML: scripts make elements and texts only, and name no
// other host.
func TestThePageWritesNoHTML(t *testing.T) {
	t.Parallel()
	unsafe := regexp.MustCompile(`innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\(|new Function|https?://|<script>|style=| on[a-z]+="`)
	files := 0
	require.NoError(t, fs.WalkDir(os.DirFS("static"), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || strings.HasSuffix(path, ".svg") {
			return err
		}
		files++
		b, err := os.ReadFile("static/" + path)
		require.Empty(t, unsafe.FindAllString(string(b), -1), path)
		return err
	}))
	require.Greater(t, files, 5)
}

// TestTheMenuIsAddedOnce: by several processes that start together, and not
// again after staff deleted it.
func TestTheMenuIsAddedOnce(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		ctx := t.Context()
		var starting sync.WaitGroup
		var hosts [3]*httpadapter.Services
		errs := make([]error, len(hosts))
		for i := range hosts {
			var err error
			hosts[i], err = httpadapter.Assemble(store, httpadapter.Ports{}, httpadapter.Config{})
			require.NoError(t, err)
			starting.Go(func() { errs[i] = manage.AddMenu(ctx, hosts[i]) })
		}
		starting.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		added := func() (found []auth.MenuTree) {
			tree, err := hosts[0].Auth.MenuTree(ctx, auth.RoleRoot)
			require.NoError(t, err)
			for _, m := range tree {
				if m.Name == "商品管理" {
					found = append(found, m)
				}
			}
			return found
		}
		require.Len(t, added(), 1)
		require.NoError(t, hosts[0].Auth.DeleteMenu(ctx, mall.System(), added()[0].ID))
		require.NoError(t, manage.AddMenu(ctx, hosts[1]))
		require.Empty(t, added())
	})
}

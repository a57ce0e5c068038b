// Package manage is a small page for staff: a browser client of the management
// API (httpadapter/manager) without a build step. It shows what an
// installation's own back office would do, and is the ground of the browser run.
package manage

import (
	"embed"
	"io/fs"
	"net/http"
	"net/url"
)

// Path is the path below which a host mounts the page.
const Path = "/manage/"

//go:embed static
var files embed.FS

// Handler serves the page. public is the base URL of the host: pictures of
// goods come from there. Everything else comes from the page's own origin, and
// nothing inline is run.
func Handler(public string) (http.Handler, error) {
	static, err := fs.Sub(files, "static")
	if err != nil {
		return nil, err
	}
	at, err := url.Parse(public)
	if err != nil {
		return nil, err
	}
	policy := "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data: " + at.Scheme + "://" + at.Host +
		"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
	serve := http.StripPrefix(Path, http.FileServerFS(static))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cache-Control", "no-cache")
		serve.ServeHTTP(w, r)
	}), nil
}

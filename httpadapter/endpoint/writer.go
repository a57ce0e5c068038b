package endpoint

import (
	"hash/fnv"
	"net"
	"net/http"
	"strconv"
)

// writer remembers whether an answer has begun and adds the ETag of cached
// routes. Dialects write a whole answer in one Write.
type writer struct {
	http.ResponseWriter
	etag  *http.Request // set while the answer is to be tagged
	wrote bool
}

// WriteHeader passes the status on.
func (w *writer) WriteHeader(status int) {
	w.wrote = true
	w.ResponseWriter.WriteHeader(status)
}

// Write passes the answer on, or 304 when the client has it already.
func (w *writer) Write(b []byte) (int, error) {
	if w.etag != nil && !w.wrote {
		h := fnv.New64a()
		_, _ = h.Write(b)
		tag := `"` + strconv.FormatUint(h.Sum64(), 36) + `"`
		w.Header().Set("ETag", tag)
		w.Header().Set("Cache-Control", "no-cache")
		if w.etag.Header.Get("If-None-Match") == tag {
			w.WriteHeader(http.StatusNotModified)
			return len(b), nil
		}
	}
	w.wrote = true
	return w.ResponseWriter.Write(b)
}

// Unwrap lets http.ResponseController reach the connection.
func (w *writer) Unwrap() http.ResponseWriter { return w.ResponseWriter }

func hostOf(addr string) string {
	if host, _, err := net.SplitHostPort(addr); err == nil {
		return host
	}
	return addr
}

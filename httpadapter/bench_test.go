package httpadapter_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/gomall-dev/mall/storage/storagetest"
)

// BenchmarkRequests is one request through the whole adapter without network.
func BenchmarkRequests(b *testing.B) {
	kit := shop(b, storagetest.SQLite(b))
	token := kit.Register("ann")
	for name, c := range map[string]struct{ verb, target, body string }{
		"list":   {"POST", "/mall/shop/goods/list/v2", "page=1&pageSize=20"},
		"detail": {"GET", "/mall/shop/goods/detail?id=1", ""},
		"banner": {"GET", "/mall/banner/list?type=index", ""},
		"cart":   {"GET", "/mall/shopping-cart/info?token=" + token, ""},
		"none":   {"GET", "/mall/shop/goods/kanjia/set/v2", ""},
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				r := httptest.NewRequest(c.verb, c.target, strings.NewReader(c.body))
				r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
				w := &discard{header: http.Header{}}
				kit.Adapter.ServeHTTP(w, r)
				if w.n == 0 {
					b.Fatal("no answer")
				}
			}
		})
	}
}

// discard is a ResponseWriter that keeps nothing.
type discard struct {
	header http.Header
	n      int
}

func (d *discard) Header() http.Header { return d.header }
func (d *discard) WriteHeader(int)     {}
func (d *discard) Write(b []byte) (int, error) {
	d.n += len(b)
	return io.Discard.Write(b)
}

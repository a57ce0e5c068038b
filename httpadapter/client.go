package httpadapter

import (
	"net"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"time"
)

// clientAddr is how a request's network address is found: the peer's, unless
// the peer is a trusted proxy; then the last address in X-Forwarded-For that
// is none. Headers of others are not believed.
func clientAddr(trusted []netip.Prefix) func(*http.Request) string {
	ours := func(a netip.Addr) bool {
		for _, p := range trusted {
			if p.Contains(a) {
				return true
			}
		}
		return false
	}
	return func(r *http.Request) string {
		host, _, err := net.SplitHostPort(r.RemoteAddr)
		if err != nil {
			host = r.RemoteAddr
		}
		if len(trusted) == 0 {
			return host
		}
		at, err := netip.ParseAddr(host)
		if err != nil {
			return host
		}
		hops := strings.Split(strings.Join(r.Header.Values("X-Forwarded-For"), ","), ",")
		for i := len(hops) - 1; i >= 0 && ours(at.Unmap()); i-- {
			next, err := netip.ParseAddr(strings.TrimSpace(hops[i]))
			if err != nil {
				break
			}
			at = next
		}
		return at.Unmap().String()
	}
}

// Rate is a general limit per client address: PerSecond requests on average,
// Burst at once. It counts in this process only; limits that guard secrets are
// kept in the database by the services.
type Rate struct {
	PerSecond float64
	Burst     int
}

// buckets are the allowances by address. Full ones are forgotten once in a while.
type buckets struct {
	rate Rate
	mu   sync.Mutex
	by   map[string]*bucket
	tidy time.Time
}

type bucket struct {
	left float64
	at   time.Time
}

func newBuckets(r Rate) *buckets {
	if r.Burst <= 0 {
		r.Burst = max(int(r.PerSecond), 1)
	}
	return &buckets{rate: r, by: map[string]*bucket{}}
}

// take is whether one more request of addr is allowed at now.
func (b *buckets) take(addr string, now time.Time) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	if now.Sub(b.tidy) > time.Minute {
		full := time.Duration(float64(b.rate.Burst)/b.rate.PerSecond*float64(time.Second)) + time.Second
		for k, v := range b.by {
			if now.Sub(v.at) > full {
				delete(b.by, k)
			}
		}
		b.tidy = now
	}
	k := b.by[addr]
	if k == nil {
		k = &bucket{left: float64(b.rate.Burst), at: now}
		b.by[addr] = k
	}
	k.left = min(k.left+now.Sub(k.at).Seconds()*b.rate.PerSecond, float64(b.rate.Burst))
	k.at = now
	if k.left < 1 {
		return false
	}
	k.left--
	return true
}

// CORS says which web pages may call an API from a browser. The zero value
// allows none.
type CORS struct {
	Origins     []string // "https://shop.example"; "*" for all
	Headers     []string // request headers pages may send
	Credentials bool     // with cookies; refused together with "*"
}

// allow sets the headers for r's origin and says whether r is a preflight,
// which needs no further answer than 204.
func (c CORS) allow(w http.ResponseWriter, r *http.Request) (preflight bool) {
	origin := r.Header.Get("Origin")
	if origin == "" || len(c.Origins) == 0 {
		return false
	}
	h := w.Header()
	h.Add("Vary", "Origin")
	for _, o := range c.Origins {
		if o != "*" && o != origin {
			continue
		}
		h.Set("Access-Control-Allow-Origin", o)
		if c.Credentials && o != "*" {
			h.Set("Access-Control-Allow-Credentials", "true")
		}
		if r.Method != http.MethodOptions || r.Header.Get("Access-Control-Request-Method") == "" {
			return false
		}
		h.Set("Access-Control-Allow-Methods", "GET, POST")
		h.Set("Access-Control-Allow-Headers", strings.Join(c.Headers, ", "))
		h.Set("Access-Control-Max-Age", "600")
		return true
	}
	return false
}

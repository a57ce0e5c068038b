package httpadapter

import (
	"context"
	"errors"
	"log/slog"
	"net/http/httptest"
	"net/netip"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestClientAddr(t *testing.T) {
	t.Parallel()
	proxies := []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8"), netip.MustParsePrefix("::1/128")}
	for _, c := range []struct {
		trusted         []netip.Prefix
		peer, xff, want string
	}{
		{nil, "1.2.3.4:5", "9.9.9.9", "1.2.3.4"},
		{proxies, "1.2.3.4:5", "9.9.9.9", "1.2.3.4"},
		{proxies, "10.1.1.1:5", "9.9.9.9", "9.9.9.9"},
		{proxies, "10.1.1.1:5", "6.6.6.6, 9.9.9.9, 10.2.2.2", "9.9.9.9"},
		{proxies, "10.1.1.1:5", "", "10.1.1.1"},
		{proxies, "10.1.1.1:5", "nonsense", "10.1.1.1"},
		{proxies, "10.1.1.1:5", "10.3.3.3", "10.3.3.3"},
		{proxies, "[::1]:5", "2001:db8::1", "2001:db8::1"},
		{proxies, "[::ffff:10.1.1.1]:5", "9.9.9.9", "9.9.9.9"},
		{proxies, "@", "9.9.9.9", "@"},
	} {
		r := httptest.NewRequest("GET", "/", nil)
		r.RemoteAddr = c.peer
		if c.xff != "" {
			r.Header.Set("X-Forwarded-For", c.xff)
		}
		require.Equal(t, c.want, clientAddr(c.trusted)(r), "%+v", c)
	}
}

func TestBuckets(t *testing.T) {
	t.Parallel()
	b, now := newBuckets(Rate{PerSecond: 2, Burst: 3}), time.Unix(1000, 0)
	for range 3 {
		require.True(t, b.take("a", now))
	}
	require.False(t, b.take("a", now))
	require.True(t, b.take("b", now), "addresses do not share")
	require.True(t, b.take("a", now.Add(500*time.Millisecond)))
	require.False(t, b.take("a", now.Add(500*time.Millisecond)))
	require.True(t, b.take("c", now.Add(time.Hour)))
	require.Len(t, b.by, 1, "full buckets are forgotten")
}

func TestCORS(t *testing.T) {
	t.Parallel()
	try := func(c CORS, verb, origin string) (bool, string, string) {
		w, r := httptest.NewRecorder(), httptest.NewRequest(verb, "/", nil)
		r.Header.Set("Origin", origin)
		r.Header.Set("Access-Control-Request-Method", "POST")
		pre := c.allow(w, r)
		return pre, w.Header().Get("Access-Control-Allow-Origin"), w.Header().Get("Access-Control-Allow-Credentials")
	}
	pre, origin, cred := try(CORS{}, "OPTIONS", "https://a")
	require.False(t, pre)
	require.Empty(t, origin+cred)
	pre, origin, cred = try(CORS{Origins: []string{"https://a"}, Credentials: true}, "OPTIONS", "https://a")
	require.True(t, pre)
	require.Equal(t, "https://atrue", origin+cred)
	pre, origin, _ = try(CORS{Origins: []string{"https://a"}}, "GET", "https://b")
	require.False(t, pre)
	require.Empty(t, origin)
	_, origin, cred = try(CORS{Origins: []string{"*"}, Credentials: true}, "GET", "https://b")
	require.Equal(t, "*", origin+cred)
}

func TestSweeps(t *testing.T) {
	t.Parallel()
	var good atomic.Int64
	s := &Services{log: slog.New(slog.DiscardHandler), sweeps: []Sweep{
		{"bad", time.Millisecond, plain(func(context.Context) error { return errors.New("no") })},
		{"panics", time.Millisecond, plain(func(context.Context) error { panic("ouch") })},
		{"good", time.Millisecond, func(context.Context) (int, error) { return int(good.Add(1)), nil }},
	}}
	err := s.Sweep(t.Context())
	require.ErrorContains(t, err, "sweep bad: no")
	require.ErrorContains(t, err, "sweep panics: panic: ouch")
	require.Equal(t, int64(1), good.Load())

	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- s.Run(ctx) }()
	require.Eventually(t, func() bool { return good.Load() > 3 }, 5*time.Second, time.Millisecond)
	stop()
	require.NoError(t, <-done)
}

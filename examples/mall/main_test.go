package main

import (
	"bufio"
	"context"
	"io"
	"net/http"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// running is a host inside the test process.
type running struct {
	base string
	stop func() int // ends it as SIGTERM does and gives the exit code
}

// launch starts a host on a free port and waits until it is ready.
func launch(t *testing.T, args ...string) running {
	t.Helper()
	return launchWith(t, nil, args...)
}

// launchWith does so in an environment ("NAME=value").
func launchWith(t *testing.T, environ []string, args ...string) running {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	out, in := io.Pipe()
	log := &lockedBuffer{}
	code := make(chan int, 1)
	go func() {
		code <- run(ctx, append([]string{"-addr", "127.0.0.1:0"}, args...), environ, in, log)
		in.Close()
	}()
	line, err := bufio.NewReader(out).ReadString('\n')
	require.NoError(t, err, log)
	go func() { _, _ = io.Copy(io.Discard, out) }()
	r := running{base: strings.TrimSpace(strings.TrimPrefix(line, "listening on "))}
	ended := false
	r.stop = func() int {
		cancel()
		ended = true
		return <-code
	}
	t.Cleanup(func() {
		if !ended {
			r.stop()
		}
	})
	return r
}

func get(t *testing.T, url string) (int, string) {
	t.Helper()
	res, err := http.Get(url)
	require.NoError(t, err)
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	return res.StatusCode, string(body)
}

func TestTheHostStartsAnswersAndStops(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "mall.db")
	h := launch(t, "-db", db)
	status, body := get(t, h.base+"/healthz")
	require.Equal(t, http.StatusOK, status)
	require.Equal(t, "ok\n", body)
	status, body = get(t, h.base+"/")
	require.Equal(t, http.StatusOK, status)
	for _, part := range []string{"Admin123#", "demo123", h.base, "/sandbox/pay"} {
		require.Contains(t, body, part)
	}

	for _, path := range []string{"/manage", "/manage/"} {
		_, body = get(t, h.base+path)
		require.Contains(t, body, `src="app.js"`, path)
	}

	_, body = get(t, h.base+"/weather/getWeather?city=%E5%8D%97%E4%BA%AC")
	require.Contains(t, body, `"city":"南京"`)

	// A file has one process: the second one fails and says so.
	log := &lockedBuffer{}
	require.Equal(t, 1, run(t.Context(), []string{"-addr", "127.0.0.1:0", "-db", db}, nil, io.Discard, log))
	require.Contains(t, log.String(), "mall.db")
	require.Zero(t, h.stop())

	started := time.Now()
	again := launch(t, "-db", db)
	took := time.Since(started)
	require.Less(t, took, 2*time.Second, "ready on an existing database")
	t.Logf("ready on an existing database after %v", took)

	// The port is another one, and the pictures came along.
	_, body = get(t, again.base+"/mall/shop/goods/detail?id=1")
	require.Contains(t, body, again.base+"/demo/pictures/apple.png")
	require.NotContains(t, body, h.base)
	_, body = get(t, again.base+"/mall/banner/list?type=app")
	require.Contains(t, body, again.base+"/demo/pictures/banner-app.png")
	status, _ = get(t, again.base+"/demo/pictures/banner-app.png")
	require.Equal(t, http.StatusOK, status)
	require.Zero(t, again.stop())
}

func TestWithoutDemoAndSandbox(t *testing.T) {
	t.Parallel()
	h := launch(t, "-db", filepath.Join(t.TempDir(), "mall.db"), "-demo=false", "-sandbox=false")
	_, body := get(t, h.base+"/")
	require.NotContains(t, body, "Admin123#")
	require.NotContains(t, body, "/sandbox/pay")
	for _, path := range []string{"/sandbox/outbox?to=x", "/demo/pictures/apple.png"} {
		_, body = get(t, h.base+path)
		require.NotContains(t, body, "messages")
		require.NotContains(t, body, "PNG")
	}
	require.Zero(t, h.stop())
}

func TestRoutesArePrintedWithoutADatabase(t *testing.T) {
	t.Parallel()
	db := filepath.Join(t.TempDir(), "mall.db")
	out := &lockedBuffer{}
	require.Zero(t, run(t.Context(), []string{"-routes", "-db", db}, nil, out, io.Discard))
	require.NoFileExists(t, db)
	lines := strings.Split(strings.TrimSpace(out.String()), "\n")
	require.Greater(t, len(lines), 50)

	// Every first segment in use is refused as a subdomain.
	for _, line := range lines {
		fields := strings.Fields(line)
		segment, _, _ := strings.Cut(strings.Trim(fields[1], "/"), "/")
		if segment == "mall" || strings.HasPrefix(segment, "{") || segment == "" {
			continue
		}
		require.True(t, slices.Contains(segments, segment) || !subdomain.MatchString(segment), "segment %q", segment)
	}
}

func TestUsageErrorsEndWithTwo(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-nope"}, {"-subdomain", "UP"}, {"-subdomain", "notify"}} {
		require.Equal(t, 2, run(t.Context(), args, nil, io.Discard, io.Discard), args)
	}
	require.Equal(t, 2, run(t.Context(), nil, []string{"MALL_WXPAY_MCHID=1"}, io.Discard, io.Discard))
	require.Zero(t, run(t.Context(), []string{"-h"}, nil, io.Discard, io.Discard))
}

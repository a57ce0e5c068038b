package main

import (
	"bufio"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/examples/mall/sandbox"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// The crash test kills the host with SIGKILL at random points of a buying
// storm, while the sandbox gateway runs as a process of its own that is never
// killed. After the last restart the books must balance. MALL_CRASH_RUNS is
// how often it is killed on each database, by default once:
//
//	MALL_CRASH_RUNS=50 go test -run Crash -timeout 60m -v ./examples/mall
func crashRuns(t *testing.T) int {
	text := os.Getenv("MALL_CRASH_RUNS")
	if text == "" {
		return 1
	}
	n, err := strconv.Atoi(text)
	require.NoError(t, err, "MALL_CRASH_RUNS")
	return n
}

const (
	shoppers  = 6
	leastLife = 150 * time.Millisecond // of a host in the storm
	moreLife  = 900 * time.Millisecond
)

func TestCrashOnSQLite(t *testing.T) {
	crash(t, filepath.Join(t.TempDir(), "mall.db"))
}

func TestCrashOnPostgreSQL(t *testing.T) {
	crash(t, freshDatabase(t))
}

func crash(t *testing.T, db string) {
	bin, dir := build(t), t.TempDir()
	// The address stays, so that notices find the host again after a restart.
	addr := freeAddr(t)
	gateway := startGateway(t, bin, dir, addr)
	args := []string{"-addr", addr, "-db", db, "-files", filepath.Join(dir, "files"), "-gateway", gateway.base}

	seed := uint64(time.Now().UnixNano())
	t.Logf("seed %d", seed)
	rng := rand.New(rand.NewPCG(seed, 0))
	host := start(t, filepath.Join(bin, "mall"), args...)
	s := newStorm(gateway.base, host.base)
	require.NoError(t, s.browse(t.Context()))
	for run := range crashRuns(t) {
		ctx, cancel := context.WithCancel(t.Context())
		var storming sync.WaitGroup
		storming.Go(func() { s.rage(ctx, shoppers, seed+uint64(run)) })
		time.Sleep(leastLife + time.Duration(rng.Int64N(int64(moreLife))))
		host.kill()
		cancel()
		storming.Wait()
		host = start(t, filepath.Join(bin, "mall"), args...)
	}
	host.kill()
	t.Logf("%d orders placed, %d paid from the balance, %d payments settled at the gateway", s.placed, len(s.paid), len(s.settled))
	t.Logf("refused: %v", s.refused)
	require.NotZero(t, s.placed)
	audit(t, db, gateway.base, s)
}

// TestTwoHostsShareOneDatabase lets two processes work on one PostgreSQL: both
// take part of the load and both run the sweeps, and nothing is done twice.
func TestTwoHostsShareOneDatabase(t *testing.T) {
	db, bin, dir := freshDatabase(t), build(t), t.TempDir()
	addrs := [2]string{freeAddr(t), freeAddr(t)}
	gateway := startGateway(t, bin, dir, addrs[0])
	// Both start on the empty database at the same time.
	var hosts [2]*process
	var starting sync.WaitGroup
	for i := range hosts {
		starting.Go(func() {
			hosts[i] = start(t, filepath.Join(bin, "mall"), "-addr", addrs[i], "-db", db, "-files", filepath.Join(dir, "files"), "-gateway", gateway.base)
		})
	}
	starting.Wait()
	for _, h := range hosts {
		require.NotNil(t, h)
		defer h.kill()
	}
	s := newStorm(gateway.base, hosts[0].base, hosts[1].base)
	require.NoError(t, s.browse(t.Context()))
	// A busy machine takes longer until both have served somebody.
	for round := 0; round < 10 && (s.served[0] == 0 || s.served[1] == 0); round++ {
		ctx, cancel := context.WithTimeout(t.Context(), 3*time.Second)
		s.rage(ctx, shoppers, uint64(time.Now().UnixNano()))
		cancel()
	}
	for _, h := range hosts {
		h.kill()
	}
	require.Positive(t, s.served[0], "orders paid at the first host")
	require.Positive(t, s.served[1], "orders paid at the second host")
	audit(t, db, gateway.base, s)
}

// freshDatabase is an empty database on the test server.
func freshDatabase(t *testing.T) string {
	dsn := storagetest.PostgresDSN(t)
	name := fmt.Sprintf("crash_%d", time.Now().UnixNano())
	admin := openSQL(t, dsn)
	_, err := admin.Exec("CREATE DATABASE " + name)
	require.NoError(t, err)
	t.Cleanup(func() {
		_, err := admin.Exec("DROP DATABASE " + name + " WITH (FORCE)")
		require.NoError(t, err)
	})
	return withDatabase(t, dsn, name)
}

// tags are the build tags of this test binary: host and auditor open one
// database and need the same SQLite.
func tags() string {
	info, _ := debug.ReadBuildInfo()
	for _, s := range info.Settings {
		if s.Key == "-tags" {
			return s.Value
		}
	}
	return ""
}

// build compiles both programs once for the whole test process.
func build(t *testing.T) string {
	dir, err := built()
	require.NoError(t, err)
	return dir
}

var built = sync.OnceValues(func() (string, error) {
	dir, err := os.MkdirTemp("", "mall-crash")
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-tags", tags(), "-o", dir+string(filepath.Separator), ".", "./gateway").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w: %s", err, out)
	}
	return dir, nil
})

// process is a program that has said where it listens.
type process struct {
	cmd  *exec.Cmd
	base string
	log  *lockedBuffer
	once sync.Once
}

// start runs a program and waits for its line "listening on http://ADDR".
func start(t *testing.T, name string, args ...string) *process {
	p := &process{cmd: exec.Command(name, args...), log: &lockedBuffer{}}
	p.cmd.Stderr = p.log
	out, err := p.cmd.StdoutPipe()
	if !assertNoError(t, err) || !assertNoError(t, p.cmd.Start()) {
		return nil
	}
	t.Cleanup(p.kill)
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		p.kill()
		t.Errorf("%s did not start: %v\n%s", name, err, p.log)
		return nil
	}
	p.base = strings.TrimSpace(strings.TrimPrefix(line, "listening on "))
	return p
}

// startGateway runs the gateway, which notifies the host at an address.
func startGateway(t *testing.T, bin, dir, host string) *process {
	p := start(t, filepath.Join(bin, "gateway"), "-addr", "127.0.0.1:0", "-books", filepath.Join(dir, "gateway.books"),
		"-notify", "http://"+host+"/notify/"+sandbox.Provider)
	require.NotNil(t, p)
	return p
}

// kill ends the process by SIGKILL and waits until it is gone.
func (p *process) kill() {
	p.once.Do(func() {
		_ = p.cmd.Process.Kill()
		_ = p.cmd.Wait()
	})
}

func assertNoError(t *testing.T, err error) bool {
	if err != nil {
		t.Error(err)
	}
	return err == nil
}

// freeAddr is an address that nobody uses at the moment.
func freeAddr(t *testing.T) string {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	require.NoError(t, err)
	defer l.Close()
	return l.Addr().String()
}

//go:build unix

package pgtest

import (
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
)

// script makes and serves a cluster until its standard input ends: that is
// when the starting process calls stop, or is gone, however it went. It
// prints "ready" once the server answers.
const script = `
bin=$1 dir=$2 port=$3
"$bin/initdb" -D "$dir/data" -U postgres -A trust -E UTF8 --locale=C --no-sync >"$dir/log" 2>&1 || { cat "$dir/log" >&2; rm -rf "$dir"; exit 1; }
"$bin/postgres" -D "$dir/data" -k "$dir" -h 127.0.0.1 -p "$port" \
  -c fsync=off -c synchronous_commit=off -c full_page_writes=off -c shared_buffers=32MB \
  -c max_connections=200 -c autovacuum=off -c log_min_messages=fatal </dev/null >"$dir/log" 2>&1 &
pid=$!
trap 'kill -QUIT $pid 2>/dev/null; wait $pid 2>/dev/null; rm -rf "$dir"; exit 0' EXIT
trap '' INT HUP TERM
n=0
until "$bin/pg_isready" -q -h 127.0.0.1 -p "$port"; do
  n=$((n+1))
  if [ $n -gt 300 ] || ! kill -0 $pid 2>/dev/null; then cat "$dir/log" >&2; exit 1; fi
  sleep 0.05
done
echo ready
cat >/dev/null
`

// Start makes a cluster and serves it on a free port of 127.0.0.1 until stop
// is called or this process ends. The superuser is postgres, without password.
func Start() (dsn string, stop func() error, err error) {
	bin, err := find()
	if err != nil {
		return "", nil, err
	}
	dir, err := os.MkdirTemp("", "mallpg")
	if err != nil {
		return "", nil, err
	}
	cmd := exec.Command("/bin/sh", "-c", script, "pgtest", bin, dir, "")
	port, err := freePort()
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	cmd.Args[len(cmd.Args)-1] = strconv.Itoa(port)
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if os.Getuid() == 0 {
		if err := unprivileged(cmd, dir); err != nil {
			return "", nil, errors.Join(err, os.RemoveAll(dir))
		}
	}
	stop, err = run(cmd)
	if err != nil {
		return "", nil, errors.Join(err, os.RemoveAll(dir))
	}
	return fmt.Sprintf("postgres://postgres@127.0.0.1:%d/postgres?sslmode=disable", port), stop, nil
}

// alive holds the pipes of running clusters: one that is collected is closed,
// and its cluster ends, although nobody called stop.
var alive sync.Map

func run(cmd *exec.Cmd) (stop func() error, err error) {
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	var failure strings.Builder
	cmd.Stderr = &failure
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	alive.Store(cmd, in)
	stop = func() error {
		alive.Delete(cmd)
		return errors.Join(in.Close(), cmd.Wait())
	}
	said, _ := io.ReadAll(io.LimitReader(out, int64(len("ready"))))
	if string(said) != "ready" {
		return nil, fmt.Errorf("pgtest: server did not start: %w: %s", stop(), failure.String())
	}
	return stop, nil
}

// find gives the folder of the newest server binaries.
func find() (string, error) {
	if p, err := exec.LookPath("initdb"); err == nil {
		if p, err = filepath.EvalSymlinks(p); err == nil && has(filepath.Dir(p)) {
			return filepath.Dir(p), nil
		}
	}
	dirs, _ := filepath.Glob("/usr/lib/postgresql/*/bin")
	slices.SortFunc(dirs, func(a, b string) int { return major(b) - major(a) })
	for _, d := range dirs {
		if has(d) {
			return d, nil
		}
	}
	return "", ErrNoServer
}

func major(dir string) int {
	n, _ := strconv.Atoi(filepath.Base(filepath.Dir(dir)))
	return n
}

func has(dir string) bool {
	for _, b := range []string{"initdb", "postgres", "pg_isready"} {
		if _, err := os.Stat(filepath.Join(dir, b)); err != nil {
			return false
		}
	}
	return true
}

// unprivileged lets the cluster run as postgres or nobody: the server refuses root.
func unprivileged(cmd *exec.Cmd, dir string) error {
	for _, name := range []string{"postgres", "nobody"} {
		u, err := user.Lookup(name)
		if err != nil {
			continue
		}
		uid, _ := strconv.Atoi(u.Uid)
		gid, _ := strconv.Atoi(u.Gid)
		cmd.SysProcAttr.Credential = &syscall.Credential{Uid: uint32(uid), Gid: uint32(gid)}
		return os.Chown(dir, uid, gid)
	}
	return errors.New("pgtest: started by root, and there is neither a user postgres nor nobody")
}

func freePort() (int, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return 0, err
	}
	defer l.Close()
	return l.Addr().(*net.TCPAddr).Port, nil
}

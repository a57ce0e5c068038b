package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

type options struct {
	db, host, dir    string
	processes, dbpid int
	maxprocs         int
}

// hosts are the running host processes.
type hosts struct {
	cmds  []*exec.Cmd
	urls  []string
	ready time.Duration // from start to the first healthy answer, database and demo data there
	dbpid int
}

// start builds the host unless it is given, lets it create its database and
// demo data once, seeds, and starts it again for the measurements.
func start(ctx context.Context, o options, seed int) (*hosts, error) {
	if o.processes < 1 || o.processes > 8 || o.processes > 1 && !strings.Contains(o.db, "://") {
		return nil, errors.New("several processes need one PostgreSQL")
	}
	if o.host == "" {
		o.host = filepath.Join(o.dir, "mall")
		build := exec.CommandContext(ctx, "go", "build", "-o", o.host, "github.com/gomall-dev/mall/examples/mall")
		if out, err := build.CombinedOutput(); err != nil {
			return nil, fmt.Errorf("build the host: %w: %s", err, out)
		}
	}
	first := &hosts{dbpid: o.dbpid}
	if err := first.launch(ctx, o); err != nil {
		return nil, err
	}
	first.stop()
	if seed > 0 {
		if err := seedGoods(ctx, o.db, seed); err != nil {
			return nil, fmt.Errorf("seed: %w", err)
		}
	}
	h := &hosts{dbpid: o.dbpid}
	for range o.processes {
		if err := h.launch(ctx, o); err != nil {
			h.stop()
			return nil, err
		}
	}
	return h, nil
}

// launch starts one process and waits until it is healthy.
func (h *hosts) launch(ctx context.Context, o options) error {
	cmd := exec.CommandContext(ctx, o.host, "-addr", "127.0.0.1:0", "-db", o.db, "-files", filepath.Join(o.dir, "files"))
	cmd.Cancel = func() error { return cmd.Process.Signal(syscall.SIGTERM) }
	cmd.WaitDelay = 10 * time.Second
	if o.maxprocs > 0 {
		cmd.Env = append(os.Environ(), fmt.Sprintf("GOMAXPROCS=%d", o.maxprocs))
	}
	logFile, err := os.OpenFile(filepath.Join(o.dir, "host.log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	defer logFile.Close()
	cmd.Stderr = logFile
	out, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	began := time.Now()
	if err := cmd.Start(); err != nil {
		return err
	}
	h.cmds = append(h.cmds, cmd)
	lines := bufio.NewScanner(out)
	for lines.Scan() {
		url, ok := strings.CutPrefix(lines.Text(), "listening on ")
		if !ok {
			continue
		}
		res, err := http.Get(url + "/healthz")
		if err != nil {
			return err
		}
		_ = res.Body.Close()
		if res.StatusCode != http.StatusOK {
			return fmt.Errorf("health: %s", res.Status)
		}
		h.ready = time.Since(began)
		h.urls = append(h.urls, url)
		go func() { _, _ = io.Copy(io.Discard, out) }()
		return nil
	}
	b, _ := os.ReadFile(logFile.Name())
	return fmt.Errorf("the host ended before it was ready: %s", b)
}

// stop ends the processes this program started, and waits for them.
func (h *hosts) stop() {
	for _, c := range h.cmds {
		_ = c.Process.Signal(syscall.SIGTERM)
	}
	for _, c := range h.cmds {
		_ = c.Wait()
	}
}

// usage is what the processes have used so far.
type usage struct {
	server, database float64 // CPU seconds
	peakMB           float64 // the largest resident set of one host process
}

func (h *hosts) usage() usage {
	var u usage
	for _, c := range h.cmds {
		u.server += cpuSeconds(c.Process.Pid)
		u.peakMB = max(u.peakMB, peakMB(c.Process.Pid))
	}
	if h.dbpid > 0 {
		for _, p := range tree(h.dbpid) {
			u.database += cpuSeconds(p)
		}
	}
	return u
}

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/cms/file"
	"github.com/gomall-dev/mall/examples/mall/demo"
	"github.com/gomall-dev/mall/examples/mall/manage"
	"github.com/gomall-dev/mall/examples/mall/sandbox"
	"github.com/gomall-dev/mall/httpadapter"
)

const (
	// drain is how long running requests may take once the host is told to stop.
	drain = 10 * time.Second
	// headerTimeout ends connections that never send a request.
	headerTimeout = 10 * time.Second
	// maxHeader lets queries of a megabyte through to the APIs, which answer
	// them in their own form.
	maxHeader = 4 << 20
)

// serve opens the shop, serves it until ctx ends, and closes it.
func serve(ctx context.Context, o options, log *slog.Logger, stdout io.Writer) (err error) {
	if o.routes {
		return printRoutes(ctx, o, log, stdout)
	}
	listener, err := net.Listen("tcp", o.addr)
	if err != nil {
		return err
	}
	defer listener.Close()
	addr := reachable(listener.Addr())
	o.self = "http://" + addr
	if o.public == "" {
		o.public = o.self
	}
	s, err := open(ctx, o, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.close(context.WithoutCancel(ctx))) }()
	return s.run(ctx, listener, addr, stdout)
}

// reachable is an address as clients on this machine write it.
func reachable(a net.Addr) string {
	t, ok := a.(*net.TCPAddr)
	if !ok || !t.IP.IsUnspecified() {
		return a.String()
	}
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(t.Port))
}

// host is an open shop with its HTTP handler.
type host struct {
	store   sandbox.DB
	blobs   *file.Dir
	svc     *httpadapter.Services
	adapter *httpadapter.Adapter
	sandbox *sandbox.Sandbox // nil with -sandbox=false
	page    http.Handler
	manage  http.Handler // the page for staff
	demo    http.Handler // nil with -demo=false
	log     *slog.Logger
}

// open opens the database, wires the services and fills in the demo data.
func open(ctx context.Context, o options, log *slog.Logger) (_ *host, err error) {
	s := &host{log: log}
	if s.store, err = openStore(ctx, o, log); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, s.store.Close())
		}
	}()
	if s.blobs, err = file.OpenDir(o.files); err != nil {
		return nil, err
	}
	if err := s.assemble(ctx, o); err != nil {
		return nil, err
	}
	keys, err := managerKeys(ctx, s.svc)
	if err != nil {
		return nil, err
	}
	s.adapter, err = httpadapter.New(s.svc, httpadapter.AdapterConfig{
		Subdomain: o.subdomain, MerchantID: merchantNumber, Public: o.public, Logger: log, ManagerKeys: keys,
		Enable: faces, O2O: s.o2oConfig(o), Manager: o.managerConfig(),
	})
	if errors.Is(err, mall.ErrInvalid) {
		err = fmt.Errorf("%w: %w", errUsage, err)
	}
	if err != nil {
		return nil, err
	}
	if o.demo {
		s.demo = demo.ServePictures()
		if err := demo.Fill(ctx, s.svc, sandbox.AppID, o.public); err != nil {
			return nil, fmt.Errorf("demo data: %w", err)
		}
		if o.sandbox {
			if err := demo.Across(ctx, s.svc, sandbox.AppID2, o.public); err != nil {
				return nil, fmt.Errorf("demo data: %w", err)
			}
			if err := demo.Weather(ctx, s.svc); err != nil {
				return nil, fmt.Errorf("demo data: %w", err)
			}
		}
		if err := demo.Move(ctx, s.svc, s.store.Prefix, o.public); err != nil {
			return nil, fmt.Errorf("demo pictures: %w", err)
		}
	}
	if err := manage.AddMenu(ctx, s.svc); err != nil {
		return nil, fmt.Errorf("menu of goods: %w", err)
	}
	if s.manage, err = manage.Handler(o.public); err != nil {
		return nil, fmt.Errorf("page for staff: %w", err)
	}
	s.page, err = page(pageData{
		Public: o.public, Subdomain: o.subdomain, Merchant: merchantID, AppID: sandbox.AppID, Demo: o.demo, Sandbox: o.sandbox,
	})
	return s, err
}

// run serves requests and drives the sweeps until ctx ends.
func (s *host) run(ctx context.Context, listener net.Listener, addr string, stdout io.Writer) error {
	// Requests outlive ctx, which only says that no new ones are taken.
	server := &http.Server{Handler: s, ReadHeaderTimeout: headerTimeout, MaxHeaderBytes: maxHeader, ErrorLog: slog.NewLogLogger(s.log.Handler(), slog.LevelWarn)}
	served := make(chan error, 1)
	go func() { served <- server.Serve(listener) }()
	sweepCtx, stopSweeps := context.WithCancel(ctx)
	swept := make(chan error, 1)
	go func() { swept <- s.svc.Run(sweepCtx) }()

	fmt.Fprintln(stdout, "listening on http://"+addr)
	var err error
	select {
	case <-ctx.Done():
		s.log.Info("stopping")
		timeout, cancel := context.WithTimeout(context.WithoutCancel(ctx), drain)
		// Browsers that wait for a phone would hold up the server's end.
		err = errors.Join(s.adapter.Close(timeout), server.Shutdown(timeout))
		cancel()
	case err = <-served:
	}
	stopSweeps()
	return errors.Join(err, <-swept)
}

// close writes what is left in memory and ends the database.
func (s *host) close(ctx context.Context) error {
	return errors.Join(s.adapter.Close(ctx), s.svc.Close(ctx), s.blobs.Close(), s.store.Close())
}

// ServeHTTP answers the host's own few paths; everything else is the
// adapter's. A http.ServeMux in front would redirect doubled slashes, which
// clients of the original service send.
func (s *host) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch path := r.URL.Path; {
	case path == "/":
		s.page.ServeHTTP(w, r)
	case path == "/healthz":
		s.healthz(w, r)
	case strings.HasPrefix(path, manage.Path):
		s.manage.ServeHTTP(w, r)
	case path+"/" == manage.Path:
		http.Redirect(w, r, manage.Path, http.StatusMovedPermanently)
	case s.demo != nil && strings.HasPrefix(path, demo.Pictures):
		s.demo.ServeHTTP(w, r)
	case s.sandbox != nil && strings.HasPrefix(path, sandbox.Path):
		s.sandbox.ServeHTTP(w, r)
	default:
		s.adapter.ServeHTTP(w, r)
	}
}

// healthz says whether the database answers.
func (s *host) healthz(w http.ResponseWriter, r *http.Request) {
	if err := s.store.Ping(r.Context()); err != nil {
		s.log.Error("database does not answer", "error", err)
		http.Error(w, "database does not answer", http.StatusServiceUnavailable)
		return
	}
	fmt.Fprintln(w, "ok")
}

// printRoutes prints the route table, one line a route, without touching the
// database of -db.
func printRoutes(ctx context.Context, o options, log *slog.Logger, w io.Writer) (err error) {
	dir, err := os.MkdirTemp("", "mall-routes")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	o.db, o.files, o.demo = filepath.Join(dir, "mall.db"), filepath.Join(dir, "files"), false
	o.self = "http://127.0.0.1"
	s, err := open(ctx, o, log)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(s.close(ctx), err) }()
	table := tabwriter.NewWriter(w, 0, 4, 2, ' ', tabwriter.TabIndent)
	for _, r := range s.adapter.Routes() {
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", r.Verb, r.Path, r.Face, r.Access, r.Doc)
	}
	return table.Flush()
}

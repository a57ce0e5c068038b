package endpoint

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"path"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
)

// Options are those of a [Mux]. The zero value works.
type Options struct {
	Limits  Limits
	Timeout time.Duration // of one request; 30 s
	Logger  *slog.Logger  // slog.Default()
	// Addr is the network address of a client; the host part of RemoteAddr by default.
	Addr func(*http.Request) string
}

// Place is where and how a table of routes is mounted.
type Place struct {
	Dialect Dialect
	Prefix  string // literal, without trailing slash; "" for the root
	Name    string // what handlers see as Call.Place, to tell prefixes apart
}

// Info is a row of the route listing.
type Info struct {
	Face, Place, Verb, Path, Access, Doc string
	Fields                               []string
}

// Mux serves routes of several dialects. Mount everything before serving.
type Mux struct {
	opts   Options
	mux    *http.ServeMux    // patterns with wildcards, and subtrees
	paths  map[string]*paths // by full path; literal ones are looked up here first
	routes []Info
	owners map[string]Dialect // by prefix; "" owns the rest
	ends   []func(context.Context) error
}

// paths is one path with its routes by verb.
type paths struct {
	mux   *Mux
	place Place
	verbs map[string]*Route
}

// NewMux is an empty Mux.
func NewMux(o Options) *Mux {
	o.Limits = o.Limits.withDefaults()
	if o.Timeout <= 0 {
		o.Timeout = 30 * time.Second
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	if o.Addr == nil {
		o.Addr = func(r *http.Request) string { return hostOf(r.RemoteAddr) }
	}
	return &Mux{opts: o, mux: http.NewServeMux(), paths: map[string]*paths{}, owners: map[string]Dialect{}}
}

// Mount adds routes below a prefix. It is an error, never a panic, when a path
// is taken or a route cannot be served.
func (m *Mux) Mount(p Place, routes ...Route) error {
	for _, r := range routes {
		if err := r.check(); err != nil {
			return err
		}
		full := p.Prefix + r.Path
		at := m.paths[full]
		if at == nil {
			at = &paths{mux: m, place: p, verbs: map[string]*Route{}}
			if strings.Contains(full, "{") {
				if err := m.register(full, at); err != nil {
					return err
				}
			}
			m.paths[full] = at
		}
		verbs := []string{r.Verb}
		if r.Verb == "" {
			verbs = []string{http.MethodGet, http.MethodPost}
		}
		for _, v := range verbs {
			if at.verbs[v] != nil {
				return fmt.Errorf("endpoint: %s %s is mounted twice", v, full)
			}
			at.verbs[v] = &r
			m.routes = append(m.routes, Info{string(p.Dialect.Face()), p.Name, v, full, r.Level(), r.Doc, r.Fields()})
		}
	}
	return nil
}

// Handle adds a plain handler for a pattern without verb and host, as
// http.ServeMux takes them; the listing shows it under verb.
func (m *Mux) Handle(verb, pattern, doc string, h http.Handler) error {
	if err := m.register(pattern, h); err != nil {
		return err
	}
	m.routes = append(m.routes, Info{"-", "", verb, pattern, "none", doc, nil})
	return nil
}

// Addr is the network address of a request's client, see Options.Addr.
func (m *Mux) Addr(r *http.Request) string { return m.opts.Addr(r) }

// Logger takes what handlers beside the routes have to say.
func (m *Mux) Logger() *slog.Logger { return m.opts.Logger }

// OnClose adds what ends with the Mux: handlers whose work outlives their
// requests, such as sockets.
func (m *Mux) OnClose(fn func(ctx context.Context) error) { m.ends = append(m.ends, fn) }

// Close ends what outlives its requests and waits for it as long as ctx lives.
func (m *Mux) Close(ctx context.Context) error {
	var errs []error
	for _, fn := range m.ends {
		errs = append(errs, fn(ctx))
	}
	return errors.Join(errs...)
}

// Own makes a dialect answer whatever is not served below prefix; "" is
// everything that nobody else owns. Of nested prefixes, "/api" and "/api/user",
// the longer one counts.
func (m *Mux) Own(d Dialect, prefix string) error {
	if other := m.owners[prefix]; other != nil && other.Face() != d.Face() {
		return fmt.Errorf("endpoint: %q belongs to %s and to %s", prefix+"/", other.Face(), d.Face())
	}
	m.owners[prefix] = d
	return nil
}

// DialectOf is the dialect that answers a path, served or not.
func (m *Mux) DialectOf(p string) (Dialect, bool) {
	p = clean(p)
	if at := m.paths[p]; at != nil {
		return at.place.Dialect, true
	}
	for m.owners[p] == nil && p != "" {
		p = p[:max(strings.LastIndexByte(p, '/'), 0)]
	}
	d := m.owners[p]
	return d, d != nil
}

// clean resolves doubled slashes and dot segments; it copies only if there are any.
func clean(p string) string {
	if p == "" || p[0] != '/' || len(p) > 1 && p[len(p)-1] == '/' || strings.Contains(p, "//") || strings.Contains(p, "/.") {
		return path.Clean("/" + p)
	}
	return p
}

func (m *Mux) register(pattern string, h http.Handler) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("endpoint: %v", p)
		}
	}()
	m.mux.Handle(pattern, h)
	return nil
}

// Routes lists what is mounted, in the order of mounting.
func (m *Mux) Routes() []Info { return slices.Clone(m.routes) }

// ServeHTTP serves a request. Doubled slashes and dot segments are resolved
// here and answered; nobody is redirected.
func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if p := clean(r.URL.Path); p != r.URL.Path || r.URL.RawPath != "" {
		u := *r.URL
		u.Path, u.RawPath = p, ""
		c := *r
		c.URL = &u
		r = &c
	}
	if at := m.paths[r.URL.Path]; at != nil {
		at.ServeHTTP(w, r)
		return
	}
	if _, pattern := m.mux.Handler(r); pattern == "" {
		if d, ok := m.DialectOf(r.URL.Path); ok {
			d.NotFound(w, r)
			return
		}
	}
	m.mux.ServeHTTP(w, r)
}

// Call is what a handler may need to know of its request beside its fields.
type Call struct {
	Request *http.Request
	Place   string // Place.Name of the mount that was asked
	Addr    string // the client's address
	// Header are the headers of the answer, to be set before the handler
	// returns; nil outside of a request.
	Header http.Header
}

type callKey struct{}

// From is the Call of a handler's context; outside of one it is a zero Call.
func From(ctx context.Context) *Call {
	if c, ok := ctx.Value(callKey{}).(*Call); ok {
		return c
	}
	return &Call{}
}

// WithCall is ctx with another Call, for tests of handlers.
func WithCall(ctx context.Context, c *Call) context.Context {
	return context.WithValue(ctx, callKey{}, c)
}

// ServeHTTP finds the route of the verb and runs it.
func (at *paths) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	verb := r.Method
	if verb == http.MethodHead {
		verb = http.MethodGet
	}
	route := at.verbs[verb]
	if route == nil {
		route = at.verbs["*"]
	}
	if route == nil {
		at.place.Dialect.MethodNotAllowed(w, r)
		return
	}
	at.serve(w, r, route)
}

// serve is the one function every route goes through.
func (at *paths) serve(w http.ResponseWriter, r *http.Request, route *Route) {
	o, start := &at.mux.opts, time.Now()
	call := &Call{Request: r, Place: at.place.Name, Addr: o.Addr(r), Header: w.Header()}
	ctx, cancel := context.WithTimeout(context.WithValue(r.Context(), callKey{}, call), o.Timeout)
	defer cancel()
	out := &writer{ResponseWriter: w}
	who, err := at.answer(ctx, out, route, call)
	if err != nil && !out.wrote {
		out.etag = nil
		at.place.Dialect.Fail(out, r, err)
	}
	at.log(ctx, route, who, start, err)
}

// answer reads, admits, calls and writes what went well; the error is still to
// be answered unless writing has begun. Panics are logged with their stack.
func (at *paths) answer(ctx context.Context, out *writer, route *Route, call *Call) (who mall.Actor, err error) {
	o, d, r := &at.mux.opts, at.place.Dialect, call.Request
	defer func() {
		if p := recover(); p != nil {
			o.Logger.Error("panic in a handler", "route", route.Path, "panic", fmt.Sprint(p), "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p)
		}
	}()
	fields, err := read(r, o.Limits, route.plan.file)
	if r.MultipartForm != nil {
		defer r.MultipartForm.RemoveAll() //nolint:errcheck // temporary files
	}
	if err != nil {
		return who, err
	}
	if who, err = admit(ctx, d, route.Access, r, fields, call.Addr); err != nil {
		return who, err
	}
	if route.allow != nil {
		if err := route.allow(who); err != nil {
			return who, err
		}
	}
	src := source{fields: fields, absent: d.Absent}
	if r.MultipartForm != nil {
		src.files = r.MultipartForm.File
	}
	data, err := route.call(ctx, who, src)
	if err != nil {
		return who, err
	}
	if raw, ok := data.(Raw); ok {
		raw.ServeRaw(out, r)
		return who, nil
	}
	if route.cached {
		out.etag = r
	}
	return who, d.OK(out, r, data)
}

// admit finds out who asks and whether the route is open to them.
func admit(ctx context.Context, d Dialect, a Access, r *http.Request, f Fields, addr string) (mall.Actor, error) {
	nobody := mall.Actor{Face: d.Face(), Addr: addr}
	if a == Public {
		return nobody, nil
	}
	who, err := d.Who(ctx, r, f, addr)
	switch {
	case err != nil && a == Optional && errors.Is(err, mall.ErrUnauthenticated):
		return nobody, nil
	case err != nil:
		return nobody, err
	case a == Visitor && who.Session == 0, a != Optional && a != Visitor && who.Account == 0:
		return nobody, mall.ErrUnauthenticated
	case a == Staff && len(who.Rights) == 0:
		return who, mall.ErrDenied
	}
	if who.Account == 0 {
		who.Face, who.Addr = nobody.Face, nobody.Addr
	}
	return who, nil
}

// log writes one line a request without fields, tokens or query: what went
// well and refusals by their code at debug level, faults in full as errors.
func (at *paths) log(ctx context.Context, route *Route, who mall.Actor, start time.Time, err error) {
	level, text := slog.LevelDebug, "answered"
	switch {
	case err == nil:
	case mall.Refused(err):
		text = "refused"
	default:
		level, text = slog.LevelError, "failed"
	}
	l := at.mux.opts.Logger
	if !l.Enabled(ctx, level) {
		return
	}
	attrs := []slog.Attr{slog.String("face", string(at.place.Dialect.Face())), slog.String("route", route.Path),
		slog.Int64("account", int64(who.Account)), slog.Duration("took", time.Since(start))}
	if err != nil {
		attrs = append(attrs, slog.String("code", mall.CodeOf(err)))
	}
	if level == slog.LevelError {
		attrs = append(attrs, slog.String("error", err.Error()))
	}
	l.LogAttrs(ctx, level, text, attrs...)
}

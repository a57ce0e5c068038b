// Package endpoint turns plain functions into HTTP routes of a documented API.
// It knows no dialect and no domain: a [Dialect] says where fields and tokens
// stand and how answers look; a [Route] says which function runs.
//
//	type detailIn struct {
//		ID mall.ID `in:"id,required"`
//	}
//	route := endpoint.GET("/shop/detail", endpoint.Public, "one shop",
//		func(ctx context.Context, who mall.Actor, in detailIn) (*Shop, error) { … })
//	err := mux.Mount(endpoint.Place{Dialect: d, Prefix: "/mall"}, route)
//
// One generic function does the rest for every route: limits, decoding, access
// check, call, envelope, error mapping, recovery of panics and the log line.
package endpoint

import (
	"context"
	"fmt"
	"net/http"

	"github.com/gomall-dev/mall"
)

// Access says who may call a route.
type Access uint8

const (
	// Public routes take no session; a token that comes along is not looked at.
	Public Access = iota
	// Optional routes know the caller if there is a valid token and treat a bad one as absent.
	Optional
	// Buyer routes need the session of an account.
	Buyer
	// Staff routes need a session that carries at least one staff right.
	// Which one is checked by the service.
	Staff
	// Visitor routes need a session, which may be without an account.
	Visitor
)

// String is the access in one word, as route listings print it.
func (a Access) String() string {
	return [...]string{"none", "optional", "token", "staff", "visitor"}[a]
}

// Route is one documented operation. Routes are values: a dialect lists them
// once and mounts them under as many prefixes as it needs.
type Route struct {
	Verb   string // GET or POST; empty for both, "*" for every verb
	Path   string // below the prefix, "/shop/detail"
	Access Access
	Doc    string // one line for listings

	cached bool
	level  string                 // what listings print in place of Access
	allow  func(mall.Actor) error // narrows Access; nil for no more than that
	plan   *plan
	err    error // a request struct that cannot be bound; reported by Mount
	call   func(ctx context.Context, who mall.Actor, src source) (any, error)
}

// GET is a route for GET requests. Req is a struct whose fields carry `in` tags
// (see [Bind]); a Resp of nil is an answer without data, a [Raw] writes itself.
func GET[Req, Resp any](path string, a Access, doc string, fn func(context.Context, mall.Actor, Req) (Resp, error)) Route {
	return route(http.MethodGet, path, a, doc, fn)
}

// POST is a route for POST requests; see [GET].
func POST[Req, Resp any](path string, a Access, doc string, fn func(context.Context, mall.Actor, Req) (Resp, error)) Route {
	return route(http.MethodPost, path, a, doc, fn)
}

// Any is a route that answers GET and POST alike; see [GET].
func Any[Req, Resp any](path string, a Access, doc string, fn func(context.Context, mall.Actor, Req) (Resp, error)) Route {
	return route("", path, a, doc, fn)
}

// Every is a route that answers whatever verb; see [GET].
func Every[Req, Resp any](path string, a Access, doc string, fn func(context.Context, mall.Actor, Req) (Resp, error)) Route {
	return route("*", path, a, doc, fn)
}

// Allow narrows a route: of those whom its Access admits, fn says who may
// call it, before anything of the request is bound. Listings print level.
func (r Route) Allow(level string, fn func(mall.Actor) error) Route {
	r.level, r.allow = level, fn
	return r
}

// Level is the access in one word: that of Allow, or of Access.
func (r Route) Level() string {
	if r.level != "" {
		return r.level
	}
	return r.Access.String()
}

// Cached marks the answers of a public GET route as the same for everybody:
// they carry an ETag, and a client that has the current one is answered 304.
func (r Route) Cached() Route {
	r.cached = true
	return r
}

func route[Req, Resp any](verb, path string, a Access, doc string, fn func(context.Context, mall.Actor, Req) (Resp, error)) Route {
	p, err := planOf[Req]()
	return Route{Verb: verb, Path: path, Access: a, Doc: doc, plan: p, err: err,
		call: func(ctx context.Context, who mall.Actor, src source) (any, error) {
			var in Req
			if err := p.bind(&in, src); err != nil {
				return nil, err
			}
			out, err := fn(ctx, who, in)
			if err != nil {
				return nil, err
			}
			return out, nil
		}}
}

// Fields are the names of the fields that the route takes, in the order of its
// request struct.
func (r Route) Fields() []string {
	if r.plan == nil {
		return nil
	}
	names := make([]string, len(r.plan.fields))
	for i, f := range r.plan.fields {
		names[i] = f.name
	}
	return names
}

// check refuses routes that cannot be served.
func (r Route) check() error {
	switch {
	case r.err != nil:
		return fmt.Errorf("endpoint: %s: %w", r.Path, r.err)
	case r.call == nil:
		return fmt.Errorf("endpoint: %s has no handler", r.Path)
	case len(r.Path) < 2 || r.Path[0] != '/':
		return fmt.Errorf("endpoint: path %q does not start with a slash", r.Path)
	case r.cached && (r.Access != Public || r.Verb != http.MethodGet):
		return fmt.Errorf("endpoint: %s: only public GET routes may be cached", r.Path)
	}
	return nil
}

// Raw is the way out of the envelope: an answer that writes itself (an image,
// a file, a redirect). Unless it sets another Cache-Control it is not stored.
type Raw interface {
	ServeRaw(w http.ResponseWriter, r *http.Request)
}

// RawFunc is a function as a [Raw] answer.
type RawFunc func(w http.ResponseWriter, r *http.Request)

// ServeRaw calls the function.
func (f RawFunc) ServeRaw(w http.ResponseWriter, r *http.Request) { f(w, r) }

// Bytes is a [Raw] answer of one content type.
func Bytes(contentType string, body []byte) Raw {
	return RawFunc(func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h.Set("Content-Type", contentType)
		h.Set("X-Content-Type-Options", "nosniff")
		_, _ = w.Write(body)
	})
}

// Dialect is how one documented API speaks. Its methods are called from many
// goroutines.
type Dialect interface {
	// Face names the API; it is the face of every actor.
	Face() mall.Face
	// Who is the actor of the token in the request: a zero Account when there
	// is no token, mall.ErrUnauthenticated when it is not valid. Addr is the
	// client's address.
	Who(ctx context.Context, r *http.Request, f Fields, addr string) (mall.Actor, error)
	// Absent says whether a field's text stands for "not given".
	Absent(text string) bool
	// OK writes a successful answer; data is nil when there is none.
	OK(w http.ResponseWriter, r *http.Request, data any) error
	// Fail writes an error; unknown errors are internal and shown without details.
	Fail(w http.ResponseWriter, r *http.Request, err error)
	// NotFound answers a path that is not served.
	NotFound(w http.ResponseWriter, r *http.Request)
	// MethodNotAllowed answers a served path asked with another verb.
	MethodNotAllowed(w http.ResponseWriter, r *http.Request)
}

package manager

import (
	"context"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
)

// level says who may call a route. It stands on the line of the route in routes.go and is checked
// in one place, allow.
type level uint8

const (
	// public routes are open to everybody; a token that comes along is not looked at.
	public level = iota
	// anyone routes know the caller if there is a good token.
	anyone
	// user routes need a login.
	user
	// role routes need a role that holds the route's path as a right.
	role
	// root routes need the root role.
	root
)

// String is the level as the route list of the document names it.
func (l level) String() string { return [...]string{"none", "optional", "user", "role", "root"}[l] }

// access is what of the level the router checks: whether there is a login.
func (l level) access() endpoint.Access {
	switch l {
	case public:
		return endpoint.Public
	case anyone:
		return endpoint.Optional
	}
	return endpoint.Buyer
}

// errRight is the gate's refusal of somebody who is signed in.
var errRight = mall.E(mall.Denied, "manager.right", "role does not hold the right to this path")

// allow is the gate: whether somebody whom access admits may call a route.
// Rights are paths, whatever the verb. Sessions of scope general carry none,
// so they end at the level user, root's too.
func (l level) allow(right string) func(mall.Actor) error {
	return func(who mall.Actor) error {
		if l == role && !who.Has(right) || l == root && !who.Has(mall.RightAll) {
			return errRight
		}
		return nil
	}
}

// line is a route with its level.
type line struct {
	endpoint.Route
	level level
	right string // the path that a role must hold; the route's own unless it is an alias
}

// as makes a route another spelling of a documented one: its right is that one's.
func (l line) as(documented string) line {
	l.right = documented
	return l
}

// gated is the route behind its gate.
func (l line) gated() endpoint.Route { return l.Allow(l.level.String(), l.level.allow(l.right)) }

// get is a line for GET requests.
func get[Req, Resp any](path string, l level, doc string, fn func(context.Context, mall.Actor, Req) (Resp, error)) line {
	return line{endpoint.GET(path, l.access(), doc, fn), l, path}
}

// post is a line for POST requests.
func post[Req, Resp any](path string, l level, doc string, fn func(context.Context, mall.Actor, Req) (Resp, error)) line {
	return line{endpoint.POST(path, l.access(), doc, fn), l, path}
}

// both is a line for GET and POST requests: writes that are documented as GET
// are taken as POST too.
func both[Req, Resp any](path string, l level, doc string, fn func(context.Context, mall.Actor, Req) (Resp, error)) line {
	return line{endpoint.Any(path, l.access(), doc, fn), l, path}
}

// every is a line for whatever verb.
func every[Req, Resp any](path string, l level, doc string, fn func(context.Context, mall.Actor, Req) (Resp, error)) line {
	return line{endpoint.Every(path, l.access(), doc, fn), l, path}
}

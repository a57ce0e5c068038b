// Package o2o serves the user side of the O2O mini program documented as
// "用户端小程序接口列表": merchants nearby, their goods, orders redeemed on the
// spot, and payment across the mini programs of several operating centres.
//
// Its parts are the dialect (where tokens stand, how answers look), codes.go
// (errors to numbers and texts), routes.go (the index, one line a route) and a
// file of thin handlers per resource. Handlers call services and shape the
// answer; rules live in the services. README.md has the readings of what the
// document leaves open.
//
//	err := o2o.Mount(mux, o2o.Deps{Auth: accounts, Orders: orders, …}, o2o.Config{})
package o2o

import (
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/operator"
)

// Deps are the services behind the API; only WeChat, Map, Calendar and Now may
// be missing.
type Deps struct {
	Auth      *auth.Service
	Verify    *verify.Service
	WeChat    wechat.Client
	Scenes    *wechat.Scenes
	Operators *operator.Service
	Regions   *geo.Regions
	Map       geo.Locator // nil: Regions
	Catalog   *catalog.Service
	Shops     *shop.Service
	Orders    *order.Service
	Payments  *payment.Service

	Calendar mall.Calendar
	Now      func() time.Time // nil: the system clock
}

// Config is what the API must know of its installation.
type Config struct {
	// DefaultAppID is the mini program of callers that tell none; "" for none:
	// then they are answered 70011.
	DefaultAppID string
	// Provider is the name of WeChat Pay among the payment providers; default "wxpay".
	Provider string
	// RefundPartly lets buyers have the rest of an order refunded of which
	// codes were used; else a used code bars the refund.
	RefundPartly bool
	// Sandbox, if set, opens what the document has for tests; never in production.
	Sandbox *Sandbox
}

// prefix is where the document has the API.
const prefix = "/api/user"

// api is the receiver of all handlers.
type api struct {
	Deps
	cfg Config
	now func() time.Time // in milliseconds, UTC
}

// Mount adds the API to a mux, under /api/user as documented, and the page that
// leads from one mini program to another, /miniprogram_bridge/pay.
func Mount(mux *endpoint.Mux, d Deps, c Config) error {
	if c.Provider == "" {
		c.Provider = "wxpay"
	}
	a := &api{Deps: d, cfg: c, now: mall.Clock(d.Now)}
	dia := dialect{auth: d.Auth, operators: d.Operators, now: a.now}
	if err := mux.Mount(endpoint.Place{Name: "o2o", Dialect: dia, Prefix: prefix}, a.routes()...); err != nil {
		return err
	}
	if err := mux.Own(dia, prefix); err != nil {
		return err
	}
	page := pageDialect{dia}
	if err := mux.Mount(endpoint.Place{Name: "o2o", Dialect: page}, a.pages()...); err != nil {
		return err
	}
	return mux.Own(page, "/miniprogram_bridge")
}

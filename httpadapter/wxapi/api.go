// Package wxapi serves the API behind the npm SDK apifm-wxapi: clients written
// for it (mini programs, H5 shops) work against it unchanged.
//
// Its parts are the dialect (where tokens stand, how answers look), codes.go
// (errors to numbers and texts), routes.go (the index, one line a route) and a
// file of thin handlers per resource. Handlers call services and shape the
// answer; rules live in the services.
//
//	err := wxapi.Mount(mux, wxapi.Deps{Auth: accounts, Catalog: goods, …}, wxapi.Config{Subdomain: "mall", MerchantID: 951})
package wxapi

import (
	"context"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/address"
	"github.com/gomall-dev/mall/auth/captcha"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/cart"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/cms"
	"github.com/gomall-dev/mall/cms/file"
	"github.com/gomall-dev/mall/cms/qrcode"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/order"
	invoices "github.com/gomall-dev/mall/order/invoice"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/bill"
	"github.com/gomall-dev/mall/payment/deposit"
	"github.com/gomall-dev/mall/payment/membership"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/payment/wallet/withdraw"
)

// Deps are the services behind the API; only WeChat, Now and
// Calendar may be missing.
type Deps struct {
	Auth      *auth.Service
	Captcha   *captcha.Service
	Verify    *verify.Service
	WeChat    wechat.Client
	Members   *member.Service
	Addresses *address.Service
	Regions   *geo.Regions
	Catalog   *catalog.Service
	Stock     *stock.Service
	Shops     *shop.Service
	Carts     *cart.Service
	Orders    *order.Service
	Payments  *payment.Service
	Wallets   *wallet.Service
	Payouts   *withdraw.Service
	Deposits  *deposit.Service
	Bills     *bill.Service
	Levels    *membership.Service
	Invoices  *invoices.Service
	Points    *points.Service
	Coupons   *coupon.Service
	Content   *cms.Service
	Site      *site.Service
	Files     *file.Service
	QR        *qrcode.Service

	Calendar mall.Calendar
	Now      func() time.Time // nil: the system clock
}

// Config is what the API must know of its installation.
type Config struct {
	Subdomain  string // the tenant's segment, ^[a-z0-9-]{2,32}$
	MerchantID mall.ID
	// Public is the base URL under which clients reach the server, without a
	// trailing slash; picture addresses start with it. Empty: relative ones.
	Public string
}

// api is the receiver of all handlers.
type api struct {
	Deps
	cfg Config
	now func() time.Time // in milliseconds, UTC
}

// none is the fixed answer of capabilities that the shop does not have: 700.
func (a *api) none(context.Context, mall.Actor, struct{}) (any, error) { return nil, errNone }

// form is the host a request was meant for: clients of the original service
// speak to several, whose answers differ in shape at a few paths. It is the
// endpoint.Call.Place of a request.
type form string

const (
	formPlain  form = "plain"  // BASE/{subdomain}: one name for all hosts
	formAPI    form = "api"    // BASE/api/{subdomain}
	formCommon form = "common" // BASE/common/{subdomain}
	formCMS    form = "cms"    // BASE/cms/{subdomain} and BASE/{merchant id}
	formRoot   form = "root"   // BASE, without tenant
	formJDVop  form = "jdvop"  // BASE/jdvop/{merchant id}
)

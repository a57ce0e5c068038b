package httpadapter

import (
	"context"
	"errors"
	"log/slog"
	"sync"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/address"
	"github.com/gomall-dev/mall/auth/captcha"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/auth/qrlogin"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/auth/verify"
	"github.com/gomall-dev/mall/auth/visitor"
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
	"github.com/gomall-dev/mall/cms/student"
	"github.com/gomall-dev/mall/cms/weather"
	"github.com/gomall-dev/mall/httpadapter/manager"
	"github.com/gomall-dev/mall/httpadapter/o2o"
	"github.com/gomall-dev/mall/httpadapter/wxapi"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/order/invoice"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/bill"
	"github.com/gomall-dev/mall/payment/deposit"
	"github.com/gomall-dev/mall/payment/membership"
	"github.com/gomall-dev/mall/payment/operator"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/payment/wallet/withdraw"
	"github.com/gomall-dev/mall/storage"
)

// Ports are the outside parties. All are optional: what needs a missing one
// answers mall.ErrNotConfigured with the name of the field.
type Ports struct {
	WeChat    wechat.Client               // logins, phone numbers and codes of mini programs
	SMS       verify.SMSSender            // verification codes to mobile numbers
	Mail      verify.Mailer               // verification codes to mail addresses
	Providers map[string]payment.Provider // payment gateways by name, "wxpay"
	Blobs     file.Blobs                  // where uploaded files are kept
	Map       geo.Locator                 // in which district a point lies; default: embedded borders
	QRLogin   qrlogin.WeChat              // identities of who logs in at manager by QR code
	Weather   weather.Vendor              // default: the real vendor of the document
}

// Config adjusts the services; its zero value works. Now, Calendar and Logger
// go to every room whose own Config leaves them out.
type Config struct {
	Now      func() time.Time // the clock; nil is the system's
	Calendar mall.Calendar    // default: Asia/Shanghai
	Logger   *slog.Logger     // default: slog.Default()
	// Public is the base URL under which clients reach the server, without a
	// trailing slash; addresses of files start with it.
	Public string
	// KeepEvents is how long events stay in the outbox once every consumer has
	// handled them; default 30 days.
	KeepEvents time.Duration

	Secret   secret.Config
	Captcha  captcha.Config
	Verify   verify.Config
	Auth     auth.Config
	Scenes   wechat.SceneConfig
	Catalog  catalog.Config
	Shops    shop.Config
	Cart     cart.Config
	Order    order.Config // guards and watchers of orders are here
	Payment  payment.Config
	Operator operator.Config
	Wallet   wallet.Config
	Withdraw withdraw.Config // nil Rules: the settings withdrawal, WITHDRAW_MIN, WITHDRAW_FEE_RATE (1/10000), WITHDRAW_FEE_MIN
	Deposit  deposit.Config  // nil Fixed: the setting deposit_amount, yuan
	Bill     bill.Config
	Levels   membership.Config
	Coupon   coupon.Config
	Content  cms.Config
	Site     site.Config
	Files    file.Config
	QR       qrcode.Config
	QRLogin  qrlogin.Config
	Students student.Config
	Weather  weather.Config
}

// Services are the domain services of one shop, wired to one store.
type Services struct {
	Store     storage.Store
	Auth      *auth.Service
	Captcha   *captcha.Service
	Verify    *verify.Service
	Visitors  *visitor.Service
	WeChat    wechat.Client
	Scenes    *wechat.Scenes
	Members   *member.Service
	Addresses *address.Service
	Regions   *geo.Regions
	Catalog   *catalog.Service
	Stock     *stock.Service
	Shops     *shop.Service
	Carts     *cart.Service
	Orders    *order.Service
	Payments  *payment.Service
	Operators *operator.Service
	Wallets   *wallet.Service
	Payouts   *withdraw.Service
	Deposits  *deposit.Service
	Bills     *bill.Service
	Levels    *membership.Service
	Invoices  *invoice.Service
	Points    *points.Service
	Coupons   *coupon.Service
	Content   *cms.Service
	Site      *site.Service
	Files     *file.Service
	QR        *qrcode.Service
	QRLogins  *qrlogin.Service
	Students  *student.Service
	Weather   *weather.Service

	cfg    Config
	now    func() time.Time
	log    *slog.Logger
	maps   geo.Locator // Ports.Map
	sweeps []Sweep
	closed sync.Once
}

// Close writes what was only counted in memory. Run must have ended before;
// the store stays open, it belongs to who opened it.
func (s *Services) Close(ctx context.Context) (err error) {
	s.closed.Do(func() { err = errors.Join(s.Catalog.Flush(ctx)) })
	return err
}

// wxapi is what the wxapi handlers need.
func (s *Services) wxapi() wxapi.Deps {
	return wxapi.Deps{
		Auth: s.Auth, Captcha: s.Captcha, Verify: s.Verify, WeChat: s.WeChat, Members: s.Members, Addresses: s.Addresses, Regions: s.Regions,
		Catalog: s.Catalog, Stock: s.Stock, Shops: s.Shops, Carts: s.Carts, Orders: s.Orders,
		Payments: s.Payments, Wallets: s.Wallets, Payouts: s.Payouts, Deposits: s.Deposits, Bills: s.Bills, Levels: s.Levels, Invoices: s.Invoices, Points: s.Points, Coupons: s.Coupons,
		Content: s.Content, Site: s.Site, Files: s.Files, QR: s.QR,
		Calendar: s.cfg.Calendar, Now: s.cfg.Now,
	}
}

// manager is what the manager handlers need.
func (s *Services) manager() manager.Deps {
	return manager.Deps{
		Auth: s.Auth, Captcha: s.Captcha, Verify: s.Verify, Visitors: s.Visitors, Members: s.Members,
		Addresses: s.Addresses, Catalog: s.Catalog, Shops: s.Shops, Carts: s.Carts, Orders: s.Orders, Payments: s.Payments, Files: s.Files,
		QRLogins: s.QRLogins, Students: s.Students, Weather: s.Weather,
		Calendar: s.cfg.Calendar,
	}
}

// o2o is what the o2o handlers need.
func (s *Services) o2o() o2o.Deps {
	return o2o.Deps{
		Auth: s.Auth, Verify: s.Verify, WeChat: s.WeChat, Scenes: s.Scenes, Operators: s.Operators,
		Regions: s.Regions, Map: s.maps, Catalog: s.Catalog, Shops: s.Shops,
		Orders: s.Orders, Payments: s.Payments,
		Calendar: s.cfg.Calendar, Now: s.cfg.Now,
	}
}

// Package httpadapter wires the domain services to a store and serves the
// documented APIs over them.
//
//	svc, err := httpadapter.Assemble(store, httpadapter.Ports{}, httpadapter.Config{})
//	handler, err := httpadapter.New(svc, httpadapter.AdapterConfig{Subdomain: "mall", MerchantID: 951})
//	go svc.Run(ctx)
//	http.ListenAndServe(":8080", handler)
//
// Assemble makes every service and registers what rooms owe each other:
// purposes of payments, erasers of personal data, guards and watchers. After
// it nothing can be registered. README.md tells what each folder holds.
package httpadapter

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/address"
	"github.com/gomall-dev/mall/auth/captcha"
	"github.com/gomall-dev/mall/auth/member"
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
	"github.com/gomall-dev/mall/marketing"
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

// Assemble makes every service over one migrated store and seals them.
func Assemble(store storage.Store, ports Ports, cfg Config) (*Services, error) {
	if store == nil {
		return nil, errors.New("httpadapter: store is missing")
	}
	s := &Services{Store: store, WeChat: ports.WeChat, Regions: geo.Default(), maps: ports.Map, cfg: cfg.filled(), log: cfg.Logger}
	if s.log == nil {
		s.log = slog.Default()
	}
	s.now = mall.Clock(cfg.Now)
	for _, step := range []func(Ports) error{s.content, s.accounts, s.tools, s.goods, s.money, s.orders} {
		if err := step(ports); err != nil {
			return nil, fmt.Errorf("httpadapter: %w", err)
		}
	}
	if err := s.seal(); err != nil {
		return nil, fmt.Errorf("httpadapter: %w", err)
	}
	s.sweeps = s.table()
	return s, nil
}

// filled gives the common clock, calendar and address to the rooms that name none.
func (c Config) filled() Config {
	for _, now := range []*func() time.Time{
		&c.Captcha.Now, &c.Verify.Now, &c.Auth.Now, &c.Scenes.Now, &c.Catalog.Now, &c.Shops.Now, &c.Cart.Now, &c.Order.Now, &c.Payment.Now, &c.Operator.Now, &c.Wallet.Now, &c.Withdraw.Now, &c.Deposit.Now, &c.Bill.Now, &c.Levels.Now, &c.Coupon.Now, &c.Content.Now, &c.Site.Now, &c.Files.Now, &c.QR.Now, &c.QRLogin.Now, &c.Students.Now, &c.Weather.Now,
	} {
		if *now == nil {
			*now = c.Now
		}
	}
	for _, zone := range []*mall.Calendar{&c.Catalog.Calendar, &c.Order.Calendar, &c.Payment.Calendar, &c.Withdraw.Calendar, &c.Deposit.Calendar, &c.Levels.Calendar, &c.Coupon.Calendar, &c.Weather.Calendar} {
		if *zone == (mall.Calendar{}) {
			*zone = c.Calendar
		}
	}
	for _, log := range []**slog.Logger{&c.Site.Log, &c.Payment.Logger, &c.Weather.Logger} {
		if *log == nil {
			*log = c.Logger
		}
	}
	if c.KeepEvents <= 0 {
		c.KeepEvents = 30 * 24 * time.Hour
	}
	c.Public = strings.TrimRight(c.Public, "/")
	if c.Files.Public == "" {
		c.Files.Public = c.Public + "/files/"
	}
	return c
}

// content makes the services that know nobody else.
func (s *Services) content(p Ports) (err error) {
	if p.Blobs == nil {
		p.Blobs = noBlobs{}
	}
	if s.Files, err = file.New(file.Deps{Repo: s.Store.Files(), Tx: s.Store, Blobs: p.Blobs, Limits: s.Store.Limits()}, s.cfg.Files); err != nil {
		return err
	}
	if s.Site, err = site.New(site.Deps{Repo: s.Store.Site(), Documents: s.Store.Documents(), Limits: s.Store.Limits(), Tx: s.Store, Usage: s.Files}, s.cfg.Site); err != nil {
		return err
	}
	if s.Content, err = cms.New(cms.Deps{Repo: s.Store.Content(), Articles: s.Store.Articles(), Tx: s.Store}, s.cfg.Content); err != nil {
		return err
	}
	if s.cfg.QR.WeChat == nil {
		s.cfg.QR.WeChat = p.WeChat
	}
	s.QR, err = qrcode.New(qrcode.Deps{Files: s.Files}, s.cfg.QR)
	return err
}

// accounts makes auth and its rooms.
func (s *Services) accounts(p Ports) (err error) {
	st, hasher := s.Store, secret.New(s.cfg.Secret)
	if s.Captcha, err = captcha.New(captcha.Deps{Tx: st, Repository: st.Captchas(), Limits: st.Limits()}, s.cfg.Captcha); err != nil {
		return err
	}
	if s.cfg.Verify.NeedPicture == nil {
		s.cfg.Verify.NeedPicture = func(ctx context.Context, face mall.Face) (bool, error) {
			return face != mall.FaceO2O && s.Site.Bool(ctx, "sms_need_pic_code", false), nil
		}
	}
	if s.Verify, err = verify.New(verify.Deps{Tx: st, Repository: st.Codes(), Limits: st.Limits(), SMS: p.SMS, Mail: p.Mail, Pictures: s.Captcha}, s.cfg.Verify); err != nil {
		return err
	}
	if s.Visitors, err = visitor.New(visitor.Deps{Tx: st, Repository: st.VisitorNotes()}, visitor.Config{Now: s.cfg.Now}); err != nil {
		return err
	}
	if s.Auth, err = auth.New(auth.Deps{Tx: st, Outbox: st, Repository: st.Accounts(), Sessions: st.Sessions(), Limits: st.Limits(), Hasher: hasher, Codes: s.Verify}, s.cfg.Auth); err != nil {
		return err
	}
	payable := func(ctx context.Context, account mall.ID, number string, centre mall.ID) error {
		return s.Orders.Payable(ctx, account, order.Ref{Number: number}, centre)
	}
	if s.Scenes, err = wechat.NewScenes(wechat.SceneDeps{Tx: st, Scenes: st.Scenes(), Limits: st.Limits(), Accounts: s.Auth, Payable: payable, Client: p.WeChat}, s.cfg.Scenes); err != nil {
		return err
	}
	if s.Members, err = member.New(member.Deps{Tx: st, Outbox: st, Repository: st.Members()}, member.Config{Now: s.cfg.Now, Calendar: s.cfg.Calendar}); err != nil {
		return err
	}
	if s.Addresses, err = address.New(address.Deps{Tx: st, Repository: st.Addresses()}, address.Config{Now: s.cfg.Now, Regions: s.Regions}); err != nil {
		return err
	}
	if s.cfg.Wallet.Mobiles == nil {
		s.cfg.Wallet.Mobiles = s.Auth
	}
	s.Wallets, err = wallet.New(wallet.Deps{Repo: st.Wallets(), Tx: st, Outbox: st, Hasher: hasher}, s.cfg.Wallet)
	return err
}

// goods makes the catalogue and the carts.
func (s *Services) goods(Ports) (err error) {
	st := s.Store
	if s.Stock, err = stock.New(stock.Deps{Tx: st, Stock: st.Stock()}, stock.Config{Now: s.cfg.Now}); err != nil {
		return err
	}
	if s.Catalog, err = catalog.New(catalog.Deps{Tx: st, Outbox: st, Repo: st.Catalog(), Stock: s.Stock}, s.cfg.Catalog); err != nil {
		return err
	}
	if s.Shops, err = shop.New(shop.Deps{Tx: st, Outbox: st, Repo: st.Shops()}, s.cfg.Shops); err != nil {
		return err
	}
	s.Carts, err = cart.New(cart.Deps{Repo: st.Carts(), Tx: st, Catalog: s.Catalog, Stock: s.Stock, Members: s.Members}, s.cfg.Cart)
	return err
}

// money makes payments and points.
func (s *Services) money(p Ports) (err error) {
	st, c := s.Store, s.cfg.Payment
	if c.Providers == nil {
		c.Providers = p.Providers
	}
	if c.NeedPassword == nil {
		c.NeedPassword = func(ctx context.Context, _ mall.Actor) (bool, error) {
			return s.Site.Bool(ctx, "balance_pay_pwd", false), nil
		}
	}
	if s.Points, err = points.New(points.Deps{Repo: st.Points(), Tx: st, Outbox: st}, points.Config{Now: s.cfg.Now}); err != nil {
		return err
	}
	if s.Operators, err = operator.New(operator.Deps{Tx: st, Outbox: st, Repo: st.Operators()}, s.cfg.Operator); err != nil {
		return err
	}
	if c.Merchants == nil {
		c.Merchants = s.Operators
	}
	if s.Payments, err = payment.New(payment.Deps{Tx: st, Outbox: st, Repo: st.Payments(), Wallet: s.Wallets}, c); err != nil {
		return err
	}
	return s.papers(c.NeedPassword)
}

// papers makes what moves money besides orders: withdrawals, deposits, bills, memberships.
func (s *Services) papers(needPassword func(context.Context, mall.Actor) (bool, error)) (err error) {
	st, w := s.Store, s.cfg.Withdraw
	if w.NeedPassword == nil {
		w.NeedPassword = needPassword
	}
	if w.Rules == nil {
		w.Rules = func(ctx context.Context) (withdraw.Rules, error) {
			return withdraw.Rules{Closed: !s.Site.Bool(ctx, "withdrawal", true), Min: s.Site.Money(ctx, "WITHDRAW_MIN", 0),
				Rate: mall.Rate(s.Site.Int(ctx, "WITHDRAW_FEE_RATE", 0)), MinFee: s.Site.Money(ctx, "WITHDRAW_FEE_MIN", 0)}, nil
		}
	}
	if s.Payouts, err = withdraw.New(withdraw.Deps{Repo: st.Withdrawals(), Tx: st, Outbox: st, Wallets: s.Wallets}, w); err != nil {
		return err
	}
	d := s.cfg.Deposit
	if d.NeedPassword == nil {
		d.NeedPassword = needPassword
	}
	if d.Fixed == nil {
		d.Fixed = func(ctx context.Context) (mall.Money, error) { return s.Site.Money(ctx, "deposit_amount", 0), nil }
	}
	if s.Deposits, err = deposit.New(deposit.Deps{Repo: st.Deposits(), Tx: st, Outbox: st, Payments: s.Payments}, d); err != nil {
		return err
	}
	if s.Bills, err = bill.New(bill.Deps{Repo: st.Bills(), Tx: st, Outbox: st, Payments: s.Payments}, s.cfg.Bill); err != nil {
		return err
	}
	l := s.cfg.Levels
	if l.NeedPassword == nil {
		l.NeedPassword = needPassword
	}
	s.Levels, err = membership.New(membership.Deps{Repo: st.Memberships(), Tx: st, Outbox: st, Members: s.Members, Payments: s.Payments}, l)
	return err
}

// orders makes the orders and what reduces them, which register their purposes
// at the payments.
func (s *Services) orders(Ports) (err error) {
	st, c := s.Store, s.cfg.Order
	if c.Clerk == nil {
		c.Clerk = s.clerk
	}
	s.Coupons, err = coupon.New(coupon.Deps{Repo: st.Coupons(), Tx: st, Outbox: st, Stock: s.Stock, Catalog: s.Catalog, Points: s.Points,
		Payments: s.Payments, Accounts: s.Auth, Limits: st.Limits()}, s.cfg.Coupon)
	if err != nil {
		return err
	}
	c.Offers = append([]marketing.Source{s.Coupons}, c.Offers...)
	s.Orders, err = order.New(order.Deps{
		Tx: st, Outbox: st, Orders: st.Orders(), Claims: st.Claims(), Codes: st.RedemptionCodes(), Purchases: st.Purchases(),
		Catalog: s.Catalog, Stock: s.Stock, Shops: s.Shops, Carts: s.Carts, Members: s.Members, Payments: s.Payments, Points: s.Points,
	}, c)
	if err != nil {
		return err
	}
	s.Invoices, err = invoice.New(invoice.Deps{Repo: st.Invoices(), Tx: st, Outbox: st, Orders: s.Orders, Wallets: s.Wallets}, invoice.Config{Now: s.cfg.Now})
	return err
}

// clerk is whether the account may redeem codes of a shop: the setting
// order_hx_uids, a comma list, names it, or it is the merchant whose shop this is.
func (s *Services) clerk(ctx context.Context, account, at mall.ID) (bool, error) {
	list, _, err := s.Site.Value(ctx, "order_hx_uids")
	if err != nil {
		return false, err
	}
	if slices.Contains(strings.Split(strings.ReplaceAll(list, " ", ""), ","), strconv.FormatInt(int64(account), 10)) {
		return true, nil
	}
	if at == 0 {
		return false, nil
	}
	own, err := s.Shops.Get(ctx, at)
	if mall.KindOf(err) == mall.NotFound {
		return false, nil
	}
	return err == nil && own.Applicant == account && own.Audit == shop.Approved, err
}

// seal registers the erasers of every room and ends all registration.
func (s *Services) seal() error {
	for _, e := range []struct {
		name string
		auth.Eraser
	}{
		{"address", s.Addresses.Eraser()},
		{"order", s.Orders.Eraser()},
		{"payment", s.Payments.Eraser()},
		{"wallet", s.Wallets.Eraser()},
		{"withdrawals", s.Payouts.Eraser()},
		{"deposits", s.Deposits.Eraser()},
		{"bills", auth.Eraser{Export: s.Bills.Export}},
		{"memberships", s.Levels.Eraser()},
		{"invoices", s.Invoices.Eraser()},
		{"points", s.Points.Eraser()},
		{"coupons", s.Coupons.Eraser()},
		{"catalog", auth.Eraser{Erase: s.Catalog.Erase, Export: s.Catalog.Export}},
		{"file", auth.Eraser{Erase: s.Files.Erase, Export: s.Files.Export}},
		{"stock", auth.Eraser{Erase: s.Stock.Erase}},
		{"cart", auth.Eraser{Erase: s.Carts.Erase, Export: s.Carts.Export}},
		{"cms", auth.Eraser{Erase: s.Content.Erase, Export: s.Content.Export}},
		{"site", auth.Eraser{Erase: s.Site.Erase, Export: s.Site.Export}},
	} {
		s.Auth.OnErase(e.name, e.Eraser)
	}
	s.Auth.Seal()
	return s.Payments.Seal()
}

// batch is how many things one run of a sweep takes at most.
const batch = 100

// table lists the sweeps of all rooms. Orders come before payments: what one
// closes the other need not ask for.
func (s *Services) table() []Sweep {
	return []Sweep{
		{"orders to expire", 5 * time.Second, limited(s.Orders.SweepExpire)},
		{"payments", 5 * time.Second, limited(s.Payments.SweepPayments)},
		{"refunds", 5 * time.Second, limited(s.Payments.SweepRefunds)},
		{"memberships to renew", time.Minute, limited(s.Levels.SweepRenewals)},
		{"counters", 5 * time.Second, plain(s.Catalog.Flush)},
		{"shops without index", time.Hour, limited(s.Shops.SweepUnindexed)},
		{"orders to receive", time.Minute, limited(s.Orders.SweepReceive)},
		{"orders to review", time.Minute, limited(s.Orders.SweepReview)},
		{"coupons to expire", time.Minute, limited(s.Coupons.SweepExpired)},
		{"tried redemption codes", 10 * time.Minute, plain(s.Orders.SweepCodes)},
		{"sessions", 10 * time.Minute, plain(func(ctx context.Context) error { return s.Auth.Sweep(ctx, batch) })},
		{"verification codes", 10 * time.Minute, plain(func(ctx context.Context) error { return s.Verify.Sweep(ctx, batch) })},
		{"picture codes", 10 * time.Minute, plain(func(ctx context.Context) error { return s.Captcha.Sweep(ctx, batch) })},
		{"QR logins", 10 * time.Minute, plain(func(ctx context.Context) error { return s.QRLogins.Sweep(ctx, batch) })},
		{"weather", time.Minute, s.Weather.Sync},
		{"old weather", 6 * time.Hour, limited(s.Weather.Forget)},
		{"scenes", 10 * time.Minute, plain(func(ctx context.Context) error { return s.Scenes.Sweep(ctx, batch) })},
		{"notes of visitors", 10 * time.Minute, plain(func(ctx context.Context) error { return s.Visitors.Sweep(ctx, batch) })},
		{"unpaid memberships", time.Hour, limited(s.Levels.SweepDrafts)},
		{"payment notices", time.Hour, limited(s.Payments.SweepNotices)},
		{"payment bills", 10 * time.Minute, limited(s.Payments.SweepBills)},
		{"old payment bills", 6 * time.Hour, limited(s.Payments.SweepOldBills)},
		{"expired files", 10 * time.Minute, s.Files.Sweep},
		{"files without owner", 6 * time.Hour, s.Files.Orphans},
		{"handled events", time.Hour, func(ctx context.Context) (int, error) {
			n, err := s.Store.PurgeEvents(ctx, s.now().Add(-s.cfg.KeepEvents))
			return int(n), err
		}},
	}
}

func limited(fn func(context.Context, int) (int, error)) func(context.Context) (int, error) {
	return func(ctx context.Context) (int, error) { return fn(ctx, batch) }
}

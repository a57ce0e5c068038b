package order_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/cart"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// world is a shop with everything that orders need, a clock to turn and a
// gateway that does as it is told.
type world struct {
	store    storage.Store
	clock    *clock
	gate     *gate
	catalog  *catalog.Service
	stock    *stock.Service
	shops    *shop.Service
	carts    *cart.Service
	points   *points.Service
	wallets  *wallet.Service
	payments *payment.Service
	orders   *order.Service
	members  *member.Service
	tea      mall.ID // 10.00, 100 in stock, all after-sale types
	cup      mall.ID // 3.33 and 5 points, 100 in stock, all after-sale types
	last     mall.ID // 5.00, 1 in stock
	free     mall.ID // 0.00, 100 in stock
	few      mall.ID // 1.00, unlimited stock, 3 per buyer and day
	far      mall.ID // 2.00, of shop 2
}

type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) turn(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// gate is a payment gateway in memory. It asserts that nobody calls it inside
// a transaction.
type gate struct {
	mu     sync.Mutex
	paid   map[string]payment.Result
	closed map[string]bool
	mute   bool  // answers nothing
	broken error // what asking to close fails with
}

func (g *gate) outcome(ctx context.Context, number string) payment.Result {
	if mall.InTx(ctx) {
		panic("gateway called inside a transaction")
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	switch r, ok := g.paid[number]; {
	case g.mute:
		return payment.Result{Outcome: payment.Unknown, Number: number}
	case ok:
		return r
	case g.closed[number]:
		return payment.Result{Outcome: payment.Closed, Number: number}
	}
	return payment.Result{Outcome: payment.Waiting, Number: number}
}

func (g *gate) Create(ctx context.Context, r payment.Request) (payment.Opening, error) {
	g.outcome(ctx, r.Number)
	return payment.Opening{Outcome: payment.Waiting, Prepay: "p" + r.Number, Params: map[string]string{"prepay": r.Number}}, nil
}

func (g *gate) Query(ctx context.Context, q payment.Query) (payment.Result, error) {
	return g.outcome(ctx, q.Number), nil
}

func (g *gate) Close(ctx context.Context, q payment.Query) (payment.Result, error) {
	if g.broken != nil {
		return payment.Result{}, g.broken
	}
	r := g.outcome(ctx, q.Number)
	if r.Outcome == payment.Waiting {
		g.mu.Lock()
		g.closed[q.Number] = true
		g.mu.Unlock()
		r.Outcome = payment.Closed
	}
	return r, nil
}

func (g *gate) Refund(_ context.Context, r payment.RefundRequest) (payment.RefundResult, error) {
	return payment.RefundResult{Outcome: payment.Settled, Receipt: "r" + r.RefundNumber, Amount: r.Amount}, nil
}

func (g *gate) QueryRefund(ctx context.Context, r payment.RefundRequest) (payment.RefundResult, error) {
	return g.Refund(ctx, r)
}

func (g *gate) ParseNotice(_ context.Context, _ payment.Header, body []byte) (payment.Notice, error) {
	var r payment.Result
	err := json.Unmarshal(body, &r)
	return payment.Notice{Result: r}, err
}

func (g *gate) Answer(ok bool, _ string) payment.NoticeAnswer {
	return payment.NoticeAnswer{Accepted: ok}
}

// settle lets the gateway have been paid, and sends the notice.
func (w *world) settle(t testing.TB, p *payment.Opened) {
	t.Helper()
	_, err := w.notify(t.Context(), w.paid(p))
	require.NoError(t, err)
}

func (w *world) paid(p *payment.Opened) payment.Result {
	w.gate.mu.Lock()
	defer w.gate.mu.Unlock()
	r := payment.Result{Outcome: payment.Settled, Number: p.Number, Transaction: "t" + p.Number, Amount: p.Amount, Paid: w.clock.now()}
	w.gate.paid[p.Number] = r
	return r
}

func (w *world) notify(ctx context.Context, r payment.Result) (payment.NoticeAnswer, error) {
	body, err := json.Marshal(r)
	if err != nil {
		return payment.NoticeAnswer{}, err
	}
	return w.payments.Notify(ctx, "gate", nil, body)
}

var staff = mall.Actor{Account: 1, Face: mall.FaceManager, Rights: []string{order.RightManage}}

func buyer(n int) mall.Actor {
	return mall.Actor{Account: mall.ID(100 + n), Face: mall.FaceWXAPI, Addr: "192.0.2.7"}
}

var home = order.Address{LinkMan: "张三", Mobile: "13800000000", ProvinceID: "330000000000", CityID: "330100000000",
	DistrictID: "330106000000", Detail: "文三路 1 号"}

// build makes a world on a store; edit may change the configuration.
func build(ctx context.Context, store storage.Store, edit func(*order.Config)) (*world, error) {
	w := &world{store: store, clock: &clock{at: time.Date(2026, 5, 1, 4, 0, 0, 0, time.UTC)},
		gate: &gate{paid: map[string]payment.Result{}, closed: map[string]bool{}}}
	now := w.clock.now
	var errs []error
	keep := func(err error) { errs = append(errs, err) }
	var err error
	w.stock, err = stock.New(stock.Deps{Tx: store, Stock: store.Stock()}, stock.Config{Now: now})
	keep(err)
	w.catalog, err = catalog.New(catalog.Deps{Tx: store, Outbox: store, Repo: store.Catalog(), Stock: w.stock}, catalog.Config{Now: now})
	keep(err)
	w.members, err = member.New(member.Deps{Tx: store, Outbox: store, Repository: store.Members()}, member.Config{Now: now})
	keep(err)
	w.carts, err = cart.New(cart.Deps{Repo: store.Carts(), Tx: store, Catalog: w.catalog, Stock: w.stock, Members: w.members}, cart.Config{Now: now})
	keep(err)
	w.points, err = points.New(points.Deps{Repo: store.Points(), Tx: store, Outbox: store}, points.Config{Now: now})
	keep(err)
	w.wallets, err = wallet.New(wallet.Deps{Repo: store.Wallets(), Tx: store, Outbox: store, Hasher: secret.New(secret.Config{})}, wallet.Config{Now: now})
	keep(err)
	w.payments, err = payment.New(payment.Deps{Tx: store, Outbox: store, Repo: store.Payments(), Wallet: w.wallets},
		payment.Config{Now: now, Providers: map[string]payment.Provider{"gate": w.gate}})
	keep(err)
	cfg := order.Config{Now: now}
	if edit != nil {
		edit(&cfg)
	}
	w.shops, err = shop.New(shop.Deps{Tx: store, Outbox: store, Repo: store.Shops()}, shop.Config{Now: now})
	keep(err)
	w.orders, err = order.New(order.Deps{Tx: store, Outbox: store, Orders: store.Orders(), Claims: store.Claims(), Codes: store.RedemptionCodes(), Purchases: store.Purchases(),
		Catalog: w.catalog, Stock: w.stock, Shops: w.shops, Carts: w.carts, Members: w.members, Payments: w.payments, Points: w.points}, cfg)
	keep(err)
	if err := errors.Join(errs...); err != nil {
		return nil, err
	}
	if err := w.payments.Seal(); err != nil {
		return nil, err
	}
	return w, w.fill(ctx)
}

func (w *world) fill(ctx context.Context) error {
	goods := func(name string, price mall.Money, n, score int64, shop mall.ID) catalog.Draft {
		return catalog.Draft{Goods: catalog.Goods{Name: name, OnSale: true, Shop: shop, AfterSale: []int{0, 1, 2}},
			SKUs: []catalog.SKUDraft{{Price: price, Score: score, Stock: &n}}}
	}
	// Shops 1 to 3, of which "far" is sold by the second.
	if _, err := w.shops.Import(ctx, []shop.Shop{{Name: "一号店"}, {Name: "二号店"}, {Name: "三号店"}}); err != nil {
		return err
	}
	ids, err := w.catalog.Import(ctx, mall.System(), []catalog.Draft{
		goods("tea", 1000, 100, 0, 0), goods("cup", 333, 100, 5, 0), goods("last", 500, 1, 0, 0),
		goods("free", 0, 100, 0, 0), goods("few", 100, catalog.Unlimited, 0, 0), goods("far", 200, 100, 0, 2),
	})
	if err != nil {
		return err
	}
	w.tea, w.cup, w.last, w.free, w.few, w.far = ids[0], ids[1], ids[2], ids[3], ids[4], ids[5]
	if err := w.catalog.PutLimits(ctx, w.few, []catalog.Limit{{Pieces: 3, Duration: 1, Span: mall.Daily}}); err != nil {
		return err
	}
	_, err = w.points.SaveRule(ctx, mall.System(), points.Rule{Score: 10, Money: 100, Loop: true})
	return err
}

// each runs body in a world on each database.
func each(t *testing.T, edit func(*order.Config), body func(t *testing.T, w *world)) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w, err := build(t.Context(), store, edit)
		require.NoError(t, err)
		body(t, w)
	})
}

// rich gives a buyer money and points.
func (w *world) rich(t testing.TB, who mall.Actor, money mall.Money, score int64) {
	t.Helper()
	require.NoError(t, w.store.Do(t.Context(), func(ctx context.Context) error {
		err := w.wallets.Earn(ctx, wallet.Move{Account: who.Account, Kind: payment.KindRecharge, Amount: money, Source: wallet.Source{Type: "test", ID: who.Account}})
		if err != nil || score == 0 {
			return err
		}
		return w.points.Earn(ctx, points.Move{Account: who.Account, Kind: points.KindGift, Amount: score, Source: points.Source{Type: "test", ID: who.Account}})
	}))
}

// want is an order of so many pieces of goods.
func want(pairs ...any) order.PlaceInput {
	in := order.PlaceInput{Address: home}
	for i := 0; i < len(pairs); i += 2 {
		in.Lines = append(in.Lines, order.WantLine{Goods: pairs[i].(mall.ID), Qty: int64(pairs[i+1].(int))})
	}
	return in
}

func (w *world) place(t testing.TB, who mall.Actor, pairs ...any) *order.Order {
	t.Helper()
	o, err := w.orders.Place(t.Context(), who, want(pairs...))
	require.NoError(t, err)
	return o
}

func (w *world) pay(ctx context.Context, who mall.Actor, ids ...mall.ID) error {
	_, err := w.payments.PayFromWallet(ctx, who, payment.Action{Purpose: payment.Order, Refs: ids}, "")
	return err
}

func (w *world) open(t testing.TB, who mall.Actor, ids ...mall.ID) *payment.Opened {
	t.Helper()
	p, err := w.payments.Open(t.Context(), who, payment.OpenInput{Action: &payment.Action{Purpose: payment.Order, Refs: ids}, Provider: "gate", OpenID: "o1", AppID: "wx1"})
	require.NoError(t, err)
	return p
}

// paidOrder is an order that its buyer paid from the wallet.
func (w *world) paidOrder(t testing.TB, who mall.Actor, pairs ...any) *order.Order {
	t.Helper()
	o := w.place(t, who, pairs...)
	require.NoError(t, w.pay(t.Context(), who, o.ID))
	return w.get(t, o.ID)
}

func (w *world) get(t testing.TB, id mall.ID) *order.Order {
	t.Helper()
	o, err := w.store.Orders().Get(t.Context(), id)
	require.NoError(t, err)
	return o
}

func (w *world) phase(t testing.TB, id mall.ID) order.Phase {
	t.Helper()
	return w.get(t, id).Phase(w.clock.now())
}

// level is the stock of goods: available, held, sold.
func (w *world) level(t testing.TB, goods mall.ID) string {
	t.Helper()
	d, err := w.catalog.Detail(t.Context(), goods)
	require.NoError(t, err)
	k := stock.SKU(d.SKUs[0].ID)
	ls, err := w.stock.Levels(t.Context(), []stock.Key{k})
	require.NoError(t, err)
	return fmt.Sprint(ls[k].Available, ls[k].Held, ls[k].Sold)
}

func (w *world) balance(t testing.TB, who mall.Actor) mall.Money {
	t.Helper()
	a, err := w.wallets.Amounts(t.Context(), who.Account)
	require.NoError(t, err)
	return a.Balance
}

func (w *world) score(t testing.TB, who mall.Actor) int64 {
	t.Helper()
	a, err := w.points.Amounts(t.Context(), who.Account)
	require.NoError(t, err)
	return a.Points
}

// race runs fn n times at once behind one gate and gives the errors.
func race(n int, fn func(i int) error) []error {
	errs := make([]error, n)
	start := make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-start
			errs[i] = fn(i)
		})
	}
	close(start)
	wg.Wait()
	return errs
}

// won counts the nil errors and fails on any that is no refusal.
func won(t testing.TB, errs []error) int {
	t.Helper()
	n := 0
	for _, err := range errs {
		if err == nil {
			n++
			continue
		}
		require.True(t, mall.Refused(err) || errors.Is(err, order.ErrBusy), "%v", err)
	}
	return n
}

func moves(ls []order.Log) string {
	var out []string
	for _, l := range ls {
		out = append(out, string(l.Move))
	}
	return strings.Join(out, " ")
}

func itoa(id mall.ID) string { return fmt.Sprint(int64(id)) }

func levelText(available, held, sold int64) string { return fmt.Sprint(available, held, sold) }

func (w *world) stockOf(t testing.TB, goods mall.ID) stock.Level {
	t.Helper()
	d, err := w.catalog.Detail(t.Context(), goods)
	require.NoError(t, err)
	k := stock.SKU(d.SKUs[0].ID)
	ls, err := w.stock.Levels(t.Context(), []stock.Key{k})
	require.NoError(t, err)
	return ls[k]
}

// restock puts 100 pieces on the shelf and gives how many there are in all,
// held and sold ones included.
func (w *world) restock(t testing.TB, goods mall.ID) int64 {
	t.Helper()
	d, err := w.catalog.Detail(t.Context(), goods)
	require.NoError(t, err)
	require.NoError(t, w.stock.Put(t.Context(), mall.System(), stock.SKU(d.SKUs[0].ID), 100, "restocked"))
	l := w.stockOf(t, goods)
	return l.Available + l.Held + l.Sold
}

package payment_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/storage"
)

const testSecret = "0123456789abcdef"

// clock is a clock that tests drive.
type clock struct {
	mu sync.Mutex
	at time.Time
}

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.at
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.at = c.at.Add(d)
}

// bench is a shop with payments, whose orders are a price each. An order is
// carried out by spending its one permit, so twice is impossible to overlook.
type bench struct {
	t        *testing.T
	store    storage.Store
	clock    *clock
	pay      *payment.Service
	wallets  *wallet.Service
	points   *points.Service
	books    *paytest.Memory
	gateway  *paytest.Gateway
	provider *paytest.Provider
	server   *httptest.Server
	ctx      context.Context

	mu       sync.Mutex
	prices   map[mall.ID]mall.Money
	numbers  map[mall.ID]string
	dead     map[mall.ID]bool
	faults   int // Run fails that often with an internal error
	answers  []payment.NoticeAnswer
	refunded map[mall.ID]mall.Money
}

// permit is the account whose single point lets an order be carried out.
func permit(ref mall.ID) mall.ID { return 1_000_000 + ref }

func setup(t *testing.T, store storage.Store) *bench {
	b := &bench{t: t, store: store, ctx: t.Context(), clock: &clock{at: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)},
		prices: map[mall.ID]mall.Money{}, numbers: map[mall.ID]string{}, dead: map[mall.ID]bool{}, refunded: map[mall.ID]mall.Money{}}
	var err error
	b.wallets, err = wallet.New(wallet.Deps{Repo: store.Wallets(), Tx: store, Outbox: store, Hasher: secret.New(secret.Config{})}, wallet.Config{Now: b.clock.now})
	require.NoError(t, err)
	b.points, err = points.New(points.Deps{Repo: store.Points(), Tx: store, Outbox: store}, points.Config{Now: b.clock.now})
	require.NoError(t, err)

	mux := http.NewServeMux()
	b.server = httptest.NewServer(mux)
	t.Cleanup(b.server.Close)
	b.books = paytest.NewBooks()
	b.gateway, err = paytest.NewGateway(b.books, paytest.Config{NotifyURL: b.server.URL + "/notify/wxpay", Secret: testSecret, Now: b.clock.now})
	require.NoError(t, err)
	b.provider, err = paytest.NewProvider(paytest.ProviderConfig{BaseURL: b.server.URL, Secret: testSecret, Now: b.clock.now})
	require.NoError(t, err)
	b.pay = b.service()
	mux.Handle("/sandbox/", b.gateway)
	mux.HandleFunc("POST /notify/{provider}", func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		require.NoError(t, err)
		b.mu.Lock()
		newest := b.pay
		b.mu.Unlock()
		a, _ := newest.Notify(context.WithoutCancel(r.Context()), r.PathValue("provider"), payment.Header(r.Header), body)
		b.mu.Lock()
		b.answers = append(b.answers, a)
		b.mu.Unlock()
		w.WriteHeader(a.Status)
		_, _ = w.Write(a.Body)
	})
	return b
}

// service is one more process on the same database.
func (b *bench) service() *payment.Service { return b.serviceOf(b.provider) }

// serviceOf is one with another provider in front of the gateway.
func (b *bench) serviceOf(p payment.Provider) *payment.Service {
	s := b.unsealed(payment.Deps{Tx: b.store, Outbox: b.store, Repo: b.store.Payments(), Wallet: b.wallets}, p)
	require.NoError(b.t, s.Seal())
	return s
}

// unsealed is one that sells orders, and takes further purposes.
func (b *bench) unsealed(d payment.Deps, p payment.Provider) *payment.Service {
	s, err := payment.New(d, payment.Config{Providers: map[string]payment.Provider{"wxpay": p}, Now: b.clock.now, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(b.t, err)
	s.Handle(payment.Order, payment.Handler{Price: b.price, Run: b.run})
	s.OnRefund(payment.Order, func(_ context.Context, r *payment.Refund) error {
		b.mu.Lock()
		defer b.mu.Unlock()
		b.refunded[r.Ref] += r.Amount
		return nil
	})
	return s
}

// order makes an order that can be paid.
func (b *bench) order(ref mall.ID, price mall.Money) {
	b.mu.Lock()
	b.prices[ref] = price
	b.mu.Unlock()
	require.NoError(b.t, b.points.Earn(b.ctx, points.Move{Account: permit(ref), Amount: 1, Source: points.Source{Type: "permit", ID: ref}}))
}

func (b *bench) kill(ref mall.ID) {
	b.mu.Lock()
	defer b.mu.Unlock()
	b.dead[ref] = true
}

func (b *bench) isDead(ref mall.ID) bool {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.dead[ref]
}

var (
	errDead  = mall.E(mall.State, "test.dead", "order is dead")
	errFault = mall.E(mall.Internal, "test.fault", "a fault that passes")
)

func (b *bench) price(_ context.Context, _ mall.Actor, a payment.Action) (payment.Price, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.dead[a.Refs[0]] {
		return payment.Price{}, errDead
	}
	p, ok := b.prices[a.Refs[0]]
	if !ok {
		return payment.Price{}, mall.ErrNotFound
	}
	return payment.Price{Amount: p, Due: b.clock.at.Add(30 * time.Minute), Title: "order", Subject: fmt.Sprintf("NO%d", a.Refs[0]), Number: b.numbers[a.Refs[0]]}, nil
}

func (b *bench) run(ctx context.Context, p *payment.Payment) error {
	ref := p.Action.Refs[0]
	b.mu.Lock()
	fault := b.faults > 0
	b.faults--
	b.mu.Unlock()
	err := b.points.Spend(ctx, points.Move{Account: permit(ref), Amount: 1, Source: points.Source{Type: "run", ID: p.Parts[0].ID}})
	if err != nil {
		return err
	}
	if b.isDead(ref) {
		return errDead // after the write, which must be undone
	}
	if fault {
		return errFault
	}
	return nil
}

// ran says how often an order was carried out: 0 or 1.
func (b *bench) ran(ref mall.ID) int64 {
	a, err := b.points.Amounts(b.ctx, permit(ref))
	require.NoError(b.t, err)
	return 1 - a.Points
}

func buyer(id mall.ID) mall.Actor {
	return mall.Actor{Account: id, Face: mall.FaceWXAPI, OpenID: "openid", AppID: "wxsandbox"}
}

// fill gives an account money.
func (b *bench) fill(account mall.ID, m mall.Money) {
	require.NoError(b.t, b.wallets.Earn(b.ctx, wallet.Move{Account: account, Kind: payment.KindRefund, Amount: m,
		Source: wallet.Source{Type: "test.fill", ID: mall.ID(b.clock.now().UnixNano()) + account}}))
}

// balance is balance and frozen part, checked against the ledger.
func (b *bench) balance(account mall.ID) (balance, frozen mall.Money) {
	a, err := b.wallets.Amounts(b.ctx, account)
	require.NoError(b.t, err)
	sum, held, err := b.store.Wallets().Sum(b.ctx, account)
	require.NoError(b.t, err)
	require.Equal(b.t, []mall.Money{sum, held}, []mall.Money{a.Balance, a.Frozen}, "balance = Σ ledger")
	return a.Balance, a.Frozen
}

func orders(refs ...mall.ID) *payment.Action {
	return &payment.Action{Purpose: payment.Order, Refs: refs}
}

func money(m mall.Money) *mall.Money { return &m }

// open opens a payment that must open.
func (b *bench) open(who mall.Actor, a *payment.Action, m mall.Money) *payment.Opened {
	b.t.Helper()
	o, err := b.pay.Open(b.ctx, who, payment.OpenInput{Action: a, Provider: "wxpay", ClientAmount: &m, UseWallet: true})
	require.NoError(b.t, err)
	return o
}

// settle lets the payer pay at the gateway.
func (b *bench) settle(number string, outcome paytest.Outcome) {
	b.t.Helper()
	_, err := b.gateway.Pay(b.ctx, number, outcome)
	require.NoError(b.t, err)
}

func (b *bench) get(number string) *payment.Payment {
	b.t.Helper()
	p, err := b.store.Payments().ByNumber(b.ctx, number)
	require.NoError(b.t, err)
	return p
}

func walletFilter(k wallet.Kind) wallet.Filter { return wallet.Filter{Kinds: []wallet.Kind{k}} }

// rules stores a recharge rule that loops and one that does not.
func (b *bench) rules(t *testing.T) {
	for _, r := range []wallet.Rule{{Confine: 10_000, Send: 1_000, Loop: true}, {Confine: 20_000, Send: 1_500}} {
		_, err := b.wallets.SaveRule(b.ctx, mall.System(), r)
		require.NoError(t, err)
	}
}

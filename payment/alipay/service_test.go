package alipay_test

import (
	"context"
	"fmt"
	"log/slog"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

const ticket payment.Purpose = "ticket"

// till is a shop that sells tickets, before the simulated platform. A ticket
// costs a yuan and as many fen as the end of its number says; the money of one
// that cannot be had goes back.
type till struct {
	*bench
	store storage.Store
	shop  *payment.Service
	name  string // of the provider
	who   mall.Actor
}

func newTill(t *testing.T, store storage.Store, name string) *till {
	b := setup(t)
	wallets, err := wallet.New(wallet.Deps{Repo: store.Wallets(), Tx: store, Outbox: store, Hasher: secret.New(secret.Config{})}, wallet.Config{Now: b.now})
	require.NoError(t, err)
	shop, err := payment.New(payment.Deps{Tx: store, Outbox: store, Repo: store.Payments(), Wallet: wallets},
		payment.Config{Providers: map[string]payment.Provider{name: b.provider}, Now: b.now, Logger: slog.New(slog.NewTextHandler(b, nil))})
	require.NoError(t, err)
	origin := false
	shop.Handle(ticket, payment.Handler{Keep: &origin, Run: func(context.Context, *payment.Payment) error { return nil },
		Price: func(_ context.Context, _ mall.Actor, a payment.Action) (payment.Price, error) {
			return payment.Price{Amount: 100 + mall.Money(a.Refs[0]%1000)}, nil
		}})
	require.NoError(t, shop.Seal())
	who := mall.Actor{Account: 7, Face: mall.FaceManager, AppID: "wx8888888888888888", OpenID: buyerID}
	return &till{bench: b, store: store, shop: shop, name: name, who: who}
}

// open opens the payment of a ticket by a QR code.
func (s *till) open(ref mall.ID) string {
	s.t.Helper()
	o, err := s.shop.Open(s.t.Context(), s.who, payment.OpenInput{Provider: s.name, Scene: payment.SceneNative, Action: &payment.Action{Purpose: ticket, Refs: []mall.ID{ref}}})
	require.NoError(s.t, err)
	return o.Number
}

// sell opens one and pays it.
func (s *till) sell(ref mall.ID) string {
	s.t.Helper()
	number := s.open(ref)
	s.bench.pay(number, paytest.Pays)
	s.hear()
	return number
}

// hear hands the last notification to the shop.
func (s *till) hear() {
	s.t.Helper()
	n := s.last()
	a, err := s.shop.Notify(s.t.Context(), s.name, n.Header, n.Body)
	require.NoError(s.t, err)
	require.True(s.t, a.Accepted)
}

// refund sends a part of a ticket's price back.
func (s *till) refund(ref mall.ID, amount mall.Money) {
	s.t.Helper()
	source := fmt.Sprint("claim:", ref)
	require.NoError(s.t, s.store.Do(s.t.Context(), func(ctx context.Context) error {
		_, err := s.shop.Refund(ctx, s.who, payment.RefundInput{Purpose: ticket, Ref: ref, Source: source, Amount: amount})
		return err
	}))
	r, err := s.shop.SendRefund(s.t.Context(), source)
	require.NoError(s.t, err)
	require.Equal(s.t, payment.RefundSucceeded, r.State)
}

func (s *till) payment(number string) *payment.Payment {
	s.t.Helper()
	p, err := s.store.Payments().ByNumber(s.t.Context(), number)
	require.NoError(s.t, err)
	return p
}

func (s *till) differences(f payment.DifferenceFilter) []payment.Difference {
	s.t.Helper()
	f.Provider = s.name
	list, err := s.shop.Differences(s.t.Context(), mall.System(), f, mall.Page{Limit: 100})
	require.NoError(s.t, err)
	return list.Items
}

// reconcile compares the day of start once more.
func (s *till) reconcile() *payment.Bill {
	s.t.Helper()
	s.pass(time.Second)
	b, err := s.shop.Reconcile(s.t.Context(), mall.System(), s.name, "", mall.Calendar{}.Day(start))
	require.NoError(s.t, err)
	return b
}

// told counts the events of a kind.
func (s *till) told(t *testing.T, kind string) int {
	return len(storagetest.Texts(t, s.store, "SELECT facts FROM {outbox} WHERE kind = '"+kind+"'"))
}

package wechatpay_test

import (
	"context"
	"log/slog"
	"sync"
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

// shop is one process of a shop that takes recharges by WeChat Pay.
func (b *bench) shop(store storage.Store) *payment.Service {
	wallets, err := wallet.New(wallet.Deps{Repo: store.Wallets(), Tx: store, Outbox: store, Hasher: secret.New(secret.Config{})}, wallet.Config{Now: b.now})
	require.NoError(b.t, err)
	s, err := payment.New(payment.Deps{Tx: store, Outbox: store, Repo: store.Payments(), Wallet: wallets},
		payment.Config{Providers: map[string]payment.Provider{"wxpay": b.open(b.config)}, Now: b.now, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(b.t, err)
	require.NoError(b.t, s.Seal())
	return s
}

// TestMoneyMovesOnce: what is forged, stale, replayed, duplicated or wrong moves
// no money, in whichever process it arrives; what is dropped is found by a sweep.
func TestMoneyMovesOnce(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b := setup(t, nil)
		processes := []*payment.Service{b.shop(store), b.shop(store), b.shop(store)}
		who := mall.Actor{Account: 7, Face: mall.FaceWXAPI, AppID: appID, OpenID: "o1"}
		balance := func() mall.Money {
			var m mall.Money
			require.NoError(t, store.View(t.Context(), func(ctx context.Context) error {
				w, err := store.Wallets().Get(ctx, 7)
				m = w.Balance
				return err
			}))
			return m
		}
		open := func() string {
			t.Helper()
			money := mall.Money(1000)
			o, err := processes[0].Open(t.Context(), who, payment.OpenInput{Provider: "wxpay", ClientAmount: &money})
			require.NoError(t, err)
			return o.Number
		}
		deliver := func(n paytest.Notice) (accepted int) {
			var mu sync.Mutex
			var wg sync.WaitGroup
			for _, s := range processes {
				wg.Go(func() {
					a, _ := s.Notify(t.Context(), "wxpay", n.Header, n.Body)
					mu.Lock()
					defer mu.Unlock()
					if a.Accepted {
						accepted++
					}
				})
			}
			wg.Wait()
			return accepted
		}
		number := open()
		for _, o := range []paytest.Outcome{paytest.WrongAmount, paytest.WrongMerchant, paytest.WrongAppID, paytest.WrongCurrency, paytest.WrongKey, paytest.BadSignature, paytest.Stale} {
			_, err := b.gateway.Pay(t.Context(), number, o)
			require.NoError(t, err)
			require.Zero(t, deliver(b.last()), o)
		}
		require.Zero(t, balance())
		_, err := b.gateway.Pay(t.Context(), number, "")
		require.NoError(t, err)
		genuine := b.last()
		require.Equal(t, 3, deliver(genuine), "accepted by all")
		require.Equal(t, mall.Money(1000), balance(), "booked by one")
		require.Zero(t, deliver(genuine), "replayed")
		require.NoError(t, b.gateway.Notify(t.Context(), number))
		require.Equal(t, 3, deliver(b.last()), "sent again, freshly signed")
		require.Equal(t, mall.Money(1000), balance())

		_, err = b.gateway.Pay(t.Context(), open(), paytest.Drop)
		require.NoError(t, err)
		b.pass(time.Minute)
		_, err = processes[1].SweepPayments(t.Context(), 10)
		require.NoError(t, err)
		require.Equal(t, mall.Money(2000), balance())
	})
}

// TestNothingIsWrittenWithoutASetting: a payment that the merchant's settings
// do not allow leaves no row, and ends nothing that was open.
func TestNothingIsWrittenWithoutASetting(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		s := newTill(t, store)
		number := s.open(1)
		partner := s.config
		partner.Partner = true
		sub := s.process(s.bench.open(partner))
		for told, c := range map[string]struct {
			shop *payment.Service
			who  mall.Actor
			want error
		}{
			"wechatpay Config.AppIDs: wx1":   {s.shop, mall.Actor{Account: 7, AppID: "wx1", OpenID: "o1"}, mall.ErrNotConfigured},
			"wechatpay Config.SubMerchantID": {sub, s.who, mall.ErrNotConfigured},
			"payer has no openid":            {s.shop, mall.Actor{Account: 7, AppID: appID}, payment.ErrOpenID},
		} {
			_, err := c.shop.Open(t.Context(), c.who, payment.OpenInput{Provider: "wxpay", Action: &payment.Action{Purpose: ticket, Refs: []mall.ID{1}}})
			require.ErrorIs(t, err, c.want)
			require.ErrorContains(t, err, told)
		}
		list, err := store.Payments().List(t.Context(), payment.Filter{}, mall.Page{Limit: 10})
		require.NoError(t, err)
		require.Len(t, list.Items, 1)
		require.Equal(t, []any{number, payment.StatePending}, []any{list.Items[0].Number, list.Items[0].State})
	})
}

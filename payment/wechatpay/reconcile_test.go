package wechatpay_test

import (
	"context"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"sync/atomic"
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

// till is a shop whose tickets cost a yuan each, before the simulated platform.
type till struct {
	*bench
	store storage.Store
	shop  *payment.Service
	who   mall.Actor
}

func newTill(t *testing.T, store storage.Store) *till {
	s := &till{bench: setup(t, nil), store: store, who: mall.Actor{Account: 7, Face: mall.FaceManager, AppID: appID, OpenID: "o1"}}
	s.shop = s.process(s.provider)
	return s
}

// process is one that sells the tickets through a provider.
func (s *till) process(p payment.Provider) *payment.Service {
	s.t.Helper()
	wallets, err := wallet.New(wallet.Deps{Repo: s.store.Wallets(), Tx: s.store, Outbox: s.store, Hasher: secret.New(secret.Config{})}, wallet.Config{Now: s.now})
	require.NoError(s.t, err)
	shop, err := payment.New(payment.Deps{Tx: s.store, Outbox: s.store, Repo: s.store.Payments(), Wallet: wallets},
		payment.Config{Providers: map[string]payment.Provider{"wxpay": p}, Now: s.now, KeepBills: time.Hour, Logger: slog.New(slog.DiscardHandler)})
	require.NoError(s.t, err)
	shop.Handle(ticket, payment.Handler{Run: func(context.Context, *payment.Payment) error { return nil },
		Price: func(context.Context, mall.Actor, payment.Action) (payment.Price, error) {
			return payment.Price{Amount: 100}, nil
		}})
	require.NoError(s.t, shop.Seal())
	return shop
}

// open opens the payment of a ticket.
func (s *till) open(ref mall.ID) string {
	s.t.Helper()
	o, err := s.shop.Open(s.t.Context(), s.who, payment.OpenInput{Provider: "wxpay", Action: &payment.Action{Purpose: ticket, Refs: []mall.ID{ref}}})
	require.NoError(s.t, err)
	return o.Number
}

// sell opens one and pays it.
func (s *till) sell(ref mall.ID) string {
	s.t.Helper()
	number := s.open(ref)
	_, err := s.gateway.Pay(s.t.Context(), number, paytest.Pays)
	require.NoError(s.t, err)
	n := s.last()
	_, err = s.shop.Notify(s.t.Context(), "wxpay", n.Header, n.Body)
	require.NoError(s.t, err)
	return number
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

func (s *till) differences(f payment.DifferenceFilter) []payment.Difference {
	s.t.Helper()
	list, err := s.shop.Differences(s.t.Context(), mall.System(), f, mall.Page{Limit: 100})
	require.NoError(s.t, err)
	return list.Items
}

func (s *till) reconcile() *payment.Bill {
	s.t.Helper()
	s.pass(time.Second)
	b, err := s.shop.Reconcile(s.t.Context(), mall.System(), "wxpay", "", mall.Calendar{}.Day(start))
	require.NoError(s.t, err)
	return b
}

// told counts the events of differences.
func (s *till) told(t *testing.T) int {
	return len(storagetest.Texts(t, s.store, "SELECT facts FROM {outbox} WHERE kind = 'payment.difference'"))
}

func TestReconcile(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		s := newTill(t, store)
		ctx := t.Context()
		var numbers [7]string
		for ref := range 6 {
			numbers[ref] = s.sell(mall.ID(ref + 1))
		}
		s.refund(4, 30)
		s.refund(5, 40)
		numbers[6] = s.open(7)
		s.pass(40 * time.Minute)
		_, err := s.shop.SweepPayments(ctx, 100)
		require.NoError(t, err)

		_, err = s.shop.SweepBills(ctx, 0)
		require.NoError(t, err)
		s.pass(24 * time.Hour)
		n, err := s.shop.SweepBills(ctx, 100)
		require.NoError(t, err)
		require.Equal(t, 3, n, "yesterday and the two days before")
		require.Empty(t, s.differences(payment.DifferenceFilter{}), "the books agree")
		n, err = s.shop.SweepBills(ctx, 100)
		require.NoError(t, err)
		require.Zero(t, n, "each day is compared once")

		s.books.Falsify(numbers[0], func(o *paytest.Order) { o.Amount++ })
		s.books.Falsify(numbers[1], func(o *paytest.Order) { o.Number = "" })
		s.books.Falsify(numbers[2], func(o *paytest.Order) {
			o.Refunds = append(o.Refunds, paytest.Refund{Number: "ELSEWHERE", Receipt: "5", Amount: 10, At: start})
		})
		var kept []paytest.Refund
		s.books.Falsify(numbers[3], func(o *paytest.Order) { kept, o.Refunds = o.Refunds, nil })
		s.books.Falsify(numbers[4], func(o *paytest.Order) { o.Refunds[0].Amount = 41 })
		s.books.Falsify(numbers[5], func(o *paytest.Order) { o.Transaction = "4OTHER" })
		s.books.Falsify(numbers[6], func(o *paytest.Order) { o.State, o.Transaction, o.PaidAt = paytest.Paid, "4LATE", start.Add(time.Hour) })
		s.books.Falsify("FOREIGN1", func(o *paytest.Order) {
			*o = paytest.Order{Number: "FOREIGN1", Merchant: mchID, AppID: appID, Amount: 5, State: paytest.Paid, Transaction: "4F", PaidAt: start, Protocol: "wechat"}
		})
		b := s.reconcile()
		require.Equal(t, payment.Bill{Provider: "wxpay", Day: "2026-11-21", Lines: 9, Differences: 8}, *b)
		found := map[payment.DifferenceKind][]string{}
		for _, d := range s.differences(payment.DifferenceFilter{Provider: "wxpay", Day: "2026-11-21", Open: true}) {
			found[d.Kind] = append(found[d.Kind], fmt.Sprint(d.Number, " ", int64(d.Ours), " ", int64(d.Theirs)))
		}
		for _, list := range found {
			slices.Sort(list)
		}
		here := []string{"FOREIGN1 0 5", numbers[6] + " 0 100"}
		slices.Sort(here)
		require.Equal(t, map[payment.DifferenceKind][]string{
			payment.AmountDiffers: {numbers[0] + " 100 101"}, payment.MissingThere: {numbers[1] + " 100 0"},
			payment.RefundMissingHere: {numbers[2] + " 0 10"}, payment.RefundMissingThere: {numbers[3] + " 30 0"},
			payment.RefundDiffers: {numbers[4] + " 40 41"}, payment.TransactionDiffers: {numbers[5] + " 100 100"}, payment.MissingHere: here,
		}, found)
		p, err := store.Payments().ByNumber(ctx, numbers[6])
		require.NoError(t, err)
		require.Equal(t, payment.StateSucceeded, p.State, "money that the platform confirms is booked")
		require.Equal(t, 8, s.told(t))

		s.books.Falsify(numbers[0], func(o *paytest.Order) { o.Amount-- })
		s.books.Falsify(numbers[3], func(o *paytest.Order) { o.Refunds = kept })
		require.Equal(t, 5, s.reconcile().Differences, "two are mended, the late one is booked")
		require.Len(t, s.differences(payment.DifferenceFilter{Open: true}), 5)
		require.Len(t, s.differences(payment.DifferenceFilter{}), 8)
		require.Equal(t, 8, s.told(t), "each is told once")

		_, err = s.shop.Reconcile(ctx, s.who, "wxpay", "", "2026-11-21")
		require.Equal(t, mall.Denied, mall.KindOf(err))
		_, err = s.shop.Differences(ctx, s.who, payment.DifferenceFilter{}, mall.Page{})
		require.Equal(t, mall.Denied, mall.KindOf(err))
		for _, day := range []string{"2026-11-22", "2027-01-01", "today"} {
			_, err = s.shop.Reconcile(ctx, mall.System(), "wxpay", "", day)
			require.ErrorIs(t, err, mall.ErrInvalid, day)
		}
		_, err = s.shop.Reconcile(ctx, mall.System(), "balance", "", "2026-11-21")
		require.ErrorIs(t, err, payment.ErrProvider)

		s.pass(6 * 24 * time.Hour)
		n, err = s.shop.SweepOldBills(ctx, 100)
		require.NoError(t, err)
		require.Zero(t, n, "a week is kept, whatever the setting")
		s.pass(24*time.Hour + time.Minute)
		for _, want := range []int{10, 1, 0} {
			n, err = s.shop.SweepOldBills(ctx, 10)
			require.NoError(t, err)
			require.Equal(t, want, n, "8 differences and 3 days")
		}
		require.Empty(t, s.differences(payment.DifferenceFilter{}))
		require.Equal(t, 8, s.told(t))
		_, err = store.Payments().ByNumber(ctx, numbers[6])
		require.NoError(t, err, "payments stay")
	})
}

// TestOneComparesADay: of many processes one compares a day, and a bill that
// cannot be had is asked for again later.
func TestOneComparesADay(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		s := newTill(t, store)
		number := s.sell(1)
		s.books.Falsify(number, func(o *paytest.Order) { o.Number = "" })
		s.pass(24 * time.Hour)
		s.gateway.Fault(paytest.OpBill, paytest.Refuses)
		n, err := s.shop.SweepBills(t.Context(), 100)
		require.ErrorIs(t, err, payment.ErrBill)
		require.Zero(t, n)
		s.gateway.Fault(paytest.OpBill, paytest.None)
		n, err = s.shop.SweepBills(t.Context(), 100)
		require.NoError(t, err)
		require.Zero(t, n, "not at once")
		s.pass(31 * time.Minute)

		var compared atomic.Int64
		var wg sync.WaitGroup
		for range 6 {
			wg.Go(func() {
				n, err := s.shop.SweepBills(t.Context(), 100)
				if err != nil {
					t.Error(err)
				}
				compared.Add(int64(n))
			})
		}
		wg.Wait()
		require.EqualValues(t, 3, compared.Load())
		require.Len(t, s.differences(payment.DifferenceFilter{Kind: payment.MissingThere}), 1)
		require.Equal(t, 1, s.told(t))
	})
}

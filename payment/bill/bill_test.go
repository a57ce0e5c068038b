package bill_test

import (
	"testing"
	"testing/quick"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/bill"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestOffStaysWithinTheBill holds for every rule that can be saved.
func TestOffStaysWithinTheBill(t *testing.T) {
	t.Parallel()
	require.NoError(t, quick.Check(func(amount, consume, discount uint32, large, loop bool) bool {
		r := bill.Rule{Consume: mall.Money(consume%10_000) + 1, Loop: loop}
		r.Discount = mall.Money(discount)%r.Consume + 1
		sum := mall.Money(amount%100_000) + 1
		if large {
			sum = mall.MaxMoney
		}
		off := r.Off(sum)
		return off >= 0 && off <= sum && (off > 0) == (sum >= r.Consume)
	}, nil))
}

func TestBills(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		ctx, staff, buyer := t.Context(), mall.Actor{Account: 9, Rights: []string{bill.Right}}, mall.Actor{Account: 1, Face: mall.FaceWXAPI}
		now := func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
		wallets, err := wallet.New(wallet.Deps{Repo: store.Wallets(), Tx: store, Outbox: store, Hasher: secret.New(secret.Config{Memory: 64, Time: 1})}, wallet.Config{Now: now})
		require.NoError(t, err)
		payments, err := payment.New(payment.Deps{Tx: store, Outbox: store, Repo: store.Payments(), Wallet: wallets}, payment.Config{Now: now})
		require.NoError(t, err)
		bills, err := bill.New(bill.Deps{Repo: store.Bills(), Tx: store, Outbox: store, Payments: payments}, bill.Config{Now: now})
		require.NoError(t, err)
		require.NoError(t, payments.Seal())
		require.NoError(t, wallets.Earn(ctx, wallet.Move{Account: 1, Kind: payment.KindRecharge, Amount: 1000, Source: wallet.Source{Type: "test", ID: 1}}))

		for _, r := range []bill.Rule{{}, {Consume: 10}, {Consume: 10, Discount: 11}, {Consume: mall.MaxMoney + 1, Discount: 1}, {Consume: -1, Discount: -2}} {
			_, err := bills.SaveRule(ctx, staff, r)
			require.ErrorIs(t, err, bill.ErrRule)
		}
		_, err = bills.SaveRule(ctx, buyer, bill.Rule{Consume: 10, Discount: 1})
		require.ErrorIs(t, err, mall.ErrDenied)
		for _, r := range []bill.Rule{{Consume: 100, Discount: 10, Loop: true}, {Consume: 300, Discount: 35}, {Consume: 20, Discount: 20}} {
			_, err := bills.SaveRule(ctx, staff, r)
			require.NoError(t, err)
		}
		for amount, off := range map[mall.Money]mall.Money{19: 0, 20: 20, 99: 20, 250: 20, 300: 35, 399: 35, 400: 40} {
			q, err := bills.Quote(ctx, amount)
			require.NoError(t, err)
			require.Equal(t, off, q.Discount, amount)
		}
		for _, amount := range []mall.Money{0, -1, mall.MaxMoney + 1} {
			_, err := bills.Quote(ctx, amount)
			require.ErrorIs(t, err, mall.ErrInvalid)
			_, err = bills.PayFromWallet(ctx, buyer, amount, "")
			require.ErrorIs(t, err, mall.ErrInvalid)
		}
		_, err = bills.PayFromWallet(ctx, buyer, 2000, "")
		require.ErrorIs(t, err, wallet.ErrShort)
		_, err = bills.PayFromWallet(ctx, buyer, 400, "")
		require.NoError(t, err)
		free, err := bills.PayFromWallet(ctx, buyer, 20, "")
		require.NoError(t, err)
		require.Zero(t, free.Price())
		list, err := bills.ListOf(ctx, buyer, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(2), list.Total, "the refused one left nothing")
		require.Equal(t, []mall.Money{20, 20, 400, 40}, []mall.Money{list.Items[0].Amount, list.Items[0].Discount, list.Items[1].Amount, list.Items[1].Discount})
		a, err := wallets.Amounts(ctx, 1)
		require.NoError(t, err)
		require.Equal(t, []mall.Money{640, 360}, []mall.Money{a.Balance, a.Consumed})
		_, err = bills.List(ctx, buyer, mall.Page{})
		require.ErrorIs(t, err, mall.ErrDenied)
	})
}

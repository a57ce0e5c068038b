package deposit_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/deposit"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

var (
	buyer = mall.Actor{Account: 1, Face: mall.FaceWXAPI}
	staff = mall.Actor{Account: 9, Face: mall.FaceManager, Rights: []string{deposit.Right}}
)

type bench struct {
	*deposit.Service
	t       *testing.T
	store   storage.Store
	wallets *wallet.Service
	need    bool
	fixed   mall.Money
}

func each(t *testing.T, body func(t *testing.T, b *bench)) {
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		b := &bench{t: t, store: store}
		now := func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
		need := func(context.Context, mall.Actor) (bool, error) { return b.need, nil }
		var err error
		b.wallets, err = wallet.New(wallet.Deps{Repo: store.Wallets(), Tx: store, Outbox: store, Hasher: secret.New(secret.Config{Memory: 64, Time: 1})}, wallet.Config{Now: now})
		require.NoError(t, err)
		payments, err := payment.New(payment.Deps{Tx: store, Outbox: store, Repo: store.Payments(), Wallet: b.wallets}, payment.Config{Now: now, NeedPassword: need})
		require.NoError(t, err)
		b.Service, err = deposit.New(deposit.Deps{Repo: store.Deposits(), Tx: store, Outbox: store, Payments: payments}, deposit.Config{Now: now,
			NeedPassword: need, MaxUnpaid: 3, Fixed: func(context.Context) (mall.Money, error) { return b.fixed, nil }})
		require.NoError(t, err)
		require.NoError(t, payments.Seal())
		require.NoError(t, b.wallets.Earn(t.Context(), wallet.Move{Account: 1, Kind: payment.KindRecharge, Amount: 1000, Source: wallet.Source{Type: "test", ID: 1}}))
		body(t, b)
	})
}

func (b *bench) balance(want mall.Money) {
	b.t.Helper()
	a, err := b.wallets.Amounts(b.t.Context(), 1)
	require.NoError(b.t, err)
	sum, _, err := b.store.Wallets().Sum(b.t.Context(), 1)
	require.NoError(b.t, err)
	require.Equal(b.t, []mall.Money{want, want}, []mall.Money{a.Balance, sum})
}

// paid is a deposit paid from the balance.
func (b *bench) paid(amount mall.Money) *deposit.Deposit {
	b.t.Helper()
	d, err := b.Draft(b.t.Context(), buyer, deposit.Terms{Amount: amount})
	require.NoError(b.t, err)
	require.NoError(b.t, b.PayFromWallet(b.t.Context(), buyer, d.ID, ""))
	return d
}

func TestDeposit(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for _, terms := range []deposit.Terms{{}, {Amount: -1}, {Amount: mall.MaxMoney + 1}, {Amount: 1, RefCode: strings.Repeat("x", 65)}, {Amount: 1, Remark: strings.Repeat("长", 201)},
			{Amount: 1, Ext: map[string]string{"k": strings.Repeat("x", 201)}}} {
			_, err := b.Draft(ctx, buyer, terms)
			require.ErrorIs(t, err, mall.ErrInvalid)
		}
		b.fixed = 500
		_, err := b.Draft(ctx, buyer, deposit.Terms{Amount: 400})
		require.ErrorIs(t, err, mall.ErrInvalid)
		b.fixed = 0
		big, err := b.Draft(ctx, buyer, deposit.Terms{Amount: 1500})
		require.NoError(t, err)
		again, err := b.Draft(ctx, buyer, deposit.Terms{Amount: 1500})
		require.NoError(t, err)
		require.Equal(t, big.ID, again.ID, "the same terms make no second one")
		found, err := b.Unpaid(ctx, buyer, 1500)
		require.NoError(t, err)
		require.Equal(t, big.ID, found.ID)
		err = b.PayFromWallet(ctx, buyer, big.ID, "")
		require.ErrorIs(t, err, deposit.ErrShort)
		var e *mall.Error
		require.ErrorAs(t, err, &e)
		require.Equal(t, []any{mall.Money(500)}, e.Args)
		require.ErrorIs(t, b.PayFromWallet(ctx, mall.Actor{Account: 2}, big.ID, ""), deposit.ErrNone)

		d, err := b.Draft(ctx, buyer, deposit.Terms{Amount: 600, RefCode: "A"})
		require.NoError(t, err)
		b.need = true
		err = b.PayFromWallet(ctx, buyer, d.ID, "")
		require.ErrorAs(t, err, &e)
		require.Equal(t, []any{mall.Money(600)}, e.Args, "without the password all is to be paid online")
		require.ErrorIs(t, b.PayFromWallet(ctx, buyer, d.ID, "123456"), wallet.ErrNoPassword)
		b.need = false
		require.NoError(t, b.PayFromWallet(ctx, buyer, d.ID, ""))
		b.balance(400)
		require.ErrorIs(t, b.PayFromWallet(ctx, buyer, d.ID, ""), deposit.ErrState)
		_, err = b.Draft(ctx, buyer, deposit.Terms{Amount: 1})
		require.NoError(t, err)
		_, err = b.Draft(ctx, buyer, deposit.Terms{Amount: 2})
		require.NoError(t, err)
		_, err = b.Draft(ctx, buyer, deposit.Terms{Amount: 3})
		require.ErrorIs(t, err, deposit.ErrTooMany)

		require.Equal(t, mall.State, mall.KindOf(b.Eraser().Busy(ctx, 1)))
		_, err = b.AskBack(ctx, mall.Actor{Account: 2}, d.ID)
		require.ErrorIs(t, err, deposit.ErrNone)
		_, err = b.Refuse(ctx, staff, d.ID, "not asked")
		require.ErrorIs(t, err, deposit.ErrState)
		_, err = b.AskBack(ctx, buyer, d.ID)
		require.NoError(t, err)
		_, err = b.AskBack(ctx, buyer, d.ID)
		require.ErrorIs(t, err, deposit.ErrState)
		_, err = b.Refuse(ctx, buyer, d.ID, "no")
		require.ErrorIs(t, err, mall.ErrDenied)
		got, err := b.Refuse(ctx, staff, d.ID, "损坏")
		require.NoError(t, err)
		require.Equal(t, []any{deposit.Paid, "损坏"}, []any{got.State, got.Reason})
		_, err = b.AskBack(ctx, buyer, d.ID)
		require.NoError(t, err)
		_, err = b.Return(ctx, buyer, d.ID, 0)
		require.ErrorIs(t, err, mall.ErrDenied)
		for _, amount := range []mall.Money{-1, 601} {
			_, err = b.Return(ctx, staff, d.ID, amount)
			require.ErrorIs(t, err, deposit.ErrAmount)
		}
		got, err = b.Return(ctx, staff, d.ID, 550)
		require.NoError(t, err)
		require.Equal(t, []any{deposit.Returned, mall.Money(550), mall.ID(9)}, []any{got.State, got.Returned, got.By})
		b.balance(950)
		logs, err := b.wallets.CashLogs(ctx, 1, wallet.Filter{Kinds: []wallet.Kind{payment.KindDeposit, payment.KindDepositBack}}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(2), logs.Total)
		require.NoError(t, b.Eraser().Busy(ctx, 1))
	})
}

// TestDepositReturnedOnce: of 20 who return a deposit at once one does; of 20
// who pay it, too.
func TestDepositReturnedOnce(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		race := func(fn func() error) (won int64) {
			var count atomic.Int64
			var wg sync.WaitGroup
			gate := make(chan struct{})
			for range 20 {
				wg.Go(func() {
					<-gate
					switch err := fn(); {
					case err == nil:
						count.Add(1)
					case !errors.Is(err, deposit.ErrState) && !errors.Is(err, payment.ErrPaid) && !errors.Is(err, deposit.ErrShort):
						t.Error(err)
					}
				})
			}
			close(gate)
			wg.Wait()
			return count.Load()
		}
		d, err := b.Draft(t.Context(), buyer, deposit.Terms{Amount: 300})
		require.NoError(t, err)
		require.Equal(t, int64(1), race(func() error { return b.PayFromWallet(t.Context(), buyer, d.ID, "") }))
		b.balance(700)
		require.Equal(t, int64(1), race(func() error { _, err := b.Return(t.Context(), staff, d.ID, 0); return err }))
		b.balance(1000)
		require.NotNil(t, b.paid(1000))
		b.balance(0)
	})
}

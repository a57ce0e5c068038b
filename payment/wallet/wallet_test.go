package wallet_test

import (
	"context"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/secret"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

type bench struct {
	t     *testing.T
	svc   *wallet.Service
	store storage.Store
	mu    sync.Mutex
	at    time.Time
}

func (b *bench) now() time.Time {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.at
}

func each(t *testing.T, body func(t *testing.T, b *bench)) {
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		b := &bench{t: t, store: store, at: time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)}
		var err error
		b.svc, err = wallet.New(wallet.Deps{Repo: store.Wallets(), Tx: store, Outbox: store,
			Hasher: secret.New(secret.Config{Memory: 64, Time: 1})}, wallet.Config{Now: b.now})
		require.NoError(t, err)
		body(t, b)
	})
}

func move(amount mall.Money, kind string, id mall.ID) wallet.Move {
	return wallet.Move{Account: 1, Kind: payment.KindOrder, Amount: amount, Source: wallet.Source{Type: kind, ID: id}}
}

func (b *bench) require(balance, frozen mall.Money) {
	b.t.Helper()
	a, err := b.svc.Amounts(b.t.Context(), 1)
	require.NoError(b.t, err)
	sum, held, err := b.store.Wallets().Sum(b.t.Context(), 1)
	require.NoError(b.t, err)
	require.Equal(b.t, []mall.Money{balance, frozen, balance, frozen}, []mall.Money{a.Balance, a.Frozen, sum, held})
}

func TestLedger(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		require.ErrorIs(t, b.svc.Spend(ctx, move(1, "s", 1)), wallet.ErrShort)
		require.NoError(t, b.svc.Earn(ctx, move(100, "e", 1)))
		require.NoError(t, b.svc.Earn(ctx, move(100, "e", 1)), "the same again moves nothing")
		require.ErrorIs(t, b.svc.Earn(ctx, move(99, "e", 1)), wallet.ErrSource)
		b.require(100, 0)
		require.ErrorIs(t, b.svc.Spend(ctx, move(101, "s", 1)), wallet.ErrShort)
		require.NoError(t, b.svc.Spend(ctx, move(90, "s", 1)))
		require.NoError(t, b.svc.Spend(ctx, move(90, "s", 1)), "the same again, though less is left")
		b.require(10, 0)

		require.NoError(t, b.svc.Clawback(ctx, move(100, "c", 1)))
		b.require(-90, 0)
		require.ErrorIs(t, b.svc.Spend(ctx, move(1, "s", 2)), wallet.ErrShort)
		require.ErrorIs(t, b.svc.Freeze(ctx, move(1, "f", 1)), wallet.ErrShort)
		require.NoError(t, b.svc.Earn(ctx, move(90, "e", 2)))
		require.ErrorIs(t, b.svc.Spend(ctx, move(1, "s", 2)), wallet.ErrShort, "0 is nothing to spend")
		require.NoError(t, b.svc.Earn(ctx, move(50, "e", 3)))
		require.NoError(t, b.svc.Freeze(ctx, move(25, "f", 1)))
		require.NoError(t, b.svc.Freeze(ctx, move(25, "f", 1)), "the same again")
		require.NoError(t, b.svc.Freeze(ctx, move(15, "f", 2)))
		b.require(10, 40)
		require.ErrorIs(t, b.svc.Unfreeze(ctx, move(41, "u", 1)), wallet.ErrShort)
		require.NoError(t, b.svc.Unfreeze(ctx, move(15, "u", 1)))
		require.NoError(t, b.svc.SpendFrozen(ctx, move(25, "sf", 1)))
		require.ErrorIs(t, b.svc.SpendFrozen(ctx, move(1, "sf", 2)), wallet.ErrShort)
		b.require(25, 0)

		for _, m := range []wallet.Move{move(0, "x", 1), move(-1, "x", 1), move(mall.MaxMoney+1, "x", 1), move(1, "", 1), {Amount: 1, Source: wallet.Source{Type: "x"}}} {
			require.ErrorIs(t, b.svc.Earn(ctx, m), mall.ErrInvalid)
		}
		logs, err := b.svc.CashLogs(ctx, 1, wallet.Filter{}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(6), logs.Total, "freezing is no cash")
		require.Equal(t, mall.Money(-25), logs.Items[0].Net())
	})
}

func TestDebitsNeverFallBelowZero(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		require.NoError(t, b.svc.Earn(t.Context(), move(500, "e", 1)))
		var spent atomic.Int64
		var wg sync.WaitGroup
		gate := make(chan struct{})
		for i := range 50 {
			wg.Go(func() {
				<-gate
				switch err := b.svc.Spend(t.Context(), move(30, "s", mall.ID(i%40))); {
				case err == nil:
					spent.Add(1)
				case mall.CodeOf(err) != wallet.ErrShort.Code:
					t.Error(err)
				}
			})
		}
		close(gate)
		wg.Wait()
		require.GreaterOrEqual(t, spent.Load(), int64(16), "a repeated source succeeds without moving")
		b.require(20, 0)
	})
}

func TestRechargeRules(t *testing.T) {
	t.Parallel()
	loop := wallet.Rule{Confine: 100, Send: 10, Loop: true}
	for amount, want := range map[mall.Money]mall.Money{0: 0, 99: 0, 100: 10, 199: 10, 200: 20, 1000: 100} {
		require.Equal(t, want, loop.Gift(amount), amount)
	}
	require.Equal(t, mall.Money(10), wallet.Rule{Confine: 100, Send: 10}.Gift(1000))
	require.Equal(t, mall.MaxMoney, wallet.Rule{Confine: 1, Send: mall.MaxMoney, Loop: true}.Gift(mall.MaxMoney))

	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		_, err := b.svc.SaveRule(ctx, mall.Actor{Account: 7}, loop)
		require.ErrorIs(t, err, mall.ErrDenied)
		_, err = b.svc.SaveRule(ctx, mall.System(), wallet.Rule{Confine: 0, Send: 1})
		require.ErrorIs(t, err, wallet.ErrRule)
		saved, err := b.svc.SaveRule(ctx, mall.System(), loop)
		require.NoError(t, err)
		require.NoError(t, b.svc.Recharge(ctx, move(250, "recharge", 1)))
		require.NoError(t, b.svc.Recharge(ctx, move(250, "recharge", 1)))
		b.require(270, 0)
		require.NoError(t, b.svc.DeleteRule(ctx, mall.System(), saved.ID))
		require.ErrorIs(t, b.svc.DeleteRule(ctx, mall.System(), saved.ID), mall.ErrNotFound)
	})
}

func TestPayPassword(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx, who := t.Context(), mall.Actor{Account: 1}
		require.ErrorIs(t, b.svc.CheckPassword(ctx, 1, "123456"), wallet.ErrNoPassword)
		require.ErrorIs(t, b.svc.SetPassword(ctx, who, "12345"), wallet.ErrWeak)
		require.ErrorIs(t, b.svc.SetPassword(ctx, mall.Actor{}, "123456"), mall.ErrUnauthenticated)
		require.NoError(t, b.svc.SetPassword(ctx, who, "123456"))
		require.ErrorIs(t, b.svc.SetPassword(ctx, who, "654321"), wallet.ErrPasswordSet)
		require.NoError(t, b.svc.CheckPassword(ctx, 1, "123456"))
		require.ErrorIs(t, b.svc.ModifyPassword(ctx, who, "000000", "654321"), wallet.ErrPassword)
		require.NoError(t, b.svc.ModifyPassword(ctx, who, "123456", "654321"))

		// Parallel guesses are bounded like those one after the other.
		var wrong, locked atomic.Int64
		var wg sync.WaitGroup
		for range 12 {
			wg.Go(func() {
				switch mall.CodeOf(b.svc.CheckPassword(ctx, 1, "111111")) {
				case wallet.ErrPassword.Code:
					wrong.Add(1)
				case wallet.ErrLocked.Code:
					locked.Add(1)
				}
			})
		}
		wg.Wait()
		require.Equal(t, []int64{5, 7}, []int64{wrong.Load(), locked.Load()})
		require.ErrorIs(t, b.svc.CheckPassword(ctx, 1, "654321"), wallet.ErrLocked, "the right one has to wait too")
		b.mu.Lock()
		b.at = b.at.Add(15 * time.Minute)
		b.mu.Unlock()
		require.NoError(t, b.svc.CheckPassword(ctx, 1, "654321"))
	})
}

func TestErase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx, e := t.Context(), b.svc.Eraser()
		m := move(100, "e", 1)
		m.Remark = "private"
		require.NoError(t, b.svc.Earn(ctx, m))
		require.NoError(t, b.svc.SetPassword(ctx, mall.Actor{Account: 1}, "123456"))
		require.ErrorIs(t, e.Busy(ctx, 1), auth.ErrOpen, "money is there")
		require.NoError(t, b.svc.Spend(ctx, move(100, "s", 1)))
		require.NoError(t, e.Busy(ctx, 1))
		data, err := e.Export(ctx, 1)
		require.NoError(t, err)
		require.NotEmpty(t, data)
		require.NoError(t, b.store.Do(ctx, func(ctx context.Context) error { return e.Erase(ctx, 1) }))
		logs, err := b.svc.CashLogs(ctx, 1, wallet.Filter{}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(2), logs.Total)
		require.Empty(t, logs.Items[1].Remark)
		has, err := b.svc.HasPassword(ctx, 1)
		require.NoError(t, err)
		require.False(t, has)
	})
}

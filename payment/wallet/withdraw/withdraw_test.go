package withdraw_test

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
	"github.com/gomall-dev/mall/payment/wallet"
	"github.com/gomall-dev/mall/payment/wallet/withdraw"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

var (
	buyer = mall.Actor{Account: 1, Face: mall.FaceWXAPI}
	staff = mall.Actor{Account: 9, Face: mall.FaceManager, Rights: []string{withdraw.Right}}
)

type bench struct {
	*withdraw.Service
	t       *testing.T
	store   storage.Store
	wallets *wallet.Service
	rules   withdraw.Rules
	need    bool
}

func each(t *testing.T, body func(t *testing.T, b *bench)) {
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		b := &bench{t: t, store: store}
		now := func() time.Time { return time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC) }
		var err error
		b.wallets, err = wallet.New(wallet.Deps{Repo: store.Wallets(), Tx: store, Outbox: store, Hasher: secret.New(secret.Config{Memory: 64, Time: 1})}, wallet.Config{Now: now})
		require.NoError(t, err)
		b.Service, err = withdraw.New(withdraw.Deps{Repo: store.Withdrawals(), Tx: store, Outbox: store, Wallets: b.wallets}, withdraw.Config{Now: now,
			Rules:        func(context.Context) (withdraw.Rules, error) { return b.rules, nil },
			NeedPassword: func(context.Context, mall.Actor) (bool, error) { return b.need, nil }})
		require.NoError(t, err)
		require.NoError(t, b.wallets.Earn(t.Context(), wallet.Move{Account: 1, Kind: payment.KindRecharge, Amount: 1000, Source: wallet.Source{Type: "test", ID: 1}}))
		body(t, b)
	})
}

// books demands what the wallet holds, and that its ledger adds up to it.
func (b *bench) books(balance, frozen, withdrawn mall.Money) {
	b.t.Helper()
	a, err := b.wallets.Amounts(b.t.Context(), 1)
	require.NoError(b.t, err)
	sum, held, err := b.store.Wallets().Sum(b.t.Context(), 1)
	require.NoError(b.t, err)
	require.Equal(b.t, []mall.Money{balance, frozen, balance, frozen, withdrawn}, []mall.Money{a.Balance, a.Frozen, sum, held, a.Withdrawn})
}

func TestWithdraw(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx := t.Context()
		for _, amount := range []mall.Money{0, -1, mall.MaxMoney + 1} {
			_, err := b.Apply(ctx, buyer, withdraw.Request{Amount: amount})
			require.ErrorIs(t, err, mall.ErrInvalid)
		}
		_, err := b.Apply(ctx, buyer, withdraw.Request{Amount: 100, Name: strings.Repeat("名", 65)})
		require.ErrorIs(t, err, mall.ErrInvalid)
		_, err = b.Apply(ctx, mall.Actor{}, withdraw.Request{Amount: 100})
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
		_, err = b.Apply(ctx, buyer, withdraw.Request{Amount: 1001})
		require.ErrorIs(t, err, withdraw.ErrShort)
		b.rules = withdraw.Rules{Min: 100, Rate: 60, MinFee: 5}
		_, err = b.Apply(ctx, buyer, withdraw.Request{Amount: 99})
		require.ErrorIs(t, err, withdraw.ErrMin)
		b.rules.MinFee = 100
		_, err = b.Apply(ctx, buyer, withdraw.Request{Amount: 100})
		require.ErrorIs(t, err, withdraw.ErrFee)
		b.rules = withdraw.Rules{Closed: true}
		_, err = b.Apply(ctx, buyer, withdraw.Request{Amount: 100})
		require.ErrorIs(t, err, withdraw.ErrClosed)
		b.need = true
		b.rules = withdraw.Rules{Rate: 60, MinFee: 5}
		_, err = b.Apply(ctx, buyer, withdraw.Request{Amount: 100})
		require.ErrorIs(t, err, wallet.ErrNoPassword)
		b.need = false
		b.books(1000, 0, 0)

		first, err := b.Apply(ctx, buyer, withdraw.Request{Amount: 400, Name: " 张三 "})
		require.NoError(t, err)
		require.Equal(t, []any{mall.Money(5), mall.Money(395), "张三", withdraw.Asked}, []any{first.Fee, first.Payout(), first.Name, first.State})
		second, err := b.Apply(ctx, buyer, withdraw.Request{Amount: 500})
		require.NoError(t, err)
		b.books(100, 900, 0)
		require.Equal(t, mall.State, mall.KindOf(b.Eraser().Busy(ctx, 1)))

		_, err = b.Pay(ctx, buyer, first.ID)
		require.ErrorIs(t, err, mall.ErrDenied)
		_, err = b.Refuse(ctx, staff, first.ID, " ")
		require.ErrorIs(t, err, mall.ErrInvalid, "a reason is due")
		_, err = b.Pay(ctx, staff, 999)
		require.ErrorIs(t, err, withdraw.ErrNone)
		paid, err := b.Pay(ctx, staff, first.ID)
		require.NoError(t, err)
		require.Equal(t, []any{withdraw.Paid, mall.ID(9)}, []any{paid.State, paid.By})
		_, err = b.Pay(ctx, staff, first.ID)
		require.ErrorIs(t, err, withdraw.ErrDecided)
		_, err = b.Refuse(ctx, staff, second.ID, "姓名不符")
		require.NoError(t, err)
		b.books(600, 0, 400)
		require.NoError(t, b.Eraser().Busy(ctx, 1))

		own, err := b.GetOf(ctx, buyer, second.ID)
		require.NoError(t, err)
		require.Equal(t, "姓名不符", own.Reason)
		_, err = b.GetOf(ctx, mall.Actor{Account: 2}, second.ID)
		require.ErrorIs(t, err, withdraw.ErrNone)
		_, err = b.List(ctx, buyer, withdraw.Filter{}, mall.Page{})
		require.ErrorIs(t, err, mall.ErrDenied)
		list, err := b.List(ctx, staff, withdraw.Filter{}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(2), list.Total)
		logs, err := b.wallets.CashLogs(ctx, 1, wallet.Filter{}, mall.Page{})
		require.NoError(t, err)
		var kinds []wallet.Kind
		for _, e := range logs.Items {
			kinds = append(kinds, e.Kind)
		}
		require.Equal(t, []wallet.Kind{payment.KindWithdrawBack, payment.KindWithdrawn, payment.KindWithdraw, payment.KindWithdraw, payment.KindRecharge}, kinds)
		require.Equal(t, []mall.Money{500, -400, -500, -400}, []mall.Money{logs.Items[0].Net(), logs.Items[1].Net(), logs.Items[2].Net(), logs.Items[3].Net()})
		out := true
		logs, err = b.wallets.CashLogs(ctx, 1, wallet.Filter{Out: &out}, mall.Page{})
		require.NoError(t, err)
		require.Equal(t, int64(3), logs.Total)
	})
}

// TestWithdrawalsNeverExceedTheBalance: of 20 at once as many are asked for as
// the balance pays, and of a payment and a refusal at once one happens.
func TestWithdrawalsNeverExceedTheBalance(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		together := func(n int, fn func(i int) error, lost *mall.Error) (won int64) {
			var count atomic.Int64
			var wg sync.WaitGroup
			gate := make(chan struct{})
			for i := range n {
				wg.Go(func() {
					<-gate
					switch err := fn(i); {
					case err == nil:
						count.Add(1)
					case !errors.Is(err, lost):
						t.Error(err)
					}
				})
			}
			close(gate)
			wg.Wait()
			return count.Load()
		}
		asked := together(20, func(int) error {
			_, err := b.Apply(t.Context(), buyer, withdraw.Request{Amount: 130})
			return err
		}, withdraw.ErrShort)
		require.Equal(t, int64(7), asked)
		b.books(90, 910, 0)
		list, err := b.ListOf(t.Context(), buyer, withdraw.Filter{}, mall.Page{})
		require.NoError(t, err)
		require.Len(t, list.Items, 7)
		decided := together(20, func(i int) error {
			if i%2 == 0 {
				_, err := b.Pay(t.Context(), staff, list.Items[0].ID)
				return err
			}
			_, err := b.Refuse(t.Context(), staff, list.Items[0].ID, "no")
			return err
		}, withdraw.ErrDecided)
		require.Equal(t, int64(1), decided)
		w, err := b.GetOf(t.Context(), buyer, list.Items[0].ID)
		require.NoError(t, err)
		if w.State == withdraw.Paid {
			b.books(90, 780, 130)
		} else {
			b.books(220, 780, 0)
		}
	})
}

// TestGiftsAreNotPaidOut: who recharges for a gift and withdraws gets what was
// paid, whether the gift waits, is frozen, or went through a refund.
func TestGiftsAreNotPaidOut(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		ctx, n := t.Context(), mall.ID(0)
		move := func(kind wallet.Kind, amount mall.Money) wallet.Move {
			n++
			return wallet.Move{Account: 1, Kind: kind, Amount: amount, Source: wallet.Source{Type: "gift", ID: n}}
		}
		gifts := func(want mall.Money) {
			t.Helper()
			got, err := b.wallets.Gifts(ctx, 1)
			require.NoError(t, err)
			require.Equal(t, want, got)
		}
		apply := func(amount mall.Money, want error) {
			t.Helper()
			w, err := b.Apply(ctx, buyer, withdraw.Request{Amount: amount})
			require.ErrorIs(t, err, want)
			if err == nil {
				_, err = b.Refuse(ctx, staff, w.ID, "no")
				require.NoError(t, err)
			}
		}
		gifts(0)
		require.NoError(t, b.wallets.Earn(ctx, move(payment.KindGift, 200))) // beside the 1000 paid
		gifts(200)
		apply(1001, withdraw.ErrShort)
		apply(1000, nil)
		b.rules.Gifts = true
		apply(1200, nil)
		b.rules.Gifts = false
		require.NoError(t, b.wallets.Freeze(ctx, move(0, 1100)))
		gifts(200)
		apply(1, withdraw.ErrShort)
		require.NoError(t, b.wallets.Unfreeze(ctx, move(0, 1100)))
		require.NoError(t, b.wallets.Spend(ctx, move(payment.KindOrder, 1150)))
		gifts(50)
		require.NoError(t, b.wallets.Earn(ctx, move(payment.KindRefund, 1150)))
		gifts(200)
		apply(1001, withdraw.ErrShort)
		require.NoError(t, b.wallets.Spend(ctx, move(payment.KindOrder, 1200)))
		gifts(0)
		require.NoError(t, b.wallets.Earn(ctx, move(payment.KindRecharge, 500)))
		gifts(0)
		apply(500, nil)
		b.books(500, 0, 0)
	})
}

// TestWhoMayDecide: not on withdrawals of one's own, and a flood of requests
// ends before it reaches the staff.
func TestWhoMayDecide(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for range 20 {
			_, err := b.Apply(t.Context(), buyer, withdraw.Request{Amount: 1})
			require.NoError(t, err)
		}
		_, err := b.Apply(t.Context(), buyer, withdraw.Request{Amount: 1})
		require.ErrorIs(t, err, withdraw.ErrTooMany)
		b.books(980, 20, 0)
		list, err := b.ListOf(t.Context(), buyer, withdraw.Filter{}, mall.Page{Limit: 15})
		require.NoError(t, err)
		require.Equal(t, []int64{15, 20}, []int64{int64(len(list.Items)), list.Total})
		self := buyer
		self.Rights = staff.Rights
		_, err = b.Pay(t.Context(), self, list.Items[0].ID)
		require.ErrorIs(t, err, mall.ErrDenied)
		_, err = b.Refuse(t.Context(), self, list.Items[0].ID, "mine")
		require.ErrorIs(t, err, mall.ErrDenied)
		b.books(980, 20, 0)
		_, err = b.Pay(t.Context(), staff, list.Items[0].ID)
		require.NoError(t, err)
		b.books(980, 19, 1)
	})
}

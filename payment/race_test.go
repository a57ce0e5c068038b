package payment_test

import (
	"context"
	"errors"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/wallet"
)

// slow is a provider that takes half a minute for an answer.
type slow struct {
	payment.Provider
	clock *clock
	asked atomic.Int64
}

func (s *slow) Query(context.Context, payment.Query) (payment.Result, error) {
	s.asked.Add(1)
	s.clock.pass(30 * time.Second)
	return payment.Result{Outcome: payment.Unknown}, nil
}

func TestSweepStopsWhenItsLeaseEnds(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		for ref := mall.ID(1); ref <= 5; ref++ {
			b.order(ref, 1000)
			b.open(buyer(ref), orders(ref), 1000)
		}
		late := &slow{Provider: b.provider, clock: b.clock}
		s, err := payment.New(payment.Deps{Tx: b.store, Outbox: b.store, Repo: b.store.Payments(), Wallet: b.wallets},
			payment.Config{Providers: map[string]payment.Provider{"wxpay": late}, Now: b.clock.now})
		require.NoError(t, err)
		b.clock.pass(time.Minute)
		n, err := s.SweepPayments(b.ctx, 10)
		require.NoError(t, err)
		require.Equal(t, 2, n, "after a minute the others may belong to another process")
		require.EqualValues(t, 2, late.asked.Load())
		n, err = b.pay.SweepPayments(b.ctx, 10)
		require.NoError(t, err)
		require.GreaterOrEqual(t, n, 3, "the rest is for whoever comes next")
	})
}

func TestWalletPaysOnceInParallel(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 100)
		b.mu.Lock()
		b.numbers[7] = "WISHED7"
		b.mu.Unlock()
		b.fill(1, 1000)
		var paid atomic.Int64
		together(10, func(int) {
			switch _, err := b.pay.PayFromWallet(b.ctx, buyer(1), *orders(7), ""); {
			case err == nil:
				paid.Add(1)
			case !errors.Is(err, payment.ErrPaid):
				t.Error(err)
			}
		})
		require.EqualValues(t, 1, paid.Load())
		require.EqualValues(t, 1, b.ran(7))
		balance, _ := b.balance(1)
		require.Equal(t, mall.Money(900), balance)
	})
}

func TestBalancePaysAfterAnAbandonedShare(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		b.order(8, 100)
		b.fill(1, 600)
		o := b.open(buyer(1), orders(7), 400) // 600 are frozen
		b.clock.pass(time.Second)
		b.fill(1, 500)
		_, err := b.pay.PayFromWallet(b.ctx, buyer(1), *orders(8), "")
		require.NoError(t, err)
		require.Equal(t, payment.StatePending, b.get(o.Number).State, "a payment of something else stays open")
		_, err = b.pay.PayFromWallet(b.ctx, buyer(1), *orders(7), "")
		require.NoError(t, err, "what the payer gave up at the gateway holds nothing back")
		require.Equal(t, payment.StateClosed, b.get(o.Number).State)
		balance, frozen := b.balance(1)
		require.Equal(t, []mall.Money{0, 0}, []mall.Money{balance, frozen})

		b.order(9, 1000)
		plain := b.open(buyer(1), orders(9), 1000)
		_, err = b.pay.PayFromWallet(b.ctx, buyer(1), *orders(9), "")
		require.ErrorIs(t, err, wallet.ErrShort)
		require.Equal(t, payment.StatePending, b.get(plain.Number).State, "one without a share is left alone")
	})
}

func TestLongWordsAreRefused(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		for _, in := range []payment.OpenInput{{Title: strings.Repeat("茶", 501)}, {Remark: strings.Repeat("x", 1<<20)}} {
			in.Action, in.Provider = orders(7), "wxpay"
			_, err := b.pay.Open(b.ctx, buyer(1), in)
			require.ErrorIs(t, err, mall.ErrInvalid)
		}
		n, err := b.store.Payments().CountFor(b.ctx, payment.Order, 7)
		require.NoError(t, err)
		require.Zero(t, n, "nothing is written")
	})
}

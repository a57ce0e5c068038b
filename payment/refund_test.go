package payment_test

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
)

// refund asks for a refund in a transaction of its own.
func (b *bench) refund(t *testing.T, ref mall.ID, source string, m mall.Money) *payment.Refund {
	t.Helper()
	r, err := b.tryRefund(ref, source, m)
	require.NoError(t, err)
	return r
}

func (b *bench) tryRefund(ref mall.ID, source string, m mall.Money) (r *payment.Refund, err error) {
	err = b.store.Do(b.ctx, func(ctx context.Context) error {
		r, err = b.pay.Refund(ctx, mall.System(), payment.RefundInput{Purpose: payment.Order, Ref: ref, Source: source, Amount: m, Reason: "private"})
		return err
	})
	return r, err
}

func TestRefundsNeverExceedWhatWasPaid(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		_, err := b.tryRefund(7, "early", 1)
		require.ErrorIs(t, err, payment.ErrNotPaid)
		o := b.open(buyer(1), orders(7), 1000)
		b.settle(o.Number, "")
		_, err = b.pay.Refund(b.ctx, mall.System(), payment.RefundInput{Purpose: payment.Order, Ref: 7, Source: "x", Amount: 1})
		require.ErrorIs(t, err, mall.ErrNoTx)

		var done atomic.Int64
		together(10, func(i int) {
			_, err := b.tryRefund(7, string(rune('a'+i)), 300)
			switch {
			case err == nil:
				done.Add(1)
			case !errors.Is(err, payment.ErrRefund):
				t.Error(err)
			}
		})
		require.Equal(t, int64(3), done.Load(), "300 fits three times")

		var ids sync.Map
		together(10, func(int) {
			r, err := b.tryRefund(7, "same", 100)
			if err != nil {
				t.Error(err)
				return
			}
			ids.Store(r.ID, true)
		})
		n := 0
		ids.Range(func(any, any) bool { n++; return true })
		require.Equal(t, 1, n, "one source, one refund")
		require.Equal(t, mall.Money(1000), b.get(o.Number).Refunded)

		other := b.service()
		var looked atomic.Int64
		together(4, func(i int) {
			s := b.pay
			if i%2 == 1 {
				s = other
			}
			n, err := s.SweepRefunds(b.ctx, 3)
			if err != nil {
				t.Error(err)
			}
			looked.Add(int64(n))
		})
		for looked.Load() < 4 {
			n, err := b.pay.SweepRefunds(b.ctx, 10)
			require.NoError(t, err)
			require.Positive(t, n)
			looked.Add(int64(n))
		}
		require.Equal(t, int64(4), looked.Load(), "no refund is looked at twice")
		require.Equal(t, mall.Money(1000), b.refunded[7])
	})
}

func TestErase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		e := b.pay.Eraser()
		b.order(7, 1000)
		o, err := b.pay.Open(b.ctx, buyer(1), payment.OpenInput{Action: orders(7), Provider: "wxpay", Remark: "private"})
		require.NoError(t, err)
		require.ErrorIs(t, e.Busy(b.ctx, 1), auth.ErrOpen, "a payment is open")
		b.settle(o.Number, "")
		require.NoError(t, e.Busy(b.ctx, 1))
		b.refund(t, 7, "claim", 10)
		require.ErrorIs(t, e.Busy(b.ctx, 1), auth.ErrOpen, "a refund is on its way")
		_, err = b.pay.SweepRefunds(b.ctx, 10)
		require.NoError(t, err)
		require.NoError(t, e.Busy(b.ctx, 1))
		data, err := e.Export(b.ctx, 1)
		require.NoError(t, err)
		exported := data.(payment.Exported)
		require.Len(t, exported.Payments, 1)
		require.Len(t, exported.Refunds, 1)
		require.NoError(t, b.store.Do(b.ctx, func(ctx context.Context) error { return e.Erase(ctx, 1) }))
		p := b.get(o.Number)
		require.Empty(t, p.OpenID+p.Remark)
		refunds, err := b.pay.Refunds(b.ctx, payment.Order, 7)
		require.NoError(t, err)
		require.Empty(t, refunds[0].Reason)
		require.Equal(t, mall.Money(1000), p.Amount, "the books are kept")

		b.clock.pass(91 * 24 * time.Hour)
		n, err := b.pay.SweepNotices(b.ctx, 10)
		require.NoError(t, err)
		require.Equal(t, 1, n)
	})
}

// TestRefundAtAnUnwillingGateway: a failed refund keeps its number and is tried
// again; one whose answer did not come is asked for before it is sent again.
func TestRefundAtAnUnwillingGateway(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, b *bench) {
		b.order(7, 1000)
		o := b.open(buyer(1), orders(7), 1000)
		b.settle(o.Number, "")
		g, _, err := b.books.Order(b.ctx, o.Number)
		require.NoError(t, err)
		g.Refunds = []paytest.Refund{{Number: "by hand", Amount: 500}}
		ok, err := b.books.Save(b.ctx, g)
		require.NoError(t, err)
		require.True(t, ok)

		r := b.refund(t, 7, "claim", 1000)
		_, err = b.pay.SweepRefunds(b.ctx, 10)
		require.NoError(t, err)
		rs, err := b.pay.Refunds(b.ctx, payment.Order, 7)
		require.NoError(t, err)
		require.Equal(t, payment.RefundFailed, rs[0].State)
		require.Equal(t, "NOT_ENOUGH", rs[0].Failure)
		n, err := b.pay.SweepRefunds(b.ctx, 10)
		require.NoError(t, err)
		require.Zero(t, n, "not at once")

		g, _, err = b.books.Order(b.ctx, o.Number)
		require.NoError(t, err)
		g.Refunds = nil
		_, err = b.books.Save(b.ctx, g)
		require.NoError(t, err)
		b.clock.pass(10 * time.Minute)
		for range 2 {
			_, err = b.pay.SweepRefunds(b.ctx, 10)
			require.NoError(t, err)
		}
		g, _, err = b.books.Order(b.ctx, o.Number)
		require.NoError(t, err)
		require.Len(t, g.Refunds, 1)
		require.Equal(t, r.Number, g.Refunds[0].Number, "the same number")
		require.Equal(t, mall.Money(1000), b.refunded[7])
	})
}

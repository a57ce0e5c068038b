package wechatpay_test

import (
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestMoneyAfterOurClose: WeChat Pay takes no money for what it closed. Should it
// have taken some nevertheless and not tell, the bill of the day does, and the
// money goes the way of late successes, once: the ticket is had for it, or it
// goes back if another payment has the ticket.
func TestMoneyAfterOurClose(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		s := newTill(t, store)
		ctx := t.Context()
		late := []string{s.open(1), s.open(2)}
		for _, ref := range []mall.ID{1, 2} {
			o, err := s.shop.CloseFor(ctx, ticket, ref)
			require.NoError(t, err)
			require.Equal(t, payment.Closed, o)
		}
		other := s.sell(2)
		for i, number := range late {
			s.books.Falsify(number, func(o *paytest.Order) {
				o.State, o.Transaction, o.PaidAt = paytest.Paid, []string{"4LATE1", "4LATE2"}[i], start
			})
		}
		for range 3 {
			s.pass(time.Hour)
			_, err := s.shop.SweepPayments(ctx, 100)
			require.NoError(t, err)
		}
		s.pass(24 * time.Hour)
		require.NoError(t, s.gateway.Notify(ctx, late[0]))
		n := s.last()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := s.shop.SweepBills(ctx, 100); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() { _, _ = s.shop.Notify(ctx, "wxpay", n.Header, n.Body) }) // one is the first, the others are replays
		}
		wg.Wait()
		states := func() (list []payment.PartState) {
			for _, number := range append(late, other) {
				p, err := store.Payments().ByNumber(ctx, number)
				require.NoError(t, err)
				list = append(list, p.Parts[0].State)
			}
			return list
		}
		want := []payment.PartState{payment.PartDone, payment.PartReturned, payment.PartDone}
		require.Equal(t, want, states())
		_, err := s.shop.SweepRefunds(ctx, 100)
		require.NoError(t, err)
		require.NoError(t, s.gateway.Notify(ctx, late[1]))
		n = s.last()
		a, err := s.shop.Notify(ctx, "wxpay", n.Header, n.Body)
		require.NoError(t, err)
		require.True(t, a.Accepted)
		s.reconcile()
		require.Empty(t, s.differences(payment.DifferenceFilter{Open: true}))
		require.Equal(t, want, states())
		require.Len(t, storagetest.Texts(t, store, "SELECT facts FROM {outbox} WHERE kind = 'payment.succeeded'"), 3, "once each")
		o, _, err := s.books.Order(ctx, late[1])
		require.NoError(t, err)
		require.Len(t, o.Refunds, 1)
		require.EqualValues(t, 100, o.Refunds[0].Amount)
	})
}

// TestBillThatDoesNotCome: yesterday's bill may be made later; that there is none
// of an earlier day is told.
func TestBillThatDoesNotCome(t *testing.T) {
	t.Parallel()
	s := newTill(t, storagetest.SQLite(t))
	s.pass(14 * time.Hour) // ten in the morning
	n, err := s.shop.SweepBills(t.Context(), 100)
	require.NoError(t, err)
	require.Equal(t, 3, n)
	s.gateway.Fault(paytest.OpBill, paytest.NotYet)
	s.pass(24 * time.Hour)
	n, err = s.shop.SweepBills(t.Context(), 100)
	require.NoError(t, err)
	require.Zero(t, n)
	s.pass(24 * time.Hour)
	_, err = s.shop.SweepBills(t.Context(), 100)
	require.ErrorIs(t, err, payment.ErrBillNotReady)
}

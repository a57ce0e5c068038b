package alipay_test

import (
	"fmt"
	"slices"
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

func TestReconcile(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		s := newTill(t, store, "alipay")
		ctx := t.Context()
		var numbers [6]string
		for i := range numbers {
			numbers[i] = s.sell(mall.ID(i + 1))
		}
		s.refund(4, 30)
		s.refund(5, 40)
		s.pass(5 * time.Hour) // one in the morning
		n, err := s.shop.SweepBills(ctx, 100)
		require.NoError(t, err)
		require.Equal(t, 2, n, "yesterday's bill is not made yet, and that is no failure")
		require.Empty(t, s.logged())
		s.pass(20 * time.Hour)
		n, err = s.shop.SweepBills(ctx, 100)
		require.NoError(t, err)
		require.Equal(t, 1, n)
		require.Empty(t, s.differences(payment.DifferenceFilter{}), "the books agree")

		s.books.Falsify(numbers[0], func(o *paytest.Order) { o.Amount++ })
		s.books.Falsify(numbers[1], func(o *paytest.Order) { o.Number = "" })
		s.books.Falsify(numbers[2], func(o *paytest.Order) {
			o.Refunds = append(o.Refunds, paytest.Refund{Number: "ELSEWHERE", Amount: 10, At: start})
		})
		var kept []paytest.Refund
		s.books.Falsify(numbers[3], func(o *paytest.Order) { kept, o.Refunds = o.Refunds, nil })
		s.books.Falsify(numbers[4], func(o *paytest.Order) { o.Refunds[0].Amount = 41 })
		s.books.Falsify(numbers[5], func(o *paytest.Order) { o.Transaction = "2026OTHER" })
		s.books.Falsify("FOREIGN1", func(o *paytest.Order) {
			*o = paytest.Order{Number: "FOREIGN1", Merchant: sellerID, AppID: "another", Amount: 5, State: paytest.Paid, Transaction: "2026F", PaidAt: start, Protocol: "alipay"}
		})
		require.Equal(t, payment.Bill{Provider: "alipay", Day: "2026-11-21", Lines: 8, Differences: 7}, *s.reconcile())
		found := map[payment.DifferenceKind]string{}
		for _, d := range s.differences(payment.DifferenceFilter{Day: "2026-11-21", Open: true}) {
			found[d.Kind] = fmt.Sprint(d.Number, " ", int64(d.Ours), " ", int64(d.Theirs))
		}
		require.Equal(t, map[payment.DifferenceKind]string{
			payment.AmountDiffers: numbers[0] + " 101 102", payment.MissingThere: numbers[1] + " 102 0",
			payment.RefundMissingHere: numbers[2] + " 0 10", payment.RefundMissingThere: numbers[3] + " 30 0",
			payment.RefundDiffers: numbers[4] + " 40 41", payment.TransactionDiffers: numbers[5] + " 106 106", payment.MissingHere: "FOREIGN1 0 5",
		}, found)
		require.Equal(t, 7, s.told(t, "payment.difference"))

		s.books.Falsify(numbers[0], func(o *paytest.Order) { o.Amount-- })
		s.books.Falsify(numbers[3], func(o *paytest.Order) { o.Refunds = kept })
		require.Equal(t, 5, s.reconcile().Differences, "two are mended")
		require.Len(t, s.differences(payment.DifferenceFilter{Open: true}), 5)
		require.Len(t, s.differences(payment.DifferenceFilter{}), 7)
		require.Equal(t, 7, s.told(t, "payment.difference"), "each is told once")

		s.gateway.Fault(paytest.OpBillFile, paytest.Cut)
		s.pass(time.Second)
		_, err = s.shop.Reconcile(ctx, mall.System(), "alipay", "", "2026-11-21")
		require.ErrorIs(t, err, payment.ErrBill)
		require.Len(t, s.differences(payment.DifferenceFilter{Open: true}), 5, "half a bill resolves nothing")
	})
}

// TestMoneyAfterOurClose: a QR code can be paid though the payment is closed
// here. When the notification does not come the bill of the day tells, and the
// money goes the way of late successes, once: the ticket is had for it, or it
// goes back if another payment has the ticket.
func TestMoneyAfterOurClose(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		s := newTill(t, store, "alipay")
		ctx := t.Context()
		late := []string{s.open(1), s.open(2)}
		for _, ref := range []mall.ID{1, 2} {
			o, err := s.shop.CloseFor(ctx, ticket, ref)
			require.NoError(t, err)
			require.Equal(t, payment.Closed, o)
		}
		other := s.sell(2)
		for _, number := range late {
			s.bench.pay(number, paytest.Drop)
		}
		for range 3 {
			s.pass(time.Hour)
			_, err := s.shop.SweepPayments(ctx, 100)
			require.NoError(t, err)
		}
		require.Equal(t, payment.StateClosed, s.payment(late[0]).State, "nobody told")
		s.pass(24 * time.Hour)

		// The bill is compared while Alipay tells after all.
		require.NoError(t, s.gateway.Notify(ctx, late[0]))
		n := s.last()
		var wg sync.WaitGroup
		for range 3 {
			wg.Go(func() {
				if _, err := s.shop.SweepBills(ctx, 100); err != nil {
					t.Error(err)
				}
			})
			wg.Go(func() {
				if _, err := s.shop.Notify(ctx, "alipay", n.Header, n.Body); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		kinds := func() []payment.PartState {
			return []payment.PartState{s.payment(late[0]).Parts[0].State, s.payment(late[1]).Parts[0].State, s.payment(other).Parts[0].State}
		}
		want := []payment.PartState{payment.PartDone, payment.PartReturned, payment.PartDone}
		require.Equal(t, want, kinds())
		require.Equal(t, 3, s.told(t, "payment.succeeded"))
		missing := s.differences(payment.DifferenceFilter{Kind: payment.MissingHere})
		require.True(t, slices.ContainsFunc(missing, func(d payment.Difference) bool { return d.Number == late[1] }), "it was not known here")

		_, err := s.shop.SweepRefunds(ctx, 100)
		require.NoError(t, err)
		require.NoError(t, s.gateway.Notify(ctx, late[1]))
		s.hear()
		s.reconcile()
		require.Empty(t, s.differences(payment.DifferenceFilter{Open: true}))
		require.Equal(t, want, kinds())
		require.Equal(t, 3, s.told(t, "payment.succeeded"), "once each")
		for number, back := range map[string]int64{late[0]: 0, late[1]: 102, other: 0} {
			o, _, err := s.books.Order(ctx, number)
			require.NoError(t, err)
			sum := int64(0)
			for _, r := range o.Refunds {
				sum += r.Amount
			}
			require.Equal(t, back, sum, number)
		}
	})
}

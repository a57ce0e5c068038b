package alipay_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
)

func TestBill(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.at = time.Date(2026, 11, 21, 15, 50, 0, 0, time.UTC) // ten to midnight in Beijing
	for _, number := range []string{"ORDER001", "ORDER002"} {
		b.create(number, payment.SceneNative)
		b.pay(number, paytest.Drop)
	}
	b.create("UNPAID01", payment.SceneJSAPI)
	b.pay("UNPAID01", paytest.WrongAmount)
	_, err := b.provider.Refund(t.Context(), payment.RefundRequest{Number: "ORDER002", RefundNumber: "R1", Total: 1234, Amount: 34})
	require.NoError(t, err)
	b.pass(time.Hour)
	o := b.create("CODE0001", payment.SceneCode)
	require.Equal(t, payment.Settled, o.Outcome)

	bill := func(day string) ([]payment.BillLine, error) { return b.provider.Bill(t.Context(), day, sellerID) }
	_, err = bill("2026-11-22")
	require.ErrorIs(t, err, payment.ErrBillNotReady, "the day is not over")
	_, err = bill("2026-11-21")
	require.ErrorIs(t, err, payment.ErrBillNotReady, "it is one in the morning")
	_, err = bill("2026-11-20")
	require.NoError(t, err, "there was none until the end of yesterday, so nothing was booked")

	b.pass(24 * time.Hour)
	lines, err := bill("2026-11-21")
	require.NoError(t, err)
	require.Len(t, lines, 3)
	two := b.query("ORDER002")
	want := payment.BillLine{Number: "ORDER002", Transaction: two.Transaction, Merchant: sellerID, Amount: 1234, Outcome: payment.Settled, At: two.Paid}
	require.Contains(t, lines, want)
	want.Refund, want.RefundNumber, want.Receipt, want.Amount = true, "R1", "R1", 34
	require.Contains(t, lines, want)
	_, err = bill("2026-11-22")
	require.ErrorIs(t, err, payment.ErrBillNotReady)
	b.pass(9 * time.Hour)
	lines, err = b.provider.Bill(t.Context(), "2026-11-22", "")
	require.NoError(t, err)
	require.Len(t, lines, 1)
	require.Equal(t, []string{"CODE0001", o.Paid.Transaction}, []string{lines[0].Number, lines[0].Transaction})

	_, err = bill("21.11.2026")
	require.ErrorIs(t, err, mall.ErrInvalid)
	_, err = b.provider.Bill(t.Context(), "2026-11-21", "2088000000000000")
	require.ErrorIs(t, err, mall.ErrNotConfigured)
	_, err = b.provider.Bill(context.WithValue(t.Context(), mall.TxKey{}, true), "2026-11-21", "")
	require.ErrorIs(t, err, payment.ErrInTx)
	for op, faults := range map[paytest.Op][]paytest.Fault{
		paytest.OpBill:     {paytest.BadSign, paytest.Stumbles, paytest.Garbage, paytest.HangUp, paytest.Refuses},
		paytest.OpBillFile: {paytest.Cut, paytest.Garbage, paytest.HangUp, paytest.Stumbles},
	} {
		for _, f := range faults {
			b.gateway.Fault(op, f)
			_, err = bill("2026-11-21")
			require.ErrorIs(t, err, payment.ErrBill, "%s %s", op, f)
			require.NotContains(t, err.Error(), "fileId", "the address opens the bill")
		}
		b.gateway.Fault(op, paytest.None)
	}
	b.gateway.Fault(paytest.OpBill, paytest.NotYet)
	_, err = bill("2026-11-22")
	require.ErrorIs(t, err, payment.ErrBillNotReady)
	b.gateway.Fault(paytest.OpBill, paytest.None)
	c := b.config
	c.MaxBill = 500
	_, err = b.open(c).Bill(t.Context(), "2026-11-21", "")
	require.ErrorContains(t, err, "too")
}

// TestBillWithHostileTitle: who names goods cannot hide what was booked.
func TestBillWithHostileTitle(t *testing.T) {
	t.Parallel()
	b := setup(t)
	title := "a,b\",2026-11-21 00:00:00,2026-11-21 00:00:00,\t,\t,\n#支付宝,0.01"
	ok, err := b.books.Save(t.Context(), paytest.Order{Protocol: "alipay", Number: "HOSTILE1", Merchant: sellerID, AppID: appID, Title: title,
		Amount: 99, State: paytest.Paid, Transaction: "42", PaidAt: start, Refunds: []paytest.Refund{{Number: "R1", Amount: 98, At: start}}})
	require.NoError(t, err)
	require.True(t, ok)
	b.pass(24 * time.Hour)
	lines, err := b.provider.Bill(t.Context(), "2026-11-21", "")
	require.NoError(t, err)
	line := payment.BillLine{Number: "HOSTILE1", Transaction: "42", Merchant: sellerID, Amount: 99, Outcome: payment.Settled, At: start}
	require.Equal(t, line, lines[0])
	line.Refund, line.RefundNumber, line.Receipt, line.Amount = true, "R1", "R1", 98
	require.Equal(t, line, lines[1])
}

// TestBillElsewhere: a bill is fetched from Alipay, whatever an answer says.
func TestBillElsewhere(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.create("ORDER001", payment.SceneNative)
	b.pay("ORDER001", "")
	b.pass(24 * time.Hour)
	for base, want := range map[string]bool{"openapi.alipay.com": true, "openapi-sandbox.dl.alipaydev.com": false, "alipay.com.shop.example": false, "openapi.xalipay.com": false} {
		c := b.config
		c.BaseURL = "https://" + base + "/gateway.do"
		c.HTTP = &http.Client{Transport: roundTrip(func(r *http.Request) (*http.Response, error) {
			if r.Method == http.MethodGet {
				require.Equal(t, "dwbillcenter.alipay.com", r.Host)
				return nil, context.Canceled
			}
			r.URL.Scheme, r.URL.Host, r.Host = "http", b.server.Listener.Addr().String(), "dwbillcenter.alipay.com"
			return http.DefaultTransport.RoundTrip(r)
		})}
		_, err := b.open(c).Bill(t.Context(), "2026-11-21", "")
		require.ErrorIs(t, err, payment.ErrBill)
		if want {
			require.ErrorIs(t, err, context.Canceled, "it was tried")
			continue
		}
		require.ErrorContains(t, err, "lies elsewhere", base)
	}
}

type roundTrip func(r *http.Request) (*http.Response, error)

func (fn roundTrip) RoundTrip(r *http.Request) (*http.Response, error) { return fn(r) }

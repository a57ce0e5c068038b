package wechatpay_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/paytest"
)

func TestBill(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	b.at = time.Date(2026, 11, 21, 15, 50, 0, 0, time.UTC) // ten to midnight in Beijing
	b.pay("ORDER001", "")
	b.pay("ORDER002", paytest.Drop)
	b.pay("UNPAID01", paytest.WrongAmount)
	r := payment.RefundRequest{Number: "ORDER002", RefundNumber: "R1", Total: 1234, Amount: 34}
	a, err := b.provider.Refund(t.Context(), r)
	require.NoError(t, err)
	b.pass(time.Hour)
	o, err := b.provider.Create(t.Context(), b.request("CODE0001", payment.SceneCode))
	require.NoError(t, err)

	_, err = b.provider.Bill(t.Context(), "2026-11-22", "")
	require.ErrorIs(t, err, payment.ErrBillNotReady, "the day is not over")
	b.pass(24 * time.Hour)
	lines, err := b.provider.Bill(t.Context(), "2026-11-21", mchID)
	require.NoError(t, err)
	require.Len(t, lines, 3)
	two, err := b.provider.Query(t.Context(), payment.Query{Number: "ORDER002"})
	require.NoError(t, err)
	want := payment.BillLine{Number: "ORDER002", Transaction: two.Transaction, Merchant: mchID, AppID: appID, Amount: 1234, Outcome: payment.Settled, At: two.Paid}
	require.Contains(t, lines, want)
	want.Refund, want.RefundNumber, want.Receipt, want.Amount = true, "R1", a.Receipt, 34
	require.Contains(t, lines, want)
	lines, err = b.provider.Bill(t.Context(), "2026-11-22", "")
	require.NoError(t, err)
	require.Len(t, lines, 1)
	require.Equal(t, []string{"CODE0001", o.Paid.Transaction}, []string{lines[0].Number, lines[0].Transaction})
	lines, err = b.provider.Bill(t.Context(), "2026-01-01", "")
	require.NoError(t, err)
	require.Empty(t, lines, "a day without any")

	_, err = b.provider.Bill(t.Context(), "21.11.2026", "")
	require.ErrorIs(t, err, mall.ErrInvalid)
	_, err = b.provider.Bill(context.WithValue(t.Context(), mall.TxKey{}, true), "2026-11-21", "")
	require.ErrorIs(t, err, payment.ErrInTx)
	for _, f := range []paytest.Fault{paytest.BadSign, paytest.Stumbles, paytest.Garbage, paytest.HangUp} {
		b.gateway.Fault(paytest.OpBill, f)
		_, err = b.provider.Bill(t.Context(), "2026-11-21", "")
		require.ErrorIs(t, err, payment.ErrBill, f)
	}
	b.gateway.Fault(paytest.OpBill, paytest.NotYet)
	_, err = b.provider.Bill(t.Context(), "2026-11-21", "")
	require.ErrorIs(t, err, payment.ErrBillNotReady)
	b.gateway.Fault(paytest.OpBill, paytest.None)
	for _, f := range []paytest.Fault{paytest.Cut, paytest.Garbage, paytest.HangUp} {
		b.gateway.Fault(paytest.OpBillFile, f)
		_, err = b.provider.Bill(t.Context(), "2026-11-21", "")
		require.ErrorIs(t, err, payment.ErrBill, f)
	}
}

// TestBillWithHostileTitle: who names goods cannot hide what was booked.
func TestBillWithHostileTitle(t *testing.T) {
	t.Parallel()
	b := setup(t, nil)
	ok, err := b.books.Save(t.Context(), paytest.Order{Protocol: "wechat", Number: "HOSTILE1", Merchant: mchID, AppID: appID, Title: "a,`b,`c\n,`0", Scene: "NATIVE",
		Amount: 99, State: paytest.Paid, Transaction: "42", PaidAt: b.now(), Refunds: []paytest.Refund{{Number: "R1", Receipt: "50", Amount: 98, At: b.now()}}})
	require.NoError(t, err)
	require.True(t, ok)
	b.pass(24 * time.Hour)
	lines, err := b.provider.Bill(t.Context(), "2026-11-21", "")
	require.NoError(t, err)
	line := payment.BillLine{Number: "HOSTILE1", Transaction: "42", Merchant: mchID, AppID: appID, Amount: 99, Outcome: payment.Settled, At: start}
	require.Equal(t, line, lines[0])
	line.Refund, line.RefundNumber, line.Receipt, line.Amount = true, "R1", "50", 98
	require.Equal(t, line, lines[1])
}

func TestPartnerBill(t *testing.T) {
	t.Parallel()
	b := setup(t, partner)
	for _, merchant := range []string{subMchID, "1900000110"} {
		r := b.request("ORDER"+merchant, payment.SceneNative)
		r.Merchant = merchant
		_, err := b.provider.Create(t.Context(), r)
		require.NoError(t, err)
		_, err = b.gateway.Pay(t.Context(), r.Number, "")
		require.NoError(t, err)
	}
	b.pass(24 * time.Hour)
	lines, err := b.provider.Bill(t.Context(), "2026-11-21", subMchID)
	require.NoError(t, err)
	require.Len(t, lines, 1)
	require.Equal(t, []string{"ORDER" + subMchID, subMchID}, []string{lines[0].Number, lines[0].Merchant})
}

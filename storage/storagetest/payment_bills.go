package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
)

// testPaymentBills: a day of an account is claimed by one, and each difference
// is stored once.
func testPaymentBills(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Payments(), t.Context()
	do := func(fn func(ctx context.Context)) {
		t.Helper()
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { fn(ctx); return nil }))
	}
	claim := func(again bool, now time.Time) (ok bool) {
		t.Helper()
		do(func(ctx context.Context) {
			var err error
			ok, err = repo.ClaimBill(ctx, "wxpay", "m1", "2026-11-20", again, now, now.Add(time.Minute))
			require.NoError(t, err)
		})
		return ok
	}
	rolledBack(t, store, func(ctx context.Context) {
		ok, err := repo.ClaimBill(ctx, "wxpay", "m1", "2026-11-20", false, moneyDay, moneyDay.Add(time.Minute))
		require.NoError(t, err)
		require.True(t, ok)
		first, err := repo.PutDifference(ctx, &payment.Difference{Provider: "wxpay", Day: "2026-11-20", Kind: payment.MissingHere, Number: "N", Found: moneyDay}, moneyDay)
		require.NoError(t, err)
		require.True(t, first)
	})
	won := winners(t, store, 8, func(ctx context.Context) (bool, error) {
		return repo.ClaimBill(ctx, "wxpay", "m1", "2026-11-20", false, moneyDay, moneyDay.Add(time.Minute))
	})
	require.EqualValues(t, 1, won)
	require.True(t, claim(false, moneyDay.Add(time.Minute)), "the lease is over")
	do(func(ctx context.Context) {
		require.NoError(t, repo.DelayBill(ctx, "wxpay", "m1", "2026-11-20", moneyDay.Add(time.Hour)))
	})
	require.False(t, claim(false, moneyDay.Add(30*time.Minute)))
	require.True(t, claim(false, moneyDay.Add(time.Hour)))
	done := moneyDay.Add(61 * time.Minute)
	do(func(ctx context.Context) {
		require.NoError(t, repo.FinishBill(ctx, payment.Bill{Provider: "wxpay", Merchant: "m1", Day: "2026-11-20", Lines: 3, Differences: 1}, done))
	})
	require.False(t, claim(false, done.Add(time.Hour)), "it is compared")
	require.True(t, claim(true, done.Add(time.Hour)), "unless somebody wants it again")

	d := payment.Difference{Provider: "wxpay", Merchant: "m1", Day: "2026-11-20", Kind: payment.AmountDiffers, Number: "N1", Transaction: "T1", Ours: 5, Theirs: 6, Found: moneyDay}
	won = winners(t, store, 8, func(ctx context.Context) (bool, error) {
		mine := d
		return repo.PutDifference(ctx, &mine, moneyDay)
	})
	require.EqualValues(t, 1, won)
	open1 := payment.DifferenceFilter{Provider: "wxpay", Day: "2026-11-20", Kind: payment.AmountDiffers, Open: true}
	list := func(f payment.DifferenceFilter) []payment.Difference {
		t.Helper()
		s, err := repo.Differences(ctx, f, mall.Page{Limit: 10})
		require.NoError(t, err)
		require.EqualValues(t, len(s.Items), s.Total)
		return s.Items
	}
	got := list(open1)
	require.Len(t, got, 1)
	d.ID = got[0].ID
	require.Equal(t, d, got[0])
	resolve := func(before time.Time) {
		do(func(ctx context.Context) {
			require.NoError(t, repo.ResolveDifferences(ctx, "wxpay", "m1", "2026-11-20", before, done))
		})
	}
	resolve(moneyDay)
	require.Len(t, list(open1), 1, "seen since")
	resolve(moneyDay.Add(time.Second))
	require.Empty(t, list(open1))
	require.Equal(t, done, list(payment.DifferenceFilter{})[0].Resolved)
	do(func(ctx context.Context) {
		d.Theirs = 7
		first, err := repo.PutDifference(ctx, &d, done)
		require.NoError(t, err)
		require.False(t, first)
	})
	require.Equal(t, mall.Money(7), list(open1)[0].Theirs, "it is back")
	require.Empty(t, list(payment.DifferenceFilter{Provider: "alipay"}))

	purge := func(before time.Time, limit int) (n int) {
		t.Helper()
		do(func(ctx context.Context) {
			var err error
			n, err = repo.PurgeBills(ctx, before, limit)
			require.NoError(t, err)
		})
		return n
	}
	require.Zero(t, purge(done, 10), "seen, and claimed, since")
	rolledBack(t, store, func(ctx context.Context) {
		n, err := repo.PurgeBills(ctx, done.Add(2*time.Hour), 10)
		require.NoError(t, err)
		require.Equal(t, 2, n)
	})
	require.Equal(t, 1, purge(done.Add(2*time.Hour), 1), "the difference, seen when it was found last")
	require.Empty(t, list(payment.DifferenceFilter{}))
	require.False(t, claim(false, done.Add(2*time.Hour)), "the day is remembered")
	require.Equal(t, 1, purge(done.Add(2*time.Hour), 10))
	require.Zero(t, purge(done.Add(2*time.Hour), 10))
	require.True(t, claim(false, done.Add(2*time.Hour)), "the day is forgotten")

	paid := aPayment("PAID", 1, 2)
	do(func(ctx context.Context) {
		require.NoError(t, repo.Insert(ctx, paid, moneyDay))
		_, ok, err := repo.Succeed(ctx, paid.ID, "T", moneyDay, moneyDay)
		require.NoError(t, err)
		require.True(t, ok)
	})
	hour := moneyDay.Add(time.Hour)
	merchants, err := repo.MerchantsOf(ctx, "wxpay", moneyDay, hour, 10)
	require.NoError(t, err)
	require.Equal(t, []string{"m1"}, merchants)
	merchants, err = repo.MerchantsOf(ctx, "wxpay", hour, hour.Add(time.Hour), 10)
	require.NoError(t, err)
	require.Empty(t, merchants)
	for after, want := range map[mall.ID]int{0: 1, paid.ID: 0} {
		page, err := repo.PaidOn(ctx, "wxpay", "m1", moneyDay, hour, after, 10)
		require.NoError(t, err)
		require.Len(t, page, want)
	}
	page, err := repo.PaidOn(ctx, "wxpay", "", moneyDay, hour, 0, 10)
	require.NoError(t, err)
	require.Empty(t, page, "another account")
	page, err = repo.ByNumbers(ctx, []string{"PAID", "NONE"})
	require.NoError(t, err)
	require.Len(t, page, 1)

	r := &payment.Refund{Number: "R1", Source: "s1", Payment: paid.ID, Part: paid.Parts[0].ID, Payer: 5, Purpose: payment.Order, Ref: 1, Amount: 10, Gateway: 10,
		State: payment.RefundCreated, Provider: "wxpay", Created: moneyDay}
	do(func(ctx context.Context) {
		require.NoError(t, repo.InsertRefund(ctx, r))
	})
	back, err := repo.RefundedOn(ctx, "wxpay", "m1", moneyDay, hour, 0, 10)
	require.NoError(t, err)
	require.Empty(t, back, "not done")
	do(func(ctx context.Context) {
		_, err := repo.FinishRefund(ctx, r.ID, "receipt", moneyDay)
		require.NoError(t, err)
	})
	back, err = repo.RefundedOn(ctx, "wxpay", "m1", moneyDay, hour, 0, 10)
	require.NoError(t, err)
	require.Len(t, back, 1)
	back, err = repo.RefundedOn(ctx, "wxpay", "m2", moneyDay, hour, 0, 10)
	require.NoError(t, err)
	require.Empty(t, back)
	back, err = repo.RefundsByNumbers(ctx, []string{"R1", "R2"})
	require.NoError(t, err)
	require.Len(t, back, 1)
}

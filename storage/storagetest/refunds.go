package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/storage"
)

func aRefund(p *payment.Payment, number, source string) *payment.Refund {
	return &payment.Refund{Number: number, Payment: p.ID, Part: p.Parts[0].ID, Payer: 5, Purpose: payment.Order, Ref: 1, Source: source,
		Amount: 100, Gateway: 70, Wallet: 30, Reason: "坏了", State: payment.RefundCreated, Provider: "wxpay", By: 3, Face: mall.FaceManager,
		Created: moneyDay}
}

// paidFor is a payment that succeeded.
func paidFor(t *testing.T, store storage.Store) *payment.Payment {
	p := aPayment("P1", 1, 2)
	require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
		if err := store.Payments().Insert(ctx, p, moneyDay); err != nil {
			return err
		}
		_, _, err := store.Payments().Succeed(ctx, p.ID, "T1", moneyDay, moneyDay)
		return err
	}))
	return p
}

func testRefunds(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Payments(), t.Context()
	do := func(fn func(ctx context.Context)) {
		t.Helper()
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { fn(ctx); return nil }))
	}
	p := paidFor(t, store)
	part := p.Parts[0].ID
	rolledBack(t, store, func(ctx context.Context) {
		sum, ok, err := repo.TakeRefund(ctx, p.ID, part, 600)
		require.NoError(t, err)
		require.True(t, ok)
		require.Equal(t, mall.Money(600), sum)
		require.NoError(t, repo.InsertRefund(ctx, aRefund(p, "R0", "s0")))
	})
	_, err := repo.RefundByNumber(ctx, "R0")
	require.ErrorIs(t, err, mall.ErrNotFound)

	r := aRefund(p, "R1", "s1")
	do(func(ctx context.Context) {
		_, ok, err := repo.TakeRefund(ctx, p.ID, part, 601)
		require.NoError(t, err)
		require.False(t, ok, "more than the part")
		got, err := repo.Get(ctx, p.ID)
		require.NoError(t, err)
		require.Zero(t, got.Refunded, "and the payment is as before")
		_, ok, err = repo.TakeRefund(ctx, p.ID, p.Parts[1].ID+99, 1)
		require.NoError(t, err)
		require.False(t, ok, "no such part")
		_, ok, err = repo.TakeRefund(ctx, p.ID, part, r.Amount)
		require.NoError(t, err)
		require.True(t, ok)
		require.NoError(t, repo.InsertRefund(ctx, r))
		require.ErrorIs(t, repo.InsertRefund(ctx, aRefund(p, "R1", "s2")), mall.ErrConflict)
		require.ErrorIs(t, repo.InsertRefund(ctx, aRefund(p, "R2", "s1")), mall.ErrConflict)
	})
	got, err := repo.RefundBySource(ctx, "s1")
	require.NoError(t, err)
	require.Equal(t, r, got)
	list, err := repo.Refunds(ctx, payment.Order, 1)
	require.NoError(t, err)
	require.Equal(t, []payment.Refund{*r}, list)
	busy, err := repo.HasOpen(ctx, 5)
	require.NoError(t, err)
	require.True(t, busy)

	do(func(ctx context.Context) {
		claim := func(at time.Time, want int) []payment.Refund {
			t.Helper()
			due, err := repo.ClaimRefunds(ctx, at, at.Add(time.Minute), 10)
			require.NoError(t, err)
			require.Len(t, due, want)
			return due
		}
		claim(moneyDay.Add(-time.Second), 0)
		claim(moneyDay, 1)
		claim(moneyDay, 0)
		ok, err := repo.DelayRefund(ctx, r.ID, payment.RefundFailed, "BROKE", moneyDay.Add(time.Hour))
		require.NoError(t, err)
		require.True(t, ok)
		claim(moneyDay.Add(time.Minute), 0)
		require.NoError(t, repo.HurryRefund(ctx, r.ID, moneyDay))
		due := claim(moneyDay.Add(time.Minute), 1)
		require.Equal(t, "BROKE", due[0].Failure)
		require.Equal(t, 1, due[0].Tries)
		require.Equal(t, payment.RefundFailed, due[0].State)
		ok, err = repo.FinishRefund(ctx, r.ID, "receipt", moneyDay)
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = repo.FinishRefund(ctx, r.ID, "again", moneyDay)
		require.NoError(t, err)
		require.False(t, ok)
		ok, err = repo.DelayRefund(ctx, r.ID, payment.RefundFailed, "", moneyDay)
		require.NoError(t, err)
		require.False(t, ok, "nothing follows succeeded")
		claim(moneyDay.Add(time.Hour), 0)
	})
	got, err = repo.RefundByNumber(ctx, "R1")
	require.NoError(t, err)
	require.Equal(t, "receipt", got.Receipt)
	require.Equal(t, moneyDay, got.Done)
	require.ErrorIs(t, repo.InsertRefund(ctx, aRefund(p, "R3", "s3")), mall.ErrNoTx)

	second, foreign := aRefund(p, "R4", "s4"), aRefund(p, "R5", "s5")
	second.Part, second.Ref, foreign.Payer = p.Parts[1].ID, 2, 6
	do(func(ctx context.Context) {
		require.NoError(t, repo.InsertRefund(ctx, foreign))
		require.NoError(t, repo.InsertRefund(ctx, second))
	})
	walked(t, 5, repo.EachRefund, func(r payment.Refund) mall.ID { return r.ID }, *got, *second)
	do(func(ctx context.Context) { require.NoError(t, repo.RedactRefunds(ctx, 5)) })
	for source, want := range map[string]string{"s1": "", "s4": "", "s5": foreign.Reason} {
		got, err := repo.RefundBySource(ctx, source)
		require.NoError(t, err)
		require.Equal(t, want, got.Reason)
	}
}

// testRefundRaces: of 20 parallel refunds of 100 the 600 of a part allow 6.
func testRefundRaces(t *testing.T, open Open) {
	store := open(t)
	p := paidFor(t, store)
	require.Equal(t, int64(6), winners(t, store, 20, func(ctx context.Context) (bool, error) {
		_, ok, err := store.Payments().TakeRefund(ctx, p.ID, p.Parts[0].ID, 100)
		return ok, err
	}))
	got, err := store.Payments().Get(t.Context(), p.ID)
	require.NoError(t, err)
	require.Equal(t, []mall.Money{600, 600}, []mall.Money{got.Refunded, got.Parts[0].Refunded})
}

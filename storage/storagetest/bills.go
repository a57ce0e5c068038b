package storagetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/bill"
)

func testBills(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Bills(), t.Context()
	rolledBack(t, store, func(ctx context.Context) {
		require.NoError(t, repo.Insert(ctx, &bill.Bill{Account: 5, Payment: 1, Amount: 10, Paid: moneyDay}))
	})
	require.ErrorIs(t, repo.Insert(ctx, &bill.Bill{Account: 5, Payment: 1, Amount: 10, Paid: moneyDay}), mall.ErrNoTx)
	one, two := bill.Bill{Account: 5, Payment: 1, Amount: 1000, Discount: 100, Paid: moneyDay}, bill.Bill{Account: 6, Payment: 2, Amount: 7, Paid: moneyDay}
	big, small := bill.Rule{Consume: 200, Discount: 30, Loop: true}, bill.Rule{Consume: 100, Discount: 10}
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		one.ID, two.ID, big.ID, small.ID = 0, 0, 0, 0
		require.NoError(t, repo.Insert(ctx, &one))
		require.NoError(t, repo.Insert(ctx, &two))
		require.ErrorIs(t, repo.Insert(ctx, &bill.Bill{Account: 5, Payment: 2, Amount: 10, Paid: moneyDay}), mall.ErrConflict)
		require.NoError(t, repo.SaveRule(ctx, &big))
		require.NoError(t, repo.SaveRule(ctx, &small))
		small.Discount = 11
		require.NoError(t, repo.SaveRule(ctx, &small))
		require.ErrorIs(t, repo.SaveRule(ctx, &bill.Rule{ID: 999, Consume: 1, Discount: 1}), mall.ErrNotFound)
		return nil
	}))
	list, err := repo.List(ctx, 0, mall.Page{Limit: 9})
	require.NoError(t, err)
	require.Equal(t, mall.Slice[bill.Bill]{Items: []bill.Bill{two, one}, Total: 2}, list)
	list, err = repo.List(ctx, 5, mall.Page{Limit: 9})
	require.NoError(t, err)
	require.Equal(t, mall.Slice[bill.Bill]{Items: []bill.Bill{one}, Total: 1}, list)
	walked(t, 5, repo.Each, func(b bill.Bill) mall.ID { return b.ID }, one)
	rules, err := repo.Rules(ctx)
	require.NoError(t, err)
	require.Equal(t, []bill.Rule{small, big}, rules)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		for _, want := range []bool{true, false} {
			ok, err := repo.DeleteRule(ctx, big.ID)
			require.NoError(t, err)
			require.Equal(t, want, ok)
		}
		return nil
	}))
}

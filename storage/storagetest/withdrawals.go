package storagetest

import (
	"context"
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/wallet/withdraw"
)

func aWithdrawal(number string, account mall.ID) *withdraw.Withdrawal {
	return &withdraw.Withdrawal{Number: number, Account: account, Amount: 1000, Fee: 6, Name: "张三🎂", State: withdraw.Asked, Face: mall.FaceWXAPI, Created: moneyDay}
}

func testWithdrawals(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Withdrawals(), t.Context()
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.Insert(ctx, aWithdrawal("W0", 5))) })
	_, err := repo.ByNumber(ctx, "W0")
	require.ErrorIs(t, err, mall.ErrNotFound)
	require.ErrorIs(t, repo.Insert(ctx, aWithdrawal("W0", 5)), mall.ErrNoTx)
	var all []*withdraw.Withdrawal
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		all = nil
		for i, account := range []mall.ID{5, 6, 5, 5} {
			w := aWithdrawal(fmt.Sprint("W", i), account)
			require.NoError(t, repo.Insert(ctx, w))
			all = append(all, w)
		}
		require.ErrorIs(t, repo.Insert(ctx, aWithdrawal("W1", 5)), mall.ErrConflict)
		ok, err := repo.Decide(ctx, all[2].ID, withdraw.Refused, 9, "姓名不符", moneyDay)
		require.NoError(t, err)
		require.True(t, ok)
		ok, err = repo.Decide(ctx, all[2].ID, withdraw.Paid, 9, "", moneyDay)
		require.NoError(t, err)
		require.False(t, ok, "it was decided")
		return nil
	}))
	all[2].State, all[2].By, all[2].Reason, all[2].Decided = withdraw.Refused, 9, "姓名不符", moneyDay
	for _, w := range all {
		got, err := repo.Get(ctx, w.ID)
		require.NoError(t, err)
		require.Equal(t, w, got)
		got, err = repo.ByNumber(ctx, w.Number)
		require.NoError(t, err)
		require.Equal(t, w, got)
	}
	for _, c := range []struct {
		f     withdraw.Filter
		p     mall.Page
		want  []mall.ID
		total int64
	}{
		{withdraw.Filter{}, mall.Page{Limit: 9}, []mall.ID{all[3].ID, all[2].ID, all[1].ID, all[0].ID}, 4},
		{withdraw.Filter{Account: 5}, mall.Page{Limit: 1, Offset: 1}, []mall.ID{all[2].ID}, 3},
		{withdraw.Filter{Account: 5, States: []withdraw.State{withdraw.Asked}}, mall.Page{Limit: 9}, []mall.ID{all[3].ID, all[0].ID}, 2},
		{withdraw.Filter{States: []withdraw.State{withdraw.Paid}}, mall.Page{Limit: 9}, nil, 0},
	} {
		list, err := repo.List(ctx, c.f, c.p)
		require.NoError(t, err)
		var ids []mall.ID
		for _, w := range list.Items {
			ids = append(ids, w.ID)
		}
		require.Equal(t, c.want, ids)
		require.Equal(t, c.total, list.Total)
	}
	walked(t, 5, repo.Each, func(w withdraw.Withdrawal) mall.ID { return w.ID }, *all[0], *all[2], *all[3])
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.Redact(ctx, 5) }))
	got, err := repo.Get(ctx, all[2].ID)
	require.NoError(t, err)
	require.Empty(t, got.Name+got.Reason)
	got, err = repo.Get(ctx, all[1].ID)
	require.NoError(t, err)
	require.NotEmpty(t, got.Name, "somebody else's")
}

package storagetest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/deposit"
)

func aDeposit(number string, account mall.ID) *deposit.Deposit {
	return &deposit.Deposit{Number: number, Account: account, State: deposit.Unpaid, Created: moneyDay,
		Terms: deposit.Terms{Amount: 1000, RefCode: "自行车", Remark: "谢谢🎂", Ext: map[string]string{"k": "v"}}}
}

func testDeposits(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Deposits(), t.Context()
	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.Insert(ctx, aDeposit("D0", 5))) })
	require.ErrorIs(t, repo.Insert(ctx, aDeposit("D0", 5)), mall.ErrNoTx)
	_, err := repo.Get(ctx, 1)
	require.ErrorIs(t, err, mall.ErrNotFound)
	var all []*deposit.Deposit
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		all = nil
		for i, account := range []mall.ID{5, 6, 5} {
			d := aDeposit(fmt.Sprint("D", i), account)
			require.NoError(t, repo.Insert(ctx, d))
			all = append(all, d)
		}
		require.ErrorIs(t, repo.Insert(ctx, aDeposit("D1", 5)), mall.ErrConflict)
		return nil
	}))
	id, at := all[0].ID, moneyDay.Add(time.Minute)
	moves := map[string]func(ctx context.Context) (bool, error){
		"pay":    func(ctx context.Context) (bool, error) { return repo.Pay(ctx, id, at) },
		"ask":    func(ctx context.Context) (bool, error) { return repo.Ask(ctx, id) },
		"refuse": func(ctx context.Context) (bool, error) { return repo.Refuse(ctx, id, 9, "损坏", at) },
		"much":   func(ctx context.Context) (bool, error) { return repo.Return(ctx, id, 9, 1001, at) },
		"return": func(ctx context.Context) (bool, error) { return repo.Return(ctx, id, 8, 700, at) },
		"finish": func(ctx context.Context) (bool, error) { return repo.Finish(ctx, id, at) },
	}
	for _, step := range []struct {
		move string
		want bool
	}{
		{"ask", false}, {"refuse", false}, {"return", false}, {"finish", false}, {"pay", true}, {"pay", false}, {"refuse", false}, {"ask", true}, {"ask", false},
		{"refuse", true}, {"ask", true}, {"much", false}, {"return", true}, {"return", false}, {"ask", false}, {"finish", true}, {"finish", false}, {"pay", false},
	} {
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			ok, err := moves[step.move](ctx)
			require.NoError(t, err)
			require.Equal(t, step.want, ok, step.move)
			return nil
		}))
	}
	d := all[0]
	d.State, d.Returned, d.Reason, d.By, d.Paid, d.Decided, d.Done = deposit.Returned, 700, "损坏", 8, at, at, at
	got, err := repo.Get(ctx, id)
	require.NoError(t, err)
	require.Equal(t, d, got)
	for _, c := range []struct {
		f    deposit.Filter
		want int64
	}{
		{deposit.Filter{}, 3}, {deposit.Filter{Account: 5}, 2}, {deposit.Filter{Account: 5, States: []deposit.State{deposit.Unpaid}}, 1},
		{deposit.Filter{Amount: 1000, Account: 6}, 1}, {deposit.Filter{Amount: 999}, 0},
	} {
		list, err := repo.List(ctx, c.f, mall.Page{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, c.want, list.Total)
		require.Len(t, list.Items, int(min(c.want, 1)))
	}
	list, err := repo.List(ctx, deposit.Filter{}, mall.Page{Limit: 2})
	require.NoError(t, err)
	require.Equal(t, []deposit.Deposit{*all[2], *all[1]}, list.Items, "newest first")
	walked(t, 5, repo.Each, func(d deposit.Deposit) mall.ID { return d.ID }, *all[0], *all[2])
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.Redact(ctx, 5) }))
	got, err = repo.Get(ctx, id)
	require.NoError(t, err)
	require.Empty(t, got.RefCode+got.Remark+got.Reason+got.Ext["k"])
}

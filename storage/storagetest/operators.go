package storagetest

import (
	"context"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/payment/operator"
)

func testOperators(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Operators(), t.Context()
	first, err := repo.Get(ctx, operator.Default)
	require.NoError(t, err, "the default centre is there from the start")
	require.Empty(t, first.AppID)
	o := &operator.Operator{
		Name: "西湖", Phone: "0571", AppID: "wx2", Merchants: map[string]string{"wxpay": "19"}, CreatedAt: moment0, UpdatedAt: moment0,
	}
	rolledBack(t, store, func(ctx context.Context) {
		c := *o
		require.NoError(t, repo.Insert(ctx, &c))
	})
	_, err = repo.ByAppID(ctx, "wx2")
	require.ErrorIs(t, err, mall.ErrNotFound)
	must(t, store, func(ctx context.Context) error { return repo.Insert(ctx, o) })
	require.Greater(t, o.ID, operator.Default)
	must(t, store, func(ctx context.Context) error {
		require.ErrorIs(t, repo.Insert(ctx, &operator.Operator{Name: "另一个", AppID: "wx2"}), mall.ErrConflict)
		require.ErrorIs(t, repo.Update(ctx, &operator.Operator{ID: 99, Name: "x"}), mall.ErrNotFound)
		// Many centres may have no mini program.
		bare := operator.Operator{Name: "无小程序", Merchants: map[string]string{}, CreatedAt: moment0, UpdatedAt: moment0}
		return repo.Insert(ctx, &bare)
	})
	o.Closed = true
	must(t, store, func(ctx context.Context) error { return repo.Update(ctx, o) })
	got, err := repo.ByAppID(ctx, "wx2")
	require.NoError(t, err)
	require.Equal(t, o, got)
	for _, appid := range []string{"", "wx"} {
		_, err = repo.ByAppID(ctx, appid)
		require.ErrorIs(t, err, mall.ErrNotFound, appid)
	}
	list, err := repo.List(ctx, mall.Page{Offset: 1, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, []operator.Operator{*o}, list.Items)
	require.EqualValues(t, 3, list.Total)
}

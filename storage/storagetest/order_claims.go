package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
)

func testClaims(t *testing.T, open Open) {
	store := open(t)
	repo := store.Claims()
	ctx := t.Context()
	make := func(line mall.ID) *order.Claim {
		return &order.Claim{Order: 5, Line: line, Buyer: 1, Shop: 2, Type: order.ReturnRefund, State: order.Applied, Received: true, Qty: 2, Amount: 700,
			Reason: "坏了", Remark: "r", Pictures: []string{"/a.png"}, Added: orderTime, Updated: orderTime}
	}
	require.ErrorIs(t, repo.Insert(ctx, make(1)), mall.ErrNoTx)
	var lost mall.ID
	rolledBack(t, store, func(ctx context.Context) {
		c := make(1)
		require.NoError(t, repo.Insert(ctx, c))
		lost = c.ID
	})
	_, err := repo.Get(ctx, lost)
	require.ErrorIs(t, err, mall.ErrNotFound)

	c := make(1)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		require.NoError(t, repo.Insert(ctx, c))
		return repo.Insert(ctx, make(2))
	}))
	require.Error(t, store.Do(ctx, func(ctx context.Context) error { return repo.Insert(ctx, make(1)) }), "one open claim a line")
	got, err := repo.Get(ctx, c.ID)
	require.NoError(t, err)
	require.Equal(t, c, got)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
		c.State, c.Amount, c.Answer, c.Updated, c.Ended = order.Refused, 1, "no", orderTime.Add(time.Second), orderTime.Add(time.Second)
		c.BackTo = order.BackTo{LinkMan: "仓库", Tracking: "SF1"}
		ok, err := repo.Save(ctx, c, order.Accepted)
		require.NoError(t, err)
		require.False(t, ok, "not in that state")
		ok, err = repo.Save(ctx, c, order.Applied)
		require.NoError(t, err)
		require.True(t, ok)
		return repo.Insert(ctx, make(1))
	}))
	of, err := repo.Of(ctx, []mall.ID{5, 6})
	require.NoError(t, err)
	require.Len(t, of, 3)
	require.Equal(t, *c, of[2], "newest first")
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.Erase(ctx, 1) }))
	got, err = repo.Get(ctx, c.ID)
	require.NoError(t, err)
	require.Empty(t, got.Reason+got.Remark+got.Answer+got.BackTo.LinkMan)
	require.Empty(t, got.Pictures)
	require.Equal(t, mall.Money(1), got.Amount)
}

package storagetest

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/order"
)

// shelf stores a category with one below it and three goods: tea in the upper,
// cup in the lower, 100% in none.
func shelf(t *testing.T, store interface {
	mall.Tx
	Catalog() catalog.Repository
}) (upper mall.ID, goods []mall.ID) {
	t.Helper()
	require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
		repo := store.Catalog()
		a := &catalog.Category{Code: "c1", Name: "a", Used: true, CreatedAt: noon, UpdatedAt: noon}
		require.NoError(t, repo.Categories.Insert(ctx, a))
		b := &catalog.Category{Code: "c2", Parent: a.ID, Level: 2, Name: "b", Used: true, CreatedAt: noon, UpdatedAt: noon}
		require.NoError(t, repo.Categories.Insert(ctx, b))
		upper = a.ID
		var gs []*catalog.Goods
		for i, name := range []string{"Tea", "Cup", "100%"} {
			gs = append(gs, &catalog.Goods{Code: name, Name: name, Pic: name + ".png", Category: []mall.ID{a.ID, b.ID, 0}[i],
				MinPrice: mall.Money(i + 1), Sells: int64(i), OnSale: true, CreatedAt: noon, UpdatedAt: noon})
		}
		require.NoError(t, repo.Products.Insert(ctx, gs, make([]catalog.Text, len(gs))))
		for _, g := range gs {
			goods = append(goods, g.ID)
		}
		return nil
	}))
	return upper, goods
}

func testPurchases(t *testing.T, open Open) {
	store := open(t)
	repo := store.Purchases()
	ctx := t.Context()
	upper, g := shelf(t, store)
	tea, cup, pct := g[0], g[1], g[2]
	add := func(buyer mall.ID, at time.Time, goods ...mall.ID) {
		t.Helper()
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.Add(ctx, buyer, goods, at) }))
	}
	history := func(f order.PurchaseFilter) (ids []mall.ID) {
		t.Helper()
		f.Buyer = 7
		list, err := repo.List(ctx, f, mall.Page{Limit: 10})
		require.NoError(t, err)
		for _, p := range list {
			ids = append(ids, p.Goods)
		}
		n, err := repo.Total(ctx, f, 100)
		require.NoError(t, err)
		require.Equal(t, int64(len(ids)), n)
		return ids
	}

	rolledBack(t, store, func(ctx context.Context) { require.NoError(t, repo.Add(ctx, 7, g, noon)) })
	require.Empty(t, history(order.PurchaseFilter{}))
	require.ErrorIs(t, repo.Add(ctx, 7, g, noon), mall.ErrNoTx)
	add(7, noon)
	require.Empty(t, history(order.PurchaseFilter{}))

	add(7, noon, tea, cup)
	add(7, noon.Add(time.Hour), tea, pct)
	add(7, noon.Add(time.Minute), tea)
	add(8, noon.Add(2*time.Hour), cup)
	require.Equal(t, []mall.ID{pct, tea, cup}, history(order.PurchaseFilter{}), "one row a goods, the later moment stays")
	list, err := repo.List(ctx, order.PurchaseFilter{Buyer: 7}, mall.Page{Offset: 1, Limit: 1})
	require.NoError(t, err)
	require.Equal(t, []order.Purchase{{Goods: tea, Name: "Tea", Picture: "Tea.png", MinPrice: 1, At: noon.Add(time.Hour)}}, list)
	require.Equal(t, []mall.ID{tea}, history(order.PurchaseFilter{Name: "ea"}))
	require.Equal(t, []mall.ID{pct}, history(order.PurchaseFilter{Name: "%"}), "a pattern's letters are letters")
	require.Equal(t, []mall.ID{tea, cup}, history(order.PurchaseFilter{Category: upper}))
	require.Equal(t, []mall.ID{pct, tea}, history(order.PurchaseFilter{From: noon.Add(time.Second)}))
	require.Equal(t, []mall.ID{cup}, history(order.PurchaseFilter{Before: noon.Add(time.Second)}))
	n, err := repo.Total(ctx, order.PurchaseFilter{Buyer: 7}, 2)
	require.NoError(t, err)
	require.Equal(t, int64(2), n, "counted so far")

	for _, want := range []bool{true, false} {
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			ok, err := repo.Remove(ctx, 7, tea)
			require.Equal(t, want, ok)
			return err
		}))
	}
	require.Equal(t, []mall.ID{pct, cup}, history(order.PurchaseFilter{}))
	add(7, noon, tea)
	require.Equal(t, []mall.ID{pct, tea, cup}[0], history(order.PurchaseFilter{})[0])
	require.Len(t, history(order.PurchaseFilter{}), 3)
	require.NoError(t, store.Do(ctx, func(ctx context.Context) error { return repo.Erase(ctx, 7) }))
	require.Empty(t, history(order.PurchaseFilter{}))
	left, err := repo.List(ctx, order.PurchaseFilter{Buyer: 8}, mall.Page{Limit: 10})
	require.NoError(t, err)
	require.Len(t, left, 1)
}

// testPurchaseRaces: parallel payments of one buyer over the same goods leave
// one row a goods with the latest moment.
func testPurchaseRaces(t *testing.T, open Open) {
	store := open(t)
	repo := store.Purchases()
	ctx := t.Context()
	_, g := shelf(t, store)
	together(20, func(i int) {
		require.NoError(t, store.Do(ctx, func(ctx context.Context) error {
			return repo.Add(ctx, 7, g, noon.Add(time.Duration(i)*time.Second))
		}))
	})
	list, err := repo.List(ctx, order.PurchaseFilter{Buyer: 7}, mall.Page{Limit: 100})
	require.NoError(t, err)
	require.Len(t, list, len(g))
	for _, p := range list {
		require.Equal(t, noon.Add(19*time.Second), p.At)
	}
}

package catalog_test

import (
	"context"
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestCategories(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		b, ctx := setup(t, store), t.Context()
		save := func(c catalog.Category) mall.ID {
			t.Helper()
			id, err := b.goods.SaveCategory(ctx, c)
			require.NoError(t, err)
			return id
		}
		root := save(catalog.Category{Name: "根", Used: true})
		child := save(catalog.Category{Name: "枝", Parent: root, Used: true, Extra: map[string]string{"a": "b"}})
		leaf := save(catalog.Category{Name: "叶", Parent: child})
		other := save(catalog.Category{Name: "别", Used: true})
		for parent, want := range map[mall.ID]error{root: catalog.ErrCycle, child: catalog.ErrCycle, leaf: catalog.ErrCycle, 999: catalog.ErrCategory} {
			_, err := b.goods.SaveCategory(ctx, catalog.Category{ID: root, Name: "根", Parent: parent})
			require.ErrorIs(t, err, want, parent)
		}
		save(catalog.Category{ID: child, Name: "枝", Parent: other})
		c, err := b.goods.GetCategory(ctx, leaf)
		require.NoError(t, err)
		require.Equal(t, 3, c.Level)
		save(catalog.Category{ID: child, Name: "枝"})
		c, err = b.goods.GetCategory(ctx, leaf)
		require.NoError(t, err)
		require.Equal(t, 2, c.Level, "what lies below comes along")
		found, err := b.goods.FindCategory(ctx, c.Code)
		require.NoError(t, err)
		require.Equal(t, leaf, found.ID)

		require.ErrorIs(t, b.goods.DeleteCategory(ctx, child), catalog.ErrInUse)
		d := plain("杯子", 100, 1)
		d.Goods.Category = leaf
		goods := b.save(t, d)
		require.ErrorIs(t, b.goods.DeleteCategory(ctx, leaf), catalog.ErrInUse)
		require.NoError(t, b.goods.Delete(ctx, mall.System(), goods))
		require.NoError(t, b.goods.DeleteCategory(ctx, leaf))
		require.ErrorIs(t, b.goods.DeleteCategory(ctx, leaf), catalog.ErrCategory)
		used, err := b.goods.ListCategories(ctx, nil, true)
		require.NoError(t, err)
		require.Len(t, used, 2)
	})
}

// Codes are of one millisecond each, also when many ask in the same one.
func TestCodes(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		b := setup(t, store)
		var wg sync.WaitGroup
		for i := range 12 {
			wg.Go(func() {
				if _, err := b.goods.SaveGoods(t.Context(), mall.System(), plain(fmt.Sprint("杯", i), 100, 1)); err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		page, err := b.goods.List(t.Context(), catalog.Filter{Sort: catalog.ByAddedUp}, mall.Page{Limit: 50})
		require.NoError(t, err)
		codes := map[string]bool{}
		for _, g := range page.Items {
			require.True(t, catalog.IsCode(g.Code))
			codes[g.Code] = true
		}
		require.Len(t, codes, 12)
		require.True(t, codes["20261118120000011"])
	})
}

// A list costs the same few statements whatever its page, filter and order.
func TestListStatements(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		b := setup(t, store)
		roots, _ := seed(t, b, 50)
		for _, f := range []catalog.Filter{{}, {Category: roots[0]}, {Keyword: "不锈钢"}, {Category: roots[0], Keyword: "不锈钢", Sort: catalog.ByPriceUp}, {Shops: []mall.ID{1, 2}}} {
			for _, limit := range []int64{1, 20, 50} {
				sent := storagetest.Statements(t.Context(), t, func(ctx context.Context) error {
					_, err := b.goods.List(ctx, f, mall.Page{Limit: limit})
					return err
				})
				require.LessOrEqual(t, len(sent), 4, "%+v", f)
			}
		}
	})
}

func TestTotals(t *testing.T) {
	t.Parallel()
	b := setup(t, storagetest.SQLite(t))
	seed(t, b, 30)
	short, err := catalog.New(catalog.Deps{Tx: b.store, Outbox: b.store, Repo: b.store.Catalog(), Stock: b.stock}, catalog.Config{CountTo: 10})
	require.NoError(t, err)
	for range 2 { // the second time from memory
		page, err := short.List(t.Context(), catalog.Filter{}, mall.Page{Limit: 5})
		require.NoError(t, err)
		require.True(t, page.AtLeast)
		require.EqualValues(t, 10, page.Total)
	}
	page, err := b.goods.List(t.Context(), catalog.Filter{}, mall.Page{Limit: 5})
	require.NoError(t, err)
	require.False(t, page.AtLeast)
	require.EqualValues(t, 30, page.Total)

	// The last page tells the total by itself.
	sent := storagetest.Statements(t.Context(), t, func(ctx context.Context) (err error) {
		page, err = b.goods.List(ctx, catalog.Filter{}, mall.Page{Offset: 20, Limit: 20})
		return err
	})
	require.Len(t, sent, 1)
	require.Len(t, page.Items, 10)
	require.EqualValues(t, 30, page.Total)
	beyond, err := b.goods.List(t.Context(), catalog.Filter{}, mall.Page{Offset: 40, Limit: 20})
	require.NoError(t, err)
	require.EqualValues(t, 30, beyond.Total)
}

func TestBuyersMarks(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		b, ctx := setup(t, store), t.Context()
		id := b.save(t, plain("杯子", 1990, 5))
		get := func() *catalog.Goods {
			t.Helper()
			g, err := b.goods.Get(ctx, id)
			require.NoError(t, err)
			return g
		}

		for range 2 {
			require.NoError(t, b.goods.Like(ctx, 7, id, catalog.FavouriteGoods, ""))
		}
		require.NoError(t, b.goods.Like(ctx, 7, 777, catalog.FavouriteForeign, `{"pic":"x"}`))
		require.ErrorIs(t, b.goods.Like(ctx, 7, 999, catalog.FavouriteGoods, ""), catalog.ErrGone)
		require.EqualValues(t, 1, get().Favourites)
		list, err := b.goods.ListFavourites(ctx, 7, "", mall.Page{})
		require.NoError(t, err)
		require.Len(t, list, 2)
		require.Equal(t, "杯子", list[1].Name)

		review := catalog.Review{OrderLine: 1, Order: 1, Goods: id, Buyer: 7, Rank: catalog.Good, Remark: "好", Pics: []string{"/1.png"}}
		add := func(rs ...catalog.Review) error {
			return b.do(t, func(ctx context.Context) error { return b.goods.AddReviews(ctx, rs) })
		}
		require.NoError(t, add(review))
		require.ErrorIs(t, add(review), catalog.ErrReviewed)
		bad := review
		bad.OrderLine, bad.Rank, bad.Stars = 2, catalog.Bad, 2
		require.NoError(t, add(bad))
		bad.OrderLine, bad.Stars = 3, 6
		require.ErrorIs(t, add(bad), mall.ErrInvalid)
		reviews, err := b.goods.ListReviews(ctx, catalog.ReviewFilter{Goods: id}, mall.Page{})
		require.NoError(t, err)
		require.EqualValues(t, 2, reviews.Total)
		require.Equal(t, 5, reviews.Items[1].Stars)
		require.NoError(t, b.goods.ReplyReview(ctx, reviews.Items[1].ID, "谢谢"))
		for range 2 {
			require.NoError(t, b.goods.HideReview(ctx, reviews.Items[0].ID, true))
		}
		g := get()
		require.Equal(t, [2]int64{1, 1}, [2]int64{g.Reviews, g.GoodReviews})

		b.goods.CountView(id)
		b.goods.CountView(id)
		b.goods.CountSales(id, 1, 3)
		b.goods.NoteDeal(catalog.Paid, id, 7, noon)
		require.Zero(t, get().Views, "in memory")
		told, err := b.goods.Deals(ctx, catalog.Paid, 10)
		require.NoError(t, err)
		require.Len(t, told, 1, "buyers see themselves at once")
		require.Equal(t, "杯子", told[0].Name)
		for range 2 {
			require.NoError(t, b.goods.Flush(ctx))
		}
		g = get()
		require.Equal(t, [3]int64{2, 1, 3}, [3]int64{g.Views, g.Orders, g.Sells})
		deals, err := b.goods.Deals(ctx, catalog.Paid, 10)
		require.NoError(t, err)
		require.Len(t, deals, 1)
		require.Equal(t, "杯子", deals[0].Name)

		exported, err := b.goods.Export(ctx, 7)
		require.NoError(t, err)
		require.Len(t, exported.(catalog.Personal).Reviews, 2)
		b.goods.NoteDeal(catalog.Paid, id, 7, noon)
		require.NoError(t, b.goods.Erase(ctx, 7))
		require.Zero(t, get().Favourites)
		deals, err = b.goods.Deals(ctx, catalog.Paid, 10)
		require.NoError(t, err)
		require.Empty(t, deals)
		reviews, err = b.goods.ListReviews(ctx, catalog.ReviewFilter{Goods: id}, mall.Page{})
		require.NoError(t, err)
		require.Empty(t, reviews.Items[0].Remark)
	})
}

// A Flush that fails loses nothing.
func TestFlushKeeps(t *testing.T) {
	t.Parallel()
	b := setup(t, storagetest.SQLite(t))
	id := b.save(t, plain("杯子", 1990, 5))
	b.goods.CountView(id)
	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	require.Error(t, b.goods.Flush(cancelled))
	b.goods.CountView(id)
	require.NoError(t, b.goods.Flush(t.Context()))
	g, err := b.goods.Get(t.Context(), id)
	require.NoError(t, err)
	require.EqualValues(t, 2, g.Views)
}

func TestShops(t *testing.T) {
	t.Parallel()
	store := storagetest.SQLite(t)
	s, err := shop.New(shop.Deps{Tx: store, Outbox: store, Repo: store.Shops()}, shop.Config{})
	require.NoError(t, err)
	id, err := s.Save(t.Context(), shop.Shop{Name: "西湖店", PickUp: true})
	require.NoError(t, err)
	found, err := s.ByIDs(t.Context(), []mall.ID{0, id})
	require.NoError(t, err)
	require.Equal(t, "自营", found[0].Name)
	require.True(t, found[id].PickUp)
	_, err = s.Get(t.Context(), 99)
	require.ErrorIs(t, err, shop.ErrGone)
	_, err = s.Save(t.Context(), shop.Shop{ID: 99, Name: "x"})
	require.ErrorIs(t, err, shop.ErrGone)
	_, err = s.Save(t.Context(), shop.Shop{Name: ""})
	require.ErrorIs(t, err, mall.ErrInvalid)
}

package order_test

import (
	"context"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// purchases are the goods of a buyer's history as it is listed.
func (w *world) purchases(t testing.TB, who mall.Actor, f order.PurchaseFilter) (goods []mall.ID) {
	t.Helper()
	page, err := w.orders.ListPurchases(t.Context(), who.Account, f, mall.Page{Limit: mall.MaxLimit})
	require.NoError(t, err)
	require.Equal(t, page.Total, int64(len(page.Items)))
	for _, p := range page.Items {
		goods = append(goods, p.Goods)
	}
	return goods
}

// TestPurchasesAreWhatWasPaid: whatever is placed, paid, cancelled and taken
// out, the history is the set of goods paid for since, the newest first.
func TestPurchasesAreWhatWasPaid(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		rnd := rand.New(rand.NewPCG(7, 11))
		who, ctx := buyer(1), t.Context()
		w.rich(t, who, 1_000_000, 1000)
		shelf := []mall.ID{w.tea, w.cup, w.free, w.few, w.far}
		var want []mall.ID
		bought := func(goods ...mall.ID) {
			slices.SortFunc(goods, func(a, b mall.ID) int { return int(b - a) }) // of one moment the higher id is first
			want = slices.DeleteFunc(want, func(g mall.ID) bool { return slices.Contains(goods, g) })
			want = append(slices.Clone(goods), want...)
		}
		for range 25 {
			w.clock.turn(time.Hour)
			a, b := shelf[rnd.IntN(4)], shelf[rnd.IntN(4)] // of one shop
			if a == b {
				b = w.last
			}
			switch rnd.IntN(4) {
			case 0:
				o, err := w.orders.Place(ctx, who, one(a))
				if err == nil && o.Payable > 0 {
					require.NoError(t, w.orders.Cancel(ctx, who, order.Ref{ID: o.ID}, ""))
				} else if err == nil {
					bought(a)
				}
			case 1:
				err := w.orders.RemovePurchase(ctx, who.Account, a)
				if i := slices.Index(want, a); i >= 0 {
					require.NoError(t, err)
					want = slices.Delete(want, i, i+1)
				} else {
					require.ErrorIs(t, err, order.ErrNoPurchase)
				}
			default:
				o, err := w.orders.Place(ctx, who, one(a, b))
				if err != nil {
					require.True(t, mall.Refused(err), "%v", err)
					continue
				}
				if o.Payable > 0 {
					require.NoError(t, w.pay(ctx, who, o.ID))
				}
				bought(a, b)
			}
			require.Equal(t, want, w.purchases(t, who, order.PurchaseFilter{}))
		}
		require.NotEmpty(t, want)
		require.Empty(t, w.purchases(t, buyer(2), order.PurchaseFilter{}), "nobody else's")
	})
}

// one is an order of one piece of each goods.
func one(goods ...mall.ID) order.PlaceInput {
	in := order.PlaceInput{Address: home}
	for _, g := range goods {
		in.Lines = append(in.Lines, order.WantLine{Goods: g, Qty: 1})
	}
	return in
}

// TestPurchasesPaidInParallel: many orders of the same goods, paid at once and
// some of them twice, make one row a goods.
func TestPurchasesPaidInParallel(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		who := buyer(1)
		w.rich(t, who, 1_000_000, 1000)
		var ids []mall.ID
		for i := range 8 {
			goods := []any{w.tea, 1, w.cup, 1}
			if i%2 == 1 {
				goods = []any{w.cup, 1, w.tea, 1}
			}
			ids = append(ids, w.place(t, who, goods...).ID)
		}
		n := won(t, race(16, func(i int) error { return w.pay(t.Context(), who, ids[i%8]) }))
		require.Equal(t, 8, n)
		require.ElementsMatch(t, []mall.ID{w.tea, w.cup}, w.purchases(t, who, order.PurchaseFilter{}))
		require.Equal(t, 1, won(t, race(8, func(int) error { return w.orders.RemovePurchase(t.Context(), who.Account, w.tea) })))
		require.Equal(t, []mall.ID{w.cup}, w.purchases(t, who, order.PurchaseFilter{}))
	})
}

func TestPurchaseFiltersAndCosts(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		who, ctx := buyer(1), t.Context()
		w.rich(t, who, 1_000_000, 1000)
		w.paidOrder(t, who, w.tea, 2)
		w.clock.turn(24 * time.Hour)
		noon := w.clock.now()
		sent := storagetest.Statements(ctx, t, func(ctx context.Context) error {
			o, err := w.orders.Place(ctx, who, want(w.cup, 1, w.last, 1))
			require.NoError(t, err)
			return w.pay(ctx, who, o.ID)
		})
		notes := slices.DeleteFunc(storagetest.Written(sent), func(table string) bool { return table != "purchases" })
		require.Len(t, notes, 1, "%q", sent)

		page, err := w.orders.ListPurchases(ctx, who.Account, order.PurchaseFilter{}, mall.Page{Limit: 1})
		require.NoError(t, err)
		require.Equal(t, int64(3), page.Total)
		require.Equal(t, order.Purchase{Goods: w.last, Name: "last", MinPrice: 500, At: noon}, page.Items[0])
		require.Equal(t, []mall.ID{w.tea}, w.purchases(t, who, order.PurchaseFilter{Name: " TEA "}))
		require.Equal(t, []mall.ID{w.tea}, w.purchases(t, who, order.PurchaseFilter{Before: noon}))
		require.Equal(t, []mall.ID{w.last, w.cup}, w.purchases(t, who, order.PurchaseFilter{From: noon}))
		require.Empty(t, w.purchases(t, who, order.PurchaseFilter{Category: 99}))
		_, err = w.orders.ListPurchases(ctx, who.Account, order.PurchaseFilter{Name: string(make([]byte, 65))}, mall.Page{})
		require.ErrorIs(t, err, mall.ErrInvalid)
		for _, limit := range []int64{1, 100} {
			sent := storagetest.Statements(ctx, t, func(ctx context.Context) error {
				_, err := w.orders.ListPurchases(ctx, who.Account, order.PurchaseFilter{Name: "a"}, mall.Page{Limit: limit})
				return err
			})
			require.Len(t, sent, 2)
		}
		require.NoError(t, w.orders.Erase(ctx, who.Account))
		require.Empty(t, w.purchases(t, who, order.PurchaseFilter{}))
	})
}

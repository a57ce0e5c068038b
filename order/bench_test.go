package order_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// BenchmarkOrders is what the services cost, HTTP apart: a quote, placing two
// and five lines, and placing and paying them from the balance, by one caller
// and by eight at once (who share commits on SQLite).
func BenchmarkOrders(b *testing.B) {
	b.Run("sqlite", func(b *testing.B) { benchOrders(b, storagetest.SQLite(b)) })
	b.Run("postgres", func(b *testing.B) { benchOrders(b, storagetest.Postgres(b)) })
}

func benchOrders(b *testing.B, store storage.Store) {
	w, err := build(b.Context(), store, nil)
	require.NoError(b, err)
	for _, goods := range []mall.ID{w.tea, w.free} {
		skus, err := w.catalog.Detail(b.Context(), goods)
		require.NoError(b, err)
		require.NoError(b, w.stock.PutSKUs(b.Context(), mall.System(), []catalog.SKUStock{{SKU: skus.SKUs[0].ID, Available: catalog.Unlimited}}, "bench"))
	}
	who := buyer(1)
	w.rich(b, who, mall.MaxMoney, 0)
	place := func(b *testing.B) mall.ID {
		o, err := w.orders.Place(b.Context(), who, want(w.tea, 1, w.free, 1))
		if err != nil {
			b.Error(err)
			return 0
		}
		return o.ID
	}
	b.Run("quote", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := w.orders.Quote(b.Context(), who, want(w.tea, 1, w.free, 1))
			require.NoError(b, err)
		}
	})
	b.Run("place", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			place(b)
		}
	})
	b.Run("place-five-lines", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			_, err := w.orders.Place(b.Context(), who, want(w.tea, 1, w.free, 1, w.tea, 2, w.free, 2, w.tea, 3))
			require.NoError(b, err)
		}
	})
	b.Run("place-parallel", func(b *testing.B) {
		b.SetParallelism(4) // callers per processor
		b.RunParallel(func(pb *testing.PB) {
			for pb.Next() {
				place(b)
			}
		})
	})
	b.Run("place-and-pay", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			require.NoError(b, w.pay(b.Context(), who, place(b)))
		}
	})
	b.Run("notice", func(b *testing.B) {
		for b.Loop() {
			b.StopTimer()
			p := w.open(b, who, place(b))
			b.StartTimer()
			w.settle(b, p)
		}
	})
}

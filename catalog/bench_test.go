package catalog_test

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// benchGoods is how many goods the benchmarks seed: MALL_BENCH_GOODS, else 1,000.
func benchGoods() int {
	n, err := strconv.Atoi(os.Getenv("MALL_BENCH_GOODS"))
	if err != nil || n < 1 {
		return 1000
	}
	return n
}

// words make names that share parts, as names in a shop do.
var words = []string{"纯棉", "加厚", "儿童", "不锈钢", "便携", "无线", "复古", "北欧", "手工", "防水", "折叠", "高清", "保温", "夏季", "运动", "家用"}

// things are what is sold.
var things = []string{"杯子", "T恤", "台灯", "背包", "耳机", "毛巾", "锅具", "雨伞", "键盘", "茶叶", "蜂蜜", "地毯"}

// seed fills a catalogue through the service: goods in 20 categories below 4
// roots, two shops and the platform, one in ten recommended.
func seed(tb testing.TB, b *bundle, n int) (roots, leaves []mall.ID) {
	tb.Helper()
	rnd := rand.New(rand.NewPCG(1, 2))
	for i := range 4 {
		root, err := b.goods.SaveCategory(tb.Context(), catalog.Category{Name: fmt.Sprint("类", i), Used: true})
		require.NoError(tb, err)
		roots = append(roots, root)
		for j := range 5 {
			leaf, err := b.goods.SaveCategory(tb.Context(), catalog.Category{Name: fmt.Sprint("类", i, j), Parent: root, Used: true})
			require.NoError(tb, err)
			leaves = append(leaves, leaf)
		}
	}
	for done := 0; done < n; {
		batch := make([]catalog.Draft, min(n-done, catalog.MaxImport))
		for i := range batch {
			stock := int64(500)
			batch[i] = catalog.Draft{
				Goods: catalog.Goods{
					Name:   words[rnd.IntN(len(words))] + words[rnd.IntN(len(words))] + things[rnd.IntN(len(things))] + strconv.Itoa(done+i),
					OnSale: true, Recommended: rnd.IntN(10) == 0, Category: leaves[rnd.IntN(len(leaves))], Shop: mall.ID(rnd.IntN(3)),
					Sort: rnd.Int64N(100), Pic: "/files/pic.png",
				},
				SKUs: []catalog.SKUDraft{{Price: mall.Money(500 + rnd.Int64N(30_000)), Stock: &stock}},
			}
		}
		_, err := b.goods.Import(tb.Context(), mall.System(), batch)
		require.NoError(tb, err)
		done += len(batch)
	}
	return roots, leaves
}

// BenchmarkCatalog reports what a shopper waits for. MALL_BENCH_GOODS=1000000
// seeds a million goods; MALL_BENCH_DB=sqlite or postgres runs one database.
//
//	MALL_BENCH_GOODS=1000000 go test ./catalog -run - -bench Catalog -benchtime 200x -timeout 30m
func BenchmarkCatalog(b *testing.B) {
	for name, open := range map[string]func(testing.TB) storage.Store{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		if only := os.Getenv("MALL_BENCH_DB"); only != "" && only != name {
			continue
		}
		b.Run(name, func(b *testing.B) {
			s := setup(b, open(b))
			benchCatalog(b, s, func() {
				if name == "postgres" { // what autovacuum does a minute after a load
					require.NoError(b, s.do(b, func(ctx context.Context) error {
						_, err := s.store.SQL(ctx).ExecContext(ctx, "ANALYZE")
						return err
					}))
				}
			})
		})
	}
}

func benchCatalog(b *testing.B, s *bundle, seeded func()) {
	began := time.Now()
	roots, leaves := seed(b, s, benchGoods())
	seeded()
	b.Logf("seeded %d goods in %s", benchGoods(), time.Since(began).Round(time.Second))
	yes := true
	scopes := []struct {
		name   string
		filter catalog.Filter
	}{
		{"all", catalog.Filter{}}, {"leaf", catalog.Filter{Category: leaves[3]}}, {"root", catalog.Filter{Category: roots[1]}},
		{"shop", catalog.Filter{Shops: []mall.ID{1}}}, {"recommended", catalog.Filter{Recommended: &yes}},
	}
	sorts := []catalog.Sort{catalog.BySort, catalog.ByPriceUp, catalog.ByPriceDown, catalog.ByOrdersDown, catalog.ByAddedDown, catalog.ByNameUp}
	for _, scope := range scopes {
		for _, sort := range sorts {
			f := scope.filter
			f.Sort = sort
			b.Run("list/"+scope.name+"/"+cmp.Or(string(sort), "default"), func(b *testing.B) {
				p95(b, func(i int) error {
					_, err := s.goods.List(b.Context(), f, mall.NumberedPage(int64(1+i%50), 20))
					return err
				})
			})
		}
	}
	for _, k := range []string{"不锈钢便携耳机", "无线键盘", "防水背包9", "没有这样的东西"} {
		b.Run("search/"+k, func(b *testing.B) {
			p95(b, func(int) error {
				_, err := s.goods.List(b.Context(), catalog.Filter{Keyword: k}, mall.NumberedPage(1, 20))
				return err
			})
		})
	}
	n := int64(benchGoods())
	b.Run("detail", func(b *testing.B) {
		p95(b, func(i int) error {
			_, err := s.goods.Detail(b.Context(), mall.ID(1+int64(i)*7919%n))
			return err
		})
	})
	b.Run("price", func(b *testing.B) {
		p95(b, func(i int) error {
			wants := []catalog.Want{{Goods: mall.ID(1 + int64(i)*7919%n), Qty: 1}, {Goods: mall.ID(1 + int64(i)*104729%n), Qty: 2}}
			_, err := s.goods.Price(b.Context(), catalog.Buyer{}, s.now, wants)
			return err
		})
	})
	b.Run("save", func(b *testing.B) {
		p95(b, func(i int) error {
			_, err := s.goods.SaveGoods(context.WithoutCancel(b.Context()), mall.System(), plain("新品"+strconv.Itoa(i), 990, 3))
			return err
		})
	})
}

// p95 runs fn b.N times, after a round that warms the caches up, and reports
// the median and the 95th percentile beside the mean.
func p95(b *testing.B, fn func(i int) error) {
	took := make([]time.Duration, 0, b.N)
	for i := range 50 {
		require.NoError(b, fn(i))
	}
	i := 0
	for b.Loop() {
		began := time.Now()
		require.NoError(b, fn(i))
		took = append(took, time.Since(began))
		i++
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
	b.ReportMetric(float64(took[len(took)*95/100].Microseconds()), "p95-µs")
}

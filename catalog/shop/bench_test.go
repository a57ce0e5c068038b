package shop_test

import (
	"context"
	"os"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// BenchmarkMerchants reports how long lists of merchants take.
// MALL_BENCH_SHOPS says how many there are, else 1,000; MALL_BENCH_DB=sqlite or
// postgres runs one database.
//
//	MALL_BENCH_SHOPS=1000000 go test ./catalog/shop -run - -bench Merchants -benchtime 200x -timeout 30m
func BenchmarkMerchants(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("MALL_BENCH_SHOPS"))
	if err != nil || n < 1 {
		n = 1000
	}
	for name, open := range map[string]func(testing.TB) storage.Store{"sqlite": storagetest.SQLite, "postgres": storagetest.Postgres} {
		if only := os.Getenv("MALL_BENCH_DB"); only != "" && only != name {
			continue
		}
		b.Run(name, func(b *testing.B) {
			store := open(b)
			s := setup(b, store)
			tops, leaves := tree(b, s, 8, 5)
			began := time.Now()
			crowd(b, s, n, leaves)
			if name == "postgres" { // what autovacuum does a minute after a load
				analyze(b, store)
			}
			b.Logf("seeded %d merchants in %s", n, time.Since(began).Round(time.Second))
			benchMerchants(b, s, tops, leaves)
		})
	}
}

func analyze(t testing.TB, store storage.Store) {
	t.Helper()
	require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
		_, err := store.SQL(ctx).ExecContext(ctx, "ANALYZE")
		return err
	}))
}

func benchMerchants(b *testing.B, s *shop.Service, tops, leaves []mall.ID) {
	near := func(radius float64) *shop.Near { return &shop.Near{Lat: 30.2590, Lng: 120.1300, Radius: radius} }
	const hangzhou = "330100000000"
	for _, c := range []struct {
		name string
		f    shop.Filter
	}{
		{"near/1km", shop.Filter{Near: near(1000)}}, {"near/3km", shop.Filter{Near: near(3000)}}, {"near/10km", shop.Filter{Near: near(10_000)}},
		{"near/100km", shop.Filter{Near: near(100_000)}}, {"near/any", shop.Filter{Near: near(0)}},
		{"near/sea", shop.Filter{Near: &shop.Near{Lat: 30, Lng: 126}}}, {"near/ocean", shop.Filter{Near: &shop.Near{Lat: 0.1, Lng: 0.1}}},
		{"near/3km/leaf", shop.Filter{Near: near(3000), Category: leaves[3]}}, {"near/any/root", shop.Filter{Near: near(0), Category: tops[1]}},
		{"near/3km/city", shop.Filter{Near: near(3000), CityID: hangzhou}}, {"near/3km/keyword", shop.Filter{Near: near(3000), Keyword: "外婆烤鸭店"}},
		{"near/3km/short keyword", shop.Filter{Near: near(3000), Keyword: "火锅"}},
		{"all", shop.Filter{}}, {"city", shop.Filter{CityID: hangzhou}}, {"leaf", shop.Filter{Category: leaves[3]}},
		{"root", shop.Filter{Category: tops[1]}}, {"city/root", shop.Filter{CityID: hangzhou, Category: tops[1]}},
		{"keyword", shop.Filter{Keyword: "望江小笼包"}}, {"short keyword", shop.Filter{Keyword: "火锅"}}, {"category's name", shop.Filter{Keyword: "类1"}},
		{"near/any/keyword", shop.Filter{Near: near(0), Keyword: "望江小笼包"}}, {"near/any/category's name", shop.Filter{Near: near(0), Keyword: "类1"}},
		{"city/short keyword", shop.Filter{CityID: hangzhou, Keyword: "火锅"}}, {"one letter", shop.Filter{Keyword: "茶"}},
		{"no such thing", shop.Filter{Keyword: "没有这样的东西"}},
	} {
		merchants := true
		c.f.Merchant = &merchants // as the O2O face asks
		b.Run(c.name, func(b *testing.B) {
			took := make([]time.Duration, 0, b.N)
			for i := 0; b.Loop(); i++ {
				began := time.Now()
				_, err := s.List(b.Context(), c.f, mall.NumberedPage(int64(1+i%5), 15))
				require.NoError(b, err)
				took = append(took, time.Since(began))
			}
			slices.Sort(took)
			b.ReportMetric(float64(took[len(took)/2].Microseconds()), "p50-µs")
			b.ReportMetric(float64(took[len(took)*95/100].Microseconds()), "p95-µs")
		})
	}
}

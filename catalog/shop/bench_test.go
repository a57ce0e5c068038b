package shop_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/postgres"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// BenchmarkMerchants reports how long lists of merchants take.
// MALL_BENCH_SHOPS says how many there are, else 1,000; MALL_BENCH_DB=sqlite or
// postgres runs one database. With MALL_BENCH_KEEP, a directory, what was seeded
// stays for the next run: in mall.db there, and in the schema "bench" of the
// server of MALL_TEST_POSTGRES_DSN.
//
//	MALL_BENCH_SHOPS=1000000 go test ./catalog/shop -run - -bench Merchants -benchtime 200x -timeout 30m
func BenchmarkMerchants(b *testing.B) {
	n, err := strconv.Atoi(os.Getenv("MALL_BENCH_SHOPS"))
	if err != nil || n < 1 {
		n = 1000
	}
	for _, c := range []struct {
		name string
		open func(testing.TB) storage.Store
	}{{"sqlite", benchSQLite}, {"postgres", benchPostgres}} {
		if only := os.Getenv("MALL_BENCH_DB"); only != "" && only != c.name {
			continue
		}
		b.Run(c.name, func(b *testing.B) {
			store := c.open(b)
			s := setup(b, store)
			tops, leaves := seeded(b, s, store, n)
			if c.name == "postgres" {
				tidy(b, store)
			}
			benchMerchants(b, store, tops, leaves)
		})
	}
}

func benchSQLite(t testing.TB) storage.Store {
	t.Helper()
	dir := os.Getenv("MALL_BENCH_KEEP")
	if dir == "" {
		return storagetest.SQLite(t)
	}
	store, err := sqlite.Open(t.Context(), filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

func benchPostgres(t testing.TB) storage.Store {
	t.Helper()
	if os.Getenv("MALL_BENCH_KEEP") == "" {
		return storagetest.Postgres(t)
	}
	store, err := postgres.Open(t.Context(), storagetest.PostgresDSN(t), &postgres.Options{Schema: "bench", Migrate: true})
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, store.Close()) })
	return store
}

// seeded fills an empty store with n merchants, and brings the indexes of one
// that was filled before up to date.
func seeded(t testing.TB, s *shop.Service, store storage.Store, n int) (tops, leaves []mall.ID) {
	t.Helper()
	began := time.Now()
	all, err := store.Shops().Categories(t.Context())
	require.NoError(t, err)
	for _, c := range all {
		if c.Parent == 0 {
			tops = append(tops, c.ID)
		} else {
			leaves = append(leaves, c.ID)
		}
	}
	if len(all) == 0 {
		tops, leaves = tree(t, s, 8, 5)
		crowd(t, s, n, leaves)
	}
	slices.Sort(leaves)
	filled := 0
	for {
		swept, err := s.SweepUnindexed(t.Context(), shop.MaxImport)
		require.NoError(t, err)
		if swept == 0 {
			break
		}
		filled += swept
	}
	t.Logf("%d merchants seeded, %d of them indexed anew, in %s", n, filled, time.Since(began).Round(time.Second))
	return tops, leaves
}

// tidy does what PostgreSQL's autovacuum does a minute after a load.
func tidy(t testing.TB, store storage.Store) {
	t.Helper()
	rows, err := store.SQL(t.Context()).QueryContext(t.Context(), "VACUUM ANALYZE")
	require.NoError(t, err)
	for rows.Next() {
	}
	require.NoError(t, errors.Join(rows.Err(), rows.Close()))
}

// benchMerchants measures first pages and later ones, when the total of the
// list was counted a moment ago and when it was not.
func benchMerchants(b *testing.B, store storage.Store, tops, leaves []mall.ID) {
	known := setup(b, store)
	forgetful, err := shop.New(shop.Deps{Tx: store, Outbox: store, Repo: store.Shops()}, shop.Config{CountMemory: 1})
	require.NoError(b, err)
	near := func(radius float64) *shop.Near { return &shop.Near{Lat: 30.2590, Lng: 120.1300, Radius: radius} }
	const zhejiang, xihu = "330000000000", "330106000000"
	for _, c := range []struct {
		name string
		f    shop.Filter
	}{
		{"near/1km", shop.Filter{Near: near(1000)}}, {"near/3km", shop.Filter{Near: near(3000)}}, {"near/10km", shop.Filter{Near: near(10_000)}},
		{"near/100km", shop.Filter{Near: near(100_000)}}, {"near/any", shop.Filter{Near: near(0)}},
		{"near/sea", shop.Filter{Near: &shop.Near{Lat: 30, Lng: 126}}}, {"near/ocean", shop.Filter{Near: &shop.Near{Lat: 0.1, Lng: 0.1}}},
		{"near/3km/leaf", shop.Filter{Near: near(3000), Category: leaves[3]}}, {"near/3km/root", shop.Filter{Near: near(3000), Category: tops[1]}},
		{"near/any/leaf", shop.Filter{Near: near(0), Category: leaves[3]}}, {"near/any/root", shop.Filter{Near: near(0), Category: tops[1]}},
		{"near/sea/root", shop.Filter{Near: &shop.Near{Lat: 30, Lng: 126}, Category: tops[1]}},
		{"near/3km/city", shop.Filter{Near: near(3000), CityID: hangzhou}}, {"near/any/city", shop.Filter{Near: near(0), CityID: hangzhou}},
		{"near/any/city afar", shop.Filter{Near: &shop.Near{Lat: 31.23, Lng: 121.47}, CityID: hangzhou}},
		{"near/3km/keyword", shop.Filter{Near: near(3000), Keyword: "外婆烤鸭店"}}, {"near/3km/short keyword", shop.Filter{Near: near(3000), Keyword: "火锅"}},
		{"near/100km/short keyword", shop.Filter{Near: near(100_000), Keyword: "火锅"}}, {"near/any/short keyword", shop.Filter{Near: near(0), Keyword: "火锅"}},
		{"near/any/keyword", shop.Filter{Near: near(0), Keyword: "望江小笼包"}}, {"near/any/category's name", shop.Filter{Near: near(0), Keyword: "类1"}},
		{"near/3km/one letter", shop.Filter{Near: near(3000), Keyword: "茶"}}, {"near/3km/leaf/short keyword", shop.Filter{Near: near(3000), Category: leaves[3], Keyword: "火锅"}},
		{"all", shop.Filter{}}, {"province", shop.Filter{ProvinceID: zhejiang}}, {"city", shop.Filter{CityID: hangzhou}},
		{"district", shop.Filter{CityID: hangzhou, DistrictID: xihu}}, {"leaf", shop.Filter{Category: leaves[3]}}, {"root", shop.Filter{Category: tops[1]}},
		{"city/root", shop.Filter{CityID: hangzhou, Category: tops[1]}}, {"province/leaf", shop.Filter{ProvinceID: zhejiang, Category: leaves[3]}},
		{"keyword", shop.Filter{Keyword: "望江小笼包"}}, {"short keyword", shop.Filter{Keyword: "火锅"}}, {"category's name", shop.Filter{Keyword: "类1"}},
		{"city/keyword", shop.Filter{CityID: hangzhou, Keyword: "望江小笼包"}}, {"city/short keyword", shop.Filter{CityID: hangzhou, Keyword: "火锅"}},
		{"leaf/short keyword", shop.Filter{Category: leaves[3], Keyword: "火锅"}}, {"root/short keyword", shop.Filter{Category: tops[1], Keyword: "火锅"}},
		{"province/keyword", shop.Filter{ProvinceID: zhejiang, Keyword: "望江小笼包"}}, {"one letter", shop.Filter{Keyword: "茶"}},
		{"no such thing", shop.Filter{Keyword: "没有这样的东西"}},
	} {
		merchants := true
		c.f.Merchant = &merchants // as the O2O face asks
		for _, m := range []struct {
			name   string
			s      *shop.Service
			offset int64
		}{{"first", known, 0}, {"offset 500", known, 500}, {"first, uncounted", forgetful, 0}, {"offset 500, uncounted", forgetful, 500}} {
			b.Run(c.name+"/"+m.name, func(b *testing.B) {
				took := make([]time.Duration, 0, b.N)
				for b.Loop() {
					began := time.Now()
					_, err := m.s.List(b.Context(), c.f, mall.Page{Offset: m.offset, Limit: 15})
					took = append(took, time.Since(began))
					require.NoError(b, err)
				}
				slices.Sort(took)
				b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "p50-ms")
				b.ReportMetric(float64(took[len(took)*95/100].Microseconds())/1000, "p95-ms")
			})
		}
	}
}

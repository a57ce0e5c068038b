package bunrepo_test

import (
	"context"
	"fmt"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/internal/bunrepo"
	"github.com/gomall-dev/mall/storage/postgres"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestListsOfShopsReadAnIndex asks both databases how they run the lists of
// merchants: by distance from the cells of the circle, else in the order of the
// index of what is asked for, never through the whole table.
func TestListsOfShopsReadAnIndex(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "mall.db"), &sqlite.Options{Migrate: true})
		require.NoError(t, err)
		defer store.Close()
		db, err := bunrepo.SQLite(nil, "mall_")
		require.NoError(t, err)
		testPlans(t, store, db, "EXPLAIN QUERY PLAN ", `INDEX mall_%s\b`, `SCAN (s|shops)$`)
	})
	t.Run("postgres", func(t *testing.T) {
		store, err := postgres.Open(t.Context(), storagetest.PostgresDatabase(t), &postgres.Options{Migrate: true})
		require.NoError(t, err)
		defer store.Close()
		db, err := bunrepo.Postgres(nil, "mall")
		require.NoError(t, err)
		testPlans(t, store, db, "EXPLAIN ", `Index (Only )?Scan using %s |Bitmap Index Scan on %[1]s `, `Seq Scan on shops`)
	})
}

func testPlans(t *testing.T, store storage.Store, db *bun.DB, explain, index, scan string) {
	fillShops(t, store)
	near := &shop.Near{Lat: 30.25, Lng: 120.15, Radius: 3000}
	const hangzhou = "330100000000"
	page := mall.Page{Limit: 15}
	for name, c := range map[string]struct {
		q     shop.Query
		index string
	}{
		"near":          {shop.Query{Filter: shop.Filter{Near: near}, Spans: geo.Around(near.Lat, near.Lng, near.Radius)}, "shops_near"},
		"near category": {shop.Query{Filter: shop.Filter{Near: near}, Categories: []mall.ID{1, 2}, Spans: geo.Around(near.Lat, near.Lng, near.Radius)}, "shops_near"},
		"all":           {shop.Query{}, "shops_sort"},
		"city":          {shop.Query{Filter: shop.Filter{CityID: hangzhou}}, "shops_city_sort"},
		"category":      {shop.Query{Categories: []mall.ID{3}}, "shops_cat_sort"},
		"categories":    {shop.Query{Categories: []mall.ID{3, 4}}, "shops_cat_sort"},
		"both":          {shop.Query{Filter: shop.Filter{CityID: hangzhou}, Categories: []mall.ID{3}}, "shops_city_cat_sort"},
	} {
		listed, _ := bunrepo.ShopsSQL(db, c.q, page)
		p := plan(t, store, explain+listed)
		require.Regexp(t, fmt.Sprintf(index, c.index), p, name)
		require.NotRegexp(t, "(?m)"+scan, p, name)
	}
}

// fillShops stores shops enough that indexes are worth it, in many cities.
func fillShops(t *testing.T, store storage.Store) {
	t.Helper()
	districts := geo.Default().Districts()
	for batch := range 20 {
		shops := make([]*shop.Shop, 1000)
		for i := range shops {
			g := districts[(batch*1000+i*7)%len(districts)]
			shops[i] = &shop.Shop{
				Name: fmt.Sprint("店", batch, i), Category: mall.ID(1 + i%40), CityID: g.Parent, DistrictID: g.Code, Sort: int64(i % 90),
				Lat: g.Lat + float64(i%100)/2000, Lng: g.Lng + float64(batch)/2000,
			}
		}
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error { return store.Shops().Insert(ctx, shops) }))
	}
	require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
		_, err := store.SQL(ctx).ExecContext(ctx, "ANALYZE")
		return err
	}))
}

// plan is how a database runs a query, a line a step.
func plan(t *testing.T, store storage.Store, query string) string {
	t.Helper()
	rows, err := store.SQL(t.Context()).QueryContext(t.Context(), query)
	require.NoError(t, err)
	defer rows.Close()
	columns, err := rows.Columns()
	require.NoError(t, err)
	text := ""
	for rows.Next() {
		cells := make([]any, len(columns))
		for i := range cells {
			cells[i] = new(any)
		}
		require.NoError(t, rows.Scan(cells...))
		text += fmt.Sprintf("%s\n", *cells[len(cells)-1].(*any))
	}
	require.NoError(t, rows.Err())
	return text
}

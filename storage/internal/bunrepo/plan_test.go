package bunrepo_test

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
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

// TestListsReadAnIndex asks both databases how they run lists of goods by keyword
// (testGoodsPlans), and those of merchants: by distance from the cells of the circle, by keyword from the
// search index, else in the order of the index of what is asked for, never
// through the whole table.
func TestListsReadAnIndex(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		store, err := sqlite.Open(t.Context(), filepath.Join(t.TempDir(), "mall.db"), &sqlite.Options{Migrate: true})
		require.NoError(t, err)
		defer store.Close()
		db, err := bunrepo.SQLite(nil, "mall_")
		require.NoError(t, err)
		var searchable bool // not in a SQLite that was built without FTS5: there keywords read every name
		require.NoError(t, store.SQL(t.Context()).QueryRowContext(t.Context(),
			"SELECT COUNT(*) > 0 FROM sqlite_master WHERE name = 'mall_shops_search' AND sql LIKE 'CREATE VIRTUAL%'").Scan(&searchable))
		words := planWords{
			searchable: searchable, tidy: "SELECT 1", explain: "EXPLAIN QUERY PLAN ", index: `INDEX mall_%s\b`, whole: `SCAN (s|shops)$`,
			keyword: `mall_shops_search VIRTUAL TABLE INDEX`, pair: `mall_shops_pairs VIRTUAL TABLE INDEX`, byID: `SEARCH s USING INTEGER PRIMARY KEY`,
			goodsKeyword: `mall_goods_search VIRTUAL TABLE INDEX`, goodsByID: `SEARCH g USING INTEGER PRIMARY KEY`,
		}
		testPlans(t, store, db, words)
		testGoodsPlans(t, store, db, words)
	})
	t.Run("postgres", func(t *testing.T) {
		store, err := postgres.Open(t.Context(), storagetest.PostgresDatabase(t), &postgres.Options{Migrate: true})
		require.NoError(t, err)
		defer store.Close()
		db, err := bunrepo.Postgres(nil, "mall")
		require.NoError(t, err)
		words := planWords{
			searchable: true, tidy: "VACUUM ANALYZE", explain: "EXPLAIN ", index: `Index (Only )?Scan using %s |Bitmap Index Scan on %[1]s `, whole: `Seq Scan on shops`,
			keyword: `Bitmap Index Scan on shops_found_grams`, pair: `Bitmap Index Scan on shops_found_grams`, byID: `Index Scan using shops_pkey`,
			goodsKeyword: `Bitmap Index Scan on goods_search_grams`, goodsByID: `Index Scan using goods_pkey`, goodsRead: `Scan.* on goods `,
		}
		testPlans(t, store, db, words)
		testGoodsPlans(t, store, db, words)
	})
}

// planWords are how a database is told to look at its tables and to explain,
// and what it says in plans: that an index is read, a whole
// table, the search index, and rows by their id; of goods, that any are read where the search index is enough.
type planWords struct {
	searchable                                       bool // there are search indexes
	tidy, explain, index, whole, keyword, pair, byID string
	goodsKeyword, goodsByID, goodsRead               string
}

func testPlans(t *testing.T, store storage.Store, db *bun.DB, words planWords) {
	fillShops(t, store)
	plan(t, store, words.tidy)
	yes := true
	circle := func(radius float64, f shop.Filter, first shop.Lookup, categories ...mall.ID) shop.Query {
		f.Near, f.Merchant = &shop.Near{Lat: 30.25, Lng: 120.15, Radius: radius}, &yes
		return shop.Query{Filter: f, Categories: categories, First: first, Spans: geo.Around(30.25, 120.15, radius)}
	}
	const zhejiang, hangzhou, xihu = "330000000000", "330100000000", "330106000000"
	index := func(name string) string { return fmt.Sprintf(words.index, name) }
	const list, find, total = 0, 1, 2
	uncounted := []string{"all", "keyword of many"} // half of so small a table is counted sooner as it lies
	page := mall.Page{Limit: 15}
	for name, c := range map[string]struct {
		q    shop.Query
		page int
		plan []string
	}{
		"near":            {circle(3000, shop.Filter{}, shop.InOrder), find, []string{index("shops_near")}},
		"near, wide":      {circle(512_000, shop.Filter{}, shop.InOrder), find, []string{index("shops_near")}},
		"near, category":  {circle(3000, shop.Filter{}, shop.InOrder, 1, 2), find, []string{index("shops_cat_near")}},
		"near, city":      {circle(30_000, shop.Filter{CityID: hangzhou}, shop.InOrder), find, []string{index("shops_city_near")}},
		"near, keyword":   {circle(3000, shop.Filter{Keyword: "店1"}, shop.ByCircle), find, []string{index("shops_near")}},
		"all":             {shop.Query{}, list, []string{index("shops_sort")}},
		"province":        {shop.Query{Filter: shop.Filter{ProvinceID: zhejiang}}, list, []string{index("shops_province_sort")}},
		"city":            {shop.Query{Filter: shop.Filter{CityID: hangzhou}}, list, []string{index("shops_city_sort")}},
		"district":        {shop.Query{Filter: shop.Filter{CityID: hangzhou, DistrictID: xihu}}, list, []string{index("shops_district_sort")}},
		"category":        {shop.Query{Categories: []mall.ID{3}}, list, []string{index("shops_cat_sort")}},
		"categories":      {shop.Query{Categories: []mall.ID{3, 4}}, list, []string{index("shops_cat_sort")}},
		"both":            {shop.Query{Filter: shop.Filter{CityID: hangzhou}, Categories: []mall.ID{3}}, list, []string{index("shops_city_cat_sort")}},
		"keyword of many": {shop.Query{Filter: shop.Filter{Keyword: "店"}}, list, []string{index("shops_sort")}},
		"keyword":         {shop.Query{Filter: shop.Filter{Keyword: "店119", Merchant: &yes}, First: shop.ByKeyword}, find, []string{words.keyword}},
		"pair":            {shop.Query{Filter: shop.Filter{Keyword: "77", CityID: hangzhou}, First: shop.ByKeyword}, find, []string{words.pair}},
		"keyword, near":   {shop.Query{Filter: shop.Filter{Keyword: "店119", Near: &shop.Near{Lat: 30, Lng: 120, Radius: 1e6}}, First: shop.ByKeyword}, find, []string{words.keyword}},
		"keyword, others": {shop.Query{Filter: shop.Filter{Keyword: "店119", PickUp: &yes}, First: shop.ByKeyword}, find, []string{words.keyword, words.byID}},
		"keyword, named":  {shop.Query{Filter: shop.Filter{Keyword: "店119"}, Named: []mall.ID{3}, First: shop.ByKeyword}, find, []string{words.keyword, index("shops_cat_sort")}},
	} {
		if c.q.First == shop.ByKeyword && !words.searchable {
			continue
		}
		statements := bunrepo.ShopsSQL(db, c.q, page)
		p := plan(t, store, words.explain+statements[c.page])
		for _, step := range c.plan {
			require.Regexp(t, step, p, "%s: %s", name, statements[c.page])
		}
		require.NotRegexp(t, "(?m)"+words.whole, p, "%s: %s", name, statements[c.page])
		if !slices.Contains(uncounted, name) {
			require.NotRegexp(t, "(?m)"+words.whole, plan(t, store, words.explain+statements[total]), "%s: %s", name, statements[total])
		}
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
				Name: fmt.Sprint("店", batch, i), Category: mall.ID(1 + i%40), ProvinceID: g.Code[:2] + "0000000000", CityID: g.Parent, DistrictID: g.Code, Sort: int64(i % 90),
				Lat: g.Lat + float64(i%100)/2000, Lng: g.Lng + float64(batch)/2000,
			}
		}
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error { return store.Shops().Insert(ctx, shops) }))
	}
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

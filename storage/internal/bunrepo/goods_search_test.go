package bunrepo_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
	"github.com/uptrace/bun"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/internal/bunrepo"
	"github.com/gomall-dev/mall/storage/postgres"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// testGoodsPlans asks a database how it runs lists of goods by keyword: the page
// and the total come from the search index. PostgreSQL reads goods beside it only
// for what the index does not have, and SQLite those of the page's matches by id.
func testGoodsPlans(t *testing.T, store storage.Store, db *bun.DB, words planWords) {
	if !words.searchable {
		return
	}
	fillGoods(t, store, 20_000)
	plan(t, store, words.tidy)
	yes, price := true, mall.Money(500)
	for name, f := range map[string]catalog.Filter{
		"keyword": {}, "shop": {Shops: []mall.ID{2}}, "recommended": {Recommended: &yes}, "price": {PriceMax: &price}, "off sale": {OffSale: true},
		"any": {Any: true}, "flash sale": {FlashSale: &yes}, "tag": {Tag: "a"}, "bar code": {BarCode: "690"},
	} {
		for _, sort := range []catalog.Sort{catalog.BySort, catalog.ByPriceDown, catalog.ByOrdersDown, catalog.ByAddedUp, catalog.ByNameUp} {
			f.Keyword, f.Sort = "茶杯119", sort
			wide := words.goodsRead == "" || f.FlashSale != nil || f.Tag != "" || f.BarCode != ""
			statements := bunrepo.GoodsSQL(db, catalog.Query{Filter: f, Categories: []mall.ID{1, 2}}, mall.Page{Offset: 20, Limit: 20})
			for i, statement := range statements {
				p := plan(t, store, words.explain+statement)
				require.Regexp(t, words.goodsKeyword, p, "%s %s: %s", name, sort, statement)
				if !wide {
					require.NotRegexp(t, words.goodsRead, p, "%s %s: %s", name, sort, statement)
				} else if i == 0 {
					require.Regexp(t, words.goodsByID, p, "%s %s: %s", name, sort, statement)
				}
			}
		}
	}
}

func fillGoods(t *testing.T, store storage.Store, n int) {
	t.Helper()
	goods := make([]*catalog.Goods, n)
	for i := range goods {
		goods[i] = &catalog.Goods{
			Code: fmt.Sprint(i), Name: fmt.Sprint("茶杯", i), Category: mall.ID(i % 7), Shop: mall.ID(i % 3), Kind: catalog.Parcel, OnSale: i%9 > 0,
			Sort: int64(i % 100), MinPrice: mall.Money(i % 1000), BarCode: fmt.Sprint(i % 700), CreatedAt: time.UnixMilli(int64(i)), UpdatedAt: time.UnixMilli(int64(i)),
		}
	}
	for ; len(goods) > 0; goods = goods[min(len(goods), 1000):] {
		some := goods[:min(len(goods), 1000)]
		require.NoError(t, store.Do(t.Context(), func(ctx context.Context) error {
			return store.Catalog().Products.Insert(ctx, some, make([]catalog.Text, len(some)))
		}))
	}
}

// TestSearchIndexOfBefore: migration 0112 gives goods of before the entries that
// new ones get, and a process of before can still write its own.
func TestSearchIndexOfBefore(t *testing.T) {
	t.Parallel()
	store, err := postgres.Open(t.Context(), storagetest.PostgresDatabase(t), &postgres.Options{Migrate: true})
	require.NoError(t, err)
	defer store.Close()
	fillGoods(t, store, 50)
	repo := store.Catalog().Products
	must := func(fn func(ctx context.Context) error) { t.Helper(); require.NoError(t, store.Do(t.Context(), fn)) }
	must(func(ctx context.Context) error {
		_, err := repo.Delete(ctx, 7, time.UnixMilli(1))
		return err
	})
	entries := func() []string {
		return storagetest.Texts(t, store, "SELECT s::text FROM {goods_search} AS s ORDER BY goods_id")
	}
	want := entries()
	require.Len(t, want, 49)

	script := []string{"CREATE TABLE mall.kept AS SELECT goods_id, grams FROM mall.goods_search;", "DROP TABLE mall.goods_search;"}
	steps, err := bunrepo.Schema{Postgres: true, Name: "mall"}.Steps()
	require.NoError(t, err)
	for _, step := range steps {
		switch step.Number {
		case 20:
			for _, statement := range step.Statements {
				if strings.Contains(statement, "goods_search ") {
					script = append(script, statement)
				}
			}
			script = append(script, "INSERT INTO mall.goods_search SELECT * FROM mall.kept;")
		case 112:
			script = append(script, step.Statements...)
		}
	}
	must(func(ctx context.Context) error {
		for _, statement := range script {
			if _, err := store.SQL(ctx).ExecContext(ctx, statement); err != nil {
				return fmt.Errorf("%s: %w", statement, err)
			}
		}
		return nil
	})
	require.Equal(t, want, entries())

	must(func(ctx context.Context) error { // it saved goods 9, then we put them on sale
		_, err := store.SQL(ctx).ExecContext(ctx, `DELETE FROM mall.goods_search WHERE goods_id = 9;
			INSERT INTO mall.goods_search (goods_id, grams) SELECT 9, grams FROM mall.kept WHERE goods_id = 9`)
		if err == nil {
			_, err = repo.SetSale(ctx, 9, true, time.UnixMilli(1))
		}
		return err
	})
	require.Equal(t, want, entries())
}

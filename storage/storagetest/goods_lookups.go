package storagetest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/storage"
)

// testGoodsLookups holds lists and totals of random filters, keywords and orders
// against reading all goods: after every kind of write, after what was rolled
// back, and after writes of many at once to the same goods.
func testGoodsLookups(t *testing.T, open Open) {
	l := &goodsLookups{store: open(t), rnd: rand.New(rand.NewPCG(3, 9))}
	must(t, l.store, func(ctx context.Context) error { return l.insert(ctx, l.rnd, 250) })
	for range 12 {
		must(t, l.store, func(ctx context.Context) error { return l.change(ctx, l.rnd, 12, true) })
		rolledBack(t, l.store, func(ctx context.Context) { require.NoError(t, l.change(ctx, l.rnd, 12, true)) })
		l.compare(t, 25)
	}
	errs := make([]error, 6)
	together(len(errs), func(i int) {
		rnd := rand.New(rand.NewPCG(uint64(i), 1))
		for range 25 {
			errs[i] = errors.Join(errs[i], l.store.Do(t.Context(), func(ctx context.Context) error { return l.change(ctx, rnd, 1, i == 0) }))
		}
	})
	require.NoError(t, errors.Join(errs...))
	l.compare(t, 200)
}

// testManyMatches is a keyword with more matches than are sorted, beside one
// with fewer.
func testManyMatches(t *testing.T, open Open) {
	l := &goodsLookups{store: open(t), rnd: rand.New(rand.NewPCG(4, 9))}
	for range 5 {
		must(t, l.store, func(ctx context.Context) error { return l.insert(ctx, l.rnd, 1000, "常见的词") })
	}
	all := l.all(t)
	for _, keyword := range []string{"常见的", "望江茶"} {
		for _, sort := range []catalog.Sort{catalog.BySort, catalog.ByPriceDown, catalog.ByOrdersUp, catalog.ByAddedDown} {
			q := catalog.Query{Filter: catalog.Filter{Keyword: keyword, Sort: sort}, Categories: []mall.ID{1, 2}}
			want := lookedUp(all, q)
			for _, offset := range []int64{0, 10, 500} {
				got, err := l.store.Catalog().Products.List(t.Context(), q, mall.Page{Offset: offset, Limit: 10})
				require.NoError(t, err)
				n := int64(len(want))
				require.Equal(t, want[min(offset, n):min(offset+10, n)], goodsIDs(got), "%s %s %d", keyword, sort, offset)
			}
			total, err := l.store.Catalog().Products.Total(t.Context(), q, 10_000)
			require.NoError(t, err)
			require.EqualValues(t, len(want), total)
		}
	}
}

// goodsLookups is a store whose goods are changed at random.
type goodsLookups struct {
	store storage.Store
	rnd   *rand.Rand
	codes atomic.Int64
}

// lookupNames are of what names are made; 无线键线键盘 has all trigrams of 无线键盘.
var lookupNames = []string{"望江茶楼", "无线键盘", "无线键线键盘", "Tea_100%", "PRO", `钢"杯`, "茶"}

func (l *goodsLookups) insert(ctx context.Context, rnd *rand.Rand, n int, words ...string) error {
	goods := make([]*catalog.Goods, n)
	for i := range goods {
		goods[i] = fullGoods(fmt.Sprintf("%017d", l.codes.Add(1)), "")
		shuffle(rnd, goods[i], words...)
		goods[i].Bargain, goods[i].GroupBuy, goods[i].FlashSale = rnd.IntN(2) == 0, rnd.IntN(2) == 0, rnd.IntN(2) == 0
		goods[i].Orders, goods[i].CreatedAt = rnd.Int64N(5), moment0.Add(time.Duration(rnd.IntN(9))*time.Second)
	}
	return l.store.Catalog().Products.Insert(ctx, goods, make([]catalog.Text, n))
}

// shuffle gives goods other values of what lists are told by and staff may change.
func shuffle(rnd *rand.Rand, g *catalog.Goods, words ...string) {
	for range 1 + rnd.IntN(3) {
		words = append(words, lookupNames[rnd.IntN(len(lookupNames))])
	}
	g.Name = strings.Join(words, []string{"", " "}[rnd.IntN(2)])
	g.Category, g.Shop, g.Sort, g.MinPrice = mall.ID(rnd.IntN(5)), mall.ID(rnd.IntN(3)), rnd.Int64N(5), mall.Money(rnd.IntN(9))
	g.OnSale, g.Hidden, g.Recommended = rnd.IntN(5) > 0, rnd.IntN(5) == 0, rnd.IntN(3) == 0
	g.BarCode, g.Tags = []string{"", "690"}[rnd.IntN(2)], []string{"", "a,b"}[rnd.IntN(2)]
}

// change makes so many random changes. Only one at a time may empty categories:
// two that do could wait for each other.
func (l *goodsLookups) change(ctx context.Context, rnd *rand.Rand, n int, empty bool) error {
	repo := l.store.Catalog()
	for range n {
		id := mall.ID(1 + rnd.Int64N(60))
		var err error
		switch rnd.IntN(10) {
		case 0:
			err = l.insert(ctx, rnd, 2)
		case 1:
			_, err = repo.Products.Delete(ctx, id, moment0)
		case 2:
			if empty {
				err = repo.Categories.Empty(ctx, mall.ID(1+rnd.IntN(4)), moment0)
			}
		case 3, 4:
			_, err = repo.Products.SetSale(ctx, id, rnd.IntN(2) == 0, moment0)
		case 5, 6:
			err = repo.Products.Count(ctx, []catalog.Counts{{Goods: id, Orders: rnd.Int64N(5) - 2, Views: 1}})
		default:
			var g *catalog.Goods
			if g, err = repo.Products.Find(ctx, id); err == nil {
				shuffle(rnd, g)
				err = repo.Products.Update(ctx, g, catalog.Text{Goods: id})
			}
		}
		if err != nil && !errors.Is(err, mall.ErrNotFound) {
			return err
		}
	}
	return nil
}

// compare runs so many random lists, page by page.
func (l *goodsLookups) compare(t *testing.T, n int) {
	t.Helper()
	repo, all := l.store.Catalog().Products, l.all(t)
	for range n {
		q := l.query()
		want := lookedUp(all, q)
		var got []catalog.Goods
		for page := (mall.Page{Limit: 5 + l.rnd.Int64N(60)}); ; page.Offset += page.Limit {
			some, err := repo.List(t.Context(), q, page)
			require.NoError(t, err, "%+v", q)
			if got = append(got, some...); int64(len(some)) < page.Limit {
				break
			}
		}
		if q.Sort == catalog.ByNameUp { // names are in the database's order
			require.ElementsMatch(t, want, goodsIDs(got), "%+v", q)
			require.True(t, slices.IsSortedFunc(got, func(a, b catalog.Goods) int { return goodsOrder(q.Sort, a, b) }), "%+v", q)
		} else {
			require.Equal(t, want, goodsIDs(got), "%+v", q)
		}
		for _, most := range []int64{1000, 3} {
			total, err := repo.Total(t.Context(), q, most)
			require.NoError(t, err)
			require.Equal(t, min(int64(len(want)), most+1), total, "%+v", q)
		}
	}
}

func (l *goodsLookups) all(t *testing.T) []catalog.Goods {
	t.Helper()
	all, err := l.store.Catalog().Products.Each(t.Context(), 0, 10_000)
	require.NoError(t, err)
	return all
}

// query is a random list, most with a keyword.
func (l *goodsLookups) query() catalog.Query {
	rnd := l.rnd
	maybe := func() *bool {
		if rnd.IntN(5) > 0 {
			return nil
		}
		yes := rnd.IntN(2) == 0
		return &yes
	}
	pick := func(from ...string) string { return from[rnd.IntN(len(from))] }
	f := catalog.Filter{
		Keyword: pick("", "茶楼", "望江茶", "无线键盘", "线键盘", "tea_", "_100%", "pro", `钢"杯`, "没有的词", "' OR 1=1 --"), Recommended: maybe(),
		Bargain: maybe(), GroupBuy: maybe(), FlashSale: maybe(), BarCode: pick("", "", "", "", "690"), Tag: pick("", "", "", "", "b"),
		OffSale: rnd.IntN(8) == 0, Hidden: rnd.IntN(8) == 0, Any: rnd.IntN(8) == 0,
		Sort: catalog.Sort(pick("", "priceUp", "priceDown", "ordersUp", "ordersDown", "addedUp", "addedDown", "nameUp")),
	}
	if low, high := mall.Money(rnd.IntN(5)), mall.Money(3+rnd.IntN(6)); rnd.IntN(4) == 0 {
		f.PriceMin, f.PriceMax = &low, &high
	}
	q := catalog.Query{Filter: f}
	switch rnd.IntN(6) {
	case 0:
		q.Categories = []mall.ID{2}
	case 1:
		q.Categories, q.Shops = []mall.ID{1, 3}, []mall.ID{1}
	case 2:
		q.Shops = []mall.ID{0, 2}
	case 3:
		q.IDs = []mall.ID{1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144}
	}
	return q
}

// lookedUp is what a list gives, by looking at all goods.
func lookedUp(all []catalog.Goods, q catalog.Query) []mall.ID {
	agrees := func(want *bool, is bool) bool { return want == nil || *want == is }
	within := func(ids []mall.ID, id mall.ID) bool { return len(ids) == 0 || slices.Contains(ids, id) }
	var found []catalog.Goods
	for _, g := range all {
		switch {
		case !q.Any && (g.OnSale == q.OffSale || g.Hidden != q.Hidden),
			!strings.Contains(strings.ToLower(g.Name), strings.ToLower(q.Keyword)), !strings.Contains(g.Tags, q.Tag), q.BarCode != "" && g.BarCode != q.BarCode,
			!agrees(q.Recommended, g.Recommended), !agrees(q.Bargain, g.Bargain), !agrees(q.GroupBuy, g.GroupBuy), !agrees(q.FlashSale, g.FlashSale),
			!within(q.Categories, g.Category), !within(q.Shops, g.Shop), !within(q.IDs, g.ID),
			q.PriceMin != nil && g.MinPrice < *q.PriceMin, q.PriceMax != nil && g.MinPrice > *q.PriceMax:
			continue
		}
		found = append(found, g)
	}
	slices.SortFunc(found, func(a, b catalog.Goods) int { return cmp.Or(goodsOrder(q.Sort, a, b), int(a.ID-b.ID)) })
	return goodsIDs(found)
}

func goodsIDs(goods []catalog.Goods) []mall.ID {
	ids := make([]mall.ID, len(goods))
	for i, g := range goods {
		ids[i] = g.ID
	}
	return ids
}

package catalog_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestShelf(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b := setup(t, store)
		put := func(name string, price mall.Money, change func(*catalog.Goods)) {
			d := plain(name, price, 5)
			d.Goods.Shop = 3
			change(&d.Goods)
			b.save(t, d)
		}
		put("明日", 100, func(g *catalog.Goods) { g.ValidFrom = "2026-11-19" })
		put("过期", 200, func(g *catalog.Goods) { g.ValidTo = "2026-11-17" })
		put("普通", 900, func(*catalog.Goods) {})
		put("隐藏", 800, func(g *catalog.Goods) { g.Hidden, g.Sort = true, -1 })
		put("下架", 50, func(g *catalog.Goods) { g.OnSale = false })
		put("未开售", 60, func(g *catalog.Goods) { g.SaleFrom = noon.Add(time.Hour) })
		put("已结束", 70, func(g *catalog.Goods) { g.SaleTo = noon })
		put("别家", 10, func(g *catalog.Goods) { g.Shop = 4 })
		put("平台", 10, func(g *catalog.Goods) { g.Shop = 0 })

		shelf, err := b.goods.Shelf(t.Context(), 3)
		require.NoError(t, err)
		var names []string
		for _, g := range shelf {
			names = append(names, g.Name)
		}
		require.Equal(t, []string{"隐藏", "普通", "过期", "明日"}, names)
		none, err := b.goods.Shelf(t.Context(), 0)
		require.NoError(t, err)
		require.Empty(t, none)

		lowest, err := b.goods.Lowest(t.Context(), noon, []mall.ID{0, 3, 4, 5})
		require.NoError(t, err)
		require.Equal(t, map[mall.ID]mall.Money{3: 800, 4: 10}, lowest)
		lowest, err = b.goods.Lowest(t.Context(), noon.Add(24*time.Hour), []mall.ID{3})
		require.NoError(t, err)
		require.Equal(t, map[mall.ID]mall.Money{3: 60}, lowest)
	})
}

package catalog_test

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/sqlite"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestPrice(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		b := setup(t, store)
		cup := plain("杯子", 1990, 5)
		cup.Goods.MinBuy = 2
		cup.Goods.Steps = []catalog.Step{{From: 10, Price: 1800}, {From: 100, Price: 1500}}
		cupID := b.save(t, cup)
		shirtID := b.save(t, shirt())
		noodles := plain("面", 1200, 9)
		noodles.Addons = []catalog.AddonGroup{
			{Name: "口味", Required: true, Items: []catalog.Addon{{Name: "不辣"}, {Name: "特辣"}}},
			{Name: "加料", Multiple: true, Items: []catalog.Addon{{Name: "青菜", Price: 300}, {Name: "大排", Price: 1200}}},
		}
		noodlesID := b.save(t, noodles)
		groups, err := b.goods.Addons(t.Context(), noodlesID)
		require.NoError(t, err)
		mild, hot, green, pork := groups[0].Items[0].ID, groups[0].Items[1].ID, groups[1].Items[0].ID, groups[1].Items[1].ID
		d, err := b.goods.Detail(t.Context(), shirtID)
		require.NoError(t, err)
		redM, redL := d.SKUs[0], d.SKUs[1]
		backwards := fmt.Sprintf(",%d:%d,%d:%d,", redL.Options[1].Property, redL.Options[1].Value, redL.Options[0].Property, redL.Options[0].Value)

		// A page of wants of every kind, in their order, priced by four statements.
		var items []catalog.Item
		sent := storagetest.Statements(t.Context(), t, func(ctx context.Context) error {
			var err error
			items, err = b.goods.Price(ctx, catalog.Buyer{Account: 7, Level: 3, Rebate: 9500}, b.now, []catalog.Want{
				{Goods: shirtID, Options: backwards, Qty: 1},
				{Goods: cupID, Qty: 10},
				{Goods: shirtID, SKU: redM.ID, Qty: 2},
				{Goods: noodlesID, Qty: 1, Addons: []mall.ID{pork, mild, green}},
				{Goods: cupID, Qty: 2},
			})
			return err
		})
		require.LessOrEqual(t, len(sent), 3)
		require.Equal(t, redL.ID, items[0].SKU.ID)
		require.Equal(t, [2]mall.Money{4900, 4000}, [2]mall.Money{items[0].List, items[0].Unit}, "the level's price")
		require.EqualValues(t, 1800, items[1].Unit, "the step's price")
		require.EqualValues(t, 5900, items[2].Unit)
		require.EqualValues(t, 7, items[2].SKU.Stock)
		require.Equal(t, [2]mall.Money{1200, 1500}, [2]mall.Money{items[3].Unit, items[3].AddonUnit})
		require.Len(t, items[3].Addons, 3)
		require.EqualValues(t, 1990, items[4].Unit)

		for name, c := range map[string]struct {
			want catalog.Want
			err  error
		}{
			"gone":             {catalog.Want{Goods: 999, Qty: 1}, catalog.ErrGone},
			"no options":       {catalog.Want{Goods: shirtID, Qty: 1}, catalog.ErrNeedSKU},
			"foreign options":  {catalog.Want{Goods: shirtID, Options: "1:99", Qty: 1}, catalog.ErrNoSKU},
			"broken options":   {catalog.Want{Goods: shirtID, Options: "'; DROP", Qty: 1}, catalog.ErrNoSKU},
			"options of plain": {catalog.Want{Goods: cupID, Options: "1:1", Qty: 2}, catalog.ErrNoSKU},
			"foreign SKU":      {catalog.Want{Goods: cupID, SKU: redM.ID, Qty: 2}, catalog.ErrNoSKU},
			"too few":          {catalog.Want{Goods: cupID, Qty: 1}, catalog.ErrMinBuy},
			"none":             {catalog.Want{Goods: cupID}, catalog.ErrQty},
			"less than none":   {catalog.Want{Goods: cupID, Qty: -1}, catalog.ErrQty},
			"far too many":     {catalog.Want{Goods: cupID, Qty: 1_000_000_000_000}, catalog.ErrQty},
			"extra missing":    {catalog.Want{Goods: noodlesID, Qty: 1, Addons: []mall.ID{green}}, catalog.ErrNeedAddon},
			"two of one":       {catalog.Want{Goods: noodlesID, Qty: 1, Addons: []mall.ID{mild, hot}}, catalog.ErrBadAddon},
			"foreign extra":    {catalog.Want{Goods: noodlesID, Qty: 1, Addons: []mall.ID{mild, 999}}, catalog.ErrBadAddon},
			"extra twice":      {catalog.Want{Goods: noodlesID, Qty: 1, Addons: []mall.ID{mild, green, green}}, catalog.ErrBadAddon},
			"extra of plain":   {catalog.Want{Goods: cupID, Qty: 2, Addons: []mall.ID{mild}}, catalog.ErrBadAddon},
		} {
			_, err := b.price(t, catalog.Buyer{}, c.want)
			require.ErrorIs(t, err, c.err, name)
		}
		items, problems, err := b.goods.Appraise(t.Context(), catalog.Buyer{}, b.now, []catalog.Want{{Goods: 999, Qty: 1}, {Goods: cupID, Qty: 2}})
		require.NoError(t, err)
		require.ErrorIs(t, problems[0], catalog.ErrGone)
		require.NoError(t, problems[1])
		require.EqualValues(t, 1990, items[1].Unit)
	})
}

func TestSaleWindow(t *testing.T) {
	t.Parallel()
	b := setup(t, storagetest.SQLite(t))
	d := plain("年货", 990, 5)
	d.Goods.SaleFrom, d.Goods.SaleTo = noon.Add(time.Hour), noon.Add(2*time.Hour)
	id := b.save(t, d)
	for after, want := range map[time.Duration]error{0: catalog.ErrOffSale, time.Hour: nil, 2*time.Hour - 1: nil, 2 * time.Hour: catalog.ErrOffSale} {
		_, err := b.goods.Price(t.Context(), catalog.Buyer{}, noon.Add(after), []catalog.Want{{Goods: id, Qty: 1}})
		require.ErrorIs(t, err, want, after)
	}
}

func TestDraftsRefused(t *testing.T) {
	t.Parallel()
	b := setup(t, storagetest.SQLite(t))
	for field, spoil := range map[string]func(d *catalog.Draft){
		"name":             func(d *catalog.Draft) { d.Goods.Name = "" },
		"price":            func(d *catalog.Draft) { d.SKUs[0].Price = -1 },
		"skuList":          func(d *catalog.Draft) { d.SKUs[1].Options = d.SKUs[0].Options },
		"pics":             func(d *catalog.Draft) { d.Pics = []string{"javascript:alert(1)"} },
		"priceMultilevels": func(d *catalog.Draft) { d.Goods.Steps = []catalog.Step{{From: 5, Price: 1}, {From: 5, Price: 2}} },
		"afterSale":        func(d *catalog.Draft) { d.Goods.AfterSale = []int{3} },
		"properties":       func(d *catalog.Draft) { d.Properties[1].Name = d.Properties[0].Name },
	} {
		d := shirt()
		spoil(&d)
		_, err := b.goods.SaveGoods(t.Context(), mall.System(), d)
		require.ErrorIs(t, err, mall.ErrInvalid, field)
		require.ErrorContains(t, err, field)
	}
	d := shirt()
	d.SKUs[2].Price = mall.MaxMoney + 1
	_, err := b.goods.SaveGoods(t.Context(), mall.System(), d)
	require.ErrorIs(t, err, mall.ErrInvalid)
	d = shirt()
	d.Goods.Category = 99
	_, err = b.goods.SaveGoods(t.Context(), mall.System(), d)
	require.ErrorIs(t, err, catalog.ErrCategory)
	d.Goods.Category, d.Goods.Freight = 0, 99
	_, err = b.goods.SaveGoods(t.Context(), mall.System(), d)
	require.ErrorIs(t, err, catalog.ErrFreight)
}

func ExampleNew() {
	dir, _ := os.MkdirTemp("", "catalog")
	defer os.RemoveAll(dir)
	ctx := context.Background()
	store, err := sqlite.Open(ctx, filepath.Join(dir, "mall.db"), &sqlite.Options{Migrate: true})
	if err != nil {
		panic(err)
	}
	defer store.Close()
	stocks, _ := stock.New(stock.Deps{Tx: store, Stock: store.Stock()}, stock.Config{})
	svc, err := catalog.New(catalog.Deps{Tx: store, Outbox: store, Repo: store.Catalog(), Stock: stocks}, catalog.Config{})
	if err != nil {
		panic(err)
	}
	pieces := int64(5)
	id, err := svc.SaveGoods(ctx, mall.System(), catalog.Draft{
		Goods: catalog.Goods{Name: "杯子", OnSale: true, Steps: []catalog.Step{{From: 3, Price: 1500}}},
		SKUs:  []catalog.SKUDraft{{Price: 1990, Stock: &pieces}},
	})
	if err != nil {
		panic(err)
	}
	page, _ := svc.List(ctx, catalog.Filter{Keyword: "杯"}, mall.NumberedPage(1, 20))
	fmt.Println(page.Total, page.Items[0].Name, page.Items[0].MinPrice, page.Items[0].Stock)
	items, _ := svc.Price(ctx, catalog.Buyer{}, time.Now(), []catalog.Want{{Goods: id, Qty: 3}})
	fmt.Println(items[0].List, items[0].Unit)
	// Output:
	// 1 杯子 19.90 5
	// 19.90 15.00
}

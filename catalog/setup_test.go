package catalog_test

import (
	"context"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/stock"
	"github.com/gomall-dev/mall/storage"
)

// noon is a Wednesday, 12:00 in Shanghai.
var noon = time.Date(2026, 11, 18, 4, 0, 0, 0, time.UTC)

type bundle struct {
	store storage.Store
	goods *catalog.Service
	stock *stock.Service
	now   time.Time
}

func setup(t testing.TB, store storage.Store) *bundle {
	t.Helper()
	b := &bundle{store: store, now: noon}
	clock := func() time.Time { return b.now }
	var err error
	b.stock, err = stock.New(stock.Deps{Tx: store, Stock: store.Stock()}, stock.Config{Now: clock})
	require.NoError(t, err)
	b.goods, err = catalog.New(catalog.Deps{Tx: store, Outbox: store, Repo: store.Catalog(), Stock: b.stock}, catalog.Config{Now: clock})
	require.NoError(t, err)
	return b
}

// plain is a draft of goods on sale without specifications.
func plain(name string, price mall.Money, pieces int64) catalog.Draft {
	return catalog.Draft{
		Goods: catalog.Goods{Name: name, OnSale: true, AfterSale: []int{0, 1, 2}, Pic: "/files/a.png"},
		SKUs:  []catalog.SKUDraft{{Price: price, Weight: 500, Stock: &pieces}},
	}
}

// shirt is a draft with two properties and three of four combinations.
func shirt() catalog.Draft {
	n := int64(7)
	return catalog.Draft{
		Goods: catalog.Goods{Name: "T恤", OnSale: true},
		Properties: []catalog.Property{
			{Name: "颜色", Values: []catalog.Value{{Name: "红"}, {Name: "蓝", Pic: "/blue.png"}}},
			{Name: "尺寸", Values: []catalog.Value{{Name: "M"}, {Name: "L"}}},
		},
		SKUs: []catalog.SKUDraft{
			{Options: []string{"红", "M"}, Price: 5900, Stock: &n},
			{Options: []string{"红", "L"}, Price: 4900, Original: 8900, Stock: &n, LevelPrices: map[mall.ID]mall.Money{3: 4000}},
			{Options: []string{"蓝", "L"}, Price: 6900},
		},
	}
}

func (b *bundle) save(t testing.TB, d catalog.Draft) mall.ID {
	t.Helper()
	id, err := b.goods.SaveGoods(t.Context(), mall.System(), d)
	require.NoError(t, err)
	return id
}

func (b *bundle) price(t testing.TB, buyer catalog.Buyer, wants ...catalog.Want) ([]catalog.Item, error) {
	t.Helper()
	return b.goods.Price(t.Context(), buyer, b.now, wants)
}

func (b *bundle) do(t testing.TB, fn func(ctx context.Context) error) error {
	t.Helper()
	return b.store.Do(t.Context(), fn)
}

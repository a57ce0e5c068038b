package catalog_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestSaveGoods(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		t.Parallel()
		b := setup(t, store)
		plainID := b.save(t, plain("杯子", 1990, 5))
		d, err := b.goods.Detail(t.Context(), plainID)
		require.NoError(t, err)
		require.Len(t, d.SKUs, 1)
		require.Empty(t, d.Properties)
		require.Empty(t, d.SKUs[0].Key)
		require.EqualValues(t, 5, d.Goods.Stock)
		require.EqualValues(t, 1990, d.Goods.MinPrice)
		require.Equal(t, "20261118120000000", d.Goods.Code)
		require.Equal(t, []int{0, 1, 2}, d.Goods.AfterSale)

		id := b.save(t, shirt())
		before, err := b.goods.Detail(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, "20261118120000001", before.Goods.Code, "the next free one")
		require.EqualValues(t, 4900, before.Goods.MinPrice)
		require.EqualValues(t, 8900, before.Goods.MinOriginal)
		require.EqualValues(t, 14, before.Goods.Stock)
		require.Len(t, before.Goods.PropertyIDs, 2)
		require.Len(t, before.Properties, 2)
		require.Len(t, before.SKUs, 3)
		require.Equal(t, "颜色:红,尺寸:M", catalog.OptionNames(before.SKUs[0].Options))

		// Options keep their ids, combinations their SKU; what is gone has no stock.
		change := shirt()
		change.Goods.ID = id
		change.SKUs = change.SKUs[1:]
		change.SKUs[0].Price, change.SKUs[0].Stock = 4500, nil
		change.Pics = []string{"/1.png", "/2.png"}
		change.Extra = map[string]string{"产地": "杭州"}
		change.Content = "<p onclick='x'>as given</p>"
		b.save(t, change)
		after, err := b.goods.Detail(t.Context(), id)
		require.NoError(t, err)
		require.Equal(t, before.Properties, after.Properties)
		require.Len(t, after.SKUs, 2)
		require.Equal(t, before.SKUs[1].ID, after.SKUs[0].ID)
		require.EqualValues(t, 4500, after.Goods.MinPrice)
		require.EqualValues(t, 7, after.Goods.Stock)
		require.Equal(t, change.Content, after.Content)
		require.Equal(t, change.Extra, after.Extra)
		require.Equal(t, "/1.png", after.Goods.Pic)
		require.Len(t, after.Pics, 2)
		require.Equal(t, before.Goods.Code, after.Goods.Code)
		events, err := store.Events(t.Context(), 0, 100)
		require.NoError(t, err)
		require.Len(t, events, 1)
		require.Equal(t, "catalog.price", events[0].Kind)

		require.NoError(t, b.goods.SetSale(t.Context(), mall.System(), id, false))
		_, err = b.price(t, catalog.Buyer{}, catalog.Want{Goods: id, SKU: after.SKUs[0].ID, Qty: 1})
		require.ErrorIs(t, err, catalog.ErrOffSale)
		require.NoError(t, b.goods.Delete(t.Context(), mall.System(), id))
		require.ErrorIs(t, b.goods.Delete(t.Context(), mall.System(), id), catalog.ErrGone)
		_, err = b.goods.Detail(t.Context(), id)
		require.ErrorIs(t, err, catalog.ErrGone)
	})
}

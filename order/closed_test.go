package order_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/order"
)

func TestNothingIsBoughtFromClosedOrUnapprovedShops(t *testing.T) {
	each(t, nil, func(t *testing.T, w *world) {
		in := order.PlaceInput{Lines: []order.WantLine{{Goods: w.far, Qty: 1}}, Address: home}
		for _, change := range []func(*shop.Shop){
			func(s *shop.Shop) { s.Closed = true },
			func(s *shop.Shop) { s.Audit = shop.Pending },
			func(s *shop.Shop) { s.Audit, s.Reason = shop.Refused, "缺照片" },
		} {
			s := shop.Shop{ID: 2, Name: "二号店"}
			change(&s)
			_, err := w.shops.Save(t.Context(), s)
			require.NoError(t, err)
			_, err = w.orders.Place(t.Context(), buyer(1), in)
			require.ErrorIs(t, err, shop.ErrClosed)
			_, err = w.orders.Quote(t.Context(), buyer(1), in)
			require.ErrorIs(t, err, shop.ErrClosed)
		}
		_, err := w.shops.Save(t.Context(), shop.Shop{ID: 2, Name: "二号店"})
		require.NoError(t, err)
		_, err = w.orders.Place(t.Context(), buyer(1), in)
		require.NoError(t, err)
	})
}

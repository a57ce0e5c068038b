package shop_test

import (
	"context"
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// odd are places where angles are hard: poles, the antimeridian, the origin.
var odd = [][2]float64{{90, 0}, {-90, 0}, {89.99, 170}, {0, 180}, {0, -180}, {0.001, 179.999}, {0.001, -179.999}, {0, 0.0001}, {30, 0}, {0, 120}}

// TestListsByDistance: whatever the place and the radius, a walk over all pages
// gives every open merchant of the circle once, the nearest first.
func TestListsByDistance(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		s := setup(t, store)
		_, leaves := tree(t, s, 2, 2)
		crowd(t, s, 400, leaves)
		var all []shop.Shop
		for _, at := range odd {
			all = append(all, shop.Shop{Name: "偏远店", Category: leaves[0], Lat: at[0], Lng: at[1]})
		}
		for range 5 { // five in one place: the id decides
			all = append(all, shop.Shop{Name: "同址店", Category: leaves[0], CityID: "3301", Lat: 30.25, Lng: 120.15})
		}
		_, err := s.Import(t.Context(), all)
		require.NoError(t, err)
		list, err := s.List(t.Context(), shop.Filter{}, mall.Page{Limit: mall.MaxLimit})
		require.NoError(t, err)
		all = list.Items
		for int64(len(all)) < list.Total {
			next, err := s.List(t.Context(), shop.Filter{}, mall.Page{Offset: int64(len(all)), Limit: mall.MaxLimit})
			require.NoError(t, err)
			all = append(all, next.Items...)
		}
		rapid.Check(t, func(r *rapid.T) {
			lat, lng := rapid.Float64Range(18, 50).Draw(r, "lat"), rapid.Float64Range(80, 130).Draw(r, "lng")
			if rapid.Bool().Draw(r, "odd") {
				at := rapid.SampledFrom(append(odd, [2]float64{30.25, 120.15})).Draw(r, "at")
				lat, lng = at[0], at[1]
			}
			radius := math.Pow(10, rapid.Float64Range(1, 7.5).Draw(r, "log radius"))
			f := shop.Filter{Near: &shop.Near{Lat: lat, Lng: lng, Radius: radius}}
			if rapid.Bool().Draw(r, "category") {
				f.Category = leaves[0]
			}
			size := rapid.Int64Range(60, 100).Draw(r, "size")
			want := map[mall.ID]bool{}
			for i := range all {
				if d, ok := all[i].Distance(lat, lng); ok && d <= radius && (f.Category == 0 || all[i].Category == f.Category) {
					want[all[i].ID] = true
				}
			}
			before, last, name := -1.0, mall.ID(0), ""
			for offset := int64(0); ; {
				page, err := s.List(context.Background(), f, mall.Page{Offset: offset, Limit: size})
				require.NoError(r, err)
				for i := range page.Items {
					d, ok := page.Items[i].Distance(lat, lng)
					id := page.Items[i].ID
					require.True(r, ok)
					require.LessOrEqual(r, d, radius+1e-3)
					require.GreaterOrEqual(r, d, before-1e-3, "the nearest first")
					require.True(r, page.Items[i].Name != "同址店" || name != "同址店" || id > last, "equals by id")
					require.True(r, want[id], "%d comes once and belongs here", id)
					delete(want, id)
					before, last, name = d, id, page.Items[i].Name
				}
				if offset += int64(len(page.Items)); int64(len(page.Items)) < size {
					require.Equal(r, offset, page.Total)
					break
				}
			}
			require.Empty(r, want)
		})
	})
}

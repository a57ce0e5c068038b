package shop_test

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/storage"
)

var noon = time.Date(2026, 11, 18, 4, 0, 0, 0, time.UTC)

func setup(t testing.TB, store storage.Store) *shop.Service {
	t.Helper()
	s, err := shop.New(shop.Deps{Tx: store, Outbox: store, Repo: store.Shops()}, shop.Config{Now: func() time.Time { return noon }})
	require.NoError(t, err)
	return s
}

// tree makes categories: roots with children each, and gives both.
func tree(t testing.TB, s *shop.Service, roots, children int) (tops, leaves []mall.ID) {
	t.Helper()
	for i := range roots {
		top, err := s.SaveCategory(t.Context(), mall.System(), shop.Category{Name: fmt.Sprint("类", i), Sort: int64(i), Used: true})
		require.NoError(t, err)
		tops = append(tops, top)
		for j := range children {
			leaf, err := s.SaveCategory(t.Context(), mall.System(), shop.Category{Parent: top, Name: fmt.Sprintf("类%d-%d", i, j), Used: true})
			require.NoError(t, err)
			leaves = append(leaves, leaf)
		}
	}
	return tops, leaves
}

var (
	tastes = []string{"老", "新", "张记", "李家", "西湖", "望江", "一品", "江南", "川味", "清真", "百年", "外婆", "小", "大", "胡同", "阳光"}
	trades = []string{"火锅", "面馆", "茶楼", "烤鸭店", "理发店", "咖啡馆", "书店", "健身房", "足浴", "小笼包", "酒家", "甜品屋"}
)

// crowd makes merchants as they lie in a country: around the centres of
// districts, denser in its large cities, one in a hundred without a position.
func crowd(t testing.TB, s *shop.Service, n int, leaves []mall.ID) {
	t.Helper()
	rnd := rand.New(rand.NewPCG(3, 4))
	districts := geo.Default().Districts()
	hangzhou := geo.Default().Children("3301")
	for done := 0; done < n; {
		batch := make([]shop.Shop, min(n-done, shop.MaxImport))
		for i := range batch {
			g := districts[rnd.IntN(len(districts))]
			if rnd.IntN(20) == 0 {
				g = hangzhou[rnd.IntN(len(hangzhou))]
			}
			batch[i] = shop.Shop{
				Name:     tastes[rnd.IntN(len(tastes))] + tastes[rnd.IntN(len(tastes))] + trades[rnd.IntN(len(trades))] + fmt.Sprint(done+i),
				Category: leaves[rnd.IntN(len(leaves))], Sort: rnd.Int64N(100),
				ProvinceID: g.Code[:2] + "0000000000", CityID: g.Parent, DistrictID: g.Code,
				Lat: g.Lat + rnd.NormFloat64()*0.05, Lng: g.Lng + rnd.NormFloat64()*0.05, Closed: rnd.IntN(50) == 0,
			}
			if rnd.IntN(100) == 0 {
				batch[i].Lat, batch[i].Lng = 0, 0
			}
		}
		_, err := s.Import(t.Context(), batch)
		require.NoError(t, err)
		done += len(batch)
	}
}

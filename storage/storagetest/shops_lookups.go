package storagetest

import (
	"cmp"
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/catalog/shop"
)

// testShopLookups holds every way to look up shops against reading them all:
// around poles and the antimeridian, with equal distances, with closed, waiting
// and refused ones, page by page without gap or repeat.
func testShopLookups(t *testing.T, open Open) {
	store := open(t)
	repo, ctx := store.Shops(), t.Context()
	all := scattered()
	must(t, store, func(ctx context.Context) error { return repo.Insert(ctx, all) })
	must(t, store, func(ctx context.Context) error { // what is stored again is found as it is now
		for i, s := range all[:60] {
			s.Closed, s.Name, s.Lat, s.Category = i%3 == 0, "搬家茶馆", -s.Lat, 1+s.Category%4
			if err := repo.Put(ctx, s); err != nil {
				return err
			}
		}
		return nil
	})
	queries := lookups()
	rand.New(rand.NewPCG(5, 3)).Shuffle(len(queries), func(i, j int) { queries[i], queries[j] = queries[j], queries[i] })
	for _, c := range queries[:400] {
		want := truth(all, c)
		for _, size := range []int64{7, 300} {
			var got []mall.ID
			for {
				found, err := repo.Find(ctx, c, mall.Page{Offset: int64(len(got)), Limit: size}, 500)
				require.NoError(t, err, "%+v", c)
				if c.First == shop.ByKeyword && found.More { // a SQLite without search indexes
					got = nil
					break
				}
				require.Equal(t, shop.Found{IDs: found.IDs, Total: int64(len(want))}, found, "%+v", c)
				got = append(got, found.IDs...)
				if int64(len(found.IDs)) < size {
					require.Equal(t, want, got, "%+v", c)
					break
				}
			}
			total, err := repo.Total(ctx, c, 500)
			require.NoError(t, err)
			require.EqualValues(t, len(want), total, "%+v", c)
		}
		if len(want) > 3 {
			tooMany, err := repo.Find(ctx, c, mall.Page{Limit: 1}, 3)
			require.NoError(t, err)
			require.True(t, tooMany.More, "%+v", c)
			total, err := repo.Total(ctx, c, 3)
			require.NoError(t, err)
			require.EqualValues(t, 4, total, "one beyond the limit")
		}
	}
}

// scattered are shops of all kinds in few cities, at odd places of the globe.
func scattered() []*shop.Shop {
	rnd := rand.New(rand.NewPCG(7, 11))
	var all []*shop.Shop
	for i := range 400 {
		s := &shop.Shop{
			Name: fmt.Sprint([]string{"望江茶楼", "西湖茶馆", "望湖烤鸭店", "Tea_100%"}[rnd.IntN(4)], i%7), Category: mall.ID(rnd.IntN(5)), Sort: rnd.Int64N(5),
			ProvinceID: "330000000000", CityID: "330100000000", DistrictID: fmt.Sprint("33010", rnd.IntN(3), "000000"), PickUp: rnd.IntN(2) == 0,
			Closed: rnd.IntN(10) == 0, Audit: shop.Audit(max(rnd.IntN(10)-7, 0)), CreatedAt: moment0, UpdatedAt: moment0,
			Lat: 30 + rnd.NormFloat64()*0.05, Lng: 120 + rnd.NormFloat64()*0.05,
		}
		switch rnd.IntN(8) {
		case 0:
			s.Lat, s.Lng = 30.01, 120.01 // in one place: the id decides
		case 1:
			s.Lat, s.Lng = 90-rnd.Float64()/10, rnd.Float64()*360-180
		case 2:
			s.Lat, s.Lng = rnd.Float64()/10, 180-rnd.Float64()/10
			if rnd.IntN(2) == 0 {
				s.Lng = -s.Lng
			}
		case 3:
			s.Lat, s.Lng, s.CityID, s.ProvinceID, s.DistrictID = 0, 0, "110100000000", "110000000000", ""
		}
		all = append(all, s)
	}
	return all
}

// lookups are queries of every shape: each place and keyword in each way.
func lookups() (list []shop.Query) {
	yes, no := true, false
	for _, at := range [][3]float64{{}, {30, 120, 3000}, {30.01, 120.01, 500_000}, {89.99, 10, 8000}, {0.05, 179.99, 9000}, {0.05, -180, 20_000}, {45, 100, geo.FarthestApart}} {
		for _, keyword := range []string{"", "茶楼", "望江茶", "搬家茶馆", "a_1", "_100%", "没有的店"} {
			for _, f := range []shop.Filter{
				{}, {Merchant: &yes}, {Merchant: &no}, {PickUp: &yes}, {CityID: "330100000000"}, {CityID: "110100000000"}, {ProvinceID: "330000000000"},
				{CityID: "330100000000", DistrictID: "330101000000"},
			} {
				f.Keyword = keyword
				q := shop.Query{Filter: f}
				if at[2] > 0 {
					q.Near = &shop.Near{Lat: at[0], Lng: at[1], Radius: at[2]}
				}
				for _, categories := range [][]mall.ID{nil, {2}, {1, 3}} {
					q.Categories = categories
					named := q
					if keyword != "" {
						q.First = shop.ByKeyword
						list = append(list, q)
						if categories == nil {
							named.Named, named.First = []mall.ID{2, 4}, shop.ByKeyword
							list = append(list, named)
							named.First = shop.ByPlace
							list = append(list, named)
						}
					}
					q.First = shop.ByPlace
					list = append(list, q)
					if q.Near != nil {
						q.First, q.Spans = shop.InOrder, geo.Around(q.Near.Lat, q.Near.Lng, q.Near.Radius)
						list = append(list, q)
						q.Spans = nil
					}
				}
			}
		}
	}
	return list
}

// truth is what a query gives, by reading every shop.
func truth(all []*shop.Shop, q shop.Query) []mall.ID {
	type hit struct {
		id  mall.ID
		key float64
	}
	var hits []hit
	for _, s := range all {
		named := strings.Contains(strings.ToLower(s.Name), strings.ToLower(q.Keyword)) || slices.Contains(q.Named, s.Category)
		switch {
		case !s.Open(), !named, q.PickUp != nil && s.PickUp != *q.PickUp, q.Merchant != nil && (s.Category != 0) != *q.Merchant,
			len(q.Categories) > 0 && !slices.Contains(q.Categories, s.Category), q.CityID != "" && s.CityID != q.CityID,
			q.ProvinceID != "" && s.ProvinceID != q.ProvinceID, q.DistrictID != "" && s.DistrictID != q.DistrictID:
			continue
		}
		h := hit{s.ID, float64(s.Sort)}
		if q.Near != nil {
			if !s.Placed() {
				continue
			}
			x, y, z := geo.Vector(s.Lat, s.Lng)
			u, v, w := geo.Vector(q.Near.Lat, q.Near.Lng)
			if h.key = (x-u)*(x-u) + (y-v)*(y-v) + (z-w)*(z-w); h.key > geo.Chord2(q.Near.Radius) {
				continue
			}
		}
		hits = append(hits, h)
	}
	slices.SortFunc(hits, func(a, b hit) int { return cmp.Or(cmp.Compare(a.key, b.key), cmp.Compare(a.id, b.id)) })
	var ids []mall.ID
	for _, h := range hits {
		ids = append(ids, h.id)
	}
	return ids
}

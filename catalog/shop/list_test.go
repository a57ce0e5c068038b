package shop_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

const hangzhou = "330100000000"

// TestLists walks lists of few matches and of many, looked up by keyword, by
// place and in order: each gives every open merchant that belongs to it once,
// in its order, and costs few statements whatever the size of the page.
func TestLists(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		s := setup(t, store)
		tops, leaves := tree(t, s, 3, 3)
		crowd(t, s, 5000, leaves)
		_, err := s.Import(t.Context(), []shop.Shop{ // more than are sorted for one page, in one place
			{Name: "类1旁边的店", Category: leaves[8], Lat: 30.3, Lng: 120.2}, {Name: "ÄB百分之100%_店", Category: leaves[8], CityID: hangzhou, Lat: 30.3, Lng: 120.2},
		})
		require.NoError(t, err)
		all := walk(t, s, shop.Filter{}, 100)
		require.Greater(t, len(all), 4800)
		below := func(top int) map[mall.ID]bool {
			held := map[mall.ID]bool{tops[top]: true}
			for _, leaf := range leaves[3*top : 3*top+3] {
				held[leaf] = true
			}
			return held
		}
		near := &shop.Near{Lat: 30.26, Lng: 120.13}
		for name, c := range map[string]struct {
			f    shop.Filter
			want func(m *shop.Shop) bool
		}{
			"few by keyword":    {shop.Filter{Keyword: "望江小笼包"}, func(m *shop.Shop) bool { return strings.Contains(m.Name, "望江小笼包") }},
			"few by pair":       {shop.Filter{Keyword: "火锅"}, func(m *shop.Shop) bool { return strings.Contains(m.Name, "火锅") }},
			"one letter":        {shop.Filter{Keyword: "锅"}, func(m *shop.Shop) bool { return strings.Contains(m.Name, "锅") }},
			"hostile letters":   {shop.Filter{Keyword: `0%_`}, func(m *shop.Shop) bool { return strings.Contains(m.Name, "0%_") }},
			"hostile pair":      {shop.Filter{Keyword: `%_`}, func(m *shop.Shop) bool { return strings.Contains(m.Name, "%_") }},
			"quotes":            {shop.Filter{Keyword: `"'`}, func(*shop.Shop) bool { return false }},
			"category's name":   {shop.Filter{Keyword: "类1"}, func(m *shop.Shop) bool { return below(1)[m.Category] || strings.Contains(m.Name, "类1") }},
			"few by place":      {shop.Filter{Keyword: "店", CityID: hangzhou}, func(m *shop.Shop) bool { return m.CityID == hangzhou && strings.Contains(m.Name, "店") }},
			"keyword of a kind": {shop.Filter{Keyword: "火锅", Category: tops[0]}, func(m *shop.Shop) bool { return below(0)[m.Category] && strings.Contains(m.Name, "火锅") }},
			"near":              {shop.Filter{Near: near}, (*shop.Shop).Placed},
			"near, keyword":     {shop.Filter{Near: near, Keyword: "火锅"}, func(m *shop.Shop) bool { return m.Placed() && strings.Contains(m.Name, "火锅") }},
			"near, kind":        {shop.Filter{Near: near, Category: tops[2]}, func(m *shop.Shop) bool { return m.Placed() && below(2)[m.Category] }},
			"near, named": {shop.Filter{Near: near, Keyword: "类1"}, func(m *shop.Shop) bool {
				return m.Placed() && (below(1)[m.Category] || strings.Contains(m.Name, "类1"))
			}},
			"off the coast":      {shop.Filter{Near: &shop.Near{Lat: 30, Lng: 126}}, (*shop.Shop).Placed},
			"from another ocean": {shop.Filter{Near: &shop.Near{Lat: 0.1, Lng: 0.1}}, func(*shop.Shop) bool { return true }},
		} {
			got, want := walk(t, s, c.f, 100), map[mall.ID]bool{}
			for i := range all {
				if c.want(&all[i]) {
					want[all[i].ID] = true
				}
			}
			require.Len(t, got, len(want), name)
			before := -1.0
			for i := range got {
				require.True(t, want[got[i].ID], "%s: %s once", name, got[i].Name)
				delete(want, got[i].ID)
				if c.f.Near == nil || name == "from another ocean" {
					if i > 0 {
						a, b := got[i-1], got[i]
						require.True(t, a.Sort < b.Sort || a.Sort == b.Sort && a.ID < b.ID, name)
					}
					continue
				}
				d, ok := got[i].Distance(c.f.Near.Lat, c.f.Near.Lng)
				require.True(t, ok && d >= before-1e-3, "%s: the nearest first", name)
				before = d
			}
			most := 5
			if c.f.Near != nil {
				most += 16 + 8
			}
			var costs []int
			for _, limit := range []int64{1, 20, 100} {
				sent := storagetest.Statements(t.Context(), t, func(ctx context.Context) error {
					_, err := s.List(ctx, c.f, mall.Page{Limit: limit})
					return err
				})
				require.LessOrEqual(t, len(sent), most, name)
				costs = append(costs, len(sent))
			}
			if c.f.Near == nil {
				require.LessOrEqual(t, slices.Max(costs)-slices.Min(costs), 1, "%s: the total alone may be known already: %v", name, costs)
			}
		}
	})
}

// walk reads a list page by page to its end.
func walk(t *testing.T, s *shop.Service, f shop.Filter, size int64) []shop.Shop {
	t.Helper()
	var all []shop.Shop
	for {
		page, err := s.List(t.Context(), f, mall.Page{Offset: int64(len(all)), Limit: size})
		require.NoError(t, err, fmt.Sprint(f))
		require.GreaterOrEqual(t, page.Total, int64(len(all)+len(page.Items)), fmt.Sprint(f))
		all = append(all, page.Items...)
		if int64(len(page.Items)) < size {
			require.EqualValues(t, len(all), page.Total, fmt.Sprint(f))
			return all
		}
	}
}

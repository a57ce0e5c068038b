package address_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/address"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func each(t *testing.T, body func(t *testing.T, s *address.Service)) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		s, err := address.New(address.Deps{Tx: store, Repository: store.Addresses()}, address.Config{Regions: geo.Default()})
		require.NoError(t, err)
		body(t, s)
	})
}

var (
	anna = mall.Actor{Account: 5, Face: mall.FaceWXAPI}
	bert = mall.Actor{Account: 6, Face: mall.FaceWXAPI}
)

func home() address.Address {
	return address.Address{
		LinkMan: "安娜", Mobile: "13812345678", Address: "文三路 1 号",
		ProvinceID: "330000000000", CityID: "330100000000", DistrictID: "330106000000",
	}
}

func TestAddresses(t *testing.T) {
	each(t, func(t *testing.T, s *address.Service) {
		ctx, yes, no := t.Context(), true, false
		_, err := s.Default(ctx, anna)
		require.ErrorIs(t, err, mall.ErrNotFound)
		h := home()
		h.Default = true
		a, err := s.Add(ctx, anna, h)
		require.NoError(t, err)
		require.Equal(t, []string{"浙江省", "杭州市", "西湖区"}, []string{a.ProvinceName, a.CityName, a.DistrictName})
		b, err := s.Add(ctx, anna, home())
		require.NoError(t, err)
		require.NoError(t, s.Update(ctx, anna, b.ID, address.Changes{Default: &yes}))
		got, err := s.Default(ctx, anna)
		require.NoError(t, err)
		require.Equal(t, b.ID, got.ID)
		require.NoError(t, s.Update(ctx, anna, b.ID, address.Changes{Default: &no}))
		_, err = s.Default(ctx, anna)
		require.ErrorIs(t, err, mall.ErrNotFound)

		for _, err := range []error{
			s.Update(ctx, bert, a.ID, address.Changes{Default: &yes}), s.Delete(ctx, bert, a.ID),
			func() error { _, err := s.Get(ctx, bert, a.ID); return err }(),
		} {
			require.ErrorIs(t, err, mall.ErrNotFound, "somebody else's address is not there")
		}
		_, err = s.Add(ctx, mall.Actor{}, home())
		require.ErrorIs(t, err, mall.ErrUnauthenticated)
		require.NoError(t, s.Delete(ctx, anna, a.ID))
		require.ErrorIs(t, s.Delete(ctx, anna, a.ID), mall.ErrNotFound)
	})
}

func TestRegions(t *testing.T) {
	each(t, func(t *testing.T, s *address.Service) {
		ctx := t.Context()
		for name, change := range map[string]func(a *address.Address){
			"no province":             func(a *address.Address) { a.ProvinceID = "" },
			"unknown province":        func(a *address.Address) { a.ProvinceID = "990000000000" },
			"a city as province":      func(a *address.Address) { a.ProvinceID = "330100000000" },
			"city elsewhere":          func(a *address.Address) { a.CityID = "110100000000" },
			"district elsewhere":      func(a *address.Address) { a.DistrictID = "330203000000" },
			"street elsewhere":        func(a *address.Address) { a.StreetID = "330203001000" },
			"no digits":               func(a *address.Address) { a.CityID = "x' OR 1=1" },
			"no name":                 func(a *address.Address) { a.LinkMan = " " },
			"north of the north pole": func(a *address.Address) { v := 90.1; a.Latitude = &v },
		} {
			a := home()
			change(&a)
			_, err := s.Add(ctx, anna, a)
			require.Error(t, err, name)
			require.Equal(t, mall.Invalid, mall.KindOf(err), name)
		}
		short := home()
		short.ProvinceID, short.CityID, short.DistrictID, short.StreetID = "33", "3301", "330106", "330106001000"
		a, err := s.Add(ctx, anna, short)
		require.NoError(t, err)
		require.Equal(t, "330106000000", a.DistrictID)
		province, city := "110000000000", "110100000000"
		require.NoError(t, s.Update(ctx, anna, a.ID, address.Changes{ProvinceID: &province, CityID: &city}))
		got, err := s.Get(ctx, anna, a.ID)
		require.NoError(t, err)
		require.Empty(t, got.DistrictID, "another city leaves no district of the old one")
	})
}

func TestAtMostFiftyAndOneDefault(t *testing.T) {
	each(t, func(t *testing.T, s *address.Service) {
		ctx := t.Context()
		var added atomic.Int64
		var wg sync.WaitGroup
		for range 60 {
			wg.Go(func() {
				h := home()
				h.Default = true
				switch _, err := s.Add(ctx, anna, h); {
				case err == nil:
					added.Add(1)
				case !errors.Is(err, address.ErrTooMany):
					t.Error(err)
				}
			})
		}
		wg.Wait()
		require.Equal(t, int64(address.Max), added.Load())
		l, err := s.List(ctx, anna, address.Filter{}, mall.Page{Limit: 100})
		require.NoError(t, err)
		defaults := 0
		for _, a := range l.Items {
			if a.Default {
				defaults++
			}
		}
		require.Equal(t, 1, defaults)
		require.NoError(t, s.Delete(ctx, anna, l.Items[0].ID))
		_, err = s.Add(ctx, anna, home())
		require.NoError(t, err)
		l, err = s.List(ctx, anna, address.Filter{LinkMan: "安", Mobile: "5678"}, mall.Page{Limit: 7})
		require.NoError(t, err)
		require.Len(t, l.Items, 7)
		require.Equal(t, int64(50), l.Total)
	})
}

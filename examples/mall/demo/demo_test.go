package demo

import (
	"bytes"
	"image/png"
	"net/http/httptest"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

const (
	appid  = "wxsandbox00000000"
	public = "http://shop.example"
)

func TestTheDemoDataIsThereOnceHoweverOftenItIsFilled(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		ctx := t.Context()
		// Each process has services of its own over the shared database.
		var filling sync.WaitGroup
		var shops [3]*httpadapter.Services
		errs := make([]error, len(shops))
		for i := range shops {
			var err error
			shops[i], err = httpadapter.Assemble(store, httpadapter.Ports{}, httpadapter.Config{})
			require.NoError(t, err)
			filling.Go(func() { errs[i] = Fill(ctx, shops[i], appid, public) })
		}
		filling.Wait()
		for _, err := range errs {
			require.NoError(t, err)
		}
		svc := shops[0]
		require.NoError(t, Fill(ctx, svc, appid, public))

		on, err := svc.Catalog.List(ctx, catalog.Filter{}, mall.Page{Limit: mall.MaxLimit})
		require.NoError(t, err)
		require.Len(t, on.Items, len(items), "all goods but the one off sale, and the membership, each once")
		var drawn []string
		for _, name := range pictureNames() {
			drawn = append(drawn, public+picture(name))
		}
		categories, err := svc.Catalog.ListCategories(ctx, nil, false)
		require.NoError(t, err)
		for _, c := range categories {
			require.Contains(t, drawn, c.Icon)
		}
		plain, last := 0, 0
		for _, g := range on.Items {
			require.Contains(t, drawn, g.Pic)
			require.GreaterOrEqual(t, g.MinPrice, mall.Money(500))
			require.LessOrEqual(t, g.MinPrice, mall.Money(30_000))
			if g.Stock == 1 {
				last++
			}
			if g.Stock >= 500 && len(g.PropertyIDs) == 0 && !g.HasAddons && !g.Limited && g.Freight == 0 && g.Shop == 0 {
				plain++
			}
		}
		require.Equal(t, 1, last, "goods with one piece left")
		require.Greater(t, plain, 5, "plain goods with plenty")

		clerk, err := svc.Auth.FindByOpenID(ctx, appid, ClerkOpenID)
		require.NoError(t, err)
		uids, _, err := svc.Site.Value(ctx, "order_hx_uids")
		require.NoError(t, err)
		require.Equal(t, clerk, mall.ID(svc.Site.Int(ctx, "order_hx_uids", 0)), uids)
		vip, err := svc.Auth.Find(ctx, auth.ByUsername, "vip")
		require.NoError(t, err)
		level, err := svc.Members.LevelOf(ctx, vip.ID)
		require.NoError(t, err)
		require.Equal(t, mall.Rate(9500), level.Rebate)
		prices, err := svc.Levels.Prices(ctx, level.ID)
		require.NoError(t, err)
		require.Len(t, prices, 4)
		coupons, err := svc.Coupons.Claimable(ctx, coupon.Wish{}, mall.Page{})
		require.NoError(t, err)
		require.Len(t, coupons.Items, 3)
		rules, err := svc.Wallets.Rules(ctx)
		require.NoError(t, err)
		require.Len(t, rules, 2)
	})
}

func TestSettingsThatStaffChangedStay(t *testing.T) {
	t.Parallel()
	store := storagetest.SQLite(t)
	svc, err := httpadapter.Assemble(store, httpadapter.Ports{}, httpadapter.Config{})
	require.NoError(t, err)
	require.NoError(t, Fill(t.Context(), svc, appid, public))
	require.NoError(t, svc.Site.Put(t.Context(), mall.System(), site.Setting{Key: "mallName", Value: "Mine", Access: site.Public}))
	require.NoError(t, Fill(t.Context(), svc, appid, public))
	require.Equal(t, "Mine", svc.Site.Text(t.Context(), "mallName", ""))
}

func TestPicturesAreSmallAndAlwaysTheSame(t *testing.T) {
	t.Parallel()
	serve := ServePictures()
	for _, name := range pictureNames() {
		w := httptest.NewRecorder()
		serve.ServeHTTP(w, httptest.NewRequest("GET", picture(name), nil))
		require.Equal(t, 200, w.Code, name)
		require.Equal(t, draw(name), w.Body.Bytes(), name)
		require.Less(t, w.Body.Len(), 8<<10, name)
		_, err := png.Decode(bytes.NewReader(w.Body.Bytes()))
		require.NoError(t, err, name)
	}
	for _, path := range []string{"nothing.png", "apple", "../apple.png", ""} {
		w := httptest.NewRecorder()
		serve.ServeHTTP(w, httptest.NewRequest("GET", Pictures+path, nil))
		require.Equal(t, 404, w.Code, path)
	}
}

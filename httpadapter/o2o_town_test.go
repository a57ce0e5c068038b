package httpadapter_test

import (
	"context"
	"errors"
	"net/url"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/catalog/geo"
	shops "github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// TestO2OBrowsing is what a shopper without an account looks at: regions,
// kinds of merchants, merchants nearby, their goods.
func TestO2OBrowsing(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		m, ctx, staff := w.Mini(apitest.AppID, "visitor"), t.Context(), mall.System()
		food, err := w.Shops.SaveCategory(ctx, staff, shops.Category{Name: "美食", Icon: "https://pic.example/i.png", Used: true})
		require.NoError(t, err)
		tea, err := w.Shops.SaveCategory(ctx, staff, shops.Category{Name: "茶馆", Parent: food, Used: true})
		require.NoError(t, err)
		_, err = w.Shops.SaveCategory(ctx, staff, shops.Category{Name: "停用", Parent: food})
		require.NoError(t, err)
		for i, category := range []mall.ID{tea, food} {
			_, err = w.Shops.Save(ctx, shops.Shop{
				ID: w.shop[i], Operator: []mall.ID{0, w.centre2}[i], Category: category, Name: []string{"西湖茶馆", "灵隐面馆"}[i], CityID: "3301", DistrictID: "330106",
				ProvinceID: "33", Lng: 120.13, Lat: []float64{30.25, 30.28}[i], OpeningHours: "10:30-18:30", Pic: "https://pic.example/l.png", Sort: int64(9 - i),
			})
			require.NoError(t, err)
		}
		_, err = w.Shops.Import(ctx, []shops.Shop{
			{Name: "停业茶馆", Category: tea, CityID: "3301", Lng: 120.13, Lat: 30.25, Closed: true},
			{Name: "待审茶馆", Category: tea, CityID: "3301", Lng: 120.13, Lat: 30.25, Audit: shops.Pending},
			{Name: "自提点", CityID: "3301", Lng: 120.13, Lat: 30.25, PickUp: true},
		})
		require.NoError(t, err)

		get := func(path string, f apitest.Fields) apitest.Envelope { return m.Call("GET", path, f) }
		e := get("/area/tree", apitest.Fields{"tier": "2"}).OK(t)
		require.Contains(t, e.Body, `{"id":330000,"area_id":33,"name":"浙江省","parent_id":0,"code":"330000000000","sub":[{"id":330100,"area_id":330100,"name":"杭州市","parent_id":33,"code":"330100000000"}`)
		require.Contains(t, get("/area/tree", nil).OK(t).Body, `"area_id":330106,"name":"西湖区","parent_id":330100`)
		e = get("/area/cities/withHot", nil).OK(t)
		require.Contains(t, e.Body, `"data":{"热门":[{"id":110100,`)
		require.Less(t, strings.Index(e.Body, `"A":[`), strings.Index(e.Body, `"Z":[`))
		require.Contains(t, get("/area/cites/withHot", apitest.Fields{"format": "list"}).OK(t).Body, `"data":{"list":[{"tag":"热门","list":[`)
		e = get("/area/getByGps", apitest.Fields{"lng": "120.13", "lat": "30.259"}).OK(t)
		require.Contains(t, e.Body, `"data":{"province":"浙江省","province_id":33,"city":"杭州市","city_id":330100,"area":"西湖区","area_id":330106,"code":"330106000000"}`)
		get("/area/getByGps", apitest.Fields{"lng": "2.29", "lat": "48.85"}).Want(t, 10010)
		cities := get("/area/cities/withHot", nil).OK(t).Body
		for county, at := range map[string]apitest.Fields{ // they stand right under their province
			`"city":"仙桃市","city_id":429004,"area":"仙桃市","area_id":429004`:           {"lng": "113.45", "lat": "30.36"},
			`"city":"石柱土家族自治县","city_id":500240,"area":"石柱土家族自治县","area_id":500240`: {"lng": "108.10", "lat": "29.90"},
		} {
			require.Contains(t, get("/area/getByGps", at).OK(t).Body, county)
			require.Contains(t, cities, `"area_id":`+county[strings.LastIndexByte(county, ':')+1:])
		}

		e = get("/merchant/categories/tree", nil).OK(t)
		require.Contains(t, e.Body, `"sub":[{"id":`+id(tea)+`,"pid":`+id(food)+`,"name":"茶馆","icon":"","status":1,"sub":[]}]`)
		require.NotContains(t, e.Body, "停用")

		here := apitest.Fields{"lng": "120.13", "lat": "30.2500"}
		names := func(f apitest.Fields) string {
			e, all := get("/merchants", f).OK(t), []string{}
			for _, name := range []string{"0", "1", "2", "3"} {
				if n := e.Get("list." + name + ".name"); n != "" {
					all = append(all, n)
				}
			}
			return strings.Join(all, " ")
		}
		with := func(more apitest.Fields) apitest.Fields {
			f := apitest.Fields{"lng": "120.13", "lat": "30.2500"}
			for k, v := range more {
				f[k] = v
			}
			return f
		}
		require.Equal(t, "灵隐面馆 西湖茶馆", names(nil), "staff's order, open merchants only")
		require.Equal(t, "西湖茶馆 灵隐面馆", names(with(apitest.Fields{"radius": "10000"})), "the nearest first")
		require.Equal(t, "西湖茶馆", names(with(apitest.Fields{"radius": "3000"})))
		require.Equal(t, "灵隐面馆 西湖茶馆", names(apitest.Fields{"radius": "1"}), "no radius without a position")
		for _, city := range []string{"330100", "3301", "330100000000", "330106", "33"} {
			require.Equal(t, "灵隐面馆 西湖茶馆", names(apitest.Fields{"city_id": city}), city)
		}
		require.Empty(t, names(apitest.Fields{"city_id": "110100"}))
		require.Equal(t, "灵隐面馆 西湖茶馆", names(apitest.Fields{"merchant_category_id": id(food)}), "with what is below")
		require.Equal(t, "西湖茶馆", names(apitest.Fields{"keyword": "茶馆"}), "by name, and by the category's")
		require.Equal(t, "灵隐面馆 西湖茶馆", names(apitest.Fields{"keyword": "美食"}))
		require.Empty(t, names(apitest.Fields{"keyword": "面馆", "merchant_category_id": id(tea)}), "both must hold")
		for _, hostile := range []string{"%", "_", `\`, "' OR 1=1 --", `"; DROP TABLE shops`, "茶馆*", "\"茶馆"} {
			require.Empty(t, names(apitest.Fields{"keyword": hostile}), hostile)
		}
		require.Equal(t, "灵隐面馆 西湖茶馆", names(apitest.Fields{"page": "-1"}))
		require.Empty(t, names(apitest.Fields{"page": "2"}))
		require.Equal(t, "西湖茶馆 灵隐面馆", names(with(apitest.Fields{"radius": "1000000000000"})))

		e = get("/merchants", with(apitest.Fields{"radius": "9000"})).OK(t)
		for path, want := range map[string]string{
			"total": "2", "list.0.id": id(w.shop[0]), "list.0.oper_id": "1", "list.0.merchantCategoryName": "茶馆", "list.0.region": "1", "list.0.city": "杭州市",
			"list.0.city_id": "330100", "list.0.area_id": "330106", "list.0.business_time.0": "10:30:00", "list.0.distance": "0米", "list.0.distance_m": "0",
			"list.0.lowestAmount": "12.50", "list.0.isOperSelf": "1", "list.1.isOperSelf": "0", "list.1.distance": "3.3千米", "list.1.oper_id": id(w.centre2),
		} {
			require.Equal(t, want, e.Get(path), path)
		}
		require.NotContains(t, get("/merchants", nil).Body, "distance")
		e = get("/merchant/detail", with(apitest.Fields{"id": id(w.shop[1])})).OK(t)
		require.Equal(t, "灵隐面馆 灵隐面馆", e.Get("name")+" "+e.Get("list.name"))
		get("/merchant/detail", apitest.Fields{"id": "999"}).Want(t, 10010)
		get("/merchant/detail", apitest.Fields{"id": "0"}).Want(t, 10010)

		g := catalog.Draft{Goods: catalog.Goods{ID: w.goods[0], Shop: w.shop[0], Kind: catalog.Voucher, Name: "龙井一壶", Pic: "https://pic.example/1.png", OnSale: true,
			Hidden: true, ValidFrom: "2026-03-01", ValidTo: "2026-03-02", BuyInfo: "提前一天预约"}, SKUs: []catalog.SKUDraft{{Price: 1250, Original: 2000}}}
		_, err = w.Catalog.SaveGoods(ctx, staff, g)
		require.NoError(t, err)
		e = get("/goods", apitest.Fields{"merchant_id": id(w.shop[0])}).OK(t)
		for path, want := range map[string]string{
			"list.0.id": id(w.goods[0]), "list.0.oper_id": "1", "list.0.merchant_id": id(w.shop[0]), "list.0.market_price": "20.00", "list.0.price": "12.50",
			"list.0.start_date": "2026-03-01", "list.0.end_date": "2026-03-02", "list.0.business_time.1": "18:30:00", "list.0.pic_list.0": "https://pic.example/1.png",
			"list.0.buy_info": "提前一天预约", "list.0.status": "1", "list.0.sell_number": "0",
		} {
			require.Equal(t, want, e.Get(path), path)
		}
		require.Equal(t, "12.50", get("/goods/detail", apitest.Fields{"id": id(w.goods[0])}).OK(t).Get("price"))
		get("/goods", apitest.Fields{"merchant_id": "999"}).Want(t, 10010)
		get("/goods/detail", apitest.Fields{"id": "999"}).Want(t, 10010)

		g.Goods.ValidTo = "2026-03-01" // yesterday
		_, err = w.Catalog.SaveGoods(ctx, staff, g)
		require.NoError(t, err)
		ann := w.ann(t)
		ann.Call("POST", "/order/buy", apitest.Fields{"goods_id": id(w.goods[0])}).Want(t, 500)
		require.Empty(t, get("/merchants", here).OK(t).Get("list.1.lowestAmount"), "nothing to be bought there today")

		for _, bad := range []struct{ path, query string }{
			{"/area/tree", "tier=0"}, {"/area/tree", "tier=4"}, {"/area/tree", "tier=x"}, {"/area/cities/withHot", "format=xml"},
			{"/area/getByGps", "lng=120"}, {"/area/getByGps", "lng=abc&lat=30"}, {"/area/getByGps", "lng=999&lat=30"}, {"/area/getByGps", "lng=NaN&lat=30"},
			{"/area/getByGps", "lng=120&lat=1e1"}, {"/merchants", "lng=120"}, {"/merchants", "lat=30"}, {"/merchants", "lng=abc&lat=30"},
			{"/merchants", "lng=999&lat=30"}, {"/merchants", "lng=120&lat=NaN"}, {"/merchants", "lng=120&lat=30&radius=-1"}, {"/merchants", "lng=120&lat=30&radius=1e12"},
			{"/merchants", "city_id=杭州"}, {"/merchants", "city_id=1%3BDROP"}, {"/merchants", "merchant_category_id=-1"}, {"/merchants", "page=x"},
			{"/merchants", "keyword=" + strings.Repeat("长", 65)}, {"/merchant/detail", ""}, {"/merchant/detail", "id=x"}, {"/goods", ""}, {"/goods/detail", "id=1.5"},
		} {
			f := apitest.Fields{}
			values, err := url.ParseQuery(bad.query)
			require.NoError(t, err)
			for name := range values {
				f[name] = values.Get(name)
			}
			require.Equal(t, 10001, get(bad.path, f).Code, "%s?%s", bad.path, bad.query)
		}
	})
}

// mapService is a host's geo.Locator that answers as it is told.
type mapService struct {
	at  geo.Region
	err error
}

func (m *mapService) Locate(context.Context, float64, float64) (geo.Region, error) {
	return m.at, m.err
}

// TestO2OMapService: the host's map service is asked, and when it fails, the
// embedded borders; what it says of a point stands.
func TestO2OMapService(t *testing.T) {
	t.Parallel()
	service := &mapService{}
	w := newTown(t, storagetest.SQLite(t), func(p *httpadapter.Ports, _ *httpadapter.Config, _ *httpadapter.AdapterConfig) { p.Map = service })
	m := w.Mini(apitest.AppID, "visitor")
	locate := func() apitest.Envelope {
		return m.Call("GET", "/area/getByGps", apitest.Fields{"lng": "120.13", "lat": "30.259"})
	}
	service.at, _ = geo.Default().Find("330108")
	require.Equal(t, []string{"杭州市", "滨江区", "330108"}, pick(locate().OK(t), "city", "area", "area_id"))
	for _, err := range []error{mall.E(mall.Unavailable, "map.down", "down"), errors.New("connection refused"), context.DeadlineExceeded} {
		service.err = err
		require.Equal(t, []string{"杭州市", "西湖区", "330106"}, pick(locate().OK(t), "city", "area", "area_id"), err)
	}
	service.err = geo.ErrOutside
	locate().Want(t, 10010)
}

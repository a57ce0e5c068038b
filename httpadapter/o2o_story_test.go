package httpadapter_test

import (
	"context"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	shops "github.com/gomall-dev/mall/catalog/shop"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/httpadapter/o2o"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment/paytest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// town is two operating centres with a merchant and a voucher each.
type town struct {
	*apitest.Kit
	centre2 mall.ID
	shop    [2]mall.ID
	goods   [2]mall.ID
}

const (
	annMobile   = "13800138001"
	clerkMobile = "13800138009"
)

func newTown(t testing.TB, store storage.Store, opts ...apitest.Option) *town {
	t.Helper()
	w := &town{Kit: apitest.New(t, store, append([]apitest.Option{apitest.WithO2O}, opts...)...)}
	w.centre2 = w.Centre2()
	kind, err := w.Shops.SaveCategory(t.Context(), mall.System(), shops.Category{Name: "茶馆", Used: true})
	require.NoError(t, err)
	for i, centre := range []mall.ID{0, w.centre2} {
		w.shop[i], err = w.Shops.Save(t.Context(), shops.Shop{Operator: centre, Category: kind, Name: []string{"西湖茶馆", "灵隐面馆"}[i],
			CityID: "330100000000", Lng: 120.13, Lat: 30.25 + float64(i)/100, OpeningHours: "10:30-18:30"})
		require.NoError(t, err)
		stock := int64(100)
		w.goods[i], err = w.Catalog.SaveGoods(t.Context(), mall.System(), catalog.Draft{
			Goods: catalog.Goods{Shop: w.shop[i], Kind: catalog.Voucher, Name: []string{"龙井一壶", "片儿川一碗"}[i], Pic: "https://pic.example/1.png", OnSale: true},
			SKUs:  []catalog.SKUDraft{{Price: 1250, Stock: &stock}},
		})
		require.NoError(t, err)
	}
	return w
}

// ann is a shopper of the first centre's mini program.
func (w *town) ann(t testing.TB) *apitest.Mini {
	t.Helper()
	m := w.Mini(apitest.AppID, "ann-1")
	m.LoginMobile(annMobile).OK(t)
	return m
}

// clerk may redeem codes.
func (w *town) clerk(t testing.TB) *apitest.Mini {
	t.Helper()
	m := w.Mini(apitest.AppID, "clerk-1")
	id := m.LoginMobile(clerkMobile).OK(t).Get("userInfo.id")
	require.NoError(t, w.Site.Put(t.Context(), mall.System(), site.Setting{Key: "order_hx_uids", Value: id, Access: site.Private}))
	return m
}

func id(n mall.ID) string { return strconv.FormatInt(int64(n), 10) }

// buy orders pieces of the goods of a merchant.
func (w *town) buy(t testing.TB, m *apitest.Mini, merchant int, number string) apitest.Envelope {
	t.Helper()
	return m.Call("POST", "/order/buy", apitest.Fields{"goods_id": id(w.goods[merchant]), "number": number}).OK(t)
}

func detail(t testing.TB, m *apitest.Mini, number string) apitest.Envelope {
	t.Helper()
	return m.Call("GET", "/order/detail", apitest.Fields{"order_no": number}).OK(t)
}

// paidOrder buys and pays pieces at the first merchant.
func (w *town) paidOrder(t testing.TB, m *apitest.Mini, number string) string {
	t.Helper()
	e := w.buy(t, m, 0, number)
	w.Settle(e.Get("sdk_config.package"))
	return e.Get("order_no")
}

// TestO2OStory is one shopper from the first look to the money back, on both
// databases.
func TestO2OStory(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		m := w.Mini(apitest.AppID, "ann-1")
		m.Call("GET", "/orders", nil).Want(t, 10003)
		m.Call("POST", "/order/buy", apitest.Fields{"goods_id": id(w.goods[0])}).Want(t, 10003)
		m.Call("POST", "/sms/verify_code", apitest.Fields{"mobile": "12345"}).Want(t, 10001)
		sent := m.Call("POST", "/sms/verify_code", apitest.Fields{"mobile": annMobile}).OK(t)
		require.NotContains(t, sent.Body, "verify_code", "a code in the answer is for sandboxes")
		require.Len(t, w.Ports.Last(annMobile), 4)
		m.Call("POST", "/login", apitest.Fields{"mobile": annMobile, "verify_code": "x"}).Want(t, 10001)
		in := m.Call("POST", "/login", apitest.Fields{"mobile": annMobile, "verify_code": w.Ports.Last(annMobile)}).OK(t)
		require.Equal(t, annMobile, in.Get("userInfo.mobile"))
		m.Call("POST", "/login", apitest.Fields{"mobile": annMobile, "verify_code": w.Ports.Last(annMobile)}).Want(t, 10001)
		again := w.Mini(apitest.AppID, "ann-1")
		require.Equal(t, in.Get("userInfo.id"), again.Call("POST", "/wxLogin", apitest.Fields{"code": "sandbox:ann-1"}).OK(t).Get("userInfo.id"))
		require.Equal(t, "0", m.Call("GET", "/orders", nil).OK(t).Get("total"))
		clerk := w.clerk(t)

		look(t, w, m)
		e := w.buy(t, m, 0, "2")
		number := e.Get("order_no")
		require.Regexp(t, `^O\d{22}$`, number)
		require.Equal(t, "1", e.Get("isOperSelf"))
		for _, key := range []string{"appId", "nonceStr", "package", "signType", "paySign", "timestamp", "timeStamp"} {
			require.NotEmpty(t, e.Get("sdk_config."+key), key)
		}
		d := detail(t, m, number)
		require.Equal(t, []string{"1", "25.00", "12.50", "2", annMobile, "西湖茶馆", "1", ""},
			[]string{d.Get("status"), d.Get("pay_price"), d.Get("price"), d.Get("buy_number"), d.Get("notify_mobile"), d.Get("merchant_name"), d.Get("oper_id"), d.Get("items")})
		m.Call("POST", "/order/refund", apitest.Fields{"order_no": number}).Want(t, 500)
		w.Settle(e.Get("sdk_config.package"))
		d = detail(t, m, number)
		require.Equal(t, "4", d.Get("status"))
		require.NotEqual(t, d.Get("items.0.verify_code"), d.Get("items.1.verify_code"))
		code := d.Get("items.0.verify_code")
		require.Regexp(t, `^\d{6}$`, code)
		m.Call("POST", "/order/pay", apitest.Fields{"order_no": number}).Want(t, 500)
		m.Call("POST", "/order/cancel", apitest.Fields{"order_no": number}).Want(t, 500)
		m.Call("POST", "/verification", apitest.Fields{"verify_code": code}).Want(t, 10025)
		clerk.Call("POST", "/verification", apitest.Fields{"verify_code": code}).OK(t)
		clerk.Call("POST", "/verification", apitest.Fields{"verify_code": code}).Want(t, 500)
		require.Equal(t, []string{"2", "1", "4"}, pick(detail(t, m, number), "items.0.status", "items.1.status", "status"))
		m.Call("POST", "/order/refund", apitest.Fields{"order_no": number}).Want(t, 500)
		clerk.Call("POST", "/verification", apitest.Fields{"verify_code": d.Get("items.1.verify_code")}).OK(t)
		require.Equal(t, "7", detail(t, m, number).Get("status"))
		m.Call("POST", "/order/refund", apitest.Fields{"order_no": number}).Want(t, 500)

		second := w.paidOrder(t, m, "1")
		back := m.Call("POST", "/order/refund", apitest.Fields{"order_no": second}).OK(t)
		require.Equal(t, []string{"12.50", second, "2"}, pick(back, "amount", "order_no", "status"))
		require.NotEmpty(t, back.Get("refund_id"))
		m.Call("POST", "/order/refund", apitest.Fields{"order_no": second}).Want(t, 500)
		d = detail(t, m, second)
		require.Equal(t, []string{"6", "12.50", "3"}, pick(d, "status", "refund_price", "items.0.status"))
		require.NotEmpty(t, d.Get("refund_time"))
		clerk.Call("POST", "/verification", apitest.Fields{"verify_code": d.Get("items.0.verify_code")}).Want(t, 500)

		third := w.buy(t, m, 0, "1").Get("order_no")
		m.Call("POST", "/order/cancel", apitest.Fields{"order_no": third}).OK(t)
		fourth := w.buy(t, m, 0, "1")
		w.Clock.Advance(24*time.Hour - time.Second)
		require.Equal(t, "1", detail(t, m, fourth.Get("order_no")).Get("status"))
		w.Clock.Advance(time.Second)
		require.Equal(t, "3", detail(t, m, fourth.Get("order_no")).Get("status"), "before the sweep")
		require.NoError(t, w.Sweep(t.Context()))
		require.Equal(t, "3", detail(t, m, fourth.Get("order_no")).Get("status"))
		for status, want := range map[string]string{"1": "0", "2": "1", "3": "1", "4": "0", "5": "0", "6": "1", "7": "1"} {
			list := m.Call("GET", "/orders", apitest.Fields{"status": status}).OK(t)
			require.Equal(t, want, list.Get("total"), status)
			if want == "1" {
				require.Equal(t, status, list.Get("list.0.status"))
			}
		}
		m.Call("GET", "/orders", apitest.Fields{"status": "8"}).Want(t, 10001)
		m.Call("POST", "/logout", nil).OK(t)
		m.Call("GET", "/orders", nil).Want(t, 10007)
	})
}

// look goes from the city to the goods as the mini program does.
func look(t *testing.T, w *town, m *apitest.Mini) {
	t.Helper()
	here := apitest.Fields{"lng": "120.13", "lat": "30.25"}
	at := m.Call("GET", "/area/getByGps", here).OK(t)
	require.Equal(t, []string{"浙江省", "33", "杭州市", "330100"}, pick(at, "province", "province_id", "city", "city_id"))
	require.Equal(t, "11", m.Call("GET", "/area/tree", apitest.Fields{"tier": "1"}).OK(t).Get("list.0.area_id"))
	require.Contains(t, m.Call("GET", "/area/cities/withHot", nil).OK(t).Body, `"data":{"热门":[`)
	kind := m.Call("GET", "/merchant/categories/tree", nil).OK(t)
	require.Equal(t, "茶馆", kind.Get("list.0.name"))
	near := m.Call("GET", "/merchants", apitest.Fields{"lng": "120.13", "lat": "30.25", "radius": "5000", "city_id": at.Get("city_id"),
		"merchant_category_id": kind.Get("list.0.id"), "keyword": "馆"}).OK(t)
	require.Equal(t, []string{"2", id(w.shop[0]), "0米", "1", "12.50", id(w.shop[1]), "1.1千米", "0", id(w.centre2)},
		pick(near, "total", "list.0.id", "list.0.distance", "list.0.isOperSelf", "list.0.lowestAmount", "list.1.id", "list.1.distance", "list.1.isOperSelf", "list.1.oper_id"))
	require.Equal(t, "西湖茶馆", m.Call("GET", "/merchant/detail", apitest.Fields{"id": id(w.shop[0])}).OK(t).Get("name"))
	goods := m.Call("GET", "/goods", apitest.Fields{"merchant_id": id(w.shop[0])}).OK(t)
	require.Equal(t, []string{id(w.goods[0]), "12.50"}, pick(goods, "list.0.id", "list.0.price"))
	require.Equal(t, "龙井一壶", m.Call("GET", "/goods/detail", apitest.Fields{"id": goods.Get("list.0.id")}).OK(t).Get("name"))
}

func pick(e apitest.Envelope, paths ...string) []string {
	texts := make([]string, len(paths))
	for i, p := range paths {
		texts[i] = e.Get(p)
	}
	return texts
}

// TestO2OLatePayment: money for an order that was cancelled or closed goes back
// where it came from.
func TestO2OLatePayment(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		m := w.ann(t)
		for status, end := range map[string]func(number string){
			"2": func(number string) { m.Call("POST", "/order/cancel", apitest.Fields{"order_no": number}).OK(t) },
			"3": func(string) {
				w.Clock.Advance(24 * time.Hour)
				require.NoError(t, w.Sweep(t.Context()))
			},
		} {
			e := w.buy(t, m, 0, "1")
			number := e.Get("order_no")
			end(number)
			pay, ok, err := w.Books.ByPrepay(t.Context(), strings.TrimPrefix(e.Get("sdk_config.package"), "prepay_id="))
			require.NoError(t, err)
			require.True(t, ok)
			_, err = w.Gateway.Pay(t.Context(), pay.Number, paytest.Late)
			require.NoError(t, err)
			require.Equal(t, status, detail(t, m, number).Get("status"), "what is over stays over")
			require.NoError(t, w.Sweep(t.Context()))
			pay, _, err = w.Books.Order(t.Context(), pay.Number)
			require.NoError(t, err)
			require.Len(t, pay.Refunds, 1)
			require.Equal(t, int64(1250), int64(pay.Refunds[0].Amount))
		}
	})
}

// TestO2ORefunding: while the gateway does not answer, the order is refunding,
// and can be found as such.
func TestO2ORefunding(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		m := w.ann(t)
		number := w.paidOrder(t, m, "2")
		w.Gateway.Fault(paytest.OpRefund, paytest.Lost)
		back := m.Call("POST", "/order/refund", apitest.Fields{"order_no": number}).OK(t)
		require.Equal(t, []string{"1", "25.00", ""}, pick(back, "status", "amount", "refund_id"))
		m.Call("POST", "/order/refund", apitest.Fields{"order_no": number}).Want(t, 500)
		require.Equal(t, "5", detail(t, m, number).Get("status"))
		require.Equal(t, "1", m.Call("GET", "/orders", apitest.Fields{"status": "5"}).OK(t).Get("total"))
		require.Equal(t, "0", m.Call("GET", "/orders", apitest.Fields{"status": "4"}).OK(t).Get("total"))
		w.Gateway.Fault(paytest.OpRefund, paytest.None)
		w.Clock.Advance(time.Hour)
		require.NoError(t, w.Sweep(t.Context()))
		require.Equal(t, "6", detail(t, m, number).Get("status"))
	})
}

// TestO2OPartlyUsed: with the option, what is left of an order can be given
// back after a code was used; a code that is used is never paid back.
func TestO2OPartlyUsed(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store, func(_ *httpadapter.Ports, _ *httpadapter.Config, web *httpadapter.AdapterConfig) {
			web.O2O.RefundPartly = true
		})
		m, clerk := w.ann(t), w.clerk(t)
		number := w.paidOrder(t, m, "3")
		clerk.Call("POST", "/verification", apitest.Fields{"verify_code": detail(t, m, number).Get("items.1.verify_code")}).OK(t)
		require.Equal(t, "25.00", m.Call("POST", "/order/refund", apitest.Fields{"order_no": number}).OK(t).Get("amount"))
		d := detail(t, m, number)
		require.Equal(t, []string{"7", "25.00", "3", "2", "3"}, pick(d, "status", "refund_price", "items.0.status", "items.1.status", "items.2.status"))
		m.Call("POST", "/order/refund", apitest.Fields{"order_no": number}).Want(t, 500)
	})
}

// TestO2OSameCode: two merchants may give the same code; a clerk of both says
// which is meant.
func TestO2OSameCode(t *testing.T) {
	t.Parallel()
	w := newTown(t, storagetest.SQLite(t))
	m, clerk := w.ann(t), w.clerk(t)
	first, other := w.paidOrder(t, m, "1"), w.buy(t, m, 1, "1").Get("order_no")
	require.NoError(t, w.Orders.Reprice(t.Context(), mall.System(), order.Ref{Number: other}, order.PriceChange{}), "now it is paid")
	code := detail(t, m, first).Get("items.0.verify_code")
	item := detail(t, m, other).Get("items.0.id")
	require.NoError(t, w.Store.Do(t.Context(), func(ctx context.Context) error {
		_, err := w.Store.SQL(ctx).ExecContext(ctx, "UPDATE mall_order_codes SET code = '"+code+"' WHERE id = "+item)
		return err
	}))
	clerk.Call("POST", "/verification", apitest.Fields{"verify_code": code}).Want(t, 500)
	clerk.Call("POST", "/verification", apitest.Fields{"verify_code": code, "merchant_id": id(w.shop[1])}).OK(t)
	require.Equal(t, []string{"7", "4"}, []string{detail(t, m, other).Get("status"), detail(t, m, first).Get("status")})
	clerk.Call("POST", "/verification", apitest.Fields{"verify_code": code}).OK(t)
}

// TestO2OMerchants: a merchant redeems codes of its own shop, while it is
// approved, and learns nothing of others'.
func TestO2OMerchants(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w, ctx := newTown(t, store), t.Context()
		ann := w.ann(t)
		var owners [2]*apitest.Mini
		var codes [2]string
		for i := range owners {
			mobile := "1380013801" + strconv.Itoa(i)
			owners[i] = w.Mini(apitest.AppID, "owner-"+mobile)
			account, err := strconv.ParseInt(owners[i].LoginMobile(mobile).OK(t).Get("userInfo.id"), 10, 64)
			require.NoError(t, err)
			at, err := w.Shops.Apply(ctx, mall.Actor{Account: mall.ID(account), Face: mall.FaceO2O, Operator: 1}, shops.Shop{Name: "店" + mobile, CityID: "3301", Lng: 120.13, Lat: 30.25})
			require.NoError(t, err)
			require.NoError(t, w.Shops.Decide(ctx, mall.System(), at, true, ""))
			w.shop[i] = at
			one := int64(1)
			goods, err := w.Catalog.SaveGoods(ctx, mall.System(), catalog.Draft{
				Goods: catalog.Goods{Shop: at, Kind: catalog.Voucher, Name: "免费试吃", OnSale: true}, SKUs: []catalog.SKUDraft{{Stock: &one}},
			})
			require.NoError(t, err)
			e := ann.Call("POST", "/order/buy", apitest.Fields{"goods_id": id(goods)}).OK(t)
			require.Equal(t, []string{"1", ""}, pick(e, "isOperSelf", "sdk_config"), "nothing is to be paid")
			codes[i] = detail(t, ann, e.Get("order_no")).Get("items.0.verify_code")
		}
		redeem := func(m *apitest.Mini, code string, at mall.ID) apitest.Envelope {
			return m.Call("POST", "/verification", apitest.Fields{"verify_code": code, "merchant_id": id(at)})
		}
		redeem(owners[1], codes[0], 0).Want(t, 10010)
		redeem(owners[1], codes[0], w.shop[0]).Want(t, 10010)
		redeem(owners[1], codes[0], w.shop[1]).Want(t, 10010)
		redeem(owners[0], codes[0], w.shop[1]).Want(t, 10025)
		require.Equal(t, "7", redeem(owners[0], codes[0], w.shop[0]).OK(t).Get("status"))
		redeem(owners[0], codes[0], 0).Want(t, 500)

		own, err := w.Shops.Get(ctx, w.shop[1])
		require.NoError(t, err)
		own.Audit = shops.Refused
		_, err = w.Shops.Save(ctx, *own)
		require.NoError(t, err)
		redeem(owners[1], codes[1], 0).Want(t, 10010)
	})
}

// TestO2OSandbox: codes in answers and the code "user" exist where the host
// asks for them, and nowhere else.
func TestO2OSandbox(t *testing.T) {
	t.Parallel()
	w := newTown(t, storagetest.SQLite(t))
	w.Mini(apitest.AppID, "").Call("POST", "/wxLogin", apitest.Fields{"code": "user"}).Want(t, 500)
	s := newTown(t, storagetest.SQLite(t), func(p *httpadapter.Ports, _ *httpadapter.Config, web *httpadapter.AdapterConfig) {
		outside := p.WeChat.(*apitest.Sandbox)
		web.O2O.Sandbox = &o2o.Sandbox{LastCode: func(_ context.Context, mobile string) string { return outside.Last(mobile) }, User: "13800138000"}
	})
	v := s.Mini(apitest.AppID, "")
	v.AppID = ""
	v.Call("POST", "/wxLogin", apitest.Fields{"code": "user"}).Want(t, 70011)
	in := v.Call("POST", "/wxLogin", apitest.Fields{"code": "user", "appid": apitest.AppID}).OK(t)
	require.Equal(t, "13800138000", in.Get("userInfo.mobile"))
	v.Token = in.Get("token")
	v.Call("GET", "/orders", nil).OK(t)
	require.Len(t, v.Call("GET", "/sms/verify_code", apitest.Fields{"mobile": annMobile}).OK(t).Get("verify_code"), 4)
}

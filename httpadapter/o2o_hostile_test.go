package httpadapter_test

import (
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/payment/operator"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// o2oRoutes are the routes below /api/user by their paths there.
func (w *town) o2oRoutes(fn func(verb, path, access string, fields []string)) {
	for _, r := range w.Routes(mall.FaceO2O, "o2o") {
		if path, ok := strings.CutPrefix(r.Path, "/api/user"); ok {
			fn(r.Verb, path, r.Access, r.Fields)
		}
	}
}

// TestO2OTokens: what a token is worth in each of its states, at every route.
func TestO2OTokens(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		visitor, ann := w.Mini(apitest.AppID, "somebody"), w.ann(t)
		gone := w.ann(t)
		gone.Call("POST", "/logout", nil).OK(t)
		other := w.Register("bob") // of another API
		bare, err := w.Auth.SignIn(t.Context(), mall.Actor{Face: mall.FaceO2O}, 1, auth.Device{})
		require.NoError(t, err)
		closed := w.Mini(apitest.AppID2, "bob-2")
		list, err := w.Operators.List(t.Context(), mall.System(), mall.Page{})
		require.NoError(t, err)
		centre := list.Items[1]
		centre.Closed = true
		_, err = w.Operators.Save(t.Context(), mall.System(), centre)
		require.NoError(t, err)
		n := 0
		w.o2oRoutes(func(verb, path, access string, fields []string) {
			if access == "none" {
				return
			}
			n++
			f := o2oFields(w, fields, "O1")
			for name, c := range map[string]struct {
				token string
				code  int
			}{
				"none": {"", 10007}, "undefined": {"undefined", 10007}, "unknown": {strings.Repeat("a", 43), 10007}, "long": {strings.Repeat("a", 1000), 10007},
				"logged out": {gone.Token, 10007}, "of another API": {other, 10007}, "without openid": {bare.Token, 70010}, "of a closed centre": {closed.Token, 70011},
			} {
				f["token"] = c.token
				e := (&apitest.Mini{Kit: w.Kit}).Call(verb, path, f)
				require.Equal(t, c.code, e.Code, "%s %s: %s", path, name, e.Body)
			}
			if access == "user" {
				f["token"] = visitor.Token
				require.Equal(t, 10003, visitor.Call(verb, path, f).Code, path)
			}
		})
		require.Greater(t, n, 10)
		req, err := http.NewRequest("GET", w.Server.URL+"/api/user/orders", nil)
		require.NoError(t, err)
		req.Header.Set("token", ann.Token)
		e, err := ann.Do(req)
		require.NoError(t, err)
		e.OK(t) // the header is a place for it too
		w.Clock.Advance(31 * 24 * time.Hour)
		ann.Call("GET", "/orders", nil).Want(t, 10007)

		// The session's own mini program counts, not what a request says of itself.
		m := w.ann(t)
		number := w.buy(t, m, 0, "1").Get("order_no")
		m.AppID = "wxelsewhere000000"
		require.Equal(t, "1", detail(t, m, number).Get("isOperSelf"))
		m.Call("POST", "/wxLogin", apitest.Fields{"code": "sandbox:x"}).Want(t, 70011)
	})
}

// TestO2OAppID: the caller's mini program is told by Referer, then User-Agent,
// then the configured default.
func TestO2OAppID(t *testing.T) {
	t.Parallel()
	w := newTown(t, storagetest.SQLite(t))
	for _, c := range []struct {
		referer, agent string
		code           int
	}{
		{"https://servicewechat.com/" + apitest.AppID + "/12/page-frame.html", "", 0},
		{"https://servicewechat.com/" + apitest.AppID + "/12/page-frame.html", "x wxelsewhere000000 y", 0},
		{"", "Mozilla/5.0 MicroMessenger/8.0 " + apitest.AppID2 + " MiniProgramEnv", 0},
		{"https://evil.example/https://servicewechat.com/" + apitest.AppID + "/1/", "", 70011},
		{"https://servicewechat.com/wxelsewhere000000/1/", apitest.AppID, 70011},
		{"", "", 70011},
	} {
		req, err := http.NewRequest("GET", w.Server.URL+"/api/user/wxLogin?code=sandbox:x&appid="+apitest.AppID, nil)
		require.NoError(t, err)
		req.Header.Set("Referer", c.referer)
		req.Header.Set("User-Agent", c.agent)
		e, err := w.Mini("", "").Do(req)
		require.NoError(t, err)
		require.Equal(t, c.code, e.Code, "%+v %s", c, e.Body)
	}
	_, err := w.Operators.Save(t.Context(), mall.System(), operator.Operator{Name: "x", AppID: apitest.AppID2})
	require.Error(t, err, "a mini program has one centre")
}

// TestO2OPaths: unknown paths and wrong verbs have the API's own answer.
func TestO2OPaths(t *testing.T) {
	t.Parallel()
	w := newTown(t, storagetest.SQLite(t))
	m := w.ann(t)
	for _, path := range []string{"", "/", "/nothing", "/order", "/order/detail/x", "/orders/1"} {
		m.Call("GET", path, nil).Want(t, 10000)
		m.Call("POST", path, nil).Want(t, 10000)
	}
	m.Call("GET", "/order/buy", apitest.Fields{"goods_id": id(w.goods[0])}).Want(t, 10000)
	m.Call("GET", "/order/refund", nil).Want(t, 10000)
	m.Call("DELETE", "/orders", nil).Want(t, 10000)
	m.Call("GET", "//orders", nil).OK(t)
	w.Call("GET", "/api/nothing", nil).Want(t, 404) // the rest of /api stays wxapi's
	w.Call("GET", "/api/mall/banner/list", nil).Want(t, 700)
}

// TestO2OBadInput sends bad values in every field of every route: always an
// envelope, never an internal error, and what is refused is not written.
func TestO2OBadInput(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) { o2oBadInput(t, newTown(t, storagetest.SQLite(t)), 1) })
	t.Run("postgres", func(t *testing.T) { o2oBadInput(t, newTown(t, storagetest.Postgres(t)), 20) })
}

// o2oBadInput counts rows after so many requests of a field, and after the last.
func o2oBadInput(t *testing.T, w *town, every int) {
	m, count := w.ann(t), counter(t, w.Store)
	before := count()
	w.o2oRoutes(func(verb, path, access string, fields []string) {
		if path == "/logout" {
			return
		}
		base := o2oFields(w, fields, "O1")
		for _, name := range append(slices.Clone(fields), "token") {
			f, taken := maps.Clone(base), 0
			values := slices.Concat(bad, hostile)
			for i, v := range values {
				f[name] = v
				e, err := m.Send(verb, path, f)
				require.NoError(t, err, "%s %s %.200q", path, name, f)
				if name == "token" && access != "none" && e.Code != 10001 {
					require.Equal(t, 10007, e.Code, "%s %.20q: %s", path, v, e.Body)
				}
				if slices.Contains(hostile, v) {
					require.Equal(t, 10001, e.Code, "%s %s %.20q: %s", path, name, v, e.Body)
				}
				require.NotContains(t, e.Msg, "未知错误", "%s %s %.20q: %s", path, name, v, e.Body)
				if e.Code == 0 {
					taken++
				} else {
					require.NotEmpty(t, e.Msg)
				}
				if (i+1)%every != 0 && i+1 < len(values) {
					continue
				}
				after := count()
				if taken == 0 {
					require.Equal(t, before, after, "refused, but written: %s %s %.200q: %s", path, name, f, e.Body)
				}
				before, taken = after, 0
			}
		}
	})
	for name, c := range map[string]apitest.Fields{
		"no goods": {"goods_id": "999"}, "none": {"number": "0"}, "negative": {"number": "-1"}, "too many": {"number": "101"},
		"beyond": {"number": "9223372036854775807"}, "mobile": {"notify_mobile": "123"},
	} {
		f := apitest.Fields{"goods_id": id(w.goods[0])}
		maps.Copy(f, c)
		require.NotZero(t, m.Call("POST", "/order/buy", f).Code, name)
		require.Equal(t, before, count(), name)
	}
}

// TestO2OStranger asks every route for what is somebody else's, by its
// numbers: nothing of it may show, and nothing may be written.
func TestO2OStranger(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		ann := w.ann(t)
		numbers := []string{w.paidOrder(t, ann, "2"), w.buy(t, ann, 0, "1").Get("order_no"), w.buy(t, ann, 1, "1").Get("order_no")}
		code := detail(t, ann, numbers[0]).Get("items.0.verify_code")
		bob := w.Mini(apitest.AppID, "bob-1")
		bob.LoginMobile("13800138002").OK(t)
		before := written(t, w.Store)
		n := 0
		w.o2oRoutes(func(verb, path, access string, fields []string) {
			if slices.Contains([]string{"/wxLogin", "/logout", "/sms/verify_code", "/order/buy"}, path) {
				return // about the caller alone
			}
			for _, number := range numbers {
				f := o2oFields(w, fields, number)
				if path == "/verification" {
					f["verify_code"] = code
				}
				e := bob.Call(verb, path, f)
				for _, secret := range []string{annMobile, number, code} {
					require.NotContains(t, e.Body, secret, path)
				}
				n++
			}
		})
		require.Greater(t, n, 20)
		require.Equal(t, before, written(t, w.Store))
	})
}

// TestO2OGuessing: codes of four and of six digits cannot be tried out.
func TestO2OGuessing(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		m, clerk := w.ann(t), w.clerk(t)
		m.Call("POST", "/sms/verify_code", apitest.Fields{"mobile": annMobile}).OK(t)
		right := w.Ports.Last(annMobile)
		wrong := "0000"
		if right == wrong {
			wrong = "0001"
		}
		for range 5 {
			m.Call("POST", "/login", apitest.Fields{"mobile": annMobile, "verify_code": wrong}).Want(t, 10001)
		}
		m.Call("POST", "/login", apitest.Fields{"mobile": annMobile, "verify_code": right}).Want(t, 10001)

		code := detail(t, m, w.paidOrder(t, m, "1")).Get("items.0.verify_code")
		missed := "000000"
		if code == missed {
			missed = "000001"
		}
		bob := w.Mini(apitest.AppID, "bob-1")
		bob.LoginMobile("13800138002").OK(t)
		for i := range 6 {
			answers := map[string]int{}
			for _, text := range []string{code, missed} {
				e := bob.Call("POST", "/verification", apitest.Fields{"verify_code": text})
				answers[e.Msg]++
				require.Equal(t, map[bool]int{true: 10010, false: 500}[i < 5], e.Code, "codes that are there look like others, and count: %s", e.Body)
			}
			require.Len(t, answers, 1)
		}
		m.Call("POST", "/verification", apitest.Fields{"verify_code": code}).Want(t, 10025)
		for range 10 {
			clerk.Call("POST", "/verification", apitest.Fields{"verify_code": missed}).Want(t, 10010)
		}
		clerk.Call("POST", "/verification", apitest.Fields{"verify_code": code}).Want(t, 500)
		w.Clock.Advance(time.Hour)
		clerk.Call("POST", "/verification", apitest.Fields{"verify_code": code}).OK(t)
	})
}

// TestO2ONotForSale: nothing is bought from merchants that are closed, nor
// outside of the days and hours of the goods.
func TestO2ONotForSale(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		m, count := w.ann(t), counter(t, w.Store)
		sell := func(g catalog.Goods) mall.ID {
			g.Shop, g.Kind, g.Name = w.shop[0], catalog.Voucher, "x"
			stock := int64(5)
			n, err := w.Catalog.SaveGoods(t.Context(), mall.System(), catalog.Draft{Goods: g, SKUs: []catalog.SKUDraft{{Price: 100, Stock: &stock}}})
			require.NoError(t, err)
			return n
		}
		goods := map[string]mall.ID{
			"off sale": sell(catalog.Goods{}), "over": sell(catalog.Goods{OnSale: true, ValidTo: "2026-03-01"}),
			"not yet": sell(catalog.Goods{OnSale: true, ValidFrom: "2026-03-03"}), "too early": sell(catalog.Goods{OnSale: true, Hours: "11:00-12:00"}),
		}
		closed, err := w.Shops.Get(t.Context(), w.shop[1])
		require.NoError(t, err)
		closed.Closed = true
		_, err = w.Shops.Save(t.Context(), *closed)
		require.NoError(t, err)
		goods["closed"] = w.goods[1]
		before := count()
		for name, n := range goods {
			e := m.Call("POST", "/order/buy", apitest.Fields{"goods_id": id(n)})
			require.Equal(t, 500, e.Code, "%s: %s", name, e.Body)
			require.NotContains(t, e.Msg, "当前状态", "a reason is told: %s", name)
			require.Equal(t, before, count(), name)
		}
		last := sell(catalog.Goods{OnSale: true, ValidFrom: "2026-03-02", ValidTo: "2026-03-02", Hours: "10:00-12:00"})
		buy := apitest.Fields{"goods_id": id(last)}
		var bought [2]string
		for i := range bought {
			e := m.Call("POST", "/order/buy", buy).OK(t)
			w.Settle(e.Get("sdk_config.package"))
			bought[i] = e.Get("order_no")
		}
		// Days and hours are for buying: a code is good until it is used or
		// given back, and the merchant decides at the counter.
		w.Clock.Advance(48 * time.Hour)
		m.Call("POST", "/order/buy", buy).Want(t, 500)
		w.clerk(t).Call("POST", "/verification", apitest.Fields{"verify_code": detail(t, m, bought[0]).Get("items.0.verify_code")}).OK(t)
		m.Call("POST", "/order/refund", apitest.Fields{"order_no": bought[1]}).OK(t)
		require.Equal(t, []string{"7", "6"}, []string{detail(t, m, bought[0]).Get("status"), detail(t, m, bought[1]).Get("status")})
	})
}

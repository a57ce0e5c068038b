package httpadapter_test

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// across is the address of the page for an order of the second centre.
func (w *town) across(number, user string) apitest.Fields {
	return apitest.Fields{"targetOperId": id(w.centre2), "orderNo": number, "userId": user}
}

// scan opens the page for an order and gives the scene of its code.
func (w *town) scan(t testing.TB, number, user string) string {
	t.Helper()
	status, body := w.Mini("", "").Page(w.across(number, user))
	require.Equal(t, 200, status, body)
	require.Contains(t, body, "data:image/png;base64,")
	require.NotContains(t, body, w.Ports.Last(apitest.AppID2), "the scene is in the picture only")
	return w.Ports.Last(apitest.AppID2)
}

// foreign is an order of ann's at the merchant of the second centre, and her id.
func (w *town) foreign(t testing.TB, ann *apitest.Mini) (number, user string) {
	t.Helper()
	e := w.buy(t, ann, 1, "2")
	require.Equal(t, []string{"0", ""}, pick(e, "isOperSelf", "sdk_config"))
	number = e.Get("order_no")
	return number, detail(t, ann, number).Get("user_id")
}

// TestO2OAcross pays an order in the mini program of the merchant's centre: by
// the page, the code, the scene.
func TestO2OAcross(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		ann := w.ann(t)
		number, user := w.foreign(t, ann)
		ann.Call("POST", "/order/pay", apitest.Fields{"order_no": number}).Want(t, 500)
		there := w.Mini(apitest.AppID2, "ann-2")
		in := there.Call("POST", "/loginWithSceneId", apitest.Fields{"sceneId": w.scan(t, number, user)}).OK(t)
		require.Equal(t, []string{user, number, "138****8001"}, pick(in, "payload.user_id", "payload.order_no", "userInfo.mobile"))
		pay := there.Call("POST", "/order/pay", apitest.Fields{"order_no": number}).OK(t)
		require.Equal(t, []string{number, apitest.AppID2}, pick(pay, "order_no", "sdk_config.appId"))
		w.Settle(pay.Get("sdk_config.package"))
		require.Equal(t, "1900000002", w.Books.All()[0].Merchant, "the money is the second centre's")
		d := detail(t, there, number)
		require.Equal(t, []string{"4", "1", "******"}, pick(d, "status", "isOperSelf", "items.0.verify_code"))
		require.NotContains(t, d.Body, annMobile)
		d = detail(t, ann, number)
		require.Equal(t, []string{"4", "0", annMobile}, pick(d, "status", "isOperSelf", "notify_mobile"))
		require.Regexp(t, `^\d{6}$`, d.Get("items.1.verify_code"))

		// The openid belongs to nobody yet; the SMS code makes it hers.
		there.Call("GET", "/orders", nil).Want(t, 10003)
		require.Empty(t, w.Mini(apitest.AppID2, "").Call("POST", "/wxLogin", apitest.Fields{"code": "sandbox:ann-2"}).OK(t).Get("userInfo"))
		require.Equal(t, user, there.LoginMobile(annMobile).OK(t).Get("userInfo.id"))
		require.Equal(t, "1", there.Call("GET", "/orders", nil).OK(t).Get("total"))
		require.Equal(t, d.Get("items.0.verify_code"), detail(t, there, number).Get("items.0.verify_code"))

		// The money goes back from where it is, wherever it is asked for.
		require.Equal(t, []string{"25.00", "2"}, pick(ann.Call("POST", "/order/refund", apitest.Fields{"order_no": number}).OK(t), "amount", "status"))
		require.Len(t, w.Books.All()[0].Refunds, 1)
	})
}

// TestO2OSamePerson: whom WeChat knows as one person in both mini programs is
// signed in by the scene alone.
func TestO2OSamePerson(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		ann := w.Mini(apitest.AppID, "ann-1#union-ann")
		ann.LoginMobile(annMobile).OK(t)
		number, user := w.foreign(t, ann)
		there := w.Mini(apitest.AppID2, "ann-2#union-ann")
		there.Call("POST", "/loginWithSceneId", apitest.Fields{"sceneId": w.scan(t, number, user)}).OK(t)
		require.Equal(t, "1", there.Call("GET", "/orders", nil).OK(t).Get("total"))
		require.Equal(t, user, w.Mini(apitest.AppID2, "").Call("POST", "/wxLogin", apitest.Fields{"code": "sandbox:ann-2#union-ann"}).OK(t).Get("userInfo.id"))

		// Somebody else, and somebody WeChat knows nothing of, are not.
		number, user = w.foreign(t, ann)
		for _, other := range []string{"bob-2#union-bob", "cat-2"} {
			m := w.Mini(apitest.AppID2, other)
			m.Call("POST", "/loginWithSceneId", apitest.Fields{"sceneId": w.scan(t, number, user)}).OK(t)
			m.Call("GET", "/orders", nil).Want(t, 10003)
		}
	})
}

// TestO2OSceneStranger: who knows the number of an order and the id of its
// buyer can open the page, scan the code and pay this one order, and can
// neither read nor change anything else.
func TestO2OSceneStranger(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		ann := w.ann(t)
		number, user := w.foreign(t, ann)
		own := w.paidOrder(t, ann, "1")
		open := w.buy(t, ann, 0, "1").Get("order_no")
		code := detail(t, ann, own).Get("items.0.verify_code")
		m := w.Mini(apitest.AppID2, "mallory-2")
		m.Call("POST", "/order/pay", apitest.Fields{"order_no": number}).Want(t, 10003)
		m.Call("POST", "/loginWithSceneId", apitest.Fields{"sceneId": w.scan(t, number, user)}).OK(t)

		before := written(t, w.Store)
		called := 0
		for _, r := range w.Routes(mall.FaceO2O, "o2o") {
			if !strings.HasPrefix(r.Path, "/api/user/") || r.Path == "/api/user/wxLogin" || r.Path == "/api/user/logout" || r.Path == "/api/user/sms/verify_code" {
				continue // about the caller alone
			}
			for _, no := range []string{number, own, open} {
				path := strings.TrimPrefix(r.Path, "/api/user")
				if no == number && (path == "/order/detail" || path == "/order/pay") {
					continue
				}
				f := o2oFields(w, r.Fields, no)
				f["verify_code"] = code
				e := m.Call(r.Verb, path, f)
				require.NotContains(t, e.Body, annMobile, path)
				require.NotContains(t, e.Body, own[5:], path)
				require.NotContains(t, e.Body, code, path)
				if r.Access == "user" || r.Access == "token" {
					require.Equal(t, 10003, e.Code, "%s: %s", path, e.Body)
				}
				called++
			}
		}
		require.Greater(t, called, 20)
		require.Equal(t, before, written(t, w.Store))

		d := detail(t, m, number)
		require.NotContains(t, d.Body, annMobile)
		pay := m.Call("POST", "/order/pay", apitest.Fields{"order_no": number}).OK(t)
		w.Settle(pay.Get("sdk_config.package"))
		require.Equal(t, "4", detail(t, ann, number).Get("status"))
		for _, item := range []string{"items.0.verify_code", "items.1.verify_code"} {
			require.NotContains(t, detail(t, m, number).Body, detail(t, ann, number).Get(item))
		}
		require.Empty(t, w.Mini(apitest.AppID2, "").Call("POST", "/wxLogin", apitest.Fields{"code": "sandbox:mallory-2"}).OK(t).Get("userInfo"), "the openid is not ann's")
	})
}

// TestO2OGuestPays: a scene's session that starts its payment again and again
// has one, and never ends the buyer's; if both pay, the second goes back.
func TestO2OGuestPays(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		ann := w.ann(t)
		number, user := w.foreign(t, ann)
		there := w.Mini(apitest.AppID2, "ann-2")
		there.LoginMobile(annMobile).OK(t)
		m := w.Mini(apitest.AppID2, "mallory-2")
		m.Call("POST", "/loginWithSceneId", apitest.Fields{"sceneId": w.scan(t, number, user)}).OK(t)
		pay := func(m *apitest.Mini) string {
			return m.Call("POST", "/order/pay", apitest.Fields{"order_no": number}).OK(t).Get("sdk_config.package")
		}
		states := func() []string {
			return storagetest.Texts(t, w.Store, "SELECT state FROM {payments} ORDER BY id")
		}
		own := pay(there)
		require.Equal(t, own, pay(there), "the open payment is answered again")
		guest := pay(m)
		for range 3 {
			require.Equal(t, guest, pay(m))
		}
		require.Equal(t, []string{"pending", "pending"}, states())
		require.NotEqual(t, own, guest)
		w.Settle(own)
		w.Settle(guest)
		require.NoError(t, w.Sweep(t.Context()))
		require.Equal(t, "4", detail(t, ann, number).Get("status"))
		refunds := map[string]int{}
		for _, o := range w.Books.All() {
			refunds[o.Prepay] = len(o.Refunds)
		}
		require.Equal(t, map[string]int{strings.TrimPrefix(own, "prepay_id="): 0, strings.TrimPrefix(guest, "prepay_id="): 1}, refunds)
	})
}

// TestO2OBuyerEndsGuests: the buyer's new payment ends what a guest began.
func TestO2OBuyerEndsGuests(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		number, user := w.foreign(t, w.ann(t))
		m := w.Mini(apitest.AppID2, "mallory-2")
		m.Call("POST", "/loginWithSceneId", apitest.Fields{"sceneId": w.scan(t, number, user)}).OK(t)
		there := w.Mini(apitest.AppID2, "ann-2")
		there.LoginMobile(annMobile).OK(t)
		for _, who := range []*apitest.Mini{m, there} {
			who.Call("POST", "/order/pay", apitest.Fields{"order_no": number}).OK(t)
		}
		require.Equal(t, []string{"closed", "pending"}, storagetest.Texts(t, w.Store, "SELECT state FROM {payments} ORDER BY id"))
	})
}

// o2oFields are values with which a route gets past its first checks.
func o2oFields(w *town, names []string, number string) apitest.Fields {
	f := apitest.Fields{}
	for _, name := range names {
		f[name] = map[string]string{"order_no": number, "goods_id": id(w.goods[0]), "number": "1", "mobile": annMobile, "verify_code": "1234", "sceneId": "ABCDEFGHIJKLMNOPQRSTUVWXYZ",
			"merchant_id": id(w.shop[0]), "id": "1", "lng": "120.13", "lat": "30.25", "tier": "1", "page": "1", "status": "1", "code": "sandbox:x"}[name]
	}
	return f
}

// written is every row of every table but for counters of tries: two of them
// tell whether something was written.
func written(t *testing.T, store storage.Store) []string {
	t.Helper()
	all := storagetest.Dump(t, store, "limits", "order_code_tries")
	require.True(t, slices.ContainsFunc(all, func(row string) bool { return strings.HasPrefix(row, "orders ") }))
	return all
}

// TestO2OScene: a scene is good once, for half an hour, at its centre, while
// the order waits to be paid.
func TestO2OScene(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		ann := w.ann(t)
		number, user := w.foreign(t, ann)
		enter := func(m *apitest.Mini, scene string, code int) {
			t.Helper()
			m.Call("POST", "/loginWithSceneId", apitest.Fields{"sceneId": scene}).Want(t, code)
		}
		here, there := w.Mini(apitest.AppID, "x-1"), w.Mini(apitest.AppID2, "x-2")
		scene := w.scan(t, number, user)
		require.Len(t, scene, 26)
		require.Empty(t, storagetest.Grep(t, w.Store, scene), "scenes are stored as hashes")
		enter(there, strings.ToLower(scene), 10010)
		enter(there, scene+"A", 10010)
		enter(here, scene, 10010) // of another centre
		enter(there, scene, 0)
		enter(there, scene, 10010) // used
		enter(w.Mini(apitest.AppID2, "y-2"), scene, 10010)

		scene = w.scan(t, number, user)
		w.Clock.Advance(30 * time.Minute)
		enter(there, scene, 10010)
		scene = w.scan(t, number, user)
		w.Clock.Advance(30*time.Minute - time.Second)
		enter(there, scene, 0)

		scene = w.scan(t, number, user)
		ann.Call("POST", "/order/cancel", apitest.Fields{"order_no": number}).OK(t)
		enter(w.Mini(apitest.AppID2, "z-2"), scene, 500)
		there.Call("POST", "/order/pay", apitest.Fields{"order_no": number}).Want(t, 500)
		require.Equal(t, "2", detail(t, there, number).Get("status"))
		w.Clock.Advance(time.Hour)
		require.NoError(t, w.Sweep(t.Context()))
		require.Empty(t, storagetest.Texts(t, w.Store, "SELECT hash FROM {scenes}"))
	})
}

// TestO2OSceneRace: twenty phones scan one code; one gets in.
func TestO2OSceneRace(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		number, user := w.foreign(t, w.ann(t))
		scene := w.scan(t, number, user)
		phones := make([]*apitest.Mini, 20)
		for i := range phones {
			phones[i] = w.Mini(apitest.AppID2, fmt.Sprintf("phone-%d", i))
		}
		codes := inParallel(len(phones), func(i int) int {
			e, err := phones[i].Send("POST", "/loginWithSceneId", apitest.Fields{"sceneId": scene})
			if err != nil {
				return -1
			}
			return e.Code
		})
		require.Equal(t, map[int]int{0: 1, 10010: 19}, codes)
		got := 0
		for _, m := range phones {
			if m.Call("GET", "/order/detail", apitest.Fields{"order_no": number}).Code == 0 {
				got++
			}
		}
		require.Equal(t, 1, got)
	})
}

// inParallel runs fn behind one gate and counts the answers.
func inParallel(n int, fn func(i int) int) map[int]int {
	var wg, ready sync.WaitGroup
	gate, answers := make(chan struct{}), make([]atomic.Int64, n)
	ready.Add(n)
	for i := range n {
		wg.Go(func() {
			ready.Done()
			<-gate
			answers[i].Store(int64(fn(i)))
		})
	}
	ready.Wait()
	close(gate)
	wg.Wait()
	counts := map[int]int{}
	for i := range answers {
		counts[int(answers[i].Load())]++
	}
	return counts
}

// TestO2OPage: whatever is wrong is said on a page; nothing tells whether an
// order of somebody else's is there.
func TestO2OPage(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		ann, v := w.ann(t), w.Mini("", "")
		number, user := w.foreign(t, ann)
		here := w.buy(t, ann, 0, "1").Get("order_no")
		_, unknown := v.Page(w.across("O0000000000000000000000", user))
		for _, c := range []struct {
			f      apitest.Fields
			status int
		}{
			{apitest.Fields{}, 400},
			{apitest.Fields{"targetOperId": "x", "orderNo": number, "userId": user}, 400},
			{apitest.Fields{"targetOperId": "99", "orderNo": number, "userId": user}, 404},
			{apitest.Fields{"targetOperId": "1", "orderNo": number, "userId": user}, 409},
			{with(w.across(number, user), "page", "https://evil.example/"), 400},
			{with(w.across(number, user), "page", "a/b?x=1"), 400},
			{with(w.across(number, user), "page", "none"), 400},
			{with(w.across(number, user), "orderNo", "<script>alert(1)</script>"), 404},
			{with(w.across(number, user), "orderNo", "a\x00b"), 400},
			{with(w.across(number, user), "orderNo", strings.Repeat("x", 1<<20)), 400},
			{w.across(number, "999"), 404},
			{w.across(here, user), 409},
		} {
			status, body := v.Page(c.f)
			require.Equal(t, c.status, status, "%.200v: %s", c.f, body)
			require.Contains(t, body, "<main>")
			require.NotContains(t, body, "<script")
			require.NotContains(t, body, "data:image")
			if c.status == 404 && c.f["targetOperId"] != "99" {
				require.Equal(t, unknown, body)
			}
		}
		res, err := w.Server.Client().Get(w.Server.URL + "/miniprogram_bridge/other")
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, 404, res.StatusCode)
		require.Contains(t, res.Header.Get("Content-Security-Policy"), "default-src 'none'")
		require.Equal(t, "no-store", res.Header.Get("Cache-Control"))

		last := 0
		for range 25 {
			last, _ = v.Page(w.across(number, user))
		}
		require.Equal(t, 429, last, "codes are drawn a limited number of times")
		w.Clock.Advance(time.Hour)
		last, _ = v.Page(w.across(number, user))
		require.Equal(t, 200, last)
	})
}

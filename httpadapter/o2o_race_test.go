package httpadapter_test

import (
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// send is a request of another goroutine by its code, -1 for no answer.
func send(m *apitest.Mini, path string, f apitest.Fields) int {
	e, err := m.Send("POST", path, f)
	if err != nil {
		return -1
	}
	return e.Code
}

// TestO2ORaces: whatever is done at once happens once, and the books agree.
func TestO2ORaces(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		ann, clerk := w.ann(t), w.clerk(t)
		unit := int64(1250)

		number := w.paidOrder(t, ann, "2")
		code := detail(t, ann, number).Get("items.0.verify_code")
		got := inParallel(10, func(int) int { return send(clerk, "/verification", apitest.Fields{"verify_code": code}) })
		require.Equal(t, map[int]int{0: 1, 500: 9}, got, "one code, redeemed by many at once")
		require.Equal(t, []string{"2", "1", "4"}, pick(detail(t, ann, number), "items.0.status", "items.1.status", "status"))

		second := w.paidOrder(t, ann, "1")
		got = inParallel(10, func(int) int { return send(ann, "/order/refund", apitest.Fields{"order_no": second}) })
		require.Equal(t, map[int]int{0: 1, 500: 9}, got, "one order, given back by many at once")

		refunds := 1
		for range 5 {
			third := w.paidOrder(t, ann, "1")
			code := detail(t, ann, third).Get("items.0.verify_code")
			got := [2]int{}
			inParallel(2, func(i int) int {
				if i == 0 {
					got[i] = send(ann, "/order/refund", apitest.Fields{"order_no": third})
				} else {
					got[i] = send(clerk, "/verification", apitest.Fields{"verify_code": code})
				}
				return got[i]
			})
			d := detail(t, ann, third)
			if got[0] == 0 {
				refunds++
				require.NotZero(t, got[1], "the code is void")
				require.Equal(t, []string{"6", "3"}, pick(d, "status", "items.0.status"))
			} else {
				require.Zero(t, got[1], "one of both must win")
				require.Equal(t, []string{"7", "2"}, pick(d, "status", "items.0.status"))
			}
		}
		require.NoError(t, w.Sweep(t.Context()))
		var back int64
		for _, o := range w.Books.All() {
			for _, r := range o.Refunds {
				back += int64(r.Amount)
			}
		}
		require.Equal(t, int64(refunds)*unit, back)
	})
}

// TestO2OUnpaid: nobody keeps a merchant's goods from others by orders that are
// not paid, however many are placed at once; the answer says what to do.
func TestO2OUnpaid(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		ann := w.ann(t)
		buy := func(m *apitest.Mini, number string) apitest.Envelope {
			return m.Call("POST", "/order/buy", apitest.Fields{"goods_id": id(w.goods[0]), "number": number})
		}
		e := buy(ann, "101")
		require.Equal(t, []any{500, "未支付订单中的商品最多100件,请先支付或取消"}, []any{e.Code, e.Msg})
		got := inParallel(24, func(int) int { return send(ann, "/order/buy", apitest.Fields{"goods_id": id(w.goods[0])}) })
		require.Equal(t, map[int]int{0: 20, 500: 4}, got)
		e = buy(ann, "1")
		require.Equal(t, []any{500, "未支付订单最多20笔,请先支付或取消"}, []any{e.Code, e.Msg})
		bob := w.Mini(apitest.AppID, "bob-1")
		bob.LoginMobile("13800138002").OK(t)
		buy(bob, "80").OK(t)

		list := ann.Call("GET", "/orders", apitest.Fields{"status": "1"}).OK(t)
		require.Equal(t, "20", list.Get("total"))
		ann.Call("POST", "/order/cancel", apitest.Fields{"order_no": list.Get("list.3.order_no")}).OK(t)
		w.paidOrder(t, ann, "1")
		buy(ann, "1").Want(t, 500) // bob has the rest
		w.Clock.Advance(24 * time.Hour)
		require.NoError(t, w.Sweep(t.Context()))
		buy(ann, "99").OK(t)
	})
}

// TestO2OOneAccount: a number that many log in with at once gets one account,
// and every one of its openids is bound to it.
func TestO2OOneAccount(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		w := newTown(t, store)
		first := w.Mini(apitest.AppID, "ann-1")
		first.Call("POST", "/sms/verify_code", apitest.Fields{"mobile": annMobile}).OK(t)
		code := w.Ports.Last(annMobile)
		got := inParallel(10, func(int) int { return send(first, "/login", apitest.Fields{"mobile": annMobile, "verify_code": code}) })
		require.Equal(t, map[int]int{0: 1, 10001: 9}, got, "a code is good once")
		ann, err := w.Auth.Find(t.Context(), auth.ByMobile, annMobile)
		require.NoError(t, err)
		second := w.Mini(apitest.AppID, "ann-other-phone")
		second.LoginMobile(annMobile).OK(t)
		for _, openid := range []string{"ann-1", "ann-other-phone"} {
			require.Equal(t, id(ann.ID), w.Mini(apitest.AppID, "").Call("POST", "/wxLogin", apitest.Fields{"code": "sandbox:" + openid}).OK(t).Get("userInfo.id"))
		}
		// An openid has one account: a login with another number moves it.
		second.LoginMobile("13800138002").OK(t)
		moved, err := w.Auth.FindByOpenID(t.Context(), apitest.AppID, "ann-other-phone")
		require.NoError(t, err)
		require.NotEqual(t, ann.ID, moved)
		require.NoError(t, w.Auth.SetStatus(t.Context(), mall.System(), moved, auth.Disabled, "test"))
		second.Call("GET", "/orders", nil).Want(t, 10007)
		w.Mini(apitest.AppID, "").Call("POST", "/wxLogin", apitest.Fields{"code": "sandbox:ann-other-phone"}).Want(t, 10025)
	})
}

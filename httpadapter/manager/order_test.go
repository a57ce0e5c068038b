package manager_test

import (
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/address"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/httpadapter/manager"
	"github.com/gomall-dev/mall/payment/paytest"
)

// order places a direct order for a product and gives its id.
func (b shopBundle) order(product, quantity string, who []string) string {
	b.t.Helper()
	o := b.post("/pay/pre_order", map[string]string{"product_id": product, "quantity": quantity}, who...).says(b.t, 200, true, "订单提交成功")
	return o["order_id"].(string)
}

// payFor starts the payment of an order and gives the answer.
func (b shopBundle) payFor(id string, who []string) object {
	b.t.Helper()
	return b.post("/pay/payment", map[string]string{"order_id": id}, who...)
}

// paid pays an order.
func (b shopBundle) paid(id string, who []string) {
	b.t.Helper()
	b.Settle(b.payFor(id, who).says(b.t, 200, true, "OK")["prepay_id"].(string))
}

func (b shopBundle) status(id string, who []string) object {
	b.t.Helper()
	return b.get("/order/query_order_status?order_id="+id, who...)
}

// state is an order's three numbers.
func (b shopBundle) state(id string, who []string) []any {
	b.t.Helper()
	o := b.post("/order/get_order", map[string]string{"order_id": id}, who...).says(b.t, 200, true, "订单获取成功")
	d := o["data"].(map[string]any)
	return []any{d["order_status"], d["pay_status"], d["shiping_status"]}
}

func (b shopBundle) inventory(product string) any {
	b.t.Helper()
	return rows(b.get("/product/get_product?product_id="+product, b.root...))[0]["inventory"]
}

func TestDirectOrder(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	car := b.product(b.category("车辆"), "车", "12.5", "5")
	for _, path := range []string{"/pay/pre_order", "/order/pre_order"} {
		pre := func(f map[string]string) object { return b.post(path, f, b.clerk...) }
		pre(map[string]string{}).says(t, 10010, false, "未选中商品")
		pre(map[string]string{"product_id": "1"}).says(t, 10021, false, "没有该商品")
		pre(map[string]string{"product_id": car, "quantity": "x"}).says(t, 10010, false, "err 传递的quantity必须是数字")
		pre(map[string]string{"product_id": car, "quantity": "0"}).says(t, 10010, false, "err 传递的quantity必须是数字")
		pre(map[string]string{"product_id": car, "quantity": "6"}).says(t, 10010, false, "车库存不足")
		require.Equal(t, "10022", b.post(path, map[string]string{"product_id": car})["code"])
	}
	id := b.order(car, "2", b.clerk)
	require.Regexp(t, `^20260302100000000[0-9a-zA-Z]{12}$`, id)
	require.Equal(t, 3.0, b.inventory(car), "stock is reserved")
	b.status(id, b.clerk).says(t, 3005, false, "尚未支付")
	b.status(id, b.lbw).says(t, 1004, false, "err 该数据不存在")
	b.get("/order/query_order_status", b.clerk...).says(t, 1004, false, "err 没有传入order_id")

	o := b.object("POST", "/order/get_order", `{"order_id":"`+id+`"}`, b.clerk...).says(t, 200, true, "订单获取成功")["data"].(map[string]any)
	require.Equal(t, []any{id, 1.0, 0.0, 0.0, 25.0, "2026-03-02 10:00:00", "n-clerk"}, []any{o["order_id"], o["order_status"], o["shiping_status"],
		o["pay_status"], o["total_fee"], o["create_time"], o["user_nickname"]})
	require.Len(t, o["unid"], 12)
	line := o["orderDetail"].([]any)[0].(map[string]any)
	require.Equal(t, []any{id, car, "车", "车的描述", 12.5, 2.0}, []any{line["order_id"], line["product_id"], line["productName"], line["description"],
		line["price"], line["quantity"]})
	require.Contains(t, line["imageUrl"], "/pic/1.png")
	b.post("/order/get_order", map[string]string{"order_id": id}, b.lbw...).says(t, 1004, false, "err 该数据不存在")

	b.paid(id, b.clerk)
	b.status(id, b.clerk).says(t, 200, true, "支付成功")
	require.Equal(t, []any{1.0, 1.0, 0.0}, b.state(id, b.clerk))
	b.payFor(id, b.clerk).says(t, 1001, false, "err 订单已经支付")
	b.get("/order/cancel?order_id="+id, b.clerk...).says(t, 1001, false, "err 订单已经支付")

	step := func(action string) object {
		return b.get("/order/ship?action="+action+"&order_id="+id, b.root...)
	}
	step("3").says(t, 200, true, "操作成功")
	require.Equal(t, []any{1.0, 1.0, 3.0}, b.state(id, b.clerk))
	step("1").says(t, 200, true, "操作成功")
	for _, action := range []string{"0", "1", "3"} {
		require.Equal(t, 1006.0, step(action)["status"], action)
	}
	b.get("/order/receive?order_id="+id, b.lbw...).says(t, 1004, false, "err 该数据不存在")
	b.get("/order/receive?order_id="+id, b.clerk...).says(t, 200, true, "操作成功")
	require.Equal(t, []any{1.0, 1.0, 2.0}, b.state(id, b.clerk))
	require.Equal(t, 1006.0, step("2")["status"])
}

// TestOrderList: the caller's orders as an array, paged on wish; staff who may
// ship can ask for everybody's.
func TestOrderList(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	car := b.product(b.category("车辆"), "车", "1", "100")
	list := func(who []string, fields map[string]string) object {
		return b.post("/order/get_order", fields, who...).says(t, 200, true, "订单获取成功")
	}
	require.Empty(t, rows(list(b.clerk, nil)))
	var ids []string
	for range 3 {
		ids = append(ids, b.order(car, "1", b.clerk))
		b.Clock.Advance(1e9)
	}
	other := b.order(car, "1", b.lbw)
	mine := list(b.clerk, nil)
	require.Equal(t, 3.0, mine["total"])
	require.Equal(t, ids[2], rows(mine)[0]["order_id"], "the newest first")
	require.Len(t, rows(list(b.clerk, map[string]string{"page": "2", "count": "2"})), 1)
	require.Len(t, rows(b.get("/order/get_order", b.clerk...)), 3, "also by GET")
	require.Empty(t, rows(list(b.root, nil)), "root has ordered nothing")
	require.Len(t, rows(list(b.root, map[string]string{"all": "true"})), 4)
	require.Equal(t, other, rows(list(b.root, map[string]string{"all": "1"}))[0]["order_id"])
	b.post("/order/get_order", map[string]string{"all": "1"}, b.clerk...).says(t, 403, false, "没有权限")
	require.Equal(t, 1004.0, b.post("/order/get_order", map[string]string{"count": "0"}, b.clerk...)["status"])

	b.get("/order/del_order?order_id="+ids[0], b.lbw...).says(t, 1004, false, "err 该数据不存在")
	b.get("/order/del_order", b.clerk...).says(t, 1004, false, "err 没有传入order_id")
	b.get("/order/del_order?order_id="+ids[0], b.clerk...).says(t, 200, true, "删除成功")
	require.Len(t, rows(list(b.clerk, nil)), 2)
	b.post("/order/get_order", map[string]string{"order_id": ids[0]}, b.clerk...).says(t, 1004, false, "err 该数据不存在")
	b.get("/order/del_order?order_id="+ids[0], b.clerk...).says(t, 1004, false, "err 该数据不存在")
	require.Equal(t, 97.0, b.inventory(car), "a live one was cancelled first")
}

func TestCancel(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	car := b.product(b.category("车辆"), "车", "1", "5")
	id := b.order(car, "5", b.clerk)
	cancel := func(id string, who []string) object { return b.get("/order/cancel?order_id="+id, who...) }
	cancel(id, b.lbw).says(t, 1004, false, "err 该数据不存在")
	cancel("", b.clerk).says(t, 1004, false, "err 没有传入order_id")
	pay := b.payFor(id, b.clerk)
	cancel(id, b.clerk).says(t, 200, true, "取消成功")
	require.Equal(t, 5.0, b.inventory(car))
	cancel(id, b.clerk).says(t, 3002, false, "订单已取消")
	b.status(id, b.clerk).says(t, 3002, false, "订单已取消")
	b.payFor(id, b.clerk).says(t, 1002, false, "err 订单已取消")
	require.Equal(t, []any{2.0, 0.0, 0.0}, b.state(id, b.clerk))
	require.Equal(t, 5.0, b.inventory(car), "given back once")
	o, err := b.Gateway.Pay(t.Context(), id, "")
	require.NoError(t, err)
	require.Equal(t, paytest.Ended, o.State, "%v was closed at the gateway", pay["prepay_id"])
}

// TestExpiry: two minutes, which the start of the payment gives once more.
func TestExpiry(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	car := b.product(b.category("车辆"), "车", "1", "5")
	id := b.order(car, "1", b.clerk)
	late := b.order(car, "1", b.clerk)
	b.Clock.Advance(119 * time.Second)
	b.payFor(id, b.clerk).says(t, 200, true, "OK")
	b.Clock.Advance(time.Second)
	b.status(late, b.clerk).says(t, 3004, false, "交易关闭")
	b.payFor(late, b.clerk).says(t, 1004, false, "err 订单已经关闭")
	b.get("/order/cancel?order_id="+late, b.clerk...).says(t, 3004, false, "交易关闭")
	require.NoError(t, b.Sweep(t.Context()))
	require.Equal(t, []any{4.0, 0.0, 0.0}, b.state(late, b.clerk))
	require.Equal(t, 4.0, b.inventory(car), "its stock is back, once")
	require.Equal(t, []any{1.0, 0.0, 0.0}, b.state(id, b.clerk), "the other one's term began anew")

	b.Clock.Advance(110 * time.Second)
	again := b.payFor(id, b.clerk).says(t, 200, true, "OK")
	b.Clock.Advance(20 * time.Second)
	require.NoError(t, b.Sweep(t.Context()))
	b.status(id, b.clerk).says(t, 3004, false, "交易关闭")
	require.NotEmpty(t, again["prepay_id"])
	require.Equal(t, 5.0, b.inventory(car))
}

func TestPayment(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	car := b.product(b.category("车辆"), "车", "0.01", "5")
	id := b.order(car, "1", b.clerk)
	pay := func(f map[string]string) object { return b.post("/pay/payment", f, b.clerk...) }
	pay(map[string]string{}).says(t, 10010, false, "err 请传入order_id")
	pay(map[string]string{"order_id": "nothing"}).says(t, 1003, false, "err 订单不存在")
	b.payFor(id, b.lbw).says(t, 1003, false, "err 订单不存在")
	require.Equal(t, 1004.0, pay(map[string]string{"order_id": id, "trade_type": "MWEB"})["status"])

	o := pay(map[string]string{"order_id": id}).says(t, 200, true, "OK")
	require.Equal(t, "NATIVE", o["trade_type"])
	require.Regexp(t, `^weixin://wxpay/bizpayurl\?pr=.+`, o["code_url"])
	require.NotContains(t, o, "pay_params")
	again := pay(map[string]string{"order_id": id, "trade_type": "NATIVE"}).says(t, 200, true, "OK")
	require.Equal(t, []any{o["prepay_id"], o["code_url"]}, []any{again["prepay_id"], again["code_url"]})

	pay(map[string]string{"order_id": id, "trade_type": "JSAPI"}).says(t, 10010, false, "err 请传入openid")
	in := pay(map[string]string{"order_id": id, "trade_type": "JSAPI", "openid": "o-1"}).says(t, 200, true, "OK")
	require.NotContains(t, in, "code_url")
	params := in["pay_params"].(map[string]any)
	for _, name := range []string{"appId", "timeStamp", "nonceStr", "package", "signType", "paySign"} {
		require.Contains(t, params, name)
	}
	first, err := b.Gateway.Pay(t.Context(), id, "")
	require.NoError(t, err)
	require.Equal(t, paytest.Ended, first.State, "the first payment has the order's number, and is closed")
	b.Settle(in["prepay_id"].(string))
	b.status(id, b.clerk).says(t, 200, true, "支付成功")
	require.Equal(t, []any{1.0, 1.0, 0.0}, b.state(id, b.clerk))
}

// TestMerchantIsCompared: what a client sends must be what the shop has.
func TestMerchantIsCompared(t *testing.T) {
	t.Parallel()
	b := setupShop(t, func(c *manager.Config) { c.AppID, c.Merchant = "wxed58e834201d0894", "1568650321" })
	car := b.product(b.category("车辆"), "车", "0.01", "5")
	id := b.order(car, "1", b.clerk)
	sample := func(appid, mch string) object {
		return b.object("POST", "/pay/payment", `{"appid":"`+appid+`","mch_id":`+mch+`,"order_id":"`+id+`"}`, b.clerk...)
	}
	sample("wx0", "1568650321").says(t, 1004, false, "err appid或者mch_id不正确")
	sample("wxed58e834201d0894", "1").says(t, 1004, false, "err appid或者mch_id不正确")
	sample("wxed58e834201d0894", "1568650321").says(t, 200, true, "OK")
}

// TestOnePaymentForManyCalls: calls in parallel get one payment.
func TestOnePaymentForManyCalls(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	id := b.order(b.product(b.category("车辆"), "车", "0.01", "5"), "1", b.clerk)
	prepays := parallel(8, func(int) string {
		o, err := b.send("/pay/payment", map[string]string{"order_id": id}, b.clerk)
		if err != nil {
			return err.Error()
		}
		return fmt.Sprint(o["prepay_id"], o["msg"])
	})
	for _, p := range prepays {
		require.Equal(t, prepays[0], p)
	}
	require.Contains(t, prepays[0], "OK")
	require.Len(t, b.Books.All(), 1)
}

func TestReturns(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	car := b.product(b.category("车辆"), "车", "10", "5")
	back := func(id string, who []string) object {
		return b.post("/order/returns", map[string]string{"order_id": id}, who...)
	}
	id := b.order(car, "2", b.clerk)
	back("", b.clerk).says(t, 1004, false, "err 没有传入order_id")
	back("x", b.clerk).says(t, 1004, false, "err 该数据不存在")
	back(id, b.lbw).says(t, 1004, false, "err 该数据不存在")
	back(id, b.clerk).says(t, 3005, false, "尚未支付")
	b.paid(id, b.clerk)
	back(id, b.clerk).says(t, 200, true, "退货成功")
	require.Equal(t, []any{5.0, 1.0, 0.0}, b.state(id, b.clerk))
	require.Equal(t, 5.0, b.inventory(car), "it was not sent")
	back(id, b.clerk).says(t, 1006, false, "订单已经退货")
	require.NotEqual(t, true, b.get("/order/ship?action=1&order_id="+id, b.root...)["state"])
	require.NoError(t, b.Sweep(t.Context()))
	require.Equal(t, []any{5.0, 1.0, 0.0}, b.state(id, b.clerk))
	require.Equal(t, int64(2000), b.refunded(), "the money goes where it came from")

	sent, received := b.order(car, "1", b.clerk), b.order(car, "1", b.clerk)
	for _, id := range []string{sent, received} {
		b.paid(id, b.clerk)
		b.get("/order/ship?action=1&order_id="+id, b.root...).says(t, 200, true, "操作成功")
	}
	b.get("/order/ship?action=2&order_id="+received, b.root...).says(t, 200, true, "操作成功")
	back(sent, b.clerk).says(t, 200, true, "退货成功")
	require.Equal(t, 3.0, b.inventory(car), "nobody has it yet")
	back(received, b.clerk).says(t, 200, true, "退货成功")
	require.Equal(t, 4.0, b.inventory(car))
	require.NoError(t, b.Sweep(t.Context()))
	require.Equal(t, int64(4000), b.refunded())
}

// refunded is what the gateway paid back, in fen.
func (b shopBundle) refunded() (sum int64) {
	for _, o := range b.Books.All() {
		for _, r := range o.Refunds {
			sum += r.Amount
		}
	}
	return sum
}

// TestTwoShops: checked lines of two shops are a parent, which is paid, shipped
// and returned as one.
func TestTwoShops(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	ours, theirs := b.twoShops()
	for _, p := range []string{ours, theirs} {
		b.post("/cart/add_to_cart", map[string]string{"product_id": p, "count": "2"}, b.clerk...).says(t, 200, true, "添加成功")
	}
	o := b.post("/pay/pre_order", nil, b.clerk...).says(t, 200, true, "订单提交成功")
	id := o["order_id"].(string)
	require.Empty(t, rows(b.get("/cart/get_cart", b.clerk...)), "the lines are ordered")
	require.Len(t, rows(b.get("/order/get_order", b.clerk...)), 2, "lists show the parts")
	whole := b.post("/order/get_order", map[string]string{"order_id": id}, b.clerk...)["data"].(map[string]any)
	require.Equal(t, 25.0, whole["total_fee"])
	require.Len(t, whole["orderDetail"], 2)

	p := b.payFor(id, b.clerk).says(t, 200, true, "OK")
	known := b.Books.All()
	require.Equal(t, []any{id, int64(2500)}, []any{known[0].Number, known[0].Amount}, "the payment has the parent's number")
	b.Settle(p["prepay_id"].(string))
	b.status(id, b.clerk).says(t, 200, true, "支付成功")
	part := rows(b.get("/order/get_order", b.clerk...))[0]["order_id"].(string)
	require.Equal(t, []any{1.0, 1.0, 0.0}, b.state(part, b.clerk))
	b.get("/order/ship?action=1&order_id="+part, b.root...).says(t, 200, true, "操作成功")
	require.Equal(t, []any{1.0, 1.0, 0.0}, b.state(id, b.clerk), "as far as its least advanced part")
	b.get("/order/ship?action=1&order_id="+id, b.root...).says(t, 200, true, "操作成功")
	require.Equal(t, []any{1.0, 1.0, 1.0}, b.state(id, b.clerk))
	b.get("/order/receive?order_id="+id, b.clerk...).says(t, 200, true, "操作成功")
	require.Equal(t, []any{1.0, 1.0, 2.0}, b.state(id, b.clerk))
	b.post("/order/returns", map[string]string{"order_id": id}, b.clerk...).says(t, 200, true, "退货成功")
	require.Equal(t, []any{5.0, 1.0, 2.0}, b.state(id, b.clerk))
	require.Equal(t, []any{10.0, 10.0}, []any{b.inventory(ours), b.inventory(theirs)})
	for range 2 {
		require.NoError(t, b.Sweep(t.Context()))
	}
	require.Equal(t, int64(2500), b.refunded())
	b.get("/order/del_order?order_id="+id, b.clerk...).says(t, 200, true, "删除成功")
	b.get("/order/del_order?order_id="+id, b.clerk...).says(t, 1004, false, "err 该数据不存在")

	// Left alone, the parts lapse as any order does.
	id = b.order(ours, "1", b.lbw)
	b.post("/cart/add_to_cart", map[string]string{"product_id": theirs, "count": "1"}, b.lbw...)
	b.post("/cart/add_to_cart", map[string]string{"product_id": ours, "count": "1"}, b.lbw...)
	two := b.post("/order/pre_order", nil, b.lbw...)["order_id"].(string)
	b.payFor(two, b.lbw).says(t, 200, true, "OK")
	b.get("/order/cancel?order_id="+two, b.lbw...).says(t, 200, true, "取消成功")
	b.status(two, b.lbw).says(t, 3002, false, "订单已取消")
	b.status(id, b.lbw).says(t, 3005, false, "尚未支付")
}

// vip makes levels of the ranks 1 to n and a membership of each, 30 days long.
func (b shopBundle) vip(n int) (products []string) {
	b.t.Helper()
	_, err := b.Catalog.SaveCategory(b.t.Context(), catalog.Category{Name: "vip", Code: manager.DefaultVIPCategory, Used: true})
	require.NoError(b.t, err)
	for rank := 1; rank <= n; rank++ {
		require.NoError(b.t, b.Members.Save(b.t.Context(), mall.System(), &member.Level{Name: fmt.Sprint("vip", rank), Rank: rank, Rebate: mall.Whole, Active: true}))
		o := b.post("/product/add_product", map[string]string{"category_id": manager.DefaultVIPCategory, "productName": fmt.Sprint("vip", rank),
			"price": "0.01", "description": "包月", "inventory": "100", "imageUrl": "/vip.png", "vipLevel": fmt.Sprint(rank)}, b.root...)
		products = append(products, o.says(b.t, 200, true, "添加成功")["product_id"].(string))
	}
	return products
}

// level is the level of an account: its rank, and how many days are left.
func (b shopBundle) level(name string) (rank int, days float64) {
	b.t.Helper()
	a, err := b.Auth.Find(b.t.Context(), auth.ByUsername, name)
	require.NoError(b.t, err)
	l, err := b.Members.LevelOf(b.t.Context(), a.ID)
	require.NoError(b.t, err)
	return l.Rank, l.ExpiresAt.Sub(b.Clock.Now()).Hours() / 24
}

func TestVIPOrder(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	vip := b.vip(2)
	holds := func(rank int, days float64) {
		t.Helper()
		r, d := b.level("clerk")
		require.Equal(t, rank, r)
		require.InDelta(t, days, d, 0.001)
	}
	first := b.order(vip[0], "2", b.clerk)
	b.paid(first, b.clerk)
	holds(1, 60)
	b.paid(b.order(vip[0], "1", b.clerk), b.clerk)
	holds(1, 90)
	b.Clock.Advance(10 * 24 * time.Hour)
	b.clerk, b.root = b.token("clerk"), b.token("admin")
	holds(1, 80)
	b.paid(b.order(vip[1], "1", b.clerk), b.clerk)
	holds(2, 30)
	for _, path := range []string{"/pay/pre_order", "/order/pre_order"} {
		b.post(path, map[string]string{"product_id": vip[0]}, b.clerk...).says(t, 10004, false, "不能充值低等级的vip")
	}
	b.post("/cart/add_to_cart", map[string]string{"product_id": vip[0], "count": "1"}, b.clerk...)
	b.post("/pay/pre_order", nil, b.clerk...).says(t, 10004, false, "不能充值低等级的vip")
	require.Equal(t, 1004.0, b.get("/order/ship?action=1&order_id=nothing", b.root...)["status"])
	require.Equal(t, 1006.0, b.get("/order/ship?action=1&order_id="+first, b.root...)["status"], "nothing to send")

	b.Clock.Advance(31 * 24 * time.Hour)
	b.clerk = b.token("clerk")
	holds(1, 49)
	b.post("/order/returns", map[string]string{"order_id": first}, b.clerk...).says(t, 200, true, "退货成功")
	require.Equal(t, []any{5.0, 1.0, 0.0}, b.state(first, b.clerk))
	rank, _ := b.level("clerk")
	require.Zero(t, rank, "what the other order gave is over by now")
	require.Equal(t, 10010.0, b.post("/pay/pre_order", map[string]string{"product_id": vip[0], "quantity": "101"}, b.clerk...)["status"])
}

// TestVIPOnceUnderManyNotices: the grant is given once however often the
// gateway says so.
func TestVIPOnceUnderManyNotices(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	vip := b.vip(1)
	id := b.order(vip[0], "1", b.clerk)
	b.payFor(id, b.clerk)
	_, err := b.Gateway.Pay(t.Context(), id, "")
	require.NoError(t, err)
	errs := parallel(20, func(int) error { return b.Gateway.Notify(t.Context(), id) })
	for _, err := range errs {
		require.NoError(t, err)
	}
	rank, days := b.level("clerk")
	require.Equal(t, 1, rank)
	require.InDelta(t, 30, days, 0.001)
	require.Equal(t, 99.0, b.inventory(vip[0]))
}

// TestManagerAndWXAPI: one shop behind both faces.
func TestManagerAndWXAPI(t *testing.T) {
	t.Parallel()
	b := setupShop(t)
	car := b.product(b.category("车辆"), "车", "10", "5")
	anna := b.Register("anna")
	list := b.Call("POST", "shop/goods/list/v2", apitest.Fields{}).OK(t)
	goods := list.Get("result.0.id")
	require.Equal(t, "车", list.Get("result.0.name"))
	o := b.Call("POST", "order/create", apitest.Fields{"token": anna, "goodsJsonStr": `[{"goodsId":` + goods + `,"number":2}]`,
		"linkMan": "安娜", "mobile": "13800000002", "address": "一号", "provinceId": "310000000000", "cityId": "310100000000", "districtId": "310101000000"}).OK(t)
	require.Equal(t, 3.0, b.inventory(car))
	number, id := o.Get("orderNumber"), o.Get("id")
	b.get("/order/ship?action=1&order_id="+number, b.root...).says(t, 3005, false, "尚未支付")
	pay := b.Call("POST", "pay/wx/wxapp", apitest.Fields{"token": anna, "money": "20", "openid": "o-anna", "nextAction": `{"type":0,"id":` + id + `}`}).OK(t)
	b.Settle(pay.Get("prepayId"))
	all := rows(b.post("/order/get_order", map[string]string{"all": "1"}, b.root...))
	require.Equal(t, []any{number, 1.0, 0.0}, []any{all[0]["order_id"], all[0]["pay_status"], all[0]["shiping_status"]})
	require.Contains(t, all[0]["address"], "一号")
	b.get("/order/ship?action=1&order_id="+number, b.root...).says(t, 200, true, "操作成功")
	require.Equal(t, "2", b.Call("GET", "order/detail", apitest.Fields{"token": anna, "id": id}).OK(t).Get("orderInfo.status"))

	// What is ordered here is in the other face's list of its buyer.
	lbw, err := b.Auth.Find(t.Context(), auth.ByUsername, "lbw")
	require.NoError(t, err)
	_, err = b.Addresses.Add(t.Context(), mall.Actor{Account: lbw.ID}, address.Address{LinkMan: "伟", Mobile: "13800000001", Address: "二号", Default: true,
		ProvinceID: "310000000000", CityID: "310100000000", DistrictID: "310101000000"})
	require.NoError(t, err)
	mine := b.order(car, "1", b.lbw)
	row := b.post("/order/get_order", map[string]string{"order_id": mine}, b.lbw...)["data"].(map[string]any)
	require.Equal(t, []any{"13800000001", "卢本伟"}, []any{row["user_phone"], row["user_nickname"]})
	require.Regexp(t, "^上海市.*黄浦区二号$", row["address"])
	l := b.Call("POST", "user/username/login", apitest.Fields{"username": "lbw", "pwd": "Admin123#", "deviceId": "d", "deviceName": "d"}).OK(t)
	require.Contains(t, b.Call("POST", "order/list", apitest.Fields{"token": l.Get("token")}).OK(t).Body, mine)
}

// TestAddresses: what is given wins, then the default one; a shop may insist.
func TestAddresses(t *testing.T) {
	t.Parallel()
	b := setupShop(t, func(c *manager.Config) { c.AddressRequired = true })
	car := b.product(b.category("车辆"), "车", "1", "5")
	pre := func(f map[string]string) object {
		f["product_id"] = car
		return b.post("/pay/pre_order", f, b.clerk...)
	}
	pre(map[string]string{}).says(t, 10010, false, "err 请传入收货地址或者收货电话")
	pre(map[string]string{"address": "三号"}).says(t, 10010, false, "err 请传入收货地址或者收货电话")
	id := pre(map[string]string{"address": "三号", "phone": "1577775772"}).says(t, 200, true, "订单提交成功")["order_id"].(string)
	o := b.post("/order/get_order", map[string]string{"order_id": id}, b.clerk...)["data"].(map[string]any)
	require.Equal(t, []any{"三号", "1577775772"}, []any{o["address"], o["user_phone"]})
	require.Equal(t, 1004.0, pre(map[string]string{"address": strings.Repeat("长", 501), "phone": "1"})["status"])
}

// send is a POST for other goroutines than the test's.
func (b shopBundle) send(path string, fields map[string]string, who []string) (object, error) {
	req, err := http.NewRequest(http.MethodPost, b.Server.URL+path, strings.NewReader(asJSON(b.t, fields)))
	if err != nil {
		return nil, err
	}
	req.Header.Set("Content-Type", "application/json")
	req.Header.Set(who[0], who[1])
	return b.decode(req)
}

// parallel calls fn n times at once and gives the answers.
func parallel[T any](n int, fn func(i int) T) []T {
	out, gate := make([]T, n), make(chan struct{})
	var wg sync.WaitGroup
	for i := range n {
		wg.Go(func() {
			<-gate
			out[i] = fn(i)
		})
	}
	close(gate)
	wg.Wait()
	return out
}

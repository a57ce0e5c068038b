package httpadapter_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/order"
	"github.com/gomall-dev/mall/payment"
	"github.com/gomall-dev/mall/payment/membership"
	"github.com/gomall-dev/mall/payment/paytest"
)

// life is one shopper from the registration to the last refund, by every way
// that money and goods can go. What is promised of all transactions, log lines
// and events is checked over it.
type life struct {
	*apitest.Kit
	t        *testing.T
	ctx      context.Context
	token    string
	admin    string // token of the staff
	who      mall.Actor
	goods    []mall.ID // 10.00; 3.33 and 5 points; both limited to 50 a day
	card     string    // the secret of a coupon's card
	refusals []string  // bodies and errors of what was refused
}

// What the shopper gives away, unlike anything else in the story.
const (
	lifeName     = "geheimrat"
	lifePassword = "Passwort-4711"
	lifePayWord  = "zahlwort-0815"
	lifeStaff    = "Verwalter-0042#"
	lifeMobile   = "13977712345"
	lifeOpenID   = "openid-of-geheimrat"
	lifeStreet   = "Lindenstrasse 42"
	lifeRemark   = "bitte leise klingeln"
)

// live tells the story; statements are traced under ctx.
func live(ctx context.Context, t *testing.T, kit *apitest.Kit) *life {
	kit.Values = ctx
	l := &life{Kit: kit, t: t, ctx: ctx}
	l.stock()
	l.arrive()
	l.buyByBalance()
	l.buyByGateway()
	l.leave()
	l.claim()
	l.redeem()
	l.together()
	l.coupons()
	l.levels()
	l.staff()
	l.refused()
	require.NoError(t, kit.Sweep(ctx))
	return l
}

func (l *life) ok(err error) {
	l.t.Helper()
	require.NoError(l.t, err)
}

// call is a request that is answered well.
func (l *life) call(path string, f apitest.Fields) apitest.Envelope {
	l.t.Helper()
	return l.Call("POST", path, l.mine(f)).OK(l.t)
}

func (l *life) mine(f apitest.Fields) apitest.Fields {
	if l.token == "" || f["token"] != "" {
		return f
	}
	return with(f, "token", l.token)
}

// no is a request that is refused.
func (l *life) no(path string, f apitest.Fields) {
	l.t.Helper()
	e := l.Call("POST", path, l.mine(f))
	require.NotZero(l.t, e.Code, "%s: %s", path, e.Body)
	l.refusals = append(l.refusals, e.Body)
}

func (l *life) stock() {
	draft := func(name string, price mall.Money, score int64) catalog.Draft {
		pieces := int64(1000)
		return catalog.Draft{Goods: catalog.Goods{Name: name, OnSale: true, AfterSale: []int{0, 1, 2}}, SKUs: []catalog.SKUDraft{{Price: price, Score: score, Stock: &pieces}}}
	}
	var err error
	l.goods, err = l.Catalog.Import(l.ctx, mall.System(), []catalog.Draft{draft("Kanne", 1000, 0), draft("Tasse", 333, 5)})
	l.ok(err)
	for _, id := range l.goods {
		l.ok(l.Catalog.PutLimits(l.ctx, id, []catalog.Limit{{Pieces: 50, Duration: 1, Span: mall.Daily}}))
	}
	_, err = l.Points.SaveRule(l.ctx, mall.System(), points.Rule{Score: 10, Money: 100, Loop: true})
	l.ok(err)
}

// arrive registers by name, by a text message and through WeChat.
func (l *life) arrive() {
	l.call("user/username/register", apitest.Fields{"username": lifeName, "pwd": lifePassword})
	l.token = l.call("user/username/login", apitest.Fields{"username": lifeName, "pwd": lifePassword, "deviceId": "d", "deviceName": "n"}).Get("token")
	l.who = l.Buyer(l.token)
	l.Call("GET", "verification/sms/get", apitest.Fields{"mobile": lifeMobile}).OK(l.t)
	l.call("verification/sms/check", apitest.Fields{"mobile": lifeMobile, "code": l.Ports.Last(lifeMobile)})
	l.call("user/wxapp/authorize", apitest.Fields{"code": "sandbox:" + lifeOpenID})
	l.call("user/wxapp/bindMobile/v2", apitest.Fields{"code": "sandbox-phone:" + lifeMobile})
	l.call("user/modify", apitest.Fields{"nick": lifeName, "avatarUrl": "https://a.example/1.png"})
	l.call("user/paypwd/set", apitest.Fields{"pwd": lifePayWord})
	l.call("user/shipping-address/add", l.address())
	l.score(1000)
	l.recharge("100")
}

func (l *life) address() apitest.Fields {
	return apitest.Fields{"linkMan": lifeName, "mobile": lifeMobile, "provinceId": "330000000000", "cityId": "330100000000",
		"districtId": "330106000000", "address": lifeStreet}
}

// score gives points.
func (l *life) score(n int64) {
	l.ok(l.Store.Do(l.ctx, func(ctx context.Context) error {
		return l.Points.Earn(ctx, points.Move{Account: l.who.Account, Kind: points.KindGift, Amount: n, Source: points.Source{Type: "test", ID: 1}})
	}))
}

func (l *life) recharge(yuan string) {
	l.Settle(l.call("pay/wx/wxapp", apitest.Fields{"money": yuan, "openid": lifeOpenID, "remark": lifeRemark}).Get("package"))
}

// place orders pieces of both goods, the later one first, and gives the id and
// what it costs.
func (l *life) place(more ...string) (id, total string) {
	f := with(l.address(), "goodsJsonStr", fmt.Sprintf(`[{"goodsId":%d,"number":2},{"goodsId":%d,"number":1}]`, l.goods[1], l.goods[0]))
	f = with(with(f, "peisongType", "kd"), "remark", lifeRemark)
	for i := 0; i < len(more); i += 2 {
		f = with(f, more[i], more[i+1])
	}
	e := l.call("order/create", f)
	return e.Get("id"), e.Get("amountReal")
}

func (l *life) pay(ids string) {
	l.call("order/pay", apitest.Fields{"orderId": ids, "pwd": lifePayWord})
}

// open opens a gateway payment of orders for what the balance does not cover.
func (l *life) open(ids string, prices ...string) (prepay string) {
	balance, err := l.Wallets.Available(l.ctx, l.who.Account)
	l.ok(err)
	sum := mall.Money(0)
	for _, p := range prices {
		m, err := mall.ParseYuan(p)
		l.ok(err)
		sum += m
	}
	return l.call("pay/wx/wxapp", apitest.Fields{"money": (sum - balance).String(), "openid": lifeOpenID, "nextAction": `{"type":0,"id":"` + ids + `"}`}).Get("package")
}

// settle lets the gateway play one of its outcomes.
func (l *life) settle(prepay, outcome string) {
	o, ok, err := l.Books.ByPrepay(l.ctx, strings.TrimPrefix(prepay, "prepay_id="))
	l.ok(err)
	require.True(l.t, ok)
	_, err = l.Gateway.Pay(l.ctx, o.Number, paytest.Outcome(outcome))
	l.ok(err)
}

// spendTo leaves so much on the balance, so that gateways get something to do.
func (l *life) spendTo(left mall.Money) {
	balance, err := l.Wallets.Available(l.ctx, l.who.Account)
	l.ok(err)
	if balance <= left {
		return
	}
	l.ok(l.Store.Do(l.ctx, func(ctx context.Context) error {
		return l.Wallets.Spend(ctx, payment.Move{Account: l.who.Account, Kind: payment.KindOrder, Amount: balance - left,
			Source: payment.Source{Type: "test", ID: mall.ID(l.Clock.Now().UnixMilli())}})
	}))
	l.Clock.Advance(time.Millisecond)
}

func (l *life) ref(id string) order.Ref {
	var n mall.ID
	_, err := fmt.Sscan(id, &n)
	l.ok(err)
	return order.Ref{ID: n}
}

func (l *life) ship(id string) {
	l.ok(l.Orders.Ship(l.ctx, mall.System(), l.ref(id), order.ShipInput{Action: order.ShipSend, Name: "SF", Tracking: "SF1"}))
}

func (l *life) detail(id, path string) string {
	return l.Call("GET", "order/detail", l.mine(apitest.Fields{"id": id})).OK(l.t).Get(path)
}

// buyByBalance takes the cart to an order, and the order to its review.
func (l *life) buyByBalance() {
	for _, g := range []mall.ID{l.goods[1], l.goods[0]} {
		l.call("shopping-cart/add", apitest.Fields{"goodsId": fmt.Sprint(int64(g)), "number": "1"})
	}
	o, err := l.Orders.Place(l.ctx, l.who, order.PlaceInput{Cart: &order.CartInput{}, Remark: lifeRemark,
		Address: order.Address{LinkMan: lifeName, Mobile: lifeMobile, ProvinceID: "330000000000", CityID: "330100000000", DistrictID: "330106000000", Detail: lifeStreet}})
	l.ok(err)
	id := fmt.Sprint(int64(o.ID))
	l.pay(id)
	l.ship(id)
	l.call("order/delivery", apitest.Fields{"orderId": id})
	l.call("order/reputation", apitest.Fields{"postJsonString": fmt.Sprintf(`{"token":%q,"orderId":%s,"reputations":[{"id":%s,"reputation":2,"remark":%q}]}`,
		l.token, id, l.detail(id, "goods.0.id"), lifeRemark)})
}

// buyByGateway pays with a share of the balance and points; the merchant
// changes a price first, and a notice comes three times.
func (l *life) buyByGateway() {
	l.spendTo(500)
	id, total := l.place("deductionScore", "40")
	l.open(id, total)
	l.ok(l.Orders.Reprice(l.ctx, mall.System(), l.ref(id), order.PriceChange{Goods: 1200, Reason: "a friend"}))
	l.settle(l.open(id, "12"), "duplicate")
	require.Equal(l.t, "1", l.detail(id, "orderInfo.status"))
	l.recharge("30")
}

// leave cancels, deletes and forgets orders; one of them is paid too late.
func (l *life) leave() {
	l.spendTo(500)
	id, total := l.place("deductionScore", "20")
	l.open(id, total)
	l.call("order/close", apitest.Fields{"orderId": id})
	l.call("order/delete", apitest.Fields{"orderId": id})
	id, total = l.place()
	prepay := l.open(id, total)
	l.Clock.Advance(time.Hour)
	for range 3 {
		l.ok(l.Sweep(l.ctx))
		l.Clock.Advance(time.Minute)
	}
	require.Equal(l.t, "-1", l.detail(id, "orderInfo.status"))
	l.settle(prepay, "late")
	require.Equal(l.t, "-1", l.detail(id, "orderInfo.status"))
	id, _ = l.place()
	l.call("order/delete", apitest.Fields{"orderId": id})
}

// claim gets back the money of lines and of a whole order, from the gateway
// and from the balance.
func (l *life) claim() {
	l.spendTo(500)
	id, total := l.place("deductionScore", "20")
	l.Settle(l.open(id, total))
	first := l.detail(id, "goods.0.id")
	l.call("order/refundApply/apply", apitest.Fields{"orderId": id, "orderGoodsId": first, "type": "0", "logisticsStatus": "0", "reason": lifeRemark, "remark": lifeRemark})
	l.refund(id)
	l.ship(id)
	l.call("order/refundApply/apply", apitest.Fields{"orderId": id, "type": "1", "logisticsStatus": "1", "reason": lifeRemark})
	claims, err := l.Orders.ClaimsOf(l.ctx, mall.System(), l.ref(id))
	l.ok(err)
	l.ok(l.Orders.Accept(l.ctx, mall.System(), claims[0].ID, nil, order.BackTo{LinkMan: "Shop"}, "send it"))
	l.ok(l.Orders.GoodsBack(l.ctx, mall.System(), claims[0].ID))
	l.refund(id)
	l.recharge("90")
	id, _ = l.place()
	l.pay(id)
	l.ok(l.Orders.Invalidate(l.ctx, mall.System(), l.ref(id), "sold out"))
	l.ok(l.Sweep(l.ctx))
}

func (l *life) refund(id string) {
	claims, err := l.Orders.ClaimsOf(l.ctx, mall.System(), l.ref(id))
	l.ok(err)
	l.ok(l.Orders.RefundClaim(l.ctx, mall.System(), claims[0].ID))
	l.Clock.Advance(time.Minute)
	l.ok(l.Sweep(l.ctx))
}

// redeem hands goods over against a code.
func (l *life) redeem() {
	id, _ := l.place("peisongType", "zq", "isCanHx", "true")
	l.pay(id)
	_, err := l.Orders.Redeem(l.ctx, mall.System(), l.detail(id, "orderInfo.hxNumber"))
	l.ok(err)
}

// together pays two orders at once: by balance, then through the gateway.
func (l *life) together() {
	a, _ := l.place()
	b, _ := l.place()
	l.pay(b + "," + a)
	l.spendTo(500)
	a, first := l.place()
	b, second := l.place("deductionScore", "20")
	l.Settle(l.open(b+","+a, first, second))
	require.Equal(l.t, "1", l.detail(a, "orderInfo.status"))
	require.Equal(l.t, "1", l.detail(b, "orderInfo.status"))
}

// coupons gets coupons for points, for money, by a card and by merging, and
// uses them in orders that are cancelled, paid and refunded.
func (l *life) coupons() {
	template := func(terms coupon.Terms) mall.ID {
		terms.Name = "Gutschein"
		t, err := l.Coupons.Create(l.ctx, mall.System(), coupon.Draft{Terms: terms,
			Promise: coupon.Promise{Min: 300, Max: 300, Start: coupon.AtOnce, Days: 1}, Total: 50})
		l.ok(err)
		return t.ID
	}
	plain, dear := template(coupon.Terms{Points: 3, PerAccount: 9}), template(coupon.Terms{Price: 100})
	claim := func() string {
		l.call("discounts/fetch", apitest.Fields{"id": fmt.Sprint(int64(plain))})
		return l.Call("GET", "discounts/my", l.mine(apitest.Fields{"status": "0"})).OK(l.t).Get("0.id")
	}
	l.spendTo(500)
	one := claim()
	id, _ := l.place("couponId", one)
	l.call("order/close", apitest.Fields{"orderId": id})
	id, total := l.place("couponId", one)
	l.Settle(l.open(id, total))
	l.call("order/refundApply/apply", apitest.Fields{"orderId": id, "type": "0", "logisticsStatus": "0", "reason": lifeRemark})
	l.refund(id)
	l.Settle(l.call("pay/wx/wxapp", apitest.Fields{"money": "1", "openid": lifeOpenID, "nextAction": fmt.Sprintf(`{"type":7,"couponRuleId":%d}`, dear)}).Get("package"))
	l.recharge("2")
	_, err := l.Coupons.Buy(l.ctx, l.who, dear, lifePayWord)
	l.ok(err)
	cards, err := l.Coupons.MakeCards(l.ctx, mall.System(), plain, 2, time.Time{})
	l.ok(err)
	l.card = cards[0].Secret
	l.no("discounts/exchange", apitest.Fields{"number": cards[1].Number, "pwd": l.card})
	l.call("discounts/exchange", apitest.Fields{"number": cards[0].Number, "pwd": l.card})
	rule, err := l.Coupons.SaveMergeRule(l.ctx, mall.System(), coupon.MergeRule{Name: "2:1", Open: true,
		Inputs: []coupon.Part{{Template: plain, Qty: 2}}, Outputs: []coupon.Part{{Template: dear, Qty: 1}}})
	l.ok(err)
	l.call("discounts/merge", apitest.Fields{"mergeId": fmt.Sprint(int64(rule.ID)), "couponIds": one + "," + claim()})
	l.Clock.Advance(24 * time.Hour)
	l.ok(l.Sweep(l.ctx))
	l.spendTo(500)
}

// levels buys memberships from the balance and, with a share of it, online, gets
// the money of one back, and renews another; goods give a level too.
func (l *life) levels() {
	level := member.Level{Name: "Stammgast", Rank: 1, Rebate: mall.Whole, Active: true}
	l.ok(l.Members.Save(l.ctx, mall.System(), &level))
	price, err := l.Levels.SavePrice(l.ctx, mall.System(), membership.Price{Level: level.ID, Amount: 400, Term: member.Days(1)})
	l.ok(err)
	id := fmt.Sprint(int64(price.ID))
	l.recharge("10")
	l.spendTo(500)
	l.no("user/level/buy", apitest.Fields{"userLevelPriceId": "999"})
	l.call("user/level/buy", apitest.Fields{"userLevelPriceId": id, "remark": lifeRemark, "isAutoRenew": "true"})
	l.no("user/level/buy", apitest.Fields{"userLevelPriceId": id})
	l.Settle(l.call("pay/wx/wxapp", apitest.Fields{"money": "3", "openid": lifeOpenID, "nextAction": `{"type":6,"userLevelPriceId":` + id + `,"isAutoRenew":true}`}).Get("package"))
	bought, err := l.Levels.ListOf(l.ctx, l.who, membership.Filter{}, mall.Page{})
	l.ok(err)
	_, err = l.Levels.Refund(l.ctx, mall.System(), bought.Items[0].ID, 0)
	l.ok(err)
	l.recharge("90")
	l.call("user/level/buy", apitest.Fields{"userLevelPriceId": id, "isAutoRenew": "true"})
	l.Clock.Advance(48 * time.Hour)
	l.ok(l.Sweep(l.ctx))
	require.Equal(l.t, "4", l.call("user/level/buyLogs", apitest.Fields{}).Get("totalRow"), "one of them a renewal")

	pieces := int64(9)
	goods, err := l.Catalog.Import(l.ctx, mall.System(), []catalog.Draft{{Goods: catalog.Goods{Name: "Stammgast für einen Tag", OnSale: true, Kind: catalog.Membership, Level: level.ID, LevelDays: 1},
		SKUs: []catalog.SKUDraft{{Price: 100, Stock: &pieces}}}})
	l.ok(err)
	id = l.call("order/create", with(l.address(), "goodsJsonStr", fmt.Sprintf(`[{"goodsId":%d,"number":2}]`, goods[0]))).Get("id")
	l.pay(id)
	l.ok(l.Orders.Invalidate(l.ctx, mall.System(), l.ref(id), "sold out"))
	l.ok(l.Levels.StopRenewing(l.ctx, l.who))
	l.Clock.Advance(48 * time.Hour) // to the end of what is held
	l.ok(l.Sweep(l.ctx))
	l.spendTo(500)
}

// staff logs in at the manager and ships an order there.
func (l *life) staff() {
	_, err := l.Auth.Create(l.ctx, mall.System(), auth.NewAccount{Registration: auth.Registration{Username: "verwalter", Password: lifeStaff}, Role: auth.RoleRoot})
	l.ok(err)
	ask := func(verb, path, body string) (a struct {
		Status int
		Msg    string
		Token  string
	}) {
		req, err := http.NewRequest(verb, l.Server.URL+path, strings.NewReader(body))
		l.ok(err)
		req.Header.Set("Content-Type", "application/json")
		req.Header.Set("Authorization", l.admin)
		res, err := l.Server.Client().Do(req)
		l.ok(err)
		defer res.Body.Close()
		l.ok(json.NewDecoder(res.Body).Decode(&a))
		return a
	}
	id, total := l.place()
	l.Settle(l.open(id, total))
	require.NotEqual(l.t, 200, ask("POST", "/users/login", `{"username":"verwalter","password":"`+lifeStaff+`x"}`).Status)
	l.admin = ask("POST", "/users/login", `{"username":"verwalter","password":"`+lifeStaff+`"}`).Token
	require.NotEmpty(l.t, l.admin)
	ask("GET", "/order/ship?action=1&order_id="+id, "")
	require.Equal(l.t, "2", l.detail(id, "orderInfo.status"))
}

// refused tries what must fail and keeps the answers.
func (l *life) refused() {
	l.no("user/username/login", apitest.Fields{"username": lifeName, "pwd": lifePassword + "x", "deviceId": "d", "deviceName": "n"})
	l.no("user/detail", apitest.Fields{"token": l.token + "x"})
	l.no("user/wxapp/login", apitest.Fields{"code": lifeOpenID})
	l.no("user/m/login", apitest.Fields{"mobile": lifeMobile, "pwd": lifePassword + "x", "deviceId": "d", "deviceName": "n"})
	l.no("verification/sms/check", apitest.Fields{"mobile": lifeMobile, "code": "9" + l.Ports.Last(lifeMobile)})
	l.no("user/paypwd/modify", apitest.Fields{"pwdOld": lifePayWord + "x", "pwdNew": lifePayWord})
	id, total := l.place()
	l.no("order/pay", apitest.Fields{"orderId": id, "pwd": lifePayWord + "x"})
	prepay := l.open(id, total)
	l.settle(prepay, "bad_signature")
	l.settle(prepay, "wrong_amount")
	require.Equal(l.t, "0", l.detail(id, "orderInfo.status"))
	_, err := l.Auth.Authenticate(l.ctx, mall.FaceWXAPI, l.token+"x", "192.0.2.7")
	require.Error(l.t, err)
	l.refusals = append(l.refusals, err.Error())
	l.no("order/refundApply/apply", apitest.Fields{"orderId": id, "type": "0", "logisticsStatus": "0", "reason": strings.Repeat(lifeRemark, 100)})
}

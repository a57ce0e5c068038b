package wxapi_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/catalog"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/marketing/coupon"
	"github.com/gomall-dev/mall/marketing/points"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// coupons is a shop with two shoppers, goods for 10.00, and templates by name,
// whose ids are variables.
func coupons(t *testing.T, store storage.Store, drafts map[string]coupon.Draft) *apitest.Kit {
	k := apitest.New(t, store)
	k.Set("token", k.Register("anna"))
	k.Set("other", k.Register("bert"))
	k.Set("uid", strconv.FormatInt(int64(k.Buyer(k.Var("other")).Account), 10))
	pieces := int64(99)
	ids, err := k.Catalog.Import(t.Context(), mall.System(), []catalog.Draft{{Goods: catalog.Goods{Name: "茶", OnSale: true, MaxCoupons: 2}, SKUs: []catalog.SKUDraft{{Price: 1000, Stock: &pieces}}}})
	require.NoError(t, err)
	k.Set("goods", strconv.FormatInt(int64(ids[0]), 10))
	for name, d := range drafts {
		d.Name, d.Listed = name, true
		if d.Min == 0 {
			d.Min, d.Max = 300, 300
		}
		d.Start, d.Days = coupon.AtOnce, 3
		tpl, err := k.Coupons.Create(t.Context(), mall.System(), d)
		require.NoError(t, err)
		k.Set(name, strconv.FormatInt(int64(tpl.ID), 10))
	}
	return k
}

func eachCoupons(t *testing.T, drafts map[string]coupon.Draft, body func(t *testing.T, k *apitest.Kit)) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) { body(t, coupons(t, store, drafts)) })
}

// TestFetchCoupons: every code of fetchCoupons that clients know.
func TestFetchCoupons(t *testing.T) {
	now := apitest.NewClock().Now()
	eachCoupons(t, map[string]coupon.Draft{
		"plain":   {Terms: coupon.Terms{PerAccount: 1, Type: "新人"}, Promise: coupon.Promise{Threshold: 2000}, Total: 5},
		"none":    {Total: 0},
		"early":   {Terms: coupon.Terms{ClaimFrom: now.Add(time.Hour)}, Total: 5},
		"over":    {Terms: coupon.Terms{ClaimTo: now.Add(time.Millisecond)}, Total: 5},
		"score":   {Terms: coupon.Terms{Points: 10}, Total: 5},
		"dear":    {Terms: coupon.Terms{Price: 1250}, Total: 1},
		"closed":  {Total: 5},
		"secret":  {Terms: coupon.Terms{Password: "芝麻"}, Total: 5},
		"percent": {Promise: coupon.Promise{Percent: true, Min: 500, Max: 1250}, Total: coupon.Unlimited},
	}, func(t *testing.T, k *apitest.Kit) {
		k.Clock.Advance(time.Millisecond)
		_, err := k.Coupons.Close(t.Context(), mall.System(), number(t, k, "closed"))
		require.NoError(t, err)
		fetch := func(name string, code int, more ...string) apitest.Step {
			f := fields{"token": "{token}", "id": "{" + name + "}"}
			for i := 0; i < len(more); i += 2 {
				f[more[i]] = more[i+1]
			}
			return apitest.Step{Verb: "POST", Path: "discounts/fetch", Fields: f, Code: code, Not: map[bool][]string{true: {`"data"`}}[code != 30002]}
		}
		k.Set("gone", "9999")
		steps := []apitest.Step{
			{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{token}"}, Code: 700, Not: []string{`"data"`}},
			{Verb: "POST", Path: "discounts/fetch", Fields: fields{"id": "{plain}"}, Code: 2000},
			fetch("gone", 700), fetch("none", 20001), fetch("closed", 20002), fetch("early", 20002), fetch("over", 20004), fetch("score", 30001),
			fetch("secret", 700), fetch("secret", 700, "pwd", "x"), fetch("secret", 0, "pwd", "芝麻", "detect", "true"), fetch("secret", 0, "pwd", "芝麻"),
			fetch("plain", 0, "detect", "true"), fetch("plain", 0), fetch("plain", 20003), fetch("plain", 20003, "detect", "true"), fetch("percent", 0),
			{Verb: "GET", Path: "discounts/coupons", Fields: fields{"type": "新人"}, Not: []string{"1.id"}, Want: map[string]string{"0.id": "{plain}", "0.name": "plain",
				"0.moneyType": "0", "0.moneyMin": "3", "0.moneyMax": "3", "0.moneyHreshold": "20", "0.numberTotle": "5", "0.numberLeft": "4", "0.numberGit": "1",
				"0.numberUsed": "0", "0.numberPersonMax": "1", "0.dateStartType": "1", "0.dateEndType": "1", "0.dateEndDays": "3", "0.status": "0"}},
			{Verb: "GET", Path: "discounts/coupons", Fields: fields{"ids": "{percent},{closed},{gone}"}, Want: map[string]string{"0.moneyType": "1", "0.moneyMin": "5", "0.moneyMax": "12.5", "0.numberLeft": "999999"}, Not: []string{"closed"}},
			{Verb: "GET", Path: "discounts/coupons", Fields: fields{"type": "没有"}, Code: 700},
			{Verb: "GET", Path: "discounts/coupons", Fields: fields{"refId": "{goods}"}, Has: []string{"percent"}},
			{Verb: "GET", Path: "discounts/coupons", Fields: fields{"refId": "{gone}"}, Code: 700},
			{Verb: "GET", Path: "discounts/detail", Fields: fields{"id": "{secret}"}, Want: map[string]string{"info.pwd": "Y", "info.name": "secret"}, Not: []string{"芝麻", "couponRefs"}},
			{Verb: "GET", Path: "discounts/detail", Fields: fields{"id": "{gone}"}, Code: 700},
			{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{token}", "status": "0"}, Want: map[string]string{"2.name": "secret", "1.name": "plain", "1.pid": "{plain}", "1.money": "3",
				"1.moneyType": "0", "1.moneyHreshold": "20", "1.status": "0", "1.statusStr": "可用", "1.source": "领取", "1.onlyFreight": "false", "1.dateStart": "2026-03-02 10:00:00", "1.dateEnd": "2026-03-05 10:00:00",
				"1.expiryMillis": "259200000", "0.moneyType": "1"}},
			{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{token}", "status": "1,2,3"}, Code: 700},
			{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{token}", "status": "0", "consumAmount": "19.99"}, Not: []string{"plain"}},
			{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{token}", "status": "4"}, Code: 300},
			{Verb: "GET", Path: "discounts/my", Code: 2000},
		}
		dear := fetch("dear", 30002)
		dear.Want = map[string]string{"": "12.5"}
		k.Run(apitest.Scenario{Name: "fetch", Steps: append(steps, dear, fetch("dear", 30002, "detect", "true"))})

		pay := func(money, rule string, code int) apitest.Step {
			return apitest.Step{Verb: "POST", Path: "pay/wx/wxapp", Fields: fields{"token": "{token}", "openid": "o", "money": money, "nextAction": `{"type":7,"couponRuleId":` + rule + `}`}, Code: code}
		}
		first, second := pay("12.5", "{dear}", 0), pay("12.5", `"{dear}"`, 0)
		first.Save, second.Save = map[string]string{"first": "package"}, map[string]string{"second": "package"}
		k.Run(apitest.Scenario{Name: "buy", Steps: []apitest.Step{
			pay("12.4", "{dear}", 300), pay("12.5", "{gone}", 700), pay("12.5", "{plain}", 20002), pay("12.5", "0", 300), pay("12.5", "null", 300), pay("12.5", `"x"`, 300),
			first, second,
			{Do: func(_ testing.TB, k *apitest.Kit) { k.Settle(k.Var("first")); k.Settle(k.Var("second")) }},
			{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{token}"}, Want: map[string]string{"0.name": "dear", "0.source": "购买"}},
			{Verb: "GET", Path: "user/amount", Fields: fields{"token": "{token}"}, Want: map[string]string{"balance": "12.5"}},
			{Verb: "POST", Path: "user/payLogs", Fields: fields{"token": "{token}"}, Has: []string{`\"couponRuleId\":`}},
			pay("12.5", "{dear}", 20001),
			{Do: func(t testing.TB, k *apitest.Kit) {
				require.NoError(t, k.Points.Earn(t.Context(), points.Move{Account: k.Buyer(k.Var("token")).Account, Kind: points.KindGift, Amount: 10, Source: points.Source{Type: "t", ID: 1}}))
			}},
			fetch("score", 0), fetch("score", 30001),
		}})
		k.Clock.Advance(72 * time.Hour)
		k.Run(apitest.Scenario{Name: "later", Steps: []apitest.Step{
			{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{token}", "status": "0"}, Code: 700},
			{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{token}", "status": "1,2,3"}, Want: map[string]string{"0.status": "2", "0.statusStr": "已过期"}},
		}})
	})
}

// TestCouponsOfAnOrder: a quote lists what can be used, an order uses it, and
// its end gives it back.
func TestCouponsOfAnOrder(t *testing.T) {
	eachCoupons(t, map[string]coupon.Draft{"three": {Total: 5}, "ten": {Promise: coupon.Promise{Percent: true, Min: 1000, Max: 1000}, Total: 5},
		"high": {Promise: coupon.Promise{Threshold: 5000}, Total: 5}}, func(t *testing.T, k *apitest.Kit) {
		order := func(calculate bool, ids string, code int) apitest.Step {
			return apitest.Step{Verb: "POST", Path: "order/create", Code: code, Fields: fields{"token": "{token}", "goodsJsonStr": `[{"goodsId":{goods},"number":1}]`,
				"peisongType": "kd", "calculate": fmt.Sprint(calculate), "couponId": ids, "linkMan": "张三", "mobile": "13800000000",
				"provinceId": "330000000000", "cityId": "330100000000", "districtId": "330106000000", "address": "x"}}
		}
		quote, both, placed := order(true, "", 0), order(true, "{c},{d}", 0), order(false, "{c}", 0)
		quote.Want = map[string]string{"couponUserList.0.id": "{c}", "couponUserList.0.money": "3", "couponUserList.1.id": "{d}", "couponUserList.1.money": "10", "couponUserList.1.moneyType": "1", "couponAmount": "0", "amountReal": "10"}
		quote.Not = []string{"high"}
		both.Want = map[string]string{"couponAmount": "3.7", "amountReal": "6.3", "couponId.0": "{c}", "couponId.1": "{d}", "amountTotle": "10"}
		placed.Want, placed.Save = map[string]string{"amountReal": "7", "amountCoupons": "3"}, map[string]string{"order": "id"}
		high, low := order(true, "{e}", 0), order(false, "{e}", 20002)
		low.Has = []string{"优惠券不可用:商品满50.00元可用"}
		high.Want = map[string]string{"couponRefused.0.id": "{e}", "couponRefused.0.reason": "商品满50.00元可用", "couponAmount": "0"}
		mine := func(status, want string) apitest.Step {
			return apitest.Step{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{token}", "status": status}, Want: map[string]string{"0.id": want}}
		}
		saved := func(name, into string) []apitest.Step {
			return []apitest.Step{{Verb: "POST", Path: "discounts/fetch", Fields: fields{"token": "{token}", "id": "{" + name + "}"}},
				{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{token}"}, Save: map[string]string{into: "0.id"}}}
		}
		steps := append(append(saved("three", "c"), saved("ten", "d")...), saved("high", "e")...)
		k.Run(apitest.Scenario{Name: "order", Steps: append(steps, quote, both, high, low, order(false, "9999", 700), placed,
			mine("1", "{c}"), order(false, "{c}", 20002),
			apitest.Step{Verb: "GET", Path: "discounts/detail", Fields: fields{"id": "{three}"}, Want: map[string]string{"info.numberUsed": "1"}},
			apitest.Step{Verb: "POST", Path: "order/close", Fields: fields{"token": "{token}", "orderId": "{order}"}},
			apitest.Step{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{token}", "status": "0"}, Want: map[string]string{"2.id": "{c}", "2.status": "0", "2.dateEnd": "2026-03-05 10:00:00"}},
		)})
	})
}

// TestCouponsGoRound: gifts, cards and merging over the wire.
func TestCouponsGoRound(t *testing.T) {
	eachCoupons(t, map[string]coupon.Draft{"three": {Total: 9}, "big": {Promise: coupon.Promise{Min: 900, Max: 900}, Total: 9}}, func(t *testing.T, k *apitest.Kit) {
		cards, err := k.Coupons.MakeCards(t.Context(), mall.System(), number(t, k, "three"), 1, time.Time{})
		require.NoError(t, err)
		k.Set("number", cards[0].Number)
		k.Set("pwd", cards[0].Secret)
		post := func(path string, code int, f fields) apitest.Step {
			if f["token"] == "" {
				f["token"] = "{token}"
			}
			return apitest.Step{Verb: "POST", Path: "discounts/" + path, Fields: f, Code: code, Not: []string{`"data"`}}
		}
		newest := func(token, into string) apitest.Step {
			return apitest.Step{Verb: "GET", Path: "discounts/my", Fields: fields{"token": token}, Save: map[string]string{into: "0.id"}}
		}
		k.Run(apitest.Scenario{Name: "round", Steps: []apitest.Step{
			{Verb: "GET", Path: "discounts/merge/list", Code: 700},
			post("exchange", 700, fields{"number": "{number}", "pwd": "x"}), post("exchange", 300, fields{"number": "{number}"}),
			post("exchange", 0, fields{"number": "{number}", "pwd": "{pwd}", "extJsonStr": `{"a":"b"}`}), newest("{token}", "a"),
			post("exchange", 20002, fields{"number": "{number}", "pwd": "{pwd}", "token": "{other}"}),
			post("send", 300, fields{"id": "{a}"}), post("send", 700, fields{"id": "{a}", "uid": "999999"}), post("send", 700, fields{"id": "{a}", "mobile": "13899999999"}),
			post("send", 700, fields{"id": "{a}", "uid": "{uid}", "token": "{other}"}),
			post("send", 0, fields{"id": "{a}", "uid": "{uid}"}),
			{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{token}"}, Code: 700},
			{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{other}"}, Want: map[string]string{"0.id": "{a}", "0.source": "好友赠送"}},
			post("fetch", 0, fields{"id": "{three}", "token": "{other}"}), newest("{other}", "b"),
			{Do: func(t testing.TB, k *apitest.Kit) {
				r, err := k.Coupons.SaveMergeRule(t.Context(), mall.System(), coupon.MergeRule{Name: "二合一", Open: true,
					Inputs: []coupon.Part{{Template: number(t, k, "three"), Qty: 2}}, Outputs: []coupon.Part{{Template: number(t, k, "big"), Qty: 1}}})
				require.NoError(t, err)
				k.Set("merge", strconv.FormatInt(int64(r.ID), 10))
			}},
			{Verb: "GET", Path: "discounts/merge/list", Want: map[string]string{"0.id": "{merge}", "0.name": "二合一", "0.rules.0.type": "0", "0.rules.0.typeStr": "消耗", "0.rules.0.couponId": "{three}",
				"0.rules.0.couponName": "three", "0.rules.0.number": "2", "0.rules.1.type": "1", "0.rules.1.couponName": "big"}},
			post("merge", 300, fields{"mergeId": "{merge}", "couponIds": "{a}", "token": "{other}"}),
			post("merge", 700, fields{"mergeId": "{merge}", "couponIds": "{a},{b}"}),
			post("merge", 0, fields{"mergeId": "{merge}", "couponIds": "{a},{b}", "token": "{other}"}),
			post("merge", 20002, fields{"mergeId": "{merge}", "couponIds": "{a},{b}", "token": "{other}"}),
			{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{other}", "status": "0"}, Want: map[string]string{"0.money": "9", "0.source": "合成"}},
			{Verb: "GET", Path: "discounts/my", Fields: fields{"token": "{other}", "status": "3"}, Want: map[string]string{"0.statusStr": "已合成", "1.id": "{a}"}},
		}})
	})
}

package httpadapter_test

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/examples/mall/demo"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// shop is a shop with the demo data.
func shop(t testing.TB, store storage.Store, opts ...apitest.Option) *apitest.Kit {
	t.Helper()
	kit := apitest.New(t, store, opts...)
	require.NoError(t, demo.Fill(t.Context(), kit.Services, apitest.AppID, kit.Server.URL))
	return kit
}

// plausible are values with which most routes get past their first checks.
var plausible = apitest.Fields{
	"page": "1", "pageSize": "10", "id": "1", "goodsId": "1", "number": "1", "orderId": "1", "key": "abc", "type": "0", "mobile": "13800138000",
	"code": "1234", "picCode": "1234", "pwd": "secret1", "pwdOld": "secret1", "pwdNew": "secret2", "username": "somebody", "nick": "Ann",
	"linkMan": "Ann", "provinceId": "330000000000", "cityId": "330100000000", "districtId": "330106000000", "address": "Street 1",
	"templateId": "1", "money": "1.00", "amount": "1.00", "outTradeId": "1", "scene": "x=1", "keys": "mallName", "appid": apitest.AppID,
	"goodsJsonStr": `[{"goodsId":1,"number":1,"propertyChildIds":"","logisticsType":0}]`, "postJsonString": `{}`, "hxNumber": "123456",
	"logisticsStatus": "0", "reason": "broken", "selected": "true", "pid": "330000000000", "referrer": "1", "encryptedData": "AAAA", "iv": "AAAA",
	"levelId": "1", "userLevelPriceId": "2",
}

// bad are values that no field should be fooled by.
var bad = []string{"", "0", "-1", "1000000000000", "9223372036854775808", "abc", "undefined", "1e3", "NaN", "null", "-0.001", "1.234",
	"😀", "' OR 1=1 --", "priceUp; DROP TABLE goods", "%' ESCAPE '", "[", `[{"goodsId":`, "{}", `[{"goodsId":-1,"number":0}]`, "a\x00b", "\xff\xfe"}

// hostile are values that no field takes at all.
var hostile = []string{"a\x00b", "\xff\xfe", strings.Repeat("x", 1<<20)}

// unconfigured is the answer of a way to pay without a gateway: it names the
// setting that is missing, whatever else is sent.
func unconfigured(e apitest.Envelope) bool {
	return e.Code == -2 && strings.Contains(e.Msg, "Providers[")
}

// TestBadInput sends bad values in every field of every route, with and
// without a session: always an envelope with status 200, never an internal
// error, and never code 0 for what must not pass.
func TestBadInput(t *testing.T) {
	t.Parallel()
	t.Run("sqlite", func(t *testing.T) {
		kit := shop(t, storagetest.SQLite(t))
		badInput(t, kit, bad, counter(t, kit.Store))
	})
	t.Run("postgres", func(t *testing.T) {
		// What another database could take otherwise; nothing is counted.
		badInput(t, shop(t, storagetest.Postgres(t)), []string{"-1", "1000000000000", "9223372036854775807", "' OR 1=1 --", "%' ESCAPE '", "😀", "a\x00b"}, func() string { return "" })
	})
}

func badInput(t *testing.T, kit *apitest.Kit, bad []string, count func() string) {
	token, before := kit.Register("victim"), count()
	for _, r := range kit.Routes(mall.FaceWXAPI, "plain") {
		if r.Path == "/mall/user/loginout" {
			continue
		}
		send := func(f apitest.Fields) apitest.Envelope {
			e, err := kit.Send(r.Verb, r.Path, f)
			if strings.HasPrefix(e.Header.Get("Content-Type"), "image/") {
				return e
			}
			require.NoError(t, err, "%s %s %.200q", r.Verb, r.Path, f)
			if r.Path == "/mall/shop/goods/fav/check" && e.Code == -1 {
				return e // its word for "not in the list"
			}
			if unconfigured(e) {
				require.Equal(t, before, count(), "no gateway, but written: %s %s %.200q", r.Verb, r.Path, f)
				return e // the gateway's setting is missing here, and named
			}
			require.NotContains(t, []int{-1, -2}, e.Code, "%s %s %.200q: %s", r.Verb, r.Path, f, e.Body)
			after := count()
			waits := e.Code == 40000 || e.Code == 20000 && r.Path == "/mall/user/level/buy" // to be paid online: no refusal
			if e.Code != 0 && !waits {
				require.NotEmpty(t, e.Msg)
				require.Equal(t, before, after, "refused, but written: %s %s %.200q: %s", r.Verb, r.Path, f, e.Body)
			}
			before = after
			return e
		}
		base := apitest.Fields{"token": token}
		for _, name := range r.Fields {
			if v, ok := plausible[name]; ok {
				base[name] = v
			}
		}
		for _, name := range append(slices.Clone(r.Fields), "token") {
			f := maps.Clone(base)
			for _, v := range bad {
				f[name] = v
				e := send(f)
				if name == "token" && r.Access == "token" {
					require.Equal(t, hostileOr(v, 2000), e.Code, "%s %s token %.20q: %s", r.Verb, r.Path, v, e.Body)
				}
			}
			for _, v := range hostile {
				f[name] = v
				require.NotZero(t, send(f).Code, "%s %s %s", r.Verb, r.Path, name)
			}
			delete(f, name)
			send(f)
		}
	}
}

// counter gives the number of rows of each table, but for those that count
// tries and log logins.
func counter(t *testing.T, store storage.Store) func() string {
	t.Helper()
	return storagetest.Counts(t, store, "limits", "login_log", "verify_codes", "captchas", "order_code_tries")
}

func hostileOr(v string, code int) int {
	if slices.Contains(hostile, v) {
		return 300
	}
	return code
}

// TestTokens: without a valid session every token route answers 2000, also
// when the token is of another API or has expired.
func TestTokens(t *testing.T) {
	t.Parallel()
	kit := shop(t, storagetest.SQLite(t))
	token := kit.Register("victim")
	gone := kit.Login("victim")
	kit.Call("GET", "user/loginout", apitest.Fields{"token": gone}).OK(t)
	kit.Call("GET", "user/check-token", apitest.Fields{"token": token}).OK(t)
	kit.Clock.Advance(400 * 24 * time.Hour)
	for _, r := range kit.Routes(mall.FaceWXAPI, "plain") {
		if r.Access != "token" {
			continue
		}
		for name, v := range map[string]string{"none": "", "unknown": "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa", "logged out": gone, "expired": token} {
			kit.Call(r.Verb, r.Path, apitest.Fields{"token": v}).Want(t, 2000)
			_ = name
		}
	}
	for _, path := range []string{"/mall/nothing", "/mall", "/mall/", "/nothing", "/951/x", "/api/x", "/common/x/y", "/cms/951/nothing"} {
		kit.Call("GET", path, nil).Want(t, 404)
		kit.Call("POST", path, nil).Want(t, 404)
	}
	kit.Call("POST", "banner/list", nil).Want(t, 404)
	kit.Call("DELETE", "banner/list", nil).Want(t, 404)
}

// TestStranger asks every route that needs a session for the things of
// somebody else, by their ids: nothing of theirs may show, and nothing of
// theirs may change.
func TestStranger(t *testing.T) {
	t.Parallel()
	kit := shop(t, storagetest.SQLite(t))
	const secret = "Geheimrat"
	kit.Set("token", kit.Register("victim"))
	kit.Set("goods", strconv.FormatInt(int64(plainGoods(t, kit)), 10))
	kit.Run(apitest.Scenario{Name: "the victim shops", Steps: []apitest.Step{
		{Verb: "POST", Path: "user/modify", Fields: apitest.Fields{"token": "{token}", "nick": secret}},
		{Verb: "POST", Path: "user/shipping-address/add", Fields: with(with(orderFields(""), "linkMan", secret), "isDefault", "true")},
		{Verb: "GET", Path: "user/shipping-address/default/v2", Fields: apitest.Fields{"token": "{token}"}, Save: map[string]string{"address": "info.id"}},
		{Verb: "POST", Path: "shopping-cart/add", Fields: apitest.Fields{"token": "{token}", "goodsId": "{goods}", "number": "2"}},
		{Verb: "GET", Path: "shopping-cart/info", Fields: apitest.Fields{"token": "{token}"}, Save: map[string]string{"key": "items.0.key"}},
		{Verb: "POST", Path: "order/create", Fields: with(orderFields(""), "linkMan", secret), Save: map[string]string{"order": "id", "number": "orderNumber"}},
		{Verb: "POST", Path: "pay/wx/wxapp", Fields: apitest.Fields{"token": "{token}", "money": "3", "remark": secret}, Save: map[string]string{"prepay": "package"}},
		{Do: func(_ testing.TB, k *apitest.Kit) { k.Settle(k.Var("prepay")) }},
		{Verb: "POST", Path: "user/payLogs", Fields: apitest.Fields{"token": "{token}"}, Save: map[string]string{"payment": "0.orderNo"}},
	}})
	look := func() (all []string) {
		for path, f := range map[string]apitest.Fields{"order/detail": {"id": kit.Var("order")}, "user/shipping-address/detail/v2": {"id": kit.Var("address")},
			"shopping-cart/info": {}, "user/amount": {}, "order/statistics": {}} {
			f["token"] = kit.Var("token")
			all = append(all, stock.ReplaceAllString(kit.Call("GET", path, f).OK(t).Body, ""))
		}
		slices.Sort(all)
		return all
	}
	before, stranger := look(), kit.Register("stranger")
	for _, r := range kit.Routes(mall.FaceWXAPI, "plain") {
		if r.Access != "token" || r.Path == "/mall/user/loginout" {
			continue
		}
		for _, id := range []string{"order", "address", "number", "payment", "key"} {
			f := apitest.Fields{"token": stranger}
			for _, name := range r.Fields {
				switch name {
				case "token":
				case "id", "orderId", "key", "outTradeId", "orderNumber", "hxNumber", "orderNo":
					f[name] = kit.Var(id)
				default:
					f[name] = plausible[name]
				}
			}
			f["postJsonString"] = `{"token":"` + stranger + `","orderId":"` + kit.Var("order") + `","reputations":[{"id":"1","reputation":0,"remark":"x"}]}`
			e, err := kit.Send(r.Verb, r.Path, f)
			require.NoError(t, err)
			require.NotContains(t, e.Body, secret, "%s %s %s", r.Verb, r.Path, f)
			if unconfigured(e) {
				continue
			}
			require.NotContains(t, []int{-1, -2}, e.Code, "%s %s %s: %s", r.Verb, r.Path, f, e.Body)
		}
	}
	require.Equal(t, before, look())
}

// stock is what everybody's orders change.
var stock = regexp.MustCompile(`"stores":\d+,?`)

func with(f apitest.Fields, name, text string) apitest.Fields {
	f[name] = text
	return f
}

package httpadapter_test

import (
	"maps"
	"slices"
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
func shop(t *testing.T, store storage.Store) *apitest.Kit {
	t.Helper()
	kit := apitest.New(t, store)
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
}

// bad are values that no field should be fooled by.
var bad = []string{"", "0", "-1", "1000000000000", "9223372036854775808", "abc", "undefined", "1e3", "NaN", "null", "-0.001", "1.234",
	"😀", "' OR 1=1 --", "priceUp; DROP TABLE goods", "%' ESCAPE '", "[", `[{"goodsId":`, "{}", `[{"goodsId":-1,"number":0}]`, "a\x00b", "\xff\xfe"}

// hostile are values that no field takes at all.
var hostile = []string{"a\x00b", "\xff\xfe", strings.Repeat("x", 1<<20)}

// TestBadInput sends bad values in every field of every route, with and
// without a session: always an envelope with status 200, never an internal
// error, and never code 0 for what must not pass.
func TestBadInput(t *testing.T) {
	t.Parallel()
	kit := shop(t, storagetest.SQLite(t))
	token := kit.Register("victim")
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
			require.NotContains(t, []int{-1, -2}, e.Code, "%s %s %.200q: %s", r.Verb, r.Path, f, e.Body)
			if e.Code != 0 {
				require.NotEmpty(t, e.Msg)
			}
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

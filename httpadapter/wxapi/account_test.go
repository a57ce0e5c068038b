package wxapi_test

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/base64"
	"io"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/storage/storagetest"
)

type fields = apitest.Fields

// sealed encrypts data for the login of an openid as WeChat does.
func sealed(openid, plain string) (encrypted, iv string) {
	key, _ := base64.StdEncoding.DecodeString(apitest.SessionKey(openid))
	vector := bytes.Repeat([]byte{3}, aes.BlockSize)
	n := aes.BlockSize - len(plain)%aes.BlockSize
	data := append([]byte(plain), bytes.Repeat([]byte{byte(n)}, n)...)
	block, _ := aes.NewCipher(key)
	cipher.NewCBCEncrypter(block, vector).CryptBlocks(data, data)
	return base64.StdEncoding.EncodeToString(data), base64.StdEncoding.EncodeToString(vector)
}

func TestMiniProgramAccounts(t *testing.T) {
	t.Parallel()
	k := apitest.New(t, storagetest.SQLite(t))
	phone, iv := sealed("o1", `{"purePhoneNumber":"13812345678","watermark":{"appid":"`+apitest.AppID+`"}}`)
	profile, _ := sealed("o2", `{"openId":"o2","nickName":"安娜😀","gender":2,"watermark":{"appid":"`+apitest.AppID+`"}}`)
	foreign, _ := sealed("o1", `{"purePhoneNumber":"13812345678","watermark":{"appid":"wx-other"}}`)
	k.Run(apitest.Scenario{Name: "mini program", Steps: []apitest.Step{
		{Verb: "POST", Path: "user/wxapp/login", Fields: fields{"code": "sandbox:o1", "type": "2"}, Code: 10000, Not: []string{"data"}},
		{Verb: "POST", Path: "user/wxapp/authorize", Fields: fields{"code": "bad"}, Code: 500},
		{Verb: "POST", Path: "user/wxapp/authorize", Fields: fields{"code": "undefined"}, Code: 300},
		{Verb: "POST", Path: "user/wxapp/authorize", Fields: fields{"code": "sandbox:o1", "referrer": "undefined", "postJsonString": "{}"},
			Want: map[string]string{"openid": "o1"}, Save: map[string]string{"token": "token", "uid": "uid"}, Not: []string{"sessionKey", "session_key"}},
		{Verb: "POST", Path: "user/wxapp/login", Fields: fields{"code": "sandbox:o1", "type": "2"}, Want: map[string]string{"uid": "{uid}", "openid": "o1"}},
		{Verb: "POST", Path: "user/wxapp/register/simple", Fields: fields{"code": "sandbox:o1"}, Code: 10000},
		{Verb: "GET", Path: "user/check-referrer", Fields: fields{"referrer": "{uid}"}},
		{Verb: "GET", Path: "user/check-referrer", Fields: fields{"referrer": "999999"}, Code: 700},
		{Verb: "POST", Path: "user/wxapp/register/complex", Fields: fields{"code": "sandbox:o2", "encryptedData": phone, "iv": iv}, Code: 10002},
		{Verb: "POST", Path: "user/wxapp/register/complex", Fields: fields{"code": "sandbox:o2", "encryptedData": profile, "iv": iv, "referrer": "{uid}"}},
		{Verb: "POST", Path: "user/wxapp/login", Fields: fields{"code": "sandbox:o2"}, Save: map[string]string{"token2": "token"}},
		{Verb: "GET", Path: "user/detail", Fields: fields{"token": "{token2}"},
			Want: map[string]string{"base.nick": "安娜😀", "base.gender": "2", "base.referrer": "{uid}", "base.userId": "951"}, Not: []string{`"mobile"`, `"pwd"`}},
		{Verb: "GET", Path: "user/wxinfo", Fields: fields{"token": "{token}"}, Want: map[string]string{"uid": "{uid}", "openid": "o1"}},

		{Verb: "POST", Path: "user/wxapp/bindMobile", Fields: fields{"token": "{token}", "code": "old", "encryptedData": phone, "iv": iv}, Code: 10002},
		{Verb: "POST", Path: "user/wxapp/bindMobile", Fields: fields{"token": "{token}", "code": "sandbox:o1", "encryptedData": foreign, "iv": iv}, Code: 10002},
		{Verb: "POST", Path: "user/wxapp/bindMobile", Fields: fields{"token": "{token}", "code": "sandbox:o1", "encryptedData": phone, "iv": iv, "pwd": "secret1"}, Want: map[string]string{"": "13812345678"}},
		{Verb: "POST", Path: "user/wxapp/bindMobile/v2", Fields: fields{"token": "{token2}", "code": "sandbox-phone:13812345678"}, Code: 10000, Has: []string{"其他账号"}},
		{Verb: "POST", Path: "user/wxapp/bindMobile/v2", Fields: fields{"token": "{token2}", "code": "bad"}, Code: 10002},
		{Verb: "POST", Path: "user/wxapp/bindMobile/v2", Fields: fields{"token": "{token2}", "code": "sandbox-phone:13912345678"}, Want: map[string]string{"": "13912345678"}},
		{Verb: "POST", Path: "user/m/login", Fields: fields{"mobile": "13812345678", "pwd": "secret1", "deviceId": "", "deviceName": ""}, Want: map[string]string{"uid": "{uid}"}},
		{Verb: "GET", Path: "user/detail", Fields: fields{"token": "{token}"}, Want: map[string]string{"base.mobile": "13812345678", "base.pwd": "yes"}},

		{Verb: "POST", Path: "user/modify", Fields: fields{"token": "{token}", "nick": "A", "gender": "1", "birthday": "1999-12-31", "extJsonStr": `{"a":"1","b":2,"c":true}`}},
		{Verb: "POST", Path: "user/modify", Fields: fields{"token": "{token}", "nick": "", "city": "杭州", "avatarUrl": "undefined"}},
		{Verb: "GET", Path: "user/detail", Fields: fields{"token": "{token}"}, Not: []string{"undefined", "argon2"},
			Want: map[string]string{"base.nick": "A", "base.city": "杭州", "base.birthday": "1999-12-31", "ext.a": "1", "ext.b": "2", "ext.c": "true"}},
		{Verb: "POST", Path: "user/modify", Fields: fields{"token": "{token}", "extJsonStr": `{"a":{"b":1}}`}, Code: 300},
		{Verb: "POST", Path: "user/modify", Fields: fields{"token": "{token}", "extJsonStr": strings.Repeat("[", 10_000)}, Code: 300},
		{Verb: "POST", Path: "user/modify", Fields: fields{"token": "{token}", "nick": strings.Repeat("长", 65)}, Code: 300},

		{Verb: "GET", Path: "user/check-token", Fields: fields{"token": "{token}"}, Not: []string{"data"}},
		{Verb: "GET", Path: "user/check-token", Fields: fields{"token": "undefined"}, Code: 2000},
		{Verb: "GET", Path: "user/check-token", Fields: fields{"token": strings.Repeat("x", 5000)}, Code: 2000},
		{Verb: "GET", Path: "user/loginout", Fields: fields{"token": "{token}"}},
		{Verb: "GET", Path: "user/check-token", Fields: fields{"token": "{token}"}, Code: 2000},
		{Verb: "GET", Path: "user/detail", Fields: fields{"token": "{token}"}, Code: 2000, Not: []string{"data"}},
	}})
}

func TestCodesAndNames(t *testing.T) {
	t.Parallel()
	k := apitest.New(t, storagetest.SQLite(t))
	const mobile = "13812345678"
	save := func(name, to string) apitest.Step {
		return apitest.Step{Do: func(t testing.TB, k *apitest.Kit) {
			k.Set(name, k.Ports.Last(to))
			require.NotEmpty(t, k.Var(name))
		}}
	}
	res, err := http.Get(k.Server.URL + "/mall/verification/pic/get?key=k1")
	require.NoError(t, err)
	defer res.Body.Close()
	picture, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.Equal(t, "image/png", res.Header.Get("Content-Type"))
	require.True(t, bytes.HasPrefix(picture, []byte("\x89PNG")))
	k.Run(apitest.Scenario{Name: "codes", Steps: []apitest.Step{
		save("pic", "k1"),
		{Verb: "POST", Path: "verification/pic/check", Fields: fields{"key": "k1", "code": "{pic}"}},
		{Verb: "POST", Path: "verification/pic/check", Fields: fields{"key": "k1", "code": "{pic}"}, Code: 300},
		{Verb: "GET", Path: "verification/pic/get", Fields: fields{"key": strings.Repeat("k", 200)}, Code: 300},
		{Verb: "GET", Path: "verification/sms/get", Fields: fields{"mobile": "12"}, Code: 300},
		{Verb: "GET", Path: "verification/sms/get", Fields: fields{"mobile": mobile, "key": "k1", "picCode": "{pic}"}, Code: 300},
		{Verb: "GET", Path: "verification/sms/get", Fields: fields{"mobile": mobile, "key": "", "picCode": ""}, Not: []string{"data"}},
		save("code", mobile),
		{Verb: "POST", Path: "verification/sms/check", Fields: fields{"mobile": mobile, "code": "000"}, Code: 300},
		{Verb: "POST", Path: "verification/sms/check", Fields: fields{"mobile": mobile, "code": "{code}"}},
		{Verb: "POST", Path: "user/m/loginMobile", Fields: fields{"mobile": mobile, "code": "{code}"}, Code: 10000},
		{Verb: "POST", Path: "user/m/register", Fields: fields{"mobile": mobile, "code": "{code}", "pwd": "secret1", "autoLogin": "true", "nick": "undefined", "postJsonString": `{"x":1}`},
			Save: map[string]string{"token": "token", "uid": "uid"}},
		{Verb: "GET", Path: "user/detail", Fields: fields{"token": "{token}"}, Not: []string{"undefined"}, Want: map[string]string{"base.mobile": mobile, "base.source": "1"}},
		{Verb: "POST", Path: "user/m/loginMobile", Fields: fields{"mobile": mobile, "code": "{code}"}, Code: 300},
		{Verb: "GET", Path: "verification/sms/get", Fields: fields{"mobile": mobile}},
		save("code", mobile),
		{Verb: "POST", Path: "user/m/register", Fields: fields{"mobile": mobile, "code": "{code}", "pwd": "secret1"}, Code: 10000},
		{Verb: "POST", Path: "user/m/loginMobile", Fields: fields{"mobile": mobile, "code": "{code}"}, Want: map[string]string{"uid": "{uid}"}},
		{Verb: "GET", Path: "verification/sms/get", Fields: fields{"mobile": "13912345678"}},
		save("code", "13912345678"),
		{Verb: "POST", Path: "user/m/loginMobile", Fields: fields{"mobile": "13912345678", "code": "{code}", "autoReg": "true"}, Has: []string{"token"}},

		{Verb: "POST", Path: "user/username/register", Fields: fields{"username": "anna", "pwd": "secret1"}, Not: []string{"data"}},
		{Verb: "POST", Path: "user/username/register", Fields: fields{"username": "anna", "pwd": "secret1"}, Code: 10000},
		{Verb: "POST", Path: "user/username/register", Fields: fields{"username": "bert"}, Code: 300},
		{Verb: "POST", Path: "user/username/register", Fields: fields{"username": "bert", "pwd": "1"}, Code: 300, Has: []string{"6"}},
		{Verb: "POST", Path: "user/username/login", Fields: fields{"username": "anna", "pwd": "wrong"}, Code: 403},
		{Verb: "POST", Path: "user/username/login", Fields: fields{"username": "nobody", "pwd": "wrong"}, Code: 403, Has: []string{"用户名或密码错误"}},
		{Verb: "POST", Path: "user/username/login", Fields: fields{"username": "anna", "pwd": "secret1"}, Has: []string{"token", "uid"}},
		{Do: func(testing.TB, *apitest.Kit) { k.Clock.Advance(31 * 24 * time.Hour) }},
		{Verb: "GET", Path: "user/check-token", Fields: fields{"token": "{token}"}, Code: 2000},
	}})
}

func TestAddressBook(t *testing.T) {
	t.Parallel()
	k := apitest.New(t, storagetest.SQLite(t))
	k.Set("token", k.Register("anna"))
	k.Set("stranger", k.Register("bert"))
	with := func(f fields) fields {
		all := fields{"token": "{token}", "linkMan": "安娜", "mobile": "13812345678", "provinceId": "330000000000", "cityId": "330100000000",
			"districtId": "330106000000", "streetId": "undefined", "address": "文三路 1 号", "code": "310000", "isDefault": "true", "latitude": "30.2", "longitude": "120.1"}
		for name, v := range f {
			all[name] = v
		}
		return all
	}
	list := "user/shipping-address/list/v2"
	k.Run(apitest.Scenario{Name: "addresses", Steps: []apitest.Step{
		{Verb: "POST", Path: list, Fields: fields{"token": "{token}"}, Code: 700, Not: []string{"data"}},
		{Verb: "GET", Path: "user/shipping-address/list", Fields: fields{"token": "{token}"}, Code: 700},
		{Verb: "GET", Path: "user/shipping-address/default/v2", Fields: fields{"token": "{token}"}, Code: 700},
		{Verb: "POST", Path: "user/shipping-address/add", Fields: with(nil), Save: map[string]string{"a": "id"}},
		{Verb: "POST", Path: "user/shipping-address/add", Fields: with(fields{"extJsonStr": `{"door":"2"}`}), Save: map[string]string{"b": "id"}},
		{Verb: "POST", Path: "user/shipping-address/add", Fields: with(fields{"cityId": "110100000000"}), Code: 300},
		{Verb: "POST", Path: "user/shipping-address/add", Fields: with(fields{"linkMan": ""}), Code: 300},
		{Verb: "POST", Path: list, Fields: fields{"token": "{token}", "pageSize": "1"}, Want: map[string]string{"totalRow": "2", "totalPage": "2", "result.0.id": "{b}", "result.0.areaStr": "西湖区"}},
		{Verb: "GET", Path: "user/shipping-address/list", Fields: fields{"token": "{token}"}, Want: map[string]string{"1.id": "{a}", "1.isDefault": "false"}},
		{Verb: "POST", Path: "user/shipping-address/update", Fields: fields{"token": "{token}", "id": "{a}", "isDefault": "true"}},
		{Verb: "GET", Path: "user/shipping-address/default/v2", Fields: fields{"token": "{token}"}, Want: map[string]string{"info.id": "{a}", "info.provinceId": "330000000000"}},
		{Verb: "GET", Path: "user/shipping-address/detail/v2", Fields: fields{"token": "{token}", "id": "{b}"}, Want: map[string]string{"extJson.door": "2", "info.isDefault": "false", "info.latitude": "30.2"}},
		{Verb: "POST", Path: "user/shipping-address/update", Fields: fields{"token": "{stranger}", "id": "{a}", "linkMan": "Bert"}, Code: 700},
		{Verb: "POST", Path: "user/shipping-address/delete", Fields: fields{"token": "{stranger}", "id": "{a}"}, Code: 700},
		{Verb: "GET", Path: "user/shipping-address/detail/v2", Fields: fields{"token": "{stranger}", "id": "{a}"}, Code: 700, Not: []string{"安娜"}},
		{Verb: "POST", Path: "user/shipping-address/delete", Fields: fields{"token": "{token}", "id": "{a}"}},
		{Verb: "GET", Path: "user/shipping-address/default/v2", Fields: fields{"token": "{token}"}, Code: 700},
		{Verb: "POST", Path: "user/shipping-address/delete", Fields: fields{"token": "{token}", "id": "{a}"}, Code: 700},
	}})
}

// TestParallelLogins: twenty silent logins of one new openid are one account.
func TestParallelLogins(t *testing.T) {
	t.Parallel()
	k := apitest.New(t, storagetest.SQLite(t))
	var mu sync.Mutex
	uids := map[string]int{}
	var wg sync.WaitGroup
	for range 20 {
		wg.Go(func() {
			e, err := k.Send("POST", "user/wxapp/authorize", fields{"code": "sandbox:o1"})
			mu.Lock()
			defer mu.Unlock()
			if err != nil || e.Code != 0 {
				t.Error(err, e.Body)
			}
			uids[e.Get("uid")]++
		})
	}
	wg.Wait()
	require.Len(t, uids, 1)
}

package manager_test

import (
	"bytes"
	"context"
	"encoding/json"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/visitor"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/httpadapter/manager"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// tab is a browser with cookies.
type tab struct {
	bundle
	client *http.Client
}

func (b bundle) tab() tab {
	jar, err := cookiejar.New(nil)
	require.NoError(b.t, err)
	return tab{b, &http.Client{Jar: jar}}
}

// do sends fields as JSON, or in the query of a GET.
func (b tab) do(verb, path string, fields map[string]string) object {
	b.t.Helper()
	text, err := b.try(verb, path, fields)
	require.NoError(b.t, err)
	var o object
	require.NoError(b.t, json.Unmarshal([]byte(text), &o), text)
	return o
}

func (b tab) try(verb, path string, fields map[string]string) (string, error) {
	target, body := b.Server.URL+path, []byte(nil)
	if verb == http.MethodGet {
		vs := url.Values{}
		for k, v := range fields {
			vs.Set(k, v)
		}
		if len(vs) > 0 {
			target += "?" + vs.Encode()
		}
	} else {
		body, _ = json.Marshal(fields)
	}
	req, err := http.NewRequest(verb, target, bytes.NewReader(body))
	if err != nil {
		return "", err
	}
	req.Header.Set("Content-Type", "application/json")
	res, err := b.client.Do(req)
	if err != nil {
		return "", err
	}
	defer res.Body.Close()
	var out bytes.Buffer
	_, err = out.ReadFrom(res.Body)
	return out.String(), err
}

// answer is what the tab's picture shows.
func (b tab) answer() string {
	b.t.Helper()
	at, err := url.Parse(b.Server.URL)
	require.NoError(b.t, err)
	cookies := b.client.Jar.Cookies(at)
	require.Len(b.t, cookies, 1)
	return b.Ports.Last(visitor.Key(cookies[0].Value))
}

func TestCaptcha(t *testing.T) {
	t.Parallel()
	b := setup(t)
	page := b.tab()
	old := page.do("GET", "/users/getCaptcha", nil)
	require.Len(t, old, 1, "a bare object")
	require.True(t, strings.HasPrefix(old["img"].(string), "<svg"))
	first := page.answer()
	require.Regexp(t, `^[2-9a-hj-km-np-z]{5}$`, first)
	next := page.do("GET", "/users/refreshCaptcha", map[string]string{"v": "next"})
	require.Equal(t, []any{true, 200.0}, []any{next["state"], next["status"]})
	require.NotEqual(t, old["img"], next["img"])
	require.NotContains(t, next["img"], page.answer())
	check := func(p tab, answer string) object {
		return p.do("GET", "/users/verifyCaptcha", map[string]string{"captcha": answer})
	}
	check(page, "").says(t, 3004, false, "验证码不能为空")
	check(b.tab(), page.answer()).says(t, 3004, false, "验证码错误")
	check(page, strings.ToUpper(page.answer())).says(t, 200, true, "验证码正确")
	check(page, page.answer()).says(t, 3004, false, "验证码错误")
	page.do("GET", "/users/getCaptcha", nil)
	check(page, "wrong").says(t, 3004, false, "验证码错误")
	check(page, page.answer()).says(t, 3004, false, "验证码错误")
	page.do("GET", "/users/getCaptcha", nil)
	b.Clock.Advance(5 * time.Minute)
	check(page, page.answer()).says(t, 3004, false, "验证码错误")

	res, err := b.Server.Client().Get(b.Server.URL + "/users/getCaptcha")
	require.NoError(t, err)
	defer res.Body.Close()
	c := res.Cookies()[0]
	require.True(t, c.HttpOnly && c.SameSite == http.SameSiteLaxMode && c.Path == "/" && c.Expires.IsZero())
	require.False(t, c.Secure, "the test's address is plain")
	require.Empty(t, storagetest.Grep(t, b.Store, c.Value), "the cookie is not in the database")
	for _, bad := range []string{"x", strings.Repeat("a", 5000), `"; Path=/`} {
		text := b.plain("GET", "/users/verifyCaptcha", url.Values{"captcha": {"12345"}}, "Cookie", "mall_visitor="+bad)
		require.Contains(t, text, "3004")
	}
}

func TestCaptchaRequired(t *testing.T) {
	t.Parallel()
	b := setup(t, func(_ *httpadapter.Ports, _ *httpadapter.Config, c *httpadapter.AdapterConfig) {
		c.Manager = manager.Config{CaptchaRequired: true, Public: "https://shop.example"}
	})
	res, err := b.Server.Client().Get(b.Server.URL + "/users/getCaptcha")
	require.NoError(t, err)
	defer res.Body.Close()
	cookie := res.Cookies()[0]
	require.True(t, cookie.Secure)
	ask := func(verb, path string, fields url.Values) object {
		t.Helper()
		var o object
		require.NoError(t, json.Unmarshal([]byte(b.plain(verb, path, fields, "Cookie", cookie.Name+"="+cookie.Value)), &o))
		return o
	}
	answer := func() string {
		ask("GET", "/users/getCaptcha", nil)
		return b.Ports.Last(visitor.Key(cookie.Value))
	}
	good := url.Values{"username": {"admin"}, "password": {"Admin123#"}}
	ask("POST", "/users/login", good).says(t, 3004, false, "验证码不能为空")
	ask("GET", "/users/verifyCaptcha", url.Values{"captcha": {answer()}}).says(t, 200, true, "验证码正确")
	ask("POST", "/users/login", url.Values{"username": {"admin"}, "password": {"x"}}).says(t, 0, false, "用户名或者密码错误")
	ask("POST", "/users/login", good).says(t, 3004, false, "验证码不能为空")
	good.Set("captcha", answer())
	ask("POST", "/users/login", good).says(t, 1, true, "登入成功")
	good.Set("captcha", "wrong")
	ask("POST", "/users/login", good).says(t, 3004, false, "验证码错误")
	ask("GET", "/users/verifyCaptcha", url.Values{"captcha": {answer()}}).says(t, 200, true, "验证码正确")
	b.Clock.Advance(5 * time.Minute)
	good.Del("captcha")
	ask("POST", "/users/login", good).says(t, 3004, false, "验证码不能为空")
}

func TestSMS(t *testing.T) {
	t.Parallel()
	b := setup(t)
	const mobile = "13812345678"
	_, err := b.Auth.Create(t.Context(), mall.System(), auth.NewAccount{
		Registration: auth.Registration{Username: "lbw4", Password: "Admin123#", Nick: "开哥永不开挂", Mobile: mobile}, Role: auth.RoleStaff})
	require.NoError(t, err)
	page, other := b.tab(), b.tab()
	send := func(p tab, number string) object {
		return p.do("POST", "/sms/send", map[string]string{"phoneNumber": number})
	}
	login := func(p tab, fields map[string]string) object { return p.do("POST", "/users/login?type=sms", fields) }
	for _, bad := range []string{"", "undefined", "123", "1381234567x", "ann@example.com", "12812345678"} {
		send(page, bad).says(t, 3004, false, "请输入手机号")
	}
	login(page, map[string]string{"code": "12345"}).says(t, 10027, false, "先点击发送验证码")
	send(page, mobile).says(t, 200, true, "OK")
	code := b.Ports.Last(mobile)
	require.Regexp(t, `^\d{5}$`, code)
	require.Empty(t, storagetest.Grep(t, b.Store, code))
	for _, bad := range []string{"", "1234", "123456"} {
		login(page, map[string]string{"code": bad}).says(t, 10025, false, "请传入5位验证码")
	}
	wrong := "11111"
	if code == wrong {
		wrong = "22222"
	}
	login(page, map[string]string{"code": wrong}).says(t, 10026, false, "验证码不正确")
	login(other, map[string]string{"code": code}).says(t, 10027, false, "先点击发送验证码")
	o := login(page, map[string]string{"code": code}).says(t, 1, true, "登入成功")
	require.Equal(t, mobile, o["userInfo"].(map[string]any)["phone"])
	b.get("/permission/getMenuList", "authorization", o["token"].(string)).says(t, 200, true, "success")
	login(page, map[string]string{"code": code}).says(t, 10027, false, "先点击发送验证码")
	login(other, map[string]string{"code": code, "phoneNumber": mobile}).says(t, 10026, false, "验证码不正确")

	// Without cookies, by the number; and a number that nobody has.
	send(other, mobile).says(t, 200, true, "OK")
	login(b.tab(), map[string]string{"code": b.Ports.Last(mobile), "phoneNumber": mobile}).says(t, 1, true, "登入成功")
	send(other, "13900000000").says(t, 200, true, "OK")
	login(other, map[string]string{"code": b.Ports.Last("13900000000"), "phone": "13900000000"}).says(t, 0, false, "这个手机号没有注册")

	// Good for an hour, void when a newer one came.
	send(page, mobile).says(t, 200, true, "OK")
	b.Clock.Advance(time.Hour - time.Second)
	old := b.Ports.Last(mobile)
	send(page, mobile).says(t, 200, true, "OK")
	if fresh := b.Ports.Last(mobile); fresh != old {
		login(page, map[string]string{"code": old, "phoneNumber": mobile}).says(t, 10026, false, "验证码不正确")
	}
	b.Clock.Advance(time.Hour)
	login(page, map[string]string{"code": b.Ports.Last(mobile), "phoneNumber": mobile}).says(t, 10026, false, "验证码不正确")
}

// TestSMSBehindPicture: where the shop asks for a picture before a message,
// it is the browser's.
func TestSMSBehindPicture(t *testing.T) {
	t.Parallel()
	b := setup(t, func(_ *httpadapter.Ports, c *httpadapter.Config, _ *httpadapter.AdapterConfig) {
		c.Verify.NeedPicture = func(context.Context, mall.Face) (bool, error) { return true, nil }
	})
	page := b.tab()
	send := func(captcha string) object {
		return page.do("POST", "/sms/send", map[string]string{"phoneNumber": "13812345678", "captcha": captcha})
	}
	send("").says(t, 3004, false, "验证码不能为空")
	page.do("GET", "/users/getCaptcha", nil)
	answer := page.answer()
	send("wrong").says(t, 3004, false, "验证码错误")
	send(answer).says(t, 3004, false, "验证码错误")
	require.Empty(t, b.Ports.Last("13812345678"))
	page.do("GET", "/users/getCaptcha", nil)
	send(page.answer()).says(t, 200, true, "OK")
	require.NotEmpty(t, b.Ports.Last("13812345678"))
}

// TestSMSRaces: a code lets one in, however many come with it at once, and of
// eleven sends at once ten go out.
func TestSMSRaces(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		b := bundle{apitest.New(t, store), t}
		const mobile = "13812345678"
		_, err := b.Auth.Create(t.Context(), mall.System(), auth.NewAccount{Registration: auth.Registration{Username: "anna", Password: "Admin123#", Mobile: mobile}})
		require.NoError(t, err)
		page := b.tab()
		crowd := func(n int, verb, path string, fields map[string]string, with string) int64 {
			t.Helper()
			var won atomic.Int64
			var wg sync.WaitGroup
			for range n {
				wg.Go(func() {
					text, err := page.try(verb, path, fields)
					if err != nil {
						t.Error(err)
					}
					if strings.Contains(text, with) {
						won.Add(1)
					}
				})
			}
			wg.Wait()
			return won.Load()
		}
		send := map[string]string{"phoneNumber": mobile}
		page.do("POST", "/sms/send", send).says(t, 200, true, "OK")
		code := map[string]string{"code": b.Ports.Last(mobile), "phoneNumber": mobile}
		require.Equal(t, int64(1), crowd(20, "POST", "/users/login?type=sms", code, `"登入成功"`))
		require.Equal(t, int64(9), crowd(10, "POST", "/sms/send", send, `"OK"`), "ten a day with the first")
		b.Clock.Advance(24 * time.Hour)
		require.Equal(t, int64(10), crowd(11, "POST", "/sms/send", send, `"OK"`))
		page.do("POST", "/sms/send", send).says(t, 4003, false, "该手机号今日获取验证码次数已达上限")
	})
}

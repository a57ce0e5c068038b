package httpadapter_test

import (
	"bytes"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/token"
	"github.com/gomall-dev/mall/cms/file"
	"github.com/gomall-dev/mall/httpadapter"
	"github.com/gomall-dev/mall/httpadapter/apitest"
	"github.com/gomall-dev/mall/storage/storagetest"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	kit := apitest.New(t, storagetest.SQLite(t))
	for _, sub := range []string{"a", "Mall", "api", "common", "cms", "files", "notify", "jdvop", "upload2", "users", "x/y", "{x}", strings.Repeat("a", 33)} {
		_, err := httpadapter.New(kit.Services, httpadapter.AdapterConfig{Subdomain: sub})
		require.ErrorIs(t, err, mall.ErrInvalid, sub)
	}
	_, err := httpadapter.New(kit.Services, httpadapter.AdapterConfig{CORS: map[mall.Face]httpadapter.CORS{mall.FaceWXAPI: {Origins: []string{"*"}, Credentials: true}}})
	require.ErrorContains(t, err, "credentials")
	_, err = httpadapter.New(kit.Services, httpadapter.AdapterConfig{Enable: []mall.Face{"soap"}})
	require.ErrorContains(t, err, "soap")
	_, err = httpadapter.New(nil, httpadapter.AdapterConfig{})
	require.Error(t, err)
	_, err = httpadapter.Assemble(nil, httpadapter.Ports{}, httpadapter.Config{})
	require.Error(t, err)
	_, err = httpadapter.New(kit.Services, httpadapter.AdapterConfig{Enable: []mall.Face{mall.FaceManager}})
	require.ErrorContains(t, err, "Keys", "there is no default key")
	none, err := httpadapter.New(kit.Services, httpadapter.AdapterConfig{Enable: []mall.Face{mall.FaceManager}, ManagerKeys: []token.Key{{ID: "k", Secret: bytes.Repeat([]byte("k"), token.MinSecret)}}})
	require.NoError(t, err)
	for _, r := range none.Routes() {
		require.NotEqual(t, string(mall.FaceWXAPI), r.Face)
	}
}

// TestPortsMissing: a shop without any outside party works, and says which
// setting is missing where one is needed.
func TestPortsMissing(t *testing.T) {
	t.Parallel()
	kit := apitest.New(t, storagetest.SQLite(t), func(p *httpadapter.Ports, _ *httpadapter.Config, _ *httpadapter.AdapterConfig) {
		*p = httpadapter.Ports{}
	})
	token := kit.Register("ann")
	require.NoError(t, kit.Sweep(t.Context()))
	for _, c := range []struct {
		verb, path string
		f          apitest.Fields
	}{
		{"POST", "user/wxapp/login", apitest.Fields{"code": "x", "type": "2"}},
		{"GET", "verification/sms/get", apitest.Fields{"mobile": "13800138000"}},
		{"POST", "pay/wx/wxapp", apitest.Fields{"token": token, "money": "1"}},
		{"POST", "qrcode/wxa/unlimit", apitest.Fields{"scene": "x"}},
	} {
		e := kit.Call(c.verb, c.path, c.f)
		require.Equal(t, -2, e.Code, "%s: %s", c.path, e.Body)
	}
}

func TestFilesAndNotices(t *testing.T) {
	t.Parallel()
	kit := apitest.New(t, storagetest.SQLite(t))
	get := func(verb, target string) (*http.Response, string) {
		req, err := http.NewRequest(verb, target, nil)
		require.NoError(t, err)
		res, err := kit.Server.Client().Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		b, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		return res, string(b)
	}
	png := apitest.PNG()
	f, err := kit.Files.Put(t.Context(), mall.System(), bytes.NewReader(png), "a.png", file.Options{})
	require.NoError(t, err)
	res, body := get("GET", f.URL)
	require.Equal(t, string(png), body)
	require.Equal(t, "image/png", res.Header.Get("Content-Type"))
	require.Equal(t, "nosniff", res.Header.Get("X-Content-Type-Options"))
	require.Contains(t, res.Header.Get("Cache-Control"), "immutable")
	require.Empty(t, res.Header.Get("Content-Disposition"))
	for _, target := range []string{"/files/none.png", "/files/..%2f..%2fetc%2fpasswd", "/files/", "/files"} {
		res, _ = get("GET", kit.Server.URL+target)
		require.Contains(t, []int{404, 200}, res.StatusCode, target) // 200: an envelope with code 404
		require.NotContains(t, res.Header.Get("Cache-Control"), "immutable")
	}
	res, _ = get("POST", kit.Server.URL+"/notify/nobody")
	require.Equal(t, 404, res.StatusCode)
	res, _ = get("GET", kit.Server.URL+"/notify/nobody")
	require.Equal(t, 405, res.StatusCode)

	token := kit.Register("ann")
	for _, path := range []string{"/mall/dfs/upload/file", "/mall/upload2", "/upload2", "/api/mall/dfs/upload/file"} {
		var b bytes.Buffer
		mw := multipart.NewWriter(&b)
		part, err := mw.CreateFormFile("upfile", "photo.png")
		require.NoError(t, err)
		_, _ = part.Write(png)
		require.NoError(t, mw.WriteField("token", token))
		require.NoError(t, mw.Close())
		req := httptest.NewRequest("POST", kit.Server.URL+path, &b)
		req.RequestURI = ""
		req.Header.Set("Content-Type", mw.FormDataContentType())
		e, err := kit.Do(req)
		require.NoError(t, err, path)
		res, body := get("GET", e.OK(t).Get("url"))
		require.Equal(t, 200, res.StatusCode)
		require.Equal(t, string(png), body)
	}
}

func TestGeneralLimits(t *testing.T) {
	t.Parallel()
	kit := apitest.New(t, storagetest.SQLite(t), func(_ *httpadapter.Ports, _ *httpadapter.Config, c *httpadapter.AdapterConfig) {
		c.PerAddr = httpadapter.Rate{PerSecond: 0.001, Burst: 3}
		c.CORS = map[mall.Face]httpadapter.CORS{mall.FaceWXAPI: {Origins: []string{"https://h5.example"}}}
	})
	req, err := http.NewRequest("OPTIONS", kit.Server.URL+"/mall/banner/list", nil)
	require.NoError(t, err)
	req.Header.Set("Origin", "https://h5.example")
	req.Header.Set("Access-Control-Request-Method", "GET")
	res, err := kit.Server.Client().Do(req)
	require.NoError(t, err)
	_ = res.Body.Close()
	require.Equal(t, 204, res.StatusCode)
	require.Equal(t, "https://h5.example", res.Header.Get("Access-Control-Allow-Origin"))
	for range 3 {
		kit.Call("GET", "site/statistics", nil).OK(t)
	}
	require.NotZero(t, kit.Call("GET", "site/statistics", nil).Code)
}

// TestHosts: the same routes are found under every form of the tenant.
func TestHosts(t *testing.T) {
	t.Parallel()
	kit := apitest.New(t, storagetest.SQLite(t))
	for _, prefix := range []string{"/mall", "/951", "/api/mall", "/common/mall", "/cms/mall", "/api/951", "/common/951", "/cms/951", "//mall/", "//common///mall"} {
		kit.Call("GET", prefix+"/site/statistics", nil).OK(t)
		kit.Call("GET", prefix+"/shop/goods/kanjia/set/v2", nil).Want(t, 700)
	}
	for _, path := range []string{"/jdvop/951/goods/v2/list", "/jdvop/mall/goods/v2/list"} {
		kit.Call("POST", path, nil).Want(t, 700)
	}
	for _, path := range []string{"//subdomain/appid/wxapp", "/subdomain/appid/wxapp", "/common/subdomain/appid/wxapp"} {
		require.Equal(t, "mall", kit.Call("GET", path, apitest.Fields{"appid": apitest.AppID}).OK(t).Get(""))
	}
}

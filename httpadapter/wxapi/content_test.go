package wxapi

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/png"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth/wechat"
	"github.com/gomall-dev/mall/catalog/geo"
	"github.com/gomall-dev/mall/cms"
	"github.com/gomall-dev/mall/cms/file"
	"github.com/gomall-dev/mall/cms/qrcode"
	"github.com/gomall-dev/mall/cms/site"
	"github.com/gomall-dev/mall/httpadapter/endpoint"
	"github.com/gomall-dev/mall/storage"
	"github.com/gomall-dev/mall/storage/storagetest"
)

// signedIn is the dialect with account 7 behind the token "t7".
type signedIn struct{ dialect }

func (signedIn) Who(_ context.Context, _ *http.Request, f endpoint.Fields, addr string) (mall.Actor, error) {
	who := mall.Actor{Face: mall.FaceWXAPI, Addr: addr}
	switch f.Get("token") {
	case "":
	case "t7":
		who.Account = 7
	default:
		return who, mall.ErrUnauthenticated
	}
	return who, nil
}

// pagesOf is a WeChat that knows one page and draws QR codes.
type pagesOf struct{ wechat.Client }

func (pagesOf) WXACode(_ context.Context, _ string, c wechat.WXACode) ([]byte, error) {
	if c.CheckPath && c.Page != "pages/index/index" {
		return nil, wechat.ErrPage
	}
	return qrcode.Draw(c.Scene, c.Width)
}

// contentSite is the API with the content rooms alone.
type contentSite struct {
	*api
	mux http.Handler
}

func setupContent(t *testing.T, store storage.Store) *contentSite {
	t.Helper()
	a := &api{Deps: Deps{Regions: geo.Default()}, cfg: Config{Subdomain: "mall", MerchantID: 951}, now: mall.Clock(nil)}
	blobs, err := file.OpenDir(t.TempDir())
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, blobs.Close()) })
	a.Files, err = file.New(file.Deps{Repo: store.Files(), Tx: store, Blobs: blobs}, file.Config{Public: "http://shop.example/files/", MaxImage: 100_000})
	require.NoError(t, err)
	a.Site, err = site.New(site.Deps{Repo: store.Site(), Documents: store.Documents(), Limits: store.Limits(), Tx: store, Usage: a.Files}, site.Config{AppIDs: []string{"wx1"}})
	require.NoError(t, err)
	a.Content, err = cms.New(cms.Deps{Repo: store.Content(), Articles: store.Articles(), Tx: store}, cms.Config{})
	require.NoError(t, err)
	a.QR, err = qrcode.New(qrcode.Deps{Files: a.Files}, qrcode.Config{WeChat: pagesOf{}})
	require.NoError(t, err)
	mux := endpoint.NewMux(endpoint.Options{})
	require.NoError(t, mux.Mount(endpoint.Place{Dialect: signedIn{}, Prefix: "/mall", Name: string(formPlain)}, a.tenant()...))
	require.NoError(t, mux.Mount(endpoint.Place{Dialect: signedIn{}, Prefix: "/cms/951", Name: string(formCMS)}, a.tenant()...))
	require.NoError(t, mux.Mount(endpoint.Place{Dialect: signedIn{}, Name: string(formRoot)}, a.root()...))
	return &contentSite{a, mux}
}

// reply is an envelope as a client sees it.
type reply struct {
	Code int             `json:"code"`
	Msg  string          `json:"msg"`
	Data json.RawMessage `json:"data"`
}

func (c *contentSite) do(t *testing.T, r *http.Request) reply {
	t.Helper()
	w := httptest.NewRecorder()
	c.mux.ServeHTTP(w, r)
	require.Equal(t, http.StatusOK, w.Code, w.Body.String())
	var re reply
	require.NoError(t, json.Unmarshal(w.Body.Bytes(), &re), w.Body.String())
	require.NotEmpty(t, re.Msg)
	return re
}

func (c *contentSite) get(t *testing.T, target string) reply {
	t.Helper()
	return c.do(t, httptest.NewRequest(http.MethodGet, target, nil))
}

func (c *contentSite) post(t *testing.T, target string, fields url.Values) reply {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, target, strings.NewReader(fields.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	return c.do(t, r)
}

func (c *contentSite) upload(t *testing.T, target, name string, body []byte, fields url.Values) reply {
	t.Helper()
	var b bytes.Buffer
	m := multipart.NewWriter(&b)
	for k := range fields {
		require.NoError(t, m.WriteField(k, fields.Get(k)))
	}
	part, err := m.CreateFormFile("upfile", name)
	require.NoError(t, err)
	_, err = part.Write(body)
	require.NoError(t, err)
	require.NoError(t, m.Close())
	r := httptest.NewRequest(http.MethodPost, target, &b)
	r.Header.Set("Content-Type", m.FormDataContentType())
	return c.do(t, r)
}

func TestSettingsOnTheWire(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		c := setupContent(t, store)
		none := c.get(t, "/mall/config/values?keys=mallName,x")
		require.Equal(t, 700, none.Code)
		require.Nil(t, none.Data)
		require.NoError(t, c.Site.Init(t.Context(), mall.System(),
			site.Setting{Key: "mallName", Value: `茶"馆`, Remark: "r", Access: site.Public},
			site.Setting{Key: "shopMod", Value: "0", Access: site.Public},
			site.Setting{Key: "inner", Value: "not-for-you"},
			site.Setting{Key: "wxpayKey", Value: "not-for-you", Access: site.Secret}))
		require.JSONEq(t, `"茶\"馆"`, string(c.get(t, "/mall/config/value?key=mallName").Data))
		for _, key := range []string{"inner", "wxpayKey", "none", "undefined", "%27%20OR%201%3D1"} {
			re := c.get(t, "/mall/config/value?key="+key)
			require.NotZero(t, re.Code, key)
			require.Nil(t, re.Data)
		}
		re := c.get(t, "/mall/config/values?keys=shopMod,inner,wxpayKey,none,mallName,shopMod,")
		require.Zero(t, re.Code)
		require.NotContains(t, string(re.Data), "not-for-you")
		var rows []map[string]any
		require.NoError(t, json.Unmarshal(re.Data, &rows))
		require.Len(t, rows, 2)
		require.Equal(t, "0", rows[0]["value"])
		require.Equal(t, "mallName", rows[1]["key"])
		require.Equal(t, 300, c.get(t, "/mall/config/values?keys="+strings.Repeat("k,", 500)).Code)
		require.Equal(t, 300, c.get(t, "/mall/config/values").Code)
	})
}

func TestBannersOnTheWire(t *testing.T) {
	t.Parallel()
	c := setupContent(t, storagetest.SQLite(t))
	require.Equal(t, 700, c.get(t, "/mall/banner/list?type=index").Code)
	for _, b := range []*cms.Banner{
		{Type: "index", Title: "a", Picture: "http://x/p.png", Link: "pages/index", LinkType: 1, AppID: "wx9", Visibility: cms.Visibility{Shown: true, Sort: 2}},
		{Type: "app", Picture: "http://x/q.png", Visibility: cms.Visibility{Shown: true, Sort: 1}},
		{Type: "index", Picture: "http://x/hidden.png"},
	} {
		require.NoError(t, c.Content.SaveBanner(t.Context(), mall.System(), b))
	}
	re := c.get(t, "/mall/banner/list?type=index")
	var rows []map[string]any
	require.NoError(t, json.Unmarshal(re.Data, &rows))
	require.Len(t, rows, 1)
	for k, want := range map[string]any{"picUrl": "http://x/p.png", "linkUrl": "pages/index", "linkType": 1.0, "appid": "wx9", "status": 0.0, "paixu": 2.0, "userId": 951.0, "type": "index", "businessId": 0.0} {
		require.Equal(t, want, rows[0][k], k)
	}
	require.Regexp(t, `^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$`, rows[0]["dateAdd"])
	require.NoError(t, json.Unmarshal(c.get(t, "/mall/banner/list?type=undefined").Data, &rows))
	require.Len(t, rows, 2)
}

func TestNoticesOnTheWire(t *testing.T) {
	t.Parallel()
	c := setupContent(t, storagetest.SQLite(t))
	require.Equal(t, 700, c.get(t, "/mall/notice/last-one").Code)
	require.Equal(t, 700, c.post(t, "/mall/notice/list", nil).Code)
	var ids []mall.ID
	for _, n := range []*cms.Notice{
		{Title: "one", Content: "<p>1</p>", Visibility: cms.Visibility{Shown: true}},
		{Title: "two", Content: "<p>2</p>", Visibility: cms.Visibility{Shown: true}},
		{Title: "mine", Account: 7, Visibility: cms.Visibility{Shown: true}},
		{Title: "later", Visibility: cms.Visibility{Shown: true, From: time.Now().Add(time.Hour)}},
	} {
		require.NoError(t, c.Content.SaveNotice(t.Context(), mall.System(), n))
		ids = append(ids, n.ID)
	}
	require.Contains(t, string(c.get(t, "/mall/notice/last-one?type=").Data), `"title":"two"`)
	re := c.post(t, "/mall/notice/list", url.Values{"page": {"1"}, "pageSize": {"1"}})
	var list struct {
		DataList            []map[string]any
		TotalRow, TotalPage int
	}
	require.NoError(t, json.Unmarshal(re.Data, &list))
	require.Equal(t, 2, list.TotalRow)
	require.Equal(t, 2, list.TotalPage)
	require.Equal(t, "two", list.DataList[0]["title"])
	require.NotContains(t, list.DataList[0], "content")
	require.Equal(t, 700, c.post(t, "/mall/notice/list", url.Values{"page": {"3"}, "pageSize": {"1"}}).Code)
	require.Contains(t, string(c.get(t, "/mall/notice/detail?id=1").Data), `"content":"<p>1</p>"`)
	for _, id := range ids[2:] {
		require.Equal(t, 700, c.get(t, "/mall/notice/detail?id="+json.Number(jsonOf(t, id)).String()).Code)
	}
	for _, id := range []string{"", "0", "-1", "x", "1e3", "99999999999999999999", "undefined"} {
		require.NotZero(t, c.get(t, "/mall/notice/detail?id="+id).Code, id)
	}
}

func TestArticlesOnTheWire(t *testing.T) {
	t.Parallel()
	c := setupContent(t, storagetest.SQLite(t))
	require.Equal(t, 700, c.get(t, "/mall/cms/category/list").Code)
	require.Equal(t, 700, c.post(t, "/mall/cms/news/list", nil).Code)
	help := &cms.Category{Name: "帮助", Type: "faq", Icon: "http://x/i.png", Visibility: cms.Visibility{Shown: true}}
	require.NoError(t, c.Content.SaveCategory(t.Context(), mall.System(), help))
	for i, art := range []*cms.Article{
		{Category: help.ID, Title: "one", Summary: "s", Content: "<p>1</p>", Visibility: cms.Visibility{Shown: true}},
		{Title: "two", Recommended: true, Visibility: cms.Visibility{Shown: true}},
		{Title: "later", Visibility: cms.Visibility{Shown: true, From: time.Now().Add(time.Hour)}},
	} {
		require.NoError(t, c.Content.SaveArticle(t.Context(), mall.System(), art))
		require.EqualValues(t, i+1, art.ID)
	}
	require.Contains(t, string(c.get(t, "/mall/cms/category/list").Data), `"name":"帮助"`)
	require.Contains(t, string(c.get(t, "/mall/cms/category/info?id=1").Data), `"icon":"http://x/i.png"`)
	var rows []map[string]any
	require.NoError(t, json.Unmarshal(c.post(t, "/mall/cms/news/list", url.Values{"page": {"1"}}).Data, &rows))
	require.Len(t, rows, 2)
	require.NotContains(t, rows[0], "content")
	var list struct {
		Result              []map[string]any
		TotalRow, TotalPage int
	}
	for _, at := range []string{"/mall", "/cms/951"} {
		require.NoError(t, json.Unmarshal(c.post(t, at+"/cms/news/list/v2", url.Values{"categoryId": {"1"}, "pageSize": {"1"}}).Data, &list))
		require.Equal(t, []any{1, 1, "one"}, []any{list.TotalRow, list.TotalPage, list.Result[0]["title"]})
	}
	for _, p := range []url.Values{{"k": {"w"}}, {"isRecommend": {"true"}}, {"titleLike": {"TWO"}}, {"id": {"2"}}, {"orderBy": {"addedDown"}, "pageSize": {"1"}}} {
		require.NoError(t, json.Unmarshal(c.post(t, "/mall/cms/news/list/v2", p).Data, &list))
		require.Equal(t, "two", list.Result[0]["title"], p)
		require.Len(t, list.Result, 1)
	}
	require.Contains(t, string(c.get(t, "/mall/site/statistics").Data), `"numbers":2`)
	// The older host and the newer one print the same: the text stands in info.
	for _, at := range []string{"/mall", "/cms/951"} {
		var detail struct{ Info map[string]any }
		require.NoError(t, json.Unmarshal(c.get(t, at+"/cms/news/detail/v2?id=1").Data, &detail))
		require.Equal(t, "<p>1</p>", detail.Info["content"])
		require.Equal(t, "s", detail.Info["descript"])
	}
	for _, id := range []string{"3", "4"} {
		require.Equal(t, 700, c.get(t, "/mall/cms/news/detail/v2?id="+id).Code)
	}
	for _, id := range []string{"", "0", "-1", "x", "undefined", "99999999999999999999"} {
		require.NotZero(t, c.get(t, "/mall/cms/news/detail/v2?id="+id).Code, id)
		require.NotZero(t, c.get(t, "/mall/cms/category/info?id="+id).Code, id)
	}
	require.NotZero(t, c.post(t, "/mall/cms/news/list", url.Values{"dateAddBegin": {"yesterday"}}).Code)
}

func jsonOf(t *testing.T, v any) string {
	t.Helper()
	b, err := json.Marshal(v)
	require.NoError(t, err)
	return string(b)
}

func TestRegionsOnTheWire(t *testing.T) {
	t.Parallel()
	c := setupContent(t, storagetest.SQLite(t))
	for _, p := range []string{"/common/region/v2/province", "/mall/region/province"} {
		var rows []map[string]any
		require.NoError(t, json.Unmarshal(c.get(t, p).Data, &rows))
		require.Len(t, rows, 34)
		require.NotContains(t, rows[0], "pid")
	}
	for _, p := range []string{"/common/region/v2/child", "/mall/region/child"} {
		var rows []map[string]any
		require.NoError(t, json.Unmarshal(c.get(t, p+"?pid=330100000000").Data, &rows))
		require.Contains(t, rows, map[string]any{"id": "330106000000", "name": "西湖区", "level": 3.0, "pid": "330100000000",
			"firstLetter": "X", "jianpin": "xhq", "pinyin": "xihuqu", "nameEn": "Xihuqu"})
		for _, pid := range []string{"330106000000", "999999999999", "x", "33%00", "undefined"} {
			re := c.get(t, p+"?pid="+pid)
			require.NotZero(t, re.Code, pid)
			require.Nil(t, re.Data)
		}
	}
	w := httptest.NewRecorder()
	c.mux.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/mall/region/province", nil))
	r := httptest.NewRequest(http.MethodGet, "/mall/region/province", nil)
	r.Header.Set("If-None-Match", w.Header().Get("ETag"))
	again := httptest.NewRecorder()
	c.mux.ServeHTTP(again, r)
	require.Equal(t, http.StatusNotModified, again.Code)
}

func TestSiteOnTheWire(t *testing.T) {
	t.Parallel()
	c := setupContent(t, storagetest.SQLite(t))
	require.JSONEq(t, `"mall"`, string(c.get(t, "/subdomain/appid/wxapp?appid=wx1").Data))
	require.JSONEq(t, `"mall"`, string(c.get(t, "/common/subdomain/appid/wxapp?appid=wx1").Data))
	require.Equal(t, 700, c.get(t, "/subdomain/appid/wxapp?appid=wx2").Code)
	require.Equal(t, 300, c.get(t, "/subdomain/appid/wxapp").Code)
	require.JSONEq(t, `{"dfs":{"id":1,"capacity":0,"capacityStr":"0 B","capacityLeft":0,"capacityLeftStr":"0 B","count":0,"isFixed":false},
		"wxAppid":"wx1","cmsArticle":{"numbers":0,"comments":0,"fav":0,"views":0}}`, string(c.get(t, "/mall/site/statistics").Data))
	require.Equal(t, 700, c.get(t, "/mall/site/adPosition/info?key=indexPop").Code)
	require.NoError(t, c.Site.PutAd(t.Context(), mall.System(), site.AdPosition{Key: "indexPop", Picture: "http://x/p.png", Link: "pages/a", Shown: true}))
	require.JSONEq(t, `{"key":"indexPop","val":"http://x/p.png","url":"pages/a"}`, string(c.get(t, "/mall/site/adPosition/info?key=indexPop").Data))
	require.Equal(t, "1.5 KB", byteText(1536))
	require.Equal(t, "2.0 TB", byteText(2<<40))
}

func somePNG(t *testing.T) []byte {
	t.Helper()
	var b bytes.Buffer
	require.NoError(t, png.Encode(&b, image.NewGray(image.Rect(0, 0, 4, 4))))
	return b.Bytes()
}

func TestUploadsOnTheWire(t *testing.T) {
	t.Parallel()
	storagetest.Each(t, func(t *testing.T, store storage.Store) {
		c, body := setupContent(t, store), somePNG(t)
		token := url.Values{"token": {"t7"}, "expireHours": {"undefined"}, "subDomain": {"mall"}}
		for _, path := range []string{"/mall/dfs/upload/file", "/mall/upload2", "/upload2"} {
			re := c.upload(t, path, "../我.png", body, token)
			require.Zero(t, re.Code, re.Msg)
			var out fileOut
			require.NoError(t, json.Unmarshal(re.Data, &out))
			require.Equal(t, "png", out.Type)
			require.Equal(t, int64(len(body)), out.Size)
			require.Equal(t, "我.png", out.OriginalName)
			require.Equal(t, "http://shop.example/files/"+out.Name, out.URL)
			f, r, err := c.Files.Open(t.Context(), out.Name)
			require.NoError(t, err)
			require.NoError(t, r.Close())
			require.Equal(t, mall.ID(7), f.Owner)
		}
		re := c.upload(t, "/upload2", "a.png", body, url.Values{"token": {"t7"}, "expireHours": {"2"}})
		require.Zero(t, re.Code)
		for name, u := range map[string]struct {
			body []byte
			form url.Values
			code int
		}{
			"no token":      {body, url.Values{}, 2000},
			"wrong token":   {body, url.Values{"token": {"x"}}, 2000},
			"markup":        {[]byte("<svg onload=alert(1)>"), token, 300},
			"empty":         {nil, token, 300},
			"too large":     {append(bytes.Clone(body), make([]byte, 100_001)...), token, 300},
			"negative term": {body, url.Values{"token": {"t7"}, "expireHours": {"-1"}}, 300},
			"endless term":  {body, url.Values{"token": {"t7"}, "expireHours": {"9223372036854775807"}}, 300},
			"no number":     {body, url.Values{"token": {"t7"}, "expireHours": {"soon"}}, 300},
		} {
			re := c.upload(t, "/upload2", "x.png", u.body, u.form)
			require.Equal(t, u.code, re.Code, "%s: %s", name, re.Msg)
			require.Nil(t, re.Data)
		}
		require.Equal(t, 300, c.post(t, "/upload2", url.Values{"token": {"t7"}, "upfile": {"text"}}).Code, "no file part")
		_, count, err := c.Files.Usage(t.Context())
		require.NoError(t, err)
		require.Equal(t, int64(4), count)
	})
}

func TestTruncatedUpload(t *testing.T) {
	t.Parallel()
	c := setupContent(t, storagetest.SQLite(t))
	text := "--b\r\nContent-Disposition: form-data; name=\"token\"\r\n\r\nt7\r\n--b\r\nContent-Disposition: form-data; name=\"upfile\"; filename=\"x.png\"\r\n\r\n" + string(somePNG(t))
	for _, body := range []io.Reader{strings.NewReader(text), strings.NewReader(text[:80]), strings.NewReader("--b"), strings.NewReader("")} {
		r := httptest.NewRequest(http.MethodPost, "/upload2", body)
		r.Header.Set("Content-Type", "multipart/form-data; boundary=b")
		require.NotZero(t, c.do(t, r).Code)
	}
	_, count, err := c.Files.Usage(t.Context())
	require.NoError(t, err)
	require.Zero(t, count)
}

func TestWXAQrcodeOnTheWire(t *testing.T) {
	t.Parallel()
	c := setupContent(t, storagetest.SQLite(t))
	good := url.Values{"scene": {"id=1"}, "page": {"pages/index/index"}, "is_hyaline": {"true"}, "autoColor": {"false"}, "expireHours": {"24"}}
	re := c.post(t, "/mall/qrcode/wxa/unlimit", good)
	require.Zero(t, re.Code, re.Msg)
	var address string
	require.NoError(t, json.Unmarshal(re.Data, &address))
	require.Regexp(t, `^http://shop\.example/files/[a-z2-7]+\.png$`, address)
	require.JSONEq(t, string(re.Data), string(c.post(t, "/mall/qrcode/wxa/unlimit", good).Data), "the same wish, the same picture")
	good.Set("page", "pages/not/released")
	require.Equal(t, 41030, c.post(t, "/mall/qrcode/wxa/unlimit", good).Code)
	good.Set("check_path", "false")
	require.Zero(t, c.post(t, "/mall/qrcode/wxa/unlimit", good).Code)
	good.Set("scene", strings.Repeat("x", 33))
	require.Equal(t, 300, c.post(t, "/mall/qrcode/wxa/unlimit", good).Code)
	require.Equal(t, 300, c.post(t, "/mall/qrcode/wxa/unlimit", nil).Code)
}

package manager_test

import (
	"bytes"
	"encoding/json"
	"io"
	"mime/multipart"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall/httpadapter/apitest"
)

// object is an answer with all of its keys.
type object map[string]any

// get asks for a path and gives the whole answer.
func (b bundle) get(path string, headers ...string) object {
	b.t.Helper()
	return b.object("GET", path, "", headers...)
}

func (b bundle) object(verb, path, body string, headers ...string) (o object) {
	b.t.Helper()
	req, err := http.NewRequestWithContext(b.t.Context(), verb, b.Server.URL+path, strings.NewReader(body))
	require.NoError(b.t, err)
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i+1 < len(headers); i += 2 {
		req.Header.Set(headers[i], headers[i+1])
	}
	res, err := b.Server.Client().Do(req)
	require.NoError(b.t, err)
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	require.NoError(b.t, err)
	require.Equal(b.t, http.StatusOK, res.StatusCode, string(text))
	require.NoError(b.t, json.Unmarshal(text, &o), string(text))
	return o
}

// token is a session of one of setup's accounts.
func (b bundle) token(name string) []string {
	b.t.Helper()
	a, _ := b.ask("POST", "/users/login", "username="+name+"&password=Admin123%23")
	require.NotEmpty(b.t, a.Token, a.Msg)
	return []string{"authorization", a.Token}
}

func (o object) says(t *testing.T, status float64, state bool, msg string) object {
	t.Helper()
	require.Equal(t, []any{status, state, msg}, []any{o["status"], o["state"], o["msg"]}, o)
	require.NotContains(t, o, "code", "clients would log out by it")
	return o
}

// form is a multipart body with text fields and a file; its content type comes with it.
func form(t *testing.T, fields map[string]string, name, file string, body []byte) (text, contentType string) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for k, v := range fields {
		require.NoError(t, w.WriteField(k, v))
	}
	if name != "" {
		part, err := w.CreateFormFile(name, file)
		require.NoError(t, err)
		_, err = part.Write(body)
		require.NoError(t, err)
	}
	require.NoError(t, w.Close())
	return b.String(), w.FormDataContentType()
}

var tanPeng = map[string]string{
	"name": "谭鹏", "age": "21", "class": "H51901", "city": "重庆", "degree": "专科", "productUrl": "地址", "description": "O(∩_∩)O哈哈~",
}

func asJSON(t *testing.T, fields map[string]string) string {
	t.Helper()
	b, err := json.Marshal(fields)
	require.NoError(t, err)
	return string(b)
}

// TestStudents plays the chapter with the document's sample student.
func TestStudents(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root, clerk := b.token("admin"), b.token("clerk")

	b.get("/students/getstulist", clerk...).says(t, 1, true, "请求成功")
	require.Equal(t, object{"status": 200.0, "state": true, "data": []any{}}, b.get("/students/getclasses", clerk...))

	// JSON, a form, and a form with the picture as a file.
	b.object("POST", "/students/addstu", asJSON(t, tanPeng), root...).says(t, 1, true, "添加成功")
	b.Clock.Advance(1000)
	values := url.Values{}
	for k, v := range tanPeng {
		values.Set(k, v)
	}
	values.Set("class", "H51902")
	b.object("POST", "/students/addstu", values.Encode(), append(root, "Content-Type", "application/x-www-form-urlencoded")...).says(t, 1, true, "添加成功")
	b.Clock.Advance(1e9)
	body, contentType := form(t, tanPeng, "headimgurl", "我的.png", apitest.PNG())
	b.object("POST", "/students/addstu", body, append(root, "Content-Type", contentType)...).says(t, 1, true, "添加成功")

	list := b.get("/students/getstulist?page=&count=&class=H51901", clerk...).says(t, 1, true, "请求成功")
	require.Equal(t, 2.0, list["total"])
	data := list["data"].([]any)
	withPicture, first := object(data[0].(map[string]any)), object(data[1].(map[string]any))
	require.Regexp(t, regexp.MustCompile(`^[A-Z]{4}[0-9]{8}$`), first["sId"])
	require.Regexp(t, regexp.MustCompile(`^[0-9a-f]{24}$`), first["_id"])
	sid := first["sId"].(string)
	delete(first, "sId")
	delete(first, "_id")
	require.Equal(t, object{
		"name": "谭鹏", "headimgurl": "", "age": "21", "class": "H51901", "city": "重庆", "degree": "专科", "productUrl": "地址",
		"description": "O(∩_∩)O哈哈~", "cTime": "2026/03/02 10:00:00", "__v": 0.0,
	}, first)
	require.Equal(t, []any{"H51901", "H51902"}, b.get("/students/getclasses", clerk...)["data"])
	for query, want := range map[string][2]float64{
		"count=1": {3, 1}, "count=2&page=2": {3, 1}, "page=9&count=2": {3, 0}, "count=999999999": {3, 3}, "page=999999999&count=1000": {3, 0},
		"class=H51902&count=1": {1, 1}, "key=" + url.QueryEscape("鹏"): {3, 3}, "key=" + url.QueryEscape("%"): {0, 0}, "class=none": {0, 0},
	} {
		list = b.get("/students/getstulist?"+query, clerk...)
		require.Equal(t, want, [2]float64{list["total"].(float64), float64(len(list["data"].([]any)))}, query)
	}
	for field, query := range map[string]string{"page": "page=0", "count": "count=-5"} {
		for _, path := range []string{"getstulist", "searchstu"} {
			b.get("/students/"+path+"?"+query, clerk...).says(t, 1004, false, "参数错误:"+field)
		}
	}
	found := b.get("/students/searchstu?count=1&key="+url.QueryEscape("谭"), clerk...)
	require.Equal(t, []any{200.0, true, 3.0}, []any{found["status"], found["state"], found["total"]})
	for _, hostile := range []string{"' OR '1'='1", "谭' --", "_", `\`, ".*", "[谭]"} {
		require.Equal(t, 0.0, b.get("/students/searchstu?key="+url.QueryEscape(hostile), clerk...)["total"], hostile)
	}

	update := func(fields map[string]string) object {
		fields["sId"] = sid
		return b.object("POST", "/students/updatestu", asJSON(t, fields), root...)
	}
	update(map[string]string{"city": "成都", "class": "H51903"}).says(t, 200, true, "更新成功")
	update(map[string]string{"city": "成都"}).says(t, 304, false, "没有做任何修改")
	update(map[string]string{"age": "old"}).says(t, 0, false, "参数错误:age")
	b.object("POST", "/students/updatestu", `{"sId":"WWLN97178546","city":"x"}`, root...).says(t, 304, false, "没有做任何修改")
	b.object("POST", "/students/updatestu", `{"city":"x"}`, root...).says(t, 0, false, "没有传递sId")
	require.Equal(t, "成都", b.get("/students/getstulist?class=H51903", clerk...)["data"].([]any)[0].(map[string]any)["city"])

	picture := withPicture["headimgurl"].(string)
	require.True(t, strings.HasPrefix(picture, b.Server.URL+"/files/"), picture)
	res, err := b.Server.Client().Get(picture)
	require.NoError(t, err)
	_ = res.Body.Close()
	require.Equal(t, http.StatusOK, res.StatusCode)
	b.get("/students/delstu?sId="+withPicture["sId"].(string), root...).says(t, 1, true, "删除成功")
	res, err = b.Server.Client().Get(picture)
	require.NoError(t, err)
	_ = res.Body.Close()
	require.Equal(t, http.StatusNotFound, res.StatusCode, "the picture goes with the student")
	b.get("/students/delstu?sId="+withPicture["sId"].(string), root...).says(t, 0, false, "删除出错")
	b.get("/students/delstu", root...).says(t, 0, false, "没有传递sId")
	b.object("POST", "/students/delstu", `{"sId":"`+sid+`"}`, root...).says(t, 1, true, "删除成功")
}

func TestStudentAvatar(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root := b.token("admin")
	body, contentType := form(t, nil, "headimgurl", "a.png", apitest.PNG())
	up := b.object("POST", "/students/uploadStuAvatar", body, "Content-Type", contentType).says(t, 200, true, "上传成功")
	own := up["headimgurl"].(string)
	require.True(t, strings.HasPrefix(own, b.Server.URL+"/files/"), own)
	img, contentType := form(t, nil, "img", "b.png", apitest.PNG())
	other := b.object("POST", "/upload/uploadImg", img, "Content-Type", contentType)["imgUrl"].(string)

	add := func(picture string) (sid string) {
		t.Helper()
		fields := map[string]string{"headimgurl": picture}
		for k, v := range tanPeng {
			fields[k] = v
		}
		b.object("POST", "/students/addstu", asJSON(t, fields), root...).says(t, 1, true, "添加成功")
		b.Clock.Advance(1e9)
		return b.get("/students/getstulist?count=1", root...)["data"].([]any)[0].(map[string]any)["sId"].(string)
	}
	there := func(url string, want int) {
		t.Helper()
		res, err := b.Server.Client().Get(url)
		require.NoError(t, err)
		_ = res.Body.Close()
		require.Equal(t, want, res.StatusCode)
	}
	one, two, three := add(own), add(own), add(other)
	b.get("/students/delstu?sId="+one, root...).says(t, 1, true, "删除成功")
	there(own, 200) // somebody else shows it
	b.object("POST", "/students/updatestu", `{"sId":"`+two+`","headimgurl":"https://cdn.example/x.png"}`, root...).says(t, 200, true, "更新成功")
	there(own, 404)
	b.get("/students/delstu?sId="+three, root...).says(t, 1, true, "删除成功")
	there(other, 200) // it was uploaded for something else

	b.object("POST", "/students/uploadStuAvatar", `{}`).says(t, 10022, false, "error please note the upload field")
	for name, bytes := range map[string][]byte{"a.png": []byte("<script>alert(1)</script>"), "a.gif": []byte("GIF89a"), "empty.png": nil} {
		body, contentType = form(t, nil, "headimgurl", name, bytes)
		require.Equal(t, false, b.object("POST", "/students/uploadStuAvatar", body, "Content-Type", contentType)["state"], name)
	}
}

// TestStudentsGate: the list is for who is signed in, changes are for roles
// with the right.
func TestStudentsGate(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root, clerk := b.token("admin"), b.token("clerk")
	b.object("POST", "/students/addstu", asJSON(t, tanPeng), root...)
	for _, path := range []string{"/students/getstulist", "/students/getclasses", "/students/searchstu"} {
		o := b.get(path)
		require.Equal(t, []any{403.0, false, "10022"}, []any{o["status"], o["state"], o["code"]}, path)
	}
	for path, body := range map[string]string{"/students/addstu": asJSON(t, tanPeng), "/students/updatestu": `{"sId":"x","name":"x"}`, "/students/delstu": `{"sId":"x"}`} {
		o := b.object("POST", path, body, clerk...)
		require.Equal(t, []any{403.0, false, "10026"}, []any{o["status"], o["state"], o["code"]}, path)
		require.Equal(t, "10022", b.object("POST", path, body)["code"], path)
	}
	for _, missing := range []string{"class", "name", "age", "city", "degree", "productUrl", "description"} {
		fields := map[string]string{}
		for k, v := range tanPeng {
			fields[k] = v
		}
		fields[missing] = ""
		b.object("POST", "/students/addstu", asJSON(t, fields), root...).says(t, 0, false, "不能传递参数为空")
		fields[missing] = strings.Repeat("长", 2000)
		require.Equal(t, 0.0, b.object("POST", "/students/addstu", asJSON(t, fields), root...)["status"], missing)
	}
	require.Equal(t, "1", strconv.FormatFloat(b.get("/students/getstulist", clerk...)["total"].(float64), 'f', 0, 64))
}

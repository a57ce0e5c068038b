package manager_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
	"github.com/gomall-dev/mall/auth/member"
	"github.com/gomall-dev/mall/auth/token"
	"github.com/gomall-dev/mall/httpadapter"
)

// signer signs as the server does.
func (b bundle) signer() *token.Signer {
	b.t.Helper()
	s, err := token.New(token.Config{Keys: []token.Key{{ID: "test", Secret: []byte("a secret of 32 bytes for tests only")}}, Now: b.Clock.Now})
	require.NoError(b.t, err)
	return s
}

func TestSignOutAndVerify(t *testing.T) {
	t.Parallel()
	b := setup(t)
	for _, path := range []string{"/users/sigout", "/users/signout"} {
		who := b.token("clerk")
		for _, verb := range []string{"GET", "POST", "PUT", "DELETE"} {
			o := b.object(verb, "/verify", "", who...).says(t, 1, true, "校验成功")
			d := o["decode"].(map[string]any)
			require.Equal(t, "clerk", d["username"])
			require.Equal(t, float64(b.Clock.Now().Add(10*time.Hour).Unix()), d["exp"])
			require.Len(t, d, 4)
		}
		b.get(path, who...).says(t, 1, true, "退出成功")
		require.Equal(t, saysToken, b.plain("GET", "/verify", nil, who...))
	}
}

func TestUpdatePassword(t *testing.T) {
	t.Parallel()
	b := setup(t)
	first, second := b.token("clerk"), b.token("clerk")
	change := func(who []string, name, old, fresh string) object {
		return b.object("POST", "/users/updatePassword", asJSON(t, map[string]string{"username": name, "oldPassword": old, "newPassword": fresh}), who...)
	}
	change(first, "clerk", "wrong", "Fresh123#").says(t, 0, false, "原始密码输入错误")
	change(first, "clerk", "Admin123#", "1").says(t, 0, false, "密码修改错误,密码至少6位")
	change(first, "nobody", "Admin123#", "Fresh123#").says(t, 0, false, "不存在此用户")
	change(first, "admin", "Admin123#", "Fresh123#").says(t, 0, false, "不存在此用户")
	change(first, "clerk", "", "Fresh123#").says(t, 1004, false, "没有传递用户名或者密码")
	change(first, "clerk", "Admin123#", "Fresh123#").says(t, 1, true, "密码修改成功")
	b.get("/permission/getMenuList", first...).says(t, 200, true, "success")
	require.Equal(t, saysToken, b.plain("GET", "/verify", nil, second...), "other tokens end")
	a, _ := b.ask("POST", "/users/login", "username=clerk&password=Admin123%23")
	require.Equal(t, 0.0, a.Status)
	change(b.token("admin"), "clerk", "Fresh123#", "Admin123#").says(t, 1, true, "密码修改成功")
	require.Equal(t, saysToken, b.plain("GET", "/verify", nil, first...))
}

func TestUserList(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root := b.token("admin")
	for i := range 3 {
		_, err := b.Auth.Create(t.Context(), mall.System(), auth.NewAccount{Registration: auth.Registration{Username: fmt.Sprint("lbw", i), Password: "Admin123#", Nick: "五五开"}, Role: auth.RoleStaff})
		require.NoError(t, err)
	}
	names := func(path string) (out []string) {
		t.Helper()
		o := b.get(path, root...).says(t, 200, true, "success")
		require.Equal(t, o["users"], o["data"])
		for _, row := range rows(o) {
			require.NotContains(t, row, "password")
			out = append(out, row["username"].(string))
		}
		return out
	}
	all := names("/users/getAllUsers")
	require.Len(t, all, 5)
	require.Equal(t, []string{"lbw2", "lbw1", "lbw0"}, all[:3], "the newest first")
	require.Equal(t, all, names("/users/getAllUers"))
	require.Equal(t, all[1:3], append(names("/users/getAllUsers?page=2&count=1"), names("/users/getAllUsers?page=3&count=1")...))
	oldest := names("/users/getAllUsers?order_by=1")
	require.Equal(t, all[4], oldest[0])
	o := b.get("/users/getAllUsers?count=2", root...)
	require.Equal(t, 5.0, o["total"])
	row := rows(b.get("/users/getAllUsers?username=lbw1", root...))[0]
	require.Equal(t, []any{"lbw1", "五五开", "200", "员工", "1", 0.0}, []any{row["username"], row["nickname"], row["roleid"], row["roleName"], row["status"], row["vipLevel"]})
	require.Equal(t, []string{"lbw1"}, names("/users/getAllUsers?unid="+row["unid"].(string)))
	require.Empty(t, names("/users/getAllUsers?username=nobody"))
	for _, bad := range []string{"order_by=id;DROP TABLE accounts", "order_by=2", "page=-1", "page=x", "count=-1", "count=9223372036854775808", "order_by=1%20--"} {
		b.get("/users/getAllUsers?"+strings.ReplaceAll(bad, " ", "%20"), root...).says(t, 1004, false, "参数错误:"+bad[:strings.Index(bad, "=")])
	}
	require.Len(t, names("/users/getAllUsers?page=&count=&username=undefined"), 5)
}

func TestAddUserAndRegister(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root := b.token("admin")
	lbw4 := map[string]string{"username": "lbw4", "password": "Admin123#", "phone": "1577775772", "nickname": "开哥永不开挂"}
	add := func(path string, fields map[string]string, who ...string) object {
		return b.object("POST", path, asJSON(t, fields), who...)
	}
	with := func(k, v string) map[string]string {
		out := map[string]string{"username": "other", "password": "Admin123#", "nickname": "x"}
		if v == "" {
			delete(out, k)
		} else {
			out[k] = v
		}
		return out
	}
	for _, path := range []string{"/users/addUser", "/users/register"} {
		for _, missing := range []string{"username", "password", "nickname"} {
			add(path, with(missing, ""), root...).says(t, 0, false, "注册出错,缺少字段")
		}
	}
	o := add("/users/register", lbw4, root...).says(t, 1, true, "注册成功")
	info := o["userInfo"].(map[string]any)
	require.Equal(t, []any{"lbw4", "开哥永不开挂", "1577775772"}, []any{info["username"], info["nickname"], info["phone"]})
	row := rows(b.get("/users/getAllUsers?username=lbw4", root...))[0]
	require.Equal(t, "200", row["roleid"], "the default role")
	add("/users/register", lbw4, root...).says(t, 0, false, "用户名已注册")
	add("/users/addUser", with("phone", "1577775772"), root...).says(t, 10066, false, "手机号已经被绑定")
	add("/users/addUser", with("username", "a b"), root...).says(t, 1004, false, "参数错误:username")
	add("/users/addUser", with("password", "1"), root...).says(t, 0, false, "密码修改错误,密码至少6位")
	add("/users/addUser", with("roleid", "nothing"), root...).says(t, 1004, false, "角色不存在")
	add("/users/addUser", with("roles", "102"), root...).says(t, 1, true, "注册成功")

	// A role with the right, below its own only.
	require.NoError(t, b.Auth.ChangeRole(t.Context(), mall.System(), auth.RoleDirector, auth.RoleChanges{Rights: []string{"/users/register"}}))
	director := b.token("other")
	require.Equal(t, "10026", add("/users/addUser", with("username", "zj"), director...)["code"])
	add("/users/register", with("username", "zj"), director...).says(t, 1, true, "注册成功")
	for _, role := range []string{"1", "102"} {
		f := with("username", "zj01")
		f["roles"] = role
		add("/users/register", f, director...).says(t, 10066, false, "没有指定角色的权限")
	}
	require.Equal(t, "10022", add("/users/register", with("username", "zj01"))["code"])

	open := setup(t, func(_ *httpadapter.Ports, _ *httpadapter.Config, c *httpadapter.AdapterConfig) {
		c.Manager.SelfRegistration = true
	})
	open.object("POST", "/users/register", asJSON(t, with("username", "self"))).says(t, 1, true, "注册成功")
	f := with("username", "evil")
	f["roleid"] = "1"
	open.object("POST", "/users/register", asJSON(t, f)).says(t, 10066, false, "没有指定角色的权限")
	self, err := open.Auth.Find(t.Context(), auth.ByUsername, "self")
	require.NoError(t, err)
	require.Equal(t, auth.RoleStaff, self.Role)
	require.NotEmpty(t, self.RegisterAddr)
}

func TestUpdateUser(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root, clerk := b.token("admin"), b.token("clerk")
	unid := func(name string) string {
		a, err := b.Auth.Find(t.Context(), auth.ByUsername, name)
		require.NoError(t, err)
		return a.PublicID
	}
	me, boss := unid("clerk"), unid("admin")
	update := func(who []string, id string, kv ...string) object {
		f := map[string]string{"unid": id}
		for i := 0; i+1 < len(kv); i += 2 {
			f[kv[i]] = kv[i+1]
		}
		return b.object("POST", "/users/updateUser", asJSON(t, f), who...)
	}
	update(clerk, "").says(t, 3004, false, "请传入用户unid")
	update(clerk, me, "nickname", "新", "phone", "13800000001", "sex", "2", "city", "重庆", "province", "重庆", "country", "中国", "headimgurl", "https://example.com/a.png").
		says(t, 200, true, "更新成功")
	row := rows(b.get("/users/getAllUsers?unid="+me, root...))[0]
	require.Equal(t, []any{"新", "13800000001", "2", "重庆", "重庆", "中国", "https://example.com/a.png"},
		[]any{row["nickname"], row["phone"], row["sex"], row["city"], row["province"], row["country"], row["headimgurl"]})
	update(clerk, me, "roleid", "1").says(t, 3004, false, "没有权限修改用户角色的id")
	update(clerk, me, "vipLevel", "3").says(t, 3004, false, "没有权限修改用户角色的id")
	update(clerk, boss, "nickname", "x").says(t, 10066, false, "没有权限修改自己的上级用户")
	update(clerk, "nobody", "nickname", "x").says(t, 10066, false, "没有权限修改自己的上级用户")
	update(root, "nobody", "nickname", "x").says(t, 10066, false, "修改用户不存在")
	update(root, boss, "phone", "13800000001").says(t, 10066, false, "手机号已经被绑定")
	update(root, boss, "username", "CLERK").says(t, 10066, false, "用户名已注册")
	for _, bad := range [][]string{{"sex", "3"}, {"headimgurl", "javascript:alert(1)"}, {"headimgurl", "//"}, {"vipLevel", "x"}, {"status", "2"}, {"username", "a b"}} {
		o := update(root, me, bad...)
		if bad[1] != "//" {
			o.says(t, 1004, false, "参数错误:"+bad[0])
		}
	}
	update(root, me, "nickname", "半", "vipLevel", "7").says(t, 10077, false, "更新出错,没有该vip等级")
	row = rows(b.get("/users/getAllUsers?unid="+me, root...))[0]
	require.Equal(t, "新", row["nickname"], "nothing is half written")
	require.NoError(t, b.Members.Save(t.Context(), mall.System(), &member.Level{Name: "vip", Rank: 1, Rebate: mall.Whole, Active: true}))
	update(root, me, "vipLevel", "1").says(t, 200, true, "更新成功")
	row = rows(b.get("/users/getAllUsers?unid="+me, root...))[0]
	require.Equal(t, 1.0, row["vipLevel"])
	update(root, me, "vipLevel", "0").says(t, 200, true, "更新成功")
	require.Equal(t, 0.0, rows(b.get("/users/getAllUsers?unid="+me, root...))[0]["vipLevel"])

	b.get("/verify", clerk...).says(t, 1, true, "校验成功")
	update(root, me, "roleid", "103").says(t, 200, true, "更新成功")
	require.Equal(t, saysToken, b.plain("GET", "/verify", nil, clerk...), "another role ends the sessions")
	clerk = b.token("clerk")
	update(root, me, "status", "0").says(t, 200, true, "更新成功")
	require.Equal(t, saysToken, b.plain("GET", "/verify", nil, clerk...), "so does a ban")
	a, _ := b.ask("POST", "/users/login", "username=clerk&password=Admin123%23")
	require.Equal(t, 1007.0, a.Status)
	update(root, me, "status", "1").says(t, 200, true, "更新成功")
	clerk = b.token("clerk")
	update(root, me, "password", "Fresh123#").says(t, 200, true, "更新成功")
	require.Equal(t, saysToken, b.plain("GET", "/verify", nil, clerk...), "and a new password")
	b.object("POST", "/users/updateUser", asJSON(t, map[string]string{"unid": boss, "roleid": "200"}), root...).says(t, 10066, false, "至少保留一个王者管理员")
	b.get("/users/deleteUser?unid="+me, root...).says(t, 200, true, "删除成功")
	b.get("/users/deleteUser?unid="+me, root...).says(t, 10066, false, "修改用户不存在")
	b.get("/users/deleteUser", root...).says(t, 3004, false, "请传入用户unid")
	b.get("/users/deleteUser?username=admin", root...).says(t, 10066, false, "至少保留一个王者管理员")
}

func TestUploadAvatar(t *testing.T) {
	t.Parallel()
	b := setup(t)
	clerk := b.token("clerk")
	id := func(name string) string {
		a, err := b.Auth.Find(t.Context(), auth.ByUsername, name)
		require.NoError(t, err)
		return a.PublicID
	}
	var pic bytes.Buffer
	require.NoError(t, png.Encode(&pic, image.NewGray(image.Rect(0, 0, 8, 8))))
	upload := func(fields map[string]string, body []byte, who ...string) object {
		t.Helper()
		name := "headimgurl"
		if body == nil {
			name = ""
		}
		text, typ := form(t, fields, name, "a.png", body)
		req, err := http.NewRequest("POST", b.Server.URL+"/users/uploadAvatar", strings.NewReader(text))
		require.NoError(t, err)
		req.Header.Set("Content-Type", typ)
		for i := 0; i+1 < len(who); i += 2 {
			req.Header.Set(who[i], who[i+1])
		}
		res, err := b.Server.Client().Do(req)
		require.NoError(t, err)
		defer res.Body.Close()
		var o object
		require.NoError(t, json.NewDecoder(res.Body).Decode(&o))
		return o
	}
	o := upload(map[string]string{"unid": id("clerk")}, pic.Bytes(), clerk...).says(t, 1, true, "图片上传成功")
	at := o["imgurl"].(string)
	require.True(t, strings.HasPrefix(at, b.Server.URL), at)
	res, err := b.Server.Client().Get(at)
	require.NoError(t, err)
	defer res.Body.Close()
	require.Equal(t, []any{200, "image/png"}, []any{res.StatusCode, res.Header.Get("Content-Type")})
	upload(map[string]string{"uId": id("clerk"), "token": clerk[1]}, pic.Bytes()).says(t, 1, true, "图片上传成功")
	upload(map[string]string{"unid": id("clerk")}, pic.Bytes(), "authorzation", clerk[1]).says(t, 1, true, "图片上传成功")
	upload(map[string]string{"unid": id("clerk")}, []byte("<svg onload=alert(1)>"), clerk...).says(t, 0, false, "图片上传失败")
	upload(map[string]string{"unid": id("clerk")}, nil, clerk...).says(t, 0, false, "图片上传失败")
	upload(nil, pic.Bytes(), clerk...).says(t, 3004, false, "请传入用户unid")
	upload(map[string]string{"unid": id("admin")}, pic.Bytes(), clerk...).says(t, 10066, false, "没有权限修改自己的上级用户")
	upload(map[string]string{"unid": id("clerk")}, pic.Bytes(), b.token("admin")...).says(t, 1, true, "图片上传成功")
}

func TestLoginLog(t *testing.T) {
	t.Parallel()
	b := setup(t)
	b.token("clerk")
	b.Clock.Advance(17 * time.Second)
	b.token("clerk")
	root := b.token("admin")
	b.Register("shopper")
	log := rows(b.get("/getloginlog", root...).says(t, 200, true, "success"))
	require.Len(t, log, 3, "logins here only")
	require.Equal(t, "admin", log[0]["username"])
	require.Equal(t, map[string]any{"loginTime": "", "ip": ""}, log[0]["lastLogin"])
	require.Equal(t, map[string]any{"loginTime": "2026/03/02 10:00:00", "ip": "127.0.0.1"}, log[1]["lastLogin"])
	require.Equal(t, map[string]any{"loginTime": "2026/03/02 10:00:17", "ip": "127.0.0.1"}, log[1]["nowLogin"])
	require.Equal(t, 0.0, log[1]["__v"])
	require.Regexp(t, `^[0-9a-f]{24}$`, log[1]["_id"])
	require.Len(t, rows(b.get("/getloginlog?page=2&count=2", root...)), 1)
	for range 10 {
		b.token("clerk")
	}
	o := b.get("/getloginlog", root...)
	require.Len(t, rows(o), 10, "ten when nobody says how many")
	require.Equal(t, 13.0, o["total"])
}

// TestHostileInput: whatever comes in a field, the answer is an envelope and
// never a fault of the server.
func TestHostileInput(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root := b.token("admin")
	texts := []string{"", "undefined", "null", "-1", "0", "1e9", "NaN", "\x00", "\xff\xfe", "' OR 1=1 --", "<script>", "{}", "[]", `["x"]`,
		strings.Repeat("9", 400), strings.Repeat("长", 3000), strings.Repeat("a", 70_000), "../../etc/passwd", "%00", "1;DROP TABLE mall_accounts"}
	for _, r := range b.Routes(mall.FaceManager, "manager") {
		own := strings.HasPrefix(r.Path, "/users/") || strings.HasPrefix(r.Path, "/permission/") || strings.HasPrefix(r.Path, "/role/") ||
			strings.HasPrefix(r.Path, "/menus/") || strings.HasPrefix(r.Path, "/students/") || r.Path == "/sms/send" || r.Path == "/getloginlog"
		if !own || strings.HasPrefix(r.Path, "/users/sig") || strings.Contains(strings.ToLower(r.Path), "code") && r.Path != "/users/login" {
			continue
		}
		for _, text := range texts {
			fields := url.Values{}
			for _, name := range r.Fields {
				fields.Set(name, text)
			}
			fields.Del("token")
			out := b.plain(r.Verb, r.Path, fields, root...)
			var o object
			require.NoError(t, json.Unmarshal([]byte(out), &o), "%s %s %.40q: %.200s", r.Verb, r.Path, text, out)
			require.NotEqual(t, 500.0, o["status"], "%s %s %.40q: %.200s", r.Verb, r.Path, text, out)
			require.NotContains(t, o, "code", "%s %s", r.Verb, r.Path)
		}
	}
	b.token("admin")
}

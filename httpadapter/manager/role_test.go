package manager_test

import (
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"github.com/gomall-dev/mall"
	"github.com/gomall-dev/mall/auth"
)

func TestPermission(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root, clerk := b.token("admin"), b.token("clerk")
	for _, verb := range []string{"GET", "POST"} {
		o := b.object(verb, "/permission/getrole", "", clerk...).says(t, 200, true, "success")
		require.ElementsMatch(t, []any{
			map[string]any{"roleid": "200", "roleName": "员工"}, map[string]any{"roleid": "102", "roleName": "总监"},
			map[string]any{"roleid": "103", "roleName": "主管"}, map[string]any{"roleid": "1", "roleName": "王者管理员"},
		}, o["roles"])
	}
	o := b.get("/permission/getrole?roleid=102", clerk...)
	require.Equal(t, []any{map[string]any{"roleid": "102", "roleName": "总监"}}, o["roles"])
	require.Equal(t, []any{}, b.get("/permission/getrole?roleid=nothing", clerk...)["roles"])

	clerkID, err := b.Auth.Find(t.Context(), auth.ByUsername, "clerk")
	require.NoError(t, err)
	require.NoError(t, b.Auth.SetRole(t.Context(), mall.System(), clerkID.ID, auth.RoleDirector, ""))
	name := func(s string) map[string]any { return map[string]any{"name": s} }
	o = b.get("/permission/getMenuList", b.token("clerk")...).says(t, 200, true, "success")
	require.Equal(t, "总监", o["roleName"])
	require.Equal(t, []any{
		name("管理首页"),
		map[string]any{"name": "学员管理", "children": []any{name("学员项目管理"), name("学员资料"), name("学员宿舍")}},
		name("考勤管理"), name("数据统计"), name("我的中心"),
	}, o["menuList"], "letter by letter as documented")
	o = b.get("/permission/getMenuList", root...)
	require.Len(t, o["menuList"], 7)
	require.Equal(t, "王者管理员", o["roleName"])
	general, _ := b.ask("POST", "/users/login", "username=admin&password=Admin123%23", "useragent", "general")
	require.Equal(t, []string{"read"}, general.Permission.Buttons)
	require.Equal(t, "员工", b.get("/permission/getMenuList", "authorization", general.Token)["roleName"])

	add := func(fields map[string]string, who ...string) object {
		return b.object("POST", "/permission/addrole", asJSON(t, fields), who...)
	}
	add(map[string]string{"roleid": "300", "roleName": "仓库", "token": root[1]}).says(t, 200, true, "success")
	add(map[string]string{"roleid": "300"}, root...).says(t, 1004, false, "角色已存在")
	add(map[string]string{}, root...).says(t, 1004, false, "缺少参数:roleid")
	add(map[string]string{"roleid": strings.Repeat("9", 65)}, root...).says(t, 1004, false, "参数错误:roleid")
	require.Equal(t, []any{map[string]any{"roleid": "300", "roleName": "仓库"}}, b.get("/permission/getrole?roleid=300", root...)["roles"])
}

// TestRoleAdministration: a page manages roles, their rights and menus, and
// what it changes holds for the next request.
func TestRoleAdministration(t *testing.T) {
	t.Parallel()
	b := setup(t)
	root := b.token("admin")
	post := func(path string, who []string, kv ...string) object {
		f := map[string]string{}
		for i := 0; i+1 < len(kv); i += 2 {
			f[kv[i]] = kv[i+1]
		}
		return b.object(http.MethodPost, path, asJSON(t, f), who...)
	}
	paths := rows(b.get("/permission/getPermissionPath", root...).says(t, 200, true, "success"))
	require.Greater(t, len(paths), 20)
	var all []string
	for _, p := range paths {
		all = append(all, p["path"].(string))
		require.NotEmpty(t, p["desc"])
	}
	require.Contains(t, all, "/users/updateUser")
	require.NotContains(t, all, "/users/getAllUers", "an alias counts as its documented path")
	require.NotContains(t, all, "/permission/addrole", "root's own")

	clerk := b.token("clerk")
	require.Equal(t, "10026", b.get("/users/getAllUsers", clerk...)["code"])
	post("/role/grantRole", root, "roleids", `["200"]`, "permission_ids", `["/users/getAllUsers","/users/addUser"]`).says(t, 200, true, "授权成功")
	b.get("/users/getAllUsers", clerk...).says(t, 200, true, "success")
	b.get("/users/getAllUers", clerk...).says(t, 200, true, "success")
	a, _ := b.ask("POST", "/users/login", "username=clerk&password=Admin123%23")
	require.Equal(t, []string{"read", "add"}, a.Permission.Buttons)
	got := rows(b.get("/role/getRolePermission?roleid=200", root...))
	require.Len(t, got, 2)
	require.Len(t, rows(b.get("/role/getRolePermission?roleid=1", root...)), len(paths), "root has all")
	post("/role/grantRole", root, "roleids", "200", "permission_ids", "/nowhere").says(t, 1004, false, "参数错误:permission_ids")
	post("/role/grantRole", root, "roleids", "1", "permission_ids", "/users/addUser").says(t, 10066, false, "没有权限操作该角色")
	post("/role/grantRole", root, "roleids", "200").says(t, 200, true, "授权成功")
	require.Equal(t, "10026", b.get("/users/getAllUsers", clerk...)["code"], "gone at once")

	tree := rows(b.get("/role/getRole", root...))
	require.Len(t, tree, 1)
	require.Equal(t, "102", tree[0]["children"].([]any)[0].(map[string]any)["roleid"])
	require.Len(t, rows(b.get("/role/getRole?type=1", root...)), 4)

	// A director who may manage roles does so below herself.
	post("/role/grantRole", root, "roleids", "102", "permission_ids", "/role/addRole,/role/updateRole,/role/delRole,/role/grantRole,/role/roleAssignment,/menus/assignmentMenu").
		says(t, 200, true, "授权成功")
	post("/users/addUser", root, "username", "zj", "password", "Admin123#", "nickname", "王远杰", "roleid", "102").says(t, 1, true, "注册成功")
	zj := b.token("zj")
	post("/role/addRole", zj, "roleid", "400", "roleName", "仓库", "parentid", "103").says(t, 200, true, "添加成功")
	post("/role/addRole", zj, "roleid", "401", "parentid", "1").says(t, 10066, false, "没有权限操作该角色")
	post("/role/updateRole", zj, "roleid", "400", "roleName", "仓管").says(t, 200, true, "修改成功")
	post("/role/updateRole", zj, "roleid", "102", "roleName", "x").says(t, 10066, false, "没有权限操作该角色")
	post("/role/grantRole", zj, "roleids", "400", "permission_ids", "/role/addRole").says(t, 200, true, "授权成功")
	post("/role/grantRole", zj, "roleids", "400", "permission_ids", "/order/ship").says(t, 10066, false, "不能授予自己没有的权限:/order/ship")
	unid := func(name string) string {
		u, err := b.Auth.Find(t.Context(), auth.ByUsername, name)
		require.NoError(t, err)
		return u.PublicID
	}
	post("/role/roleAssignment", zj, "roleid", "400", "unid", unid("clerk")).says(t, 200, true, "分配成功")
	require.Equal(t, saysToken, b.plain("GET", "/verify", nil, clerk...), "another role ends the sessions")
	post("/role/roleAssignment", zj, "roleid", "1", "unid", unid("clerk")).says(t, 10066, false, "没有权限操作该角色")
	post("/role/roleAssignment", zj, "roleid", "400", "unid", unid("admin")).says(t, 10066, false, "没有权限操作该角色")
	post("/role/roleAssignment", zj, "roleid", "400", "unid", "nobody").says(t, 10066, false, "修改用户不存在")
	b.get("/role/delRole?roleid=400", zj...).says(t, 1006, false, "角色正在使用,不能删除")
	post("/role/roleAssignment", zj, "roleid", "200", "unid", unid("clerk")).says(t, 200, true, "分配成功")
	post("/role/delRole", zj, "roleid", "400").says(t, 200, true, "删除成功")
	b.get("/role/delRole?roleid=400", zj...).says(t, 1004, false, "角色不存在")
	b.get("/role/delRole?roleid=1", root...).says(t, 10066, false, "没有权限操作该角色")

	// Menus.
	require.Equal(t, 12.0, b.get("/menus/getMenus", root...)["total"])
	o := post("/menus/addMenus", root, "title", "商品管理", "status", "1", "sort", "5").says(t, 200, true, "添加成功")
	id := o["menu_id"].(float64)
	text := strconv.Itoa(int(id))
	require.Equal(t, "商品管理", rows(b.get("/menus/getMenus", root...))[0]["name"])
	post("/menus/updateMenus", root, "menu_id", text, "name", "货品管理", "status", "0").says(t, 200, true, "修改成功")
	post("/menus/updateMenus", root, "menu_id", "9999", "name", "x").says(t, 1004, false, "菜单不存在")
	post("/menus/updateMenus", root, "menu_id", text, "status", "5").says(t, 1004, false, "参数错误:status")
	row := rows(b.get("/menus/getMenus?type=1", root...))[0]
	require.Equal(t, []any{"货品管理", "0", id}, []any{row["name"], row["status"], row["menu_id"]})
	post("/menus/updateMenus", root, "menu_id", text, "status", "1").says(t, 200, true, "修改成功")
	post("/menus/assignmentMenu", root, "roleid", "200", "menu_id", "["+text+"]").says(t, 200, true, "分配成功")
	menu := b.get("/permission/getMenuList", b.token("clerk")...)["menuList"]
	require.Equal(t, []any{map[string]any{"name": "货品管理"}}, menu)
	post("/menus/assignmentMenu", zj, "roleid", "103", "menu_id", text).says(t, 1004, false, "菜单不存在")
	post("/menus/assignmentMenu", root, "roleid", "200", "menu_id", "x").says(t, 1004, false, "参数错误:menu_id")
	require.Len(t, rows(b.get("/menus/getRoleMenus?roleid=200", root...)), 1)
	require.Len(t, rows(b.get("/menus/getRoleMenus?roleid=1&type=1", root...)), 8)
	b.get("/menus/getRoleMenus?roleid=nothing", root...).says(t, 1004, false, "角色不存在")
	post("/menus/delRoleMenus", zj, "roleid", "200", "menu_id", text).says(t, 200, true, "删除成功")
	require.Empty(t, rows(b.get("/menus/getRoleMenus?roleid=200", root...)))
	b.get("/menus/delMenus?menu_id="+text, root...).says(t, 200, true, "删除成功")
	b.get("/menus/delMenus?menu_id="+text, root...).says(t, 1004, false, "菜单不存在")
	b.get("/menus/delMenus?menu_id=2", root...).says(t, 1006, false, "请先删除下级菜单")
}

package manager

// routes is the index of the API, chapter by chapter as in the document: path,
// who may call it, title, handler. A line with as(…) is another spelling of a
// documented path. What the document lacks is named in extensions of the
// coverage test.
func (a *api) routes() []line {
	return []line{
		// 1 weather
		get("/weather/getWeather", public, "获取天气", a.getWeather),
		both("/weather/updateWeatherCount", root, "修改天气账户", a.updateWeatherCount),

		// 2 upload
		post("/upload/uploadImg", anyone, "上传图片", a.uploadImg),

		// 3 students
		get("/getloginlog", role, "获取登入日志", a.loginLog),
		get("/students/getclasses", user, "班级列表", a.getClasses),
		get("/students/getstulist", user, "获取学员信息", a.getStuList),
		post("/students/addstu", role, "增加学员信息", a.addStu),
		both("/students/delstu", role, "删除学员信息", a.delStu),
		post("/students/updatestu", role, "修改学员信息", a.updateStu),
		get("/students/searchstu", user, "搜索学员", a.searchStu),
		post("/students/uploadStuAvatar", public, "上传学员头像", a.uploadStuAvatar),

		// 4 users
		get("/users/getCaptcha", public, "获取验证码", a.getCaptcha),
		get("/users/refreshCaptcha", public, "刷新验证码", a.getCaptcha),
		get("/users/verifyCaptcha", public, "校验验证码", a.verifyCaptcha),
		post("/sms/send", public, "获取手机验证码", a.sendSMS),
		post("/users/login", public, "用户登入", a.login),
		both("/users/sigout", user, "退出登入", a.signOut),
		both("/users/signout", user, "退出登入", a.signOut).as("/users/sigout"),
		post("/users/uploadAvatar", user, "上传头像", a.uploadAvatar),
		every("/verify", user, "校验登入状态", a.verify),
		post("/users/updatePassword", user, "修改用户密码", a.updatePassword),
		get("/users/getAllUsers", role, "获取所有用户", a.users),
		get("/users/getAllUers", role, "获取所有用户(旧)", a.users).as("/users/getAllUsers"),
		post("/users/addUser", role, "添加用户", a.addUser),
		post("/users/updateUser", user, "修改用户信息", a.updateUser),
		post("/users/register", a.registerLevel(), "用户注册", a.register),
		both("/users/deleteUser", role, "删除用户", a.deleteUser),
		get("/users/getQrcode", public, "获取二维码url", a.getQrcode),
		get("/users/getScancode", public, "获取二维码url(旧)", a.getQrcode).as("/users/getQrcode"),
		get("/users/wechatCallBack", public, "微信授权回调", a.wechatCallBack),
		both("/users/wechatLogin", public, "微信登入", a.wechatLogin),

		// 5 permission
		post("/permission/addrole", root, "添加角色", a.addRoot),
		both("/permission/getrole", user, "获取角色列表", a.roles),
		get("/permission/getMenuList", user, "获取权限菜单", a.menuList),
		get("/permission/getPermissionPath", role, "获取权限路径", a.permissionPaths),
		get("/role/getRole", role, "角色树", a.roleTree),
		post("/role/addRole", role, "添加下级角色", a.addRole),
		post("/role/updateRole", role, "修改角色", a.updateRole),
		both("/role/delRole", role, "删除角色", a.delRole),
		post("/role/grantRole", role, "角色授权", a.grantRole),
		get("/role/getRolePermission", role, "获取角色权限", a.rolePermission),
		post("/role/roleAssignment", role, "分配角色", a.assignRole),
		get("/menus/getMenus", role, "获取菜单", a.menus),
		post("/menus/addMenus", role, "添加菜单", a.addMenu),
		post("/menus/updateMenus", role, "修改菜单", a.updateMenu),
		both("/menus/delMenus", role, "删除菜单", a.delMenu),
		get("/menus/getRoleMenus", role, "获取角色菜单", a.roleMenus),
		post("/menus/assignmentMenu", role, "分配菜单", a.assignMenus),
		post("/menus/delRoleMenus", role, "取消分配菜单", a.delRoleMenus).as("/menus/assignmentMenu"),

		// 7.1 category
		post("/category/addCategory", role, "增加类目", a.addCategory),
		both("/category/delCategory", role, "删除类目", a.delCategory),
		post("/category/updateCategory", role, "修改类目", a.updateCategory),
		every("/category/getCategory", user, "获取类目", a.getCategory),

		// 7.2 product
		post("/product/add_product", role, "添加商品", a.addProduct),
		post("/product/update_product", role, "修改商品信息", a.updateProduct),
		both("/product/get_product", user, "获取商品信息", a.getProduct),
		both("/product/del_product", role, "删除商品", a.delProduct),

		// 7.3 cart
		post("/cart/check", user, "购物车选中商品", a.checkCart),
		post("/cart/check_cart", user, "购物车选中商品", a.checkCart).as("/cart/check"),
		both("/cart/get_cart", user, "获取购物车数据", a.getCart),
		both("/cart/del_prouct", user, "删除购物车商品", a.delCart),
		both("/cart/del_product", user, "删除购物车商品", a.delCart).as("/cart/del_prouct"),
		both("/cart/del_cart", user, "删除购物车商品", a.delCart).as("/cart/del_prouct"),
		post("/cart/update_cart", user, "更新购物车数据", a.updateCart),
		post("/cart/add_to_cart", user, "增加商品到购物车", a.addToCart),

		// 6, 7.4 order
		post("/pay/pre_order", user, "生成预支付订单", a.preOrder),
		post("/order/pre_order", user, "商品下单", a.preOrder),
		both("/order/query_order_status", user, "查询订单支付状态", a.queryOrderStatus),
		both("/order/get_order", user, "查询订单详情", a.getOrder),
		both("/order/del_order", user, "删除订单", a.delOrder),
		both("/order/cancel", user, "取消订单", a.cancelOrder),
		both("/order/ship", role, "发货配送", a.ship),
		both("/order/receive", user, "确认收货", a.receiveOrder),
		post("/order/returns", user, "退货", a.returnOrder),

		// 8 pay
		post("/pay/payment", user, "PC扫码微信支付", a.pay),
	}
}
